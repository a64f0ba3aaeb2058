package factor

import "errors"

var (
	// ErrData is wrapped by errors about data that are malformed: lengths that
	// disagree, numbers that are not finite.
	ErrData = errors.New("factor: invalid data")

	// ErrTooFewPairs is wrapped by the error for data with fewer pairs than a
	// code has numbers, or from fewer than two trajectories.
	ErrTooFewPairs = errors.New("factor: too few pairs")

	// ErrNoMotion is wrapped by the error for data in which nothing moves:
	// every t the same, or codes that do not change with t.
	ErrNoMotion = errors.New("factor: the pairs determine no direction")

	// ErrOptions is wrapped by errors about settings that make no sense.
	ErrOptions = errors.New("factor: invalid options")

	// ErrCalibration is wrapped by errors about a calibration that is not a
	// strictly increasing function.
	ErrCalibration = errors.New("factor: invalid calibration")

	// ErrTolerance is wrapped by the error for a fit that errs by more than
	// Options.Tolerance wherever one looks.
	ErrTolerance = errors.New("factor: the tolerance is kept nowhere")

	// ErrModel is wrapped by errors about a model whose direction is not a
	// finite unit vector, or a direction that cannot be made one.
	ErrModel = errors.New("factor: invalid model")
)
