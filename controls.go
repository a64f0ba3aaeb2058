package lcfv

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/lcfv-go/lcfv/generator"
)

// ErrControls is wrapped by errors about controls that do not make a set.
var ErrControls = errors.New("not a set of controls")

// Controls are several factors of one generator, driven together: what changes
// some of them leaves the others of the set as they are. LearnAll makes such a
// set, and NewControls makes one of controls that were learned each for itself.
//
// With the directions u_k and calibrations g_k, a code moves by the shortest Δ with
//
//	g_k(⟨z + Δ, u_k⟩) = t_k
//
// for every factor k, t_k being its new value, or for a factor that is not asked
// for the one that it has. Δ lies in the span of the directions.
//
// A Controls is safe for concurrent use as long as nobody changes its controls.
type Controls struct {
	list []*Control
	dual *mat.Dense // column k is the shortest move by which ⟨z, u_k⟩ grows by 1 and the others stay
}

// parallelLimit is the least eigenvalue that the directions' Gram matrix may have.
// Below it there are changes that take moves thirty times as long as along a
// direction of its own.
const parallelLimit = 1e-3

// NewControls makes a set of controls, which it keeps. They must be of one
// generator, of different transforms and of directions that do not depend on each
// other, move the same levels (Control.Moves), and none of several may have a Curve;
// else the error wraps ErrControls, or ErrGenerator.
func NewControls(controls ...*Control) (*Controls, error) {
	if len(controls) == 0 {
		return nil, fmt.Errorf("lcfv: %w: there are none: give one at least", ErrControls)
	}
	for i, c := range controls {
		if c == nil {
			return nil, fmt.Errorf("lcfv: %w: control %d is nil", ErrControls, i)
		}
		if err := c.Validate(); err != nil {
			return nil, fmt.Errorf("%w (control %d, %s)", err, i, c.Transform)
		}
		if c.Curve != nil && len(controls) > 1 {
			return nil, fmt.Errorf("lcfv: %w: %s moves codes along a curve, and a set along the directions: take it alone, or set its Curve to nil", ErrControls, c.Transform)
		}
		first := controls[0]
		if !slices.Equal(c.Moves, first.Moves) {
			return nil, fmt.Errorf("lcfv: %w: %s and %s do not move the same levels: give whole controls and take the Part of the set", ErrControls, first.Transform, c.Transform)
		}
		if c.Generator.D != first.Generator.D || c.Generator.Fingerprint != first.Generator.Fingerprint {
			return nil, fmt.Errorf("lcfv: %w: %s was learned on %s and %s on %s: give controls of one generator",
				ErrGenerator, first.Transform, first.Generator.Name, c.Transform, c.Generator.Name)
		}
		for _, other := range controls[:i] {
			if other.Transform == c.Transform {
				return nil, fmt.Errorf("lcfv: %w: there are two controls of %s: give one a factor", ErrControls, c.Transform)
			}
		}
	}
	s := &Controls{list: slices.Clone(controls)}
	if err := s.solve(); err != nil {
		return nil, err
	}
	return s, nil
}

// solve sets dual to U(UᵀU)⁻¹ for the matrix U of the directions.
func (s *Controls) solve() error {
	m, d := len(s.list), s.list[0].Generator.D
	u := mat.NewDense(d, m, nil)
	gram := mat.NewSymDense(m, nil)
	for i, c := range s.list {
		u.SetCol(i, c.Model.U)
		for j := range i + 1 {
			gram.SetSym(i, j, floats.Dot(c.Model.U, s.list[j].Model.U))
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(gram, false) || eigen.Values(nil)[0] < parallelLimit {
		i, j := s.nearest(gram)
		return fmt.Errorf("lcfv: %w: their directions depend on each other, most of all those of %s and %s (cosine %.4f), so that one cannot change and the other stay: leave one out",
			ErrControls, s.list[i].Transform, s.list[j].Transform, gram.At(i, j))
	}
	var chol mat.Cholesky
	chol.Factorize(gram) // positive definite, as its eigenvalues say
	var t mat.Dense
	if err := chol.SolveTo(&t, u.T()); err != nil {
		return fmt.Errorf("lcfv: %w: %w", ErrControls, err)
	}
	s.dual = mat.DenseCopyOf(t.T())
	return nil
}

// nearest returns the two directions with the largest cosine.
func (s *Controls) nearest(gram *mat.SymDense) (i, j int) {
	best := -1.0
	for a := range s.list {
		for b := range a {
			if v := math.Abs(gram.At(a, b)); v > best {
				i, j, best = b, a, v
			}
		}
	}
	return i, j
}

// Names returns the factors, which are the names of the controls' transforms, in
// the order of the set.
func (s *Controls) Names() []string {
	names := make([]string, len(s.list))
	for i, c := range s.list {
		names[i] = c.Transform
	}
	return names
}

// Control returns the control of a factor, nil where the set has none of that
// name. Used by itself, it takes no care of the other factors.
func (s *Controls) Control(name string) *Control {
	if i := s.index(name); i >= 0 {
		return s.list[i]
	}
	return nil
}

func (s *Controls) index(name string) int {
	return slices.IndexFunc(s.list, func(c *Control) bool { return c.Transform == name })
}

// Only returns the set of the named controls. What is not named may change then:
// moves are shorter where the other factors do not matter.
func (s *Controls) Only(names ...string) (*Controls, error) {
	var list []*Control
	for _, name := range names {
		i, err := s.find(name)
		if err != nil {
			return nil, err
		}
		list = append(list, s.list[i])
	}
	return NewControls(list...)
}

func (s *Controls) find(name string) (int, error) {
	i := s.index(name)
	if i < 0 {
		return 0, fmt.Errorf("lcfv: %w: it has no factor %q, only %s", ErrControls, name, strings.Join(s.Names(), ", "))
	}
	return i, nil
}

// Fits reports whether the controls were learned on the generator that info
// describes, as Control.Fits does.
func (s *Controls) Fits(info generator.Info) error {
	return s.list[0].Generator.fits(info, "the controls", "learn controls on this generator")
}

// Positions returns the values of all factors at the code z, by their names. It
// fails as Control.Position does.
func (s *Controls) Positions(z []float32) (map[string]float64, error) {
	if err := s.list[0].checkCode(z); err != nil {
		return nil, err
	}
	out := make(map[string]float64, len(s.list))
	for _, c := range s.list {
		out[c.Transform] = c.Model.Position(z)
	}
	return out, nil
}

// Steer moves the code z until each factor named in deltas has changed by the
// number given for it, and the other factors of the set have the values they had.
// It writes the code to dst, which has the length of z and may be z.
//
// Where a factor is asked to go where its control does not reach, the error is a
// RangeErrors, wraps ErrOutOfRange and names every such factor; dst holds the code
// with their nearest reachable values and the changes of the other factors: a
// caller who wants to clamp ignores this error. Other errors leave dst alone: those
// for which Control.Steer fails, and a factor that the set does not have.
func (s *Controls) Steer(dst, z []float32, deltas map[string]float64) error {
	return s.move(dst, z, deltas, true)
}

// Set moves the code z until each factor named in values has the value given for
// it, and the other factors of the set have the values they had, and writes it to
// dst, which may be z. It fails as Steer does.
func (s *Controls) Set(dst, z []float32, values map[string]float64) error {
	return s.move(dst, z, values, false)
}

// move gives the factors of asked the values asked for, or changes them by these.
func (s *Controls) move(dst, z []float32, asked map[string]float64, change bool) error {
	if err := s.list[0].checkCode(z); err != nil {
		return err
	}
	if len(dst) != len(z) {
		return fmt.Errorf("lcfv: a latent code of length %d does not fit into a destination of length %d: give one as long as the code", len(z), len(dst))
	}
	by := make([]float64, len(s.list)) // of ⟨z, u_k⟩
	var errs RangeErrors
	for name, v := range asked {
		i, err := s.find(name)
		if err != nil {
			return err
		}
		c := s.list[i]
		if c.Curve != nil { // which is alone
			return c.alone(dst, z, v, change)
		}
		p := c.Model.Position(z)
		t := v
		if change {
			t = p + v
		}
		nearest, err := c.reach(p, t, change)
		if nearest != p {
			by[i] = c.Model.G.Inverse(nearest) - c.Model.Project(z)
		}
		var out *RangeError
		if errors.As(err, &out) {
			if errs == nil {
				errs = RangeErrors{}
			}
			errs[name] = out
		}
	}
	s.shift(dst, z, by)
	if errs != nil {
		return errs
	}
	return nil
}

// alone moves z along the curve of the only control of a set.
func (c *Control) alone(dst, z []float32, v float64, change bool) error {
	p := c.Model.Position(z)
	t := v
	if change {
		t = p + v
	}
	err := c.move(dst, z, p, t, change)
	var out *RangeError
	if errors.As(err, &out) {
		return RangeErrors{c.Transform: out}
	}
	return err
}

// shift writes z to dst, moved such that ⟨z, u_k⟩ has grown by by[k], or what is
// allowed to move of that.
func (s *Controls) shift(dst, z []float32, by []float64) {
	only := s.list[0].Moves // that of all
	from := z
	if only != nil {
		from = slices.Clone(z) // which may be dst
	}
	for i := range dst {
		dst[i] = float32(float64(z[i]) + floats.Dot(s.dual.RawRowView(i), by))
	}
	restrict(dst, from, only)
}

// RangeErrors says which factors were asked to go out of range, and for each what
// was asked for and what could be had. errors.As finds the *RangeError of the first
// by name.
type RangeErrors map[string]*RangeError

// Error implements error.
func (e RangeErrors) Error() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(e)) {
		parts = append(parts, name+": "+strings.TrimPrefix(e[name].Error(), "lcfv: "))
	}
	return "lcfv: " + strings.Join(parts, "; ")
}

// Unwrap returns the errors of the factors, in the order of their names.
func (e RangeErrors) Unwrap() []error {
	var out []error
	for _, name := range slices.Sorted(maps.Keys(e)) {
		out = append(out, e[name])
	}
	return out
}
