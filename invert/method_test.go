package invert_test

import (
	"context"
	"testing"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/stretchr/testify/require"
)

// method is a Method made of a function.
type method func(ctx context.Context, p *invert.Problem, ts []float64, emit invert.Emit) error

func (method) Name() string { return "test" }

func (m method) Follow(ctx context.Context, p *invert.Problem, ts []float64, emit invert.Emit) error {
	return m(ctx, p, ts, emit)
}

// A method of one's own: the exact codes, which this toy lets one write down.
func TestOwnMethod(t *testing.T) {
	g := newToy(4)
	o := quick()
	o.Constraint = invert.Unconstrained{}
	o.Method = method(func(ctx context.Context, p *invert.Problem, ts []float64, emit invert.Emit) error {
		z, value, grad := new(generator.Latents), make([]float64, p.N()), new(generator.Latents)
		aim := make([]float64, p.N())
		for k, t := range ts {
			z.CopyFrom(p.Start())
			for i := range z.N {
				aim[i] = t
				for j, b := range direction {
					z.Row(i)[j] += float32(t) * b
				}
			}
			if err := p.Aim(aim); err != nil {
				return err
			}
			if err := p.Eval(ctx, value, grad, z); err != nil {
				return err
			}
			if err := emit(k, z, value, nil); err != nil {
				return err
			}
		}
		return nil
	})
	set, err := invert.Run(t.Context(), g, along{g: g, b: direction}, o)
	require.NoError(t, err)
	for _, p := range set.Pairs {
		require.Less(t, p.Relative(), 1e-9)
	}
	require.Equal(t, 1.0+8*3, set.ForwardEquivalents)
	require.Equal(t, "test", set.Settings.Method)
}

func TestMethodsThatBreakTheirWord(t *testing.T) {
	g := newToy(4)
	run := func(m method) error {
		o := quick()
		o.Method = m
		_, err := invert.Run(t.Context(), g, along{g: g, b: direction}, o)
		return err
	}
	require.ErrorContains(t, run(func(_ context.Context, p *invert.Problem, _ []float64, emit invert.Emit) error {
		return emit(1, p.Start(), make([]float64, p.N()), nil)
	}), "emitted target 1")
	require.ErrorContains(t, run(func(_ context.Context, p *invert.Problem, _ []float64, emit invert.Emit) error {
		return emit(0, p.Start(), nil, nil)
	}), "0 losses")
	require.ErrorContains(t, run(func(context.Context, *invert.Problem, []float64, invert.Emit) error {
		return nil
	}), "emitted 0 of 4 targets")
}

// Aims that differ must give what aiming at each alone gives, and the gradient
// must be that of the loss.
func TestProblem(t *testing.T) {
	g := newToy(4)
	o := quick()
	checked := false
	o.Trajectories, o.Workers, o.T = 3, 1, []float64{0.2}
	o.Method = method(func(ctx context.Context, p *invert.Problem, ts []float64, emit invert.Emit) error {
		aims := []float64{0.1, -0.2, 0.3}
		together, alone := make([]float64, 3), make([]float64, 3)
		grad := new(generator.Latents)
		require.NoError(t, p.Aim(aims))
		require.NoError(t, p.Eval(ctx, together, grad, p.Start()))
		for i, at := range aims {
			require.NoError(t, p.Aim([]float64{at, at, at}))
			require.NoError(t, p.Eval(ctx, alone, nil, p.Start()))
			require.Equal(t, alone[i], together[i])
		}
		require.NoError(t, p.Aim(aims))
		const h = 1e-2 // the loss is quadratic: central differences are exact
		for j := range p.D() {
			z, up, down := new(generator.Latents), make([]float64, 3), make([]float64, 3)
			z.CopyFrom(p.Start())
			for i := range 3 {
				z.Row(i)[j] += h
			}
			require.NoError(t, p.Eval(ctx, up, nil, z))
			for i := range 3 {
				z.Row(i)[j] -= 2 * h
			}
			require.NoError(t, p.Eval(ctx, down, nil, z))
			for i := range 3 {
				require.InDelta(t, (up[i]-down[i])/(2*h), grad.Row(i)[j], 1e-6)
			}
		}
		p.End(1, invert.NotFinite)
		require.False(t, p.Alive(1))
		require.NoError(t, p.Eval(ctx, together, grad, p.Start()))
		require.Zero(t, together[1])
		require.Equal(t, make([]float32, 4), grad.Row(1))
		require.NotZero(t, together[2])
		checked = true
		return emit(0, p.Start(), together, nil)
	})
	set, err := invert.Run(t.Context(), g, along{g: g, b: direction}, o)
	require.NoError(t, err)
	require.True(t, checked)
	require.Equal(t, invert.NotFinite, set.Pairs[1].Status)
	require.Equal(t, 2, set.Count(invert.Kept))
}

func TestConstraintProjections(t *testing.T) {
	z := []float32{3, 4}
	invert.Ball{Radius: 10}.Project(z)
	require.Equal(t, []float32{3, 4}, z, "inside nothing moves")
	invert.Ball{Radius: 1}.Project(z)
	require.InDeltaSlice(t, []float32{0.6, 0.8}, z, 1e-7)
	z = []float32{-3, 0.5, 2}
	invert.Box{Low: -1, High: 1}.Project(z)
	require.Equal(t, []float32{-1, 0.5, 1}, z)
	invert.Sphere{Radius: 2}.Project(z)
	require.InDeltaSlice(t, []float32{-4. / 3, 2. / 3, 4. / 3}, z, 1e-6)
	z = []float32{-1, 0.5, 1}
	invert.Unconstrained{}.Project(z)
	require.Equal(t, []float32{-1, 0.5, 1}, z)

	require.Equal(t, invert.Ball{Radius: 3}, invert.ConstraintFor(generator.Info{D: 9}))
	require.Equal(t, invert.Box{Low: -2, High: 2}, invert.ConstraintFor(generator.Info{D: 9,
		Prior: generator.Prior{Kind: generator.TruncatedNormal, Low: -2, High: 2}}))
	require.Equal(t, invert.Ball{Radius: 1.5}, invert.ConstraintFor(generator.Info{D: 9, Prior: generator.Prior{Scale: 0.5}}))
	require.Equal(t, invert.Box{Low: -1, High: 1}, invert.ConstraintFor(generator.Info{D: 9,
		Prior: generator.Prior{Kind: generator.TruncatedNormal, Low: -2, High: 2, Scale: 0.5}}))
}
