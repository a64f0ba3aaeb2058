package main

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/picture"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/saliency"
)

var classesExperiment = experiment{
	name:     "classes",
	question: "Does one direction serve several classes?",
	claim: "Section 3: on BigGAN one direction, learned from trajectories of ten classes together, changes the position or the scale of the objects " +
		"of all of them.",
	version: 1,
	run: func(ctx context.Context, l *lab, w io.Writer) error {
		g, err := l.generator(coloured)
		if err != nil {
			return err
		}
		network, err := l.u2netp()
		if err != nil {
			return err
		}
		return acrossClasses(ctx, l, w, familyOf(g), []saliency.Detector{unmixed{}, saliency.Barrier{}}, keptMaps{l, network})
	},
}

// halves are every other class and the rest: each half is learned on once and held out
// once.
func (f family) halves() [2][]int {
	var h [2][]int
	for class := range f.names {
		h[class%2] = append(h[class%2], class)
	}
	return h
}

// called names classes.
func (f family) called(classes []int) string {
	var names []string
	for _, k := range classes {
		names = append(names, f.names[k])
	}
	return strings.Join(names, ", ")
}

// crossing is what a control that was learned on half of the classes does to all of
// them, by each of the detectors.
type crossing struct {
	factor  measurable
	learned []int
	control *lcfv.Control
	key     pooled
	by      []*lcfv.Transfer
}

// acrossClasses learns the factors on either half of a family's classes, and measures
// all classes with the quick detectors, of which the first is to be trusted most, and
// a few codes of each with the slow one too.
func acrossClasses(ctx context.Context, l *lab, w io.Writer, f family, quick []saliency.Detector, slow saliency.Detector) error {
	o := invert.Options{Seed: 1, Trajectories: 10}
	if l.full {
		o.Trajectories = 60
	}
	samples := l.codes(50, 400)
	var all []crossing
	for _, t := range f.factors {
		for _, classes := range f.halves() {
			c := crossing{factor: t, learned: classes}
			var err error
			if c.control, c.key, err = f.learn(ctx, l, t, classes, o); err != nil {
				return fmt.Errorf("%s on %s: %w", t.Name(), f.called(classes), err)
			}
			for _, d := range detectorsFor(t, quick) {
				by, err := f.evaluate(ctx, l, c.control, c.key, nil, d, samples, nil)
				if err != nil {
					return fmt.Errorf("%s on %s, by %s: %w", t.Name(), f.called(classes), d.Name(), err)
				}
				c.by = append(c.by, by)
			}
			if err := f.showClasses(ctx, l, c); err != nil {
				return err
			}
			all = append(all, c)
		}
	}
	fmt.Fprintf(w, "Learned with %d trajectories a class, measured on %d codes of every class:\n\n", o.Trajectories, samples)
	f.transfer(w, all, quick, samples)
	f.byClass(w, all, samples)
	return f.sideBySide(ctx, l, w, all, quick, slow)
}

// detectorsFor returns the detectors that a factor is measured with, one alone where
// none is asked.
func detectorsFor(t measurable, detectors []saliency.Detector) []saliency.Detector {
	if !needsDetector(t) {
		return detectors[:1]
	}
	return detectors
}

func needsDetector(t measurable) bool {
	m, err := saliency.MeasureByName(t.Measures())
	return err != nil || m.NeedsMap
}

// nameOf is that of a detector in the tables of a factor.
func nameOf(t measurable, d saliency.Detector) string {
	if !needsDetector(t) {
		return "all pixels"
	}
	return d.Name()
}

// transfer compares the classes that controls were learned on with the others.
func (f family) transfer(w io.Writer, all []crossing, detectors []saliency.Detector, samples int) {
	table(w, "factor", "learned on", "measured by", "not moving", "RMSE there", "on the others", "others / there", "slope there", "on the others", "refused", "undetected there", "on the others")
	for _, c := range all {
		for d, by := range c.by {
			there, rest := tallied(by, learnedOn), tallied(by, others)
			a, b := agreementOf(there.requests, samples), agreementOf(rest.requests, samples)
			refused, lost := there.shares()
			_, lostRest := rest.shares()
			row(w, c.factor.Name(), f.called(c.learned), nameOf(c.factor, detectors[d]), fmt.Sprintf("%.4f", notMoving(there.requests)), a.RMSE.format("%.4f"), b.RMSE.format("%.4f"),
				estimate{by.Common.Ratio, by.Common.RatioCI}.format("%.2f"), a.Slope.format("%.2f"), b.Slope.format("%.2f"), refused, lost, lostRest)
		}
	}
	fmt.Fprintln(w)
}

// notMoving is the root mean square error of a control that does nothing with the same
// requests.
func notMoving(requests []lcfv.Request) float64 {
	sum := 0.0
	for _, q := range requests {
		sum += square(q.Requested)
	}
	return math.Sqrt(sum / float64(len(requests)))
}

// byClass compares, class by class, the control that was learned without the class
// with the one that was learned with it, by the first detector, on the requests that
// both met.
func (f family) byClass(w io.Writer, all []crossing, samples int) {
	fmt.Fprint(w, "Each class by the two controls, of which one has not seen it, on the requests that both met:\n\n")
	table(w, "factor", "class", "requests", "RMSE, learned on it", "learned on the others", "others / it", "slope, learned on it", "learned on the others")
	for i := 0; i+1 < len(all); i += 2 {
		for class, name := range f.names {
			seen, unseen := all[i].by[0].Classes[class], all[i+1].by[0].Classes[class]
			if seen.HeldOut {
				seen, unseen = unseen, seen
			}
			a, b := onBoth(seen.Common.Requests, unseen.Common.Requests)
			if len(a) == 0 {
				row(w, all[i].factor.Name(), name, "0", "", "", "", "", "")
				continue
			}
			x, y := agreementOf(a, samples), agreementOf(b, samples)
			row(w, all[i].factor.Name(), name, fmt.Sprint(len(a)), x.RMSE.format("%.4f"), y.RMSE.format("%.4f"),
				over(samples, quotient(b, a, samples)).format("%.2f"), x.Slope.format("%.2f"), y.Slope.format("%.2f"))
		}
	}
	fmt.Fprintln(w)
}

// onBoth leaves of two lists of requests of one class those that both have.
func onBoth(a, b []lcfv.Request) (of, also []lcfv.Request) {
	type request struct {
		sample    int
		requested float64
	}
	met := map[request]lcfv.Request{}
	for _, q := range b {
		met[request{q.Sample, q.Requested}] = q
	}
	for _, q := range a {
		if other, ok := met[request{q.Sample, q.Requested}]; ok {
			of, also = append(of, q), append(also, other)
		}
	}
	return of, also
}

// quotient is the statistic of the ratio of the root mean square errors of requests.
func quotient(above, below []lcfv.Request, codes int) statistic {
	a, b := newSquares(codes), newSquares(codes)
	for _, q := range above {
		a.add(q)
	}
	for _, q := range below {
		b.add(q)
	}
	return func(rows []int) float64 {
		if r := a.rms(rows) / b.rms(rows); !math.IsInf(r, 0) {
			return r
		}
		return math.NaN()
	}
}

// shownChanges are those of the pictures, for any factor.
var shownChanges = []float64{-0.2, -0.1, 0, 0.1, 0.2}

// showClasses writes images of two codes from the middle of the control's range, changed
// along a row; what is refused is left blank. There is a row for each class, those that
// the control was learned on first, and the same codes in all rows.
func (f family) showClasses(ctx context.Context, l *lab, c crossing) error {
	path, err := l.picture(fmt.Sprintf("%s-from-%s.png", c.factor.Name(), f.names[c.learned[0]]))
	if err != nil {
		return err
	}
	z, err := central(c.control, f.info, 2)
	if err != nil {
		return err
	}
	var rest []int
	for class := range f.names {
		if !slices.Contains(c.learned, class) {
			rest = append(rest, class)
		}
	}
	var sheet picture.Sheet
	for _, class := range slices.Concat(c.learned, rest) {
		g, err := f.open(class)
		if err != nil {
			return err
		}
		s, _, err := picture.Steered(ctx, g, c.control, z, shownChanges)
		if closer, ok := g.(io.Closer); ok {
			if e := closer.Close(); err == nil {
				err = e
			}
		}
		if err != nil {
			return err
		}
		var line []image.Image
		for i, images := range s {
			if i > 0 {
				line = append(line, nil)
			}
			line = append(line, images...)
		}
		sheet = append(sheet, line)
	}
	return picture.WritePNG(path, sheet.Draw())
}

// central returns the n of a hundred codes that are nearest to the middle of a control's
// range, in the order of the prior's draws.
func central(c *lcfv.Control, info generator.Info, n int) (*generator.Latents, error) {
	z := generator.NewLatents(100, info.D)
	info.Prior.Sample(z, evaluateSeed, 0)
	low, high := c.Range()
	off := make([]float64, z.N)
	for i := range off {
		at, err := c.Position(z.Row(i))
		if err != nil {
			return nil, err
		}
		off[i] = math.Abs(at - (low+high)/2)
	}
	which := counted(0, z.N)
	slices.SortStableFunc(which, func(i, j int) int { return cmp.Compare(off[i], off[j]) })
	which = which[:n]
	slices.Sort(which)
	var codes [][]float32
	for _, i := range which {
		codes = append(codes, z.Row(i))
	}
	return latents(codes), nil
}
