package saliency

// outline turns how conspicuous each pixel of an h×w map is into how much it
// belongs to the one object that stands out: 0 for the ground, 1 for the inside,
// in between along the edge, and 0 for all but one region. scores is overwritten
// by the result; label has room for h·w numbers.
//
// The two classes are told apart by Otsu's threshold (1979). The ramp from 0 to 1
// begins half-way between the mean of the ground and the threshold and ends at
// the mean of the object. Of the regions this leaves, connected by the sides of
// pixels, the one with the largest sum is the object. Without the first step, the
// ground's remainder would draw the barycentre towards the middle of the frame;
// without the second, so would whatever else stands out a little.
func outline(scores []float32, label []int32, h, w int) {
	threshold, ground, object := otsu(scores)
	if !(object > ground) {
		clear(scores)
		return
	}
	from := (ground + threshold) / 2
	for i, v := range scores {
		scores[i] = float32(min(1, max(0, (float64(v)-from)/(object-from))))
	}
	largest(scores, label, h, w)
}

// otsu returns the threshold that splits x into the two classes with the largest
// variance between them, and the means of these; three zeros if x is constant or
// not finite.
func otsu(x []float32) (threshold, below, above float64) {
	const bins = 256
	low, high := span(x)
	width := float64(high-low) / bins
	if !(width > 0) || width-width != 0 {
		return 0, 0, 0
	}
	var counts, sums [bins]float64
	var n, sum float64
	for _, v := range x {
		i := min(bins-1, int(float64(v-low)/width))
		counts[i]++
		sums[i] += float64(v)
		n++
		sum += float64(v)
	}
	var n0, sum0, most float64
	for i := range bins - 1 {
		n0 += counts[i]
		sum0 += sums[i]
		if n0 == 0 || n0 == n {
			continue
		}
		m0, m1 := sum0/n0, (sum-sum0)/(n-n0)
		if between := n0 * (n - n0) * (m1 - m0) * (m1 - m0); between > most {
			most, threshold, below, above = between, float64(low)+float64(i+1)*width, m0, m1
		}
	}
	return threshold, below, above
}

// largest clears an h×w map outside of the connected region of positive pixels
// that has the largest sum.
func largest(m []float32, label []int32, h, w int) {
	label = label[:len(m)]
	clear(label)
	var best float64
	var object, regions int32
	var open []int
	for first, v := range m {
		if v == 0 || label[first] != 0 {
			continue
		}
		regions++
		label[first] = regions
		var sum float64
		for open = append(open[:0], first); len(open) > 0; {
			p := open[len(open)-1]
			open = open[:len(open)-1]
			sum += float64(m[p])
			visit := func(q int) {
				if m[q] > 0 && label[q] == 0 {
					label[q] = regions
					open = append(open, q)
				}
			}
			if p%w > 0 {
				visit(p - 1)
			}
			if p%w < w-1 {
				visit(p + 1)
			}
			if p >= w {
				visit(p - w)
			}
			if p < (h-1)*w {
				visit(p + w)
			}
		}
		if sum > best {
			best, object = sum, regions
		}
	}
	for i := range m {
		if label[i] != object {
			m[i] = 0
		}
	}
}
