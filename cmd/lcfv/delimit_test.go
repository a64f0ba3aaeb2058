package main

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv"
)

func TestLearnWithinATolerance(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.json")
	learn := []string{"learn", "-model", "dsprites", "-transform", "translate-x",
		"-range", "0.1", "-steps", "4", "-trajectories", "16", "-o", path}
	status, out, log := execute(append(learn, "-tolerance", "0.04", "-json")...)
	require.Equal(t, exitOK, status, log)
	require.Contains(t, log, "measuring the limits", "progress goes to stderr")
	var r learnResult
	require.NoError(t, json.Unmarshal([]byte(out), &r))
	require.Equal(t, 0.04, r.Limits.Tolerance)
	require.GreaterOrEqual(t, r.Limits.Change, 0.08)
	require.GreaterOrEqual(t, r.Limits.Coverage, 0.95)
	require.Equal(t, [2]float64{r.Limits.Low, r.Limits.High}, r.Range)

	c, err := lcfv.Load(path, nil)
	require.NoError(t, err)
	require.Equal(t, r.Limits.Change, c.Limits.Change)
	status, out, _ = execute("inspect", "-control", path)
	require.Equal(t, exitOK, status)
	require.Contains(t, out, "limits       from ")
	require.Contains(t, out, "within 0.04 (fraction of width)")
	require.Contains(t, out, "reached      by half of the trajectories: -0.1 to 0.1; ")

	status, out, log = execute("evaluate", "-model", "dsprites", "-control", path, "-samples", "100", "-json")
	require.Equal(t, exitOK, status, log)
	var e evaluateResult
	require.NoError(t, json.Unmarshal([]byte(out), &e))
	require.Equal(t, 0.04, e.Tolerance)
	require.Greater(t, e.Within, 0.9)
	require.Less(t, e.WithinCI[0], e.WithinCI[1])
	status, _, log = execute("evaluate", "-model", "dsprites", "-control", path, "-seed", "98")
	require.Equal(t, exitFailed, status, "the codes of the limits are not held out")
	require.Contains(t, log, "limits")

	// Another detector gives other limits; one that there is not is told before the work.
	other := filepath.Join(t.TempDir(), "y.json")
	learn[len(learn)-1] = other
	status, _, log = execute(append(learn, "-tolerance", "0.04", "-detector", "spectral")...)
	require.Equal(t, exitOK, status, log)
	o, err := lcfv.Load(other, nil)
	require.NoError(t, err)
	require.NotEqual(t, c.Limits.Coverage, o.Limits.Coverage)
	status, _, log = execute(append(learn, "-tolerance", "0.04", "-detector", "eye")...)
	require.Equal(t, exitUsage, status)
	require.NotContains(t, log, "inverting")

	// An impossible promise is kept nowhere.
	c.Limits = &lcfv.Limits{Tolerance: 1e-9, Share: 0.95, Seed: 98}
	require.NoError(t, c.Save(path))
	status, out, _ = execute("inspect", "-control", path)
	require.Equal(t, exitOK, status)
	require.Contains(t, out, "limits       empty: nowhere are 95 %")
	status, _, log = execute("evaluate", "-model", "dsprites", "-control", path)
	require.Equal(t, exitFailed, status)
	require.Contains(t, log, "limits are empty")
}

func TestTolerancesThatMakeNoSense(t *testing.T) {
	for _, bad := range []string{"-1", "nan", "inf"} {
		status, _, log := execute("learn", "-transform", "zoom", "-o", filepath.Join(t.TempDir(), "x.json"), "-tolerance", bad)
		require.Equal(t, exitUsage, status)
		require.Contains(t, log, "-tolerance")
		status, _, log = execute("evaluate", "-control", "x.json", "-tolerance", bad)
		require.Equal(t, exitUsage, status)
		require.Contains(t, log, "-tolerance")
	}
}
