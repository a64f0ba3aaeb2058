package diff_test

import (
	"fmt"

	"github.com/lcfv-go/lcfv/backend/diff"
	"github.com/lcfv-go/lcfv/backend/onnx"
)

// A layer y = sigmoid(x·W) for two samples, split for its derivative: forward
// keeps y, which is all that the slope of sigmoid needs; pullback multiplies by
// that slope and by the transposed weights.
func ExampleLinearize() {
	m := &onnx.Model{
		Opsets: map[string]int64{"": 17},
		Graph: &onnx.Graph{
			Inputs:  []onnx.ValueInfo{{Name: "x", Type: onnx.Float32, Shape: []onnx.Dim{{Value: -1}, {Value: 3}}}},
			Outputs: []onnx.ValueInfo{{Name: "y"}},
			Nodes: []*onnx.Node{
				{Op: "MatMul", Inputs: []string{"x", "w"}, Outputs: []string{"h"}},
				{Op: "Sigmoid", Inputs: []string{"h"}, Outputs: []string{"y"}},
			},
			Initializers: map[string]*onnx.Tensor{"w": onnx.NewTensor(onnx.Float32, []int{3, 5}, nil)},
		},
	}
	s, err := m.Specialize(2, nil, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	l, err := diff.Linearize(s, "y", "x")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("residuals:", l.Residuals)
	fmt.Println("pullback of", l.Pullback.Inputs, "gives", l.Pullback.Type(l.Pullback.Outputs[0]))
	for _, n := range l.Pullback.Nodes {
		fmt.Println("-", n.Op)
	}
	// Output:
	// residuals: [y]
	// pullback of [cotangent y] gives float32[2 3]
	// - Sub
	// - Mul
	// - Mul
	// - Transpose
	// - MatMul
}
