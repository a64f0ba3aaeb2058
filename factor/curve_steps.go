package factor

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// steps are what trajectories say about how codes of length d move: for each step
// from one code to the next, how fast it went, where and for how long.
type steps struct {
	d            int
	at, velocity []float64 // rows of length d
	dt           []float64
	trajectories int
	radius       float64 // largest norm of a code
	reach        float64 // largest |t|
}

// newSteps follows the trajectories of pairs, each from its least to its largest t,
// through z_0 at t = 0. Of codes for the same t the first counts, and z_0 for t = 0.
func newSteps(data *Data) (*steps, error) {
	all := newTable(data)
	s := &steps{d: all.d, trajectories: all.groups}
	trajectories := make([][]int, all.groups)
	for i, g := range all.group {
		trajectories[g] = append(trajectories[g], i)
	}
	start := func(i int) []float64 { return all.z0[i*s.d : (i+1)*s.d] }
	for _, pairs := range trajectories {
		first := pairs[0]
		chain := []point{{0, start(first)}}
		for _, i := range pairs {
			if !slices.Equal(start(i), start(first)) {
				return nil, fmt.Errorf("%w: the pairs %d and %d are of one trajectory, but start from different codes: "+
					"a curve follows trajectories, which Group has to tell apart", ErrData, first, i)
			}
			chain = append(chain, point{all.t[i], all.z1[i*s.d : (i+1)*s.d]})
		}
		slices.SortStableFunc(chain, func(a, b point) int { return cmp.Compare(a.t, b.t) })
		chain = slices.CompactFunc(chain, func(a, b point) bool { return a.t == b.t })
		s.add(chain)
	}
	if !(s.radius > 0) {
		return nil, fmt.Errorf("%w: all codes are zero", ErrNoMotion)
	}
	return s, nil
}

// point is a code of a trajectory.
type point struct {
	t float64
	z []float64
}

func (s *steps) add(chain []point) {
	for k, p := range chain {
		s.radius, s.reach = max(s.radius, floats.Norm(p.z, 2)), max(s.reach, math.Abs(p.t))
		if k == 0 {
			continue
		}
		last := chain[k-1]
		dt := p.t - last.t
		s.dt = append(s.dt, dt)
		for j := range p.z {
			s.at = append(s.at, (p.z[j]+last.z[j])/2)
			s.velocity = append(s.velocity, (p.z[j]-last.z[j])/dt)
		}
	}
}

// appendFeatures appends those of the code z; see Curve.Coefficients.
func appendFeatures(to, z []float64, order int) []float64 {
	to = append(to, 1)
	if order >= 1 {
		to = append(to, z...)
	}
	if order >= 2 {
		for i, v := range z {
			for _, w := range z[i:] {
				to = append(to, v*w)
			}
		}
	}
	return to
}
