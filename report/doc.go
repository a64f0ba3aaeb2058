// Package report shows what a control does to images: figures and one HTML page
// that holds them, for people to open and to pass on.
//
//	r, err := report.Make(ctx, g, set, nil)
//	err = r.Save("report.html")            // one file, which asks nothing of a network
//	paths, err := r.SaveFigures("figures") // every figure as PNG and SVG, walks as GIF
//
// Make evaluates the controls on codes they were not learned from (lcfv.Evaluate,
// lcfv.EvaluateAll), measures on the same codes what else changes, and draws strips
// of steered samples. A report shows for every factor
//
//   - requested against measured changes, one by one and as distributions, as
//     Plumerault et al. (2020, section 3) show them;
//   - the error, and what detection says of the images, against the change;
//   - the calibration g, with a bootstrap band and the pairs of codes it was fitted to
//     where Options.Pairs has them (see FindPairs), and the errors of the inversion
//     against t;
//   - where the direction lies, for a generator whose codes have levels;
//   - a strip of steered samples, and a walk;
//
// and for all of them the cross-talk, and how the report was made. The same
// arguments give the same bytes.
//
// The package is above lcfv and not beside factor, because it is about controls and
// evaluations, and because programs that do not report shall not carry the fonts
// and renderers of gonum.org/v1/plot, which only this package and examples import.
package report
