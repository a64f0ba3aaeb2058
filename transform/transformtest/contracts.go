package transformtest

import (
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/generator"
)

// named: files need a name, people a unit.
func (s *subject) named() error {
	if s.tr.Name() == "" || s.tr.Unit() == "" {
		return fmt.Errorf("name %q and unit %q must not be empty", s.tr.Name(), s.tr.Unit())
	}
	return nil
}

// untouched: Apply does not write to its source.
func (s *subject) untouched() error {
	var before generator.Images
	before.CopyFrom(s.src)
	for _, t := range s.ts {
		if _, _, err := s.apply(s.src, t); err != nil {
			return err
		}
		if err := same(s.src, &before, "source"); err != nil {
			return fmt.Errorf("t = %v: %w", t, err)
		}
	}
	return nil
}

// reuse: what lay in dst and mask before does not show, whatever its size.
func (s *subject) reuse() error {
	for _, t := range append([]float64{0}, s.ts...) {
		want, wantMask, err := s.apply(s.src, t)
		if err != nil {
			return err
		}
		for _, h := range []int{1, s.src.H, 2 * s.src.H} {
			dst, mask := generator.NewImages(s.src.N, s.src.C, h, s.src.W), generator.NewImages(s.src.N, 1, h, s.src.W)
			spoil(dst)
			spoil(mask)
			if err := s.tr.Apply(dst, mask, s.src, t); err != nil {
				return fmt.Errorf("applying t = %v into used memory: %w", t, err)
			}
			if err := same(dst, want, "image"); err != nil {
				return fmt.Errorf("t = %v into used memory: %w", t, err)
			}
			if err := same(mask, wantMask, "mask"); err != nil {
				return fmt.Errorf("t = %v into used memory: %w", t, err)
			}
		}
	}
	return nil
}

// nilMask: the mask may be left out.
func (s *subject) nilMask() error {
	for _, t := range append([]float64{0}, s.ts...) {
		want, _, err := s.apply(s.src, t)
		if err != nil {
			return err
		}
		dst := new(generator.Images)
		if err := s.tr.Apply(dst, nil, s.src, t); err != nil {
			return fmt.Errorf("applying t = %v with a nil mask: %w", t, err)
		}
		if err := same(dst, want, "image"); err != nil {
			return fmt.Errorf("t = %v, nil mask: %w", t, err)
		}
	}
	return nil
}

// samples: a sample is transformed alike whatever its neighbours in the batch.
func (s *subject) samples() error {
	for _, t := range s.ts {
		batch, batchMask, err := s.apply(s.src, t)
		if err != nil {
			return err
		}
		for i := range s.src.N {
			dst, mask, err := s.apply(s.src.Slice(i, i+1), t)
			if err != nil {
				return err
			}
			if err := same(dst, batch.Slice(i, i+1), "image"); err != nil {
				return fmt.Errorf("t = %v, sample %d alone against in a batch: %w", t, i, err)
			}
			if err := same(mask, batchMask.Slice(i, i+1), "mask"); err != nil {
				return fmt.Errorf("t = %v, sample %d alone against in a batch: %w", t, i, err)
			}
		}
	}
	return nil
}

// errors: unusable arguments are errors and no panics.
func (s *subject) errors() error {
	if err := s.tr.Apply(new(generator.Images), nil, new(generator.Images), 0.1); err == nil {
		return fmt.Errorf("no error for empty images")
	}
	for _, t := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if err := s.tr.Apply(new(generator.Images), nil, s.src, t); err == nil {
			return fmt.Errorf("no error for t = %v", t)
		}
	}
	return nil
}

// concurrent: several goroutines at once get what one gets.
func (s *subject) concurrent() error {
	want := make([]*generator.Images, len(s.ts))
	wantMask := make([]*generator.Images, len(s.ts))
	for i, t := range s.ts {
		var err error
		if want[i], wantMask[i], err = s.apply(s.src, t); err != nil {
			return err
		}
	}
	const goroutines, rounds = 4, 2
	errs := make(chan error, goroutines)
	for g := range goroutines {
		// Its own source, so that a race is one within the transform.
		own := *s
		own.src = new(generator.Images)
		own.src.CopyFrom(s.src)
		go func() {
			errs <- run(func(s *subject) error {
				for k := range rounds * len(s.ts) {
					i := (k + g) % len(s.ts)
					dst, mask, err := s.apply(s.src, s.ts[i])
					if err != nil {
						return err
					}
					if err := same(dst, want[i], "image"); err != nil {
						return fmt.Errorf("t = %v: %w", s.ts[i], err)
					}
					if err := same(mask, wantMask[i], "mask"); err != nil {
						return fmt.Errorf("t = %v: %w", s.ts[i], err)
					}
				}
				return nil
			}, &own)
		}()
	}
	var err error
	for range goroutines {
		if e := <-errs; e != nil {
			err = e
		}
	}
	return err
}
