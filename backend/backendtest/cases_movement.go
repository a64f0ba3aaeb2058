package backendtest

import "github.com/lcfv-go/lcfv/backend/onnx"

func movementCases() []opCase {
	x234 := func(name string, opset int64, build func(g *graph, x string) string, ref func(x *array) *array) opCase {
		return opCase{name: name, opset: opset, sample: []int{2, 3, 4}, lo: -1, hi: 1, build: build, ref: ref}
	}
	blocks := func(op, mode string, opset int64, sample []int, ref func(x *array) *array) opCase {
		a := attrs{"blocksize": int64(2)}
		if mode != "" {
			a["mode"] = mode
		}
		return opCase{
			name: op + "/" + mode, opset: opset, sample: sample, lo: -1, hi: 1, ref: ref,
			build: func(g *graph, x string) string { return g.node(op, a, x) },
		}
	}
	triangle := func(keep func(i, j int) bool) func(x *array) *array {
		return func(x *array) *array {
			return build(x.shape, func(idx []int) float64 {
				if keep(idx[2], idx[3]) {
					return x.at(idx...)
				}
				return 0
			})
		}
	}
	return []opCase{
		x234("Tile", 13, func(g *graph, x string) string { return g.node("Tile", nil, x, g.ints(1, 2, 1, 3)) },
			func(x *array) *array {
				return x.take(1, 0, 1, 0, 1).take(3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3)
			}),
		{name: "Split/uneven", opset: 18, sample: []int{2, 3, 5}, lo: -1, hi: 1, build: func(g *graph, x string) string {
			parts := g.nodes("Split", attrs{"axis": int64(-1), "num_outputs": int64(3)}, 3, x)
			return g.node("Concat", attrs{"axis": int64(3)}, parts[2], parts[0])
		}, ref: func(x *array) *array { return x.take(3, 4, 0, 1) }},
		x234("Trilu/upper", 14, func(g *graph, x string) string {
			return g.node("Trilu", nil, x, g.constant(onnx.NewTensor(onnx.Int64, []int{}, []int64{1})))
		}, triangle(func(i, j int) bool { return j >= i+1 })),
		x234("Trilu/lower", 14, func(g *graph, x string) string { return g.node("Trilu", attrs{"upper": int64(0)}, x) },
			triangle(func(i, j int) bool { return j <= i })),
		blocks("DepthToSpace", "", 9, []int{8, 2, 3}, func(x *array) *array {
			return x.reshape(x.shape[0], 2, 2, 2, 2, 3).transpose(0, 3, 4, 1, 5, 2).reshape(x.shape[0], 2, 4, 6)
		}),
		blocks("DepthToSpace", "CRD", 13, []int{8, 2, 3}, func(x *array) *array {
			return x.reshape(x.shape[0], 2, 2, 2, 2, 3).transpose(0, 1, 4, 2, 5, 3).reshape(x.shape[0], 2, 4, 6)
		}),
		blocks("SpaceToDepth", "", 13, []int{2, 4, 6}, func(x *array) *array {
			return x.reshape(x.shape[0], 2, 2, 2, 3, 2).transpose(0, 3, 5, 1, 2, 4).reshape(x.shape[0], 8, 2, 3)
		}),
		x234("CenterCropPad", 18, func(g *graph, x string) string {
			return g.node("CenterCropPad", attrs{"axes": []int64{2, -1}}, x, g.ints(6, 1))
		}, func(x *array) *array {
			x = x.take(3, 1)
			return build([]int{x.shape[0], 2, 6, 1}, func(idx []int) float64 {
				if idx[2] < 1 || idx[2] > 3 {
					return 0
				}
				return x.at(idx[0], idx[1], idx[2]-1, 0)
			})
		}),
		{
			name: "Col2Im", opset: 18, sample: []int{2 * 6, 4}, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				return g.node("Col2Im", attrs{"strides": []int64{2, 1}, "pads": []int64{1, 0, 0, 0}}, x, g.ints(4, 4), g.ints(2, 3))
			},
			ref: func(x *array) *array {
				y := zeros(x.shape[0], 2, 4, 4)
				x.index(func(at int, idx []int) {
					row, col := idx[1]%6, idx[2]
					i, j := col/2*2+row/3-1, col%2+row%3
					if i >= 0 {
						y.data[((idx[0]*2+idx[1]/6)*4+i)*4+j] += x.data[at]
					}
				})
				return y
			},
		},
	}
}
