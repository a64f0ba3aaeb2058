package saliency

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lcfv-go/lcfv/generator"
)

// Preparation says how a saliency network wants its images and what its map
// means. Images come with pixels in [0, 1]; they are resized, divided by their
// largest value where Peak says so, and then a pixel of channel c is
// (value − Mean[c]) / Deviation[c]. Images and maps are resized with the triangle
// filter that Pillow calls BILINEAR and PyTorch bilinear with antialias=True; the
// tools of the networks' authors differ a little along the frame and where images
// shrink.
type Preparation struct {
	// Name is what the detector is called.
	Name string

	// Side is the height and width that the network was trained for. One whose
	// input size is fixed gets that size whatever Side says; one whose size is
	// open has to be closed to some size before it is opened
	// (onnx.Model.WithDims), best to Side.
	Side int

	// Peak divides each image by its largest value after resizing, if it has
	// one.
	Peak bool

	Mean, Deviation [3]float64

	// Stretch maps the smallest and the largest value of each map to 0 and 1.
	// An image without an object then has a map of noise.
	Stretch bool
}

// Mean and standard deviation of ImageNet's pixels.
var imageNetMean, imageNetDeviation = [3]float64{0.485, 0.456, 0.406}, [3]float64{0.229, 0.224, 0.225}

// U2Net is the preparation of U²-Net and U²-Net-p (Qin et al., Pattern
// Recognition 2020).
func U2Net() Preparation {
	return Preparation{Name: "u2net", Side: 320, Peak: true, Mean: imageNetMean, Deviation: imageNetDeviation, Stretch: true}
}

// BASNet is the preparation of BASNet (Qin et al., CVPR 2019): that of U²-Net at
// another size.
func BASNet() Preparation {
	return Preparation{Name: "basnet", Side: 256, Peak: true, Mean: imageNetMean, Deviation: imageNetDeviation, Stretch: true}
}

// ISNet is the preparation of IS-Net, the network of Highly Accurate Dichotomous
// Image Segmentation (Qin et al., ECCV 2022).
func ISNet() Preparation {
	return Preparation{Name: "isnet", Side: 1024, Mean: [3]float64{0.5, 0.5, 0.5}, Deviation: [3]float64{1, 1, 1}, Stretch: true}
}

func preparations() []Preparation { return []Preparation{U2Net(), BASNet(), ISNet()} }

// PreparationNames lists the names of the preparations of this package.
func PreparationNames() []string {
	var names []string
	for _, p := range preparations() {
		names = append(names, p.Name)
	}
	return names
}

// PreparationByName returns the preparation of that name. Any other name is an
// error that wraps [ErrUnknown] and lists the names there are.
func PreparationByName(name string) (Preparation, error) {
	all := preparations()
	if i := slices.IndexFunc(all, func(p Preparation) bool { return p.Name == name }); i >= 0 {
		return all[i], nil
	}
	return Preparation{}, fmt.Errorf("saliency: %w %q: use one of %s, or a Preparation of your own", ErrUnknown, name, strings.Join(PreparationNames(), ", "))
}

func (p *Preparation) check() error {
	for _, d := range p.Deviation {
		if !(d > 0) {
			return fmt.Errorf("saliency: %s: %w: the deviations of the channels are %v: give positive ones, or start from U2Net()", p.Name, ErrSetting, p.Deviation)
		}
	}
	return nil
}

// into writes one image, resized by r, to the channels of a network's input.
func (p *Preparation) into(dst, pix []float32, c int, r *resizer, size *generator.Images) {
	plane, from := size.H*size.W, len(pix)/c
	for k := range size.C {
		r.apply(dst[k*plane:(k+1)*plane], pix[k%c*from:(k%c+1)*from])
	}
	peak := float32(1)
	if p.Peak {
		if _, high := span(dst); high > 1e-6 {
			peak = high
		}
	}
	for k := range size.C {
		mean, scale := float32(p.Mean[k]), float32(1/p.Deviation[k])
		for i, v := range dst[k*plane : (k+1)*plane] {
			dst[k*plane+i] = (v/peak - mean) * scale
		}
	}
}

// outOf turns a network's map into one in [0, 1], resized by r.
func (p *Preparation) outOf(dst, m []float32, r *resizer) {
	if low, high := span(m); p.Stretch && high > low {
		for i, v := range m {
			m[i] = (v - low) / (high - low)
		}
	}
	r.apply(dst, m)
	for i, v := range dst {
		dst[i] = min(1, max(0, v))
	}
}
