package f32

// Plane is rows of N elements in X, the first at Start, the distance between rows
// being Stride.
type Plane struct {
	X             []float32
	Start, Stride int
	Rows, N       int
}

// Smooth convolves src with a symmetric kernel that is given at distances 0, 1, …
//
//	dst = kernel[0]·src + Σ_k kernel[k]·(src at −k·step + src at k·step)
//
// where step is 1 to go along rows, and src's stride to go across them. All that
// this looks at has to lie within src.X; zeros are best beside and between rows.
// dst has as many rows and elements as src and does not overlap it.
func Smooth(dst, src Plane, kernel []float32, step int) {
	if src.Rows <= 0 || src.N <= 0 {
		return
	}
	if dst.Rows != src.Rows || dst.N != src.N || len(kernel) == 0 || step < 0 {
		panic("f32: planes of different sizes, or no kernel")
	}
	reach := len(kernel) - 1
	_, _ = src.X[src.Start-reach*step], src.X[src.last()+reach*step]
	_, _ = dst.X[dst.Start], dst.X[dst.last()]
	smooth(dst, src, kernel, step)
}

// last is the index of the last element.
func (p *Plane) last() int { return p.Start + (p.Rows-1)*p.Stride + p.N - 1 }

func smoothGo(dst, src Plane, kernel []float32, step int) {
	for i := range src.Rows {
		from, to := src.Start+i*src.Stride, dst.Start+i*dst.Stride
		out := dst.X[to:][:src.N]
		for j, v := range src.X[from:][:src.N] {
			out[j] = kernel[0] * v
		}
		for k := 1; k < len(kernel); k++ {
			weight, before, after := kernel[k], src.X[from-k*step:][:src.N], src.X[from+k*step:][:src.N]
			for j, v := range before {
				out[j] += weight * (v + after[j])
			}
		}
	}
}
