package nd

// Pool is a sliding maximum over the spatial axes of an N×C×… array.
type Pool struct {
	in, out [2]int // spatial extents; one-dimensional pools have height 1
	planes  int
	window  [2][][2]int // first and last+step position of each window, clipped
	dil     [2]int
}

// PoolAxis describes a sliding window along one axis: Out windows of Kernel
// positions, Dilation apart, Stride from one window to the next, the first one
// starting Pad before the array.
type PoolAxis struct {
	In, Out, Kernel, Stride, Dilation, Pad int
}

// NewPool prepares a pooling of planes arrays over one or two axes.
func NewPool(planes int, axes ...PoolAxis) *Pool {
	p := &Pool{planes: planes}
	if len(axes) == 1 {
		axes = []PoolAxis{{In: 1, Out: 1, Kernel: 1, Stride: 1, Dilation: 1}, axes[0]}
	}
	for i, a := range axes {
		p.in[i], p.out[i], p.dil[i] = a.In, a.Out, a.Dilation
		for o := range a.Out {
			first := o*a.Stride - a.Pad
			end := min(first+(a.Kernel-1)*a.Dilation+1, a.In)
			if first < 0 {
				first += (a.Dilation - 1 - first) / a.Dilation * a.Dilation
			}
			p.window[i] = append(p.window[i], [2]int{first, end})
		}
	}
	return p
}

// Max writes the maximum of every window; padding counts as −∞, given as lowest.
// A NaN in a window gives NaN.
func Max[T Number](p *Pool, dst, src []T, lowest T) {
	at := 0
	for plane := range p.planes {
		in := src[plane*p.in[0]*p.in[1]:][:p.in[0]*p.in[1]]
		for _, wy := range p.window[0] {
			for _, wx := range p.window[1] {
				best := lowest
				for y := wy[0]; y < wy[1]; y += p.dil[0] {
					for x := wx[0]; x < wx[1]; x += p.dil[1] {
						best = max(best, in[y*p.in[1]+x])
					}
				}
				dst[at] = best
				at++
			}
		}
	}
}
