package onnx

import "math"

// lowerAttentions holds attention, which becomes products of matrices.
var lowerAttentions = map[string]lowerRule{
	"Attention": lowerAttention,
}

// attention is the geometry of scaled dot products: queries of some heads, and
// keys and values of as many or of a fraction of them.
type attention struct {
	batch, heads, queries, width       int // of the queries
	keyHeads, keys, keyWidth, outWidth int // of the keys, and of the values
}

// lowerAttention: softmax(scale·Q·Kᵀ + mask)·V, the operator of opset 23, without
// a cache of earlier keys.
func lowerAttention(l *lowering) []string {
	l.arity(3, 4)
	l.ignore("softmax_precision", "qk_matmul_output_mode") // never narrower than float32 here; for an output that is not computed
	packed := len(l.shape(l.arg(0))) == 3
	q, k, v := l.headed(0, "q_num_heads"), l.headed(1, "kv_num_heads"), l.headed(2, "kv_num_heads")
	a := l.attention(q, k, v)
	t := l.typeOf(q)

	scale := float64(l.attrFloat("scale", float32(1/math.Sqrt(float64(a.width)))))
	q = l.emit(l.temp("scaled"), "Mul", nil, q, l.scalar("scale", t, scale))
	rows := a.heads / a.keyHeads * a.queries // that share keys
	q = l.reshape(l.tmp("rows"), q, []int{a.batch, a.keyHeads, rows, a.width})
	k = l.transpose(l.tmp("columns"), k, []int64{0, 1, 3, 2})
	scores := l.emit(l.temp("scores"), "MatMul", nil, q, k)
	scores = l.reshape(l.tmp("scores"), scores, []int{a.batch, a.heads, a.queries, a.keys})
	if limit := float64(l.attrFloat("softcap", 0)); limit != 0 {
		c := l.scalar("softcap", t, limit)
		scores = l.emit(l.temp("ratio"), "Div", nil, scores, c)
		scores = l.emit(l.temp("tanh"), "Tanh", nil, scores)
		scores = l.emit(l.temp("capped"), "Mul", nil, scores, c)
	}
	weights := l.masked(scores, a)
	weights = l.reshape(l.tmp("rows"), weights, []int{a.batch, a.keyHeads, rows, a.keys})
	y := l.emit(l.temp("values"), "MatMul", nil, weights, v)
	y = l.reshape(l.tmp("values"), y, []int{a.batch, a.heads, a.queries, a.outWidth})
	if packed {
		y = l.transpose(l.tmp("values"), y, []int64{0, 2, 1, 3})
		return l.reshaped(y, []int{a.batch, a.queries, a.heads * a.outWidth})
	}
	return []string{y}
}

// headed is the k-th input as samples × heads × positions × width; of rank 3, it
// has the heads side by side in its last axis.
func (l *lowering) headed(k int, attr string) string {
	x := l.arg(k)
	shape := l.shape(x)
	heads := l.attrInt(attr, 0)
	if len(shape) == 3 {
		if heads < 1 || int64(shape[2])%heads != 0 || product(shape) == 0 {
			failf("its input %d of shape %v does not have %d heads", k, shape, heads)
		}
		h := int(heads)
		x = l.reshape(l.tmp("heads"), x, []int{shape[0], shape[1], h, shape[2] / h})
		return l.transpose(l.tmp("heads"), x, []int64{0, 2, 1, 3})
	}
	if len(shape) != 4 || product(shape) == 0 {
		failf("its input %d of shape %v is neither of 3 nor of 4 dimensions", k, shape)
	}
	return x
}

func (l *lowering) attention(query, key, value string) attention {
	q, k, v := l.shape(query), l.shape(key), l.shape(value)
	a := attention{q[0], q[1], q[2], q[3], k[1], k[2], k[3], v[3]}
	if k[0] != a.batch || v[0] != a.batch || v[1] != a.keyHeads || v[2] != a.keys || a.keyWidth != a.width || a.heads%a.keyHeads != 0 {
		failf("its queries %v, keys %v and values %v do not fit each other", q, k, v)
	}
	return a
}

// masked emits softmax over the keys that count. A query for which none does
// has the weights 0: lowest keeps NaN from its softmax, and from the derivative
// of it.
func (l *lowering) masked(scores string, a attention) string {
	t := l.typeOf(scores)
	mask := ""
	if l.attrInt("is_causal", 0) != 0 {
		l.spend(a.queries * a.keys)
		causal := make([]bool, a.queries*a.keys)
		for i := range causal {
			causal[i] = i%a.keys <= i/a.keys
		}
		mask = l.define(l.temp("causal"), NewTensor(Bool, []int{a.queries, a.keys}, causal))
	}
	if l.has(3) {
		given := l.arg(3)
		switch l.typeOf(given) {
		case t:
			scores = l.emit(l.temp("biased"), "Add", nil, scores, given)
		case Bool:
			if mask == "" {
				mask = given
			} else {
				mask = l.emit(l.temp("mask"), "And", nil, mask, given)
			}
		default:
			failf("its mask is %v", l.types[given])
		}
	}
	attrs := map[string]any{"axis": int64(3)}
	if mask == "" {
		return l.emit(l.temp("weights"), "Softmax", attrs, scores)
	}
	lowest := l.scalar("lowest", t, -math.MaxFloat32)
	scores = l.emit(l.temp("masked"), "Where", nil, mask, scores, lowest)
	weights := l.emit(l.temp("weights"), "Softmax", attrs, scores)
	if !l.has(3) { // a query may always look at its own position
		return weights
	}
	return l.emit(l.temp("masked"), "Where", nil, mask, weights, l.scalar("zero", t, 0))
}
