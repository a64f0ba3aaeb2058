package onnx

import "slices"

// lowerPooling holds operators that summarise windows.
var lowerPooling = map[string]lowerRule{
	"MaxPool":           lowerMaxPool,
	"MaxUnpool":         lowerMaxUnpool,
	"AveragePool":       lowerAveragePool,
	"LpPool":            lowerLpPool,
	"GlobalAveragePool": lowerGlobalAveragePool,
	"GlobalMaxPool":     lowerGlobalMaxPool,
	"GlobalLpPool":      lowerGlobalLpPool,
}

// pool reads what poolings share; end holds the padding after each axis that
// the file states, before ceil_mode added to it.
func (l *lowering) pool() (x string, w window, end []int64) {
	l.arity(1, 1)
	x = l.arg(0)
	shape := l.shape(x)
	spatial := len(shape) - 2
	w, auto := l.window(spatial, nil)
	w.pads = slices.Clone(w.pads)
	if auto != "" {
		w.padSame(shape[2:], auto == "SAME_UPPER")
	}
	end = slices.Clone(w.pads[spatial:])
	if l.attrInt("ceil_mode", 0) != 0 && auto == "" {
		w.padCeil(shape[2:])
	}
	return x, w, end
}

// padCeil adds the padding at the end of each axis that lets a last, partial
// window in; one that would start in the padding is left out, as in PyTorch.
func (w window) padCeil(shape []int) {
	for k, n := range shape {
		end := len(w.kernel) + k
		free := int64(n) + w.pads[k] + w.pads[end] - w.extent(k)
		rest := free % w.strides[k]
		if free < 0 || rest == 0 {
			continue
		}
		if start := (free/w.strides[k] + 1) * w.strides[k]; start < int64(n)+w.pads[k] {
			w.pads[end] += w.strides[k] - rest
		}
	}
}

// lowerMaxPool: padding is never a maximum, so that a partial last window is a
// matter of pads.
func lowerMaxPool(l *lowering) []string {
	columnMajor := l.attrInt("storage_order", 0) != 0
	x, w, _ := l.pool()
	attrs := w.attrs()
	attrs["ceil_mode"] = int64(0)
	if len(l.n.Outputs) < 2 || l.n.Outputs[1] == "" {
		return l.result("MaxPool", attrs, x)
	}
	spatial := l.shape(x)[2:]
	if !columnMajor || len(spatial) == 1 {
		return l.emitAll([]string{l.out(0), l.out(1)}, "MaxPool", attrs, x)
	}
	if len(spatial) > 2 {
		unsupportedNode("it counts maxima by columns (storage_order=1) over %d axes: export with storage_order=0", len(spatial))
	}
	out := l.emitAll([]string{l.out(0), l.temp("indices")}, "MaxPool", attrs, x)
	return []string{out[0], l.byColumns(out[1], spatial[0], spatial[1])}
}

// byColumns emits the node's second output, positions in images of which
// columns are contiguous, from those in images of h×w whose rows are.
func (l *lowering) byColumns(idx string, h, w int) string {
	width := l.scalar("width", Int64, float64(w))
	row := l.emit(l.temp("row"), "Div", nil, idx, width) // and image·h
	col := l.emit(l.temp("column"), "Sub", nil, idx, l.emit(l.temp("row start"), "Mul", nil, row, width))
	height := l.scalar("height", Int64, float64(h))
	image := l.emit(l.temp("image"), "Div", nil, row, height)
	// image·h·w + col·h + (row − image·h) = (image·(w−1) + col)·h + row
	stride := l.emit(l.temp("image columns"), "Mul", nil, image, l.scalar("columns", Int64, float64(w-1)))
	cols := l.emit(l.temp("columns before"), "Add", nil, stride, col)
	return l.emit(l.out(1), "Add", nil, l.emit(l.temp("column start"), "Mul", nil, cols, height), row)
}

// lowerMaxUnpool puts maxima back where they were, in images of the extent that
// the windows cover; a larger output_shape adds zeros behind.
func lowerMaxUnpool(l *lowering) []string {
	l.arity(2, 3)
	x, idx := l.arg(0), l.arg(1)
	shape := l.shape(x)
	spatial := len(shape) - 2
	if !slices.Equal(l.shape(idx), shape) || l.typeOf(idx) != Int64 {
		failf("its indices %v do not fit %v", l.types[idx], l.types[x])
	}
	w, _ := l.window(spatial, nil)
	full := slices.Clone(shape)
	for k, n := range shape[2:] {
		d := (int64(n)-1)*w.strides[k] + w.extent(k) - w.pads[k] - w.pads[spatial+k]
		full[2+k] = toInts([]int64{max(d, 0)})[0]
	}
	total, ok := elements(full)
	if !ok {
		failf("its result of shape %v is too large", full)
	}
	count := []int{product(shape)}
	zeros := l.emit(l.temp("zeros"), "Expand", nil, l.scalar("zero", l.typeOf(x), 0), l.ints("total", []int64{int64(total)}))
	y := l.emit(l.temp("row"), "ScatterElements", map[string]any{"axis": int64(0), "reduction": "none"},
		zeros, l.reshape(l.tmp("places"), idx, count), l.reshape(l.tmp("maxima"), x, count))
	if !l.has(2) {
		return l.reshaped(y, full)
	}
	want := toInts(l.constInts(2))
	amounts := make([]int64, 2*len(full))
	for k := range full {
		if len(want) != len(full) || want[k] < full[k] || k < 2 && want[k] != full[k] {
			failf("its output_shape %v does not hold the images of shape %v that its windows cover", want, full)
		}
		amounts[len(full)+k] = int64(want[k] - full[k])
	}
	y = l.reshape(l.tmp("images"), y, full)
	return l.result("Pad", map[string]any{"mode": "constant"}, y, l.ints("pads", amounts))
}

// lowerAveragePool corrects the means of windows that reach beyond what counts.
func lowerAveragePool(l *lowering) []string {
	x, w, end := l.pool()
	shape, t := l.shape(x), l.typeOf(x)
	include := l.attrInt("count_include_pad", 0) != 0
	size, _ := elements(toInts(w.kernel))
	y, out := l.windowSums(x, w, 1/float64(size))
	l.spend(product(out[2:]))
	correct := []float64{1}
	for k, n := range shape[2:] {
		correct = outer(correct, w.correction(k, int64(n), int64(out[2+k]), end[k], include))
	}
	if slices.Max(correct) == 1 && slices.Min(correct) == 1 {
		return l.reshaped(y, out)
	}
	y = l.reshape(l.tmp("images"), y, out)
	c := l.define(l.temp("correction"), fromFloats(t, out[2:], correct))
	return l.result("Mul", nil, y, c)
}

// windowSums adds up windows, padding counting as zeros, times a weight: each
// channel by itself is convolved with a constant kernel. The result still has to
// be given the shape out.
func (l *lowering) windowSums(x string, w window, weight float64) (y string, out []int) {
	shape := l.shape(x)
	size, ok := elements(toInts(w.kernel))
	if !ok {
		failf("its kernel_shape %v is too large", w.kernel)
	}
	l.spend(size)
	kernel := fromFloats(l.typeOf(x), append([]int{1, 1}, toInts(w.kernel)...), slices.Repeat([]float64{weight}, size))
	attrs := w.attrs()
	attrs["group"] = int64(1)
	y = l.reshape(l.tmp("channels"), x, append([]int{shape[0] * shape[1], 1}, shape[2:]...))
	y = l.emit(l.temp("sums"), "Conv", attrs, y, l.define(l.temp("kernel"), kernel))
	return y, append([]int{shape[0], shape[1]}, l.shape(y)[2:]...)
}

// lowerLpPool takes the p-norms of windows.
func lowerLpPool(l *lowering) []string {
	x, w, _ := l.pool()
	p := l.norm()
	y, out := l.windowSums(p.power(x), w, 1)
	return []string{p.root(l.reshape(l.tmp("images"), y, out))}
}

func lowerGlobalLpPool(l *lowering) []string {
	p, r := l.norm(), l.global()
	r.x = p.power(r.x)
	return []string{p.root(l.reduce(l.temp("sum"), "ReduceSum", r))}
}

// pNorm emits (Σ|x|ᵖ)^(1/p) in two halves.
type pNorm struct {
	l *lowering
	p int64
}

func (l *lowering) norm() pNorm {
	p := pNorm{l, l.attrInt("p", 2)}
	if p.p < 1 {
		failf("its p is %d, must be positive", p.p)
	}
	return p
}

func (p pNorm) power(x string) string {
	if p.p == 2 {
		return p.l.emit(p.l.temp("square"), "Mul", nil, x, x)
	}
	if x = p.l.emit(p.l.temp("abs"), "Abs", nil, x); p.p == 1 {
		return x
	}
	return p.l.emit(p.l.temp("power"), "Pow", nil, x, p.l.scalar("p", p.l.typeOf(x), float64(p.p)))
}

// root emits the node's output.
func (p pNorm) root(sum string) string {
	switch p.p {
	case 1:
		return sum
	case 2:
		return p.l.emit(p.l.out(0), "Sqrt", nil, sum)
	}
	return p.l.emit(p.l.out(0), "Pow", nil, sum, p.l.scalar("1/p", p.l.typeOf(sum), 1/float64(p.p)))
}

// correction is, for each window along axis k, the kernel's size over the
// number of its elements that count: those inside the input, and inside the
// stated padding where that is included.
func (w window) correction(k int, n, windows, end int64, include bool) []float64 {
	low, high := int64(0), n
	if include {
		low, high = -w.pads[k], n+end
	}
	c := make([]float64, windows)
	for i := range c {
		first := int64(i)*w.strides[k] - w.pads[k]
		// Elements j with low ≤ first + j·dilation < high.
		count := steps(min(high-first, w.extent(k)), w.dilations[k]) - steps(low-first, w.dilations[k])
		if count < 1 {
			failf("one of its windows holds padding only")
		}
		c[i] = float64(w.kernel[k]) / float64(count)
	}
	return c
}

// outer is the outer product, row-major.
func outer(a, b []float64) []float64 {
	c := make([]float64, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			c = append(c, x*y)
		}
	}
	return c
}

// global reads an input whose spatial axes are all reduced.
func (l *lowering) global() reduce {
	l.arity(1, 1)
	x := l.arg(0)
	rank := len(l.shape(x))
	if rank < 3 {
		failf("it cannot pool shape %v", l.shape(x))
	}
	return reduce{x, from(2, rank), 1}
}

func lowerGlobalAveragePool(l *lowering) []string {
	return []string{l.mean(l.out(0), l.global())}
}

func lowerGlobalMaxPool(l *lowering) []string {
	return l.reduced("ReduceMax", l.global())
}
