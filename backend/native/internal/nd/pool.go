package nd

// Pool is a sliding maximum over the spatial axes of an N×C×… array.
type Pool struct {
	in     [3]int // spatial extents; axes that are missing are the first
	planes int
	window [3][][2]int // first and one beyond the last position of each window, clipped
	dil    [3]int
}

// PoolAxis describes a sliding window along one axis: Out windows of Kernel
// positions, Dilation apart, Stride from one window to the next, the first one
// starting Pad before the array.
type PoolAxis struct {
	In, Out, Kernel, Stride, Dilation, Pad int
}

// NewPool prepares a pooling of planes arrays over up to three axes.
func NewPool(planes int, axes ...PoolAxis) *Pool {
	p := &Pool{planes: planes}
	for i := range p.in {
		a := PoolAxis{In: 1, Out: 1, Kernel: 1, Stride: 1, Dilation: 1}
		if k := i - len(p.in) + len(axes); k >= 0 {
			a = axes[k]
		}
		p.in[i], p.dil[i] = a.In, a.Dilation
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
	at, plane := 0, p.in[0]*p.in[1]*p.in[2]
	for i := range p.planes {
		in := src[i*plane : (i+1)*plane]
		for _, wz := range p.window[0] {
			for _, wy := range p.window[1] {
				for _, wx := range p.window[2] {
					best := lowest
					for z := wz[0]; z < wz[1]; z += p.dil[0] {
						for y := wy[0]; y < wy[1]; y += p.dil[1] {
							row := in[(z*p.in[1]+y)*p.in[2]:]
							for x := wx[0]; x < wx[1]; x += p.dil[2] {
								best = max(best, row[x])
							}
						}
					}
					dst[at] = best
					at++
				}
			}
		}
	}
}

// Argmax is Max that also writes the position in src of the first maximum of
// every window, and some position where a window holds nothing but padding. The
// first NaN is a maximum.
func Argmax[T Number](p *Pool, dst []T, positions []int64, src []T, lowest T) {
	at, plane := 0, p.in[0]*p.in[1]*p.in[2]
	for i := range p.planes {
		in := src[i*plane : (i+1)*plane]
		for _, wz := range p.window[0] {
			for _, wy := range p.window[1] {
				for _, wx := range p.window[2] {
					best := -1
					for z := wz[0]; z < wz[1]; z += p.dil[0] {
						for y := wy[0]; y < wy[1]; y += p.dil[1] {
							row := (z*p.in[1] + y) * p.in[2]
							for k := row + wx[0]; k < row+wx[1]; k += p.dil[2] {
								if best < 0 || in[k] > in[best] || in[k] != in[k] && in[best] == in[best] {
									best = k
								}
							}
						}
					}
					dst[at], positions[at] = lowest, int64(i*plane)
					if best >= 0 {
						dst[at], positions[at] = in[best], int64(i*plane+best)
					}
					at++
				}
			}
		}
	}
}
