package invert_test

import (
	"context"
	"math"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/loss"
	"github.com/lcfv-go/lcfv/transform"
)

// some are two of the parts of a toy's codes of length 5.
var some = []generator.Level{{Name: "last", Low: 4, High: 5}, {Name: "first", Low: 0, High: 2}}

// solved returns the numbers of b's least squares approximation by the columns of
// g that lie in some: where the codes go when these alone may move.
func solved(g *toy, b []float32) []float64 {
	at := []int{0, 1, 4}
	h, f := make([][]float64, 3), make([]float64, 3)
	for i, a := range at {
		h[i] = make([]float64, 3)
		for p := range side * side {
			row := g.b[p*g.d : (p+1)*g.d]
			for j, c := range at {
				h[i][j] += float64(row[a]) * float64(row[c])
			}
			for j, v := range b {
				f[i] += float64(row[a]) * float64(row[j]) * float64(v)
			}
		}
	}
	for i := range h { // Gauss–Jordan; h is positive definite
		for j := range h {
			if j == i {
				continue
			}
			q := h[j][i] / h[i][i]
			for k := range h {
				h[j][k] -= q * h[i][k]
			}
			f[j] -= q * f[i]
		}
	}
	for i := range f {
		f[i] /= h[i][i]
	}
	return f
}

// What a target asks of the frozen part as well is approximated as well as the
// rest can, by every method.
func TestRunMovesLevelsOnly(t *testing.T) {
	g := newToy(5)
	b := []float32{0.3, -0.2, 0.4, 0.1, -0.3}
	want := solved(g, b)
	for name, m := range map[string]invert.Method{
		"adam": invert.Adam{Rate: 0.02, FinalRate: 1e-5, Iterations: 500, Best: true},
		"lm":   invert.LevenbergMarquardt{Tolerance: 1e-6, Damping: 1e-9, Limit: 10},
		// L-BFGS with and without the Jacobian at z_0.
		"lbfgs":   invert.LBFGS{Tolerance: 1e-8, Damping: 1e-6},
		"without": invert.LBFGS{Tolerance: 1e-8, Curvature: -1, Iterations: 100},
	} {
		o := quick()
		o.Method, o.Levels, o.Loss, o.Constraint = m, some, loss.MSE{}, invert.Unconstrained{}
		o.MaxRelative = -1
		set, err := invert.Run(t.Context(), g, along{g: g, b: b}, o)
		require.NoError(t, err, name)
		require.Equal(t, []generator.Level{some[1], some[0]}, set.Settings.Levels)
		for i, p := range set.Pairs {
			z0, z := set.Z0.Row(p.Trajectory), set.Z.Row(i)
			require.Equal(t, z0[2:4], z[2:4], name)
			for k, at := range []int{0, 1, 4} {
				require.InDelta(t, p.T*want[k], float64(z[at])-float64(z0[at]), 2e-4, "%s: number %d at t = %g", name, at, p.T)
			}
		}
	}
}

// A Method of one's own sees nothing but what moves.
func TestProblemOfLevels(t *testing.T) {
	g := newToy(5)
	o := quick()
	o.Levels = some
	var called atomic.Bool
	o.Method = method(func(ctx context.Context, p *invert.Problem, ts []float64, emit invert.Emit) error {
		called.Store(true)
		require.Equal(t, 3, p.D())
		require.Equal(t, 3, p.Start().D)
		aim := make([]float64, p.N())
		for k := range ts {
			for i := range aim {
				aim[i] = ts[k]
			}
			require.NoError(t, p.Aim(aim))
			value, grad := make([]float64, p.N()), new(generator.Latents)
			require.NoError(t, p.Eval(ctx, value, grad, p.Start()))
			require.Equal(t, 3, grad.D)
			// The gradient is that of the loss.
			moved := new(generator.Latents)
			for j := range 3 {
				moved.CopyFrom(p.Start())
				for i := range moved.N {
					moved.Row(i)[j] += 0.01
				}
				up := make([]float64, p.N())
				require.NoError(t, p.Eval(ctx, up, nil, moved))
				for i := range moved.N {
					moved.Row(i)[j] -= 0.02
				}
				down := make([]float64, p.N())
				require.NoError(t, p.Eval(ctx, down, nil, moved))
				for i := range moved.N {
					require.InDelta(t, (up[i]-down[i])/0.02, grad.Row(i)[j], 1e-4)
				}
			}
			// Rows that are picked are drawn with the frozen part of their own.
			one := []float64{0}
			require.NoError(t, p.EvalRows(ctx, []int{p.N() - 1}, one, nil, p.Start().Slice(p.N()-1, p.N())))
			require.InDelta(t, value[p.N()-1], one[0], 1e-9)
			require.NoError(t, emit(k, p.Start(), value, nil))
		}
		return nil
	})
	_, err := invert.Run(t.Context(), g, along{g: g, b: []float32{1, 0, 0, 0, 0}}, o)
	require.NoError(t, err)
	require.True(t, called.Load())
}

// norms returns the lengths of a code's numbers outside and inside of some.
func norms(z []float32) (still, moving float64) {
	for i, v := range z {
		if i == 2 || i == 3 {
			still += float64(v) * float64(v)
		} else {
			moving += float64(v) * float64(v)
		}
	}
	return math.Sqrt(still), math.Sqrt(moving)
}

// Targets far out drive codes to the bound of the set, which what stays leaves to
// what moves.
func TestLevelsStayInTheSet(t *testing.T) {
	g := newToy(5)
	b := []float32{3, -2, 0, 0, -3}
	for name, c := range map[string]invert.Constraint{
		"ball": invert.Ball{Radius: math.Sqrt(5)}, "sphere": invert.Sphere{Radius: math.Sqrt(5)},
		"box": invert.Box{Low: -1, High: 1}, "own": own{invert.Ball{Radius: math.Sqrt(5)}},
	} {
		for _, m := range []invert.Method{invert.LevenbergMarquardt{}, invert.LBFGS{}, invert.DefaultAdam()} {
			o := quick()
			o.Constraint, o.Levels, o.Method, o.Loss, o.MaxRelative = c, some, m, loss.MSE{}, -1
			set, err := invert.Run(t.Context(), g, along{g: g, b: b}, o)
			require.NoError(t, err)
			active := 0
			for i, p := range set.Pairs {
				z0, z := set.Z0.Row(p.Trajectory), set.Z.Row(i)
				require.Equal(t, z0[2:4], z[2:4])
				still, moving := norms(z)
				room := math.Sqrt(max(5-still*still, 3))
				switch name {
				case "ball":
					require.LessOrEqual(t, moving, room*(1+1e-6))
					if p.Active {
						active++
						require.InDelta(t, room, moving, 1e-5)
					}
				case "sphere":
					require.InDelta(t, 5, still*still+moving*moving, 1e-5)
				case "box":
					for _, v := range z {
						require.LessOrEqual(t, math.Abs(float64(v)), 1.0)
					}
				case "own":
					require.LessOrEqual(t, still*still+moving*moving, 5*(1+1e-4))
				}
			}
			require.True(t, name != "ball" || active > 10, "%s: %d", m.Name(), active)
		}
	}
}

// own is a set that methods know nothing about.
type own struct{ invert.Ball }

func (own) Name() string { return "own" }

func TestLevelsDoNotDependOnWorkersAndBesides(t *testing.T) {
	g := blob.Generator{Angle: 0.4}
	trs := []transform.Transform{transform.TranslateX{}, transform.TranslateY{}}
	for name, method := range map[string]invert.Method{"lm": invert.LevenbergMarquardt{}, "lbfgs": invert.LBFGS{Iterations: 5}} {
		o := &invert.Options{Method: method, Range: 0.1, Steps: 2, Trajectories: 6, Batch: 4, Seed: 3, Workers: 2,
			Levels: []generator.Level{{Name: "place", High: 2}}}
		sets, err := invert.RunAll(t.Context(), g, trs, o)
		require.NoError(t, err)
		o.Workers = 1
		for k, tr := range trs {
			alone, err := invert.Run(t.Context(), g, tr, o)
			require.NoError(t, err)
			alone.ForwardEquivalents = sets[k].ForwardEquivalents
			require.Equal(t, alone, sets[k], name)
		}
	}
}

// All levels together are the whole code.
func TestAllLevelsAreNone(t *testing.T) {
	g := blob.Generator{Angle: 0.4}
	o := &invert.Options{Range: 0.1, Steps: 2, Trajectories: 3}
	whole, err := invert.Run(t.Context(), g, transform.TranslateX{}, o)
	require.NoError(t, err)
	o.Levels = []generator.Level{{Name: "b", Low: 1, High: 4}, {Name: "a", High: 1}}
	parts, err := invert.Run(t.Context(), g, transform.TranslateX{}, o)
	require.NoError(t, err)
	require.Equal(t, whole, parts)
	require.Nil(t, parts.Settings.Levels)
}

func TestLevelsThatAreNone(t *testing.T) {
	for want, levels := range map[string][]generator.Level{
		"give one at least": {},
		"overlap":           {{Name: "a", High: 3}, {Name: "b", Low: 2, High: 4}},
		"no part":           {{Name: "a", High: 5}},
	} {
		_, err := invert.Run(t.Context(), blob.Generator{}, transform.TranslateX{}, &invert.Options{Levels: levels})
		require.ErrorIs(t, err, invert.ErrOptions)
		require.ErrorContains(t, err, want)
		_, err = invert.Correct(t.Context(), blob.Generator{}, transform.TranslateX{}, generator.NewLatents(1, 4), nil, 0.1, &invert.CorrectOptions{Levels: levels})
		require.ErrorIs(t, err, invert.ErrOptions)
	}
}

// A Jacobian of what moves is what costs.
func TestAutomaticCountsWhatMoves(t *testing.T) {
	info := generator.Info{D: 120, C: 1, H: 8, W: 8}
	o, err := (&invert.Options{}).Resolve(info)
	require.NoError(t, err)
	require.IsType(t, invert.LBFGS{}, o.Method)
	o, err = (&invert.Options{Levels: []generator.Level{{Name: "a", Low: 20, High: 40}}}).Resolve(info)
	require.NoError(t, err)
	require.IsType(t, invert.LevenbergMarquardt{}, o.Method)
}

// Position and brightness of the blob are in different numbers: moved by the first
// two alone, codes out of the ball too, it goes where it should, and the rest stays
// to the bit, whatever the guess says of it.
func TestCorrectLevels(t *testing.T) {
	g := blob.Generator{Angle: 0.4}
	z := generator.NewLatents(8, blob.D)
	generator.Prior{}.Sample(z, 4, 0)
	z.Row(0)[3], z.Row(1)[2] = 2.5, -2.2 // out of the ball by what stays
	guess := generator.NewLatents(8, blob.D)
	o := &invert.CorrectOptions{Levels: []generator.Level{{Name: "place", High: 2}}}
	for _, from := range []*generator.Latents{nil, guess} {
		found, err := invert.Correct(t.Context(), g, transform.TranslateX{}, z, from, 0.05, o)
		require.NoError(t, err)
		reached := 0
		for i, c := range found {
			require.Equal(t, z.Row(i)[2:], c.Code[2:])
			if c.Status != invert.Kept {
				continue
			}
			reached++
			u := g.XDirection()
			by := 0.0
			for j, v := range c.Code {
				by += u[j] * (float64(v) - float64(z.Row(i)[j]))
			}
			require.InDelta(t, 0.5, by, 0.05)
		}
		require.GreaterOrEqual(t, reached, 6)
	}
}
