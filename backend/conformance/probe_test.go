package conformance

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/lcfv-go/lcfv/backend"
	"gorgonia.org/tensor"
)

const (
	// large is the number of elements of input and output from which one random
	// direction is enough: it has many elements.
	randomDirections = 3
	coordinates      = 4
	large            = 1 << 13
)

// precision bounds errors relative to the Jacobian: of products with it against
// differences, and of ⟨J dx, v⟩ = ⟨dx, Jᵀv⟩.
type precision struct{ difference, adjoint float64 }

// The differences are wrong by one step, 1e-5, where a second derivative jumps.
var (
	inFloat32 = precision{difference: 1e-4, adjoint: 1e-5}
	inFloat64 = precision{difference: 2e-5, adjoint: 1e-10}
)

// cancelling are cases of whose derivative float32 keeps few digits, because
// large terms cancel.
var cancelling = map[string]precision{
	"test_nllloss_NCd1d2d3d4d5_mean_weight_expanded": {difference: 1e-3, adjoint: 1e-3},
}

// probe holds directions of the input, the slopes of the output in them, and a
// cotangent. Slope and cotangent are zero where the function is not smooth in
// one of the directions.
type probe struct {
	shape         []int // of the input
	dx, dy        [][]float64
	v             []float64
	gain          float64 // the largest ‖dy‖/‖dx‖
	values, kinks int     // of the slopes
}

func newProbe(f *function) (*probe, error) {
	p := &probe{shape: f.inputs[f.wrt].Shape()}
	n := size(p.shape)
	random, few := randomDirections, min(coordinates, n)
	if n+size(f.result().Shape()) >= large {
		random, few = 1, 0
	}
	r := rand.New(rand.NewPCG(7, uint64(n)))
	for range random {
		p.dx = append(p.dx, noise(r, n))
	}
	for k := range few {
		unit := make([]float64, n)
		unit[k*n/few] = 1
		p.dx = append(p.dx, unit)
	}
	for _, dx := range p.dx {
		dy, smooth, err := f.slope(dx)
		if err != nil {
			return nil, err
		}
		if p.v == nil {
			p.v = noise(r, len(dy))
		}
		for i, ok := range smooth {
			p.values++
			if !ok {
				p.kinks++
				p.v[i] = 0
			}
		}
		p.dy = append(p.dy, dy)
	}
	for k, dy := range p.dy {
		p.mask(dy)
		p.gain = max(p.gain, norm(dy)/norm(p.dx[k]))
	}
	return p, nil
}

// noise is a direction that float32 represents.
func noise(r *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = float64(float32(2*r.Float64() - 1))
	}
	return v
}

// mask clears a slope where it is not compared.
func (p *probe) mask(dy []float64) {
	for i, v := range p.v {
		if v == 0 {
			dy[i] = 0
		}
	}
}

// flat reports whether nothing changes in any direction, jumps aside.
func (p *probe) flat() bool { return p.gain == 0 && p.kinks < p.values }

// linearize differentiates a model and checks what comes out.
func (p *probe) linearize(m backend.Differentiable, output, wrt string, inputs map[string]*tensor.Dense, tolerance precision) error {
	ctx := context.Background()
	l, err := m.Linearize(ctx, output, wrt, inputs)
	if err != nil {
		return err
	}
	defer l.Close()
	return p.check(ctx, l, inputs[wrt].Dtype(), tolerance)
}

// check holds both products with the Jacobian, whose input is of type dtype,
// against the slopes and against each other.
func (p *probe) check(ctx context.Context, l backend.Linearization, dtype tensor.Dtype, tolerance precision) error {
	shape := l.Output().Shape()
	cotangent := filled(dtype, p.shape, make([]float64, size(p.shape)))
	if err := l.Pullback(ctx, cotangent, filled(l.Output().Dtype(), shape, p.v)); err != nil {
		return fmt.Errorf("pullback: %w", err)
	}
	jtv := p.finite(numbers(cotangent))
	for k, dx := range p.dx {
		tangent := filled(l.Output().Dtype(), shape, make([]float64, size(shape)))
		if err := l.Pushforward(ctx, tangent, filled(dtype, p.shape, dx)); err != nil {
			return fmt.Errorf("pushforward: %w", err)
		}
		got, want := numbers(tangent), p.dy[k]
		p.mask(got)
		scale := p.gain * norm(dx)
		for i := range got {
			if d := math.Abs(got[i] - want[i]); !(d <= tolerance.difference*scale) {
				return fmt.Errorf("pushforward in direction %d: element %d is %g, by differences %g (norm %.3g)", k, i, got[i], want[i], scale)
			}
		}
		pulled, scale := dot(dx, jtv), scale*norm(p.v)
		if want := dot(want, p.v); !(math.Abs(pulled-want) <= tolerance.difference*scale) {
			return fmt.Errorf("pullback: ⟨dx, Jᵀv⟩ = %g in direction %d, by differences %g (of at most %.3g)", pulled, k, want, scale)
		}
		if pushed := dot(got, p.v); !(math.Abs(pulled-pushed) <= tolerance.adjoint*scale) {
			return fmt.Errorf("adjoint: ⟨J dx, v⟩ = %.9g, ⟨dx, Jᵀv⟩ = %.9g in direction %d (of at most %.3g)", pushed, pulled, k, scale)
		}
	}
	return nil
}

// finite clears what a cotangent of zero times an infinite derivative leaves
// where the function is not smooth, as a square root at zero.
func (p *probe) finite(jtv []float64) []float64 {
	if p.kinks > 0 {
		for i, v := range jtv {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				jtv[i] = 0
			}
		}
	}
	return jtv
}

// filled is a tensor of a floating type with the given elements.
func filled(dtype tensor.Dtype, shape []int, v []float64) *tensor.Dense {
	d := tensor.New(tensor.Of(dtype), tensor.WithShape(shape...))
	if dtype == tensor.Float64 {
		copy(d.Float64s(), v)
		return d
	}
	for i, x := range v {
		d.Float32s()[i] = float32(x)
	}
	return d
}

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

func norm(v []float64) float64 { return math.Sqrt(dot(v, v)) }

func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}
