package backend_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/backend/ort"
	"github.com/lcfv-go/lcfv/internal/testmodels"
	"github.com/lcfv-go/lcfv/internal/testort"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// engines lists what models are executed with.
var engines = []struct {
	name string
	open func(t *testing.T, m *onnx.Model) backend.Differentiable
}{
	{"native", func(t *testing.T, m *onnx.Model) backend.Differentiable {
		n, err := native.New(m, nil)
		require.NoError(t, err)
		return n
	}},
	{"ort", func(t *testing.T, m *onnx.Model) backend.Differentiable {
		testort.Require(t)
		n, err := ort.New(m, nil)
		require.NoError(t, err)
		return n
	}},
}

// onEngines runs a test of a model on every engine.
func onEngines(t *testing.T, file *onnx.Model, test func(t *testing.T, m backend.Differentiable)) {
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			m := e.open(t, file)
			defer func() { require.NoError(t, m.Close()) }()
			test(t, m)
		})
	}
}

type tensors = map[string]*tensor.Dense

// point is a model's input, its output there, and the gradient of ⟨v, output⟩
// with respect to the input wrt, all of it computed by PyTorch.
type point struct {
	output, wrt    string
	inputs         tensors
	value, v, grad *tensor.Dense
}

// samples gives the point with the samples at the given indices.
func (p point) samples(indices ...int) point {
	q := point{output: p.output, wrt: p.wrt, inputs: tensors{}}
	for name, d := range p.inputs {
		q.inputs[name] = pick(d, indices)
	}
	q.value, q.v, q.grad = pick(p.value, indices), pick(p.v, indices), pick(p.grad, indices)
	return q
}

func pick(d *tensor.Dense, indices []int) *tensor.Dense {
	shape := d.Shape().Clone()
	per := shape.TotalSize() / shape[0]
	shape[0] = len(indices)
	out := tensor.New(tensor.Of(d.Dtype()), tensor.WithShape(shape...))
	for to, from := range indices {
		switch data := d.Data().(type) {
		case []float32:
			copy(out.Float32s()[to*per:], data[from*per:(from+1)*per])
		case []int64:
			copy(out.Int64s()[to*per:], data[from*per:(from+1)*per])
		}
	}
	return out
}

// checkPoint holds a model's output, its pullback and its pushforward against a
// point: every number of the output within abs, the gradient within rel of its
// length, pullback and pushforward within 1e-5 of being each other's transpose.
func checkPoint(t *testing.T, m backend.Differentiable, p point, abs, rel float64) {
	t.Helper()
	ctx := context.Background()
	got := zerosLike(p.value)
	require.NoError(t, m.Run(ctx, tensors{p.output: got}, p.inputs))
	worst := distance(got, p.value, math.Inf(1))
	require.LessOrEqual(t, worst, abs, "output of Run")

	l, err := m.Linearize(ctx, p.output, p.wrt, p.inputs)
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	require.LessOrEqual(t, distance(l.Output(), p.value, math.Inf(1)), abs, "output of Linearize")
	grad := zerosLike(p.grad)
	require.NoError(t, l.Pullback(ctx, grad, p.v))
	off := distance(grad, p.grad, 2) / math.Sqrt(dot(p.grad, p.grad))
	require.LessOrEqual(t, off, rel, "gradient")

	dz, dx := normalLike(p.grad), zerosLike(p.value)
	require.NoError(t, l.Pushforward(ctx, dx, dz))
	adjoint := math.Abs(dot(dx, p.v)-dot(dz, grad)) / math.Sqrt(dot(dx, dx)*dot(p.v, p.v))
	require.LessOrEqual(t, adjoint, 1e-5, "⟨J dz, v⟩ = ⟨dz, Jᵀ v⟩")
	t.Logf("%d samples: output within %.2g, gradient within %.2g of its length, adjoint within %.2g", p.value.Shape()[0], worst, off, adjoint)
}

// dense makes a tensor of a reference array.
func dense(a testmodels.Array) *tensor.Dense {
	if a.Dtype != "int64" {
		return tensor.New(tensor.WithShape(a.Shape...), tensor.WithBacking(a.Float32()))
	}
	data := make([]int64, len(a.Data))
	for i, v := range a.Data {
		data[i] = int64(v)
	}
	return tensor.New(tensor.WithShape(a.Shape...), tensor.WithBacking(data))
}

// generatorPoint makes a point of a generator's reference file.
func generatorPoint(ref map[string]testmodels.Array) point {
	p := point{output: "image", wrt: "z", inputs: tensors{"z": dense(ref["z"])},
		value: dense(ref["image"]), v: dense(ref["v"]), grad: dense(ref["grad"])}
	if class, ok := ref["class"]; ok {
		p.inputs["class"] = dense(class)
	}
	return p
}

func zerosLike(d *tensor.Dense) *tensor.Dense {
	return tensor.New(tensor.Of(d.Dtype()), tensor.WithShape(d.Shape()...))
}

func normalLike(d *tensor.Dense) *tensor.Dense {
	rng := rand.New(rand.NewPCG(1, 1))
	out := zerosLike(d)
	for i := range out.Float32s() {
		out.Float32s()[i] = float32(rng.NormFloat64())
	}
	return out
}

func dot(a, b *tensor.Dense) (sum float64) {
	for i, v := range a.Float32s() {
		sum += float64(v) * float64(b.Float32s()[i])
	}
	return sum
}

// distance is the norm of a-b, Euclidean for 2 and the maximum for +Inf.
func distance(a, b *tensor.Dense, norm float64) float64 {
	var sum, worst float64
	for i, v := range a.Float32s() {
		d := math.Abs(float64(v) - float64(b.Float32s()[i]))
		if math.IsNaN(d) {
			return math.Inf(1)
		}
		sum, worst = sum+d*d, max(worst, d)
	}
	if math.IsInf(norm, 1) {
		return worst
	}
	return math.Sqrt(sum)
}
