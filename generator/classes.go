package generator

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/tensor"

	"github.com/lcfv-go/lcfv/backend"
)

// ErrCondition says that a conditional model needs a class, or that the class
// is not one it has.
var ErrCondition = errors.New("condition not usable")

// WithClass returns a generator of the same network fixed to another class. It
// shares the weights with g and is to be closed by itself, which leaves g as it is;
// it can still draw when g is closed, but has no further classes then.
func (g *Network) WithClass(index int) (*Network, error) {
	h := *g
	h.bound, h.derived = h.model, true
	h.free = make(chan *piece, cap(g.free))
	if err := h.fixClass(&index); err != nil {
		return nil, err
	}
	return &h, nil
}

// Classes returns the names of a conditional model's classes where it states
// them.
func (g *Network) Classes() []string { return slices.Clone(g.classes) }

// ClassIndex returns the index of the class that is called name, whatever the
// case: its name as Classes has it, or the first of several with commas between
// them, as ImageNet's are, where no other class has the same.
func (g *Network) ClassIndex(name string) (int, error) {
	if g.class == nil {
		return 0, fmt.Errorf("generator: class %q asked for, but the model takes no class: leave it out: %w", name, ErrCondition)
	}
	if len(g.classes) == 0 {
		return 0, fmt.Errorf("generator: class %q: the model's classes have no names: choose one %s: %w", name, g.known(), ErrCondition)
	}
	wanted := strings.TrimSpace(name)
	var whole, first, like []int
	for i, full := range g.classes {
		short, _, _ := strings.Cut(full, ",")
		switch {
		case strings.EqualFold(full, wanted):
			whole = append(whole, i)
		case strings.EqualFold(strings.TrimSpace(short), wanted):
			first = append(first, i)
		case wanted != "" && strings.Contains(strings.ToLower(full), strings.ToLower(wanted)):
			like = append(like, i)
		}
	}
	found := whole
	if len(found) == 0 {
		found = first
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return 0, fmt.Errorf("generator: several classes are called %q: choose one by its index, %s: %w", name, g.named(found), ErrCondition)
	case len(like) > 0:
		return 0, fmt.Errorf("generator: no class is called %q; there are %s: %w", name, g.named(like), ErrCondition)
	}
	return 0, fmt.Errorf("generator: no class is called %q: choose one %s: %w", name, g.known(), ErrCondition)
}

// count returns the number of classes, 0 where it is not known.
func (g *Network) count() int {
	if g.class.Dtype == tensor.Float32 {
		return g.class.Shape[1]
	}
	return len(g.classes)
}

// known says which classes there are.
func (g *Network) known() string {
	switch n := g.count(); {
	case n == 0:
		return "by its index"
	case len(g.classes) == 0:
		return fmt.Sprintf("from 0 to %d", n-1)
	default:
		return fmt.Sprintf("from 0 to %d, such as %s", n-1, g.named([]int{0, 1, 2}))
	}
}

// named lists the first few classes by index and name.
func (g *Network) named(classes []int) string {
	var parts []string
	for _, i := range classes[:min(len(classes), 3)] {
		if i < len(g.classes) {
			parts = append(parts, fmt.Sprintf("%d (%s)", i, g.classes[i]))
		}
	}
	return strings.Join(parts, ", ")
}

// chosenClass returns the class that the options ask for, nil for none.
func (g *Network) chosenClass() (*int, error) {
	if g.opts.ClassName == "" {
		return g.opts.Class, nil
	}
	if g.opts.Class != nil {
		return nil, fmt.Errorf("generator: class %d and class %q asked for: give the index or the name: %w", *g.opts.Class, g.opts.ClassName, ErrCondition)
	}
	index, err := g.ClassIndex(g.opts.ClassName)
	return &index, err
}

// fixClass binds the class input of a conditional model.
func (g *Network) fixClass(index *int) error {
	if g.class == nil {
		if index != nil {
			return fmt.Errorf("generator: class %d asked for, but the model takes no class: leave it out: %w", *index, ErrCondition)
		}
		return nil
	}
	p, count := *g.class, g.count()
	if index == nil {
		return fmt.Errorf("generator: the model is conditional (input %q): choose a class %s: %w", p.Name, g.known(), ErrCondition)
	}
	if *index < 0 {
		return fmt.Errorf("generator: class %d does not exist: choose one %s: %w", *index, g.known(), ErrCondition)
	}
	if count > 0 && *index >= count {
		return fmt.Errorf("generator: class %d does not exist, the model has %d: choose one %s: %w", *index, count, g.known(), ErrCondition)
	}
	shape := slices.Clone(p.Shape)
	n := 1 // samples that the value is for
	if len(shape) > 0 {
		if shape[0] == backend.Batch {
			shape[0] = 1
		}
		n = shape[0]
	}
	var value *tensor.Dense
	switch p.Dtype {
	case tensor.Float32:
		oneHot := make([]float32, count)
		oneHot[*index] = 1
		value = tensor.New(tensor.WithShape(shape...), tensor.WithBacking(slices.Repeat(oneHot, n)))
	case tensor.Int32:
		value = tensor.New(tensor.WithShape(shape...), tensor.WithBacking(slices.Repeat([]int32{int32(*index)}, n)))
	default:
		value = tensor.New(tensor.WithShape(shape...), tensor.WithBacking(slices.Repeat([]int64{int64(*index)}, n)))
	}
	bound, err := g.model.Bind(p.Name, value)
	if err != nil {
		return fmt.Errorf("generator: class %d: %w: %w", *index, err, ErrCondition)
	}
	d, ok := bound.(backend.Differentiable)
	if !ok {
		return errors.New("generator: the backend's model is not differentiable once its class is fixed")
	}
	g.bound = d
	g.info.Condition = fmt.Sprintf("class %d", *index)
	if *index < len(g.classes) {
		g.info.Condition += " (" + g.classes[*index] + ")"
	}
	return nil
}
