package ort

import (
	"slices"

	"github.com/lcfv-go/lcfv/backend/diff"
	"github.com/lcfv-go/lcfv/backend/onnx"
)

// keepMasks makes a residual of which the derivatives only ask where it is
// positive, such as the output of a rectifier, a mask of booleans, which the forward
// pass computes while the value is in the cache. Residuals of a batch do not stay
// there until they are needed, so that their size is what they cost.
//
// Where the value is an image that phases makes, its mask has channels
// innermost. It comes that way, and the derivatives have their convolutions write
// that way too where they multiply by it: one channel after the other, whose
// distance is a large power of two, ends in few lines of the cache.
func keepMasks(l *diff.Linear, device Provider) {
	rectified := map[string]bool{} // values that hold no negative number
	for _, n := range l.Forward.Nodes {
		if n.Op == "Relu" {
			rectified[n.Outputs[0]] = true
		}
	}
	m := masker{}
	for _, name := range l.Residuals {
		// What the caller gives or gets is there anyway.
		if name == l.Output || slices.Contains(l.Forward.Inputs, name) {
			continue
		}
		if onlySign(l.Pullback, name, rectified[name]) && onlySign(l.Pushforward, name, rectified[name]) {
			m[name] = mask{maskName(l.Forward, name), device == CPU && rectified[name] && madeOfPhases(l.Forward, name)}
		}
	}
	if len(m) == 0 {
		return
	}
	l.Forward, l.Pullback, l.Pushforward = l.Forward.Clone(), l.Pullback.Clone(), l.Pushforward.Clone()
	m.compute(l.Forward, rectified)
	m.read(l.Pullback)
	m.read(l.Pushforward)
	l.Residuals = m.renamed(l.Residuals)
	l.Forward.Outputs = m.renamed(l.Forward.Outputs)
}

// maskName returns a name for a value's mask that no value has.
func maskName(s *onnx.Static, value string) string {
	name := value + " > 0"
	for {
		if _, taken := s.Types[name]; !taken {
			return name
		}
		name += "_"
	}
}

// onlySign reports whether a graph reads of a value no more than whether it is
// positive.
func onlySign(s *onnx.Static, name string, rectified bool) bool {
	if slices.Contains(s.Outputs, name) {
		return false
	}
	for _, n := range s.Nodes {
		if slices.Contains(n.Inputs, name) && !(rectified && n.Op == "Sign" || isPositive(s, n, name)) {
			return false
		}
	}
	return true
}

// isPositive reports whether a node compares a value with the number 0.
func isPositive(s *onnx.Static, n *onnx.Node, name string) bool {
	if n.Op != "Greater" || n.Inputs[0] != name {
		return false
	}
	zero := s.Consts[n.Inputs[1]]
	return zero != nil && zero.Len() == 1 && len(zero.Shape) <= len(s.Types[name].Shape) && zero.Floats()[0] == 0
}

// mask stands for a value.
type mask struct {
	name string
	rows bool // channels are innermost
}

// rows and planes are the orders of axes with channels innermost, and back.
var (
	rows   = []int64{0, 2, 3, 1}
	planes = []int64{0, 3, 1, 2}
)

func moved(t onnx.TensorType, perm []int64) onnx.TensorType {
	out := onnx.TensorType{Type: t.Type}
	for _, p := range perm {
		out.Shape = append(out.Shape, t.Shape[p])
	}
	return out
}

func (k mask) typed(t onnx.TensorType) onnx.TensorType {
	t.Type = onnx.Bool
	if k.rows {
		t = moved(t, rows)
	}
	return t
}

// madeOfPhases reports whether a rectified value comes from a transposed
// convolution, perhaps with a scale and a shift of channels, that phases rewrites.
func madeOfPhases(s *onnx.Static, value string) bool {
	maker := map[string]*onnx.Node{}
	for _, n := range s.Nodes {
		maker[n.Outputs[0]] = n
	}
	from := maker[value].Inputs[0]
	for n := maker[from]; n != nil; n = maker[from] {
		x, c := perChannel(s, n, "Add")
		if c == nil {
			x, c = perChannel(s, n, "Mul")
		}
		if c == nil {
			return newPhaseGrid(s, n) != nil
		}
		from = x
	}
	return false
}

// masker replaces values by masks.
type masker map[string]mask

func (m masker) renamed(names []string) []string {
	out := slices.Clone(names)
	for i, name := range out {
		if mask, ok := m[name]; ok {
			out[i] = mask.name
		}
	}
	return out
}

// compute adds the masks to the forward graph, each behind the node that makes its
// value. Of a rectified value it is its conversion to booleans, for which ONNX
// Runtime takes half the time of a comparison.
func (m masker) compute(s *onnx.Static, rectified map[string]bool) {
	nodes := s.Nodes
	s.Nodes = nil
	for _, n := range nodes {
		s.Nodes = append(s.Nodes, n)
		for _, value := range n.Outputs {
			k, ok := m[value]
			if !ok {
				continue
			}
			t := s.Types[value]
			s.Types[k.name] = k.typed(t)
			switch {
			case k.rows:
				s.Nodes = append(s.Nodes, transposition(s, k.name+"/rows", value, rows), cast(k.name, k.name+"/rows", onnx.Bool))
			case rectified[value]:
				s.Nodes = append(s.Nodes, cast(k.name, value, onnx.Bool))
			default:
				zero := k.name + "/0"
				s.Consts[zero] = onnx.NewTensor(t.Type, []int{}, nil)
				s.Types[zero] = s.Consts[zero].TensorType()
				s.Nodes = append(s.Nodes, newNode("Greater", k.name, nil, value, zero))
			}
		}
	}
}

// read makes a derivative read masks.
func (m masker) read(s *onnx.Static) {
	for value, k := range m {
		if slices.Contains(s.Inputs, value) {
			s.Types[k.name] = k.typed(s.Types[value])
		}
	}
	s.Inputs = m.renamed(s.Inputs)
	maker := map[string]*onnx.Node{}
	same := map[string]string{}   // comparisons that are the mask
	slopes := map[string]string{} // slopes of planes that are there with channels innermost too
	nodes := s.Nodes
	s.Nodes = nil
	for _, n := range nodes {
		out := n.Outputs[0]
		maker[out] = n
		k, ok := m[n.Inputs[0]]
		switch {
		case ok && n.Op != "Sign":
			same[out] = k.name
		case ok && k.rows:
			slopes[out] = out + "/rows"
			s.Types[out+"/rows"] = moved(s.Types[out], rows)
			s.Nodes = append(s.Nodes, cast(out+"/rows", k.name, s.Types[out].Type), transposition(s, out, out+"/rows", planes))
		case ok:
			s.Nodes = append(s.Nodes, cast(out, k.name, s.Types[out].Type))
		case n.Op == "Mul" && slopes[n.Inputs[1]] != "" && convolved(s, maker, n.Inputs[0]):
			t := moved(s.Types[out], rows)
			s.Types[out+"/product"] = t
			s.Nodes = append(s.Nodes, transposition(s, out+"/rows", n.Inputs[0], rows),
				newNode("Mul", out+"/product", nil, out+"/rows", slopes[n.Inputs[1]]), transposition(s, out, out+"/product", planes))
		default:
			for i, in := range n.Inputs {
				if same[in] != "" {
					n.Inputs[i] = same[in]
				}
			}
			s.Nodes = append(s.Nodes, n)
		}
	}
	if p, err := s.Prune(s.Outputs...); err == nil { // slopes that only rows are read of
		*s = *p
	}
}

// convolved reports whether a value comes from a convolution of either kind,
// perhaps with a scale of channels.
func convolved(s *onnx.Static, maker map[string]*onnx.Node, value string) bool {
	n := maker[value]
	if n == nil {
		return false
	}
	if x, c := perChannel(s, n, "Mul"); c != nil {
		n = maker[x]
	}
	return n != nil && (n.Op == "Conv" || n.Op == "ConvTranspose")
}

func newNode(op, out string, attrs map[string]any, inputs ...string) *onnx.Node {
	if attrs == nil {
		attrs = map[string]any{}
	}
	return &onnx.Node{Name: out, Op: op, Inputs: inputs, Outputs: []string{out}, Attrs: attrs}
}

func cast(out, in string, to onnx.DataType) *onnx.Node {
	return newNode("Cast", out, map[string]any{"to": int64(to)}, in)
}

// transposition permutes the axes of a value and sets the type of the result.
func transposition(s *onnx.Static, out, in string, perm []int64) *onnx.Node {
	s.Types[out] = moved(s.Types[in], perm)
	return newNode("Transpose", out, map[string]any{"perm": perm}, in)
}
