package main

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv"
)

// sized states levels of the bundled decoder, whose position is in several of its
// ten numbers.
var sized = []string{"-model", "dsprites", "-level-sizes", "early:5,late:5"}

func with(args ...string) []string { return append(append([]string{args[0]}, sized...), args[1:]...) }

func TestLearnSteerEvaluateOnLevels(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	quick := []string{"-transform", "translate-x", "-range", "0.1", "-steps", "3", "-trajectories", "12", "-json"}

	out, _ := runs(t, exitOK, with(append([]string{"learn", "-o", in("whole.json")}, quick...)...)...)
	var r learnResult
	require.NoError(t, json.Unmarshal([]byte(out), &r))
	require.Len(t, r.Levels, 2)
	require.Equal(t, "early", r.Levels[0].Name)
	require.InDelta(t, 1, r.Levels[0].Norm*r.Levels[0].Norm+r.Levels[1].Norm*r.Levels[1].Norm, 1e-6)
	best, other := "early", "late"
	if r.Levels[1].Norm > r.Levels[0].Norm {
		best, other = other, best
	}

	// Learned on one level, the direction is in it alone, and the pairs of a folder
	// are those of the level.
	alone := append([]string{"learn", "-levels", best, "-data", in("pairs"), "-o", in("alone.json")}, quick...)
	runs(t, exitOK, with(alone...)...)
	c, err := lcfv.Load(in("alone.json"), nil)
	require.NoError(t, err)
	require.Len(t, c.Inversion.Levels, 1)
	require.Equal(t, best, c.Inversion.Levels[0].Name)
	norms, err := c.LevelNorms(c.Inversion.Levels)
	require.NoError(t, err)
	require.InDelta(t, 1, norms[0], 1e-9)
	_, log := runs(t, exitFailed, with(append([]string{"learn", "-data", in("pairs"), "-o", in("again.json")}, quick...)...)...)
	require.Contains(t, log, "levels: "+best+" [")

	out, _ = runs(t, exitOK, "inspect", "-data", in("pairs"))
	require.Contains(t, out, "moved        only "+best+" (")
	out, _ = runs(t, exitOK, "inspect", "-control", in("alone.json"))
	require.Regexp(t, `levels +early [01]\.000, late [01]\.000`, out)
	require.Contains(t, out, "learned on   "+best+" (")
	out, _ = runs(t, exitOK, "inspect", "-control", in("whole.json"))
	require.Regexp(t, `levels +early 0\.\d+, late [01]\.\d+ \(norm`, out)
	require.NotContains(t, out, "learned on")

	// A part of the whole does less than the whole.
	evaluated := func(args ...string) evaluateResult {
		out, _ := runs(t, exitOK, with(append([]string{"evaluate", "-control", in("whole.json"), "-samples", "60", "-json"}, args...)...)...)
		var e evaluateResult
		require.NoError(t, json.Unmarshal([]byte(out), &e))
		return e
	}
	whole := evaluated().Slope
	part, rest := evaluated("-levels", best).Slope, evaluated("-levels", other).Slope
	require.Greater(t, part, rest)
	require.InDelta(t, whole, part+rest, 0.2)
	require.InDelta(t, whole, evaluated("-levels", "early, late").Slope, 1e-3)

	runs(t, exitOK, with("steer", "-control", in("whole.json"), "-levels", best, "-n", "2", "-o", in("part.png"))...)
	require.FileExists(t, in("part.png"))
}

func TestLevelMistakes(t *testing.T) {
	control, o := learned(t), filepath.Join(t.TempDir(), "o.json")
	for want, args := range map[string][]string{
		`no level "deep", only "early", "late"`: with("learn", "-transform", "zoom", "-levels", "deep", "-o", o),
		"early\" is asked for twice":            with("evaluate", "-control", control, "-levels", "early,early"),
		"the model states none":                 {"learn", "-model", "dsprites", "-transform", "zoom", "-levels", "early", "-o", o},
		"-levels is not for a -baseline":        with("learn", "-transform", "zoom", "-levels", "early", "-baseline", "sefa", "-o", o),
		"is not the size of a level":            {"learn", "-model", "dsprites", "-level-sizes", "5,-5,10", "-transform", "zoom", "-o", o},
	} {
		_, log := runs(t, exitUsage, args...)
		require.Contains(t, log, want)
	}
	_, log := runs(t, exitFailed, "learn", "-model", "dsprites", "-level-sizes", "5,6", "-transform", "zoom", "-o", o)
	require.Contains(t, log, "their sizes must add up")
}
