package onnx

import "slices"

// lowerPooling holds operators that summarise windows.
var lowerPooling = map[string]lowerRule{
	"MaxPool":           lowerMaxPool,
	"AveragePool":       lowerAveragePool,
	"GlobalAveragePool": lowerGlobalAveragePool,
	"GlobalMaxPool":     lowerGlobalMaxPool,
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

// lowerMaxPool: the indices of the maxima are not computed. Padding is never a
// maximum, so that a partial last window is a matter of pads.
func lowerMaxPool(l *lowering) []string {
	l.ignore("storage_order") // about the indices
	x, w, _ := l.pool()
	attrs := w.attrs()
	attrs["ceil_mode"] = int64(0)
	return l.result("MaxPool", attrs, x)
}

// lowerAveragePool convolves each channel with a constant kernel and corrects
// windows that reach beyond what counts.
func lowerAveragePool(l *lowering) []string {
	x, w, end := l.pool()
	shape, t := l.shape(x), l.typeOf(x)
	include := l.attrInt("count_include_pad", 0) != 0
	size, ok := elements(toInts(w.kernel))
	if !ok {
		failf("its kernel_shape %v is too large", w.kernel)
	}
	l.spend(size)
	weights := make([]float64, size)
	for i := range weights {
		weights[i] = 1 / float64(size)
	}
	kernel := l.define(l.temp("kernel"), fromFloats(t, append([]int{1, 1}, toInts(w.kernel)...), weights))
	flat := append([]int{shape[0] * shape[1], 1}, shape[2:]...)
	y := l.reshape(l.tmp("channels"), x, flat)
	attrs := w.attrs()
	attrs["group"] = int64(1)
	y = l.emit(l.temp("average"), "Conv", attrs, y, kernel)
	out := append([]int{shape[0], shape[1]}, l.shape(y)[2:]...)
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
