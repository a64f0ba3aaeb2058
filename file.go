package lcfv

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/version"
)

// Version is the version of this library, written into every control.
const Version = version.Library

// schema is the version of the control file's format, which docs/control.schema.json
// describes. Version 1 knew neither sets of controls nor what may be left out of
// version 2.
const schema = 2

// ErrFormat is wrapped by errors about a file that is no control.
var ErrFormat = errors.New("not a control file")

// header is what a file begins with.
type header struct {
	Schema  int    `json:"schema"`
	Library string `json:"library"`
}

// singleFile is a file that holds one control.
type singleFile struct {
	header
	controlFile
}

// controlFile is the JSON form of a Control.
type controlFile struct {
	Transform   string          `json:"transform"`
	Unit        string          `json:"unit"`
	Generator   generatorFile   `json:"generator"`
	Direction   []float64       `json:"direction"`
	Calibration calibrationFile `json:"calibration"`
	Range       [2]float64      `json:"range"`
	Fit         fitFile         `json:"fit"`
	Errors      errorsFile      `json:"errors,omitzero"`
	Inversion   inversionFile   `json:"inversion"`
	Limits      *limitsFile     `json:"limits,omitempty"`
	With        []string        `json:"with,omitempty"`
	Baseline    string          `json:"baseline,omitempty"`
	Curve       *curveFile      `json:"curve,omitempty"`
	Classes     []classFile     `json:"classes,omitempty"`

	Moves []generator.Level `json:"moves,omitempty"`
}

type generatorFile struct {
	Name        string `json:"name"`
	Fingerprint string `json:"fingerprint"`
	D           int    `json:"latent"`
	Condition   string `json:"condition"`
	Prior       string `json:"prior,omitempty"`

	Levels []generator.Level `json:"levels,omitempty"`
}

type calibrationFile struct {
	Knots  []float64 `json:"knots"`
	Values []float64 `json:"values"`
}

// fitFile mirrors factor.Report field by field, so that one converts to the
// other.
type fitFile struct {
	Pairs        int          `json:"pairs"`
	Trajectories int          `json:"trajectories"`
	Given        bool         `json:"given,omitempty"`
	Grid         factor.Grid  `json:"grid,omitempty"`
	Cells        int          `json:"cells"`
	Smoothness   float64      `json:"smoothness"`
	Ridge        float64      `json:"ridge"`
	LowBound     factor.Bound `json:"low_bound,omitempty"`
	HighBound    factor.Bound `json:"high_bound,omitempty"`
	R2           float64      `json:"r2"`
	RMSE         float64      `json:"rmse"`
	CrossR2      float64      `json:"cross_r2"`
	CrossRMSE    float64      `json:"cross_rmse"`
	RMSECI       [2]float64   `json:"rmse_ci"`
	Iterations   int          `json:"iterations"`

	Levels []generator.Level `json:"levels,omitempty"`
}

// errorsFile mirrors factor.Errors field by field.
type errorsFile struct {
	Base      float64   `json:"base"`
	Growth    float64   `json:"growth"`
	Quantiles []float64 `json:"quantiles"`
}

// inversionFile mirrors InversionRecord field by field.
type inversionFile struct {
	Method             string    `json:"method"`
	Loss               string    `json:"loss"`
	Constraint         string    `json:"constraint"`
	Targets            []float64 `json:"targets"`
	Trajectories       int       `json:"trajectories"`
	Batch              int       `json:"batch"`
	Seed               uint64    `json:"seed"`
	Pairs              int       `json:"pairs"`
	Dropped            int       `json:"dropped"`
	MaxRelative        float64   `json:"max_relative"`
	DropFraction       float64   `json:"drop_fraction"`
	MedianError        float64   `json:"median_error"`
	ForwardEquivalents float64   `json:"forward_equivalents"`
	Reached            []float64 `json:"reached,omitempty"`

	Levels []generator.Level `json:"levels,omitempty"`
}

// limitsFile mirrors Limits field by field.
type limitsFile struct {
	Low        float64    `json:"low"`
	High       float64    `json:"high"`
	Change     float64    `json:"change"`
	Measure    string     `json:"measure"`
	Tolerance  float64    `json:"tolerance"`
	Share      float64    `json:"share"`
	Coverage   float64    `json:"coverage"`
	CoverageCI [2]float64 `json:"coverage_ci"`
	Requests   int        `json:"requests"`
	Samples    int        `json:"samples"`
	Seed       uint64     `json:"seed"`
	Undetected int        `json:"undetected"`
}

// curveFile is the JSON form of a factor.Curve, whose length is the generator's.
type curveFile struct {
	Order        int       `json:"order"`
	Coefficients []float64 `json:"coefficients"`
	Radius       float64   `json:"radius"`
	Reach        float64   `json:"reach"`
	Pairs        int       `json:"pairs"`
	Trajectories int       `json:"trajectories"`
	Ridge        float64   `json:"ridge"`
}

func curveFileOf(c *factor.Curve) *curveFile {
	if c == nil {
		return nil
	}
	return &curveFile{c.Order, c.Coefficients, c.Radius, c.Reach, c.Report.Pairs, c.Report.Trajectories, c.Report.Ridge}
}

func (f *curveFile) curve(d int) *factor.Curve {
	if f == nil {
		return nil
	}
	return &factor.Curve{
		D: d, Order: f.Order, Coefficients: f.Coefficients, Radius: f.Radius, Reach: f.Reach,
		Report: factor.CurveReport{Pairs: f.Pairs, Trajectories: f.Trajectories, Ridge: f.Ridge},
	}
}

// Write writes the control as JSON. The same control gives the same bytes.
func (c *Control) Write(w io.Writer) error {
	if err := c.Validate(); err != nil {
		return err
	}
	return writeFile(w, singleFile{newHeader(), fileOf(c)})
}

func newHeader() header { return header{Schema: schema, Library: "lcfv " + Version} }

func fileOf(c *Control) controlFile {
	return controlFile{
		Transform: c.Transform, Unit: c.Unit,
		Generator:   generatorFile(c.Generator),
		Direction:   c.Model.U,
		Calibration: calibrationFile(c.Model.G),
		Range:       [2]float64{c.Model.Low, c.Model.High},
		Fit:         fitFile(c.Model.Report),
		Errors:      errorsFile(c.Model.Errors),
		Inversion:   inversionFile(c.Inversion),
		Limits:      (*limitsFile)(c.Limits),
		With:        c.With,
		Baseline:    c.Baseline,
		Curve:       curveFileOf(c.Curve),
		Classes:     classFilesOf(c.Classes),
		Moves:       c.Moves,
	}
}

func writeFile(w io.Writer, f any) error {
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return fmt.Errorf("lcfv: writing a control: %w", err)
	}
	_, err = w.Write(append(data, '\n'))
	return err
}

// Read reads a control and checks all of it. Errors about what was read wrap
// ErrFormat, and so does the one for a set of controls, for which there is
// ReadControls.
func Read(r io.Reader) (*Control, error) {
	list, set, err := readFile(r)
	if err != nil {
		return nil, err
	}
	if set {
		return nil, fmt.Errorf("lcfv: %w of one control: it holds a set of %d: read it as a set, with LoadControls or ReadControls", ErrFormat, len(list))
	}
	return list[0], nil
}

// readFile reads a file of one control, or of a set.
func readFile(r io.Reader) (list []*Control, set bool, err error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, false, fmt.Errorf("lcfv: reading a control: %w", err)
	}
	// The schema decides what else may be there, so it is read first.
	var head struct {
		Schema   *int            `json:"schema"`
		Controls json.RawMessage `json:"controls"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, false, fmt.Errorf("lcfv: %w: %w", ErrFormat, err)
	}
	switch {
	case head.Schema == nil:
		return nil, false, fmt.Errorf("lcfv: %w: the JSON has no \"schema\": give a file that lcfv learn wrote", ErrFormat)
	case *head.Schema > schema:
		return nil, false, fmt.Errorf("lcfv: %w: its schema %d is newer than this library's %d: update lcfv", ErrFormat, *head.Schema, schema)
	case *head.Schema < 1:
		return nil, false, fmt.Errorf("lcfv: %w: schema %d does not exist", ErrFormat, *head.Schema)
	}
	// A file of version 1 is one of version 2 without what that may leave out.
	set = head.Controls != nil && *head.Schema > 1
	var one singleFile
	var many setFile
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if set {
		err = dec.Decode(&many)
	} else {
		err = dec.Decode(&one)
		many.Controls = []controlFile{one.controlFile}
	}
	if err != nil {
		return nil, false, fmt.Errorf("lcfv: %w: %w", ErrFormat, err)
	}
	for i := range many.Controls {
		c := many.Controls[i].control()
		if err := c.Validate(); err != nil {
			return nil, false, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		list = append(list, c)
	}
	return list, set, nil
}

func (f *controlFile) control() *Control {
	return &Control{
		Transform: f.Transform, Unit: f.Unit,
		Model: factor.Model{
			U: f.Direction, G: factor.Calibration(f.Calibration),
			Low: f.Range[0], High: f.Range[1], Report: factor.Report(f.Fit), Errors: factor.Errors(f.Errors),
		},
		Generator: GeneratorRecord(f.Generator),
		Inversion: InversionRecord(f.Inversion),
		Limits:    (*Limits)(f.Limits),
		With:      f.With,
		Baseline:  f.Baseline,
		Curve:     f.Curve.curve(f.Generator.D),
		Classes:   classesOf(f.Classes, f.Direction),
		Moves:     f.Moves,
	}
}

// Validate reports what makes the control unusable, if anything does. It does
// not look at the records of how the control was made.
func (c *Control) Validate() error {
	if c.Transform == "" {
		return errors.New("lcfv: the control names no transform")
	}
	if len(c.Model.U) != c.Generator.D {
		return fmt.Errorf("lcfv: the direction has %d numbers, the generator's codes %d", len(c.Model.U), c.Generator.D)
	}
	if err := c.Model.Validate(); err != nil {
		return fmt.Errorf("lcfv: %w", err)
	}
	if c.Curve != nil {
		if c.Curve.D != c.Generator.D {
			return fmt.Errorf("lcfv: the curve is for codes of %d numbers, the generator's have %d", c.Curve.D, c.Generator.D)
		}
		if err := c.Curve.Validate(); err != nil {
			return fmt.Errorf("lcfv: %w", err)
		}
	}
	if err := c.validateClasses(); err != nil {
		return err
	}
	if err := c.checkMoves(); err != nil {
		return err
	}
	if c.Limits != nil {
		return c.Limits.Validate()
	}
	return nil
}

// Save writes the control to a file, whole or not at all.
func (c *Control) Save(path string) error { return save(path, "a control", c.Write) }

// Load reads a control from a file and checks that it was learned on the
// generator g; the error wraps ErrGenerator if it was not. A nil g asks not to
// check.
func Load(path string, g generator.Generator) (*Control, error) {
	return load(path, "a control", g, Read)
}
