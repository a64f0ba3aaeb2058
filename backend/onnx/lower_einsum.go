package onnx

import (
	"slices"
	"strings"
)

// term is a value of an Einsum whose axes have letters. Axes of an ellipsis get
// the labels −1−d, d counted from the last of them.
type term struct {
	x      string
	labels []rune
}

// einsum is an Einsum being rewritten.
type einsum struct {
	*lowering
	extents map[rune]int
}

// lowerEinsum combines the operands one after another, each pair by a matrix
// product or, where no axis is summed over, by a product of elements.
func lowerEinsum(l *lowering) []string {
	l.arity(1, len(l.in))
	equation := strings.ReplaceAll(l.attrStr("equation", ""), " ", "")
	left, right, explicit := strings.Cut(equation, "->")
	subscripts := strings.Split(left, ",")
	if len(subscripts) != len(l.in) {
		failf("its equation %q is for %d inputs, it has %d", equation, len(subscripts), len(l.in))
	}
	e := &einsum{l, map[rune]int{}}
	terms := make([]term, len(l.in))
	for k, s := range subscripts {
		terms[k] = term{l.arg(k), e.labels(s, len(l.shape(l.arg(k))))}
		e.measure(terms[k])
	}
	out := e.implicit(terms)
	if explicit {
		out = e.labels(right, -1)
	}
	for k, r := range out {
		if _, ok := e.extents[r]; !ok || slices.Contains(out[:k], r) {
			failf("its equation %q asks for an axis %q that it does not have once", equation, r)
		}
	}
	for k, t := range terms {
		terms[k] = e.diagonals(e.dropRepeated(t))
	}
	acc := terms[0]
	for k, t := range terms[1:] {
		needed := slices.Clone(out)
		for _, later := range terms[k+2:] {
			needed = append(needed, later.labels...)
		}
		acc = e.combine(acc, t, needed)
	}
	return []string{e.finish(acc, out)}
}

// labels reads the subscripts of an operand of the given rank, or of the output
// for rank −1, whose ellipsis has all axes that operands' ellipses have.
func (e *einsum) labels(s string, rank int) []rune {
	before, after, ellipsis := strings.Cut(s, "...")
	var labels []rune
	add := func(s string) {
		for _, r := range s {
			if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
				failf("its equation has %q where a letter is expected", r)
			}
			labels = append(labels, r)
		}
	}
	add(before)
	if ellipsis {
		n := rank - len(before) - len(after)
		if rank < 0 {
			n = e.broadcastAxes()
		}
		for d := n - 1; d >= 0; d-- {
			labels = append(labels, rune(-1-d))
		}
	}
	add(after)
	if rank >= 0 && len(labels) != rank {
		failf("its subscripts %q do not fit %d dimensions", s, rank)
	}
	return labels
}

// broadcastAxes is the number of axes of the longest ellipsis.
func (e *einsum) broadcastAxes() int {
	n := 0
	for e.extents[rune(-1-n)] > 0 {
		n++
	}
	return n
}

// measure notes the extents of axes; one of 1 is repeated.
func (e *einsum) measure(t term) {
	for d, r := range t.labels {
		n := e.shape(t.x)[d]
		if n == 0 {
			unsupportedNode("its inputs are empty")
		}
		if old, ok := e.extents[r]; ok && old != 1 && n != 1 && n != old {
			failf("its axes %q have extents %d and %d", r, old, n)
		}
		e.extents[r] = max(e.extents[r], n)
	}
}

// implicit is the output of an equation without "->": the axes of ellipses, then
// the letters that occur once, in order.
func (e *einsum) implicit(terms []term) []rune {
	count := map[rune]int{}
	for _, t := range terms {
		for _, r := range t.labels {
			count[r]++
		}
	}
	var out, letters []rune
	for d := e.broadcastAxes() - 1; d >= 0; d-- {
		out = append(out, rune(-1-d))
	}
	for r, n := range count {
		if n == 1 && r > 0 {
			letters = append(letters, r)
		}
	}
	slices.Sort(letters)
	return append(out, letters...)
}

// dropRepeated drops axes of extent 1 that other operands have longer: what
// lacks an axis is repeated along it.
func (e *einsum) dropRepeated(t term) term {
	var labels []rune
	var shape []int
	for d, r := range t.labels {
		if n := e.shape(t.x)[d]; n == e.extents[r] {
			labels, shape = append(labels, r), append(shape, n)
		}
	}
	return term{e.reshape(e.tmp("dropped"), t.x, shape), labels}
}

// diagonals makes one axis of those with the same label.
func (e *einsum) diagonals(t term) term {
	for d := 0; d < len(t.labels); d++ {
		if slices.Contains(t.labels[d+1:], t.labels[d]) {
			t = e.diagonal(t, t.labels[d])
			d = -1
		}
	}
	return t
}

// diagonal moves the first two axes with label r to the front and gathers their
// diagonal, the first axis of the result.
func (e *einsum) diagonal(t term, r rune) term {
	var front, back []int64
	labels := []rune{r}
	for d, label := range t.labels {
		if label == r && len(front) < 2 {
			front = append(front, int64(d))
		} else {
			back, labels = append(back, int64(d)), append(labels, label)
		}
	}
	x := e.transpose(e.tmp("moved"), t.x, append(front, back...))
	n := e.extents[r]
	x = e.reshape(e.tmp("pairs"), x, slices.Concat([]int{n * n}, e.shape(x)[2:]))
	return term{e.gather(e.temp("diagonal"), x, e.grid("diagonal_indices", []int{n}, []int{n + 1}), 0), labels}
}

// sum adds up over the axes that nothing needs.
func (e *einsum) sum(t term, needed func(r rune) bool) term {
	var gone []int
	var kept []rune
	for d, r := range t.labels {
		if needed(r) {
			kept = append(kept, r)
		} else {
			gone = append(gone, d)
		}
	}
	if len(gone) == 0 {
		return t
	}
	return term{e.reduce(e.temp("sum"), "ReduceSum", reduce{x: t.x, axes: gone, keep: 0}), kept}
}

// arranged permutes axes into an order and views them in groups as a shape.
func (e *einsum) arranged(t term, order []rune, shape []int) string {
	perm := make([]int64, len(order))
	for k, r := range order {
		perm[k] = int64(slices.Index(t.labels, r))
	}
	return e.reshape(e.tmp("arranged"), e.transpose(e.tmp("moved"), t.x, perm), shape)
}

func (e *einsum) sizes(labels []rune) []int {
	shape := make([]int, len(labels))
	for k, r := range labels {
		shape[k] = e.extents[r]
	}
	return shape
}

// combine multiplies two terms and sums over the axes that are not needed
// afterwards.
func (e *einsum) combine(a, b term, needed []rune) term {
	in := func(list []rune) func(r rune) bool { return func(r rune) bool { return slices.Contains(list, r) } }
	a = e.sum(a, in(append(slices.Clone(needed), b.labels...)))
	b = e.sum(b, in(append(slices.Clone(needed), a.labels...)))
	var batch, summed, rows, cols []rune
	for _, r := range a.labels {
		switch shared := slices.Contains(b.labels, r); {
		case shared && slices.Contains(needed, r):
			batch = append(batch, r)
		case shared:
			summed = append(summed, r)
		default:
			rows = append(rows, r)
		}
	}
	for _, r := range b.labels {
		if !slices.Contains(a.labels, r) {
			cols = append(cols, r)
		}
	}
	labels := slices.Concat(batch, rows, cols)
	nb, nr, nc, ns := e.sizes(batch), e.sizes(rows), e.sizes(cols), e.sizes(summed)
	if len(summed) == 0 {
		x := e.arranged(a, slices.Concat(batch, rows), slices.Concat(nb, nr, slices.Repeat([]int{1}, len(cols))))
		y := e.arranged(b, slices.Concat(batch, cols), slices.Concat(nb, slices.Repeat([]int{1}, len(rows)), nc))
		return term{e.emit(e.temp("product"), "Mul", nil, x, y), labels}
	}
	lead := []int{product(nb)}
	if len(batch) == 0 {
		lead = nil
	}
	x := e.arranged(a, slices.Concat(batch, rows, summed), slices.Concat(lead, []int{product(nr), product(ns)}))
	y := e.arranged(b, slices.Concat(batch, summed, cols), slices.Concat(lead, []int{product(ns), product(nc)}))
	z := e.emit(e.temp("product"), "MatMul", nil, x, y)
	return term{e.reshape(e.tmp("split"), z, e.sizes(labels)), labels}
}

// finish sums over what the output lacks and puts its axes in order.
func (e *einsum) finish(t term, out []rune) string {
	t = e.sum(t, func(r rune) bool { return slices.Contains(out, r) })
	perm := make([]int64, len(out))
	for k, r := range out {
		perm[k] = int64(slices.Index(t.labels, r))
	}
	return e.transpose(e.own(0), t.x, perm)
}
