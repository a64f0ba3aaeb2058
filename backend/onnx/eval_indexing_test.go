package onnx

import (
	"cmp"
	"slices"
)

// evalIndexing computes GatherElements, ScatterElements and CumSum.
func evalIndexing(n *Node, in []*Tensor, v [][]float64, out TensorType) []float64 {
	x := in[0]
	offset := func(i []int) int {
		off := 0
		for d, extent := range x.Shape {
			off = off*extent + i[d]
		}
		return off
	}
	// place is where the index at i points to.
	place := func(a int, i []int) int {
		src := slices.Clone(i)
		src[a] = int(at(in[1], v[1], i))
		if src[a] < 0 {
			src[a] += x.Shape[a]
		}
		return offset(src)
	}
	var y []float64
	switch n.Op {
	case "GatherElements":
		index(out.Shape, func(i []int) { y = append(y, v[0][place(int(n.Int("axis")), i)]) })
	case "ScatterElements":
		y = slices.Clone(v[0])
		index(in[1].Shape, func(i []int) {
			p, u := &y[place(int(n.Int("axis")), i)], at(in[2], v[2], i)
			switch n.Str("reduction") {
			case "none":
				*p = u
			case "add":
				*p += u
			case "mul":
				*p *= u
			case "min":
				*p = min(*p, u)
			case "max":
				*p = max(*p, u)
			}
		})
	case "CumSum":
		a := int(v[1][0])
		index(out.Shape, func(i []int) {
			sum := 0.0
			for j := range x.Shape[a] {
				before := j < i[a]
				if n.Int("reverse") != 0 {
					before = j > i[a]
				}
				if before || j == i[a] && n.Int("exclusive") == 0 {
					src := slices.Clone(i)
					src[a] = j
					sum += at(x, v[0], src)
				}
			}
			y = append(y, sum)
		})
	}
	return y
}

func evalTopK(n *Node, in []*Tensor, out []TensorType) ([]*Tensor, error) {
	x, v, a := in[0], in[0].Floats(), int(n.Int("axis"))
	var values, places []float64
	index(out[0].Shape, func(i []int) {
		order := make([]int, x.Shape[a])
		for k := range order {
			order[k] = k
		}
		src := slices.Clone(i)
		get := func(k int) float64 { src[a] = k; return at(x, v, src) }
		slices.SortStableFunc(order, func(j, k int) int {
			if n.Int("largest") != 0 {
				j, k = k, j
			}
			return cmp.Compare(get(j), get(k))
		})
		values, places = append(values, get(order[i[a]])), append(places, float64(order[i[a]]))
	})
	return []*Tensor{tensorOf(out[0], values), tensorOf(out[1], places)}, nil
}
