package loss

import (
	"gorgonia.org/tensor"

	"github.com/lcfv-go/lcfv/internal/f32"
)

// frame is what part of a batch is given to the network with: the images as the
// network takes them, what it says, and the memory of both.
type frame struct {
	n, room int // samples, and how many the tensors hold

	x, y, g    *tensor.Dense // x̃, ỹ and the gradient with respect to x̃
	xs, ys, gs []float32
	of, to     []*tensor.Dense // outputs for x̃ and ỹ

	value  []float64 // d(x̃, ỹ) of each sample
	weight []float64 // 1/mean(M), 0 where nothing is defined
}

// setUp prepares for n samples, reusing memory where the last use was alike.
func (f *frame) setUp(p *Perceptual, n int) {
	room := n
	if p.fixed {
		room = p.batch
	}
	f.n = n
	if f.room == room {
		return
	}
	f.room = room
	size := perSample(p.image)
	f.xs, f.ys, f.gs = make([]float32, room*size), make([]float32, room*size), make([]float32, room*size)
	f.x, f.y, f.g = tensorOf(room, p.image, f.xs), tensorOf(room, p.image, f.ys), tensorOf(room, p.image, f.gs)
	f.of, f.to = nil, nil
	for _, out := range p.outputs {
		size := room * perSample(out)
		f.of = append(f.of, tensorOf(room, out, make([]float32, size)))
		f.to = append(f.to, tensorOf(room, out, make([]float32, size)))
	}
	f.value, f.weight = make([]float64, room), make([]float64, room)
}

// compose writes x̃ and ỹ of sample i.
func (f *frame) compose(p *Perceptual, i int, x, y, mask []float32) {
	plane := p.image.Shape[2] * p.image.Shape[3]
	channels := len(x) / plane
	total := float64(plane)
	f.weight[i] = 1
	if mask != nil {
		total = f32.Sum(mask)
		f.weight[i] = 0
		if total > 0 {
			f.weight[i] = float64(plane) / total
		}
	}
	for c := range 3 {
		from := c % channels * plane
		x, y := x[from:from+plane], y[from:from+plane]
		to := (3*i + c) * plane
		xs, ys := f.xs[to:to+plane], f.ys[to:to+plane]
		var mean float32
		if mask != nil && total > 0 {
			mean = float32(f32.Dot(y, mask) / total)
		}
		for k := range xs {
			a, b := x[k], y[k]
			if mask != nil {
				m := mask[k]
				a, b = blend(m, a, mean), blend(m, b, mean)
			}
			xs[k], ys[k] = p.shift[c]+p.scale[c]*a, p.shift[c]+p.scale[c]*b
		}
	}
}

// blend returns m·v + (1−m)·ground; what is not defined may be anything.
func blend(m, v, ground float32) float32 {
	if m == 0 {
		return ground
	}
	return m*v + (1-m)*ground
}

// fill repeats the last sample where the model takes more than there are.
func (f *frame) fill() {
	size := len(f.xs) / f.room
	for i := f.n; i < f.room; i++ {
		copy(f.xs[i*size:(i+1)*size], f.xs[(f.n-1)*size:])
		copy(f.ys[i*size:(i+1)*size], f.ys[(f.n-1)*size:])
		f.weight[i] = 0
	}
}

// decompose writes the gradient with respect to x of sample i.
func (f *frame) decompose(p *Perceptual, i int, grad, mask []float32) {
	plane := p.image.Shape[2] * p.image.Shape[3]
	channels := len(grad) / plane
	clear(grad)
	for c := range 3 {
		g := grad[c%channels*plane:][:plane]
		f32.Axpy(g, p.scale[c], f.gs[(3*i+c)*plane:][:plane])
	}
	if mask == nil {
		return
	}
	for c := range channels {
		f32.Mul(grad[c*plane:][:plane], grad[c*plane:][:plane], mask)
	}
}
