package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/saliency"
	"github.com/lcfv-go/lcfv/transform"
)

// samples is the number of images drawn for a distribution.
const samples = 1000

// sampling draws images whose position is distributed as asked, and measures how it
// is distributed.
func sampling(ctx context.Context, l *lab, w io.Writer) error {
	table(w, "decoder, factor", "asked for", "without an object", "measured mean", "standard deviation", "Kolmogorov–Smirnov distance", "prior's own standard deviation")
	for _, s := range []subject{
		{bundled, transform.TranslateX{}, 0.25},
		{btcvae, transform.TranslateX{}, 0.25},
		{btcvae, transform.TranslateY{}, 0.25},
	} {
		g, c, err := l.control(ctx, s)
		if err != nil {
			return err
		}
		for _, q := range []struct {
			name string
			of   lcfv.Quantile
			cdf  func(float64) float64
		}{
			{"uniform on [−0.15, 0.15]", lcfv.Uniform(-0.15, 0.15), distuv.Uniform{Min: -0.15, Max: 0.15}.CDF},
			{"normal, standard deviation 0.05", lcfv.Normal(0, 0.05), distuv.Normal{Sigma: 0.05}.CDF},
		} {
			z := generator.NewLatents(samples, g.Info().D)
			g.Info().Prior.Sample(z, 7, 0)
			_, before, err := measured(ctx, g, z, s.transform)
			if err != nil {
				return err
			}
			// The ends of the normal distribution are out of any range.
			if err := c.Sample(z, g.Info().Prior, q.of, 7); err != nil && !errors.Is(err, lcfv.ErrOutOfRange) {
				return err
			}
			values, deviation, err := measured(ctx, g, z, s.transform)
			if err != nil {
				return err
			}
			row(w, s.String(), q.name, fmt.Sprint(samples-len(values)), number(stat.Mean(values, nil)), number(deviation), fmt.Sprintf("%.3f", distance(values, q.cdf)), number(before))
		}
	}
	return nil
}

// measured returns where the objects of codes are, from the middle of the image, and
// the standard deviation of that. Images without an object are left out.
func measured(ctx context.Context, g generator.Generator, z *generator.Latents, t transform.Transform) (values []float64, deviation float64, err error) {
	m, err := saliency.MeasureByName(t.(transform.Measured).Measures())
	if err != nil {
		return nil, 0, err
	}
	meter := saliency.Meter{Measure: m}
	var x generator.Images
	for low := 0; low < z.N; low += 250 {
		if err := g.Generate(ctx, &x, z.Slice(low, min(low+250, z.N))); err != nil {
			return nil, 0, err
		}
		part := make([]float64, x.N)
		if err := meter.Read(ctx, part, &x); err != nil {
			return nil, 0, err
		}
		for _, v := range part {
			if !math.IsNaN(v) {
				values = append(values, v-0.5)
			}
		}
	}
	return values, stat.StdDev(values, nil), nil
}

// distance is the largest difference of the distribution of values from another.
func distance(values []float64, cdf func(float64) float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	worst, n := 0.0, float64(len(sorted))
	for i, v := range sorted {
		worst = max(worst, float64(i+1)/n-cdf(v), cdf(v)-float64(i)/n)
	}
	return worst
}
