package backendtest

import (
	"slices"
	"strings"
)

// einsum evaluates an equation with "->" and without ellipses by its definition.
func einsum(equation string, operands ...*array) *array {
	left, out, _ := strings.Cut(equation, "->")
	subscripts := strings.Split(left, ",")
	extent := map[rune]int{}
	letters := []rune(out)
	for k, s := range subscripts {
		for d, r := range s {
			extent[r] = max(extent[r], operands[k].shape[d])
			if !slices.Contains(letters, r) {
				letters = append(letters, r)
			}
		}
	}
	shape := make([]int, len(letters))
	for k, r := range letters {
		shape[k] = extent[r]
	}
	all := build(shape, func(idx []int) float64 {
		product := 1.0
		for k, s := range subscripts {
			at := make([]int, len(s))
			for d, r := range s {
				at[d] = idx[slices.Index(letters, r)]
			}
			product *= operands[k].at(at...)
		}
		return product
	})
	var summed []int
	for k := len(out); k < len(letters); k++ {
		summed = append(summed, k)
	}
	return all.fold(0, plus, summed...).reshape(shape[:len(out)]...)
}

func einsumCases() []opCase {
	w := random(41, -1, 1, 3, 5)
	one := func(name, equation, same string, sample ...int) opCase {
		return opCase{
			name: "Einsum/" + name, opset: 12, sample: sample, lo: -1, hi: 1,
			build: func(g *graph, x string) string { return g.node("Einsum", attrs{"equation": equation}, x) },
			ref:   func(x *array) *array { return einsum(same, x) },
		}
	}
	with := func(name, equation, same string, sample []int, others ...*array) opCase {
		return opCase{
			name: "Einsum/" + name, opset: 13, sample: sample, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				inputs := []string{x}
				for _, o := range others {
					inputs = append(inputs, g.floats(o))
				}
				return g.node("Einsum", attrs{"equation": equation}, inputs...)
			},
			ref: func(x *array) *array { return einsum(same, append([]*array{x}, others...)...) },
		}
	}
	twice := func(name, equation string, sample ...int) opCase {
		return opCase{
			name: "Einsum/" + name, opset: 12, sample: sample, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				return g.node("Einsum", attrs{"equation": equation}, x, g.node("Neg", nil, x))
			},
			ref: func(x *array) *array { return einsum(equation, x, x.apply(func(v float64) float64 { return -v })) },
		}
	}
	return []opCase{
		one("transposed", "nab->nba", "nab->nba", 2, 3),
		one("implicit output", "...ba", "nba->nab", 2, 3),
		one("sum", "nab -> nb", "nab->nb", 2, 3),
		one("diagonal", "naa->na", "naa->na", 3, 3),
		one("trace of three axes", "nabab->n", "nabab->n", 2, 3, 2, 3),
		with("weights", "n...c,co->n...o", "nabc,co->nabo", []int{2, 4, 3}, w),
		with("channels", "nchw,co->nohw", "nchw,co->nohw", []int{3, 2, 2}, w),
		with("outer product", "na,b->nab", "na,b->nab", []int{3}, random(42, -1, 1, 4)),
		with("axis of extent 1", "...a,...a->...a", "nba,ba->nba", []int{4, 3}, random(43, -1, 1, 1, 3)),
		with("three operands", "na,ab,bc->nc", "na,ab,bc->nc", []int{3}, w, random(44, -1, 1, 5, 2)),
		with("unused axis", "na,bc->n", "na,bc->n", []int{3}, w),
		twice("attention", "nqhd,nkhd->nhqk", 3, 2, 4),
		twice("bilinear", "nab,nab->n", 2, 3),
		twice("elements", "nab,nba->nab", 3, 3),
	}
}
