package native_test

import (
	"archive/zip"
	"context"
	"encoding/binary"
	"io"
	"math"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/internal/testmodels"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

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

func maxDifference(a, b *tensor.Dense) (worst float64) {
	for i, v := range a.Float32s() {
		worst = max(worst, math.Abs(float64(v-b.Float32s()[i])))
	}
	return worst
}

// A detector of 119 convolutions with max pooling and bilinear resizing.
func TestDetector(t *testing.T) {
	if testing.Short() {
		t.Skip("a second of convolutions")
	}
	path := testmodels.Path(t, "u2netp", "u2netp.onnx")
	ref := readNPZ(t, filepath.Join(filepath.Dir(path), "reference.npz"))
	m, err := native.Open(path, nil)
	require.NoError(t, err)
	defer m.Close()
	mask := zerosLike(ref["mask"])
	require.NoError(t, m.Run(context.Background(), tensors{"mask": mask}, tensors{"x": ref["x"]}))
	require.LessOrEqual(t, maxDifference(mask, ref["mask"]), 1e-4)
	require.NoError(t, m.CheckLinearize("mask", "x"))
}

// A perceptual metric whose image size is open.
func TestMetric(t *testing.T) {
	path := testmodels.Path(t, "lpips_squeeze", "lpips.onnx")
	ref := readNPZ(t, filepath.Join(filepath.Dir(path), "reference.npz"))
	file, err := onnx.Read(path)
	require.NoError(t, err)
	file, err = file.WithDims(map[string]int{"h": 64, "w": 64})
	require.NoError(t, err)
	m, err := native.New(file, nil)
	require.NoError(t, err)
	defer m.Close()
	for _, pair := range [][2]string{{"x1", "d"}, {"x2", "d2"}} {
		d := zerosLike(ref["d"])
		require.NoError(t, m.Run(context.Background(), tensors{"d": d}, tensors{"x0": ref["x0"], "x1": ref[pair[0]]}))
		require.LessOrEqual(t, maxDifference(d, ref[pair[1]]), 1e-5)
	}
	require.NoError(t, m.CheckLinearize("d", "x0"))
}
