package f32

import "math"

func sameLen(n, a, b int) int {
	if a != n || b != n {
		panic("f32: slices of different lengths")
	}
	return n
}

// Add computes dst = a + b.
func Add(dst, a, b []float32) {
	sameLen(len(dst), len(a), len(b))
	if add(dst, a, b, 0, 0) {
		return
	}
	for i := range dst {
		dst[i] = a[i] + b[i]
	}
}

// Sub computes dst = a − b.
func Sub(dst, a, b []float32) {
	sameLen(len(dst), len(a), len(b))
	if sub(dst, a, b, 0, 0) {
		return
	}
	for i := range dst {
		dst[i] = a[i] - b[i]
	}
}

// Mul computes dst = a·b, element by element.
func Mul(dst, a, b []float32) {
	sameLen(len(dst), len(a), len(b))
	if mul(dst, a, b, 0, 0) {
		return
	}
	for i := range dst {
		dst[i] = a[i] * b[i]
	}
}

// Div computes dst = a / b, element by element.
func Div(dst, a, b []float32) {
	sameLen(len(dst), len(a), len(b))
	if div(dst, a, b, 0, 0) {
		return
	}
	for i := range dst {
		dst[i] = a[i] / b[i]
	}
}

// Sqrt computes dst = √x.
func Sqrt(dst, x []float32) {
	sameLen(len(dst), len(x), len(x))
	if sqrt(dst, x, nil, 0, 0) {
		return
	}
	for i, v := range x {
		dst[i] = float32(math.Sqrt(float64(v)))
	}
}

// Axpy computes dst += alpha·x.
func Axpy(dst []float32, alpha float32, x []float32) {
	sameLen(len(dst), len(x), len(x))
	if axpy(dst, x, nil, alpha, 0) {
		return
	}
	for i := range dst {
		dst[i] += alpha * x[i]
	}
}

// AddScalar computes dst = x + s.
func AddScalar(dst, x []float32, s float32) {
	sameLen(len(dst), len(x), len(x))
	if addScalar(dst, x, nil, s, 0) {
		return
	}
	for i := range dst {
		dst[i] = x[i] + s
	}
}

// MulScalar computes dst = x·s.
func MulScalar(dst, x []float32, s float32) {
	sameLen(len(dst), len(x), len(x))
	if mulScalar(dst, x, nil, s, 0) {
		return
	}
	for i := range dst {
		dst[i] = x[i] * s
	}
}

// ScaleShift computes dst = a·x + b.
func ScaleShift(dst, x []float32, a, b float32) {
	sameLen(len(dst), len(x), len(x))
	if scaleShift(dst, x, nil, a, b) {
		return
	}
	for i := range dst {
		dst[i] = a*x[i] + b
	}
}

// MaxScalar computes dst = max(x, s); NaN in x stays NaN.
func MaxScalar(dst, x []float32, s float32) {
	sameLen(len(dst), len(x), len(x))
	if !maxScalar(dst, x, nil, s, 0) {
		maxScalarGo(dst, x, s)
	}
}

func maxScalarGo(dst, x []float32, s float32) {
	for i, v := range x {
		if v < s {
			v = s
		}
		dst[i] = v
	}
}

// MinScalar computes dst = min(x, s); NaN in x stays NaN.
func MinScalar(dst, x []float32, s float32) {
	sameLen(len(dst), len(x), len(x))
	if minScalar(dst, x, nil, s, 0) {
		return
	}
	for i, v := range x {
		if v > s {
			v = s
		}
		dst[i] = v
	}
}

// Relu computes dst = max(x, 0); NaN stays NaN.
func Relu(dst, x []float32) { MaxScalar(dst, x, 0) }

// ReluGrad computes dst = v where y > 0, else 0: the pullback of y = Relu(x).
func ReluGrad(dst, v, y []float32) {
	sameLen(len(dst), len(v), len(y))
	if reluGrad(dst, v, y, 0, 0) {
		return
	}
	for i := range dst {
		if y[i] > 0 {
			dst[i] = v[i]
		} else {
			dst[i] = 0
		}
	}
}

// LeakyRelu computes dst = x where x ≥ 0, else alpha·x; NaN stays NaN.
func LeakyRelu(dst, x []float32, alpha float32) {
	sameLen(len(dst), len(x), len(x))
	if !leakyRelu(dst, x, nil, alpha, 0) {
		leakyReluGo(dst, x, alpha)
	}
}

func leakyReluGo(dst, x []float32, alpha float32) {
	for i, v := range x {
		if v < 0 {
			v *= alpha
		}
		dst[i] = v
	}
}

// LeakyReluGrad computes dst = v where y > 0, else alpha·v.
func LeakyReluGrad(dst, v, y []float32, alpha float32) {
	sameLen(len(dst), len(v), len(y))
	if leakyReluGrad(dst, v, y, alpha, 0) {
		return
	}
	for i := range dst {
		if y[i] > 0 {
			dst[i] = v[i]
		} else {
			dst[i] = alpha * v[i]
		}
	}
}

// Flush computes dst = x where |x| ≥ limit, else 0. NaN stays NaN.
//
// Processors may take a hundred times as long for numbers below float32's normal
// range, 2⁻¹²⁶. Where many small numbers are about to be multiplied with others
// that are below 1, it pays to flush them.
func Flush(dst, x []float32, limit float32) {
	sameLen(len(dst), len(x), len(x))
	if flush(dst, x, nil, limit, 0) {
		return
	}
	for i, v := range x {
		if v > -limit && v < limit {
			v = 0
		}
		dst[i] = v
	}
}

// Exp computes dst = eˣ to 1.5 units in the last place; NaN stays NaN.
func Exp(dst, x []float32) {
	sameLen(len(dst), len(x), len(x))
	if exp(dst, x, nil, 0, 0) {
		return
	}
	for i, v := range x {
		dst[i] = float32(math.Exp(float64(v)))
	}
}

// Sigmoid computes dst = 1 / (1 + e⁻ˣ) to 3 units in the last place, but to the
// smallest normal number only where the result is below it (x < −87.3). NaN stays
// NaN.
func Sigmoid(dst, x []float32) {
	sameLen(len(dst), len(x), len(x))
	if sigmoid(dst, x, nil, 0, 0) {
		return
	}
	for i, v := range x {
		dst[i] = float32(1 / (1 + math.Exp(-float64(v))))
	}
}

// SigmoidGrad computes dst = v·y·(1−y): the pullback of y = Sigmoid(x).
func SigmoidGrad(dst, v, y []float32) {
	sameLen(len(dst), len(v), len(y))
	if sigmoidGrad(dst, v, y, 0, 0) {
		return
	}
	for i := range dst {
		dst[i] = v[i] * (y[i] * (1 - y[i]))
	}
}

// Tanh computes dst = tanh x to 3 units in the last place; NaN stays NaN.
func Tanh(dst, x []float32) {
	sameLen(len(dst), len(x), len(x))
	if tanh(dst, x, nil, 0, 0) {
		return
	}
	for i, v := range x {
		dst[i] = float32(math.Tanh(float64(v)))
	}
}

// TanhGrad computes dst = v·(1−y²): the pullback of y = Tanh(x).
func TanhGrad(dst, v, y []float32) {
	sameLen(len(dst), len(v), len(y))
	if tanhGrad(dst, v, y, 0, 0) {
		return
	}
	for i := range dst {
		dst[i] = v[i] * (1 - y[i]*y[i])
	}
}
