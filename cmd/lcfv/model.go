package main

import (
	"flag"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/backend/ort"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/generator/dsprites"
	"github.com/lcfv-go/lcfv/generator/sprites"
)

// bundled are the names that stand for the generators that come along, with the
// functions that return their ONNX files.
var bundled = map[string]func() []byte{"dsprites": dsprites.Decoder, "sprites": sprites.File}

// modelFlags choose a model.
type modelFlags struct {
	path    string
	backend string
}

func (m *modelFlags) define(fs *flag.FlagSet) {
	fs.StringVar(&m.path, "model", "", "generator: an ONNX `file`, or one of the bundled: dsprites, or sprites, which has classes")
	fs.StringVar(&m.backend, "backend", "native", "`engine` that runs the model: native (pure Go) or ort (ONNX Runtime, whose library must be there)")
}

// generatorFlags choose a model and say how to draw with it.
type generatorFlags struct {
	modelFlags
	class      string
	pixels     string
	prior      string
	truncation float64
	levels     string
	workers    int
}

func (m *generatorFlags) define(fs *flag.FlagSet) {
	m.modelFlags.define(fs)
	fs.StringVar(&m.class, "class", "", "`class` of a conditional generator, its index or its name; learn and evaluate take several with commas between them")
	fs.StringVar(&m.pixels, "pixels", "", "values of black and white, `LOW,HIGH`, in place of what the model states or 0,1")
	fs.StringVar(&m.prior, "prior", "", "`distribution` of the codes in place of what the model states or normal: normal, uniform(LOW,HIGH) or truncated-normal(LOW,HIGH)")
	fs.Float64Var(&m.truncation, "truncation", 1, "`number` above 0 and at most 1 that codes of the prior are multiplied by, as BigGAN's are")
	fs.StringVar(&m.levels, "level-sizes", "", "`sizes` of the levels of a code in order, in place of what the model states: 20,20,40 or coarse:20,fine:60")
	fs.IntVar(&m.workers, "workers", 0, "`number` of goroutines that run the model, 0 for one a processor")
}

// openModel opens the file on the chosen engine.
func (m *modelFlags) openModel() (backend.Differentiable, error) {
	if err := required("model", m.path); err != nil {
		return nil, err
	}
	switch m.backend {
	case "native":
		return m.openNative()
	case "ort":
		return m.openORT()
	}
	return nil, fmt.Errorf("%w: there is no backend %q, only native and ort", errUsage, m.backend)
}

func (m *modelFlags) openNative() (backend.Differentiable, error) {
	if file := bundled[m.path]; file != nil {
		graph, err := onnx.Parse(file(), nil)
		if err != nil {
			return nil, err
		}
		return native.New(graph, nil)
	}
	return native.Open(m.path, nil)
}

func (m *modelFlags) openORT() (backend.Differentiable, error) {
	file := bundled[m.path]
	if file == nil {
		return ort.Open(m.path, nil)
	}
	graph, err := onnx.Parse(file(), nil)
	if err != nil {
		return nil, err
	}
	return ort.New(graph, nil)
}

// engine names what runs an open model.
func engine(m backend.Model) string {
	if _, ok := m.(*ort.Model); ok {
		return "ONNX Runtime (-backend ort)"
	}
	return "pure Go (-backend native)"
}

// options are those of the generator, from the flags.
func (m *generatorFlags) options() (*generator.ModelOptions, error) {
	if m.workers < 0 {
		return nil, fmt.Errorf("%w: -workers must not be negative", errUsage)
	}
	o := &generator.ModelOptions{Name: m.name(), Workers: m.workers}
	if err := m.chooseClass(o); err != nil {
		return nil, err
	}
	if m.truncation != 1 { // where 0 is not what the library takes it for
		if _, err := (generator.Prior{}).Truncated(m.truncation); err != nil {
			return nil, fmt.Errorf("%w: -truncation: %w", errUsage, err)
		}
		o.Truncation = m.truncation
	}
	if m.pixels != "" {
		r, err := generator.ParsePixelRange(m.pixels)
		if err != nil {
			return nil, fmt.Errorf("%w: -pixels: %w", errUsage, err)
		}
		o.Range = r
	}
	if m.prior != "" {
		p, err := generator.ParsePrior(m.prior)
		if err != nil {
			return nil, fmt.Errorf("%w: -prior: %w", errUsage, err)
		}
		o.Prior = &p
	}
	if m.levels != "" {
		levels, err := generator.ParseLevels(m.levels)
		if err != nil {
			return nil, fmt.Errorf("%w: -level-sizes: %w", errUsage, err)
		}
		o.Levels = levels
	}
	return o, nil
}

// name is what messages call the model: its file, with the folder where the
// file's own name says little.
func (m *modelFlags) name() string {
	base := strings.TrimSuffix(filepath.Base(m.path), ".onnx")
	if dir := filepath.Base(filepath.Dir(m.path)); base == "generator" && dir != "." {
		return dir
	}
	return base
}

// open opens the generator, with its derivatives for a command that needs them.
func (m *generatorFlags) open(derivatives bool) (*generator.Network, error) {
	opts, err := m.options()
	if err != nil {
		return nil, err
	}
	opts.ForwardOnly = !derivatives
	model, err := m.openModel()
	if err != nil {
		return nil, err
	}
	g, err := generator.FromModel(model, opts)
	if err != nil {
		model.Close()
		return nil, fmt.Errorf("%s: %w", m.path, err)
	}
	return g, nil
}
