package lcfv

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/generator"
)

// ErrOutOfRange is wrapped by the error for a value of the factor that a
// control does not reach. It is always a *[RangeError].
var ErrOutOfRange = errors.New("outside the control's range")

// ErrGenerator is wrapped by errors about a control, or codes, used with a
// generator they do not belong to.
var ErrGenerator = errors.New("not the generator it was made on")

// RangeError says what was asked for and what could be had.
type RangeError struct {
	Asked     float64 // value of the factor
	Nearest   float64 // the reachable value nearest to it
	Low, High float64 // the control's range
	Unit      string

	// Beyond is the bound that the request is beyond: that of the range, if not
	// another. By is the change asked for, Change the largest there may be,
	// infinite for a control without Limits, and for PathBound that of this code in
	// this direction.
	Beyond     Bound
	By, Change float64
}

// Error implements error.
func (e *RangeError) Error() string {
	switch e.Beyond {
	case ChangeBound:
		return fmt.Sprintf("lcfv: a change of %.4g is more than the %.4g (%s) up to which the control keeps within its tolerance: ask for less, or take the nearest value, %.4g",
			e.By, e.Change, e.Unit, e.Nearest)
	case StartBound:
		return fmt.Sprintf("lcfv: a code of value %.4g is outside the control's range [%.4g, %.4g] (%s), so how far it would move is not known: start from a code inside, or set this one to a value",
			e.Asked-e.By, e.Low, e.High, e.Unit)
	case PathBound:
		return fmt.Sprintf("lcfv: a change of %.4g (%s) follows the control's curve to where it was not learned: ask for no more than %.4g of this code, or clamp, or refine",
			e.By, e.Unit, e.Change)
	case NoBound:
		return fmt.Sprintf("lcfv: a change of %.4g (%s) is refused as any is: the control's limits are empty, it was not seen to keep within its tolerance anywhere: "+
			"learn a better one, measure it with a larger tolerance, or take its Limits away", e.By, e.Unit)
	}
	return fmt.Sprintf("lcfv: %.4g is outside the control's range [%.4g, %.4g] (%s): ask for less, or take the nearest, %.4g",
		e.Asked, e.Low, e.High, e.Unit, e.Nearest)
}

// Unwrap returns ErrOutOfRange.
func (e *RangeError) Unwrap() error { return ErrOutOfRange }

// Control is a learned factor of a generator: a direction in its latent space,
// calibrated in the unit of a transform, or a curve. Learn makes one, Save and Load
// keep it.
//
// A Control is safe for concurrent use as long as nobody changes it.
type Control struct {
	// Transform is the name and Unit the unit of the transform the factor was
	// learned from.
	Transform string
	Unit      string

	// Model is the direction with its calibration, and the report of its fit.
	Model factor.Model

	// Curve, if not nil, is what Steer and Set move codes along in place of the
	// straight line of Model's direction: for generators in which no direction
	// carries the factor alone. Position remains the reading of Model; see Steer for
	// what that means for the range.
	Curve *factor.Curve

	// Generator is what the control was learned on.
	Generator GeneratorRecord

	// Inversion says how the pairs were found that the model was fitted to.
	Inversion InversionRecord

	// Limits bound what Steer and Set do to where the control was seen to keep a
	// promise. Nil stands for no promise: the range is then Model's.
	Limits *Limits

	// With names the other factors that LearnAll learned with this one, whose pairs
	// had a say in the direction. Nil stands for none.
	With []string

	// Classes are those that LearnClasses learned the control on, and those that it
	// was calibrated on later: see OfClass. Nil stands for none but what Generator
	// says.
	Classes []ClassRecord

	// Moves, if not nil, are the only levels of codes that Steer, Set and Sample
	// move: of every move that they make without it, the part in these. See Part.
	Moves []generator.Level

	// Baseline says which method proposed the direction, where it was not fitted
	// to the pairs but comes from package factor/baseline; else it is empty.
	Baseline string
}

// GeneratorRecord identifies a generator in a control or with codes.
type GeneratorRecord struct {
	Name        string
	Fingerprint string // see generator.Info
	D           int    // length of a latent code
	Condition   string // what a conditional generator was fixed to
	Prior       string // what codes were drawn from, as generator.ParsePrior reads it

	// Levels are those that the generator states: see generator.Info.
	Levels []generator.Level
}

// InversionRecord describes a finished inversion.
type InversionRecord struct {
	Method, Loss, Constraint string
	Targets                  []float64 // values of t, in the transform's unit
	Trajectories             int
	Batch                    int
	Seed                     uint64
	Pairs                    int     // found, whatever became of them
	Dropped                  int     // of these, not used for the fit
	MaxRelative              float64 // see invert.Options; -1: no limit
	DropFraction             float64
	MedianError              float64
	ForwardEquivalents       float64   // generator work a trajectory
	Reached                  []float64 // of each target, the share of trajectories that the generator could follow so far

	// Levels are the parts of codes that could move; nil stands for the whole code.
	Levels []generator.Level
}

// Range returns the values of the factor that the control reaches: those of its
// Limits, or without these those that the pairs it was learned from support, for
// which a control with a Curve refuses nothing. Position may lie outside for a code
// from the prior's tails.
func (c *Control) Range() (low, high float64) {
	if c.Limits != nil {
		return c.Limits.Low, c.Limits.High
	}
	return c.Model.Low, c.Model.High
}

// Position returns the value of the factor at the code z, in the control's
// unit, 0 being that of the average code. A code of the wrong length or with a
// number that is not finite is an error.
func (c *Control) Position(z []float32) (float64, error) {
	if err := c.checkCode(z); err != nil {
		return 0, err
	}
	return c.Model.Position(z), nil
}

// Steer moves the code z along the control's direction until the factor has
// changed by delta, and writes it to dst, which has the length of z and may be
// z. It fails for the codes for which Position does, and leaves dst alone then.
//
// Where that is outside the range, or more than the largest change of the
// control's Limits, the error is a *RangeError, wraps ErrOutOfRange, and dst holds
// the code with the nearest reachable value: a caller who wants to clamp ignores
// this error. The same holds where z itself is outside the range, because what its
// factor is, and with it how far it would move, is not known there.
//
// A control with a Curve moves the code along that. Where a curve is called for,
// Position reads the factor poorly off a code, and how far the curve leads does not
// depend on the reading; so without Limits, which are measured, requests are refused
// not for the range but where the curve leaves the codes it was learned from, or
// the change is larger than those (factor.Curve.Flow).
func (c *Control) Steer(dst, z []float32, delta float64) error {
	if err := c.checkCode(z); err != nil {
		return err
	}
	p := c.Model.Position(z)
	return c.move(dst, z, p, p+delta, true)
}

// Set moves the code z along the control's direction until the factor has the
// value t, and writes it to dst, which may be z. It fails as Steer does, but z may
// be outside the range: to come inside, where it was need not be known. With a
// Curve, it is Steer by what the value differs from Position, and no better than that
// is known.
func (c *Control) Set(dst, z []float32, t float64) error {
	if err := c.checkCode(z); err != nil {
		return err
	}
	return c.move(dst, z, c.Model.Position(z), t, false)
}

// move takes z, whose position is p, to t, or as near as it may go; see reach.
func (c *Control) move(dst, z []float32, p, t float64, change bool) error {
	if len(dst) != len(z) {
		return fmt.Errorf("lcfv: a latent code of length %d does not fit into a destination of length %d: give one as long as the code", len(z), len(dst))
	}
	from := z
	if c.Moves != nil {
		from = slices.Clone(z) // which may be dst
	}
	nearest, err := c.reach(p, t, change)
	switch {
	case nearest == p:
		copy(dst, z)
	case c.Curve == nil:
		c.Model.Set(dst, z, nearest)
	default:
		by := nearest - p
		if reached := c.Curve.Flow(dst, z, by); reached != by {
			low, high := c.Range()
			err = &RangeError{Asked: t, Nearest: p + reached, Low: low, High: high, Unit: c.Unit, Beyond: PathBound, By: t - p, Change: math.Abs(reached)}
		}
	}
	restrict(dst, from, c.Moves)
	return err
}

// reach returns the value nearest to t that a code may be given whose value is p.
// The error says why that is not t, or not known to be: a change needs to know
// where it starts.
func (c *Control) reach(p, t float64, change bool) (nearest float64, err error) {
	if change && t == p {
		return p, nil // wherever that is, nothing is asked of the range
	}
	b := c.bounds()
	nearest, beyond, ok := b.allow(p, t)
	switch {
	case !ok:
		return nearest, b.refuse(p, t, nearest, beyond, c.Unit)
	case change && !b.start(p):
		return nearest, b.refuse(p, t, nearest, StartBound, c.Unit)
	}
	return nearest, nil
}

func (c *Control) checkCode(z []float32) error {
	if len(c.Model.U) == 0 {
		return errors.New("lcfv: the control is empty: get one from Learn or Load")
	}
	if len(z) != len(c.Model.U) {
		return fmt.Errorf("lcfv: a latent code of length %d given to a control of %d dimensions: use codes of the generator it was learned on", len(z), len(c.Model.U))
	}
	if err := c.checkMoves(); err != nil {
		return err
	}
	for i, v := range z {
		if x := float64(v); math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("lcfv: number %d of the latent code is %g: give finite numbers", i, x)
		}
	}
	return nil
}

// Fits reports whether the control was learned on the generator that info
// describes: nil if it was, else an error that wraps ErrGenerator. The weights
// are compared, not the condition: it is for the caller to say whether a control
// learned for one class is to be used for another. Two generators without a
// fingerprint count as the same.
func (c *Control) Fits(info generator.Info) error {
	return c.Generator.fits(info, "the control", "learn a control on this generator")
}

// NewGeneratorRecord identifies the generator that info describes.
func NewGeneratorRecord(info generator.Info) GeneratorRecord {
	return GeneratorRecord{Name: info.Name, Fingerprint: info.Fingerprint, D: info.D, Condition: info.Condition, Prior: info.Prior.String(), Levels: info.Levels}
}

// fits compares a generator with the recorded one, that of what, by the length of
// its codes and its weights.
func (r GeneratorRecord) fits(info generator.Info, what, remedy string) error {
	if info.D != r.D {
		return fmt.Errorf("lcfv: %w: its codes have length %d, those of %s %d: %s", ErrGenerator, info.D, what, r.D, remedy)
	}
	if info.Fingerprint != r.Fingerprint {
		return fmt.Errorf("lcfv: %w: its fingerprint is %s, that of %s %s: %s, or load without checking",
			ErrGenerator, abbreviated(info.Fingerprint), what, abbreviated(r.Fingerprint), remedy)
	}
	return nil
}

func abbreviated(fingerprint string) string {
	if fingerprint == "" {
		return "unknown"
	}
	if len(fingerprint) > 12 {
		return fingerprint[:12] + "…"
	}
	return fingerprint
}
