package losstest_test

import (
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/loss"
	"github.com/lcfv-go/lcfv/loss/losstest"
)

// faulty wraps a good loss and plants one fault.
type faulty struct {
	loss.LeastSquares
	eval  func(l loss.Loss, value []float64, grad, x, target, mask *generator.Images) error
	resid func(l loss.LeastSquares, r, x, target, mask *generator.Images) error
	lin   func(l loss.LeastSquares, dr, dx, mask *generator.Images) error
}

func (f faulty) Eval(value []float64, grad, x, target, mask *generator.Images) error {
	if f.eval == nil {
		return f.LeastSquares.Eval(value, grad, x, target, mask)
	}
	return f.eval(f.LeastSquares, value, grad, x, target, mask)
}

func (f faulty) Residual(r, x, target, mask *generator.Images) error {
	if f.resid == nil {
		return f.LeastSquares.Residual(r, x, target, mask)
	}
	return f.resid(f.LeastSquares, r, x, target, mask)
}

func (f faulty) ApplyLinear(dr, dx, mask *generator.Images) error {
	if f.lin == nil {
		return f.LeastSquares.ApplyLinear(dr, dx, mask)
	}
	return f.lin(f.LeastSquares, dr, dx, mask)
}

// after returns an Eval that plants a fault in a good result.
func after(fault func(value []float64, grad, x, target, mask *generator.Images)) func(loss.Loss, []float64, *generator.Images, *generator.Images, *generator.Images, *generator.Images) error {
	return func(l loss.Loss, value []float64, grad, x, target, mask *generator.Images) error {
		err := l.Eval(value, grad, x, target, mask)
		if err == nil {
			fault(value, grad, x, target, mask)
		}
		return err
	}
}

func scale(m *generator.Images, alpha float32) {
	for i := range m.Pix {
		m.Pix[i] *= alpha
	}
}

func TestCatches(t *testing.T) {
	var inside atomic.Int64
	for name, c := range map[string]struct {
		fault faulty
		check string
	}{
		"offset": {faulty{eval: after(func(v []float64, _, _, _, _ *generator.Images) { v[0] += 1e-3 })}, "zero at the target"},
		"gradient off by half a percent": {faulty{eval: after(func(_ []float64, g, _, _, _ *generator.Images) {
			if g != nil {
				scale(g, 1.005)
			}
		})}, "gradient"},
		"value depends on gradient": {faulty{eval: after(func(v []float64, g, _, _, _ *generator.Images) {
			if g == nil {
				v[0] *= 1.01
			}
		})}, "gradient is optional"},
		"mask ignored": {faulty{eval: func(l loss.Loss, v []float64, g, x, y, m *generator.Images) error {
			if m != nil && m.H != x.H {
				return loss.ErrImages
			}
			return l.Eval(v, g, x, y, nil)
		}}, "masked pixels"},
		"not a number where nothing is defined": {faulty{eval: after(func(v []float64, _, _, _, m *generator.Images) {
			var sum float64
			for _, w := range m.Sample(0) {
				sum += float64(w)
			}
			v[0] *= sum / sum
		})}, "nothing defined"},
		"nil mask": {faulty{eval: after(func(v []float64, _, _, _, m *generator.Images) {
			if m == nil {
				v[0] *= 2
			}
		})}, "nil mask"},
		"mean over the batch": {faulty{eval: after(func(v []float64, _, _, _, _ *generator.Images) {
			for i := range v {
				v[i] /= float64(len(v))
			}
		})}, "samples"},
		"writes to x": {faulty{eval: after(func(_ []float64, _, x, _, _ *generator.Images) { scale(x, 0.99) })}, "inputs untouched"},
		"no size check": {faulty{eval: func(l loss.Loss, v []float64, g, x, y, m *generator.Images) error {
			if x.N == 0 || y.H != x.H || len(v) != x.N || m != nil && m.H != x.H {
				return nil
			}
			return l.Eval(v, g, x, y, m)
		}}, "errors"},
		"panics": {faulty{eval: func(l loss.Loss, v []float64, g, x, y, m *generator.Images) error {
			_ = x.Pix[0]
			return l.Eval(v, g, x, y, m)
		}}, "errors"},
		"scratch memory shared by calls": {faulty{eval: func(l loss.Loss, v []float64, g, x, y, m *generator.Images) error {
			inside.Add(1)
			defer inside.Add(-1)
			err := l.Eval(v, g, x, y, m)
			runtime.Gosched()
			if inside.Load() > 1 { // another call has used the same scratch memory
				v[0] *= 1.01
			}
			return err
		}}, "concurrency"},
		"residual without its weight": {faulty{resid: func(l loss.LeastSquares, r, x, y, m *generator.Images) error {
			err := l.Residual(r, x, y, m)
			scale(r, 2)
			return err
		}}, "residual"},
		"linear part with the target in it": {faulty{lin: func(l loss.LeastSquares, dr, dx, m *generator.Images) error {
			err := l.ApplyLinear(dr, dx, m)
			if err == nil {
				dr.Pix[len(dr.Pix)-1] += 0.01
			}
			return err
		}}, "linear part"},
		"linear part of another sign": {faulty{lin: func(l loss.LeastSquares, dr, dx, m *generator.Images) error {
			err := l.ApplyLinear(dr, dx, m)
			scale(dr, -1)
			return err
		}}, "adjoint"},
	} {
		t.Run(name, func(t *testing.T) {
			c.fault.LeastSquares = loss.Blurred{Sigma: 1}
			require.ErrorContains(t, losstest.Check(c.fault, nil), c.check+": ")
		})
	}
}

func TestPlainLossNeedsNoLeastSquares(t *testing.T) {
	plain := struct{ loss.Loss }{loss.MSE{}}
	require.NoError(t, losstest.Check(plain, nil))
}
