package onnx

import (
	"slices"
)

// Sampling on a grid is rewritten with one row of channels for each pixel, from
// which the neighbours of all places of the grid are gathered; so it is
// differentiable in image and grid.

// gridSampler is a GridSample whose attributes have been read.
type gridSampler struct {
	*lowering
	grid    string // one row of coordinates for each place
	t       DataType
	mode    string        // nearest, linear or cubic
	padding string        // zeros, border or reflection
	align   bool          // −1 and 1 are the centres of the outermost pixels, not their edges
	dims    []int         // of the image
	around  [][]neighbour // by axis
}

// neighbour is the pixel on one side of every place along an axis, and its
// weight, "" for 1.
type neighbour struct{ index, weight string }

func lowerGridSample(l *lowering) []string {
	l.arity(2, 2)
	x, grid := l.arg(0), l.arg(1)
	shape, places := l.shape(x), l.shape(grid)
	rank := len(shape) - 2
	if rank < 1 || len(places) != len(shape) || places[0] != shape[0] || places[len(places)-1] != rank {
		failf("it cannot sample %v at %v", l.types[x], l.types[grid])
	}
	s := &gridSampler{lowering: l, t: l.typeOf(x), dims: shape[2:], align: l.attrInt("align_corners", 0) != 0}
	if !s.t.IsFloat() || !l.typeOf(grid).IsFloat() {
		unsupportedNode("it samples %v at %v", l.types[x], l.types[grid])
	}
	s.mode = l.attrStr("mode", "linear")
	switch s.mode {
	case "linear", "nearest", "cubic":
	case "bilinear", "bicubic": // the names before opset 20
		s.mode = s.mode[len("bi"):]
	default:
		unsupportedNode("its mode %q is unknown to lcfv", s.mode)
	}
	s.padding = l.attrStr("padding_mode", "zeros")
	if !slices.Contains([]string{"zeros", "border", "reflection"}, s.padding) {
		unsupportedNode("its padding_mode %q is unknown to lcfv", s.padding)
	}

	out := slices.Concat(places[:len(places)-1], shape[1:2]) // channels last
	pixels, count := product(s.dims), product(out[:len(out)-1])
	if product(shape) == 0 || product(out) == 0 {
		failf("it cannot sample %v at %v", l.types[x], l.types[grid])
	}
	s.grid = l.reshape(l.tmp("places"), l.converted("coordinates", grid, s.t), []int{count, rank})
	table := l.transpose(l.tmp("pixels"), x, toInt64s(slices.Concat([]int{0}, from(2, rank+2), []int{1})))
	table = l.reshape(l.tmp("table"), table, []int{shape[0] * pixels, shape[1]})
	origins := l.grid("images", []int{shape[0], count / shape[0]}, []int{pixels, 0})
	origins = l.reshape(l.tmp("origins"), origins, []int{count})
	for k := range s.dims {
		s.around = append(s.around, s.neighbours(k))
	}
	y := l.reshape(l.tmp("sampled"), s.sum(table, 0, origins, ""), out)
	return []string{l.transpose(l.own(0), y, toInt64s(slices.Concat([]int{0, rank + 1}, from(1, rank+1))))}
}

// sum adds up the rows of table around every place, over axis k and those behind
// it, given position and weight by the axes before it.
func (s *gridSampler) sum(table string, k int, position, weight string) string {
	if k == len(s.dims) {
		rows := s.gather(s.temp("rows"), table, position, 0)
		if weight == "" {
			return rows
		}
		weight = s.reshape(s.tmp("column"), weight, []int{s.shape(weight)[0], 1})
		return s.emit(s.temp("weighted"), "Mul", nil, rows, weight)
	}
	total := ""
	step := s.scalar("step", Int64, float64(product(s.dims[k+1:])))
	for _, n := range s.around[k] {
		at := s.emit(s.temp("position"), "Add", nil, position, s.emit(s.temp("offset"), "Mul", nil, n.index, step))
		w := n.weight
		if w == "" {
			w = weight
		} else if weight != "" {
			w = s.emit(s.temp("weight"), "Mul", nil, weight, w)
		}
		term := s.sum(table, k+1, at, w)
		if total != "" {
			term = s.emit(s.temp("sum"), "Add", nil, total, term)
		}
		total = term
	}
	return total
}

// The steps of a sampler emit elementwise operations on one axis's numbers.

func (s *gridSampler) op(op, a, b string) string { return s.emit(s.temp(op), op, nil, a, b) }
func (s *gridSampler) number(v float64) string   { return s.scalar("number", s.t, v) }
func (s *gridSampler) clipped(x string, k int) string {
	return s.emit(s.temp("clipped"), "Clip", nil, x, s.number(0), s.number(float64(s.dims[k]-1)))
}

// neighbours lists the pixels around every place along axis k of the image.
func (s *gridSampler) neighbours(k int) []neighbour {
	// The first coordinate is that of the last axis.
	x := s.gather(s.temp("coordinate"), s.grid, s.scalar("column", Int64, float64(len(s.dims)-1-k)), 1)
	// From −1…1 to pixels.
	last := float64(s.dims[k] - 1)
	scale := last / 2
	if !s.align {
		scale = float64(s.dims[k]) / 2
	}
	x = s.op("Add", s.op("Mul", x, s.number(scale)), s.number(last/2))
	if s.mode == "cubic" { // whose pixels, not places, are put inside
		return s.cubic(x, k)
	}
	x = s.inside(x, k)
	if s.mode == "nearest" {
		return []neighbour{s.pixel(s.emit(s.temp("rounded"), "Round", nil, x), "", k)}
	}
	low := s.emit(s.temp("low"), "Floor", nil, x)
	t := s.op("Sub", x, low)
	return []neighbour{
		s.pixel(low, s.op("Sub", s.number(1), t), k),
		s.pixel(s.op("Add", low, s.number(1)), t, k),
	}
}

// cubic lists four neighbours with the weights of Keys' cubic convolution with
// a = −3/4 (see package interp).
func (s *gridSampler) cubic(x string, k int) []neighbour {
	const a = -0.75
	low := s.emit(s.temp("low"), "Floor", nil, x)
	t := s.op("Sub", x, low)
	polynomial := func(d string, c ...float64) string { // the highest power first
		v := s.op("Mul", d, s.number(c[0]))
		for _, c := range c[1:3] {
			v = s.op("Mul", s.op("Add", v, s.number(c)), d)
		}
		return s.op("Add", v, s.number(c[3]))
	}
	near := []float64{a + 2, -(a + 3), 0, 1}
	far := []float64{a, -5 * a, 8 * a, -4 * a}
	var list []neighbour
	for i, c := range [][]float64{far, near, near, far} {
		shift := float64(i - 1) // from low
		distance := s.op("Sub", t, s.number(shift))
		if shift > 0 {
			distance = s.op("Sub", s.number(shift), t)
		}
		at := s.op("Add", low, s.number(shift))
		if s.padding != "zeros" {
			at = s.inside(at, k)
		}
		list = append(list, s.pixel(at, polynomial(distance, c...), k))
	}
	return list
}

// inside moves positions along axis k into the image, as the padding has it.
func (s *gridSampler) inside(x string, k int) string {
	switch s.padding {
	case "border":
		return s.clipped(x, k)
	case "reflection":
		return s.clipped(s.reflect(x, k), k)
	}
	return x
}

// reflect mirrors at the outermost pixels' centres or edges, as often as it
// takes: with d the distance from the lower mirror in units of that between the
// mirrors, it is d − ⌊d⌋ from there where ⌊d⌋ is even and from the upper one
// where it is odd.
func (s *gridSampler) reflect(x string, k int) string {
	low, span := 0.0, float64(s.dims[k]-1)
	if !s.align {
		low, span = -0.5, float64(s.dims[k])
	}
	if span == 0 {
		return s.op("Mul", x, s.number(0))
	}
	d := s.emit(s.temp("distance"), "Abs", nil, s.op("Sub", x, s.number(low)))
	turns := s.emit(s.temp("turns"), "Floor", nil, s.op("Div", d, s.number(span)))
	rest := s.op("Sub", d, s.op("Mul", turns, s.number(span)))
	half := s.emit(s.temp("pairs"), "Floor", nil, s.op("Mul", turns, s.number(0.5)))
	odd := s.emit(s.temp("odd"), "Greater", nil, turns, s.op("Mul", half, s.number(2)))
	back := s.emit(s.temp("back"), "Where", nil, odd, s.op("Sub", s.number(span), rest), rest)
	return s.op("Add", back, s.number(low))
}

// pixel makes a neighbour of whole positions along axis k; those outside weigh
// nothing.
func (s *gridSampler) pixel(at, weight string, k int) neighbour {
	if s.padding == "zeros" {
		if weight == "" {
			weight = s.number(1)
		}
		above := s.emit(s.temp("above"), "GreaterOrEqual", nil, at, s.number(0))
		below := s.emit(s.temp("below"), "LessOrEqual", nil, at, s.number(float64(s.dims[k]-1)))
		weight = s.emit(s.temp("weight"), "Where", nil, s.op("And", above, below), weight, s.number(0))
	}
	if s.padding == "zeros" || s.mode == "linear" { // the neighbour behind the last weighs nothing
		at = s.clipped(at, k)
	}
	index := s.emit(s.temp("index"), "Cast", map[string]any{"to": int64(Int64)}, at)
	return neighbour{index, weight}
}

// lowerAffineGrid multiplies a constant grid of pixels by the matrices.
func lowerAffineGrid(l *lowering) []string {
	l.arity(2, 2)
	theta := l.arg(0)
	size := toInts(l.constInts(1))
	rank := len(size) - 2
	if rank < 1 || !slices.Equal(l.shape(theta), []int{size[0], rank, rank + 1}) || !l.typeOf(theta).IsFloat() {
		failf("its matrices %v do not fit images of shape %v", l.types[theta], size)
	}
	align := l.attrInt("align_corners", 0) != 0
	dims := size[2:]
	pixels, ok := elements(append(slices.Clone(dims), rank+1))
	if !ok {
		failf("its grid for images of shape %v is too large", size)
	}
	l.spend(pixels)
	grid := make([]float64, 0, pixels)
	idx := make([]int, rank)
	for range product(dims) {
		for k := rank - 1; k >= 0; k-- { // the last axis first
			grid = append(grid, coordinate(idx[k], dims[k], align))
		}
		grid = append(grid, 1)
		for k := rank - 1; k >= 0; k-- {
			if idx[k]++; idx[k] < dims[k] {
				break
			}
			idx[k] = 0
		}
	}
	points := l.define(l.temp("pixels"), fromFloats(l.typeOf(theta), []int{product(dims), rank + 1}, grid))
	theta = l.transpose(l.tmp("columns"), theta, []int64{0, 2, 1})
	y := l.emit(l.temp("places"), "MatMul", nil, points, theta)
	return l.reshaped(y, slices.Concat(size[:1], dims, []int{rank}))
}

// coordinate is where pixel i of n is between −1 and 1.
func coordinate(i, n int, align bool) float64 {
	switch {
	case !align:
		return (2*float64(i)+1)/float64(n) - 1
	case n == 1:
		return 0
	default:
		return 2*float64(i)/float64(n-1) - 1
	}
}
