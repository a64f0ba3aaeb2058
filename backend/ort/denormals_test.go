package ort_test

import (
	"runtime"
	"testing"

	"github.com/lcfv-go/lcfv/backend/ort"
	"github.com/lcfv-go/lcfv/internal/testort"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// Sessions flush denormal numbers on every thread of theirs, and the caller's thread
// computes with them as before.
func TestDenormals(t *testing.T) {
	testort.Require(t)
	if runtime.GOARCH != "amd64" {
		t.Skip("ONNX Runtime's own threads flush on amd64 only")
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const n = 1 << 18
	x := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(n, 2))
	small := x.Float32s()
	for i := range small {
		small[i] = 1e-22
	}
	for _, threads := range []int{1, 2} {
		m, err := ort.New(model(nil, node("Mul", "y", "x", "x")), &ort.Options{Threads: threads})
		require.NoError(t, err)
		y := x.Clone().(*tensor.Dense)
		require.NoError(t, m.Run(t.Context(), tensors{"y": y}, tensors{"x": x}))
		require.NoError(t, m.Close())
		for _, v := range y.Float32s() {
			require.Zero(t, v)
		}
		require.NotZero(t, small[0]*small[0], "on the caller's thread, after a run with %d threads", threads)
	}
}

// ONNX Runtime means the first session of a process to change the thread it is made on.
func TestDenormalsOfFirstSession(t *testing.T) {
	testort.Require(t)
	require.Contains(t, inNewProcess(t, "LCFV_ORT_TEST_LIBRARY=", "-test.run", "^TestDenormals$", "-test.v"), "TestDenormals")
}
