package onnx

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
)

// wire builds the bytes of a file by hand, to test forms that Marshal does not
// write.
type wire struct{ encoder }

func (w *wire) packed(id protowire.Number, v ...uint64) {
	var b []byte
	for _, x := range v {
		b = protowire.AppendVarint(b, x)
	}
	w.bytes(id, b)
}

func (w *wire) fixed32(id protowire.Number, v float32) {
	w.b = protowire.AppendTag(w.b, id, protowire.Fixed32Type)
	w.b = protowire.AppendFixed32(w.b, math.Float32bits(v))
}

func (w *wire) fixed64(id protowire.Number, v float64) {
	w.b = protowire.AppendTag(w.b, id, protowire.Fixed64Type)
	w.b = protowire.AppendFixed64(w.b, math.Float64bits(v))
}

func (w *wire) pair(id protowire.Number, key, value string) {
	w.msg(id, func() { w.text(1, key); w.text(2, value) })
}

// withTensor is a file with one initializer "w", whose fields body writes.
func withTensor(body func(w *wire)) []byte {
	var w wire
	w.int(1, 8)
	w.msg(7, func() {
		w.text(2, "g")
		w.msg(5, func() {
			w.text(8, "w")
			body(&w)
		})
		w.msg(12, func() { w.text(1, "w") })
	})
	w.msg(8, func() { w.int(2, 13) })
	return w.b
}

func TestTensorEncodings(t *testing.T) {
	neg := func(v int64) uint64 { return uint64(v) }
	for name, c := range map[string]struct {
		body func(w *wire)
		want *Tensor
	}{
		"float_data packed":   {func(w *wire) { w.int(1, 2); w.int(2, 1); w.bytes(4, appendRaw(nil, []float32{1, 2})) }, floats([]int{2}, 1, 2)},
		"float_data unpacked": {func(w *wire) { w.int(2, 1); w.int(1, 2); w.fixed32(4, 1); w.fixed32(4, 2) }, floats([]int{2}, 1, 2)},
		"double_data":         {func(w *wire) { w.packed(1, 1, 1); w.int(2, 11); w.fixed64(10, -3) }, NewTensor(Float64, []int{1, 1}, []float64{-3})},
		"double_data packed":  {func(w *wire) { w.int(1, 1); w.int(2, 11); w.bytes(10, appendRaw(nil, []float64{-3})) }, NewTensor(Float64, []int{1}, []float64{-3})},
		"int64_data":          {func(w *wire) { w.int(1, 2); w.int(2, 7); w.packed(7, neg(-1), 5) }, ints(-1, 5)},
		"int64_data unpacked": {func(w *wire) { w.int(1, 2); w.int(2, 7); w.int(7, -1); w.int(7, 5) }, ints(-1, 5)},
		"int32_data":          {func(w *wire) { w.int(2, 6); w.packed(5, neg(-7)) }, NewTensor(Int32, []int{}, []int32{-7})},
		"int32_data int16":    {func(w *wire) { w.int(1, 1); w.int(2, 5); w.packed(5, neg(-7)) }, NewTensor(Int16, []int{1}, []int16{-7})},
		"int32_data int8":     {func(w *wire) { w.int(1, 1); w.int(2, 3); w.packed(5, neg(-7)) }, NewTensor(Int8, []int{1}, []int8{-7})},
		"int32_data uint8":    {func(w *wire) { w.int(1, 1); w.int(2, 2); w.packed(5, 255) }, NewTensor(Uint8, []int{1}, []uint8{255})},
		"int32_data uint16":   {func(w *wire) { w.int(1, 1); w.int(2, 4); w.packed(5, 65535) }, NewTensor(Uint16, []int{1}, []uint16{65535})},
		"int32_data bool":     {func(w *wire) { w.int(1, 2); w.int(2, 9); w.packed(5, 0, 1) }, NewTensor(Bool, []int{2}, []bool{false, true})},
		"int32_data float16":  {func(w *wire) { w.int(1, 1); w.int(2, 10); w.packed(5, 0x3c00) }, NewTensor(Float16, []int{1}, []uint16{0x3c00})},
		"int32_data bfloat16": {func(w *wire) { w.int(1, 1); w.int(2, 16); w.packed(5, 0x3f80) }, NewTensor(BFloat16, []int{1}, []uint16{0x3f80})},
		"uint64_data":         {func(w *wire) { w.int(1, 1); w.int(2, 13); w.packed(11, math.MaxUint64) }, NewTensor(Uint64, []int{1}, []uint64{math.MaxUint64})},
		"uint64_data uint32":  {func(w *wire) { w.int(1, 1); w.int(2, 12); w.packed(11, math.MaxUint32) }, NewTensor(Uint32, []int{1}, []uint32{math.MaxUint32})},
		"string_data":         {func(w *wire) { w.int(1, 1); w.int(2, 8); w.text(6, "a") }, NewTensor(String, []int{1}, []string{"a"})},
		"empty":               {func(w *wire) { w.int(1, 0); w.int(2, 1) }, floats([]int{0}, []float32{}...)},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := Parse(withTensor(c.body), nil)
			require.NoError(t, err)
			require.Equal(t, c.want.TensorType(), m.Graph.Initializers["w"].TensorType())
			require.EqualValues(t, c.want.Data, m.Graph.Initializers["w"].Data)
		})
	}
}

func TestBadTensors(t *testing.T) {
	huge := uint64(math.MaxInt64)
	for name, c := range map[string]struct {
		body func(w *wire)
		kind error
		says string
	}{
		"short raw":        {func(w *wire) { w.int(1, 2); w.int(2, 1); w.bytes(9, make([]byte, 7)) }, ErrFormat, "truncated"},
		"short list":       {func(w *wire) { w.int(1, 2); w.int(2, 7); w.packed(7, 1) }, ErrFormat, `tensor "w": it holds 1 elements where its shape asks for 2`},
		"huge":             {func(w *wire) { w.packed(1, huge, huge); w.int(2, 1) }, ErrFormat, "impossible"},
		"overflow":         {func(w *wire) { w.packed(1, 1<<30, 1<<30, 1<<30); w.int(2, 1) }, ErrFormat, "impossible"},
		"huge and empty":   {func(w *wire) { w.packed(1, 0, huge); w.int(2, 1) }, ErrFormat, "impossible"},
		"negative":         {func(w *wire) { w.int(1, -1); w.int(2, 1) }, ErrFormat, "impossible"},
		"large, not there": {func(w *wire) { w.int(1, 1<<30); w.int(2, 1); w.bytes(9, nil) }, ErrFormat, "truncated"},
		"rank":             {func(w *wire) { w.packed(1, make([]uint64, 1000)...); w.int(2, 1) }, ErrUnsupported, "1000 dimensions"},
		"complex":          {func(w *wire) { w.int(2, 14) }, ErrUnsupported, "type 14"},
		"no type":          {func(w *wire) { w.int(1, 0) }, ErrUnsupported, "undefined"},
		"segment":          {func(w *wire) { w.msg(3, func() {}) }, ErrUnsupported, "segments"},
		"odd floats":       {func(w *wire) { w.int(1, 1); w.int(2, 1); w.bytes(4, make([]byte, 5)) }, ErrFormat, "list of floats"},
		"wrong wire type":  {func(w *wire) { w.int(1, 1); w.int(2, 1); w.int(9, 5) }, ErrFormat, "not a message"},
		"NaN":              {func(w *wire) { w.int(1, 2); w.int(2, 1); w.fixed32(4, 1); w.fixed32(4, float32(math.NaN())) }, ErrFormat, `initializer "w" holds NaN (element 1`},
		"NaN float64":      {func(w *wire) { w.int(1, 1); w.int(2, 11); w.fixed64(10, math.NaN()) }, ErrFormat, "NaN"},
		"NaN float16":      {func(w *wire) { w.int(1, 1); w.int(2, 10); w.packed(5, 0xfe00) }, ErrFormat, "NaN"},
		"NaN bfloat16":     {func(w *wire) { w.int(1, 1); w.int(2, 16); w.packed(5, 0x7fc0) }, ErrFormat, "NaN"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(withTensor(c.body), nil)
			require.ErrorIs(t, err, c.kind)
			require.ErrorContains(t, err, c.says)
			require.NotContains(t, err.Error(), "\n")
		})
	}
	_, err := Parse(withTensor(func(w *wire) { w.int(2, 1); w.fixed32(4, float32(math.Inf(1))) }), nil)
	require.NoError(t, err, "infinities are masks, not accidents")
}

func TestExternalData(t *testing.T) {
	file := func(pairs ...string) []byte {
		return withTensor(func(w *wire) {
			w.int(1, 2)
			w.int(2, 1)
			w.int(14, 1)
			for i := 0; i < len(pairs); i += 2 {
				w.pair(13, pairs[i], pairs[i+1])
			}
		})
	}
	dir := fstest.MapFS{"data/w.bin": {Data: appendRaw(nil, []float32{1, 2, 3})}}
	data := file("location", "data/w.bin", "offset", "4", "length", "8")
	m, err := Parse(data, dir)
	require.NoError(t, err)
	require.Equal(t, floats([]int{2}, 2, 3), m.Graph.Initializers["w"])
	sum := sha256.Sum256(append(data, dir["data/w.bin"].Data...))
	require.Equal(t, hex.EncodeToString(sum[:]), m.SHA256)

	m, err = Parse(file("location", "./data/w.bin"), dir)
	require.NoError(t, err)
	require.Equal(t, floats([]int{2}, 1, 2), m.Graph.Initializers["w"], "without a length the shape decides")

	for _, c := range []struct {
		pairs []string
		kind  error
		says  string
	}{
		{[]string{"location", "../w.bin"}, ErrFormat, "outside the model's folder"},
		{[]string{"location", `data\..\..\w.bin`}, ErrFormat, "outside the model's folder"},
		{[]string{"location", "/etc/passwd"}, ErrFormat, "outside the model's folder"},
		{[]string{"location", `C:\w.bin`}, ErrFormat, "outside the model's folder"},
		{[]string{"location", ""}, ErrFormat, "no location"},
		{[]string{"location", "other.bin"}, fs.ErrNotExist, `cannot read its external data "other.bin"`},
		{[]string{"location", "data/w.bin", "offset", "8", "length", "8"}, ErrFormat, "truncated"},
		{[]string{"location", "data/w.bin", "offset", "-8"}, ErrFormat, "truncated"},
		{[]string{"location", "data/w.bin", "offset", "9223372036854775807", "length", "9223372036854775807"}, ErrFormat, "truncated"},
		{[]string{"location", "data/w.bin", "length", "x"}, ErrFormat, "truncated"},
		{[]string{"location", "data/w.bin", "length", "12"}, ErrFormat, "12 bytes where its shape asks for 8"},
	} {
		_, err := Parse(file(c.pairs...), dir)
		require.ErrorIs(t, err, c.kind, c.pairs)
		require.ErrorContains(t, err, c.says)
		require.ErrorContains(t, err, `tensor "w"`)
	}
	_, err = Parse(data, nil)
	require.ErrorIs(t, err, ErrUnsupported)
	require.ErrorContains(t, err, "save it as one file")
}

func TestReadErrors(t *testing.T) {
	dir := t.TempDir()
	_, err := Read(filepath.Join(dir, "none.onnx"))
	require.ErrorIs(t, err, fs.ErrNotExist)

	good, err := reluModel().Marshal()
	require.NoError(t, err)
	for name, data := range map[string][]byte{
		"empty": {}, "text": []byte("version https://git-lfs.github.com/spec/v1\n"), "cut": good[:len(good)-3],
	} {
		path := filepath.Join(dir, name+".onnx")
		require.NoError(t, os.WriteFile(path, data, 0o600))
		_, err := Read(path)
		require.ErrorIs(t, err, ErrFormat, name)
		require.ErrorContains(t, err, path)
		require.Equal(t, 1, len(strings.Split(err.Error(), "\n")))
	}
	for n := range good { // no prefix may crash the reader
		_, _ = Parse(good[:n], nil)
	}
}

func TestUnsupportedParts(t *testing.T) {
	graph := func(w *wire, body func()) { w.msg(7, body) }
	for says, body := range map[string]func(w *wire){
		"functions of its own": func(w *wire) { w.msg(25, func() {}) },
		"sparse initializers":  func(w *wire) { graph(w, func() { w.msg(15, func() {}) }) },
		"sequence": func(w *wire) {
			graph(w, func() { w.msg(11, func() { w.text(1, "x"); w.msg(2, func() { w.msg(4, func() {}) }) }) })
		},
		"of kind 11": func(w *wire) {
			graph(w, func() { w.msg(1, func() { w.text(4, "Constant"); w.msg(5, func() { w.text(1, "a"); w.int(20, 11) }) }) })
		},
		"nested deeper": func(w *wire) {
			var nest func(depth int)
			nest = func(depth int) {
				w.msg(1, func() {
					w.text(4, "If")
					w.msg(5, func() {
						w.text(1, "then_branch")
						w.msg(6, func() {
							if depth > 0 {
								nest(depth - 1)
							}
						})
					})
				})
			}
			graph(w, func() { nest(2 * maxDepth) })
		},
	} {
		var w wire
		w.msg(8, func() { w.int(2, 13) })
		body(&w)
		_, err := Parse(w.b, nil)
		require.ErrorIs(t, err, ErrUnsupported, says)
		require.ErrorContains(t, err, says)
	}
}

// reluModel is the smallest model there is.
func reluModel() *Model {
	return model(13, []ValueInfo{input("x", -1, 3)}, nil, node("Relu", names("x"), names("y"), nil))
}

func TestRoundTrip(t *testing.T) {
	sub := &Graph{
		Name:         "sub",
		Nodes:        []*Node{node("Neg", names("x"), names("b"), nil)},
		Outputs:      []ValueInfo{typedInput("b", Float32)},
		Initializers: map[string]*Tensor{},
	}
	consts := map[string]*Tensor{}
	for typ := range typeNames {
		if typ != Undefined {
			consts[fmt.Sprint("c", typ)] = NewTensor(typ, []int{2, 2}, nil)
		}
	}
	consts["values"] = NewTensor(Int64, []int{3}, []int64{math.MinInt64, -1, math.MaxInt64})
	consts["empty"] = NewTensor(Float32, []int{0, 3}, nil)
	m := model(17, []ValueInfo{input("x", -1, 3, -1), {Name: "unranked", Type: Float64}, typedInput("scalar", Bool)}, consts,
		&Node{Name: "n", Op: "Everything", Domain: "my.domain", Inputs: names("x", "", "values"), Outputs: names("y", ""), Attrs: attrs{
			"f": float32(-.5), "i": int64(-3), "s": "bytes\xff", "t": ints(1, 2), "g": sub,
			"floats": []float32{1, 2}, "ints": []int64{-1, 0}, "strings": []string{"", "b"}, "none": []int64{}, "zero": float32(0),
		}})
	m.Opsets["my.domain"] = 3
	m.Metadata = map[string]string{"lcfv.prior": "normal", "empty": ""}
	m.Producer, m.ProducerVersion, m.Doc = "p", "1", "doc"
	data, err := m.Marshal()
	require.NoError(t, err)
	back, err := Parse(data, nil)
	require.NoError(t, err)
	sum := sha256.Sum256(data)
	require.Equal(t, hex.EncodeToString(sum[:]), back.SHA256)
	back.SHA256 = ""
	require.Equal(t, m, back)

	again, err := back.Marshal()
	require.NoError(t, err)
	require.Equal(t, data, again, "the same model gives the same bytes")
}

func TestOldFilesListInitializersAsInputs(t *testing.T) {
	m := model(9, []ValueInfo{input("x", -1, 1)}, map[string]*Tensor{"w": scalar(2)}, node("Mul", names("x", "w"), names("y"), nil))
	m.IRVersion = 3
	data, err := m.Marshal()
	require.NoError(t, err)
	back, err := Parse(data, nil)
	require.NoError(t, err)
	require.Equal(t, m.Graph.Inputs, back.Graph.Inputs, "an initializer is no input")
	newer := *m
	newer.IRVersion = 4
	short, err := newer.Marshal()
	require.NoError(t, err)
	require.Less(t, len(short), len(data), "the old version declares w twice")
}

func TestMarshalRefuses(t *testing.T) {
	_, err := (&Model{}).Marshal()
	require.ErrorIs(t, err, ErrFormat)
	m := reluModel()
	m.Graph.Nodes[0].Attrs["bad"] = 1
	_, err = m.Marshal()
	require.ErrorContains(t, err, `attribute "bad" is int`)
	m = reluModel()
	m.Graph.Initializers["w"] = &Tensor{Type: Float32, Shape: []int{2}, Data: []float32{1}}
	_, err = m.Marshal()
	require.ErrorContains(t, err, `tensor "w"`)
	require.ErrorContains(t, reluModel().Write(filepath.Join(t.TempDir(), "no", "dir.onnx")), "choose another place")
}
