package lcfv_test

import (
	"fmt"
	"log"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
)

// The parts of a move in the levels share the change: by the squares of the norms,
// which add up to one.
func TestPart(t *testing.T) {
	c := learnLayered(t)
	sum := 0.0
	for _, l := range []generator.Level{coarse, fine} {
		part, err := c.Part([]generator.Level{l})
		require.NoError(t, err)
		norms, err := c.LevelNorms([]generator.Level{l})
		require.NoError(t, err)
		e := evaluateLayered(t, part)
		require.InDelta(t, norms[0]*norms[0], e.Slope, 0.01, l.Name)
		require.InDelta(t, map[string]float64{"coarse": 0.36, "fine": 0.64}[l.Name], e.Slope, 0.01)
		sum += e.Slope

		z := []float32{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8}
		whole, dst := make([]float32, layeredD), make([]float32, layeredD)
		require.NoError(t, c.Steer(whole, z, 0.05))
		require.NoError(t, part.Steer(dst, z, 0.05))
		for k := range z {
			if k >= l.Low && k < l.High {
				require.Equal(t, whole[k], dst[k])
			} else {
				require.Equal(t, z[k], dst[k])
			}
		}
		// Position reads the whole code, and so falls short of what was asked for.
		from, err := part.Position(z)
		require.NoError(t, err)
		to, err := part.Position(dst)
		require.NoError(t, err)
		require.InDelta(t, norms[0]*norms[0]*0.05, to-from, 1e-3)
		require.Equal(t, c.Model, part.Model)

		require.NoError(t, part.Steer(z, z, 0.05), "in place")
		require.Equal(t, dst, z)
		// What is out of range for the whole is so for a part.
		err = part.Set(dst, z, 10)
		require.ErrorIs(t, err, lcfv.ErrOutOfRange)
		require.ErrorIs(t, c.Set(whole, z, 10), lcfv.ErrOutOfRange)
		require.Equal(t, whole[l.Low:l.High], dst[l.Low:l.High])
	}
	require.InDelta(t, 1, sum, 0.01)
}

// Refined, the part goes on until the image has changed as asked.
func TestRefineAPart(t *testing.T) {
	c, err := learnLayered(t).Part([]generator.Level{fine})
	require.NoError(t, err)
	z := generator.NewLatents(6, layeredD)
	generator.Prior{}.Sample(z, 7, 0)
	found, err := c.Refine(t.Context(), layered{}, z, 0.08, &lcfv.RefineOptions{Transform: lift{}, Correct: invert.CorrectOptions{Constraint: invert.Unconstrained{}, MaxRelative: 1e-4}})
	require.NoError(t, err)
	for i, r := range found {
		require.Equal(t, invert.Kept, r.Status)
		require.Equal(t, z.Row(i)[:5], r.Code[:5])
		by := 0.0
		for k, w := range layeredW {
			by += 0.1 * w * (float64(r.Code[k]) - float64(z.Row(i)[k]))
		}
		require.InDelta(t, 0.08, by, 0.002)
	}
	// A control that was learned on a level stays in it without being told.
	c = learnLayered(t, coarse)
	found, err = c.Refine(t.Context(), layered{}, z, 0.03, &lcfv.RefineOptions{Transform: lift{}})
	require.NoError(t, err)
	for i, r := range found {
		require.Equal(t, z.Row(i)[2:], r.Code[2:])
	}
}

func TestPartRefuses(t *testing.T) {
	c := learnLayered(t, coarse, fine)
	for want, levels := range map[string][]generator.Level{
		"give one at least":       nil,
		"overlap":                 {coarse, {Name: "again", Low: 1, High: 3}},
		"no part of a latent":     {{Name: "far", Low: 7, High: 9}},
		"moves nothing in these":  {middle},
		"covers [1, 1), which is": {{Name: "empty", Low: 1, High: 1}},
	} {
		_, err := c.Part(levels)
		require.ErrorContains(t, err, want)
	}
	part, err := c.Part([]generator.Level{coarse})
	require.NoError(t, err)
	_, err = part.Part([]generator.Level{coarse, fine})
	require.ErrorContains(t, err, "is a part already")
	_, err = part.Part([]generator.Level{{Name: "half", High: 1}})
	require.NoError(t, err)

	broken := *c
	broken.Moves = []generator.Level{{Name: "far", Low: 7, High: 9}}
	require.ErrorContains(t, broken.Validate(), "far")
	z := make([]float32, layeredD)
	require.ErrorContains(t, broken.Steer(z, z, 0.01), "far")
}

// Limits hold for whole moves, and are not handed on; what a part does is kept in
// its file.
func TestPartOnDisk(t *testing.T) {
	c := learnLayered(t, coarse, fine)
	c.Limits = &lcfv.Limits{Low: -0.1, High: 0.1, Change: 0.1, Tolerance: 0.03, Share: 0.95}
	part, err := c.Part([]generator.Level{fine})
	require.NoError(t, err)
	require.Nil(t, part.Limits)
	require.NotNil(t, c.Limits)
	require.Nil(t, c.Moves)
	path := filepath.Join(t.TempDir(), "part.json")
	require.NoError(t, part.Save(path))
	again, err := lcfv.Load(path, layered{})
	require.NoError(t, err)
	require.Equal(t, part, again)
	require.Equal(t, []generator.Level{fine}, again.Moves)
}

// A set moves the part of what it would move, and all of it alike.
func TestPartOfASet(t *testing.T) {
	x := byHand()
	y := byHand()
	y.Transform, y.Model.U = "translate-y", []float64{0.6, 0, 0.8, 0}
	set, err := lcfv.NewControls(x, y)
	require.NoError(t, err)
	late := []generator.Level{{Name: "late", Low: 2, High: 4}}
	_, err = set.Part(late)
	require.ErrorContains(t, err, "moves nothing", "translate-x is in the other level")
	both := []generator.Level{{Name: "first", High: 1}}
	part, err := set.Part(both)
	require.NoError(t, err)
	z := []float32{0.1, 0.2, 0.3, 0.4}
	whole, dst := make([]float32, 4), make([]float32, 4)
	require.NoError(t, set.Steer(whole, z, map[string]float64{"translate-x": 0.05}))
	require.NoError(t, part.Steer(dst, z, map[string]float64{"translate-x": 0.05}))
	require.Equal(t, []float32{whole[0], 0.2, 0.3, 0.4}, dst)
	require.NotEqual(t, whole[2], dst[2])
	require.NoError(t, part.Steer(z, z, map[string]float64{"translate-x": 0.05}), "in place")
	require.Equal(t, dst, z)

	alone, err := x.Part(both)
	require.NoError(t, err)
	_, err = lcfv.NewControls(alone, y)
	require.ErrorIs(t, err, lcfv.ErrControls)
	// A set of one, as the command line makes it.
	one, err := lcfv.NewControls(alone)
	require.NoError(t, err)
	want := make([]float32, 4)
	require.NoError(t, alone.Steer(want, z, 0.05))
	require.NoError(t, one.Steer(dst, z, map[string]float64{"translate-x": 0.05}))
	require.InDeltaSlice(t, want, dst, 1e-6)
}

// A curve is followed in full, and the part of where it leads is taken.
func TestPartOfACurve(t *testing.T) {
	c := byHand()
	c.Curve = turning()
	part, err := c.Part([]generator.Level{{Name: "late", Low: 1, High: 4}})
	require.NoError(t, err)
	z := []float32{0.5, 0.1, 0.2, 0.3}
	whole, dst := make([]float32, 4), make([]float32, 4)
	require.NoError(t, c.Steer(whole, z, 0.05))
	require.NoError(t, part.Steer(dst, z, 0.05))
	require.Equal(t, append([]float32{0.5}, whole[1:]...), dst)
	require.NotEqual(t, z, dst)
}

// Which levels keep the factor, and by how much the part of a move in one of them
// changes the image.
func ExampleControl_Part() {
	c := byHand()
	c.Model.U = []float64{0.6, 0, 0.8, 0}
	levels, err := generator.Info{Name: "toy", D: 4, Levels: []generator.Level{{Name: "coarse", High: 2}, {Name: "fine", Low: 2, High: 4}}}.Select("fine")
	if err != nil {
		log.Fatal(err)
	}
	norms, err := c.LevelNorms(levels)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("norm of the direction in fine: %.1f\n", norms[0])
	part, err := c.Part(levels)
	if err != nil {
		log.Fatal(err)
	}
	z := make([]float32, 4)
	if err := part.Steer(z, z, 0.1); err != nil {
		log.Fatal(err)
	}
	p, err := part.Position(z)
	fmt.Printf("%.2f %.3f %v\n", z, p, err)
	// Output:
	// norm of the direction in fine: 0.8
	// [0.00 0.00 0.80 0.00] 0.064 <nil>
}
