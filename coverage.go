package lcfv

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// coverage returns the share of requests that were met, with a 95 % interval:
// missed[i] of the counts[i] requests of code i were not. The interval is Wilson's
// (JASA 22, 1927) for as many independent requests as the ones there are are
// worth, with those of one code alike (Kish, Survey sampling, 1965, section 5.4).
// With no requests all are 0.
func coverage(missed, counts []float64) (n int, share float64, ci [2]float64) {
	total, sum, codes := 0.0, 0.0, 0.0
	for i, m := range counts {
		total += m
		sum += missed[i]
		if m > 0 {
			codes++
		}
	}
	if total == 0 {
		return 0, 0, ci
	}
	rate := sum / total
	// Requests of one code are worth one request at least. Where nothing or
	// everything is missed, how alike they are does not show: they count as one.
	worth := codes
	if rate > 0 && rate < 1 && codes > 1 {
		squares := make([]float64, 0, len(counts))
		for i, m := range counts {
			if m > 0 {
				squares = append(squares, (missed[i]-rate*m)*(missed[i]-rate*m))
			}
		}
		variance := stat.Mean(squares, nil) * codes / (codes - 1) * codes / (total * total)
		worth = min(max(rate*(1-rate)/variance, codes), total)
	}
	const z = 1.959964
	centre := (1 - rate + z*z/(2*worth)) / (1 + z*z/worth)
	half := z / (1 + z*z/worth) * math.Sqrt(rate*(1-rate)/worth+z*z/(4*worth*worth))
	return int(total), 1 - rate, [2]float64{max(centre-half, 0), min(centre+half, 1)}
}
