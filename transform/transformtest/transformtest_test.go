package transformtest_test

import (
	"math"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/transform"
	"github.com/lcfv-go/lcfv/transform/transformtest"
)

// faulty wraps a good transform and plants one fault.
type faulty struct {
	transform.Transform
	unit  string
	apply func(tr transform.Transform, dst, mask, src *generator.Images, t float64) error
}

func (f faulty) Unit() string { return f.unit }

func (f faulty) Apply(dst, mask, src *generator.Images, t float64) error {
	return f.apply(f.Transform, dst, mask, src, t)
}

// after returns an Apply that plants a fault in a good result.
func after(fault func(dst, mask, src *generator.Images, t float64)) func(transform.Transform, *generator.Images, *generator.Images, *generator.Images, float64) error {
	return func(tr transform.Transform, dst, mask, src *generator.Images, t float64) error {
		err := tr.Apply(dst, mask, src, t)
		if err == nil {
			fault(dst, mask, src, t)
		}
		return err
	}
}

func TestCatches(t *testing.T) {
	var inside atomic.Int64
	for name, c := range map[string]struct {
		tr    transform.Transform
		apply func(tr transform.Transform, dst, mask, src *generator.Images, t float64) error
		check string
	}{
		"interpolates at 0": {transform.TranslateX{}, func(tr transform.Transform, dst, mask, src *generator.Images, t float64) error {
			return tr.Apply(dst, mask, src, t+1e-4)
		}, "identity at 0"},
		"not a number where undefined": {transform.TranslateX{}, after(func(dst, mask, _ *generator.Images, _ float64) {
			for i := range dst.Pix {
				if mask != nil && mask.Pix[i%len(mask.Pix)] == 0 {
					dst.Pix[i] = float32(math.NaN())
				}
			}
		}), "range"},
		"negative mask": {transform.TranslateX{}, after(func(_, mask, _ *generator.Images, t float64) {
			if mask != nil && t != 0 {
				mask.Pix[0] = -1
			}
		}), "range"},
		"no effect": {transform.TranslateX{}, func(tr transform.Transform, dst, mask, src *generator.Images, t float64) error {
			return tr.Apply(dst, mask, src, t*1e-3)
		}, "effect"},
		"whole pixels only": {transform.TranslateX{}, func(tr transform.Transform, dst, mask, src *generator.Images, t float64) error {
			return tr.Apply(dst, mask, src, math.Round(t*float64(src.W)/4)*4/float64(src.W))
		}, "additivity"},
		"zoom not in logarithms": {transform.Zoom{}, func(tr transform.Transform, dst, mask, src *generator.Images, t float64) error {
			return tr.Apply(dst, mask, src, math.Log1p(t))
		}, "additivity"},
		"clips and does not say so": {transform.Brightness{}, after(func(_, mask, _ *generator.Images, _ float64) {
			if mask != nil {
				for i := range mask.Pix {
					mask.Pix[i] = 1
				}
			}
		}), "additivity"},
		"defines nothing": {transform.TranslateX{}, after(func(_, mask, _ *generator.Images, _ float64) {
			if mask != nil {
				clear(mask.Pix)
			}
		}), "additivity"},
		"mask of all channels": {transform.TranslateX{}, after(func(_, mask, src *generator.Images, _ float64) {
			if mask != nil {
				mask.Resize(src.N, src.C, src.H, src.W)
			}
		}), "range"},
		"writes to its source": {transform.TranslateX{}, after(func(_, _, src *generator.Images, _ float64) { src.Pix[7] = 0.123 }), "source untouched"},
		"leaves undefined pixels alone": {transform.TranslateX{}, func(tr transform.Transform, dst, mask, src *generator.Images, t float64) error {
			var good, m generator.Images
			if err := tr.Apply(&good, &m, src, t); err != nil {
				return err
			}
			dst.Resize(src.N, src.C, src.H, src.W)
			for i, v := range good.Pix {
				if m.Pix[i/(src.C*src.H*src.W)*src.H*src.W+i%(src.H*src.W)] > 0 {
					dst.Pix[i] = v
				}
			}
			if mask != nil {
				mask.CopyFrom(&m)
			}
			return nil
		}, "reused memory"},
		"needs a mask": {transform.TranslateX{}, func(tr transform.Transform, dst, mask, src *generator.Images, t float64) error {
			mask.Resize(1, 1, 1, 1)
			return tr.Apply(dst, mask, src, t)
		}, "nil mask"},
		"brightness by the mean of the batch": {transform.Brightness{}, func(tr transform.Transform, dst, mask, src *generator.Images, t float64) error {
			return tr.Apply(dst, mask, src, t/float64(max(1, src.N)))
		}, "samples"},
		"takes any t": {transform.TranslateX{}, func(tr transform.Transform, dst, mask, src *generator.Images, t float64) error {
			return tr.Apply(dst, mask, src, max(-1, min(1, t)))
		}, "errors"},
		"panics on empty images": {transform.TranslateX{}, func(tr transform.Transform, dst, mask, src *generator.Images, t float64) error {
			_ = src.Pix[0]
			return tr.Apply(dst, mask, src, t)
		}, "errors"},
		"scratch memory shared by calls": {transform.TranslateX{}, func(tr transform.Transform, dst, mask, src *generator.Images, t float64) error {
			inside.Add(1)
			defer inside.Add(-1)
			err := tr.Apply(dst, mask, src, t)
			runtime.Gosched()
			if inside.Load() > 1 { // another call has used the same scratch memory
				dst.Pix[len(dst.Pix)/2] = 2
			}
			return err
		}, "concurrency"},
	} {
		t.Run(name, func(t *testing.T) {
			err := transformtest.Check(faulty{c.tr, "units", c.apply}, nil)
			require.ErrorContains(t, err, c.check+": ")
		})
	}
	t.Run("no unit", func(t *testing.T) {
		err := transformtest.Check(faulty{transform.Zoom{}, "", transform.Transform.Apply}, nil)
		require.ErrorContains(t, err, "name and unit: ")
	})
}
