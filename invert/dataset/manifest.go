package dataset

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/version"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

// schema is the version of the folder's format.
const schema = 1

// Manifest says what the pairs of a folder depend on, and nothing else: neither
// how many there are nor who computed them. It never changes once it is written.
type Manifest struct {
	Schema int `json:"schema"` // version of the format

	// Library is the version of lcfv that began the folder. It is not compared:
	// pairs of another version have other last bits, but fit among them.
	Library string `json:"library"`

	Generator  Generator `json:"generator"`
	Transform  string    `json:"transform"`
	Unit       string    `json:"unit"` // of the targets
	Loss       string    `json:"loss"`
	Constraint string    `json:"constraint"`

	// Levels are the parts of codes that could move; none stands for all.
	Levels []generator.Level `json:"levels,omitempty"`

	Method  string    `json:"method"` // with its settings
	Targets []float64 `json:"targets"`
	Seed    uint64    `json:"seed"`
	Batch   int       `json:"batch"` // trajectories a generator call
	Shard   int       `json:"shard"` // trajectories a shard
}

// Generator identifies a generator.
type Generator struct {
	Name        string `json:"name"`        // compared where there is no fingerprint
	Fingerprint string `json:"fingerprint"` // see generator.Info
	Condition   string `json:"condition"`   // what a conditional generator was fixed to
	D           int    `json:"latent"`      // length of a code
	Image       [3]int `json:"image"`       // channels, rows and columns
	Prior       string `json:"prior"`       // see generator.ParsePrior
}

// newManifest describes a run with resolved options.
func newManifest(info generator.Info, tr transform.Transform, o *invert.Options, shard int) Manifest {
	return Manifest{
		Schema: schema, Library: "lcfv " + version.Library,
		Generator: Generator{
			Name: info.Name, Fingerprint: info.Fingerprint, Condition: info.Condition,
			D: info.D, Image: [3]int{info.C, info.H, info.W}, Prior: info.Prior.String(),
		},
		Transform: tr.Name(), Unit: tr.Unit(),
		Loss: o.Loss.Name(), Constraint: o.Constraint.Name(), Levels: o.Levels, Method: o.Method.Name(),
		Targets: o.T, Seed: o.Seed, Batch: o.Batch, Shard: shard,
	}
}

// compare returns nil if pairs made as there go with those of m, else an error
// about the file at path, which states there.
func (m *Manifest) compare(path string, there *Manifest) error {
	var list []Difference
	here := m.settings()
	for i, s := range there.settings() {
		if s.value != here[i].value {
			list = append(list, Difference{Field: s.name, There: s.value, Here: here[i].value})
		}
	}
	if m.Generator.Fingerprint == "" && there.Generator.Fingerprint == "" && m.Generator.Name != there.Generator.Name {
		list = append(list, Difference{Field: "generator.name", There: there.Generator.Name, Here: m.Generator.Name})
	}
	if list == nil {
		return nil
	}
	return &MismatchError{Path: path, Differences: list}
}

type setting struct{ name, value string }

// settings lists what has to agree.
func (m *Manifest) settings() []setting {
	targets := make([]string, len(m.Targets))
	for i, t := range m.Targets {
		targets[i] = strconv.FormatFloat(t, 'g', -1, 64)
	}
	g := &m.Generator
	return []setting{
		{"generator.fingerprint", orNone(g.Fingerprint)},
		{"generator.condition", orNone(g.Condition)},
		{"generator.latent", strconv.Itoa(g.D)},
		{"generator.image", fmt.Sprintf("%d×%d×%d", g.Image[0], g.Image[1], g.Image[2])},
		{"generator.prior", orNone(g.Prior)},
		{"transform", m.Transform},
		{"unit", m.Unit},
		{"loss", m.Loss},
		{"constraint", m.Constraint},
		{"levels", orNone(levelNames(m.Levels))},
		{"method", m.Method},
		{"targets", "[" + strings.Join(targets, " ") + "]"},
		{"seed", strconv.FormatUint(m.Seed, 10)},
		{"batch", strconv.Itoa(m.Batch)},
		{"shard", strconv.Itoa(m.Shard)},
	}
}

// levelNames lists levels with their ranges.
func levelNames(levels []generator.Level) string {
	names := make([]string, len(levels))
	for i, l := range levels {
		names[i] = fmt.Sprintf("%s [%d, %d)", l.Name, l.Low, l.High)
	}
	return strings.Join(names, ", ")
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// encode returns the manifest as JSON.
func (m *Manifest) encode() ([]byte, error) {
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("dataset: %w: %w", ErrManifest, err)
	}
	return append(data, '\n'), nil
}

// decodeManifest reads a manifest and checks what the reading of shards relies on.
func decodeManifest(data []byte) (Manifest, error) {
	// The schema decides what else may be there, so it is read first.
	var head struct {
		Schema int `json:"schema"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return Manifest{}, fmt.Errorf("truncated or damaged: %w", err)
	}
	if head.Schema < 1 {
		return Manifest{}, errors.New("it states no schema")
	}
	if head.Schema > schema {
		return Manifest{}, fmt.Errorf("its schema %d is newer than this library's %d: update lcfv", head.Schema, schema)
	}
	var m Manifest
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		return Manifest{}, err
	}
	switch {
	case m.Generator.D < 1:
		return Manifest{}, fmt.Errorf("codes of length %d", m.Generator.D)
	case len(m.Targets) == 0:
		return Manifest{}, errors.New("no targets")
	case m.Shard < 1:
		return Manifest{}, fmt.Errorf("shards of %d trajectories", m.Shard)
	}
	return m, nil
}

// readManifest returns fs.ErrNotExist where there is none.
func readManifest(path string) (Manifest, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Manifest{}, fmt.Errorf("dataset: %w", err)
	}
	if err != nil {
		return Manifest{}, fmt.Errorf("dataset: %w: %w", ErrManifest, err)
	}
	m, err := decodeManifest(data)
	if err != nil {
		return Manifest{}, fmt.Errorf("dataset: %s: %w: %w: delete it to have the next run write it again; the shards stay, and are held against that run's settings",
			path, ErrManifest, err)
	}
	return m, nil
}
