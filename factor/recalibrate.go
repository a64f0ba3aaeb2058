package factor

// Recalibrate fits a calibration to m's direction as it is: data hold pairs of
// codes that differ along it, with the change of the factor that was measured
// between them. It returns a model with the same direction, whose range is that
// of m's positions under the new calibration, and whose report describes the
// new data. Nil options stand for the defaults; Ridge plays no part.
//
// Errors wrap ErrData, ErrTooFewPairs, ErrNoMotion or ErrOptions.
func (m *Model) Recalibrate(data *Data, opts *Options) (*Model, error) {
	o, all, err := prepare(data, opts)
	if err != nil {
		return nil, err
	}
	cv := newCrossValidation(all, &o)
	for i := range cv.folds {
		cv.folds[i].u = m.U
	}
	cells, smooth := cv.chooseCells(0)
	for i := range cv.folds {
		f := &cv.folds[i]
		f.residual = f.unseen(cv.problem(f, 0, cells, smooth).unridged(m.U))
	}
	p := problem{table: all, cells: cells, smooth: smooth, minSlope: o.MinSlope}
	st, on := p.unridged(m.U)

	fitted := &Model{U: m.U, G: on.calibration(st.slopes)}
	fitted.Low = fitted.G.At(m.G.Inverse(m.Low))
	fitted.High = fitted.G.At(m.G.Inverse(m.High))
	fitted.Report = Report{Cells: cells, Smoothness: smooth}
	return fitted.reported(st, all, cv.unseen(), &o)
}
