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

// Gather copies, for each offset off[p], width neighbours: src[off[p]:] to
// dst[p·stride:]. It checks no bounds but the first.
func Gather(dst []float32, stride int, src []float32, off []int32, width int) {
	if len(off) > 0 {
		gather(dst, stride, src, off, width)
	}
}

func copyRowsGo(dst []float32, dstStride int, src []float32, srcStride, rows, n int) {
	for i := range rows {
		copy(dst[i*dstStride:][:n], src[i*srcStride:])
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

func gatherGo(dst []float32, stride int, src []float32, off []int32, width int) {
	for p, o := range off {
		copy(dst[p*stride:][:width], src[o:])
	}
}
