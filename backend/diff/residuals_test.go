package diff_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/backend/diff"
)

// A transposed or reshaped value is no residual beside the original, and what is
// transposed twice is not transposed.
func TestMovedResiduals(t *testing.T) {
	b := newBuilder(2, 3, 4)
	swap := map[string]any{"perm": []int64{0, 2, 1}}
	e := b.op("Exp", nil, "x")
	turned := b.op("Transpose", swap, e)
	flat := b.op("Reshape", nil, b.op("Sigmoid", nil, "x"), b.ints(2, 3, 4))
	y := b.op("MatMul", nil, turned, flat)
	check(t, b, y)

	l, err := diff.Linearize(&b.Static, y, "x")
	require.NoError(t, err)
	require.NotContains(t, l.Residuals, turned)
	require.NotContains(t, l.Residuals, flat)
	require.Contains(t, l.Residuals, e)
	transposed := 0
	for _, n := range l.Pullback.Nodes {
		if n.Op == "Transpose" {
			transposed++
		}
	}
	// Of the second operand, and of the cotangent of the first. Not of the first.
	require.Equal(t, 2, transposed)

	// Permutations that do not undo each other are applied at once.
	b = newBuilder(2, 4, 3)
	p := b.op("Transpose", map[string]any{"perm": []int64{2, 0, 1}}, b.op("Exp", nil, "x"))
	y = b.op("MatMul", nil, b.op("Transpose", swap, p), p)
	check(t, b, y)
}
