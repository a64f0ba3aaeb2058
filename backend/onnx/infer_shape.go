package onnx

import (
	"math"
	"slices"
)

// inferShape holds the operators that move elements without changing them.
var inferShape = map[string]inferRule{
	"Reshape":   inferReshape,
	"Expand":    inferExpand,
	"Transpose": inferTranspose,
	"Concat":    inferConcat,
	"Split":     inferSplit,
	"Slice":     inferSlice,
	"Pad":       inferPad,
}

func inferReshape(i *inference) []TensorType {
	x, shape := i.arg(0), toInts(i.ints(1))
	if n, ok := elements(shape); !ok || n != x.Len() {
		failf("it cannot reshape %d elements of shape %v to %v", x.Len(), x.Shape, shape)
	}
	return one(x.Type, shape)
}

func inferExpand(i *inference) []TensorType {
	x, shape := i.arg(0), toInts(i.ints(1))
	if !slices.Equal(broadcastShapes(x.Shape, shape), shape) {
		failf("it cannot expand shape %v to %v", x.Shape, shape)
	}
	return one(x.Type, shape)
}

func inferTranspose(i *inference) []TensorType {
	x, perm := i.arg(0), i.attrInts("perm")
	shape := make([]int, len(perm))
	seen := make([]bool, len(perm))
	if len(perm) != len(x.Shape) {
		failf("its permutation %v does not fit shape %v", perm, x.Shape)
	}
	for k, p := range perm {
		if p < 0 || p >= int64(len(perm)) || seen[p] {
			failf("its permutation %v is none", perm)
		}
		seen[p] = true
		shape[k] = x.Shape[p]
	}
	return one(x.Type, shape)
}

func inferConcat(i *inference) []TensorType {
	first := i.arg(0)
	axis := i.axis("axis", len(first.Shape))
	shape := slices.Clone(first.Shape)
	for k := 1; k < len(i.in); k++ {
		x := i.arg(k)
		same := x.Type == first.Type && len(x.Shape) == len(shape)
		for d := range shape {
			same = same && (d == axis || x.Shape[d] == shape[d])
		}
		if !same {
			failf("it cannot join %v and %v along axis %d", first, x, axis)
		}
		shape[axis] += x.Shape[axis]
	}
	return one(first.Type, shape)
}

func inferSplit(i *inference) []TensorType {
	x, sizes := i.arg(0), toInts(i.ints(1))
	axis := i.axis("axis", len(x.Shape))
	types := make([]TensorType, len(sizes))
	left := x.Shape[axis]
	for k, n := range sizes {
		left -= n
		shape := slices.Clone(x.Shape)
		shape[axis] = n
		types[k] = TensorType{x.Type, shape}
	}
	if left != 0 || len(sizes) != len(i.n.Outputs) {
		failf("it cannot split axis %d of shape %v into %d parts of %v", axis, x.Shape, len(i.n.Outputs), sizes)
	}
	return types
}

func inferSlice(i *inference) []TensorType {
	x := i.arg(0)
	starts, ends, axes, steps := i.ints(1), i.ints(2), i.ints(3), i.ints(4)
	if len(ends) != len(starts) || len(axes) != len(starts) || len(steps) != len(starts) {
		failf("its starts, ends, axes and steps differ in length")
	}
	shape := slices.Clone(x.Shape)
	seen := make([]bool, len(shape))
	for k, a := range axes {
		if a < 0 || a >= int64(len(shape)) || seen[a] {
			failf("its axes %v do not fit shape %v", axes, x.Shape)
		}
		seen[a] = true
		start, end, n := clampSlice(starts[k], ends[k], steps[k], int64(shape[a]))
		if start != starts[k] || end != ends[k] {
			failf("its bounds [%d,%d) are not clamped to the extent %d", starts[k], ends[k], shape[a])
		}
		shape[a] = int(n)
	}
	return one(x.Type, shape)
}

// clampSlice maps the bounds of a slice, counted from the end where negative,
// into an axis of extent n, and returns the number of elements taken. Where a
// negative step goes through element 0 the end is math.MinInt64, because -1
// would mean the last element.
func clampSlice(start, end, step, n int64) (first, last, count int64) {
	if step == 0 || step == math.MinInt64 {
		failf("its step %d is impossible", step)
	}
	if start < 0 {
		start += n // start ≥ MinInt64, n ≥ 0: no overflow
	}
	if step > 0 {
		if end < 0 {
			end += n
		}
		start = min(max(start, 0), n)
		end = min(max(end, start), n)
		return start, end, steps(end-start, step)
	}
	if n == 0 {
		return 0, 0, 0
	}
	start = min(max(start, 0), n-1)
	if end < 0 && end != math.MinInt64 {
		end += n
	}
	if end < 0 {
		return start, math.MinInt64, steps(start+1, -step)
	}
	end = min(end, start)
	return start, end, steps(start-end, -step)
}

// steps is how many steps of the given size start within a distance.
func steps(distance, step int64) int64 {
	if distance <= 0 {
		return 0
	}
	return (distance-1)/step + 1
}

func inferPad(i *inference) []TensorType {
	x, pads := i.arg(0), toInts(i.ints(1))
	mode, rank := i.attrStr("mode"), len(x.Shape)
	if len(pads) != 2*rank {
		failf("its %d pads do not fit shape %v", len(pads), x.Shape)
	}
	if i.has(2) {
		if c := i.constant(2); c.Type != x.Type || len(c.Shape) != 0 {
			failf("its padding value must be a scalar of type %v, not %v", x.Type, c.TensorType())
		}
	}
	shape := make([]int, rank)
	for d, n := range x.Shape {
		before, after := pads[d], pads[rank+d]
		switch limit := max(before, after); {
		case mode == "constant":
		case mode == "reflect" && limit < n, limit == 0:
		case mode == "edge" && n > 0, mode == "wrap" && limit <= n:
		case mode == "reflect" || mode == "edge" || mode == "wrap":
			failf("it cannot pad extent %d by %d and %d in mode %s", n, before, after, mode)
		default:
			unsupportedNode("its mode %q is unknown to lcfv", mode)
		}
		shape[d] = n + before + after
	}
	return one(x.Type, shape)
}
