package backendtest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// graph builds the model of a case. Inputs and outputs are float32.
type graph struct {
	model *onnx.Model
	rng   *rand.Rand
	batch int // samples that it is for, 0 if any number
}

func newGraph(opset int64) *graph {
	return &graph{
		model: &onnx.Model{
			IRVersion: 8,
			Opsets:    map[string]int64{"": opset},
			Producer:  "backendtest",
			Metadata:  map[string]string{"made by": "backendtest"},
			Graph:     &onnx.Graph{Name: "case", Initializers: map[string]*onnx.Tensor{}},
		},
		rng: rand.New(rand.NewPCG(1, 2)),
	}
}

// input declares an input of batched samples of the given shape.
func (g *graph) input(name string, sample ...int) string {
	g.model.Graph.Inputs = append(g.model.Graph.Inputs, g.declare(name, onnx.Float32, sample))
	return name
}

func (g *graph) output(name string, sample ...int) {
	g.model.Graph.Outputs = append(g.model.Graph.Outputs, g.declare(name, onnx.Float32, sample))
}

func (g *graph) declare(name string, t onnx.DataType, sample []int) onnx.ValueInfo {
	shape := []onnx.Dim{{Value: -1, Param: "N"}}
	if g.batch > 0 {
		shape[0] = onnx.Dim{Value: g.batch}
	}
	for _, d := range sample {
		shape = append(shape, onnx.Dim{Value: d})
	}
	return onnx.ValueInfo{Name: name, Type: t, Shape: shape}
}

// node adds an operator with one output.
func (g *graph) node(op string, attrs attrs, inputs ...string) string {
	return g.nodes(op, attrs, 1, inputs...)[0]
}

// nodes adds an operator with several outputs.
func (g *graph) nodes(op string, attrs attrs, outputs int, inputs ...string) []string {
	n := &onnx.Node{Name: fmt.Sprintf("%s_%d", op, len(g.model.Graph.Nodes)), Op: op, Inputs: inputs, Attrs: attrs}
	for i := range outputs {
		n.Outputs = append(n.Outputs, fmt.Sprintf("%s:%d", n.Name, i))
	}
	g.model.Graph.Nodes = append(g.model.Graph.Nodes, n)
	return n.Outputs
}

// attrs are a node's attributes.
type attrs map[string]any

// constant adds an initializer.
func (g *graph) constant(t *onnx.Tensor) string {
	name := fmt.Sprintf("constant_%d", len(g.model.Graph.Initializers))
	g.model.Graph.Initializers[name] = t
	return name
}

// floats adds a constant of an array's elements.
func (g *graph) floats(a *array) string {
	data := make([]float32, len(a.data))
	for i, v := range a.data {
		data[i] = float32(v)
	}
	return g.constant(&onnx.Tensor{Type: onnx.Float32, Shape: slices.Clone(a.shape), Data: data})
}

// ints adds a constant of rank 1.
func (g *graph) ints(v ...int64) string {
	return g.constant(&onnx.Tensor{Type: onnx.Int64, Shape: []int{len(v)}, Data: v})
}

// scalar adds a constant of rank 0.
func (g *graph) scalar(v float32) string {
	return g.constant(&onnx.Tensor{Type: onnx.Float32, Shape: []int{}, Data: []float32{v}})
}
