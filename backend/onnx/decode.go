package onnx

import "fmt"

// decoder turns the bytes of a file into a Model. Field numbers are those of
// onnx.proto.
type decoder struct {
	ext   external
	depth int
}

func (d *decoder) model(b []byte) (*Model, error) {
	const what = "model"
	m := &Model{Opsets: map[string]int64{}, Metadata: map[string]string{}}
	err := fields(b, what, func(f field) (err error) {
		switch f.id {
		case 1:
			m.IRVersion, err = f.int(what)
		case 2:
			m.Producer, err = f.text(what)
		case 3:
			m.ProducerVersion, err = f.text(what)
		case 6:
			m.Doc, err = f.text(what)
		case 7:
			if m.Graph != nil {
				return formatf("the model has two graphs: export it again")
			}
			if b, err = f.message(what); err == nil {
				m.Graph, err = d.graph(b, "graph")
			}
		case 8:
			err = d.opset(m.Opsets, f)
		case 14:
			err = pair(m.Metadata, f, what)
		case 25:
			return unsupportedf("the model defines functions of its own: export it with an opset for which the exporter needs none, or inline them with onnx.inliner.inline_local_functions")
		}
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case m.Graph == nil:
		return nil, formatf("the file holds no graph: %s", truncated)
	case len(m.Opsets) == 0:
		return nil, formatf("the file names no opset: %s", truncated)
	}
	return m, nil
}

func (d *decoder) opset(dst map[string]int64, f field) error {
	const what = "opset"
	b, err := f.message(what)
	if err != nil {
		return err
	}
	var domain string
	var version int64
	err = fields(b, what, func(f field) (err error) {
		switch f.id {
		case 1:
			domain, err = f.text(what)
		case 2:
			version, err = f.int(what)
		}
		return err
	})
	dst[cleanDomain(domain)] = version
	return err
}

// cleanDomain maps the long name of ONNX's own domain to the short one.
func cleanDomain(s string) string {
	if s == "ai.onnx" {
		return ""
	}
	return s
}

// pair reads a StringStringEntry.
func pair(dst map[string]string, f field, what string) error {
	b, err := f.message(what)
	if err != nil {
		return err
	}
	var key, value string
	err = fields(b, what, func(f field) (err error) {
		switch f.id {
		case 1:
			key, err = f.text(what)
		case 2:
			value, err = f.text(what)
		}
		return err
	})
	dst[key] = value
	return err
}

func (d *decoder) graph(b []byte, what string) (*Graph, error) {
	d.depth++
	defer func() { d.depth-- }()
	if d.depth > maxDepth {
		return nil, unsupportedf("subgraphs are nested deeper than %d levels", maxDepth)
	}
	g := &Graph{Initializers: map[string]*Tensor{}}
	err := fields(b, what, func(f field) (err error) {
		var b []byte
		switch f.id {
		case 1, 5, 11, 12, 15:
			if b, err = f.message(what); err != nil {
				return err
			}
		}
		switch f.id {
		case 1:
			n, err := d.node(b, len(g.Nodes))
			g.Nodes = append(g.Nodes, n)
			return err
		case 2:
			g.Name, err = f.text(what)
		case 5:
			name, t, err := d.tensor(b, fmt.Sprintf("initializer %d", len(g.Initializers)))
			if err != nil {
				return err
			}
			return g.addInitializer(name, t)
		case 11:
			v, err := d.valueInfo(b)
			g.Inputs = append(g.Inputs, v)
			return err
		case 12:
			v, err := d.valueInfo(b)
			g.Outputs = append(g.Outputs, v)
			return err
		case 15:
			return unsupportedf("the model has sparse initializers: export it with dense ones")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	inputs := g.Inputs[:0]
	for _, in := range g.Inputs { // files of IR version 3 list initializers as inputs
		if _, ok := g.Initializers[in.Name]; !ok {
			inputs = append(inputs, in)
		}
	}
	g.Inputs = inputs
	return g, nil
}

// addInitializer adds a weight after checking that it is a number.
func (g *Graph) addInitializer(name string, t *Tensor) error {
	if name == "" {
		return formatf("an initializer has no name: export the model again")
	}
	if _, ok := g.Initializers[name]; ok {
		return formatf("initializer %q is defined twice: export the model again", name)
	}
	if t.Type.IsFloat() {
		if i := firstNaN(t); i >= 0 {
			return formatf("initializer %q holds NaN (element %d of %v): training diverged or the file is damaged, use another checkpoint", name, i, t.Shape)
		}
	}
	g.Initializers[name] = t
	return nil
}

func (d *decoder) node(b []byte, index int) (*Node, error) {
	what := fmt.Sprintf("node %d", index)
	n := &Node{Attrs: map[string]any{}}
	var attrs [][]byte
	err := fields(b, what, func(f field) (err error) {
		var s string
		switch f.id {
		case 1:
			s, err = f.text(what)
			n.Inputs = append(n.Inputs, s)
		case 2:
			s, err = f.text(what)
			n.Outputs = append(n.Outputs, s)
		case 3:
			n.Name, err = f.text(what)
		case 4:
			n.Op, err = f.text(what)
		case 5:
			var a []byte
			a, err = f.message(what)
			attrs = append(attrs, a)
		case 7:
			n.Domain, err = f.text(what)
			n.Domain = cleanDomain(n.Domain)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if n.Op == "" {
		return nil, formatf("%s names no operator: %s", what, truncated)
	}
	for _, a := range attrs { // after the name is known, for errors
		name, v, err := d.attribute(a, n.String())
		if err != nil {
			return nil, err
		}
		if _, ok := n.Attrs[name]; ok {
			return nil, formatf("%v has attribute %q twice: export the model again", n, name)
		}
		n.Attrs[name] = v
	}
	return n, nil
}

func (d *decoder) valueInfo(b []byte) (ValueInfo, error) {
	const what = "input or output"
	var v ValueInfo
	var typ []byte
	err := fields(b, what, func(f field) (err error) {
		switch f.id {
		case 1:
			v.Name, err = f.text(what)
		case 2:
			typ, err = f.message(what)
		}
		return err
	})
	if err != nil {
		return v, err
	}
	return v, fields(typ, what, func(f field) error {
		if f.id == 6 { // denotation
			return nil
		}
		if f.id != 1 {
			return unsupportedf("%s %q is a sequence, map, sparse or optional value: lcfv needs tensors", what, v.Name)
		}
		b, err := f.message(what)
		if err != nil {
			return err
		}
		return d.tensorType(&v, b)
	})
}

func (d *decoder) tensorType(v *ValueInfo, b []byte) error {
	const what = "type of an input or output"
	return fields(b, what, func(f field) error {
		switch f.id {
		case 1:
			t, err := f.int(what)
			v.Type = DataType(t)
			return err
		case 2:
			v.Shape = []Dim{}
			b, err := f.message(what)
			if err != nil {
				return err
			}
			return fields(b, what, func(f field) error {
				if f.id != 1 {
					return nil
				}
				b, err := f.message(what)
				if err != nil {
					return err
				}
				dim, err := dimension(b, what)
				v.Shape = append(v.Shape, dim)
				return err
			})
		}
		return nil
	})
}

func dimension(b []byte, what string) (Dim, error) {
	dim := Dim{Value: -1}
	err := fields(b, what, func(f field) (err error) {
		switch f.id {
		case 1:
			var v int64
			v, err = f.int(what)
			if v < 0 || v > maxElements { // -1 is how some exporters write "unknown"
				v = -1
			}
			dim.Value = int(v)
		case 2:
			dim.Param, err = f.text(what)
		}
		return err
	})
	return dim, err
}
