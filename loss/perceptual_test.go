package loss_test

import (
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/backend/ort"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/testmodels"
	"github.com/lcfv-go/lcfv/internal/testort"
	"github.com/lcfv-go/lcfv/loss"
	"github.com/lcfv-go/lcfv/loss/losstest"
)

// value describes an input or output of n×c×h×w; n = 0 stands for any number.
func value(name string, n int, rest ...int) onnx.ValueInfo {
	shape := []onnx.Dim{{Value: n}}
	if n == 0 {
		shape[0] = onnx.Dim{Value: -1, Param: "n"}
	}
	for _, d := range rest {
		shape = append(shape, onnx.Dim{Value: d})
	}
	return onnx.ValueInfo{Name: name, Type: onnx.Float32, Shape: shape}
}

func node(op string, attrs map[string]any, output string, inputs ...string) *onnx.Node {
	return &onnx.Node{Name: op + " " + output, Op: op, Inputs: inputs, Outputs: []string{output}, Attrs: attrs}
}

// layers is a small smooth network: a = tanh(3×3 convolution of x), of four
// channels, and b = tanh(another with stride 2 of a), of six.
func layers(g *onnx.Graph, suffix string) {
	r := rand.New(rand.NewPCG(3, 4))
	weights := func(shape ...int) *onnx.Tensor {
		n := 1
		for _, d := range shape {
			n *= d
		}
		w := make([]float32, n)
		for i := range w {
			w[i] = float32(r.NormFloat64()) / 3
		}
		return onnx.NewTensor(onnx.Float32, shape, w)
	}
	g.Initializers = map[string]*onnx.Tensor{"u": weights(4, 3, 3, 3), "v": weights(6, 4, 3, 3)}
	same := map[string]any{"pads": []int64{1, 1, 1, 1}}
	half := map[string]any{"pads": []int64{1, 1, 1, 1}, "strides": []int64{2, 2}}
	g.Nodes = append(g.Nodes,
		node("Conv", same, "p"+suffix, "x"+suffix, "u"), node("Tanh", nil, "a"+suffix, "p"+suffix),
		node("Conv", half, "q"+suffix, "a"+suffix, "v"), node("Tanh", nil, "b"+suffix, "q"+suffix))
}

func open(t testing.TB, g *onnx.Graph, metadata map[string]string) *native.Model {
	t.Helper()
	m, err := native.New(&onnx.Model{IRVersion: 8, Opsets: map[string]int64{"": 17}, Graph: g, Metadata: metadata}, nil)
	require.NoError(t, err)
	return m
}

// featureNet returns the layers of images of 16×20; metricNet compares the second
// of two images.
func featureNet(t testing.TB, n int, metadata map[string]string) *native.Model {
	g := &onnx.Graph{Name: "features", Inputs: []onnx.ValueInfo{value("x", n, 3, 16, 20)},
		Outputs: []onnx.ValueInfo{value("a", n, 4, 16, 20), value("b", n, 6, 8, 10)}}
	layers(g, "")
	return open(t, g, metadata)
}

func metricNet(t testing.TB, n int) *native.Model {
	g := &onnx.Graph{Name: "metric", Inputs: []onnx.ValueInfo{value("x0", n, 3, 16, 20), value("x1", n, 3, 16, 20)},
		Outputs: []onnx.ValueInfo{value("d", n)}}
	layers(g, "0")
	layers(g, "1")
	g.Nodes = append(g.Nodes, node("Sub", nil, "r", "b0", "b1"), node("Mul", nil, "rr", "r", "r"),
		node("ReduceMean", map[string]any{"axes": []int64{1, 2, 3}, "keepdims": int64(0)}, "d", "rr"))
	return open(t, g, nil)
}

var signed = generator.PixelRange{Low: -1, High: 1}

func TestPerceptualConformance(t *testing.T) {
	shared := 3 // samples of the conformance kit
	for name, c := range map[string]struct {
		m    backend.Differentiable
		opts loss.PerceptualOptions
	}{
		"metric":             {metricNet(t, 0), loss.PerceptualOptions{Range: signed, Batch: 2}},
		"metric, two a time": {metricNet(t, 2), loss.PerceptualOptions{Range: signed}},
		"features":           {featureNet(t, 0, nil), loss.PerceptualOptions{Range: signed}},
		"one feature":        {featureNet(t, shared, nil), loss.PerceptualOptions{Range: generator.PixelRange{High: 1}, Outputs: []string{"b"}, Mean: [3]float64{0.1, 0.2, 0.3}, Deviation: [3]float64{0.2, 0.5, 0}}},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := loss.FromModel(c.m, &c.opts)
			require.NoError(t, err)
			opts := &losstest.Options{Step: 1e-3, Tolerance: 3e-3}
			losstest.Test(t, l, opts)
			opts.Channels = 1
			losstest.Test(t, l, opts)
			require.NoError(t, l.Close())
		})
	}
}

// The loss of features is the formula, pixels are mapped as stated, and the mask
// fills with the target's mean.
func TestPerceptualIsItsFormula(t *testing.T) {
	const h, w = 16, 20
	opts := &loss.PerceptualOptions{Range: signed, Mean: [3]float64{0.1, -0.2, 0.3}, Deviation: [3]float64{0.5, 1, 2}}
	m := featureNet(t, 0, nil)
	l, err := loss.FromModel(m, opts)
	require.NoError(t, err)
	defer l.Close()
	x, y, mask := random(1, 1, 3, h, w), random(2, 1, 3, h, w), generator.NewImages(1, 1, h, w)
	for i := range mask.Pix {
		mask.Pix[i] = []float32{0, 0.5, 1, 1}[i%w/5]
	}
	see := func(x *generator.Images) [][]float32 {
		in := generator.NewImages(1, 3, h, w)
		for c := range 3 {
			var mean, total float64
			for p := range h * w {
				mean += float64(mask.Pix[p] * y.Pix[c*h*w+p])
				total += float64(mask.Pix[p])
			}
			mean /= total
			for p := range h * w {
				m := float64(mask.Pix[p])
				v := m*float64(x.Pix[c*h*w+p]) + (1-m)*mean
				in.Pix[c*h*w+p] = float32((2*v - 1 - opts.Mean[c]) / opts.Deviation[c])
			}
		}
		a, b := generator.NewImages(1, 4, h, w), generator.NewImages(1, 6, h/2, w/2)
		require.NoError(t, m.Run(t.Context(), dense(a, b), dense(in)))
		return [][]float32{a.Pix, b.Pix}
	}
	var want float64
	of, to := see(x), see(y)
	for k, channels := range []int{4, 6} {
		positions := len(of[k]) / channels
		for s := range positions {
			var aa, bb, ab float64
			for c := range channels {
				a, b := float64(of[k][c*positions+s]), float64(to[k][c*positions+s])
				aa, bb, ab = aa+a*a, bb+b*b, ab+a*b
			}
			want += (2 - 2*ab/math.Sqrt(aa*bb)) / float64(positions)
		}
	}
	want /= (0.5*5 + 10) / 20 // the share of the frame that is defined
	got := make([]float64, 1)
	require.NoError(t, l.Eval(got, nil, x, y, mask))
	require.InEpsilon(t, want, got[0], 1e-5)
}

// Features that are 0 are as far from any others as can be, without a slope.
func TestPerceptualOfNothing(t *testing.T) {
	g := &onnx.Graph{Name: "pixels", Inputs: []onnx.ValueInfo{value("x", 0, 3, 2, 2)}, Outputs: []onnx.ValueInfo{value("y", 0, 3, 2, 2)},
		Nodes: []*onnx.Node{node("Neg", nil, "p", "x"), node("Neg", nil, "y", "p")}}
	l, err := loss.FromModel(open(t, g, nil), &loss.PerceptualOptions{Range: generator.PixelRange{High: 1}})
	require.NoError(t, err)
	defer l.Close()
	x, y := generator.NewImages(1, 3, 2, 2), random(1, 1, 3, 2, 2)
	got, grad := make([]float64, 1), new(generator.Images)
	require.NoError(t, l.Eval(got, grad, x, y, nil))
	require.InDelta(t, 1, got[0], 1e-6)
	require.Equal(t, make([]float32, 12), grad.Pix)
}

func TestPerceptualErrors(t *testing.T) {
	_, err := loss.FromModel(nil, nil)
	require.ErrorIs(t, err, loss.ErrModel)
	features, metric := featureNet(t, 0, nil), metricNet(t, 0)
	for _, m := range []backend.Differentiable{features, metric} {
		_, err = loss.FromModel(m, nil)
		require.ErrorIs(t, err, loss.ErrSetting)
		require.ErrorContains(t, err, "PerceptualOptions.Range")
	}
	for _, o := range []loss.PerceptualOptions{
		{Range: generator.PixelRange{Low: 1, High: 0}}, {Range: signed, Batch: -1}, {Range: signed, Deviation: [3]float64{-1, 1, 1}},
	} {
		_, err = loss.FromModel(features, &o)
		require.ErrorIs(t, err, loss.ErrSetting)
	}
	_, err = loss.FromModel(features, &loss.PerceptualOptions{Range: signed, Outputs: []string{"z"}})
	require.ErrorIs(t, err, loss.ErrModel)
	require.ErrorContains(t, err, `"b"`)

	// The file may state the range, and the name tells what is compared.
	stated := featureNet(t, 0, map[string]string{generator.MetaRange: "-1,1"})
	l, err := loss.FromModel(stated, &loss.PerceptualOptions{Outputs: []string{"b", "a"}})
	require.NoError(t, err)
	require.Contains(t, l.Name(), ",b,a)")
	x := random(1, 2, 3, 16, 20)
	require.ErrorIs(t, l.Eval(make([]float64, 1), nil, x, x, nil), loss.ErrImages)
	other := random(1, 2, 3, 16, 16)
	err = l.Eval(make([]float64, 2), nil, other, other, nil)
	require.ErrorIs(t, err, loss.ErrImages)
	require.ErrorContains(t, err, "3×16×20")
	require.NoError(t, l.Close())
	require.Error(t, l.Eval(make([]float64, 2), nil, x, x, nil))
}

// lpips opens the shared LPIPS network for images of a size.
func lpips(t testing.TB, h, w int, inGo bool) *loss.Perceptual {
	t.Helper()
	file, err := onnx.Read(testmodels.Path(t, "lpips_squeeze", "lpips.onnx"))
	require.NoError(t, err)
	file, err = file.WithDims(map[string]int{"h": h, "w": w})
	require.NoError(t, err)
	var m backend.Differentiable
	if inGo {
		m, err = native.New(file, nil)
	} else {
		testort.Require(t)
		m, err = ort.New(file, nil)
	}
	require.NoError(t, err)
	l, err := loss.FromModel(m, &loss.PerceptualOptions{Range: signed, Name: "lpips"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l
}

var engines = map[string]bool{"native": true, "ort": false}

// LPIPS has the values and the gradient that PyTorch computes.
func TestLPIPS(t *testing.T) {
	ref := testmodels.NPZ(t, "lpips_squeeze", "reference.npz")
	pixels := func(name string) *generator.Images {
		a := ref[name]
		m := generator.NewImages(a.Shape[0], a.Shape[1], a.Shape[2], a.Shape[3])
		for i, v := range a.Data {
			m.Pix[i] = float32((v + 1) / 2)
		}
		return m
	}
	x, near, far := pixels("x0"), pixels("x2"), pixels("x1")
	for name, inGo := range engines {
		t.Run(name, func(t *testing.T) {
			l := lpips(t, 64, 64, inGo)
			got, grad := make([]float64, 1), new(generator.Images)
			require.NoError(t, l.Eval(got, nil, x, near, nil))
			require.InDelta(t, ref["d2"].Data[0], got[0], 1e-3)
			offNear := got[0] - ref["d2"].Data[0]
			require.NoError(t, l.Eval(got, grad, x, far, nil))
			require.InDelta(t, ref["d"].Data[0], got[0], 1e-3)
			var off, length float64
			for i, want := range ref["grad_x0"].Data {
				d := float64(grad.Pix[i]) - 2*want // a pixel is half of what the network takes
				off, length = off+d*d, length+4*want*want
			}
			t.Logf("d off by %.2g, d2 by %.2g, gradient by %.2g of its length", got[0]-ref["d"].Data[0], offNear, math.Sqrt(off/length))
			require.LessOrEqual(t, math.Sqrt(off/length), 1e-2)
		})
	}
}

// LPIPS keeps what losses promise. Its kinks lie so close that central differences
// are only near its gradient; TestLPIPS says that that is right.
func TestLPIPSConformance(t *testing.T) {
	for name, inGo := range engines {
		t.Run(name, func(t *testing.T) {
			losstest.Test(t, lpips(t, 32, 40, inGo), &losstest.Options{Height: 32, Width: 40, Samples: 2, Step: 3e-5, Tolerance: 5e-2})
		})
	}
}

// The perceptual metric LPIPS, which takes pixels in [−1, 1].
func ExampleFromModel() {
	file, err := onnx.Read("lpips.onnx")
	if err != nil {
		log.Fatal(err)
	}
	file, err = file.WithDims(map[string]int{"h": 64, "w": 64}) // the size of the images
	if err != nil {
		log.Fatal(err)
	}
	m, err := native.New(file, nil)
	if err != nil {
		log.Fatal(err)
	}
	l, err := loss.FromModel(m, &loss.PerceptualOptions{Range: generator.PixelRange{Low: -1, High: 1}, Name: "lpips"})
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	x, target := generator.NewImages(1, 3, 64, 64), generator.NewImages(1, 3, 64, 64)
	value, grad := make([]float64, 1), new(generator.Images)
	if err := l.Eval(value, grad, x, target, nil); err != nil {
		log.Fatal(err)
	}
	fmt.Println(value)
}

// dense makes the tensors of a, or of x where there is one image.
func dense(images ...*generator.Images) map[string]*tensor.Dense {
	names := []string{"a", "b"}
	if len(images) == 1 {
		names = []string{"x"}
	}
	m := make(map[string]*tensor.Dense)
	for i, x := range images {
		m[names[i]] = tensor.New(tensor.WithShape(x.N, x.C, x.H, x.W), tensor.WithBacking(x.Pix))
	}
	return m
}
