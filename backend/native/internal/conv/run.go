package conv

import "github.com/lcfv-go/lcfv/internal/f32"

// areas are the parts of the scratch of a run.
type areas struct {
	image  int // padded images of a block
	panels int // packed panels of a phase
	phases int // results of all phases, before they are interleaved
	edge   int // a tile of which not all is wanted
	total  int
}

const edgeLen = 8 * 16 * f32.MaxVectors

func (c *Conv) areas() areas {
	a := areas{edge: edgeLen}
	if !c.in.direct {
		// Vectors that reach beyond the last row read on.
		a.image = c.block*c.in.sample + 2*c.lanes
	}
	if c.run < c.lanes {
		for i := range c.phases {
			ph := &c.phases[i]
			panels := (len(ph.vecs) + f32.MaxVectors - 1) / f32.MaxVectors
			a.panels = max(a.panels, panels*len(ph.off)*panelWidth(c.lanes))
		}
	}
	if len(c.phases) > 1 {
		a.phases = c.block * c.p.M * c.oh * c.ow
	}
	a.total = a.image + a.panels + a.phases + a.edge
	return a
}

func (c *Conv) runTiles(dst, x []float32, w *Weights, bias []float32, act f32.Activation, scratch []float32) {
	if c.level != f32.Level() {
		panic("conv: prepared for another level of kernels")
	}
	p := &c.p
	a := c.areas()
	take := func(n int) []float32 {
		s := scratch[:n:n]
		scratch = scratch[n:]
		return s
	}
	image, panels, phases, edge := take(a.image), take(a.panels), take(a.phases), take(a.edge)
	clear(image)
	inLen, outLen := p.C*p.H*p.W, p.M*c.oh*c.ow
	t := tile{Tile: f32.Tile{CRow: c.oh * c.ow, Act: act}, edge: edge}
	for n := 0; n < p.N; n += c.block {
		count := min(c.block, p.N-n)
		in, out := x[n*inLen:(n+count)*inLen], dst[n*outLen:(n+count)*outLen]
		src, res := in, out
		if !c.in.direct {
			c.in.fill(image, in, p.H, p.W)
			src = image
		}
		if len(c.phases) > 1 {
			res = phases[:count*outLen]
		}
		for g := range p.Group {
			for i := range c.phases {
				c.runPhase(&t, &c.phases[i], g, count, res, src, w, bias, panels)
			}
		}
		if len(c.phases) > 1 {
			c.interleave(out, res, count*p.M)
		}
	}
}

// tile is a register tile and room for one that is not wanted whole.
type tile struct {
	f32.Tile
	edge []float32
}

// runPhase convolves the channels of one group for one phase.
func (c *Conv) runPhase(t *tile, ph *phase, g, count int, dst, src []float32, w *Weights, bias, panels []float32) {
	p := &c.p
	cg, mg, k := p.C/p.Group, p.M/p.Group, len(ph.off)
	runs := ph.runs[:len(ph.runs)/c.block*count]
	perVec := c.lanes / c.run
	nvec := (len(runs) + perVec - 1) / perVec
	src = src[g*cg*c.in.plane:]
	t.K, t.Off, t.B = k, ph.off, src
	if perVec > 1 {
		c.packPanels(panels, src, ph, runs)
		t.Off, t.B = c.packed, panels
	}
	weights := w.data[g*mg*cg*p.KH*p.KW+ph.pack:]
	for m := 0; m < mg; m += f32.Rows() {
		rows := min(f32.Rows(), mg-m)
		t.A, t.ARow, t.AStep = weights[m*k:], 1, rows
		t.Start = f32.StartZero
		if bias != nil {
			t.Start, t.Init = f32.StartRow, bias[g*mg+m:]
		}
		out := dst[(g*mg+m)*c.oh*c.ow:]
		for v := 0; v < nvec; v += f32.MaxVectors {
			vecs := min(f32.MaxVectors, nvec-v)
			whole := (v+vecs)*perVec <= len(runs)
			for i := range vecs {
				at := &ph.vecs[v+i]
				t.CBase[i] = at.dst
				t.BBase[i] = at.src
				if perVec > 1 {
					t.BBase[i] = v*k*c.lanes + i*c.lanes
				}
				whole = whole && at.whole
			}
			if whole {
				t.C, t.CRow = out, c.oh*c.ow
				t.Run(rows, vecs)
			} else {
				c.runEdge(t, out, runs[v*perVec:min((v+vecs)*perVec, len(runs))], rows, vecs)
			}
		}
	}
}

// runEdge computes a tile beside the output and copies what is wanted.
func (c *Conv) runEdge(t *tile, out []float32, runs []run, rows, vecs int) {
	width := vecs * c.lanes
	t.C, t.CRow = t.edge, width
	for i := range vecs {
		t.CBase[i] = i * c.lanes
	}
	t.Run(rows, vecs)
	for i, r := range runs {
		for m := range rows {
			copy(out[m*c.oh*c.ow+r.dst:][:r.n], t.edge[m*width+i*c.run:])
		}
	}
}
