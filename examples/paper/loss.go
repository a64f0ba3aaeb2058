package main

import (
	"context"
	"fmt"
	"io"

	"github.com/lcfv-go/lcfv/internal/chart"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/loss"
)

var lossExperiment = experiment{
	name:     "loss",
	question: "Which reconstruction error finds the best codes?",
	claim: "Section 2.1.1: the phase of high frequencies cannot be encoded in the few numbers of a code, so that an " +
		"error by pixels, MSE above all, prefers images without them; reconstructions come out blurred. An error that weighs high " +
		"frequencies less, the squared difference after a Gaussian blur of width σ, gives sharper ones without a second network.",
	version: 1,
	run: func(ctx context.Context, l *lab, w io.Writer) error {
		return losses(ctx, l, w, []string{btcvae, anime, celeba})
	},
}

// lossTargets are 4, 8 and 12 pixels of 64: the last two are judged.
var lossTargets = []float64{0.0625, 0.125, 0.1875}

// lossMethod takes any loss: up to 30 gradients a target, and no use of the
// curvature that only sums of squares have.
var lossMethod = invert.LBFGS{Iterations: 30, Curvature: -1}

// contender is a loss with its name in tables and figures, and what looks for codes.
type contender struct {
	name, label string
	loss        loss.Loss
	method      invert.Method
}

// contenders are the losses for images of h×w. Widths of the blur are in pixels of a
// 128-pixel image, as in the paper.
func (l *lab) contenders(h, w int) ([]contender, error) {
	out := []contender{
		{"nothing: z_0 itself", "z_0", nil, stay{}},
		{"MSE", "MSE", loss.MSE{}, lossMethod},
		{"DSSIM", "DSSIM", loss.Structural{}, lossMethod},
	}
	for _, sigma := range []float64{1, 3, 5, 7, 14} {
		label := fmt.Sprintf("σ = %g", sigma)
		name := "blurred, " + label
		if sigma == 3 {
			name += " (default)"
		}
		out = append(out, contender{name, label, loss.Blurred{Sigma: sigma * float64(w) / 128}, lossMethod})
	}
	lpips, err := l.lpips(h, w)
	return append(out, contender{"LPIPS", "LPIPS", lpips, lossMethod}), err
}

// losses compares reconstruction errors by what they find on the named generators.
func losses(ctx context.Context, l *lab, w io.Writer, names []string) error {
	for _, name := range names {
		g, err := l.generator(name)
		if err != nil {
			return err
		}
		info := g.Info()
		contenders, err := l.contenders(info.H, info.W)
		if err != nil {
			return err
		}
		s := search{t: lossTargets, codes: l.codes(32, 200), reach: lossTargets[len(lossTargets)-1]}
		var results [][]found
		at := 0 // of the default
		for i, c := range contenders {
			s.loss, s.method = c.loss, c.method
			r, err := l.follow(ctx, name, s)
			if err != nil {
				return err
			}
			results = append(results, r)
			if c.loss == loss.Loss(defaultBlur(info.W)) {
				at = i
			}
		}
		for k := 1; k < len(lossTargets); k++ {
			fmt.Fprintf(w, "%s, translate-x by %g of the width, %d codes:\n\n", name, lossTargets[k], s.codes)
			writeLosses(w, contenders, results, k, at, sprites(info))
		}
		if err := drawLosses(l, name, contenders, results); err != nil {
			return err
		}
		if err := l.strip(ctx, name, results[1:], 1); err != nil {
			return err
		}
	}
	return nil
}

// writeLosses writes the table for one target; at is the default's row.
func writeLosses(w io.Writer, contenders []contender, results [][]found, k, at int, position bool) {
	columns := []string{"minimised", "LPIPS", "LPIPS less the default's", "blurred error, median", "blurred error × the default's", "detail", "‖z‖/√d"}
	if position {
		columns = append(columns, "error of position, RMS", "less the default's", "lost")
	}
	table(w, append(columns, "work")...)
	base := &results[at][k]
	n := len(base.LPIPS)
	for i, c := range contenders {
		f := &results[i][k]
		paired := func(s string) string {
			if i == at {
				return ""
			}
			return s
		}
		cells := []string{
			c.name,
			over(n, mean(f.LPIPS)).format("%.4f"),
			paired(over(n, less(mean(f.LPIPS), mean(base.LPIPS))).format("%+.4f")),
			over(n, median(f.Blurred)).format("%.2g"),
			paired(over(n, ratio(f.Blurred, base.Blurred)).format("%.3g")),
			over(n, median(f.Detail)).format("%.3f"),
			fmt.Sprintf("%.2f", mean(f.Norm)(counted(0, n))),
		}
		if position {
			cells = append(cells,
				over(n, rms(f.Position, f.Lost)).format("%.4f"),
				paired(over(n, less(rms(f.Position, f.Lost), rms(base.Position, base.Lost))).format("%+.4f")),
				fmt.Sprint(count(f.Lost)))
		}
		row(w, append(cells, fmt.Sprintf("%.0f", f.Work))...)
	}
	fmt.Fprintln(w)
}

// drawLosses draws LPIPS by loss.
func drawLosses(l *lab, name string, contenders []contender, results [][]found) error {
	axes := chart.Axes{
		Title: "Reconstructions by what was minimised, " + name, X: "minimised (σ in pixels of 128)", Y: "LPIPS to the target",
		Width: 520,
	}
	for _, c := range contenders {
		axes.Categories = append(axes.Categories, c.label)
	}
	var layers []chart.Layer
	for k := 1; k < len(lossTargets); k++ {
		d := chart.Dots{Name: fmt.Sprintf("moved by %g of the width", lossTargets[k]), Place: k - 1, Of: len(lossTargets) - 1}
		for i := range contenders {
			e := over(len(results[i][k].LPIPS), mean(results[i][k].LPIPS))
			d.Y, d.Low, d.High = append(d.Y, e.Value), append(d.Low, e.CI[0]), append(d.High, e.CI[1])
		}
		layers = append(layers, d)
	}
	return l.chart(name+".png", axes, layers...)
}
