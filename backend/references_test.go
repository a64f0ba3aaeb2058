package backend_test

import (
	"archive/zip"
	"encoding/binary"
	"io"
	"math"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/internal/testmodels"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// The generators that other people trained.
func TestReferences(t *testing.T) {
	for _, name := range testmodels.Generators {
		t.Run(name, func(t *testing.T) {
			file, err := onnx.Read(testmodels.Path(t, name, "generator.onnx"))
			require.NoError(t, err)
			p := generatorPoint(testmodels.Reference(t, name))
			onEngines(t, file, func(t *testing.T, m backend.Differentiable) { checkPoint(t, m, p, 1e-4, 1e-3) })
		})
	}
}

// A detector of 119 convolutions with max pooling and bilinear resizing.
//
// Its gradient is compared less strictly. Among its millions of ReLUs some have
// inputs so near 0 that rounding decides whether they pass a gradient: PyTorch
// running the same file in float32 is 4.9e-3 from the reference, in float64
// 5.6e-3. In float64 the native engine and PyTorch agree within 1e-12.
func TestDetector(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds of convolutions")
	}
	path := testmodels.Path(t, "u2netp", "u2netp.onnx")
	ref := readNPZ(t, filepath.Join(filepath.Dir(path), "reference.npz"))
	file, err := onnx.Read(path)
	require.NoError(t, err)
	p := point{output: "mask", wrt: "x", inputs: tensors{"x": ref["x"]}, value: ref["mask"], v: ref["v"], grad: ref["grad"]}
	onEngines(t, file, func(t *testing.T, m backend.Differentiable) { checkPoint(t, m, p, 1e-4, 1e-2) })
}

// A perceptual metric whose image size is open.
func TestMetric(t *testing.T) {
	path := testmodels.Path(t, "lpips_squeeze", "lpips.onnx")
	ref := readNPZ(t, filepath.Join(filepath.Dir(path), "reference.npz"))
	file, err := onnx.Read(path)
	require.NoError(t, err)
	file, err = file.WithDims(map[string]int{"h": 64, "w": 64})
	require.NoError(t, err)
	one := tensor.New(tensor.WithShape(1), tensor.WithBacking([]float32{1}))
	p := point{output: "d", wrt: "x0", inputs: tensors{"x0": ref["x0"], "x1": ref["x1"]}, value: ref["d"], v: one, grad: ref["grad_x0"]}
	onEngines(t, file, func(t *testing.T, m backend.Differentiable) {
		checkPoint(t, m, p, 1e-5, 1e-3)
		d := zerosLike(ref["d2"])
		require.NoError(t, m.Run(t.Context(), tensors{"d": d}, tensors{"x0": ref["x0"], "x1": ref["x2"]}))
		require.LessOrEqual(t, distance(d, ref["d2"], math.Inf(1)), 1e-5)
	})
}

// readNPZ reads the float32 arrays of a numpy archive.
func readNPZ(t *testing.T, path string) tensors {
	t.Helper()
	z, err := zip.OpenReader(path)
	require.NoError(t, err)
	defer z.Close()
	shapeOf := regexp.MustCompile(`'shape': \(([^)]*)\)`)
	arrays := tensors{}
	for _, f := range z.File {
		r, err := f.Open()
		require.NoError(t, err)
		raw, err := io.ReadAll(r)
		require.NoError(t, err)
		header := 10 + int(binary.LittleEndian.Uint16(raw[8:]))
		var shape []int
		for _, d := range strings.Split(shapeOf.FindStringSubmatch(string(raw[:header]))[1], ",") {
			if d = strings.TrimSpace(d); d != "" {
				n, err := strconv.Atoi(d)
				require.NoError(t, err)
				shape = append(shape, n)
			}
		}
		data := make([]float32, (len(raw)-header)/4)
		for i := range data {
			data[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[header+4*i:]))
		}
		arrays[strings.TrimSuffix(f.Name, ".npy")] = tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
	}
	return arrays
}
