package native

import (
	"context"
	"fmt"
	"strconv"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// Eval computes one node from constants. It is an [onnx.Evaluator]: what
// [onnx.Model.Specialize] folds constants with.
func Eval(n *onnx.Node, inputs []*onnx.Tensor, outputs []onnx.TensorType) ([]*onnx.Tensor, error) {
	return evalWithin(defaultMemory, n, inputs, outputs)
}

// evaluator is Eval with at most memory bytes.
func evaluator(memory int64) onnx.Evaluator {
	return func(n *onnx.Node, inputs []*onnx.Tensor, outputs []onnx.TensorType) ([]*onnx.Tensor, error) {
		return evalWithin(memory, n, inputs, outputs)
	}
}

// evalWithin is Eval with at most memory bytes. What is computed only once is not
// worth packing.
func evalWithin(memory int64, n *onnx.Node, inputs []*onnx.Tensor, outputs []onnx.TensorType) ([]*onnx.Tensor, error) {
	g := &onnx.Static{Consts: map[string]*onnx.Tensor{}, Types: map[string]onnx.TensorType{}}
	alone := *n
	alone.Inputs, alone.Outputs = make([]string, len(inputs)), make([]string, len(outputs))
	for i, t := range inputs {
		if t == nil {
			continue
		}
		name := "input" + strconv.Itoa(i)
		alone.Inputs[i] = name
		g.Consts[name], g.Types[name] = t, t.TensorType()
	}
	results := make([]*onnx.Tensor, len(outputs))
	for i, t := range outputs {
		if i >= len(n.Outputs) || n.Outputs[i] == "" {
			continue
		}
		if !supported(t.Type) {
			return nil, fmt.Errorf("native: %v: a result of type %v: %w", n, t, onnx.ErrUnsupported)
		}
		name := "output" + strconv.Itoa(i)
		alone.Outputs[i] = name
		g.Types[name] = t
		g.Outputs = append(g.Outputs, name)
	}
	g.Nodes = []*onnx.Node{&alone}
	p, err := compile(g, nil, memory, nil)
	if err != nil {
		return nil, err
	}
	f := p.newFrame(newArena(p.size))
	at := 0
	for i, t := range outputs {
		if i < len(n.Outputs) && n.Outputs[i] != "" {
			results[i] = onnx.NewTensor(t.Type, t.Shape, nil)
			share(f.slots[p.outputs[at]], constantSlot(results[i]))
			at++
		}
	}
	if err := p.run(context.Background(), f); err != nil {
		return nil, err
	}
	return results, nil
}

var _ onnx.Evaluator = Eval
