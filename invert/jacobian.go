package invert

import (
	"context"
	"iter"
	"math"
	"slices"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/f32"
)

// jacobian is the derivative of an image with respect to the code: what products
// with the generator's own have shown, and what steps have shown since.
type jacobian struct {
	images  generator.Images // one a latent dimension
	applied generator.Images // their residuals under cover
	cover   generator.Images // a mask, once a dimension

	age   int  // rank-one updates since products were computed
	fresh bool // whether it is that at the present code
}

// budget is the number of pixels that Jacobians computed together may have.
const budget = 1 << 24

// pieces cuts tracks into parts of 1, 2, 4, 8 and so on, at most most: an engine
// that prepares itself for each size of a batch meets a few sizes only, and no row
// is computed for nothing.
func pieces(tracks []*track, most int) iter.Seq[[]*track] {
	return func(yield func([]*track) bool) {
		for len(tracks) > 0 {
			n := 1
			for 2*n <= min(len(tracks), most) {
				n *= 2
			}
			if !yield(tracks[:n]) {
				return
			}
			tracks = tracks[n:]
		}
	}
}

// rank returns along how many directions a Jacobian is to be computed anew: all
// where nothing is known yet, else those eigenvectors of the normal equations
// whose eigenvalues are not negligible.
func (t *track) rank(negligible float64, d int) int {
	if t.sub == nil || t.whole {
		return d
	}
	least := negligible * t.sub.largest()
	low, _ := slices.BinarySearch(t.sub.values, least)
	return d - low
}

// linearize computes the Jacobians of tracks of one rank, at most s.most, at their
// present codes: one linearization of all, through which one direction of each
// is pushed forward at a time. At full rank these are the unit vectors, and below
// it the leading eigenvectors of what is known: then the Jacobian B becomes
// B + (J·V − B·V)·Vᵀ for their matrix V, exact along them and otherwise as it was.
func (s *squares) linearize(ctx context.Context, tracks []*track, rank int) error {
	s.gather(tracks, func(t *track) []float32 { return t.cur.z })
	lin, err := s.p.linearize(ctx, s.rows, &s.z)
	if err != nil {
		return err
	}
	defer lin.Close()
	m, d := s.p.source, s.p.D()
	for _, t := range tracks {
		t.jac.age, t.jac.fresh, t.jac.cover.N = 0, true, 0
		t.jac.images.Resize(d, m.C, m.H, m.W)
	}
	s.dz.Resize(len(tracks), d)
	for j := range rank {
		for i, t := range tracks {
			v := s.dz.Row(i)
			for a := range v {
				if rank < d {
					v[a] = float32(t.sub.basis.At(a, d-1-j))
				} else {
					v[a] = 0
				}
			}
			if rank == d {
				v[j] = 1
			}
		}
		if err := lin.JVP(ctx, &s.images, &s.dz); err != nil {
			return err
		}
		for i, t := range tracks {
			if rank == d {
				copy(t.jac.images.Sample(j), s.images.Sample(i))
			} else {
				explain(&t.jac.images, s.images.Sample(i), s.dz.Row(i), 1)
			}
		}
	}
	s.count(tracks, 1+rank)
	return nil
}

// explain changes columns B by the least, so that B·v = moved for a vector v whose
// squared norm is given. It overwrites moved.
func explain[T float32 | float64](columns *generator.Images, moved []float32, v []T, square T) {
	for a, c := range v {
		f32.Axpy(moved, float32(-c), columns.Sample(a))
	}
	for a, c := range v {
		f32.Axpy(columns.Sample(a), float32(c/square), moved)
	}
}

// learn corrects the Jacobian by what the step from cur to trial has shown: the
// rank-one update of Broyden (Math. Comp. 19, 1965), the smallest after which
// the Jacobian explains the step. moved is scratch memory.
func (t *track) learn(moved []float32) []float32 {
	yy := 0.0
	for _, v := range t.y {
		yy += v * v
	}
	if yy == 0 || math.IsInf(t.trial.value, 1) {
		return moved
	}
	moved = append(moved[:0], t.trial.image.Pix...)
	f32.Sub(moved, moved, t.cur.image.Pix)
	explain(&t.jac.images, moved, t.y, yy)
	moved = append(moved[:0], t.trial.residual.Pix...)
	f32.Sub(moved, moved, t.cur.residual.Pix)
	explain(&t.jac.applied, moved, t.y, yy)
	t.jac.age++
	return moved
}
