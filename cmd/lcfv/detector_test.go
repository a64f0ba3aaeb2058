package main

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/internal/testmodels"
	"github.com/lcfv-go/lcfv/internal/testort"
)

// Whatever finds the sprites, they are where they are.
func TestEvaluateWithDetectors(t *testing.T) {
	control := learned(t)
	slope := func(detector string, samples string) float64 {
		status, out, log := execute("evaluate", "-model", "dsprites", "-control", control, "-detector", detector, "-samples", samples, "-json")
		require.Equal(t, exitOK, status, log)
		var e evaluateResult
		require.NoError(t, json.Unmarshal([]byte(out), &e))
		require.Zero(t, e.Undetected, detector)
		return e.Slope
	}
	want := slope("intensity", "30")
	for _, detector := range []string{"spectral", "barrier"} {
		require.InDelta(t, want, slope(detector, "30"), 0.1, detector)
	}
}

// Where the detector does not find the objects, learn and evaluate say that this may be
// why the control seems to do nothing.
func TestAdviceOnDetectors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.json")
	_, log := runs(t, exitOK, "learn", "-model", "sprites", "-transform", "translate-x", "-class", "disc", "-heldout-class", "star",
		"-levels", "4x4", "-range", "0.1", "-steps", "2", "-trajectories", "12", "-o", path)
	require.Contains(t, log, "the control errs by ")
	require.Contains(t, log, "or the detector (intensity) does not find the objects: look at what lcfv steer draws, and try -detector barrier\n")
	out, log := runs(t, exitOK, "evaluate", "-model", "sprites", "-class", "disc", "-control", path, "-samples", "20")
	require.Contains(t, log, "try -detector barrier")
	require.Contains(t, out, "where nothing is changed")
	_, log = runs(t, exitOK, "evaluate", "-model", "dsprites", "-control", learned(t), "-samples", "20")
	require.NotContains(t, log, "leaving codes as they are")
}

// The paper's measure of x moves as ours does, and its scale stays when x is changed.
func TestEvaluateWithMeasure(t *testing.T) {
	control := learned(t)
	evaluate := func(measure string) (int, evaluateResult, string) {
		status, out, log := execute("evaluate", "-model", "dsprites", "-control", control, "-samples", "30", "-measure", measure, "-json")
		var e evaluateResult
		if status == exitOK {
			require.NoError(t, json.Unmarshal([]byte(out), &e))
		}
		return status, e, log
	}
	_, own, _ := evaluate("")
	status, published, log := evaluate("published-x")
	require.Equal(t, exitOK, status, log)
	require.InDelta(t, own.RMSE, published.RMSE, 0.002)
	_, scale, _ := evaluate("published-scale")
	require.InDelta(t, 0, scale.Slope, 0.02)
	status, _, log = evaluate("beauty")
	require.Equal(t, exitUsage, status)
	require.Contains(t, log, "published-x")
}

// A network is a file, with the name of another preparation before it.
func TestNetworkDetector(t *testing.T) {
	testort.Require(t)
	path := testmodels.Path(t, "u2netp", "u2netp.onnx")
	for name, want := range map[string]string{path: "u2net", "isnet:" + path: "isnet", "u2net:" + path: "u2net"} {
		d, err := (&detectorFlags{name}).open("ort")
		require.NoError(t, err)
		require.Equal(t, want, d.Name())
		require.NoError(t, d.Close())
	}
	for _, bad := range []string{testmodels.Path(t, "anime_dcgan64", "generator.onnx"), "absent.onnx"} {
		_, err := (&detectorFlags{bad}).open("ort")
		require.Error(t, err)
		require.NotErrorIs(t, err, errUsage)
	}
	for _, bad := range []string{"eye", "isnet:eye", "isnet"} {
		_, err := (&detectorFlags{bad}).open("ort")
		require.ErrorIs(t, err, errUsage)
	}
}
