package transform

import (
	"fmt"
	"strconv"
	"strings"
)

// builtins returns the transforms of this package.
func builtins() []Transform {
	return []Transform{
		TranslateX{}, TranslateY{}, Zoom{}, Rotate{},
		Brightness{}, Contrast{}, Saturation{}, Hue{},
	}
}

// Names lists the names of the built-in transforms.
func Names() []string {
	var names []string
	for _, b := range builtins() {
		names = append(names, b.Name())
	}
	return names
}

// ByName returns the built-in transform of that name, or the composition that a
// sum such as "translate-x+0.5*zoom" describes. Any other name is an error that
// wraps [ErrUnknown] and lists the names there are.
func ByName(name string) (Transform, error) {
	var parts []Part
	for term := range strings.SplitSeq(name, "+") {
		p, err := parsePart(term)
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	if len(parts) == 1 && parts[0].Weight == 1 {
		return parts[0].Transform, nil
	}
	return Compose(parts...)
}

// parsePart reads "name" or "weight*name".
func parsePart(term string) (Part, error) {
	p := Part{Weight: 1}
	name := term
	if factor, rest, ok := strings.Cut(term, "*"); ok {
		w, err := strconv.ParseFloat(factor, 64)
		if err != nil || w == 0 {
			return p, fmt.Errorf("transform: %w %q: the weight %q is not a number other than 0", ErrUnknown, term, factor)
		}
		p.Weight, name = w, rest
	}
	for _, b := range builtins() {
		if b.Name() == name {
			p.Transform = b
			return p, nil
		}
	}
	return p, fmt.Errorf("transform: %w %q: use one of %s, or a sum such as translate-x+0.5*zoom",
		ErrUnknown, name, strings.Join(Names(), ", "))
}
