package generator

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gorgonia.org/tensor"

	"github.com/lcfv-go/lcfv/backend"
)

// findPorts tells which of the model's ports carry latent codes, images and the
// class.
func (g *Network) findPorts() error {
	meta := g.model.Metadata()
	name := g.opts.Latent
	if name == "" {
		name = meta[MetaLatent]
	}
	inputs := g.model.Inputs()
	latent, err := pickPort("input for latent codes (float32 [N, D])", "Latent", name, "z", inputs, isLatent)
	if err != nil {
		return err
	}
	g.latent = latent
	g.image, err = pickPort("output that is an image (float32 [N, C, H, W])", "Image", g.opts.Image, "image", g.model.Outputs(), isImage)
	if err != nil {
		return err
	}
	if in, out := g.latent.Shape[0], g.image.Shape[0]; in != out {
		return fmt.Errorf("generator: input %q takes %s codes, output %q has %s images: these have to agree", g.latent.Name, extent(in), g.image.Name, extent(out))
	}
	for _, p := range inputs {
		switch {
		case p.Name == latent.Name:
		case g.class == nil && isClass(p):
			g.class = &p
		default:
			return fmt.Errorf("generator: input %q of type %v %v is neither the latent code nor a class: fix it with the model's Bind first", p.Name, p.Dtype, p.Shape)
		}
	}
	return nil
}

// pickPort returns the port called name, or without a name the one with the
// usual name, or the only one that fits.
func pickPort(what, option, name, usual string, ports []backend.Port, fits func(backend.Port) bool) (backend.Port, error) {
	var fitting []backend.Port
	var names []string
	for _, p := range ports {
		names = append(names, fmt.Sprintf("%q %v%v", p.Name, p.Dtype, p.Shape))
		if p.Name == name && !fits(p) {
			return p, fmt.Errorf("generator: %q of type %v%v cannot be the %s", name, p.Dtype, p.Shape, what)
		}
		if fits(p) {
			if p.Name == name || name == "" && p.Name == usual {
				return p, nil
			}
			fitting = append(fitting, p)
		}
	}
	if name == "" && len(fitting) == 1 {
		return fitting[0], nil
	}
	return backend.Port{}, fmt.Errorf("generator: cannot tell the %s; the model has %s: name it with ModelOptions.%s",
		what, strings.Join(names, ", "), option)
}

// isLatent reports whether a port takes D float32 for each sample: N×D, or
// N×D×1×1 as convolutional generators have it.
func isLatent(p backend.Port) bool {
	return p.Dtype == tensor.Float32 && len(p.Shape) >= 2 && p.Shape[1] > 0 && size(p) == p.Shape[1]
}

func isImage(p backend.Port) bool {
	return p.Dtype == tensor.Float32 && len(p.Shape) == 4 && !slices.Contains(p.Shape[1:], backend.Batch)
}

// isClass reports whether a port takes the index of a class, or one-hot classes.
func isClass(p backend.Port) bool {
	if p.Dtype == tensor.Int64 || p.Dtype == tensor.Int32 {
		return len(p.Shape) <= 2 && size(p) == 1
	}
	return isLatent(p) && len(p.Shape) == 2
}

// extent puts a leading extent into words.
func extent(n int) string {
	if n == backend.Batch {
		return "any number of"
	}
	return strconv.Itoa(n)
}

// size is the number of elements a port has for one sample.
func size(p backend.Port) int {
	n := 1
	for _, d := range p.Shape[min(1, len(p.Shape)):] {
		n *= d
	}
	return n
}
