package factor

import (
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/generator"
)

// Model is a direction with its calibration: the factor's value at code z is
// G.At(⟨z, U⟩). It is safe for concurrent use as long as nobody changes it.
type Model struct {
	U []float64   // unit vector; the factor increases along it
	G Calibration // G.At(0) = 0

	// Low and High bound the values of the factor that the data support: a
	// hundredth of the codes, of three trajectories at least, lie beyond either,
	// unless the factor saturates before, or errors pass Options.Tolerance. Report
	// says which it is.
	Low, High float64

	// Errors is what Interval needs.
	Errors Errors

	Report Report
}

// Report says how a model was fitted and how well it describes the pairs. Errors
// are of Δt, in the transform's unit: they include what inversion missed but not
// how well images follow when a code is steered, which only a detector can tell.
type Report struct {
	Pairs        int
	Trajectories int

	// Given says that the direction was not found but given to FitAlong.
	Given bool

	// What cross-validation chose.
	Grid       Grid    // of G's knots
	Cells      int     // of G
	Smoothness float64 // weight of the penalty on G's bends
	Ridge      float64 // weight of the penalty that tied U to the mean displacement

	// What Low and High are due to.
	LowBound, HighBound Bound

	// On the pairs the model was fitted to.
	R2, RMSE float64

	// On trajectories left out of the fit. RMSECI is a 95 % bootstrap interval
	// over trajectories.
	CrossR2, CrossRMSE float64
	RMSECI             [2]float64

	Iterations int // Gauss–Newton steps of the final fit

	// Levels are the parts of codes in which the direction could lie; nil stands
	// for the whole code.
	Levels []generator.Level
}

// Validate reports whether U is a finite unit vector and G a calibration. Fit
// returns only valid models; one read from a file ought to be checked.
func (m *Model) Validate() error {
	sum := 0.0
	for i, v := range m.U {
		if bad(v) {
			return fmt.Errorf("%w: number %d of the direction is %g", ErrModel, i, v)
		}
		sum += v * v
	}
	if math.Abs(sum-1) > 1e-6 {
		return fmt.Errorf("%w: the direction has norm %g, not 1", ErrModel, math.Sqrt(sum))
	}
	if bad(m.Low) || bad(m.High) || m.Low >= m.High {
		return fmt.Errorf("%w: the range [%g, %g] is empty or not finite", ErrModel, m.Low, m.High)
	}
	if err := m.Errors.Validate(); err != nil {
		return err
	}
	return m.G.Validate()
}

// Project returns ⟨z, U⟩. It panics if z does not have the length of U.
func (m *Model) Project(z []float32) float64 {
	if len(z) != len(m.U) {
		panic(fmt.Sprintf("factor: code of length %d for a direction of length %d", len(z), len(m.U)))
	}
	sum := 0.0
	for i, v := range z {
		sum += float64(v) * m.U[i]
	}
	return sum
}

// Position returns the factor's value at z, in the transform's unit. It panics
// if z does not have the length of U.
func (m *Model) Position(z []float32) float64 { return m.G.At(m.Project(z)) }

// Steer writes z, moved along U so that the factor changes by delta, to dst,
// which may be z itself. It does not look at the range. It panics if dst or z
// does not have the length of U.
func (m *Model) Steer(dst, z []float32, delta float64) {
	p := m.Project(z)
	m.move(dst, z, m.G.Inverse(m.G.At(p)+delta)-p)
}

// Set writes z, moved along U so that the factor's value is t, to dst, which may
// be z itself. It does not look at the range. It panics if dst or z does not have
// the length of U.
func (m *Model) Set(dst, z []float32, t float64) {
	m.move(dst, z, m.G.Inverse(t)-m.Project(z))
}

func (m *Model) move(dst, z []float32, by float64) {
	if len(dst) != len(m.U) {
		panic(fmt.Sprintf("factor: destination of length %d for a direction of length %d", len(dst), len(m.U)))
	}
	for i, u := range m.U {
		dst[i] = float32(float64(z[i]) + by*u)
	}
}
