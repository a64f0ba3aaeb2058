package loss

import (
	"context"
	"math"

	"gorgonia.org/tensor"
)

// metric lets the network compare: it sets f.value, and f.gs to the gradient of
// Σ weight·value if asked to.
func (p *Perceptual) metric(ctx context.Context, f *frame, derivative bool) error {
	inputs := map[string]*tensor.Dense{p.image.Name: f.x, p.other: f.y}
	out := p.outputs[0]
	if !derivative {
		if err := p.model.Run(ctx, map[string]*tensor.Dense{out.Name: f.of[0]}, inputs); err != nil {
			return err
		}
		f.read(f.of[0])
		return nil
	}
	lin, err := p.model.Linearize(ctx, out.Name, p.image.Name, inputs)
	if err != nil {
		return err
	}
	defer lin.Close()
	f.read(lin.Output())
	v := f.to[0].Data().([]float32)
	for i := range v {
		v[i] = float32(f.weight[i])
	}
	return lin.Pullback(ctx, f.g, f.to[0])
}

func (f *frame) read(d *tensor.Dense) {
	for i, v := range d.Data().([]float32) {
		f.value[i] = float64(v)
	}
}

// features compares the network's features, as metric does.
func (p *Perceptual) features(ctx context.Context, f *frame, derivative bool) error {
	clear(f.value)
	outputs := func(d []*tensor.Dense) map[string]*tensor.Dense {
		m := make(map[string]*tensor.Dense, len(d))
		for k, out := range p.outputs {
			m[out.Name] = d[k]
		}
		return m
	}
	if err := p.model.Run(ctx, outputs(f.to), map[string]*tensor.Dense{p.image.Name: f.y}); err != nil {
		return err
	}
	inputs := map[string]*tensor.Dense{p.image.Name: f.x}
	if !derivative {
		if err := p.model.Run(ctx, outputs(f.of), inputs); err != nil {
			return err
		}
		for k, out := range p.outputs {
			f.compareFeatures(f.of[k].Data().([]float32), f.to[k].Data().([]float32), nil, out.Shape[1])
		}
		return nil
	}
	var sum []float32 // over outputs, where there are several
	for k, out := range p.outputs {
		lin, err := p.model.Linearize(ctx, out.Name, p.image.Name, inputs)
		if err != nil {
			return err
		}
		v := f.of[k].Data().([]float32)
		f.compareFeatures(lin.Output().Data().([]float32), f.to[k].Data().([]float32), v, out.Shape[1])
		err = lin.Pullback(ctx, f.g, f.of[k])
		lin.Close()
		if err != nil {
			return err
		}
		if len(p.outputs) > 1 {
			if sum == nil {
				sum = make([]float32, len(f.gs))
			}
			for i, g := range f.gs {
				sum[i] += g
			}
		}
	}
	if sum != nil {
		copy(f.gs, sum)
	}
	return nil
}

// compareFeatures adds to f.value the loss of features a of x̃ and b of ỹ, with
// the given number of channels, and sets v, if not nil, to the gradient of
// Σ weight·loss with respect to a.
func (f *frame) compareFeatures(a, b, v []float32, channels int) {
	size := len(a) / f.room
	positions := size / channels
	for i := range f.room {
		for s := range positions {
			at := func(c int) int { return i*size + c*positions + s }
			var aa, bb float64
			for c := range channels {
				x, y := float64(a[at(c)]), float64(b[at(c)])
				aa, bb = aa+x*x, bb+y*y
			}
			// As upstream's, the lengths are never quite 0.
			na, nb := math.Sqrt(aa)+1e-10, math.Sqrt(bb)+1e-10
			var distance, along float64 // Σr² and ⟨r, a/|a|⟩ of r = a/|a| − b/|b|
			for c := range channels {
				unit := float64(a[at(c)]) / na
				r := unit - float64(b[at(c)])/nb
				distance, along = distance+r*r, along+r*unit
			}
			f.value[i] += distance / float64(positions)
			if v == nil {
				continue
			}
			// Only what of r is across a counts: a's length makes no difference.
			// Features that are all 0 have no direction to turn from.
			scale := 0.0
			if aa > 0 {
				scale = 2 * f.weight[i] / (float64(positions) * na)
			}
			for c := range channels {
				unit := float64(a[at(c)]) / na
				v[at(c)] = float32(scale * (unit - float64(b[at(c)])/nb - along*unit))
			}
		}
	}
}
