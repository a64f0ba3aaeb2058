package backendtest

import (
	"math"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

func controlCases() []opCase {
	ones := func(t onnx.DataType) *onnx.Tensor {
		if t == onnx.Bool {
			return onnx.NewTensor(t, []int{}, []bool{true})
		}
		return onnx.NewTensor(t, []int{}, []int64{3})
	}
	inner := func(op string, in, out []string) *onnx.Node {
		return &onnx.Node{Name: out[0], Op: op, Inputs: in, Outputs: out, Attrs: map[string]any{}}
	}
	info := func(names ...string) []onnx.ValueInfo {
		list := make([]onnx.ValueInfo, len(names))
		for i, name := range names {
			list[i] = onnx.ValueInfo{Name: name, Type: onnx.Float32}
		}
		return list
	}
	step := func(x *array) *array { return x.apply(func(v float64) float64 { return math.Tanh(2 * v) }) }
	return []opCase{
		{
			name: "Loop", opset: 13, sample: []int{3}, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				body := &onnx.Graph{
					Name: "body", Initializers: map[string]*onnx.Tensor{},
					Inputs:  info("i", "going", "state"),
					Outputs: info("again", "next", "row"),
					Nodes: []*onnx.Node{
						inner("Identity", []string{"going"}, []string{"again"}),
						inner("Add", []string{"state", "state"}, []string{"twice"}),
						inner("Tanh", []string{"twice"}, []string{"next"}),
						inner("Mul", []string{"next", x}, []string{"row"}),
					},
				}
				outs := g.nodes("Loop", attrs{"body": body}, 2, g.constant(ones(onnx.Int64)), g.constant(ones(onnx.Bool)), x)
				rows := g.node("ReduceSum", attrs{"keepdims": int64(0)}, outs[1], g.ints(0))
				return g.node("Add", nil, outs[0], rows)
			},
			ref: func(x *array) *array {
				a := step(x)
				b := step(a)
				c := step(b)
				return zip(c, zip(zip(zip(a, b, plus), c, plus), x, times), plus)
			},
		},
		{
			name: "Scan", opset: 11, sample: []int{3, 2}, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				body := &onnx.Graph{
					Name: "body", Initializers: map[string]*onnx.Tensor{},
					Inputs:  info("sum_in", "slice"),
					Outputs: info("sum_out", "sum_copy"),
					Nodes: []*onnx.Node{
						inner("Add", []string{"sum_in", "slice"}, []string{"sum_out"}),
						inner("Identity", []string{"sum_out"}, []string{"sum_copy"}),
					},
				}
				start := g.node("ReduceMin", attrs{"axes": []int64{1}, "keepdims": int64(0)}, x)
				return g.nodes("Scan", attrs{
					"body": body, "num_scan_inputs": int64(1), "scan_input_axes": []int64{1}, "scan_input_directions": []int64{1},
					"scan_output_axes": []int64{-1}, "scan_output_directions": []int64{1},
				}, 2, start, x)[1]
			},
			ref: func(x *array) *array {
				sums := zip(running(1, false, true)(x), x.fold(math.Inf(1), math.Min, 1), plus)
				return sums.transpose(0, 2, 1)
			},
		},
	}
}
