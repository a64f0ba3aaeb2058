package backendtest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/lcfv-go/lcfv/backend"
)

// contractGradient is Jᵀv for y with respect to z, by the chain rule.
func contractGradient(in tensors, v *array) *array {
	h := zip(matmul(arrayOf(in["z"]), contractW), arrayOf(in["c"]), plus)
	h = h.apply(math.Tanh)
	pre := matmul(h, contractV)
	dv := zip(v, pre, func(a, p float64) float64 {
		if p > 0 {
			return a
		}
		return 0
	})
	dh := zip(matmul(dv, contractV.transpose(1, 0)), h, func(a, y float64) float64 { return a * (1 - y*y) })
	return matmul(dh, contractW.transpose(1, 0))
}

func checkLinearizations(open Opener) error {
	ctx := context.Background()
	m, err := contractModel(open)
	if err != nil {
		return err
	}
	defer m.Close()
	v := random(12, -1, 1, 2, 3)
	var pair [2]backend.Linearization
	var want, outputs [2]*array
	for i := range pair {
		in := contractPoint(uint64(20+10*i), 2)
		want[i] = contractGradient(in, v)
		if pair[i], err = m.Linearize(ctx, "y", "z", in); err != nil {
			return err
		}
		outputs[i] = arrayOf(pair[i].Output())
		in["z"].Zero() // the caller's again
		in["c"].Zero()
	}
	for range 2 {
		for i, l := range pair {
			got := dense(zeros(2, 4))
			if err := l.Pullback(ctx, got, dense(v)); err != nil {
				return err
			}
			if d := distance(arrayOf(got), want[i]); !(d <= gradientTolerance) {
				return fmt.Errorf("linearization %d of two: relative error %.3g of the pullback", i, d)
			}
			if distance(arrayOf(l.Output()), outputs[i]) != 0 {
				return fmt.Errorf("linearization %d of two: its output changed", i)
			}
		}
	}
	l := pair[0]
	if err := l.Pullback(ctx, dense(zeros(2, 4)), dense(zeros(2, 4))); err == nil {
		return errors.New("a cotangent of another shape is not an error")
	}
	if err := l.Pushforward(ctx, dense(zeros(2, 3)), dense(zeros(3, 4))); err == nil {
		return errors.New("a tangent of another shape is not an error")
	}
	for range 2 {
		if err := l.Close(); err != nil {
			return fmt.Errorf("closing a linearization: %w", err)
		}
	}
	if err := l.Pullback(ctx, dense(zeros(2, 4)), dense(v)); err == nil {
		return errors.New("a pullback after Close is not an error")
	}
	return pair[1].Close()
}

func checkConcurrency(open Opener) error {
	m, err := contractModel(open)
	if err != nil {
		return err
	}
	defer m.Close()
	const workers = 8
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() { errs[w] = concurrentUse(m, w) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// concurrentUse checks runs and gradients of one of several goroutines, each
// with batch sizes and points of its own.
func concurrentUse(m backend.Differentiable, worker int) error {
	ctx := context.Background()
	for i := range 4 {
		n := 1 + (worker+i)%3
		in := contractPoint(uint64(100*worker+i), n)
		v := random(uint64(worker), -1, 1, n, 3)
		l, err := m.Linearize(ctx, "y", "z", in)
		if err != nil {
			return err
		}
		got := dense(zeros(n, 4))
		err = l.Pullback(ctx, got, dense(v))
		y := arrayOf(l.Output())
		l.Close()
		if err != nil {
			return err
		}
		if d := distance(arrayOf(got), contractGradient(in, v)); !(d <= gradientTolerance) {
			return fmt.Errorf("concurrent pullback: relative error %.3g", d)
		}
		again, err := run(m, in, "y", n, 3)
		if err != nil {
			return err
		}
		if d := distance(again, y); !(d <= forwardTolerance) {
			return fmt.Errorf("concurrent run: relative error %.3g", d)
		}
	}
	return nil
}
