package f32

// CopyRows copies rows of n elements between places with the given distances
// between rows.
func CopyRows(dst []float32, dstStride int, src []float32, srcStride, rows, n int) {
	if rows <= 0 || n <= 0 {
		return
	}
	_, _ = dst[(rows-1)*dstStride+n-1], src[(rows-1)*srcStride+n-1]
	copyRows(dst, dstStride, src, srcStride, rows, n)
}

// AddRows adds rows of n elements of src to those of dst.
func AddRows(dst []float32, dstStride int, src []float32, srcStride, rows, n int) {
	if rows <= 0 || n <= 0 {
		return
	}
	_, _ = dst[(rows-1)*dstStride+n-1], src[(rows-1)*srcStride+n-1]
	addRows(dst, dstStride, src, srcStride, rows, n)
}

// InterleaveRows computes rows dst = a[0], b[0], a[1], b[1], … of n elements.
func InterleaveRows(dst []float32, dstStride int, a, b []float32, srcStride, rows, n int) {
	if rows <= 0 || n <= 0 {
		return
	}
	_, _ = dst[(rows-1)*dstStride+n-1], a[(rows-1)*srcStride+(n-1)/2]
	if n > 1 {
		_ = b[(rows-1)*srcStride+n/2-1]
		interleaveRows(dst, dstStride, a, b, srcStride, rows, n/2)
	}
	if n%2 != 0 {
		for i := range rows {
			dst[i*dstStride+n-1] = a[i*srcStride+n/2]
		}
	}
}

// DeinterleaveRows is the inverse of InterleaveRows: of rows of n elements, those
// at even places go to a, the others to b.
func DeinterleaveRows(a, b []float32, dstStride int, src []float32, srcStride, rows, n int) {
	if rows <= 0 || n <= 0 {
		return
	}
	_, _ = src[(rows-1)*srcStride+n-1], a[(rows-1)*dstStride+(n-1)/2]
	if n > 1 {
		_ = b[(rows-1)*dstStride+n/2-1]
		deinterleaveRows(a, b, dstStride, src, srcStride, rows, n/2)
	}
	if n%2 != 0 {
		for i := range rows {
			a[i*dstStride+n/2] = src[i*srcStride+n-1]
		}
	}
}

// GatherVector puts together, for each offset off[p], the runs of width
// neighbours that start in src at starts[i]+off[p], at dst[p·stride:]: as many
// runs as fill a vector. Widths are [Lanes], a half or a quarter of it, but not
// below 4. It checks no bounds.
func GatherVector(dst []float32, stride int, src []float32, starts *[4]int, off []int32, width int) {
	if len(off) > 0 {
		gatherVector(dst, stride, src, starts, off, width)
	}
}

// InterleaveVector interleaves one vector of each of some rows of a with that
// of b, and stores what becomes of each width neighbours, twice as many, at
// dst[starts[i]:] and so on at the distance of a row. Widths are those of
// GatherVector.
func InterleaveVector(dst []float32, starts *[4]int, dstStride int, a, b []float32, srcStride, rows, width int) {
	if rows > 0 {
		interleaveVector(dst, starts, dstStride, a, b, srcStride, rows, width)
	}
}

func interleaveVectorGo(dst []float32, starts *[4]int, dstStride int, a, b []float32, srcStride, rows, width int) {
	for i := range current.lanes / width {
		InterleaveRows(dst[starts[i]:], dstStride, a[i*width:], b[i*width:], srcStride, rows, 2*width)
	}
}

func copyRowsGo(dst []float32, dstStride int, src []float32, srcStride, rows, n int) {
	for i := range rows {
		copy(dst[i*dstStride:][:n], src[i*srcStride:])
	}
}

func addRowsGo(dst []float32, dstStride int, src []float32, srcStride, rows, n int) {
	for i := range rows {
		d, s := dst[i*dstStride:][:n], src[i*srcStride:][:n]
		for j, v := range s {
			d[j] += v
		}
	}
}

func interleaveRowsGo(dst []float32, dstStride int, a, b []float32, srcStride, rows, pairs int) {
	for i := range rows {
		d, a, b := dst[i*dstStride:][:2*pairs], a[i*srcStride:][:pairs], b[i*srcStride:][:pairs]
		for j, v := range b {
			d[2*j], d[2*j+1] = a[j], v
		}
	}
}

func deinterleaveRowsGo(a, b []float32, dstStride int, src []float32, srcStride, rows, pairs int) {
	for i := range rows {
		s, a, b := src[i*srcStride:][:2*pairs], a[i*dstStride:][:pairs], b[i*dstStride:][:pairs]
		for j := range b {
			a[j], b[j] = s[2*j], s[2*j+1]
		}
	}
}

func gatherVectorGo(dst []float32, stride int, src []float32, starts *[4]int, off []int32, width int) {
	for p, o := range off {
		for i := range current.lanes / width {
			copy(dst[p*stride+i*width:][:width], src[starts[i]+int(o):])
		}
	}
}
