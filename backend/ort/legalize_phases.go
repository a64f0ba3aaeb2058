package ort

import (
	"slices"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// ONNX Runtime computes a transposed convolution as a matrix product whose
// result, kernel area / stride area times the output, it then adds up element by
// element. Where weights allow, this is written as an ordinary convolution
// without stride, for which it has a kernel near the machine's peak: of the output
// of a transposed convolution with stride s and kernel k, without its padding,
//
//	y[s·q + r] = Σ over t < T of x[q − t] · w[s·t + r],  T = ⌈k / s⌉,
//
// for each phase r < s. One convolution with kernel T makes all phases as channels,
// which are then moved to their places. That is done with channels innermost,
// where whole rows move.

// phaseBlock is what the numbers of channels that the fast kernel reads and writes
// are multiples of.
const phaseBlock = 16

// Applied to a value before its elements move is the same as after, and there
// engines do it in the convolution.
var elementwise = []string{"Relu", "LeakyRelu", "Sigmoid", "Tanh"}

// phaseGrid says how a transposed convolution becomes one that makes phases.
type phaseGrid struct {
	channels                   int    // of the output
	stride, kernel, taps, size [2]int // taps is the new kernel, size that of its output
}

// newPhaseGrid returns nil where a transposed convolution, which n may or may not
// be, cannot be made an ordinary one or would not be faster.
func newPhaseGrid(s *onnx.Static, n *onnx.Node) *phaseGrid {
	if n.Op != "ConvTranspose" || n.Int("group") != 1 || slices.Max(n.Ints("dilations")) > 1 {
		return nil
	}
	w, x, y := s.Consts[n.Inputs[1]], s.Types[n.Inputs[0]], s.Types[n.Outputs[0]]
	if w == nil || w.Type != onnx.Float32 || len(x.Shape) != 4 {
		return nil
	}
	if len(n.Inputs) > 2 && n.Inputs[2] != "" && s.Consts[n.Inputs[2]] == nil {
		return nil
	}
	g := &phaseGrid{channels: y.Shape[1]}
	work, least := 1, 1 // products, and how many are needed
	for i, k := range n.Ints("kernel_shape") {
		s := int(n.Ints("strides")[i])
		g.stride[i], g.kernel[i], g.taps[i] = s, int(k), (int(k)+s-1)/s
		g.size[i] = x.Shape[2+i] + g.taps[i] - 1
		work *= g.taps[i] * s * g.size[i]
		least *= int(k) * x.Shape[2+i]
	}
	if x.Shape[1]%phaseBlock != 0 || g.channels%phaseBlock != 0 || g.phases() == 1 || 10*work > 13*least {
		return nil
	}
	return g
}

func (g *phaseGrid) phases() int { return g.stride[0] * g.stride[1] }

// phases writes a transposed convolution with strides and constant weights as a
// convolution, if that is worth it, together with an activation that follows it.
// It must need no output padding.
func (l *legalizer) phases(n *onnx.Node, pads []int64) bool {
	g := newPhaseGrid(l.s, n)
	if g == nil {
		return false
	}
	x, y := l.s.Types[n.Inputs[0]], l.s.Types[n.Outputs[0]]
	last := n
	if next := l.reader(n.Outputs[0]); next != nil && slices.Contains(elementwise, next.Op) {
		last = next
		l.done[next] = true
	}
	batch, made := x.Shape[0], g.phases()*g.channels
	inputs := []string{n.Inputs[0], l.constant(g.weights(l.s.Consts[n.Inputs[1]]))}
	if len(n.Inputs) > 2 && n.Inputs[2] != "" {
		bias := slices.Repeat(l.s.Consts[n.Inputs[2]].Data.([]float32), g.phases())
		inputs = append(inputs, l.constant(onnx.NewTensor(onnx.Float32, []int{made}, bias)))
	}
	t0, t1 := int64(g.taps[0]), int64(g.taps[1])
	typed := func(shape ...int) onnx.TensorType { return onnx.TensorType{Type: onnx.Float32, Shape: shape} }
	v := l.emit("Conv", map[string]any{
		"kernel_shape": []int64{t0, t1}, "strides": []int64{1, 1}, "dilations": []int64{1, 1},
		"pads": []int64{t0 - 1, t1 - 1, t0 - 1, t1 - 1}, "group": int64(1),
	}, typed(batch, made, g.size[0], g.size[1]), inputs...)
	if last != n {
		v = l.emit(last.Op, last.Attrs, l.s.Types[v], v)
	}
	v = l.transpose(v, 0, 2, 3, 1)
	v = l.reshape(v, batch*g.size[0], g.size[1], g.stride[0], made/g.stride[0])
	v = l.transpose(v, 0, 2, 1, 3)
	v = l.reshape(v, batch, g.stride[0]*g.size[0], g.stride[1]*g.size[1], g.channels)
	v = l.emit("Slice", nil, typed(batch, y.Shape[2], y.Shape[3], g.channels), v,
		l.ints(pads[0], pads[1]), l.ints(pads[0]+int64(y.Shape[2]), pads[1]+int64(y.Shape[3])), l.ints(1, 2))
	l.emitAs(last.Outputs[0], "Transpose", map[string]any{"perm": []int64{0, 3, 1, 2}}, y, v)
	return true
}

// weights turns in×out×h×w into (phases·out)×in×taps.
func (g *phaseGrid) weights(w *onnx.Tensor) *onnx.Tensor {
	src := w.Data.([]float32)
	in := w.Shape[0]
	dst := make([]float32, g.phases()*g.channels*in*g.taps[0]*g.taps[1])
	at := 0
	for a := range g.stride[0] {
		for b := range g.stride[1] {
			for o := range g.channels {
				for c := range in {
					from := src[(c*g.channels+o)*g.kernel[0]*g.kernel[1]:]
					for i := range g.taps[0] {
						h := g.stride[0]*(g.taps[0]-1-i) + a
						for j := range g.taps[1] {
							v := g.stride[1]*(g.taps[1]-1-j) + b
							if h < g.kernel[0] && v < g.kernel[1] {
								dst[at] = from[h*g.kernel[1]+v]
							}
							at++
						}
					}
				}
			}
		}
	}
	return onnx.NewTensor(w.Type, []int{g.phases() * g.channels, in, g.taps[0], g.taps[1]}, dst)
}

// transpose emits a permutation of axes.
func (l *legalizer) transpose(x string, perm ...int64) string {
	t := onnx.TensorType{Type: l.s.Types[x].Type}
	for _, p := range perm {
		t.Shape = append(t.Shape, l.s.Types[x].Shape[p])
	}
	return l.emit("Transpose", map[string]any{"perm": perm}, t, x)
}

func (l *legalizer) reshape(x string, shape ...int) string {
	t := onnx.TensorType{Type: l.s.Types[x].Type, Shape: shape}
	return l.emit("Reshape", nil, t, x, l.shape(t))
}
