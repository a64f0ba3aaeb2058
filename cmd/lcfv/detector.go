package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/lcfv-go/lcfv/saliency"
)

// detectorFlags choose what finds the object in an image.
type detectorFlags struct{ name string }

func (d *detectorFlags) define(fs *flag.FlagSet) {
	fs.StringVar(&d.name, "detector", "intensity", "`detector` that finds the object: intensity (bright on dark), spectral, barrier, or an ONNX file of a saliency network, "+
		"preceded by how it wants its images unless that is u2net: isnet:NET.onnx or basnet:NET.onnx")
}

// openDetector is a detector and how to give back what it holds.
type openDetector struct {
	saliency.Detector
	Close func() error
}

// open opens the detector, a network on the given engine.
func (d *detectorFlags) open(backend string) (*openDetector, error) {
	nothing := func() error { return nil }
	switch d.name {
	case "intensity":
		return &openDetector{saliency.Intensity{}, nothing}, nil
	case "spectral":
		return &openDetector{saliency.SpectralResidual{}, nothing}, nil
	case "barrier":
		return &openDetector{saliency.Barrier{}, nothing}, nil
	}
	preparation, path := saliency.U2Net(), d.name
	if name, rest, found := strings.Cut(d.name, ":"); found {
		// A colon may also be part of a path.
		if p, err := saliency.PreparationByName(name); err == nil {
			preparation, path = p, rest
		}
	}
	if !strings.HasSuffix(path, ".onnx") {
		return nil, fmt.Errorf("%w: there is no detector %q, only intensity, spectral, barrier and .onnx files of saliency networks", errUsage, d.name)
	}
	m, err := (&modelFlags{path: path, backend: backend}).openModel()
	if err != nil {
		return nil, err
	}
	network, err := saliency.FromModel(m, &saliency.NetworkOptions{Preparation: &preparation})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, errors.Join(err, m.Close()))
	}
	return &openDetector{network, network.Close}, nil
}

// useless is the error, as a share of that of codes left as they are, from which on a
// control is not to be trusted.
const useless = 0.8

// advise says why a control that is called what may err about as much as codes that are
// left as they are.
func (d *detectorFlags) advise(w io.Writer, what, measure string, rmse, still float64) {
	if !(rmse > useless*still) {
		return
	}
	fmt.Fprintf(w, "%s errs by %.4f, and leaving codes as they are by %.4f: it does not do what it is for", what, rmse, still)
	if m, err := saliency.MeasureByName(measure); err == nil && m.NeedsMap {
		fmt.Fprintf(w, ", or the detector (%s) does not find the objects: look at what lcfv steer draws", d.name)
		if d.name != "barrier" {
			fmt.Fprint(w, ", and try -detector barrier")
		}
	}
	fmt.Fprintln(w)
}
