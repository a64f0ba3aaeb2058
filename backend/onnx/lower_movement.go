package onnx

import "slices"

// lowerMovement holds operators that rearrange whole values.
var lowerMovement = map[string]lowerRule{
	"Reshape":      lowerReshape,
	"Flatten":      lowerFlatten,
	"Squeeze":      lowerSqueeze,
	"Unsqueeze":    lowerUnsqueeze,
	"Expand":       lowerExpand,
	"Tile":         lowerTile,
	"Transpose":    lowerTranspose,
	"Concat":       lowerConcat,
	"Split":        lowerSplit,
	"DepthToSpace": lowerDepthToSpace,
	"SpaceToDepth": lowerSpaceToDepth,
}

// reshaped emits the node's output: x in another shape.
func (l *lowering) reshaped(x string, shape []int) []string {
	return []string{l.reshape(l.own(0), x, shape)}
}

func lowerReshape(l *lowering) []string {
	l.arity(2, 2)
	x := l.arg(0)
	from, to := l.shape(x), slices.Clone(l.constInts(1))
	keepZero := l.attrInt("allowzero", 0) != 0
	open, rest := -1, 1
	for d, v := range to {
		switch {
		case v == -1 && open < 0:
			open = d
			continue
		case v == 0 && !keepZero:
			if d >= len(from) {
				failf("it cannot copy dimension %d of shape %v", d, from)
			}
			to[d] = int64(from[d])
		case v < 0 || v > maxElements:
			failf("it cannot reshape %v to %v", from, to)
		}
		if to[d] != 0 && rest > maxElements/int(to[d]) {
			failf("it cannot reshape %v to %v", from, to)
		}
		rest *= int(to[d])
	}
	if open >= 0 {
		n := product(from)
		if rest == 0 || n%rest != 0 {
			failf("it cannot reshape %d elements of shape %v to %v", n, from, to)
		}
		to[open] = int64(n / rest)
	}
	return l.reshaped(x, toInts(to))
}

func lowerFlatten(l *lowering) []string {
	l.arity(1, 1)
	x := l.arg(0)
	shape := l.shape(x)
	a := l.attrInt("axis", 1)
	if a != int64(len(shape)) { // the end is allowed here
		a = int64(axis(a, max(len(shape), 1)))
	}
	return l.reshaped(x, []int{product(shape[:a]), product(shape[a:])})
}

// listed is a list that was an attribute before the given opset and is the
// k-th input, a constant, from then on; false where it is omitted.
func (l *lowering) listed(name string, k int, input int64) ([]int64, bool) {
	if l.opset < input {
		l.arity(1, k)
		return l.attrInts(name, nil), l.hasAttr(name)
	}
	l.arity(1, k+1)
	if !l.has(k) {
		return nil, false
	}
	return l.constInts(k), true
}

func lowerSqueeze(l *lowering) []string {
	x := l.arg(0)
	from := l.shape(x)
	list, ok := l.listed("axes", 1, 13)
	gone := axes(list, len(from))
	to := make([]int, 0, len(from))
	for d, n := range from {
		named := slices.Contains(gone, d)
		if named && n != 1 {
			failf("it cannot drop axis %d of shape %v", d, from)
		}
		if !named && (ok || n != 1) {
			to = append(to, n)
		}
	}
	return l.reshaped(x, to)
}

func lowerUnsqueeze(l *lowering) []string {
	x := l.arg(0)
	from := l.shape(x)
	list, ok := l.listed("axes", 1, 13)
	if !ok || len(from)+len(list) > maxRank {
		failf("its axes %v are missing or too many", list)
	}
	added := axes(list, len(from)+len(list))
	to := make([]int, len(from)+len(list))
	for d, k := 0, 0; d < len(to); d++ {
		if slices.Contains(added, d) {
			to[d] = 1
			continue
		}
		to[d] = from[k]
		k++
	}
	return l.reshaped(x, to)
}

func lowerExpand(l *lowering) []string {
	l.arity(2, 2)
	return l.expanded(l.arg(0), toInts(l.constInts(1)))
}

// expanded emits the node's output: x broadcast with a shape.
func (l *lowering) expanded(x string, with []int) []string {
	from := l.shape(x)
	to := broadcastShapes(from, with)
	if slices.Equal(from, to) {
		return []string{x}
	}
	return l.result("Expand", nil, x, l.ints("shape", toInt64s(to)))
}

// lowerTile expands over new axes between the old ones.
func lowerTile(l *lowering) []string {
	l.arity(2, 2)
	x, repeats := l.arg(0), toInts(l.constInts(1))
	from := l.shape(x)
	if len(repeats) != len(from) {
		failf("its %d repeats do not fit shape %v", len(repeats), from)
	}
	var apart, wide []int
	to := make([]int, len(from))
	for d, r := range repeats {
		apart = append(apart, 1, from[d])
		wide = append(wide, r, from[d])
		if from[d] != 0 && r > maxElements/from[d] {
			failf("it cannot repeat shape %v by %v", from, repeats)
		}
		to[d] = r * from[d]
	}
	if slices.Equal(from, to) {
		return []string{x}
	}
	y := l.reshape(l.tmp("apart"), x, apart)
	y = l.emit(l.temp("expanded"), "Expand", nil, y, l.ints("repeats", toInt64s(wide)))
	return l.reshaped(y, to)
}

func lowerTranspose(l *lowering) []string {
	l.arity(1, 1)
	x := l.arg(0)
	perm := make([]int64, len(l.shape(x)))
	for d := range perm {
		perm[d] = int64(len(perm) - 1 - d)
	}
	return []string{l.transpose(l.own(0), x, l.attrInts("perm", perm))}
}

// transpose permutes the axes of x; it emits nothing where they stay in place.
func (l *lowering) transpose(name func() string, x string, perm []int64) string {
	moved := len(perm) != len(l.shape(x))
	for d, p := range perm {
		moved = moved || p != int64(d)
	}
	if !moved {
		return x
	}
	return l.emit(name(), "Transpose", map[string]any{"perm": perm}, x)
}

func lowerConcat(l *lowering) []string {
	l.arity(1, len(l.in))
	rank := len(l.shape(l.arg(0)))
	a := axis(l.attrInt("axis", 0), rank)
	var parts []string
	for k := range l.in {
		if x := l.arg(k); len(l.shape(x)) != rank || l.shape(x)[a] != 0 {
			parts = append(parts, x)
		}
	}
	switch len(parts) {
	case 0:
		return []string{l.arg(0)}
	case 1:
		return parts
	}
	return l.result("Concat", map[string]any{"axis": int64(a)}, parts...)
}

func lowerSplit(l *lowering) []string {
	x := l.arg(0)
	a := axis(l.attrInt("axis", 0), len(l.shape(x)))
	sizes, ok := l.listed("split", 1, 13)
	if !ok {
		sizes = l.equalParts(l.shape(x)[a])
	}
	if len(sizes) != len(l.n.Outputs) {
		failf("it cannot split axis %d of shape %v into %d parts of %v", a, l.shape(x), len(l.n.Outputs), sizes)
	}
	outs := make([]string, len(sizes))
	var parts []string
	var extents []int64
	for k, n := range sizes {
		outs[k] = x
		switch n {
		case int64(l.shape(x)[a]): // all of it: the other parts are empty
		case 0:
			shape := slices.Clone(l.shape(x))
			shape[a] = 0
			outs[k] = l.define(l.out(k), NewTensor(l.typeOf(x), shape, nil))
		default:
			outs[k] = l.out(k)
			parts, extents = append(parts, outs[k]), append(extents, n)
		}
	}
	if len(parts) > 0 {
		l.emitAll(parts, "Split", map[string]any{"axis": int64(a)}, x, l.ints("split", extents))
	}
	return outs
}

// equalParts splits an extent over the node's outputs; from opset 18 on the
// last part may be smaller.
func (l *lowering) equalParts(extent int) []int64 {
	parts := len(l.n.Outputs)
	if l.opset >= 18 {
		parts = int(l.attrInt("num_outputs", int64(parts)))
	}
	if parts != len(l.n.Outputs) || parts == 0 || parts > extent || l.opset < 18 && extent%parts != 0 {
		failf("it cannot split an extent of %d into %d parts", extent, parts)
	}
	size := (extent + parts - 1) / parts
	sizes := make([]int64, parts)
	for k := range sizes {
		sizes[k] = int64(size)
	}
	sizes[parts-1] = int64(extent - size*(parts-1))
	if sizes[parts-1] < 1 {
		failf("it cannot split an extent of %d into %d parts of %d", extent, parts, size)
	}
	return sizes
}

// lowerDepthToSpace moves channels into blocks of pixels (pixel shuffle).
func lowerDepthToSpace(l *lowering) []string {
	x, b := l.blocks()
	s := l.shape(x)
	if s[1]%(b*b) != 0 {
		failf("it cannot move %d channels into blocks of %d×%d", s[1], b, b)
	}
	c := s[1] / (b * b)
	split, perm := []int{s[0], b, b, c, s[2], s[3]}, []int64{0, 3, 4, 1, 5, 2}
	switch mode := l.attrStr("mode", "DCR"); mode {
	case "DCR":
	case "CRD":
		split, perm = []int{s[0], c, b, b, s[2], s[3]}, []int64{0, 1, 4, 2, 5, 3}
	default:
		unsupportedNode("its mode %q is unknown to lcfv", mode)
	}
	y := l.reshape(l.tmp("blocks"), x, split)
	y = l.transpose(l.tmp("moved"), y, perm)
	return l.reshaped(y, []int{s[0], c, s[2] * b, s[3] * b})
}

// lowerSpaceToDepth moves blocks of pixels into channels.
func lowerSpaceToDepth(l *lowering) []string {
	x, b := l.blocks()
	s := l.shape(x)
	if s[2]%b != 0 || s[3]%b != 0 {
		failf("it cannot cut shape %v into blocks of %d×%d", s, b, b)
	}
	perm := []int64{0, 3, 5, 1, 2, 4}
	switch mode := l.attrStr("mode", "DCR"); mode { // an attribute since opset 28
	case "DCR":
	case "CRD":
		perm = []int64{0, 1, 3, 5, 2, 4}
	default:
		unsupportedNode("its mode %q is unknown to lcfv", mode)
	}
	y := l.reshape(l.tmp("blocks"), x, []int{s[0], s[1], s[2] / b, b, s[3] / b, b})
	y = l.transpose(l.tmp("moved"), y, perm)
	return l.reshaped(y, []int{s[0], s[1] * b * b, s[2] / b, s[3] / b})
}

// blocks reads what the two operators above share.
func (l *lowering) blocks() (x string, size int) {
	l.arity(1, 1)
	x = l.arg(0)
	b := l.attrInt("blocksize", 0)
	if len(l.shape(x)) != 4 || b < 1 || b > 1024 {
		failf("it cannot work on shape %v in blocks of %d", l.shape(x), b)
	}
	return x, int(b)
}
