package f32

// ActivationKind names an elementwise function that can be fused into the end
// of a matrix product or convolution.
type ActivationKind uint8

// The activations that can be fused.
const (
	ActNone      ActivationKind = iota // x
	ActRelu                            // max(x, 0)
	ActLeakyRelu                       // x where x ≥ 0, else Alpha·x
)

// Activation is an elementwise function applied to results while they are in
// registers. The zero value is the identity. NaN stays NaN.
type Activation struct {
	Kind  ActivationKind
	Alpha float32 // slope of ActLeakyRelu below zero
}

// Apply computes dst = act(x).
func (act Activation) Apply(dst, x []float32) {
	switch act.Kind {
	case ActRelu:
		Relu(dst, x)
	case ActLeakyRelu:
		LeakyRelu(dst, x, act.Alpha)
	default:
		copy(dst, x)
	}
}

// Epilogue is what a matrix product does to its result besides alpha and beta:
//
//	C = act(alpha·op(A)·op(B) + beta·C + ColBias[j])
//
// The zero value does nothing.
type Epilogue struct {
	ColBias []float32 // length n, or nil
	Act     Activation
}
