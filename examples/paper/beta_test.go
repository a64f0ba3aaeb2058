package main

import (
	"bytes"
	"context"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/blob"
)

// answered makes the answers of a control of two codes at 0.4 and 0.6, which moves
// by share of what it is asked for; the second code is out of its range for the
// largest changes to the right, and then stays at its end, 0.7.
func answered(share float64) answers {
	a := answers{Low: -0.2, High: 0.2, Before: []readings{{0.4, 0.6}, {0.4, math.NaN()}}}
	for _, delta := range askedChanges {
		after := readings{0.4 + share*delta, 0.6 + share*delta}
		refused := []bool{false, delta > 0.1}
		if refused[1] {
			after[1] = 0.7
		}
		a.After, a.Refused = append(a.After, []readings{after, after}), append(a.Refused, refused)
	}
	for _, value := range askedValues {
		set := readings{0.5 + value - 0.01, 0.5 + value + 0.01}
		a.Set = append(a.Set, []readings{set, {0.1, math.NaN()}})
	}
	return a
}

func TestTrials(t *testing.T) {
	half := trials{codes: 2, of: []trial{{answers: answered(0.5)}}}
	whole := trials{codes: 2, of: []trial{{answers: answered(1)}}}
	rows := counted(0, 2)

	errors, refused, lost := half.met()
	require.InDelta(t, 2.0/16, refused, 1e-12)
	require.Zero(t, lost)
	// Of ±0.05 to ±0.2, half is missed, without the two refused ones.
	sum := 0.0
	for _, d := range askedChanges {
		sum += 2 * square(d/2)
	}
	sum -= square(0.15/2) + square(0.2/2)
	require.InDelta(t, math.Sqrt(sum/14), errors.rms(rows), 1e-12)
	require.InDelta(t, 0.5, half.slope(), 1e-12)
	least, most := half.bySeed()
	require.Equal(t, least, most)

	// All codes are 0.01 from where they are set to.
	require.InDelta(t, 0.01, half.spread(0)(rows), 1e-9)
	require.InDelta(t, 0.1, half.without(0), 1e-12)
	require.InDelta(t, 0.5, half.missing(1), 1e-12)
	require.Zero(t, half.spread(1)(rows)) // of one image there is none
	// All are moved alike, but for those that were refused.
	require.InDelta(t, 0, half.spreadOfChanges()(rows), 1e-9)
	half.of[0].After[0][0][1] += 0.1
	require.InDelta(t, math.Sqrt(square(0.05)/8), half.spreadOfChanges()(rows), 1e-9)
	half.of[0].After[0][0][1] -= 0.1
	require.True(t, math.IsNaN(scatter([]readings{{math.NaN()}})([]int{0})))
	low, high := half.ends()
	require.Equal(t, []float64{-0.2, 0.2}, []float64{low, high})

	// Where nothing may start nothing is asked.
	whole.of[0].reach = [2]float64{0.41, 0.59}
	errors, _, _ = whole.drawable()
	require.True(t, math.IsNaN(errors.rms(rows)))
	// With room, the refused ones are judged by the end of the range.
	whole.of[0].reach = [2]float64{0.35, 0.8}
	errors, refused, lost = whole.drawable()
	n := 5.0 + 8 // changes that lead inside
	require.InDelta(t, 2/n, refused, 1e-12)
	require.Zero(t, lost)
	require.InDelta(t, math.Sqrt((square(0.05)+square(0.1))/n), errors.rms(rows), 1e-9)

	two := both(half, whole)
	require.Len(t, two.of, 2)
	errors, _, _ = two.met()
	require.InDelta(t, math.Sqrt(sum/28), errors.rms(rows), 1e-12)
}

func TestReachIsWhatAllDraw(t *testing.T) {
	even := func(low, high float64) trials {
		var r readings
		for i := range 101 {
			r = append(r, low+(high-low)*float64(i)/100)
		}
		return trials{codes: 101, of: []trial{{answers: answers{Before: []readings{r}}}, {}}}
	}
	a, b := even(0, 1), even(0.2, 1.2)
	shareReach([]trials{a, b})
	for _, of := range []trial{a.of[0], a.of[1], b.of[0], b.of[1]} {
		require.InDeltaSlice(t, []float64{0.25, 0.95}, of.reach[:], 0.01)
	}
}

func TestLostObjectsAreCounted(t *testing.T) {
	a := answered(1)
	a.After[4][0][0] = math.NaN() // of the change 0.05
	a.Before[0][1] = math.NaN()   // nothing can be asked of this one
	of := trials{codes: 2, of: []trial{{a, [2]float64{0.3, 0.7}}}}
	errors, refused, lost := of.met()
	require.Zero(t, refused)
	require.InDelta(t, 1.0/16, lost, 1e-12)
	require.Equal(t, []float64{7, 0}, errors.n)
	_, _, lost = of.drawable()
	require.InDelta(t, 1.0/6, lost, 1e-12) // −0.1 to 0.2 lead inside
}

// twisted draws a blob whose direction to the right turns with its size: no single
// direction of the code leads there.
type twisted struct{ blob.Generator }

func (t twisted) Info() generator.Info {
	info := t.Generator.Info()
	info.Name, info.Fingerprint = "twisted", "twisted"
	return info
}

func (t twisted) Generate(ctx context.Context, dst *generator.Images, z *generator.Latents) error {
	turned := new(generator.Latents)
	turned.CopyFrom(z)
	for i := range z.N {
		sin, cos := math.Sincos(float64(z.Row(i)[2]))
		a, b := float64(z.Row(i)[0]), float64(z.Row(i)[1])
		turned.Row(i)[0], turned.Row(i)[1] = float32(cos*a-sin*b), float32(sin*a+cos*b)
	}
	return t.Generator.Generate(ctx, dst, turned)
}

func TestOverBetaTellsTwistedFromStraight(t *testing.T) {
	l := testLab(t, "beta")
	l.samples = 40
	decoders := []decoder{{"1", generator.FiniteDifference(twisted{}, 0)}, {"20", blob.Generator{}}}
	run := func() string {
		var b bytes.Buffer
		require.NoError(t, overBeta(t.Context(), l, &b, decoders, gentle, []uint64{1}))
		return b.String()
	}
	text := run()
	for _, name := range []string{"beta-rmse.png", "beta-std.png", "beta-x-1.png", "beta-x-20.png"} {
		path, err := l.picture(strings.TrimPrefix(name, "beta-"))
		require.NoError(t, err)
		require.Contains(t, path, name)
		_, err = os.Stat(path)
		require.NoError(t, err)
	}
	// The straight one is several times as good at both coordinates together.
	_, rest, ok := strings.Cut(text, "| x and y | 20 |")
	require.True(t, ok, text)
	times := strings.Split(rest, "|")[3]
	require.NotContains(t, times, "NaN")
	require.Greater(t, leading(t, times), 3.0, text)

	decoders[0].Differentiable, decoders[1].Differentiable = silent{decoders[0].Differentiable}, silent{decoders[1].Differentiable}
	require.Equal(t, text, run())
}

// silent is a generator that only tells what it is: for runs that compute nothing.
type silent struct{ generator.Differentiable }

func (silent) Generate(context.Context, *generator.Images, *generator.Latents) error {
	panic("asked to draw")
}

// leading is the number that a cell of a table begins with.
func leading(t *testing.T, cell string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(strings.Fields(cell)[0], 64)
	require.NoError(t, err)
	return v
}
