package onnx

import (
	"fmt"
	"strings"
)

// refusals collects the nodes of a graph that are not supported. Nodes of one
// operator that are refused for the same reason are counted.
type refusals []refusal

type refusal struct {
	node   *Node // the first
	opset  int64
	reason error
	others int
}

func (r *refusals) add(n *Node, opset int64, reason error) {
	for i, known := range *r {
		if known.node.Op == n.Op && known.node.Domain == n.Domain && known.reason.Error() == reason.Error() {
			(*r)[i].others++
			return
		}
	}
	*r = append(*r, refusal{n, opset, reason, 0})
}

// err is nil where nothing was refused. It wraps all reasons.
func (r refusals) err() error {
	if len(r) == 0 {
		return nil
	}
	return r
}

// Error implements error, on one line.
func (r refusals) Error() string {
	parts := make([]string, len(r))
	for i, f := range r {
		others := ""
		if f.others > 0 {
			others = fmt.Sprintf(" and %d more", f.others)
		}
		parts[i] = fmt.Sprintf("%v%s (opset %d): %v", f.node, others, f.opset, f.reason)
	}
	return strings.Join(parts, "; ")
}

// Unwrap lets errors.Is and errors.As see every reason.
func (r refusals) Unwrap() []error {
	all := make([]error, len(r))
	for i, f := range r {
		all[i] = f.reason
	}
	return all
}
