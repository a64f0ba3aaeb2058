package saliency_test

import (
	"fmt"
	"log"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/backend/ort"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/testmodels"
	"github.com/lcfv-go/lcfv/internal/testort"
	"github.com/lcfv-go/lcfv/saliency"
)

// toy is a network whose map is the mean of its three channels, for images of
// the given number (0 for any) and size.
func toy(t testing.TB, n, h, w int) backend.Model {
	t.Helper()
	batch := onnx.Dim{Value: n}
	if n == 0 {
		batch = onnx.Dim{Value: -1, Param: "n"}
	}
	value := func(name string, c int) onnx.ValueInfo {
		return onnx.ValueInfo{Name: name, Type: onnx.Float32, Shape: []onnx.Dim{batch, {Value: c}, {Value: h}, {Value: w}}}
	}
	m, err := native.New(&onnx.Model{
		IRVersion: 8, Opsets: map[string]int64{"": 17},
		Graph: &onnx.Graph{
			Name: "toy", Inputs: []onnx.ValueInfo{value("x", 3)}, Outputs: []onnx.ValueInfo{value("side", 1), value("mask", 1)},
			Nodes: []*onnx.Node{
				{Op: "ReduceMean", Inputs: []string{"x"}, Outputs: []string{"mask"}, Attrs: map[string]any{"axes": []int64{1}, "keepdims": int64(1)}},
				{Op: "Neg", Inputs: []string{"mask"}, Outputs: []string{"side"}},
			},
		},
	}, nil)
	require.NoError(t, err)
	return m
}

// plain leaves images as they are.
func plain() *saliency.Preparation {
	return &saliency.Preparation{Name: "plain", Deviation: [3]float64{1, 1, 1}}
}

// The network sees what the preparation says, and its map is resized back.
func TestNetworkPreparation(t *testing.T) {
	ctx := t.Context()
	src := generator.NewImages(5, 3, 4, 6)
	for i := range src.Pix {
		src.Pix[i] = float32(i%7) / 20
	}
	detect := func(m backend.Model, src *generator.Images, o *saliency.NetworkOptions) *generator.Images {
		d, err := saliency.FromModel(m, o)
		require.NoError(t, err)
		dst := new(generator.Images)
		require.NoError(t, d.Detect(ctx, dst, src))
		require.NoError(t, d.Close())
		return dst
	}
	mean := new(generator.Images)
	mean.Resize(5, 1, 4, 6)
	for i := range mean.Pix {
		at := i/24*72 + i%24
		mean.Pix[i] = (src.Pix[at] + src.Pix[at+24] + src.Pix[at+48]) / 3
	}
	options := func(p *saliency.Preparation) *saliency.NetworkOptions {
		return &saliency.NetworkOptions{Preparation: p, Output: "mask", Batch: 2, Workers: 2}
	}
	// Of any number of images, and of three at a time.
	for _, n := range []int{0, 3} {
		require.InDeltaSlice(t, mean.Pix, detect(toy(t, n, 4, 6), src, options(plain())).Pix, 1e-6)
	}

	p := plain()
	p.Peak, p.Mean, p.Deviation = true, [3]float64{0.1, 0.2, 0.3}, [3]float64{1, 2, 4}
	got := detect(toy(t, 0, 4, 6), src, options(p))
	for i := range got.Pix {
		at, want := i/24*72+i%24, 0.0
		for c := range 3 {
			want += (float64(src.Pix[at+24*c])/0.3 - p.Mean[c]) / p.Deviation[c] / 3 // 0.3 is the peak
		}
		require.InDelta(t, min(1, max(0, want)), got.Pix[i], 1e-6)
	}

	p = plain()
	p.Stretch = true
	got = detect(toy(t, 0, 4, 6), src, options(p))
	for n := range 5 {
		low, high := float32(1), float32(0)
		for _, v := range mean.Sample(n) {
			low, high = min(low, v), max(high, v)
		}
		for i, v := range got.Sample(n) {
			require.InDelta(t, (mean.Sample(n)[i]-low)/(high-low), v, 1e-5)
		}
	}

	// A grey ramp keeps its values through a larger and a smaller network; the
	// first output of the network is the default.
	grey := generator.NewImages(1, 1, 8, 8)
	for i := range grey.Pix {
		grey.Pix[i] = float32(i%8) / 8
	}
	for _, size := range []int{16, 4} {
		got := detect(toy(t, 0, size, size), grey, options(plain()))
		for i := range got.Pix {
			if j := i % 8; j == 3 || j == 4 { // at the border, there is nothing to interpolate with
				require.InDelta(t, grey.Pix[i], got.Pix[i], 1e-6)
			}
		}
	}
	require.Zero(t, detect(toy(t, 0, 8, 8), grey, &saliency.NetworkOptions{Preparation: plain()}).Pix[5], "side = −mask")
}

func TestNetworkErrors(t *testing.T) {
	_, err := saliency.FromModel(nil, nil)
	require.ErrorIs(t, err, saliency.ErrModel)
	m := toy(t, 0, 4, 4)
	_, err = saliency.FromModel(m, &saliency.NetworkOptions{Output: "map"})
	require.ErrorIs(t, err, saliency.ErrModel)
	require.ErrorContains(t, err, `"mask"`)
	_, err = saliency.FromModel(m, &saliency.NetworkOptions{Batch: -1})
	require.ErrorIs(t, err, saliency.ErrSetting)
	_, err = saliency.FromModel(m, &saliency.NetworkOptions{Preparation: new(saliency.Preparation)})
	require.ErrorIs(t, err, saliency.ErrSetting)
	d, err := saliency.FromModel(m, &saliency.NetworkOptions{Name: "mine"})
	require.NoError(t, err)
	require.Equal(t, "mine", d.Name())
	require.ErrorIs(t, d.Detect(t.Context(), new(generator.Images), generator.NewImages(1, 2, 4, 4)), saliency.ErrImages)
	require.NoError(t, d.Close())
	require.Error(t, d.Detect(t.Context(), new(generator.Images), generator.NewImages(1, 1, 4, 4)))

	for _, name := range saliency.PreparationNames() {
		p, err := saliency.PreparationByName(name)
		require.NoError(t, err)
		require.Equal(t, name, p.Name)
	}
	_, err = saliency.PreparationByName("none")
	require.ErrorIs(t, err, saliency.ErrUnknown)
	require.ErrorContains(t, err, "u2net, basnet, isnet")
}

// u2netp is the network of the shared models on the native engine or ONNX
// Runtime.
func u2netp(t testing.TB, inGo bool) *saliency.Network {
	t.Helper()
	file, err := onnx.Read(testmodels.Path(t, "u2netp", "u2netp.onnx"))
	require.NoError(t, err)
	var m backend.Model
	if inGo {
		m, err = native.New(file, nil)
	} else {
		testort.Require(t)
		m, err = ort.New(file, nil)
	}
	require.NoError(t, err)
	d, err := saliency.FromModel(m, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

// U²-Net-p marks what it does upstream.
func TestU2NetP(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds of convolutions")
	}
	ref := testmodels.NPZ(t, "u2netp", "reference.npz")
	// The reference holds the image as the network takes it.
	src := generator.NewImages(1, 3, 320, 320)
	p := saliency.U2Net()
	for i, v := range ref["x"].Data {
		c := i / (320 * 320)
		src.Pix[i] = float32(v*p.Deviation[c] + p.Mean[c])
	}
	for name, inGo := range map[string]bool{"native": true, "ort": false} {
		t.Run(name, func(t *testing.T) {
			dst := new(generator.Images)
			require.NoError(t, u2netp(t, inGo).Detect(t.Context(), dst, src))
			var sum float64
			for i, want := range ref["mask"].Data {
				sum += math.Abs(float64(dst.Pix[i]) - want)
			}
			off := sum / float64(len(dst.Pix))
			t.Logf("mean absolute difference %.2g", off)
			require.LessOrEqual(t, off, 1e-3)
		})
	}
}

// Any saliency network as a detector.
func ExampleFromModel() {
	m, err := native.Open("u2netp.onnx", nil)
	if err != nil {
		log.Fatal(err)
	}
	preparation := saliency.U2Net()
	d, err := saliency.FromModel(m, &saliency.NetworkOptions{Preparation: &preparation})
	if err != nil {
		log.Fatal(err)
	}
	defer d.Close()
	measure, err := saliency.MeasureByName("barycentre-x")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(saliency.Meter{Detector: d, Measure: measure}.Detector.Name())
}
