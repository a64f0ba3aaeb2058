package factor

import (
	"fmt"
	"slices"

	"github.com/lcfv-go/lcfv/generator"
)

// Data are pairs of codes and how far apart they are.
type Data struct {
	Z0, Z1 *generator.Latents // row i: the codes of pair i
	T      []float64          // T[i]: the factor at Z1 minus the factor at Z0

	// Group[i] is the trajectory of pair i. Pairs of one trajectory are never
	// separated in cross-validation. Nil makes each pair a group of its own,
	// which is right only for pairs that share nothing.
	Group []int
}

func (d *Data) validate() error {
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s", ErrData, fmt.Sprintf(format, args...))
	}
	if d == nil {
		return wrong("no data: give the pairs of a run of package invert")
	}
	for _, z := range []*generator.Latents{d.Z0, d.Z1} {
		if z != nil && z.N == 0 {
			return fmt.Errorf("%w: there are none: record more trajectories, or drop less", ErrTooFewPairs)
		}
		if err := z.Validate(); err != nil {
			return fmt.Errorf("%w: %w", ErrData, err)
		}
	}
	n := d.Z0.N
	if d.Z1.N != n || len(d.T) != n || d.Z1.D != d.Z0.D {
		return wrong("%d codes of length %d, %d of length %d and %d values of t do not make pairs: their numbers must agree",
			n, d.Z0.D, d.Z1.N, d.Z1.D, len(d.T))
	}
	if d.Group != nil && len(d.Group) != n {
		return wrong("%d groups for %d pairs: give one a pair, or nil", len(d.Group), n)
	}
	for i, t := range d.T {
		if bad(t) {
			return wrong("t of pair %d is %g: leave out pairs that are not finite", i, t)
		}
		for _, z := range []*generator.Latents{d.Z0, d.Z1} {
			for j, v := range z.Row(i) {
				if bad(float64(v)) {
					return wrong("number %d of a code of pair %d is %g: leave out pairs that are not finite", j, i, v)
				}
			}
		}
	}
	if slices.Min(d.T) == slices.Max(d.T) {
		return fmt.Errorf("%w: every pair has t = %g: use at least two different targets", ErrNoMotion, d.T[0])
	}
	if slices.Equal(d.Z0.Data, d.Z1.Data) {
		return fmt.Errorf("%w: both codes are the same in all %d pairs: the inversion did not move; "+
			"see whether the transform changes the images and whether the errors fall", ErrNoMotion, n)
	}
	return nil
}

// table holds pairs in float64, and what a fit asks of them again and again.
type table struct {
	n, d   int
	z0, z1 []float64 // n×d
	t      []float64
	group  []int // ranks 0 … groups-1
	groups int
	levels support // which numbers of codes the d are
}

func newTable(d *Data) *table {
	n := d.Z0.N
	s := &table{n: n, d: d.Z0.D, t: slices.Clone(d.T), group: make([]int, n)}
	s.z0, s.z1 = widen(d.Z0.Data), widen(d.Z1.Data)
	names := d.Group
	if names == nil {
		names = make([]int, n)
		for i := range names {
			names[i] = i
		}
	}
	sorted := slices.Clone(names)
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)
	for i, name := range names {
		s.group[i], _ = slices.BinarySearch(sorted, name)
	}
	s.groups = len(sorted)
	return s
}

// support is which numbers of codes of length d there are: those at dims, which
// increase, or all of them if that is nil.
type support struct {
	d    int
	dims []int
}

// among keeps the numbers of codes that lie in levels; nil stands for all of them.
func (s *table) among(levels []generator.Level) error {
	s.levels = support{d: s.d}
	if levels == nil {
		return nil
	}
	dims, err := generator.Dims(levels, s.d)
	if err != nil {
		return fmt.Errorf("%w: Levels: %w", ErrOptions, err)
	}
	s.levels.dims = dims
	s.z0, s.z1 = s.levels.narrow(s.z0), s.levels.narrow(s.z1)
	s.d = len(dims)
	return nil
}

// narrow returns the numbers that there are of codes, or of a direction.
func (l support) narrow(z []float64) []float64 {
	if l.dims == nil {
		return z
	}
	out := make([]float64, 0, len(z)/l.d*len(l.dims))
	for row := range slices.Chunk(z, l.d) {
		for _, k := range l.dims {
			out = append(out, row[k])
		}
	}
	return out
}

// spread returns a direction with 0 for the numbers that there are not.
func (l support) spread(u []float64) []float64 {
	if l.dims == nil {
		return u
	}
	out := make([]float64, l.d)
	for i, k := range l.dims {
		out[k] = u[i]
	}
	return out
}

// byGroup returns the sum of the squares of residuals in each group, and how many
// there are.
func (s *table) byGroup(residual []float64) (squares, counts []float64) {
	squares, counts = make([]float64, s.groups), make([]float64, s.groups)
	for i, r := range residual {
		squares[s.group[i]] += r * r
		counts[s.group[i]]++
	}
	return squares, counts
}

func widen(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

// where returns the pairs whose group satisfies in.
func (s *table) where(in func(group int) bool) *table {
	out := &table{d: s.d, groups: s.groups}
	for i, g := range s.group {
		if !in(g) {
			continue
		}
		out.z0 = append(out.z0, s.z0[i*s.d:(i+1)*s.d]...)
		out.z1 = append(out.z1, s.z1[i*s.d:(i+1)*s.d]...)
		out.t = append(out.t, s.t[i])
		out.group = append(out.group, g)
	}
	out.n = len(out.t)
	return out
}

// fold returns the part of the pairs that fold f of folds trains on and the part
// it is judged by. Trajectories are dealt out in turn.
func (s *table) fold(f, folds int) (train, test *table) {
	return s.where(func(g int) bool { return g%folds != f }), s.where(func(g int) bool { return g%folds == f })
}
