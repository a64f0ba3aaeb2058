package main

import (
	"context"
	"encoding/json"
	"math"

	"gonum.org/v1/gonum/stat"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/saliency"
	"github.com/lcfv-go/lcfv/transform"
)

// measurable is a transform whose factor can be read off images.
type measurable interface {
	transform.Transform
	transform.Measured
}

// readings are a measure of images in their order, NaN where there was nothing to
// measure. In JSON, which has no NaN, that is null.
type readings []float64

// MarshalJSON implements json.Marshaler.
func (r readings) MarshalJSON() ([]byte, error) {
	list := make([]*float64, len(r))
	for i := range r {
		if !math.IsNaN(r[i]) {
			list[i] = &r[i]
		}
	}
	return json.Marshal(list)
}

// UnmarshalJSON implements json.Unmarshaler.
func (r *readings) UnmarshalJSON(text []byte) error {
	var list []*float64
	if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	*r = make(readings, len(list))
	for i, v := range list {
		if (*r)[i] = math.NaN(); v != nil {
			(*r)[i] = *v
		}
	}
	return nil
}

// defined returns the values there are.
func (r readings) defined() []float64 {
	var out []float64
	for _, v := range r {
		if !math.IsNaN(v) {
			out = append(out, v)
		}
	}
	return out
}

// missing is the share of the images without a value.
func (r readings) missing() float64 { return 1 - float64(len(r.defined()))/float64(len(r)) }

// deviation is the standard deviation of the values there are.
func (r readings) deviation() float64 { return stat.PopStdDev(r.defined(), nil) }

// drawnAtOnce is the number of images in memory at a time.
const drawnAtOnce = 200

// measured draws codes and reads measures off their images, by the brightness of
// objects on black where they need an object: one list a measure.
func measured(ctx context.Context, g generator.Generator, z *generator.Latents, measures ...string) ([]readings, error) {
	out := make([]readings, len(measures))
	var x generator.Images
	for low := 0; low < z.N; low += drawnAtOnce {
		if err := g.Generate(ctx, &x, z.Slice(low, min(low+drawnAtOnce, z.N))); err != nil {
			return nil, err
		}
		for k, name := range measures {
			m, err := saliency.MeasureByName(name)
			if err != nil {
				return nil, err
			}
			values := make(readings, x.N)
			if err := (saliency.Meter{Measure: m}).Read(ctx, values, &x); err != nil {
				return nil, err
			}
			out[k] = append(out[k], values...)
		}
	}
	return out, nil
}
