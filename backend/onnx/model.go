package onnx

import (
	"maps"
	"slices"
)

// irVersion is the file format version written with StaticOpset.
const irVersion = 10

// Model wraps the graph as a model that can be written to a file and run by any
// ONNX engine. It shares the graph's nodes and constants.
func (s *Static) Model(name string) *Model {
	declare := func(names []string) []ValueInfo {
		list := make([]ValueInfo, len(names))
		for i, n := range names {
			list[i] = declaration(n, s.Types[n])
		}
		return list
	}
	return &Model{
		IRVersion: irVersion,
		Opsets:    map[string]int64{"": StaticOpset},
		Producer:  "lcfv",
		Metadata:  map[string]string{},
		Graph: &Graph{
			Name:         name,
			Nodes:        slices.Clone(s.Nodes),
			Inputs:       declare(s.Inputs),
			Outputs:      declare(s.Outputs),
			Initializers: maps.Clone(s.Consts),
		},
	}
}
