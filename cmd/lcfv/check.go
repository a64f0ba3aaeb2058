package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"time"

	"gorgonia.org/tensor"

	"github.com/lcfv-go/lcfv/backend"
)

type checkFlags struct {
	model     modelFlags
	reference string
	repeat    int
	json      bool
}

func defineCheck(fs *flag.FlagSet) func(context.Context, streams) error {
	f := &checkFlags{}
	f.model.define(fs)
	fs.StringVar(&f.reference, "reference", "", "JSON `file` with z, image, v, grad = d⟨v, image⟩/dz and, for a conditional model, class")
	fs.IntVar(&f.repeat, "repeat", 20, "`number` of timed runs, of which the fastest counts")
	fs.BoolVar(&f.json, "json", false, "print the result as one JSON object")
	return f.run
}

// checkResult is what check -json prints.
type checkResult struct {
	ImageMaxAbs float64 `json:"image_max_abs"` // largest difference of a value
	GradRel     float64 `json:"grad_rel"`      // length of the gradients' difference by that of the reference
	ForwardMS   float64 `json:"forward_ms"`    // of the whole batch, linearizing included
	PullbackMS  float64 `json:"pullback_ms"`
}

// array is an array of a reference file.
type array struct {
	Shape []int     `json:"shape"`
	Dtype string    `json:"dtype"`
	Data  []float64 `json:"data"`
}

func (a array) dense() (*tensor.Dense, error) {
	n := 1
	for _, d := range a.Shape {
		n *= max(d, 0)
	}
	if n != len(a.Data) || n == 0 {
		return nil, fmt.Errorf("%d numbers for shape %v", len(a.Data), a.Shape)
	}
	var backing any
	switch a.Dtype {
	case "float32":
		backing = converted[float32](a.Data)
	case "int64":
		backing = converted[int64](a.Data)
	default:
		return nil, fmt.Errorf("numbers of type %q: float32 and int64 are read", a.Dtype)
	}
	return tensor.New(tensor.WithShape(a.Shape...), tensor.WithBacking(backing)), nil
}

func converted[T float32 | int64](data []float64) []T {
	out := make([]T, len(data))
	for i, v := range data {
		out[i] = T(v)
	}
	return out
}

// readReference reads the arrays of a reference file.
func readReference(path string) (map[string]*tensor.Dense, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the reference: %w", err)
	}
	var arrays map[string]array
	if err := json.Unmarshal(data, &arrays); err != nil {
		return nil, fmt.Errorf("%s is no reference file: %w", path, err)
	}
	out := map[string]*tensor.Dense{}
	for name, a := range arrays {
		if out[name], err = a.dense(); err != nil {
			return nil, fmt.Errorf("%s: array %q: %w", path, name, err)
		}
	}
	for _, name := range []string{"z", "image", "v", "grad"} {
		if out[name] == nil {
			return nil, fmt.Errorf("%s has no array %q", path, name)
		}
		if out[name].Dtype() != tensor.Float32 {
			return nil, fmt.Errorf("%s: array %q holds numbers of type %v, not float32", path, name, out[name].Dtype())
		}
	}
	return out, nil
}

func (f *checkFlags) run(ctx context.Context, s streams) error {
	if err := required("reference", f.reference); err != nil {
		return err
	}
	if f.repeat < 1 {
		return fmt.Errorf("%w: -repeat must be positive", errUsage)
	}
	m, err := f.model.openModel()
	if err != nil {
		return err
	}
	defer m.Close()
	ref, err := readReference(f.reference)
	if err != nil {
		return err
	}
	r, err := compare(ctx, m, ref, f.repeat)
	if err != nil {
		return err
	}
	if f.json {
		return printJSON(s.out, r)
	}
	fmt.Fprintf(s.out, "images differ by at most %.2g, gradients by %.2g of their length\nforward %.2f ms, pullback %.2f ms for %d samples\n",
		r.ImageMaxAbs, r.GradRel, r.ForwardMS, r.PullbackMS, ref["z"].Shape()[0])
	return nil
}

// compare holds the model against the reference. It returns an error where that
// cannot be done or what the model computes is not finite.
func compare(ctx context.Context, m backend.Differentiable, ref map[string]*tensor.Dense, repeat int) (r checkResult, err error) {
	const latent, image = "z", "image"
	inputs := map[string]*tensor.Dense{}
	for _, p := range m.Inputs() {
		if ref[p.Name] == nil {
			return r, fmt.Errorf("the model has the input %q, the reference does not", p.Name)
		}
		inputs[p.Name] = ref[p.Name]
	}
	if !slices.ContainsFunc(m.Outputs(), func(p backend.Port) bool { return p.Name == image }) {
		return r, fmt.Errorf("the model has no output %q", image)
	}
	if !ref["v"].Shape().Eq(ref[image].Shape()) || !ref["grad"].Shape().Eq(ref[latent].Shape()) {
		return r, fmt.Errorf("the reference's v must have the shape of its image, its grad that of z")
	}
	grad := ref["grad"].Clone().(*tensor.Dense)
	r.ForwardMS, r.PullbackMS = math.Inf(1), math.Inf(1)
	for range repeat {
		start := time.Now()
		lin, err := m.Linearize(ctx, image, latent, inputs)
		if err != nil {
			return r, err
		}
		forward := time.Now()
		if got := lin.Output().Shape(); !got.Eq(ref[image].Shape()) {
			lin.Close()
			return r, fmt.Errorf("the model draws images of shape %v, the reference has %v: it is another model's", got, ref[image].Shape())
		}
		if err := lin.Pullback(ctx, grad, ref["v"]); err != nil {
			lin.Close()
			return r, err
		}
		r.PullbackMS = min(r.PullbackMS, time.Since(forward).Seconds()*1e3)
		r.ForwardMS = min(r.ForwardMS, forward.Sub(start).Seconds()*1e3)
		r.ImageMaxAbs = maxAbs(lin.Output().Data().([]float32), ref[image].Data().([]float32))
		lin.Close()
	}
	r.GradRel = relative(grad.Data().([]float32), ref["grad"].Data().([]float32))
	if sum := r.ImageMaxAbs + r.GradRel; math.IsNaN(sum) || math.IsInf(sum, 0) {
		return r, errors.New("the images or gradients of the model or of the reference are not finite, or the reference's gradient is 0: nothing to compare")
	}
	return r, nil
}

func maxAbs(a, b []float32) float64 {
	worst := 0.0
	for i := range b {
		worst = max(worst, math.Abs(float64(a[i])-float64(b[i]))) // which keeps a NaN
	}
	return worst
}

func relative(a, b []float32) float64 {
	diff, size := 0.0, 0.0
	for i := range b {
		d := float64(a[i]) - float64(b[i])
		diff += d * d
		size += float64(b[i]) * float64(b[i])
	}
	return math.Sqrt(diff / size)
}
