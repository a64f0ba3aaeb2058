package onnx_test

import (
	"fmt"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// A file of an old opset becomes a graph of known shapes: Flatten is a Reshape,
// Dropout is gone, the batch is what was asked for.
func ExampleModel_Specialize() {
	m := &onnx.Model{
		IRVersion: 7,
		Opsets:    map[string]int64{"": 9},
		Graph: &onnx.Graph{
			Inputs: []onnx.ValueInfo{{
				Name: "x", Type: onnx.Float32,
				Shape: []onnx.Dim{{Value: -1, Param: "batch"}, {Value: 2}, {Value: 2}},
			}},
			Outputs: []onnx.ValueInfo{{Name: "y", Type: onnx.Float32}},
			Nodes: []*onnx.Node{
				{Op: "Flatten", Inputs: []string{"x"}, Outputs: []string{"flat"}},
				{Op: "Dropout", Inputs: []string{"flat"}, Outputs: []string{"kept"}},
				{Op: "Gemm", Inputs: []string{"kept", "w"}, Outputs: []string{"y"}},
			},
			Initializers: map[string]*onnx.Tensor{
				"w": onnx.NewTensor(onnx.Float32, []int{4, 1}, []float32{1, 2, 3, 4}),
			},
		},
	}
	s, err := m.Specialize(8, nil, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, n := range s.Nodes {
		fmt.Println(n.Op, s.Type(n.Outputs[0]))
	}
	// Output:
	// Reshape float32[8 4]
	// Gemm float32[8 1]
}

// An unknown operator is an error that says where it is.
func ExampleModel_Validate() {
	m := &onnx.Model{
		Opsets: map[string]int64{"": 17},
		Graph: &onnx.Graph{
			Inputs:  []onnx.ValueInfo{{Name: "z", Type: onnx.Float32, Shape: []onnx.Dim{{Value: -1}}}},
			Outputs: []onnx.ValueInfo{{Name: "image"}},
			Nodes:   []*onnx.Node{{Name: "/noise", Op: "RandomNormalLike", Inputs: []string{"z"}, Outputs: []string{"image"}}},
		},
	}
	fmt.Println(m.Validate())
	// Output:
	// onnx: unsupported operators: RandomNormalLike node "/noise" (opset 17); export the model without them
}
