package conv

// Run64 computes dst = conv(x) + bias in float64 with weights in ONNX's layout,
// by the definition: for constant folding and for checking gradients. bias may
// be nil.
func (c *Conv) Run64(dst, x, w, bias []float64) { naive(c, dst, x, w, bias) }

func naive[T float32 | float64](c *Conv, dst, x, w, bias []T) {
	p := c.p
	plane := c.oh * c.ow
	for nm := range p.N * p.M {
		var b T
		if bias != nil {
			b = bias[nm%p.M]
		}
		out := dst[nm*plane : (nm+1)*plane]
		for i := range out {
			out[i] = b
		}
	}
	cg, mg := p.C/p.Group, p.M/p.Group
	for n := range p.N {
		for g := range p.Group {
			for m := range mg {
				out := dst[(n*p.M+g*mg+m)*plane:][:plane]
				for ch := range cg {
					in := x[(n*p.C+g*cg+ch)*p.H*p.W:][:p.H*p.W]
					ker := w[((g*mg+m)*cg+ch)*p.KH*p.KW:]
					if p.Transposed {
						ker = w[((g*cg+ch)*mg+m)*p.KH*p.KW:]
					}
					addPlane(c, out, in, ker)
				}
			}
		}
	}
}

// addPlane adds the convolution of one input channel to one output channel.
func addPlane[T float32 | float64](c *Conv, out, in, ker []T) {
	p := c.p
	for kh := range p.KH {
		for kw := range p.KW {
			k := ker[kh*p.KW+kw]
			dy, dx := kh*p.DilH-p.PadTop, kw*p.DilW-p.PadLeft
			if p.Transposed {
				for y := range p.H {
					oy := y*p.StrideH + dy
					if oy < 0 || oy >= c.oh {
						continue
					}
					for xx := range p.W {
						if ox := xx*p.StrideW + dx; ox >= 0 && ox < c.ow {
							out[oy*c.ow+ox] += k * in[y*p.W+xx]
						}
					}
				}
				continue
			}
			for oy := range c.oh {
				y := oy*p.StrideH + dy
				if y < 0 || y >= p.H {
					continue
				}
				for ox := range c.ow {
					if xx := ox*p.StrideW + dx; xx >= 0 && xx < p.W {
						out[oy*c.ow+ox] += k * in[y*p.W+xx]
					}
				}
			}
		}
	}
}
