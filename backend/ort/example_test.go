package ort_test

import (
	"context"
	"fmt"
	"log"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/ort"
	"gorgonia.org/tensor"
)

// ONNX Runtime where it is there, else pure Go.
func ExampleAvailable() {
	open := func(path string) (backend.Differentiable, error) {
		if ort.Available(nil) != nil {
			return native.Open(path, nil)
		}
		return ort.Open(path, nil)
	}
	m, err := open("generator.onnx")
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close()
}

// The gradient of ⟨v, image⟩ for a code.
func ExampleModel_Linearize() {
	ctx := context.Background()
	m, err := ort.Open("generator.onnx", nil)
	if err != nil {
		log.Fatal(err) // says where the library was looked for
	}
	defer m.Close()
	z := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(1, 10))
	l, err := m.Linearize(ctx, "image", "z", map[string]*tensor.Dense{"z": z})
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	v, dz := l.Output().Clone().(*tensor.Dense), tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(1, 10))
	if err := l.Pullback(ctx, dz, v); err != nil {
		log.Fatal(err)
	}
	fmt.Println(dz.Float32s())
}
