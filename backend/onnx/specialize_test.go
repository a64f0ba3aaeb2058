package onnx

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/internal/testmodels"
)

func TestQuick(t *testing.T) {
	for _, name := range append([]string{"biggan_tiny"}, testmodels.Generators...) {
		m, err := Read(testmodels.Path(t, name, "generator.onnx"))
		require.NoError(t, err)
		ref := testmodels.Reference(t, name)
		s, err := m.Specialize(ref["z"].Shape[0], nil, evalReference)
		require.NoError(t, err, name)
		require.Equal(t, ref["image"].Shape, s.Type("image").Shape)
		t.Log(name, len(m.Graph.Nodes), len(s.Nodes), len(s.Consts))
	}
}
