package native

import (
	"slices"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// assignBuffers decides which values share a buffer: a reshaped value is a view
// of the original, and an elementwise operation overwrites an operand that
// nobody reads afterwards. It returns the buffers of the graph's outputs, for
// which it may add a Copy node.
func (c *compiler) assignBuffers() (outputs []int) {
	for name, t := range c.graph.Consts {
		c.newBuffer(name, constant).value = t
	}
	for _, name := range c.graph.Inputs {
		c.newBuffer(name, readOnly)
	}
	isOutput := map[string]bool{}
	for _, name := range c.graph.Outputs {
		isOutput[name] = true
	}
	c.addCopies(isOutput)
	for _, n := range c.nodes {
		for _, name := range n.Outputs {
			if name == "" {
				continue
			}
			kind := inArena
			if isOutput[name] {
				kind = result
			}
			c.newBuffer(name, kind)
		}
	}
	for _, n := range c.nodes {
		if n.Op == "Reshape" {
			c.merge(n.Inputs[0], n.Outputs[0])
		}
	}
	c.findLifetimes()
	for i, n := range c.nodes {
		if !operators[n.Op].inPlace {
			continue
		}
		out := c.types[n.Outputs[0]]
		for _, in := range n.Inputs {
			b := c.values[in]
			if in != "" && b.kind == inArena && b.last == i && b.typ == out.Type && b.n == out.Len() {
				c.merge(in, n.Outputs[0])
				break
			}
		}
	}
	c.buffers = slices.DeleteFunc(c.buffers, func(b *buffer) bool { return b.id < 0 })
	for i, b := range c.buffers {
		b.id = i
	}
	for _, name := range c.graph.Outputs {
		if copied, ok := c.copies[name]; ok {
			name = copied
		}
		outputs = append(outputs, c.values[name].id)
	}
	return outputs
}

// addCopies gives outputs that are inputs or constants a place of their own.
func (c *compiler) addCopies(isOutput map[string]bool) {
	for _, name := range c.graph.Outputs {
		if c.values[name] == nil || !isOutput[name] {
			continue
		}
		out := unusedName(name+"/copy", c.types)
		c.types[out], c.copies[name] = c.types[name], out
		c.nodes = append(c.nodes, &onnx.Node{Name: name, Op: "Copy", Inputs: []string{name}, Outputs: []string{out}})
		delete(isOutput, name)
		isOutput[out] = true
	}
}

func (c *compiler) newBuffer(name string, kind bufferKind) *buffer {
	t := c.types[name]
	b := &buffer{id: len(c.buffers), typ: t.Type, n: t.Len(), kind: kind}
	c.buffers = append(c.buffers, b)
	c.values[name] = b
	return b
}

// merge puts the value out into the buffer of in, where that is possible: a
// caller's output has room for one value, and other memory of the caller or a
// constant cannot become one.
func (c *compiler) merge(in, out string) {
	from, to := c.values[in], c.values[out]
	switch {
	case from == to:
		return
	case to.kind == inArena:
		from, to = to, from // out becomes a view of in, whatever that is
	case from.kind != inArena:
		return
	}
	to.first, to.last = min(from.first, to.first), max(from.last, to.last)
	for name, b := range c.values {
		if b == from {
			c.values[name] = to
		}
	}
	from.id = -1
}

// findLifetimes computes the steps between which buffers are in use.
func (c *compiler) findLifetimes() {
	for _, b := range c.buffers {
		b.first, b.last = len(c.nodes), -1
	}
	for i, n := range c.nodes {
		for _, names := range [2][]string{n.Inputs, n.Outputs} {
			for _, name := range names {
				if b := c.values[name]; name != "" && b != nil {
					b.first, b.last = min(b.first, i), max(b.last, i)
				}
			}
		}
	}
}
