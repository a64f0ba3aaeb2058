package f32

func copyRows(dst []float32, dstStride int, src []float32, srcStride, rows, n int) {
	if current.lanes == portable.lanes {
		copyRowsGo(dst, dstStride, src, srcStride, rows, n)
		return
	}
	copyRowsAVX2(&dst[0], dstStride, &src[0], srcStride, rows, n)
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

func gather(dst []float32, stride int, src []float32, off []int32, width int) {
	switch {
	case current.lanes == portable.lanes || width != 4 && width != 8:
		gatherGo(dst, stride, src, off, width)
	case width == 4:
		gather4AVX2(&dst[0], stride, &src[0], &off[0], len(off))
	default:
		gather8AVX2(&dst[0], stride, &src[0], &off[0], len(off))
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
