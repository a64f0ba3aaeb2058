package conv

import "github.com/lcfv-go/lcfv/internal/f32"

// spread is the method for very few output channels, whose tiles would be too
// low to keep the arithmetic units busy: every pixel is multiplied by all weights
// of the kernel, output channel × tap, in one plain product, and the resulting
// planes, one for each of those, are added up shifted. Images have no depth.
type spread struct {
	phases []spreadPhase
	off    []int32 // of the input channels of a group
	rows   int     // output channels of a group × taps
}

// A spreadPhase is a set of outputs that meet the same taps.
type spreadPhase struct {
	y, x, h, w int
	taps       []spreadTap
}

// A spreadTap adds plane kernel, at row i+dy and column j+dx, to output (i, j).
type spreadTap struct{ kernel, dy, dx int }

// spreadOf returns nil where the method does not pay.
func (c *Conv) spreadOf() *spread {
	p := &c.p
	cg, mg, kk := p.C/p.Group, p.M/p.Group, p.KH*p.KW
	flat := p.D*p.KD*c.od == 1 && p.PadFront|p.PadBack|p.OutPadD == 0
	if !flat || mg > 2 || kk < 6 || cg < 8 || p.H*p.W < 4*c.lanes || !p.Transposed && (p.StrideH > 1 || p.StrideW > 1) {
		return nil
	}
	s := &spread{rows: mg * kk}
	for ch := range cg {
		s.off = append(s.off, int32(ch*p.H*p.W))
	}
	strideH, strideW := 1, 1
	if p.Transposed {
		strideH, strideW = p.StrideH, p.StrideW
	}
	for y := range min(strideH, c.oh) {
		for x := range min(strideW, c.ow) {
			ph := spreadPhase{y: y, x: x, h: steps(c.oh-y, strideH), w: steps(c.ow-x, strideW)}
			for kh := range p.KH {
				for kw := range p.KW {
					dy, dx := kh*p.DilH-p.PadTop, kw*p.DilW-p.PadLeft
					if p.Transposed {
						if (y-dy)%strideH != 0 || (x-dx)%strideW != 0 {
							continue
						}
						dy, dx = (y-dy)/strideH, (x-dx)/strideW
					}
					ph.taps = append(ph.taps, spreadTap{kh*p.KW + kw, dy, dx})
				}
			}
			s.phases = append(s.phases, ph)
		}
	}
	return s
}

func (c *Conv) spreadScratch() int {
	return c.spread.rows*c.p.H*c.p.W + c.plane
}

// packSpread lays the weights out by group and block of a tile's rows, the rows
// of a block side by side for each channel.
func (c *Conv) packSpread(dst, w []float32) Weights {
	p := &c.p
	cg, mg, kk, rows := p.C/p.Group, p.M/p.Group, p.KH*p.KW, f32.Rows()
	to := 0
	for g := range p.Group {
		for r0 := 0; r0 < c.spread.rows; r0 += rows {
			for ch := range cg {
				for r := r0; r < min(r0+rows, c.spread.rows); r++ {
					m, k := r/kk, r%kk
					if p.Transposed {
						dst[to] = w[((g*cg+ch)*mg+m)*kk+k]
					} else {
						dst[to] = w[((g*mg+m)*cg+ch)*kk+k]
					}
					to++
				}
			}
		}
	}
	return Weights{data: dst}
}

func (c *Conv) runSpread(dst, x []float32, w *Weights, bias []float32, act f32.Activation, scratch []float32) {
	p := &c.p
	cg, mg, kk := p.C/p.Group, p.M/p.Group, p.KH*p.KW
	pixels, plane := p.H*p.W, c.plane
	planes, sums := scratch[:c.spread.rows*pixels], scratch[c.spread.rows*pixels:]
	for i := range p.N * p.Group {
		g := i % p.Group
		c.multiply(planes, x[i*cg*pixels:(i+1)*cg*pixels], w.data[g*cg*c.spread.rows:])
		for m := range mg {
			out := dst[(i*mg+m)*plane:][:plane]
			b := float32(0)
			if bias != nil {
				b = bias[g*mg+m]
			}
			c.add(out, sums, planes[m*kk*pixels:], b)
			if act.Kind != f32.ActNone {
				act.Apply(out, out)
			}
		}
	}
}

// multiply computes the planes of one sample and group.
func (c *Conv) multiply(planes, x, w []float32) {
	pixels, rows, k := c.p.H*c.p.W, f32.Rows(), len(c.spread.off)
	t := f32.Tile{K: k, ARow: 1, Off: c.spread.off, B: x, C: planes, CRow: pixels}
	nvec := (pixels + c.lanes - 1) / c.lanes
	for v := 0; v < nvec; v += f32.MaxVectors {
		vecs := min(f32.MaxVectors, nvec-v)
		for i := range vecs {
			t.BBase[i] = min((v+i)*c.lanes, pixels-c.lanes)
		}
		for r := 0; r < c.spread.rows; r += rows {
			t.AStep = min(rows, c.spread.rows-r)
			t.A = w[r*k:]
			for i := range vecs {
				t.CBase[i] = r*pixels + t.BBase[i]
			}
			t.Run(t.AStep, vecs)
		}
	}
}

// add sums the planes of one output channel.
func (c *Conv) add(out, sums, planes []float32, bias float32) {
	p, s := &c.p, c.spread
	if len(s.phases) == 1 && p.StrideH|p.StrideW == 1 {
		s.phases[0].add(out, planes, p.H, p.W, bias)
		return
	}
	at := 0
	for i := range s.phases {
		ph := &s.phases[i]
		sum := sums[at : at+ph.h*ph.w]
		at += len(sum)
		ph.add(sum, planes, p.H, p.W, bias)
		if p.StrideW == 2 && i%2 == 1 && c.ow%2 == 0 {
			even := sums[at-2*len(sum):]
			f32.InterleaveRows(out[ph.y*c.ow:], p.StrideH*c.ow, even, sum, ph.w, ph.h, c.ow)
			continue
		}
		if p.StrideW == 2 && c.ow%2 == 0 {
			continue
		}
		for y := range ph.h {
			row := out[(y*p.StrideH+ph.y)*c.ow+ph.x:]
			for j, v := range sum[y*ph.w:][:ph.w] {
				row[j*p.StrideW] = v
			}
		}
	}
}

// add sums the planes of one phase, each clipped to what it covers.
func (ph *spreadPhase) add(sum, planes []float32, h, w int, bias float32) {
	for i := range sum {
		sum[i] = bias
	}
	for _, t := range ph.taps {
		i0, i1 := max(0, -t.dy), min(ph.h, h-t.dy)
		j0, j1 := max(0, -t.dx), min(ph.w, w-t.dx)
		if i0 < i1 && j0 < j1 {
			f32.AddRows(sum[i0*ph.w+j0:], ph.w, planes[(t.kernel*h+i0+t.dy)*w+j0+t.dx:], w, i1-i0, j1-j0)
		}
	}
}
