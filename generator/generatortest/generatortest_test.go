package generatortest_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/generator/generatortest"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/internal/race"
)

func TestGoodGenerators(t *testing.T) {
	generatortest.Test(t, blob.Generator{Angle: 0.3})
	generatortest.Test(t, generator.FiniteDifference(blob.Generator{}, 0))
}

// faulty is a good generator with one fault.
type faulty struct {
	blob.Generator
	generate func(dst *generator.Images, z *generator.Latents)
	info     func(*generator.Info)
	lin      func(*faultyLin)
	deaf     bool // ignores the context
}

func (f faulty) Info() generator.Info {
	info := f.Generator.Info()
	if f.info != nil {
		f.info(&info)
	}
	return info
}

func (f faulty) Generate(ctx context.Context, dst *generator.Images, z *generator.Latents) error {
	if f.deaf {
		ctx = context.Background()
	}
	if err := f.Generator.Generate(ctx, dst, z); err != nil {
		return err
	}
	if f.generate != nil {
		f.generate(dst, z)
	}
	return nil
}

type faultyLin struct {
	generator.Linearization
	vjp, jvp float32 // factors
}

func (f faulty) Linearize(ctx context.Context, z *generator.Latents) (generator.Linearization, error) {
	lin, err := f.Generator.Linearize(ctx, z)
	l := &faultyLin{lin, 1, 1}
	if f.lin != nil {
		f.lin(l)
	}
	return l, err
}

func (l *faultyLin) VJP(ctx context.Context, dz *generator.Latents, v *generator.Images) error {
	err := l.Linearization.VJP(ctx, dz, v)
	for i := range dz.Data {
		dz.Data[i] *= l.vjp
	}
	return err
}

func (l *faultyLin) JVP(ctx context.Context, dx *generator.Images, dz *generator.Latents) error {
	err := l.Linearization.JVP(ctx, dx, dz)
	for i := range dx.Pix {
		dx.Pix[i] *= l.jvp
	}
	return err
}

func TestPlantedFaultsAreCaught(t *testing.T) {
	calls := 0
	for name, c := range map[string]struct {
		g    faulty
		want string
	}{
		"wrong size in Info":   {faulty{info: func(i *generator.Info) { i.C = 3 }}, "Info says"},
		"levels with a gap":    {faulty{info: func(i *generator.Info) { i.Levels = []generator.Level{{Low: 1, High: 4}} }}, "level"},
		"pixels out of range":  {faulty{generate: func(x *generator.Images, _ *generator.Latents) { x.Pix[5] = 1.5 }}, "not within"},
		"modified codes":       {faulty{generate: func(_ *generator.Images, z *generator.Latents) { z.Data[0] += 1e-7 }}, "modified"},
		"deaf to cancellation": {faulty{deaf: true}, "cancelled"},
		"samples that mix": {faulty{generate: func(x *generator.Images, _ *generator.Latents) {
			if x.N > 1 {
				x.Pix[0] += 0.01
			}
		}}, "drawn alone"},
		"state between calls": {faulty{generate: func(x *generator.Images, _ *generator.Latents) {
			if calls++; x.N == 3 && calls > 1 {
				x.Pix[0] += 0.01
			}
		}}, "other images"},
		"pullback 1 % off":       {faulty{lin: func(l *faultyLin) { l.vjp = 1.01 }}, "not transposes"},
		"derivative of too much": {faulty{lin: func(l *faultyLin) { l.vjp, l.jvp = 1.2, 1.2 }}, "difference of images"},
	} {
		t.Run(name, func(t *testing.T) {
			if race.Enabled && (name == "state between calls" || name == "modified codes") {
				t.Skip("the fault is a data race, which the detector reports on its own")
			}
			err := generatortest.Check(c.g)
			require.ErrorContains(t, err, c.want)
		})
	}
}
