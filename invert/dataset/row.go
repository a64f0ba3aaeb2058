package dataset

import (
	"fmt"
	"slices"

	"github.com/lcfv-go/lcfv/invert"
)

// Row is a pair as it lies in a shard: a line of a table with the columns that
// the tags name. Errors are values of the loss; see invert.Pair.
type Row struct {
	Trajectory int64     `parquet:"trajectory"` // its index, which with the seed determines z_0
	T          float64   `parquet:"t"`          // in the transform's unit
	Z0         []float32 `parquet:"z0,list"`
	Z          []float32 `parquet:"z,list"` // z_t
	Error      float64   `parquet:"error"`
	Still      float64   `parquet:"error_still"`    // of not moving at all
	Relative   float64   `parquet:"error_relative"` // Error / Still
	Status     string    `parquet:"status,dict"`    // see Statuses
	Converged  bool      `parquet:"converged"`
	Iterations int32     `parquet:"iterations"`
	Work       float64   `parquet:"forward_equivalents"`
	LeftAt     float64   `parquet:"left_at"` // the t where the trajectory left what the generator can draw; 0: it did not
	Active     bool      `parquet:"constraint_active"`
}

// statuses names what may have become of a pair, in files. Unreached and Worst
// are not among them: they depend on which other pairs a fit uses.
var statuses = map[invert.Status]string{
	invert.Kept:      "found",
	invert.NotFinite: "not-finite",
	invert.Undefined: "undefined",
	invert.Left:      "left",
}

// Statuses returns the values of the column status: "found", "left" (the
// trajectory left what the generator can draw before it came there), "not-finite"
// (it met a NaN or an infinity) and "undefined" (the transform left no pixel
// defined).
func Statuses() []string {
	var names []string
	for _, name := range statuses {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// rows turns a part of a run into rows. They share its memory.
func rows(of invert.Range, part *invert.Dataset) ([]Row, error) {
	out := make([]Row, len(part.Pairs))
	for i, p := range part.Pairs {
		status, ok := statuses[p.Status]
		if !ok {
			return nil, fmt.Errorf("dataset: a pair with status %q does not belong into a shard", p.Status)
		}
		out[i] = Row{
			Trajectory: int64(of.Low + p.Trajectory), T: p.T,
			Z0: part.Z0.Row(p.Trajectory), Z: part.Z.Row(i),
			Error: p.Error, Still: p.Still, Relative: p.Relative(), Status: status,
			Converged: p.Converged, Iterations: int32(p.Iterations), Work: p.Work, LeftAt: p.LeftAt, Active: p.Active,
		}
	}
	return out, nil
}

// pair turns a row back.
func (r *Row) pair() (invert.Pair, error) {
	for status, name := range statuses {
		if name == r.Status {
			return invert.Pair{
				Trajectory: int(r.Trajectory), T: r.T, Error: r.Error, Still: r.Still, Status: status,
				Converged: r.Converged, Iterations: int(r.Iterations), Work: r.Work, LeftAt: r.LeftAt, Active: r.Active,
			}, nil
		}
	}
	return invert.Pair{}, fmt.Errorf("status %q is not known", r.Status)
}
