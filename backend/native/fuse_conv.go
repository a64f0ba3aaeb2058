package native

import "github.com/lcfv-go/lcfv/backend/onnx"

// sliceIntoConvTranspose crops the output of a transposed convolution by not
// computing what is cut off.
func sliceIntoConvTranspose(f *fuser, n *onnx.Node) *onnx.Node {
	p := f.sole(n.Inputs[0], "ConvTranspose")
	ranges, err := sliceRanges(n, f.types[n.Inputs[0]].Shape, f.consts)
	if p == nil || err != nil {
		return nil
	}
	full := f.types[n.Inputs[0]].Shape
	spatial := len(full) - 2
	pads := append([]int64(nil), p.Ints("pads")...)
	for axis, r := range ranges {
		switch {
		case r.step != 1, axis < 2 && r.n != full[axis]:
			return nil
		case axis >= 2:
			pads[axis-2] += int64(r.start)
			pads[spatial+axis-2] += int64(full[axis] - r.start - r.n)
		}
	}
	f.drop(p)
	m := derive(p, n.Outputs[0])
	m.Attrs["pads"] = pads
	return m
}

// padIntoConv lets a convolution pad with zeros itself.
func padIntoConv(f *fuser, n *onnx.Node) *onnx.Node {
	p := f.sole(n.Inputs[0], "Pad")
	if p == nil || p.Str("mode") != "constant" || p.Input(2) != "" && !f.isScalar(p.Input(2), 0) {
		return nil
	}
	extra := f.consts[p.Inputs[1]].Ints()
	rank := len(extra) / 2
	pads := append([]int64(nil), n.Ints("pads")...)
	for axis := range rank {
		before, after := extra[axis], extra[rank+axis]
		if before < 0 || after < 0 || axis < 2 && before+after != 0 {
			return nil
		}
		if axis >= 2 {
			pads[axis-2] += before
			pads[rank-2+axis-2] += after
		}
	}
	f.drop(p)
	m := derive(n, n.Outputs[0])
	m.Inputs[0] = p.Inputs[0]
	m.Attrs["pads"] = pads
	return m
}
