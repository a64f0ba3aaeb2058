//go:build !purego

package f32

func copyRows(dst []float32, dstStride int, src []float32, srcStride, rows, n int) {
	if current.lanes == portable.lanes {
		copyRowsGo(dst, dstStride, src, srcStride, rows, n)
		return
	}
	copyRowsAVX2(&dst[0], dstStride, &src[0], srcStride, rows, n)
}

func smooth(dst, src Plane, kernel []float32, step int) {
	to, from := &dst.X[dst.Start], &src.X[src.Start]
	switch current.lanes {
	case 16:
		smoothAVX512(to, dst.Stride, from, src.Stride, src.Rows, src.N, &kernel[0], len(kernel)-1, step)
	case 8:
		smoothAVX2(to, dst.Stride, from, src.Stride, src.Rows, src.N, &kernel[0], len(kernel)-1, step)
	default:
		smoothGo(dst, src, kernel, step)
	}
}

func addRows(dst []float32, dstStride int, src []float32, srcStride, rows, n int) {
	if current.lanes == portable.lanes {
		addRowsGo(dst, dstStride, src, srcStride, rows, n)
		return
	}
	addRowsAVX2(&dst[0], dstStride, &src[0], srcStride, rows, n)
}

func interleaveRows(dst []float32, dstStride int, a, b []float32, srcStride, rows, pairs int) {
	if current.lanes == portable.lanes {
		interleaveRowsGo(dst, dstStride, a, b, srcStride, rows, pairs)
		return
	}
	interleaveRowsAVX2(&dst[0], dstStride, &a[0], &b[0], srcStride, rows, pairs)
}

func deinterleaveRows(a, b []float32, dstStride int, src []float32, srcStride, rows, pairs int) {
	if current.lanes == portable.lanes {
		deinterleaveRowsGo(a, b, dstStride, src, srcStride, rows, pairs)
		return
	}
	deinterleaveRowsAVX2(&a[0], &b[0], dstStride, &src[0], srcStride, rows, pairs)
}

func gatherVector(dst []float32, stride int, src []float32, starts *[4]int, off []int32, width int) {
	switch [2]int{current.lanes, width} {
	case [2]int{16, 4}:
		gather4x4AVX512(&dst[0], stride, &src[0], starts, &off[0], len(off))
	case [2]int{16, 8}:
		gather8x2AVX512(&dst[0], stride, &src[0], starts, &off[0], len(off))
	case [2]int{8, 4}:
		gather4x2AVX2(&dst[0], stride, &src[0], starts, &off[0], len(off))
	default:
		gatherVectorGo(dst, stride, src, starts, off, width)
	}
}

func interleaveVector(dst []float32, starts *[4]int, dstStride int, a, b []float32, srcStride, rows, width int) {
	if current.lanes != levelAVX512.lanes {
		interleaveVectorGo(dst, starts, dstStride, a, b, srcStride, rows, width)
		return
	}
	at := *starts
	switch width {
	case 16:
		at[1] = at[0] + 16
		interleaveVector2AVX512(&dst[0], &at, dstStride, &a[0], &b[0], srcStride, rows)
	case 8:
		interleaveVector2AVX512(&dst[0], &at, dstStride, &a[0], &b[0], srcStride, rows)
	default:
		interleaveVector4AVX512(&dst[0], &at, dstStride, &a[0], &b[0], srcStride, rows)
	}
}

func sum32(sums *[32]float64, x []float32) {
	switch current.lanes {
	case 16:
		sumAVX512(sums, &x[0], nil, len(x))
	case 8:
		sumAVX2(sums, &x[0], nil, len(x))
	default:
		sumGo(sums, x)
	}
}

func dot32(sums *[32]float64, a, b []float32) {
	switch current.lanes {
	case 16:
		dotAVX512(sums, &a[0], &b[0], len(a))
	case 8:
		dotAVX2(sums, &a[0], &b[0], len(a))
	default:
		dotGo(sums, a, b)
	}
}
