package main

import (
	"context"
	"math"
	"slices"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/loss"
)

// defaultBlur is the σ of lcfv's own loss for images of a width, which is that of
// the paper's code: 3 pixels of 128.
func defaultBlur(w int) loss.Blurred { return loss.Blurred{Sigma: 3 * float64(w) / 128} }

// judge draws what was found and compares it with what was asked for.
func (l *lab) judge(ctx context.Context, g generator.Generator, p *paths) ([]found, error) {
	info := g.Info()
	lpips, err := l.lpips(info.H, info.W)
	if err != nil {
		return nil, err
	}
	var x0, x, target, mask generator.Images
	if err := g.Generate(ctx, &x0, p.z0); err != nil {
		return nil, err
	}
	var out []found
	for k, t := range p.t {
		if err := motion.Apply(&target, &mask, &x0, t); err != nil {
			return nil, err
		}
		if err := g.Generate(ctx, &x, p.z[k]); err != nil {
			return nil, err
		}
		f := found{T: t, Work: p.work[k]}
		for _, c := range []struct {
			loss loss.Loss
			of   *generator.Images
			to   *[]float64
		}{
			{defaultBlur(info.W), &x, &f.Blurred},
			{defaultBlur(info.W), &x0, &f.Still},
			{lpips, &x, &f.LPIPS},
		} {
			*c.to = make([]float64, x.N)
			if err := c.loss.Eval(*c.to, nil, c.of, &target, &mask); err != nil {
				return nil, err
			}
		}
		f.Detail = detail(&x, &target, &mask)
		for i := range x.N {
			f.Norm = append(f.Norm, norm(p.z[k].Row(i))/math.Sqrt(float64(info.D)))
		}
		if sprites(info) {
			if err := f.measure(ctx, &x0, &x, t); err != nil {
				return nil, err
			}
		}
		for i := range min(shown, x.N) {
			f.Start = append(f.Start, slices.Clone(p.z0.Row(i)))
			f.Codes = append(f.Codes, slices.Clone(p.z[k].Row(i)))
		}
		out = append(out, f)
	}
	return out, nil
}

// measure says how sprites have changed from x0 to x.
func (f *found) measure(ctx context.Context, x0, x *generator.Images, t float64) error {
	f.Lost = make([]bool, x.N)
	change := func(measure string, wanted float64) ([]float64, error) {
		from, err := read(ctx, measure, x0)
		if err != nil {
			return nil, err
		}
		to, err := read(ctx, measure, x)
		for i := range to {
			if to[i] -= from[i] + wanted; math.IsNaN(to[i]) {
				to[i], f.Lost[i] = 0, true
			}
		}
		return to, err
	}
	var err error
	if f.Position, err = change("barycentre-x", t); err != nil {
		return err
	}
	f.Scale, err = change("log-scale", 0)
	return err
}

// detail returns, image by image, the root mean square difference of neighbouring
// pixels of x that are both defined, in units of that of y: below 1 where x is
// blurrier than y.
func detail(x, y, mask *generator.Images) []float64 {
	out := make([]float64, x.N)
	for i := range out {
		a, b := x.Sample(i), y.Sample(i)
		m := mask.Sample(i)
		var of, unit float64
		add := func(c, p, q int) {
			if m[p] < 1 || m[q] < 1 {
				return
			}
			p, q = p+c*x.H*x.W, q+c*x.H*x.W
			of += square(float64(a[p] - a[q]))
			unit += square(float64(b[p] - b[q]))
		}
		for c := range x.C {
			for p := range x.H * x.W {
				if p%x.W < x.W-1 {
					add(c, p, p+1)
				}
				if p < (x.H-1)*x.W {
					add(c, p, p+x.W)
				}
			}
		}
		out[i] = math.Sqrt(of / max(unit, math.SmallestNonzeroFloat32))
	}
	return out
}

func square(v float64) float64 { return v * v }

func norm(z []float32) float64 {
	sum := 0.0
	for _, v := range z {
		sum += square(float64(v))
	}
	return math.Sqrt(sum)
}
