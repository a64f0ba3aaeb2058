package conv

// Run64 computes dst = conv(x) + bias in float64 with weights in ONNX's layout,
// by the definition: for constant folding and for checking gradients. bias may
// be nil.
func (c *Conv) Run64(dst, x, w, bias []float64) {
	p := c.p
	for nm := range p.N * p.M {
		out := dst[nm*c.plane : (nm+1)*c.plane]
		clear(out)
		if bias != nil {
			for i := range out {
				out[i] = bias[nm%p.M]
			}
		}
	}
	cg, mg, pixels := p.C/p.Group, p.M/p.Group, p.pixels()
	for n := range p.N {
		for g := range p.Group {
			for m := range mg {
				out := dst[(n*p.M+g*mg+m)*c.plane:][:c.plane]
				for ch := range cg {
					in := x[(n*p.C+g*cg+ch)*pixels:][:pixels]
					ker := w[((g*mg+m)*cg+ch)*p.taps():]
					if p.Transposed {
						ker = w[((g*cg+ch)*mg+m)*p.taps():]
					}
					c.addPlane(out, in, ker)
				}
			}
		}
	}
}

// addPlane adds the convolution of one input channel to one output channel: on
// the strided side, which is the output's of a convolution and the input's of a
// transposed one, position i meets i·stride + k·dilation − pad of the other.
func (c *Conv) addPlane(out, in, ker []float64) {
	p := &c.p
	few, many := [3]int{c.od, c.oh, c.ow}, [3]int{p.D, p.H, p.W}
	if p.Transposed {
		few, many = many, few
	}
	for kd := range p.KD {
		for kh := range p.KH {
			for kw := range p.KW {
				k := ker[(kd*p.KH+kh)*p.KW+kw]
				for z := range few[0] {
					mz := z*p.StrideD + kd*p.DilD - p.PadFront
					if mz < 0 || mz >= many[0] {
						continue
					}
					for y := range few[1] {
						my := y*p.StrideH + kh*p.DilH - p.PadTop
						if my < 0 || my >= many[1] {
							continue
						}
						row, other := (z*few[1]+y)*few[2], (mz*many[1]+my)*many[2]
						for x := range few[2] {
							mx := x*p.StrideW + kw*p.DilW - p.PadLeft
							switch {
							case mx < 0 || mx >= many[2]:
							case p.Transposed:
								out[other+mx] += k * in[row+x]
							default:
								out[row+x] += k * in[other+mx]
							}
						}
					}
				}
			}
		}
	}
}
