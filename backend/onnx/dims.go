package onnx

import (
	"fmt"
	"maps"
	"slices"
)

// WithDims returns a model in which the named open dimensions of inputs and
// outputs are closed: a network for images of any size becomes one for images
// of a given size. The receiver is unchanged and shares everything else.
func (m *Model) WithDims(size map[string]int) (*Model, error) {
	known := make(map[string]bool)
	closed := func(list []ValueInfo) []ValueInfo {
		list = slices.Clone(list)
		for i, v := range list {
			list[i].Shape = slices.Clone(v.Shape)
			for k, d := range v.Shape {
				if d.Value >= 0 || d.Param == "" {
					continue
				}
				known[d.Param] = true
				if n, ok := size[d.Param]; ok {
					list[i].Shape[k] = Dim{Value: n}
				}
			}
		}
		return list
	}
	c := *m
	g := *m.Graph
	g.Inputs, g.Outputs = closed(g.Inputs), closed(g.Outputs)
	c.Graph = &g
	for _, name := range slices.Sorted(maps.Keys(size)) {
		switch {
		case !known[name]:
			return nil, fmt.Errorf("onnx: the model has no open dimension %q; it has %s", name, quoted(slices.Sorted(maps.Keys(known))))
		case size[name] < 1 || size[name] > maxElements:
			return nil, fmt.Errorf("onnx: dimension %q cannot be %d", name, size[name])
		}
	}
	return &c, nil
}
