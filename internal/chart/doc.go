// Package chart draws the figures of reports and experiments, as SVG and PNG, over
// gonum.org/v1/plot. It has one look: axes with titles, the colours of Okabe and
// Ito (Color universal design, 2008), which keep apart for colour-blind readers,
// and with each of them a marker and a dash pattern of its own, so that figures
// survive print in grey as well.
//
// A Figure is its axes and layers, drawn in their order:
//
//	figure, err := chart.New(
//		chart.Axes{Title: "Error against β", X: "β", Y: "RMSE (fraction of the width)"},
//		chart.Line{Name: "x", X: betas, Y: rmse, Low: low, High: high},
//	)
//	err = figure.Save("beta.svg", "beta.png")
//
// Line has error bars or a band, Points are a scatter, Violins show distributions
// with their quartiles, mean and standard deviation, Dots are values by category
// with their intervals, Cells are a heat map with numbers. Diagonal and Rule are
// for comparison. The same figure gives the same bytes.
//
// Colours go to layers in their order. To have two layers of one colour, such as
// points and the line through them, give both the same Style.
//
// PNG has the characters of the font Liberation Sans: Latin, Greek and Cyrillic
// letters and common signs, but not angle brackets or raised minus signs.
package chart
