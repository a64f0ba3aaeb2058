package conv

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/internal/f32"
	"github.com/lcfv-go/lcfv/internal/f32/guard"
)

// Nothing beyond the end of a slice is touched, read included: where it is, the
// program ends.
func TestStaysInside(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(27, 28))
		var ps []Params
		for range trials() {
			p := randomParams(r)
			ps = append(ps, p)
			// Convolutions that read the image where it lies.
			ps = append(ps, Params{N: p.N, C: p.C, H: p.H, W: p.W, M: p.M, KH: 1, KW: min(p.KW, p.W), Group: p.Group})
		}
		for _, p := range ps {
			q := newProblem(r, p)
			c, err := New(p)
			require.NoError(t, err)
			x, w, bias := guard.Slice(t, len(q.x)), guard.Slice(t, len(q.w)), guard.Slice(t, len(q.bias))
			dst, scratch := guard.Slice(t, q.outLen), guard.Slice(t, c.DynamicScratch())
			c.RunDynamic(dst, x, w, bias, f32.Activation{}, scratch)
		}
	})
}
