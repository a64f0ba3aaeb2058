package onnx

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestRulesSurviveAnything feeds every rule with random inputs and attributes,
// plausible and absurd: an error is fine, a panic or a broken promise is not.
func TestRulesSurviveAnything(t *testing.T) {
	rounds := 400
	if testing.Short() {
		rounds = 40
	}
	r := rand.New(rand.NewPCG(1, 2))
	numbers := []int64{0, 1, 1, 1, 2, 2, 3, 4, -1, -2, 7, 1 << 20, 1 << 40, math.MaxInt64, math.MinInt64, math.MinInt32}
	words := []string{"", "constant", "edge", "reflect", "wrap", "linear", "nearest", "cubic", "CRD", "SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET", "add", "max", "none", "x"}
	some := func(n int) []int64 {
		v := make([]int64, r.IntN(n))
		for i := range v {
			v[i] = numbers[r.IntN(len(numbers))]
			if r.IntN(3) > 0 {
				v[i] = int64(r.IntN(4))
			}
		}
		return v
	}
	kinds := map[string]func() any{
		"axis": nil, "keepdims": nil, "group": nil, "blocksize": nil, "ceil_mode": nil, "allowzero": nil, "num_outputs": nil,
		"k": nil, "batch_dims": nil, "upper": nil, "time_axis": nil, "batch_axis": nil, "exclusive": nil, "reverse": nil, "largest": nil,
		"start": nil, "end": nil, "transA": nil, "transB": nil, "num_groups": nil, "to": nil, "count_include_pad": nil,
		"storage_order": nil, "p": nil, "antialias": nil, "exclude_outside": nil, "align_corners": nil,
	}
	for name := range kinds {
		kinds[name] = func() any { return numbers[r.IntN(len(numbers))] }
	}
	for _, name := range names("axes", "perm", "pads", "strides", "dilations", "kernel_shape", "output_padding", "output_shape", "split", "starts", "ends", "value_ints") {
		kinds[name] = func() any { return some(6) }
	}
	kinds["equation"] = func() any {
		parts := names("ij", "...", "...i", "ii", "jk", ",", "->", "->ij", "", "é")
		return parts[r.IntN(len(parts))] + parts[r.IntN(len(parts))] + parts[r.IntN(len(parts))]
	}
	for _, name := range names("mode", "auto_pad", "reduction") {
		kinds[name] = func() any { return words[r.IntN(len(words))] }
	}
	for name, words := range map[string][]string{
		"coordinate_transformation_mode": names("tf_crop_and_resize", "half_pixel", "align_corners", "tf_half_pixel_for_nn", "x"),
		"keep_aspect_ratio_policy":       names("not_larger", "not_smaller", "x"),
		"padding_mode":                   names("zeros", "border", "reflection", "x"),
	} {
		kinds[name] = func() any { return words[r.IntN(len(words))] }
	}
	kinds["scales"] = func() any {
		return []float32{1, 1, float32(r.NormFloat64()), float32(math.Inf(1)), float32(math.NaN())}[:r.IntN(6)]
	}
	kindNames := slices.Sorted(maps.Keys(kinds))
	shape := func(n int) []int {
		s := make([]int, r.IntN(n))
		for i := range s {
			s[i] = 1 + r.IntN(4)
			if r.IntN(30) == 0 {
				s[i] = 0
			}
		}
		return s
	}
	done := 0
	for _, op := range slices.Sorted(maps.Keys(lowerings)) {
		for range rounds {
			in := []ValueInfo{input("x", append([]int{2}, shape(5)...)...)}
			consts := map[string]*Tensor{}
			inputs := names("x")
			if r.IntN(8) == 0 {
				inputs = nil
			}
			for k := range max(r.IntN(7)-2, 0) {
				name := string(rune('a' + k))
				switch r.IntN(5) {
				case 0:
					name = ""
				case 1:
					consts[name] = NewTensor(Float32, shape(5), nil)
				case 2:
					consts[name] = ints(some(5)...)
				case 3:
					consts[name] = floats([]int{4}, 1, 1, float32(r.ExpFloat64()), 2)
				case 4:
					name = "x"
				}
				inputs = append(inputs, name)
			}
			a := attrs{}
			for range max(r.IntN(6)-2, 0) {
				name := kindNames[r.IntN(len(kindNames))]
				a[name] = kinds[name]()
			}
			outputs := names("y", "y2", "y3")[:1+max(r.IntN(6)-3, 0)]
			m := model(int64(7+r.IntN(20)), in, consts, node(op, inputs, outputs, a))
			func() {
				defer func() {
					if p := recover(); p != nil {
						t.Fatalf("%s%v%v in opset %d: %v; constants %v, input %v", op, inputs, a, m.Opsets[""], p, consts, in)
					}
				}()
				if s, err := m.specialize(2, nil, zeros, 1<<12); err == nil {
					requireCanonical(t, s)
					done++
				}
			}()
		}
	}
	if done < 5*rounds {
		t.Errorf("only %d random nodes were valid: the test tests nothing", done)
	}
}
