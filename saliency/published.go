package saliency

// PublishedMinArea is the mean saliency at or below which Plumerault et al.
// (ICLR 2020) leave an image out.
const PublishedMinArea = 0.02

// published returns the measures of the paper's evaluation, so that figures
// compare: the barycentre of the saliency in [−½, ½] from the middle of the
// frame, and the mean saliency as scale. They are not defined where the mean
// saliency is at most [PublishedMinArea]; in Evaluate that counts as undetected.
func published() []Measure {
	measure := func(name, unit string, of func(s Sample) float64) Measure {
		return Measure{Name: name, Unit: unit, NeedsMap: true, Of: func(s Sample) (float64, bool) {
			return of(s), Area(s.Map) > PublishedMinArea
		}}
	}
	return []Measure{
		measure("published-x", "fraction of width", func(s Sample) float64 {
			x, _ := Barycentre(s.Map, s.H, s.W)
			return x - 0.5
		}),
		measure("published-y", "fraction of height", func(s Sample) float64 {
			_, y := Barycentre(s.Map, s.H, s.W)
			return y - 0.5
		}),
		measure("published-scale", "mean saliency", func(s Sample) float64 { return Area(s.Map) }),
	}
}
