package backendtest

import "math"

// attend is softmax(q·kᵀ/√width + bias)·v over the last two axes.
func attend(q, k, v, bias *array) *array {
	perm := make([]int, len(k.shape))
	for d := range perm {
		perm[d] = d
	}
	r := len(perm)
	perm[r-2], perm[r-1] = r-1, r-2
	scale := math.Sqrt(float64(q.shape[r-1]))
	scores := matmul(q, k.transpose(perm...)).apply(func(v float64) float64 { return v / scale })
	return matmul(softmax(zip(scores, bias, plus), r-1), v)
}

// attentionCases look at x from itself.
func attentionCases() []opCase {
	x := func(name string, build func(g *graph, x string) string, ref func(x *array) *array, sample ...int) opCase {
		return opCase{name: "Attention/" + name, opset: 23, sample: sample, lo: -1, hi: 1, build: build, ref: ref}
	}
	bias := random(80, -1, 1, 5, 5)
	causal := build([]int{5, 5}, func(idx []int) float64 {
		if idx[1] > idx[0] {
			return -1e30
		}
		return 0
	})
	heads := func(x *array, n int) *array {
		return x.reshape(x.shape[0], 5, n, x.shape[2]/n).transpose(0, 2, 1, 3)
	}
	return []opCase{
		x("of heads", func(g *graph, x string) string { return g.node("Attention", nil, x, x, x) },
			func(x *array) *array { return attend(x, x, x, full(0)) }, 2, 5, 3),
		x("bias", func(g *graph, x string) string { return g.node("Attention", nil, x, x, x, g.floats(bias)) },
			func(x *array) *array { return attend(x, x, x, bias) }, 2, 5, 3),
		x("causal", func(g *graph, x string) string { return g.node("Attention", attrs{"is_causal": int64(1)}, x, x, x) },
			func(x *array) *array { return attend(x, x, x, causal) }, 2, 5, 3),
		x("shared keys", func(g *graph, x string) string {
			k := g.node("Slice", nil, x, g.ints(0), g.ints(3), g.ints(2))
			return g.node("Attention", attrs{"q_num_heads": int64(4), "kv_num_heads": int64(1)}, x, k, k)
		}, func(x *array) *array {
			k := x.take(2, 0, 1, 2).reshape(x.shape[0], 1, 5, 3)
			y := attend(heads(x, 4), k, k, full(0))
			return y.transpose(0, 2, 1, 3).reshape(x.shape...)
		}, 5, 12),
	}
}
