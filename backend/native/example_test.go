package native_test

import (
	"context"
	"fmt"
	"log"

	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"gorgonia.org/tensor"
)

// squares is a model y = x·x, element by element, of two numbers a sample.
func squares() *onnx.Model {
	ports := func(name string) []onnx.ValueInfo {
		return []onnx.ValueInfo{{Name: name, Type: onnx.Float32, Shape: []onnx.Dim{{Value: -1, Param: "N"}, {Value: 2}}}}
	}
	return &onnx.Model{
		IRVersion: 8, Opsets: map[string]int64{"": 17},
		Graph: &onnx.Graph{
			Name:   "squares",
			Nodes:  []*onnx.Node{{Name: "square", Op: "Mul", Inputs: []string{"x", "x"}, Outputs: []string{"y"}}},
			Inputs: ports("x"), Outputs: ports("y"),
		},
	}
}

func ExampleModel_Run() {
	m, err := native.New(squares(), nil) // or native.Open("generator.onnx", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close()
	x := tensor.New(tensor.WithShape(3, 2), tensor.WithBacking([]float32{1, 2, 3, 4, 5, 6}))
	y := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(3, 2))
	err = m.Run(context.Background(), map[string]*tensor.Dense{"y": y}, map[string]*tensor.Dense{"x": x})
	fmt.Println(y.Float32s(), err)
	// Output: [1 4 9 16 25 36] <nil>
}

func ExampleModel_Linearize() {
	ctx := context.Background()
	m, err := native.New(squares(), nil)
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close()
	x := tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]float32{3, -5}))
	l, err := m.Linearize(ctx, "y", "x", map[string]*tensor.Dense{"x": x})
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	v := tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]float32{1, 10}))
	gradient := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(1, 2))
	if err := l.Pullback(ctx, gradient, v); err != nil {
		log.Fatal(err)
	}
	fmt.Println(l.Output().Float32s(), gradient.Float32s())
	// Output: [9 25] [6 -100]
}
