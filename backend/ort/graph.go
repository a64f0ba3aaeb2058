package ort

import (
	"fmt"
	"slices"
	"sync"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// graph is a computation whose session is created when it is first needed,
// which for a pushforward may be never.
type graph struct {
	name            string
	inputs, outputs []string
	source          *source
	options         *Options

	mu      sync.Mutex
	model   []byte // until the session is there
	session *session
}

// newGraph prepares a computation and makes sure that ONNX Runtime can run it.
// The source must be in use until the graph is freed; nonNegative is as in
// legalize.
func newGraph(name string, s *onnx.Static, nonNegative map[string]bool, src *source, o *Options) (*graph, error) {
	s = legalize(s, nonNegative, o.Provider)
	g := &graph{name: name, inputs: slices.Clone(s.Inputs), outputs: slices.Clone(s.Outputs), source: src, options: o}
	if err := g.check(s); err != nil {
		return nil, err
	}
	var err error
	if g.model, err = s.Model(name).MarshalExternal(src.place); err != nil {
		return nil, err
	}
	src.tidy()
	return g, nil
}

// check makes a session without large weights: they are inputs.
func (g *graph) check(s *onnx.Static) error {
	m := s.Model(g.name)
	for name, t := range s.Consts {
		if t.Len()*t.Type.Size() < largeWeight {
			continue
		}
		delete(m.Graph.Initializers, name)
		in := onnx.ValueInfo{Name: name, Type: t.Type}
		for _, d := range t.Shape {
			in.Shape = append(in.Shape, onnx.Dim{Value: d})
		}
		m.Graph.Inputs = append(m.Graph.Inputs, in)
	}
	data, err := m.Marshal()
	if err != nil {
		return err
	}
	trial, err := newSession(data, "", g.inputs, g.outputs, g.options, true)
	if err != nil {
		return fmt.Errorf("ort: ONNX Runtime cannot run the %s: %w: %w", g.name, onnx.ErrUnsupported, err)
	}
	trial.destroy()
	return nil
}

// open returns the graph's session.
func (g *graph) open() (*session, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.session == nil {
		s, err := newSession(g.model, g.source.give(), g.inputs, g.outputs, g.options, false)
		if err != nil {
			return nil, fmt.Errorf("ort: ONNX Runtime cannot run the %s: %w", g.name, err)
		}
		g.session, g.model = s, nil
	}
	return g.session, nil
}

// run computes out from in, in the order of the graph's names.
func (g *graph) run(in, out []*value, i *interrupter) error {
	s, err := g.open()
	if err != nil {
		return err
	}
	return s.run(in, out, i)
}

// free destroys the session. Nobody may be running it.
func (g *graph) free() {
	if g != nil && g.session != nil {
		g.session.destroy()
	}
}
