package conv

import "github.com/lcfv-go/lcfv/internal/f32"

// fill copies images of d×h×w into the padded layout. What is not covered keeps
// its zeros.
func (l *layout) fill(dst, x []float32, d, h, w int) {
	z0, z1 := max(0, -l.padF), min(d, l.depth-l.padF)
	y0, y1 := max(0, -l.padT), min(h, l.rows-l.padT)
	x0, x1 := max(0, -l.padL), min(w, l.cols-l.padL)
	if z0 >= z1 || y0 >= y1 || x0 >= x1 {
		return
	}
	n := x1 - x0
	for i := range len(x) / (h * w) {
		z := i % d
		if z < z0 || z >= z1 {
			continue
		}
		plane, img := dst[i/d*l.plane+(z+l.padF)*l.slice:][:l.slice], x[i*h*w:][:h*w]
		// Rows sH apart are neighbours in the layout.
		for y := y0; y < min(y1, y0+l.sH); y++ {
			src, rows := img[y*w+x0:], (y1-y+l.sH-1)/l.sH
			to := plane[l.at(0, y+l.padT, x0+l.padL):]
			switch l.sW {
			case 1:
				f32.CopyRows(to, l.pitch, src, l.sH*w, rows, n)
			case 2:
				odd := to
				if n > 1 {
					odd = plane[l.at(0, y+l.padT, x0+l.padL+1):]
				}
				f32.DeinterleaveRows(to, odd, l.pitch, src, l.sH*w, rows, n)
			default:
				for r := range rows {
					for j, v := range src[r*l.sH*w:][:n] {
						plane[l.at(0, y+r*l.sH+l.padT, x0+l.padL+j)] = v
					}
				}
			}
		}
	}
}
