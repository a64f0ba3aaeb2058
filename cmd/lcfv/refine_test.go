package main

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEvaluateAndSteerRefined(t *testing.T) {
	control := learned(t)
	evaluate := func(more ...string) (e evaluateResult) {
		status, out, log := execute(append([]string{"evaluate", "-model", "dsprites", "-control", control, "-samples", "16", "-json"}, more...)...)
		require.Equal(t, exitOK, status, log)
		require.NoError(t, json.Unmarshal([]byte(out), &e))
		return e
	}
	straight, refined := evaluate(), evaluate("-refine")
	require.Less(t, refined.RMSE, 0.01)
	require.Positive(t, refined.ForwardEquivalents)
	require.Zero(t, straight.ForwardEquivalents)

	status, out, log := execute("evaluate", "-model", "dsprites", "-control", control, "-samples", "4", "-refine")
	require.Equal(t, exitOK, status, log)
	require.Contains(t, out, "refused (not reached)")
	require.Contains(t, out, "forward equivalents a request")

	loose := evaluate("-refine", "-refine-error", "0.3")
	require.Less(t, loose.Refused, refined.Refused)
	require.Greater(t, loose.RMSE, refined.RMSE)
	for _, command := range [][]string{{"evaluate"}, {"steer", "-o", filepath.Join(t.TempDir(), "a.png")}} {
		for _, bad := range [][]string{{"-refine", "-refine-error", "-1"}, {"-refine", "-refine-error", "NaN"}, {"-refine-error", "0.2"}} {
			status, _, log := execute(slices.Concat(command, bad, []string{"-model", "dsprites", "-control", control})...)
			require.Equal(t, exitUsage, status)
			require.Contains(t, log, "-refine-error")
		}
	}

	sheet := filepath.Join(t.TempDir(), "a.png")
	status, _, log = execute("steer", "-model", "dsprites", "-control", control, "-by", "-0.05,0,0.6", "-n", "2", "-o", sheet, "-refine")
	require.Equal(t, exitOK, status, log)
	require.Contains(t, log, "2 of the changes were not seen to be drawn")
}
