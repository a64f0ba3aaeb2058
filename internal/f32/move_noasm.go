//go:build !amd64 || purego

package f32

func copyRows(dst []float32, dstStride int, src []float32, srcStride, rows, n int) {
	copyRowsGo(dst, dstStride, src, srcStride, rows, n)
}

func addRows(dst []float32, dstStride int, src []float32, srcStride, rows, n int) {
	addRowsGo(dst, dstStride, src, srcStride, rows, n)
}

func interleaveRows(dst []float32, dstStride int, a, b []float32, srcStride, rows, pairs int) {
	interleaveRowsGo(dst, dstStride, a, b, srcStride, rows, pairs)
}

func deinterleaveRows(a, b []float32, dstStride int, src []float32, srcStride, rows, pairs int) {
	deinterleaveRowsGo(a, b, dstStride, src, srcStride, rows, pairs)
}

func gatherVector(dst []float32, stride int, src []float32, starts *[4]int, off []int32, width int) {
	gatherVectorGo(dst, stride, src, starts, off, width)
}

func interleaveVector(dst []float32, starts *[4]int, dstStride int, a, b []float32, srcStride, rows, width int) {
	interleaveVectorGo(dst, starts, dstStride, a, b, srcStride, rows, width)
}

func smooth(dst, src Plane, kernel []float32, step int) { smoothGo(dst, src, kernel, step) }

func sum32(sums *[32]float64, x []float32) { sumGo(sums, x) }

func dot32(sums *[32]float64, a, b []float32) { dotGo(sums, a, b) }
