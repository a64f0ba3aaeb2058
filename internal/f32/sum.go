package f32

// Sum returns the sum of x in float64. Elements whose places are equal modulo 32
// are added up in order, then those sums by halves: the same bytes at every
// level.
func Sum(x []float32) float64 {
	var sums [32]float64
	whole := len(x) &^ 31
	if whole > 0 {
		sum32(&sums, x[:whole])
	}
	for i, v := range x[whole:] {
		sums[i] += float64(v)
	}
	return total(&sums)
}

// Dot returns the inner product of a and b in float64, summed as by Sum.
func Dot(a, b []float32) float64 {
	sameLen(len(a), len(b), len(b))
	var sums [32]float64
	whole := len(a) &^ 31
	if whole > 0 {
		dot32(&sums, a[:whole], b[:whole])
	}
	for i, v := range a[whole:] {
		sums[i] += float64(v) * float64(b[whole+i])
	}
	return total(&sums)
}

// SumRuns computes the sum of each n neighbours of x, in order and in float64: for
// sums so short that Sum would take longer to begin.
func SumRuns(dst, x []float32, n int) {
	sameLen(n*len(dst), len(x), len(x))
	if n == 2 {
		for i := range dst {
			dst[i] = x[2*i] + x[2*i+1] // rounds as the sum in float64 does
		}
		return
	}
	for i := range dst {
		var s float64
		for _, v := range x[i*n : (i+1)*n] {
			s += float64(v)
		}
		dst[i] = float32(s)
	}
}

func total(sums *[32]float64) float64 {
	for half := 16; half > 0; half /= 2 {
		for i := range half {
			sums[i] += sums[half+i]
		}
	}
	return sums[0]
}

func sumGo(sums *[32]float64, x []float32) {
	for ; len(x) >= 32; x = x[32:] {
		for i, v := range x[:32] {
			sums[i] += float64(v)
		}
	}
}

func dotGo(sums *[32]float64, a, b []float32) {
	for ; len(a) >= 32; a, b = a[32:], b[32:] {
		b := b[:32]
		for i, v := range a[:32] {
			sums[i] += float64(v) * float64(b[i])
		}
	}
}
