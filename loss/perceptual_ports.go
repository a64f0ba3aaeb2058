package loss

import (
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/tensor"

	"github.com/lcfv-go/lcfv/backend"
)

// findPorts tells the images and what is compared among the model's ports.
func (p *Perceptual) findPorts(names []string) error {
	inputs := p.model.Inputs()
	if n := len(inputs); n != 1 && n != 2 {
		return fmt.Errorf("it has the inputs %s: one image or two are needed: bind the rest first", listed(inputs))
	}
	for _, in := range inputs {
		if in.Dtype != tensor.Float32 || len(in.Shape) != 4 || in.Shape[1] != 3 || !fixed(in.Shape[1:]) || !slices.Equal(in.Shape, inputs[0].Shape) {
			return fmt.Errorf("it has the inputs %s: float32 images of one shape [N, 3, H, W] with H and W fixed are needed", listed(inputs))
		}
	}
	p.image = inputs[0]
	outputs, err := pickOutputs(p.model.Outputs(), names)
	if err != nil {
		return err
	}
	p.outputs = outputs
	if len(inputs) == 1 {
		for _, out := range outputs {
			if len(out.Shape) < 2 || !fixed(out.Shape[1:]) || out.Shape[0] != p.image.Shape[0] || out.Dtype != tensor.Float32 {
				return fmt.Errorf("its output %s is no float32 feature of shape [N, C, …], one for each image", listed([]backend.Port{out}))
			}
		}
		return nil
	}
	p.other = inputs[1].Name
	if out := outputs[0]; len(outputs) != 1 || len(out.Shape) == 0 || out.Shape[0] != p.image.Shape[0] || perSample(out) != 1 || out.Dtype != tensor.Float32 {
		return fmt.Errorf("of two images it makes %s: one float32 number for each pair is needed: name it in PerceptualOptions.Outputs", listed(outputs))
	}
	return nil
}

// pickOutputs returns the named outputs, all for no names.
func pickOutputs(all []backend.Port, names []string) ([]backend.Port, error) {
	if len(names) == 0 {
		names = nil
		for _, p := range all {
			names = append(names, p.Name)
		}
	}
	var picked []backend.Port
	for _, name := range names {
		i := slices.IndexFunc(all, func(p backend.Port) bool { return p.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("it has no output %q, only %s", name, listed(all))
		}
		picked = append(picked, all[i])
	}
	if len(picked) == 0 {
		return nil, fmt.Errorf("it has no outputs")
	}
	return picked, nil
}

func fixed(shape []int) bool { return !slices.ContainsFunc(shape, func(n int) bool { return n < 1 }) }

func listed(ports []backend.Port) string {
	var s []string
	for _, p := range ports {
		s = append(s, fmt.Sprintf("%q %v%v", p.Name, p.Dtype, p.Shape))
	}
	return strings.Join(s, ", ")
}
