package main

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/internal/testmodels"
	"github.com/lcfv-go/lcfv/transform"
)

// stuck is what came of asking two codes for up to 1.2: the first goes up to 0.5 and
// no further, the second was not there.
func stuck() *pushedTo {
	p := &pushedTo{subject: far{"test", transform.TranslateX{}, 0.4, 1.2}, samples: 2, tolerance: 0.03}
	p.Before = readings{0.5, math.NaN()}
	for _, delta := range p.subject.changes() {
		change := math.Copysign(min(math.Abs(delta), 0.5), delta)
		after := readings{0.5 + change, 0.5}
		if delta == 1.2 {
			after[0] = math.NaN()
		}
		p.Changes = append(p.Changes, reached{Delta: delta, After: after, Confidence: 0.8, LPIPS: 0.1, Norm: 1})
		p.byRange = append(p.byRange, []bool{math.Abs(delta) < 0.65, true})
		p.byLimits = append(p.byLimits, []bool{math.Abs(delta) < 0.45, true})
	}
	return p
}

func TestWhatIsKept(t *testing.T) {
	p := stuck()
	require.Len(t, p.Changes, 2*farSteps)
	require.InDelta(t, -1.2, p.Changes[0].Delta, 1e-12)
	require.InDelta(t, 0.1, p.Changes[farSteps].Delta, 1e-12)
	require.InDelta(t, 0.5, p.breaks(), 1e-9)
	share, met := p.kept(func(k, i int) bool { return p.byRange[k][i] })
	require.InDelta(t, 0.5, share, 1e-12)
	require.InDelta(t, 5.0/6, met.Value, 1e-12)
	share, met = p.kept(func(k, i int) bool { return p.byLimits[k][i] })
	require.InDelta(t, 4.0/12, share, 1e-12)
	require.Equal(t, 1.0, met.Value)
	// A lost object is a miss, and one that was not there is not asked for anything.
	_, n := p.within(func(k, _ int) bool { return k == 2*farSteps-1 })
	require.Equal(t, []float64{1, 0}, n)

	var b bytes.Buffer
	p.limit = limit{Limits: &lcfv.Limits{Low: -0.4, High: 0.4, Change: 0.4}}
	beforeItBreaks(&b, []pushedTo{*p})
	require.Contains(t, b.String(), "| test, translate-x | 1.2 | 0.03 | 0.50 |")
	require.Contains(t, b.String(), "-0.40 to 0.40, changes up to 0.40 | 33 % | 100.0 % [100.0, 100.0] | 12.5 %")
	growing(&b, []pushedTo{*p})
	require.Contains(t, b.String(), "| test, translate-x | 1.20 | 0.500 ± 0.000 | 50 % | no detector | 0.100 | 1.00 | 0 % | 0 % |")
	require.NoError(t, p.chart(testLab(t, "limits")))

	p.limit = limit{Why: "lcfv: delimiting: nothing shows it"}
	b.Reset()
	beforeItBreaks(&b, []pushedTo{*p})
	require.Contains(t, b.String(), "none: delimiting: nothing shows it | 0 % |")
}

// Of a blob that can go anywhere it is asked to, LPIPS stays as it is while nothing
// leaves the frame, and what the library allows comes out.
func TestPushingABlob(t *testing.T) {
	testmodels.Path(t, "lpips_squeeze", "lpips.onnx")
	l := testLab(t, "limits")
	l.models = testmodels.Path(t)
	g := blob.Generator{Angle: 0.3}
	f := far{"blob", transform.TranslateX{}, 0.12, 0.6}
	c, err := learned(t.Context(), l, g, f.transform, gentle)
	require.NoError(t, err)
	p, err := push(t.Context(), l, g, c, f, 6)
	require.NoError(t, err)
	require.Greater(t, p.Confidence, 0.2)
	small, large := p.Changes[farSteps], p.Changes[2*farSteps-1]
	require.InDelta(t, 0.05, small.Delta, 1e-12)
	require.InDelta(t, p.Before[0]+0.05, small.After[0], 0.01)
	require.Less(t, small.LPIPS, 0.02)
	require.Greater(t, large.Norm, small.Norm+0.5)
	again, err := push(t.Context(), l, silent{g}, c, f, 6)
	require.NoError(t, err)
	require.Equal(t, p.Changes[3].LPIPS, again.Changes[3].LPIPS)

	of := pushedTo{subject: f, samples: 6, pushed: p}
	require.NoError(t, of.ask(g, c))
	require.False(t, of.byRange[0][0]) // −0.6 is more than there is
	require.True(t, of.byRange[farSteps][0])
	require.False(t, of.byLimits[farSteps][0]) // nothing is promised
}
