package ort

import (
	"fmt"
	"slices"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/diff"
	"github.com/lcfv-go/lcfv/backend/internal/ports"
	"github.com/lcfv-go/lcfv/backend/onnx"
)

// Batches are computed in chunks of samples: parts hold the sessions for a
// chunk, and batches of all sizes share them.

// cacheBudget is the size in bytes that the largest value of a chunk should
// have, so that it is still in a core's second-level cache when it is read.
// A fourth or four times of it is slower on anime_dcgan64.
const cacheBudget = 1 << 20

// manyWeights is the size in bytes from which weights matter more than values: such
// a model computes sample by sample, so that all batches share one set of
// sessions, each of which holds the weights.
const manyWeights = 64 << 20

// chunkSize returns how many samples to compute at a time, given the graph for
// the smallest batch: as many as fit the cache, but not so few that reading the
// weights takes more than reading and writing values. heavy says that there are
// many weights.
func chunkSize(s *onnx.Static, threads int) (size int, heavy bool) {
	largest, values, weights := 1, 1, 0
	for _, n := range s.Nodes {
		t := s.Types[n.Outputs[0]]
		size := t.Len() * t.Type.Size()
		largest, values = max(largest, size), values+size
	}
	for _, t := range s.Consts {
		weights += t.Len() * t.Type.Size()
	}
	if weights >= manyWeights {
		return 1, true
	}
	return max(1, threads*cacheBudget/largest, weights/values), false
}

// chunks splits a batch: size samples at a time, and what is left.
func (m *Model) chunks(batch int) (size, rest int) {
	if m.chunk == 0 || batch <= m.chunk {
		return batch, 0
	}
	return m.chunk, batch % m.chunk
}

// binding ties a port of the model to a value of a chunk's graph.
type binding struct {
	port  *backend.Port
	shape []int
	n     int // elements the graph reads or writes
	step  int // elements of one sample; 0 where all samples share the port's
}

// bindPorts ties a graph's values to ports of a batch size.
func bindPorts(list []backend.Port, values []string, s *onnx.Static, batch int) ([]binding, error) {
	bindings := make([]binding, len(values))
	for i, v := range values {
		p, t := &list[i], s.Type(v)
		if !ports.ShapeIs(t.Shape, p.Shape, batch) {
			return nil, fmt.Errorf("ort: %q has shape %v for a batch of %d, which does not follow from %v for one sample; export the model with its batch as the first dimension of every input and output", p.Name, t.Shape, batch, p.Shape)
		}
		bindings[i] = binding{port: p, shape: t.Shape, n: t.Len()}
		if ports.Batched(p) {
			bindings[i].step = t.Len() / batch
		}
	}
	return bindings, nil
}

// runPart computes one output, or all, for a chunk.
type runPart struct {
	graph   *graph
	inputs  []binding
	outputs []binding
	source  *source
}

func (m *Model) makeRunPart(key planKey) (p *runPart, err error) {
	s, err := m.specialize(key.batch)
	if err != nil {
		return nil, err
	}
	outputs := m.ports.Outputs
	if key.output != "" {
		i := m.outputIndex(key.output)
		outputs = outputs[i : i+1]
		if s, err = s.Prune(s.Outputs[i]); err != nil {
			return nil, err
		}
	}
	p = &runPart{source: m.source}
	if p.inputs, err = bindPorts(m.ports.Inputs, s.Inputs, s, key.batch); err != nil {
		return nil, err
	}
	if p.outputs, err = bindPorts(outputs, s.Outputs, s, key.batch); err != nil {
		return nil, err
	}
	p.source.use()
	if p.graph, err = newGraph("model", s, nil, m.source, &m.options); err != nil {
		p.free()
		return nil, err
	}
	return p, nil
}

func (p *runPart) free() {
	p.graph.free()
	p.source.release()
}

func (m *Model) outputIndex(name string) int {
	return slices.IndexFunc(m.ports.Outputs, func(p backend.Port) bool { return p.Name == name })
}

// linearPart computes one output for a chunk, and products with its derivative
// with respect to one input.
type linearPart struct {
	forward, pullback, pushforward *graph

	inputs    []binding // of forward
	residuals []residual
	output    binding // of forward
	wrt       int     // the place among inputs
	source    *source
}

// residual is a value that forward computes or reads and the derivatives read.
type residual struct {
	typ  onnx.TensorType
	from int // the place among forward's outputs, or among its inputs
	// input says that forward only reads it: it has to be copied, because it
	// belongs to the caller.
	input                 bool
	pullback, pushforward int // places among the inputs, or -1
}

func (m *Model) makeLinearPart(key planKey) (p *linearPart, err error) {
	s, err := m.specialize(key.batch)
	if err != nil {
		return nil, err
	}
	index := m.outputIndex(key.output)
	l, err := diff.Linearize(s, s.Outputs[index], key.wrt)
	if err != nil {
		return nil, err
	}
	keepMasks(l, m.options.Provider)
	p = &linearPart{source: m.source, wrt: slices.Index(l.Forward.Inputs, key.wrt)}
	if p.inputs, err = bindPorts(m.ports.Inputs, l.Forward.Inputs, s, key.batch); err != nil {
		return nil, err
	}
	outputs, err := bindPorts(m.ports.Outputs[index:index+1], l.Forward.Outputs[:1], s, key.batch)
	if err != nil {
		return nil, err
	}
	p.output = outputs[0]
	for _, name := range l.Residuals {
		r := residual{typ: l.Forward.Type(name), pullback: slices.Index(l.Pullback.Inputs, name), pushforward: slices.Index(l.Pushforward.Inputs, name)}
		if r.from = slices.Index(l.Forward.Outputs, name); r.from < 0 {
			r.from, r.input = slices.Index(l.Forward.Inputs, name), true
		}
		p.residuals = append(p.residuals, r)
	}
	nonNegative := map[string]bool{}
	for _, n := range l.Forward.Nodes {
		if n.Op == "Relu" {
			nonNegative[n.Outputs[0]] = true
		}
	}
	p.source.use()
	for _, g := range []struct {
		to   **graph
		name string
		s    *onnx.Static
	}{{&p.forward, "model", l.Forward}, {&p.pullback, "pullback", l.Pullback}, {&p.pushforward, "pushforward", l.Pushforward}} {
		if *g.to, err = newGraph(g.name, g.s, nonNegative, m.source, &m.options); err != nil {
			p.free()
			return nil, err
		}
	}
	return p, nil
}

func (p *linearPart) free() {
	p.forward.free()
	p.pullback.free()
	p.pushforward.free()
	p.source.release()
}
