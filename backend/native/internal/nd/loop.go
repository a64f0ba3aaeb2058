package nd

import "fmt"

// maxOperands is the largest number of arrays a Loop reads.
const maxOperands = 3

// Loop visits the elements of an array together with the matching elements of
// up to three operands that broadcast to its shape as numpy has it. Axes along
// which all of them are contiguous or all are repeated are merged, so that the
// innermost run is as long as it can be.
type Loop struct {
	total  int // elements of the result
	run    int // elements of the innermost run
	outer  []int
	stride [maxOperands][]int // of each operand, along the outer axes
	step   [maxOperands]int   // of each operand in the run: 0 or 1
}

// NewLoop prepares an iteration over an array of the given shape. Operands of
// lower rank are aligned on the right; an extent must be that of the result or
// 1.
func NewLoop(shape []int, operands ...[]int) (*Loop, error) {
	if len(operands) > maxOperands {
		return nil, fmt.Errorf("a loop over %d operands; at most %d are possible", len(operands), maxOperands)
	}
	strides := make([][]int, len(operands))
	for i, op := range operands {
		s, err := broadcastStrides(shape, op)
		if err != nil {
			return nil, err
		}
		strides[i] = s
	}
	extents, strides := mergeAxes(shape, strides)
	l := &Loop{total: Len(shape), run: 1}
	if last := len(extents) - 1; last >= 0 {
		l.run = extents[last]
		l.outer = extents[:last]
		for i, s := range strides {
			l.stride[i], l.step[i] = s[:last], s[last]
		}
	}
	return l, nil
}

// broadcastStrides returns op's strides along the axes of shape, 0 where it is
// repeated.
func broadcastStrides(shape, op []int) ([]int, error) {
	pad := len(shape) - len(op)
	if pad < 0 {
		return nil, fmt.Errorf("shape %v does not broadcast to %v", op, shape)
	}
	out := make([]int, len(shape))
	for i, s := range Strides(op) {
		switch op[i] {
		case 1:
		case shape[pad+i]:
			out[pad+i] = s
		default:
			return nil, fmt.Errorf("shape %v does not broadcast to %v", op, shape)
		}
	}
	return out, nil
}

// mergeAxes drops axes of extent 1 and joins neighbours that every operand
// walks with one stride.
func mergeAxes(shape []int, strides [][]int) (extents []int, merged [][]int) {
	merged = make([][]int, len(strides))
	for axis, n := range shape {
		if n == 1 {
			continue
		}
		last := len(extents) - 1
		joins := last >= 0
		for i := range strides {
			joins = joins && merged[i][last] == strides[i][axis]*n
		}
		for i := range strides {
			if joins {
				merged[i][last] = strides[i][axis]
			} else {
				merged[i] = append(merged[i], strides[i][axis])
			}
		}
		if joins {
			extents[last] *= n
		} else {
			extents = append(extents, n)
		}
	}
	return extents, merged
}

// Each calls f for every run with the offsets of its first elements: at in the
// result, src in the operands.
func (l *Loop) Each(f func(at int, src [maxOperands]int)) {
	if l.total == 0 {
		return
	}
	const maxRank = 16
	var count [maxRank]int
	var src [maxOperands]int
	counts := count[:0]
	if len(l.outer) > maxRank {
		counts = make([]int, len(l.outer))
	}
	counts = counts[:len(l.outer)]
	for at := 0; ; {
		f(at, src)
		if at += l.run; at == l.total {
			return
		}
		for axis := len(l.outer) - 1; ; axis-- {
			counts[axis]++
			if counts[axis] < l.outer[axis] {
				for i, s := range l.stride {
					if s != nil {
						src[i] += s[axis]
					}
				}
				break
			}
			for i, s := range l.stride {
				if s != nil {
					src[i] -= s[axis] * (l.outer[axis] - 1)
				}
			}
			counts[axis] = 0
		}
	}
}

// Binary is an operation on pairs of elements in three forms: both operands are
// runs, or one of them is a scalar. The result may be the run it reads.
type Binary[T, U Elem] struct {
	VV func(dst []U, a, b []T)
	VS func(dst []U, a []T, b T)
	SV func(dst []U, a T, b []T)
}

// BinaryOf makes a Binary of a function of two elements.
func BinaryOf[T, U Elem](f func(a, b T) U) *Binary[T, U] {
	return &Binary[T, U]{
		VV: func(dst []U, a, b []T) {
			for i := range dst {
				dst[i] = f(a[i], b[i])
			}
		},
		VS: func(dst []U, a []T, b T) {
			for i := range dst {
				dst[i] = f(a[i], b)
			}
		},
		SV: func(dst []U, a T, b []T) {
			for i := range dst {
				dst[i] = f(a, b[i])
			}
		},
	}
}

// Apply computes dst = a op b over a loop of two operands. dst may be an operand
// that is not repeated.
func Apply[T, U Elem](l *Loop, op *Binary[T, U], dst []U, a, b []T) {
	n := l.run
	switch {
	case l.step[0] == 1 && l.step[1] == 0:
		l.Each(func(at int, src [maxOperands]int) {
			op.VS(dst[at:at+n], a[src[0]:src[0]+n], b[src[1]])
		})
	case l.step[0] == 0 && l.step[1] == 1:
		l.Each(func(at int, src [maxOperands]int) {
			op.SV(dst[at:at+n], a[src[0]], b[src[1]:src[1]+n])
		})
	default:
		// Steps are 1, or the run is a single element.
		l.Each(func(at int, src [maxOperands]int) {
			op.VV(dst[at:at+n], a[src[0]:src[0]+n], b[src[1]:src[1]+n])
		})
	}
}

// Select computes dst = a where cond, else b, over a loop of three operands.
// dst may be an operand that is not repeated.
func Select[T Elem](l *Loop, dst []T, cond []bool, a, b []T) {
	l.Each(func(at int, src [maxOperands]int) {
		ic, ia, ib := src[0], src[1], src[2]
		for i := at; i < at+l.run; i++ {
			if cond[ic] {
				dst[i] = a[ia]
			} else {
				dst[i] = b[ib]
			}
			ic += l.step[0]
			ia += l.step[1]
			ib += l.step[2]
		}
	})
}

// Fold combines src into dst, whose shape broadcasts to that of src: the loop is
// over src's shape with dst as its only operand. run combines a whole run into
// one element, add a run into a run.
func Fold[T Elem](l *Loop, dst, src []T, run func(acc T, src []T) T, add func(dst, src []T)) {
	n := l.run
	if l.step[0] == 0 {
		l.Each(func(at int, to [maxOperands]int) {
			dst[to[0]] = run(dst[to[0]], src[at:at+n])
		})
		return
	}
	l.Each(func(at int, to [maxOperands]int) {
		add(dst[to[0]:to[0]+n], src[at:at+n])
	})
}

// Runs tells how long the runs of src are of which Fold combines each into the
// next element of dst; 0 where that is not what it does.
func (l *Loop) Runs() int {
	if l.step[0] == 0 && len(l.outer) == 1 && l.stride[0][0] == 1 {
		return l.run
	}
	return 0
}

// Pairs calls f for every element of a loop of two operands with its index and
// the indices of the matching elements.
func (l *Loop) Pairs(f func(at, a, b int)) {
	l.Each(func(at int, src [maxOperands]int) {
		for i := range l.run {
			f(at+i, src[0]+i*l.step[0], src[1]+i*l.step[1])
		}
	})
}
