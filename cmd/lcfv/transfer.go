package main

import (
	"fmt"
	"io"

	"github.com/lcfv-go/lcfv"
)

// transferResult is what evaluate -json prints of several classes, and learn of
// those that are held out.
type transferResult struct {
	Classes []classResult `json:"classes"`
	Common  gapResult     `json:"common"`
	Own     *gapResult    `json:"own,omitempty"`
}

type classResult struct {
	Class   string          `json:"class"`
	HeldOut bool            `json:"held_out"`
	Common  evaluateResult  `json:"common"`
	Own     *evaluateResult `json:"own,omitempty"`
	OnBoth  *bothResult     `json:"on_both,omitempty"`
}

// bothResult compares two calibrations on the requests that both met.
type bothResult struct {
	N      int     `json:"n"`
	Common float64 `json:"common_rmse"`
	Own    float64 `json:"own_rmse"`
}

// gapResult compares learned and held-out classes; the ratio is 0 where either are
// missing.
type gapResult struct {
	Learned accuracyResult `json:"learned"`
	HeldOut accuracyResult `json:"held_out"`
	Ratio   float64        `json:"ratio"`
	RatioCI [2]float64     `json:"ratio_ci"`
}

type accuracyResult struct {
	N      int        `json:"n"`
	RMSE   float64    `json:"rmse"`
	RMSECI [2]float64 `json:"rmse_ci"`
	Still  float64    `json:"still_rmse"` // of codes left as they are
}

func newTransferResult(e *lcfv.Transfer) *transferResult {
	if e == nil {
		return nil
	}
	gap := func(g lcfv.Gap) gapResult {
		return gapResult{accuracyResult(g.Learned), accuracyResult(g.HeldOut), g.Ratio, g.RatioCI}
	}
	out := &transferResult{Common: gap(e.Common)}
	for _, k := range e.Classes {
		r := classResult{Class: k.Condition, HeldOut: k.HeldOut, Common: newEvaluateResult(k.Common)}
		if k.Own != nil {
			own, all := newEvaluateResult(k.Own), gap(e.Own)
			r.Own, out.Own = &own, &all
			n, common, alone := k.OnBoth()
			r.OnBoth = &bothResult{n, common, alone}
		}
		out.Classes = append(out.Classes, r)
	}
	return out
}

// printTransfer writes the table of transfer.
func printTransfer(w io.Writer, e *lcfv.Transfer, unit string) {
	wide, own := len("class"), false
	for _, k := range e.Classes {
		wide = max(wide, len([]rune(k.Condition)))
		own = own || k.Own != nil
	}
	head := fmt.Sprintf("  %-*s  %-8s  %8s %7s  %-24s %5s", wide, "class", "", "requests", "refused", "RMSE", "slope")
	if own {
		head += fmt.Sprintf("  %7s  %-24s %5s  %s", "refused", "with its own calibration", "slope", "where both met, RMSE common and own")
	}
	fmt.Fprintf(w, "errors of changes (%s), with 95 %% intervals:\n%s\n", unit, head)
	for _, k := range e.Classes {
		fmt.Fprintf(w, "  %-*s  %-8s  %8d %7d  %s", wide, k.Condition, kindOf(k.HeldOut), k.Common.N, k.Common.Refused, figures(k.Common))
		if k.Own != nil {
			n, common, own := k.OnBoth()
			fmt.Fprintf(w, "  %7d  %s  %d: %.4f, %.4f", k.Own.Refused, figures(k.Own), n, common, own)
		}
		fmt.Fprintln(w)
	}
	printGap(w, "", e.Common)
	if own {
		printGap(w, "with their own calibrations, ", e.Own)
	}
}

// adviseTransfer is advise for the classes that a control was learned on, where there
// are some: on others it may well fail.
func (d *detectorFlags) adviseTransfer(w io.Writer, e *lcfv.Transfer) {
	of := e.Common.Learned
	if of.N == 0 {
		of = e.Common.HeldOut
	}
	d.advise(w, "the control", e.Classes[0].Common.Measure, of.RMSE, of.Still)
}

func kindOf(heldOut bool) string {
	if heldOut {
		return "held out"
	}
	return "learned"
}

func figures(e *lcfv.Evaluation) string {
	if len(e.Requests) == 0 {
		return fmt.Sprintf("%-24s %5s", "nothing measured", "")
	}
	return fmt.Sprintf("%-24s %5.2f", fmt.Sprintf("%.4f [%.4f, %.4f]", e.RMSE, e.RMSECI[0], e.RMSECI[1]), e.Slope)
}

func printGap(w io.Writer, what string, g lcfv.Gap) {
	for _, kind := range []struct {
		name string
		a    lcfv.Accuracy
	}{{"learned", g.Learned}, {"held out", g.HeldOut}} {
		if kind.a.N > 0 {
			fmt.Fprintf(w, "%sclasses %s: RMSE %.4f [%.4f, %.4f], %.4f where nothing is changed\n", what, kind.name, kind.a.RMSE, kind.a.RMSECI[0], kind.a.RMSECI[1], kind.a.Still)
		}
	}
	if g.Ratio > 0 {
		fmt.Fprintf(w, "%sheld out to learned: %.2f [%.2f, %.2f]\n", what, g.Ratio, g.RatioCI[0], g.RatioCI[1])
	}
}
