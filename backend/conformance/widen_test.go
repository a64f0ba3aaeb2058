package conformance

import (
	"maps"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// widen returns a model that computes in float64 what a graph computes in
// float32: its differences are exact enough to hold derivatives against.
func widen(s *onnx.Static) *onnx.Model {
	s = s.Clone()
	scales := map[string]*onnx.Tensor{} // of Resize: float32 always
	for _, n := range s.Nodes {
		if n.Op == "Cast" && n.Attrs["to"] == int64(onnx.Float32) {
			n.Attrs = map[string]any{"to": int64(onnx.Float64)}
		}
		if n.Op == "Resize" && len(n.Inputs) > 2 && n.Inputs[2] != "" {
			name := n.Outputs[0] + "/scales in float32"
			scales[name] = s.Consts[n.Inputs[2]]
			n.Inputs[2] = name
		}
	}
	for name, c := range s.Consts {
		if c.Type == onnx.Float32 {
			s.Consts[name] = onnx.NewTensor(onnx.Float64, c.Shape, c.Floats())
		}
	}
	for name, t := range s.Types {
		if t.Type == onnx.Float32 {
			s.Types[name] = onnx.TensorType{Type: onnx.Float64, Shape: t.Shape}
		}
	}
	maps.Copy(s.Consts, scales)
	for name, c := range scales {
		s.Types[name] = c.TensorType()
	}
	return s.Model("widened")
}
