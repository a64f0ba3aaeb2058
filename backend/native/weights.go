package native

import (
	"encoding/binary"
	"math"
	"slices"
	"sync"
	"weak"

	"github.com/lcfv-go/lcfv/backend/native/internal/conv"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/internal/f32"
)

// weights shares packed constants between the programs of a model: for other
// batch sizes, and for derivatives. What no program uses any more is freed by
// the garbage collector.
type weights struct {
	mu     sync.Mutex
	conv   map[convKey]weak.Pointer[conv.Weights]
	matrix map[matrixKey]weak.Pointer[f32.PackedB]
	scaled map[scaledKey]weak.Pointer[onnx.Tensor]
}

type convKey struct {
	tensor weak.Pointer[onnx.Tensor]
	params conv.Params // without N, on which the layout does not depend
}

type matrixKey struct {
	tensor weak.Pointer[onnx.Tensor]
	trans  bool
}

type scaledKey struct {
	tensor weak.Pointer[onnx.Tensor]
	op     string
	layout int64  // the group of ConvTranspose, the transB of Gemm
	scale  string // the bytes of the numbers
}

func newWeights() *weights {
	return &weights{
		conv:   map[convKey]weak.Pointer[conv.Weights]{},
		matrix: map[matrixKey]weak.Pointer[f32.PackedB]{},
		scaled: map[scaledKey]weak.Pointer[onnx.Tensor]{},
	}
}

// scale multiplies the weights of node p by a number for each output channel.
func (w *weights) scale(p *onnx.Node, t *onnx.Tensor, scale []float32) *onnx.Tensor {
	key := scaledKey{tensor: weak.Make(t), op: p.Op}
	switch p.Op {
	case "ConvTranspose":
		key.layout = p.Int("group")
	case "Gemm":
		key.layout = p.Int("transB")
	}
	var bytes []byte
	for _, v := range scale {
		bytes = binary.LittleEndian.AppendUint32(bytes, math.Float32bits(v))
	}
	key.scale = string(bytes)
	return shared(w, w.scaled, key, func() *onnx.Tensor {
		data := slices.Clone(elements[float32](t))
		for k := range data {
			data[k] *= scale[outputChannel(p, t.Shape, k)]
		}
		return &onnx.Tensor{Type: t.Type, Shape: t.Shape, Data: data}
	})
}

// packConv lays out constant weights, nil if they are not constant or not to be
// shared.
func (c *compiler) packConv(name string, cv *conv.Conv, p conv.Params) *conv.Weights {
	t := c.constant(name)
	if t == nil || c.weights == nil {
		return nil
	}
	pack := func() *conv.Weights { return cv.Pack(elements[float32](t)) }
	p.N = 0
	return shared(c.weights, c.weights.conv, convKey{weak.Make(t), p}, pack)
}

// packB lays out a constant right operand, nil if it is not constant or not to be
// shared.
func (c *compiler) packB(name string, p product) *f32.PackedB {
	t := c.constant(name)
	if t == nil || c.weights == nil {
		return nil
	}
	_, ldb := p.leading()
	pack := func() *f32.PackedB { return f32.PackB(p.transB, p.k, p.n, elements[float32](t), ldb) }
	return shared(c.weights, c.weights.matrix, matrixKey{weak.Make(t), p.transB}, pack)
}

// shared returns the value of a key, making it if there is none in use.
func shared[K comparable, V any](w *weights, values map[K]weak.Pointer[V], key K, make func() *V) *V {
	w.mu.Lock()
	defer w.mu.Unlock()
	if v := values[key].Value(); v != nil {
		return v
	}
	for k, old := range values {
		if old.Value() == nil {
			delete(values, k)
		}
	}
	v := make()
	values[key] = weak.Make(v)
	return v
}
