package conv

import "github.com/lcfv-go/lcfv/internal/f32"

// maxSteps bounds the steps of a tile so that what three vectors meet in them
// stays in the first cache while the tiles of all rows go past. The sums of
// tiles are added up, which is also more accurate than one long chain.
const maxSteps = 256

// areas are the parts of the scratch of a run.
type areas struct {
	image int // padded images of a block
	panel int // packed panels of three vectors, of one phase or two
	edge  int // tiles that are not stored as they are, of one phase or two
}

func (a areas) total() int { return a.image + 2*a.panel + 2*a.edge }

func (c *Conv) areas() areas {
	a := areas{edge: f32.Rows() * f32.MaxVectors * c.lanes}
	if !c.in.direct {
		// Vectors that reach beyond the last row read on.
		a.image = c.block*c.in.sample + 2*c.lanes
	}
	if c.run < c.lanes {
		a.panel = len(c.packed) * f32.MaxVectors * c.lanes
	}
	return a
}

// A job is a run under way: its operands and its parts of the scratch.
type job struct {
	tile     f32.Tile
	src, dst []float32 // of the block
	w, bias  []float32
	plain    bool // weights are as ONNX has them
	act      f32.Activation
	samples  int // of the block
	group    int
	panel    [2][]float32
	edge     [2][]float32
}

func (c *Conv) runTiles(dst, x []float32, w *Weights, bias []float32, act f32.Activation, scratch []float32) {
	p := &c.p
	a := c.areas()
	take := func(n int) []float32 {
		s := scratch[:n:n]
		scratch = scratch[n:]
		return s
	}
	j := job{w: w.data, plain: w.plain, bias: bias, act: act}
	image := take(a.image)
	for i := range 2 {
		j.panel[i], j.edge[i] = take(a.panel), take(a.edge)
	}
	clear(image)
	inLen, outLen := p.C*p.pixels(), p.M*c.plane
	for n := 0; n < p.N; n += c.block {
		j.samples = min(c.block, p.N-n)
		j.src, j.dst = x[n*inLen:(n+j.samples)*inLen], dst[n*outLen:(n+j.samples)*outLen]
		if !c.in.direct {
			c.in.fill(image, j.src, p.D, p.H, p.W)
			j.src = image
		}
		for j.group = range p.Group {
			for i := 0; i < len(c.phases); i++ {
				if c.paired {
					c.runPair(&j, &c.phases[i], &c.phases[i+1])
					i++
				} else {
					c.runPhase(&j, &c.phases[i])
				}
			}
		}
	}
}

// count is the number of runs and vectors of a phase in the block.
func (c *Conv) count(j *job, ph *phase) (runs []run, vecs int) {
	perVec := c.lanes / c.run
	runs = ph.runs[:len(ph.runs)/c.block*j.samples]
	return runs, (len(runs) + perVec - 1) / perVec
}

// runPhase convolves the channels of one group for one phase.
func (c *Conv) runPhase(j *job, ph *phase) {
	mg, perVec := c.p.M/c.p.Group, c.lanes/c.run
	runs, nvec := c.count(j, ph)
	if n := c.setOf(ph, nvec); n > 0 && len(runs) == nvec*perVec {
		for v := 0; v < nvec; v += n {
			c.runSet(j, ph, v, min(n, nvec-v))
		}
		return
	}
	for v := 0; v < nvec; v += f32.MaxVectors {
		vecs := min(f32.MaxVectors, nvec-v)
		// Where runs overlap, a sum in the output would be continued twice.
		whole := (v+vecs)*perVec <= len(runs) && (ph.w%c.run == 0 || len(ph.off) <= maxSteps)
		for i := range vecs {
			whole = whole && ph.vecs[v+i].whole
		}
		c.aim(j, ph, 0, v, vecs)
		if whole {
			c.runWhole(j, ph, v, vecs)
			continue
		}
		for m := 0; m < mg; m += f32.Rows() {
			rows := min(f32.Rows(), mg-m)
			c.toEdge(j, ph, 0, m, rows, vecs)
			c.scatter(j, m, rows, runs[v*perVec:min((v+vecs)*perVec, len(runs))])
		}
	}
}

// runWhole computes vectors v to v+vecs of a phase in the output itself, some
// steps at a time.
func (c *Conv) runWhole(j *job, ph *phase, v, vecs int) {
	mg, k, plane, t := c.p.M/c.p.Group, len(ph.off), c.plane, &j.tile
	for i := range vecs {
		t.CBase[i] = ph.vecs[v+i].dst[0]
	}
	for p0 := 0; p0 == 0 || p0 < k; p0 += maxSteps {
		for m := 0; m < mg; m += f32.Rows() {
			rows := min(f32.Rows(), mg-m)
			t.C, t.CRow = j.dst[(j.group*mg+m)*plane:], plane
			c.load(j, ph, m, rows, p0)
			t.Run(rows, vecs)
		}
	}
}

// runPair convolves the channels of one group for two phases whose outputs
// alternate.
func (c *Conv) runPair(j *job, a, b *phase) {
	mg, perVec, width := c.p.M/c.p.Group, c.lanes/c.run, f32.MaxVectors*c.lanes
	runs, nvec := c.count(j, a)
	plane := c.plane
	for v := 0; v < nvec; v += f32.MaxVectors {
		vecs := min(f32.MaxVectors, nvec-v)
		full := (v+vecs)*perVec <= len(runs)
		for i := range vecs {
			full = full && a.vecs[v+i].full
		}
		c.aim(j, b, 1, v, vecs)
		offB, baseB, dataB := j.tile.Off, j.tile.BBase, j.tile.B
		c.aim(j, a, 0, v, vecs)
		offA, baseA, dataA := j.tile.Off, j.tile.BBase, j.tile.B
		for m := 0; m < mg; m += f32.Rows() {
			rows := min(f32.Rows(), mg-m)
			j.tile.Off, j.tile.BBase, j.tile.B = offA, baseA, dataA
			c.toEdge(j, a, 0, m, rows, vecs)
			j.tile.Off, j.tile.BBase, j.tile.B = offB, baseB, dataB
			c.toEdge(j, b, 1, m, rows, vecs)
			out := j.dst[(j.group*mg+m)*plane:]
			if full {
				for i := range vecs {
					at := i * c.lanes
					f32.InterleaveVector(out, &a.vecs[v+i].dst, plane, j.edge[0][at:], j.edge[1][at:], width, rows, c.run)
				}
				continue
			}
			for i, r := range runs[v*perVec : min((v+vecs)*perVec, len(runs))] {
				at := i * c.run
				f32.InterleaveRows(out[r.dst:], plane, j.edge[0][at:], j.edge[1][at:], width, rows, 2*r.n)
			}
		}
	}
}

// aim points the tile's right operand at vectors v to v+vecs of the phase: in
// the image, or in a panel packed from it.
func (c *Conv) aim(j *job, ph *phase, which, v, vecs int) {
	src := j.src[j.group*(c.p.C/c.p.Group)*c.in.plane:]
	t := &j.tile
	if c.run == c.lanes {
		t.B, t.Off = src, ph.off
		for i := range vecs {
			t.BBase[i] = ph.vecs[v+i].src[0]
		}
		return
	}
	t.B, t.Off = j.panel[which], c.packed[:len(ph.off)]
	if len(ph.off) == 0 {
		return
	}
	for i := range vecs {
		t.BBase[i] = i * c.lanes
		f32.GatherVector(t.B[i*c.lanes:], f32.MaxVectors*c.lanes, src, &ph.vecs[v+i].src, ph.off, c.run)
	}
}

// load points the tile at the steps from p0 on, as many as it takes at once, of
// the weights of rows m to m+rows. After the first it adds to the results.
func (c *Conv) load(j *job, ph *phase, m, rows, p0 int) {
	p, t := &c.p, &j.tile
	kc := min(maxSteps, len(ph.off)-p0)
	cg, mg := p.C/p.Group, p.M/p.Group
	t.K = kc
	w := j.w[j.group*mg*cg*p.taps()+ph.pack+m*len(ph.off):]
	if j.plain {
		t.A, t.ARow, t.AStep = w[p0:], len(ph.off), 1
	} else {
		t.A, t.ARow, t.AStep = w[p0*rows:], 1, rows
	}
	if c.run == c.lanes {
		t.Off = ph.off[p0:]
	} else {
		t.Off = c.packed[p0:]
	}
	t.Act = j.act
	if p0+kc < len(ph.off) {
		t.Act = f32.Activation{}
	}
	switch {
	case p0 > 0:
		t.Start, t.Init, t.InitBase, t.InitRow = f32.StartAdd, t.C, t.CBase, t.CRow
	case j.bias != nil:
		t.Start, t.Init = f32.StartRow, j.bias[j.group*mg+m:]
	default:
		t.Start = f32.StartZero
	}
}

// toEdge computes a tile beside the output.
func (c *Conv) toEdge(j *job, ph *phase, which, m, rows, vecs int) {
	t := &j.tile
	t.C, t.CRow = j.edge[which], f32.MaxVectors*c.lanes
	for i := range vecs {
		t.CBase[i] = i * c.lanes
	}
	for p0 := 0; p0 == 0 || p0 < len(ph.off); p0 += maxSteps {
		c.load(j, ph, m, rows, p0)
		t.Run(rows, vecs)
	}
}

// scatter copies what is wanted of a tile beside the output to its places.
func (c *Conv) scatter(j *job, m, rows int, runs []run) {
	plane, width := c.plane, f32.MaxVectors*c.lanes
	out := j.dst[(j.group*(c.p.M/c.p.Group)+m)*plane:]
	for i, r := range runs {
		from := j.edge[0][i*c.run:]
		if c.outW == 1 {
			f32.CopyRows(out[r.dst:], plane, from, width, rows, r.n)
			continue
		}
		for q := range rows {
			to := out[q*plane+r.dst:]
			for x, v := range from[q*width:][:r.n] {
				to[x*c.outW] = v
			}
		}
	}
}
