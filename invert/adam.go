package invert

import (
	"context"
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/generator"
)

// Adam follows trajectories with the optimiser of Kingma and Ba (ICLR 2015),
// projecting onto the constraint after each step. Fields that are 0 stand for
// what their comments say; see DefaultAdam and Published for the rest.
type Adam struct {
	Rate       float64 // first step size in latent units; 0: 0.01
	FinalRate  float64 // the last step of a target, approached along a cosine; 0: Rate
	Iterations int     // gradient steps a target; 0: 50
	Substeps   int     // equal steps in t on the way to each target, each followed in full; 0: 1

	// Secant starts a target from where the last two steps in t point to
	// instead of from the last code.
	Secant bool

	// Best takes the best code seen for a target instead of the last.
	Best bool

	// Carry keeps the moments from one target to the next instead of starting
	// them anew.
	Carry bool

	Beta1, Beta2, Epsilon float64 // 0: 0.9, 0.999 and 1e-8
}

// DefaultAdam returns the settings that do best for this method. Starting from the
// secant is what counts most: on the decoders of sprites, half as many steps with it
// leave smaller errors than all of them without. Ten steps would do for those, whose
// codes have length 10; the rest are for long codes.
func DefaultAdam() Adam {
	return Adam{Rate: 0.05, FinalRate: 0.005, Iterations: 20, Secant: true, Best: true}
}

// Published returns the settings of the paper's authors, as their released code
// has them: 50 trajectories, 5 steps of t up to 0.5, 50 iterations a target at
// rate 0.01 with the moments reset at each, and no limit on a pair's error. (There
// the worst tenth is taken of the pairs of all t together, and the image is
// blurred before it is masked.)
func Published() Options {
	return Options{
		Method: Adam{Rate: 0.01, Iterations: 50},
		Range:  0.5, Steps: 5, Trajectories: 50, MaxRelative: -1,
	}
}

// Name implements Method.
func (a Adam) Name() string {
	a.settle()
	return fmt.Sprintf("adam(rate=%g..%g,iterations=%d,substeps=%d,secant=%t,best=%t,carry=%t,moments=%g,%g,%g)",
		a.Rate, a.FinalRate, a.Iterations, a.Substeps, a.Secant, a.Best, a.Carry, a.Beta1, a.Beta2, a.Epsilon)
}

func (a *Adam) settle() {
	fill(&a.Rate, 0.01)
	fill(&a.FinalRate, a.Rate)
	fill(&a.Iterations, 50)
	fill(&a.Substeps, 1)
	fill(&a.Beta1, 0.9)
	fill(&a.Beta2, 0.999)
	fill(&a.Epsilon, 1e-8)
}

func (a *Adam) validate() error {
	switch {
	case !(a.Rate > 0 && a.FinalRate > 0):
		return fmt.Errorf("%w: Adam's rates %g and %g must be positive", ErrOptions, a.Rate, a.FinalRate)
	case a.Iterations < 0 || a.Substeps < 0:
		return fmt.Errorf("%w: Adam with %d iterations and %d substeps: give positive numbers", ErrOptions, a.Iterations, a.Substeps)
	case !(a.Beta1 > 0 && a.Beta1 < 1 && a.Beta2 > 0 && a.Beta2 < 1 && a.Epsilon > 0):
		return fmt.Errorf("%w: Adam's β₁ = %g and β₂ = %g must be in (0, 1) and ε = %g positive", ErrOptions, a.Beta1, a.Beta2, a.Epsilon)
	}
	return nil
}

// Follow implements Method.
func (a Adam) Follow(ctx context.Context, p *Problem, ts []float64, emit Emit) error {
	a.settle()
	if err := a.validate(); err != nil {
		return err
	}
	s := newAdamState(p)
	for i := range s.notes {
		s.notes[i] = Note{Iterations: a.Iterations * a.Substeps, Work: float64((3*a.Iterations + 1) * a.Substeps)}
	}
	from := 0.0
	for k, to := range ts {
		for sub := 1; sub <= a.Substeps; sub++ {
			t := from + (to-from)*float64(sub)/float64(a.Substeps)
			if err := s.step(ctx, &a, p, t); err != nil {
				return err
			}
		}
		from = to
		if err := emit(k, s.z, s.value, s.notes); err != nil {
			return err
		}
	}
	return nil
}

// adamState is what Adam remembers of a batch on its way. All is allocated here,
// once for all targets.
type adamState struct {
	z, grad    *generator.Latents // the codes and the gradients at them
	best       *generator.Latents // the best codes for the present target
	last       *generator.Latents // the codes found for the target before, at lastT
	value, low []float64          // loss at z and at best
	aim        []float64
	notes      []Note
	m, v       []float64 // first and second moments
	decay1     float64   // β₁ and β₂ to the power of the steps in m and v
	decay2     float64
	t, lastT   float64 // the t that z and last belong to
}

func newAdamState(p *Problem) *adamState {
	n, d := p.N(), p.D()
	s := &adamState{
		z: generator.NewLatents(n, d), grad: generator.NewLatents(n, d),
		best: generator.NewLatents(n, d), last: generator.NewLatents(n, d),
		value: make([]float64, n), low: make([]float64, n), aim: make([]float64, n), notes: make([]Note, n),
		m: make([]float64, n*d), v: make([]float64, n*d),
	}
	s.z.CopyFrom(p.Start())
	s.last.CopyFrom(p.Start())
	s.forget()
	return s
}

func (s *adamState) forget() {
	clear(s.m)
	clear(s.v)
	s.decay1, s.decay2 = 1, 1
}

// step moves the codes from the target at s.t to the one at t.
func (s *adamState) step(ctx context.Context, a *Adam, p *Problem, t float64) error {
	s.predict(a, p, t)
	for i := range s.aim {
		s.aim[i] = t
		s.low[i] = math.Inf(1)
	}
	if err := p.Aim(s.aim); err != nil {
		return err
	}
	if !a.Carry {
		s.forget()
	}
	for it := range a.Iterations {
		if err := p.Eval(ctx, s.value, s.grad, s.z); err != nil {
			return err
		}
		if a.Best {
			s.keepBest()
		}
		s.descend(a, p, a.rate(it))
	}
	if err := p.Eval(ctx, s.value, nil, s.z); err != nil {
		return err
	}
	if a.Best {
		s.keepBest()
		copy(s.z.Data, s.best.Data)
		copy(s.value, s.low)
	}
	return nil
}

// predict extrapolates through the last two codes where that is asked for and
// there are two that differ in t.
func (s *adamState) predict(a *Adam, p *Problem, t float64) {
	if a.Secant && s.t != 0 {
		ratio := float32((t - s.t) / (s.t - s.lastT))
		for i, z := range s.z.Data {
			s.z.Data[i] = z + ratio*(z-s.last.Data[i])
			s.last.Data[i] = z
		}
		p.Project(s.z)
	} else {
		copy(s.last.Data, s.z.Data)
	}
	s.lastT, s.t = s.t, t
}

func (s *adamState) keepBest() {
	for i, v := range s.value {
		if v < s.low[i] {
			s.low[i] = v
			copy(s.best.Row(i), s.z.Row(i))
		}
	}
}

// descend takes one step of the given size and projects.
func (s *adamState) descend(a *Adam, p *Problem, rate float64) {
	s.decay1 *= a.Beta1
	s.decay2 *= a.Beta2
	scale1, scale2 := 1/(1-s.decay1), 1/(1-s.decay2)
	d := s.z.D
	for i := range s.z.N {
		if !p.Alive(i) {
			continue // stays at a code that is known to be finite
		}
		z, grad := s.z.Row(i), s.grad.Row(i)
		m, v := s.m[i*d:(i+1)*d], s.v[i*d:(i+1)*d]
		for j, g32 := range grad {
			g := float64(g32)
			m[j] += (1 - a.Beta1) * (g - m[j])
			v[j] += (1 - a.Beta2) * (g*g - v[j])
			z[j] -= float32(rate * (m[j] * scale1) / (math.Sqrt(v[j]*scale2) + a.Epsilon))
		}
		p.Constraint(i).Project(z)
	}
}

// rate returns the size of step it of a target.
func (a *Adam) rate(it int) float64 {
	if a.Iterations < 2 {
		return a.Rate
	}
	x := float64(it) / float64(a.Iterations-1)
	return a.FinalRate + (a.Rate-a.FinalRate)*0.5*(1+math.Cos(math.Pi*x))
}
