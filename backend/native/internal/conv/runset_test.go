package conv

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/internal/f32"
	"github.com/lcfv-go/lcfv/internal/race"
)

// Convolutions with so many weights that these are read once for sets of
// vectors: of whole rows and of packed ones, with rests of every kind.
func TestSets(t *testing.T) {
	if race.Enabled {
		t.Skip("one goroutine has nothing to race with, and the reference takes long")
	}
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(11, 12))
		for _, c := range []struct {
			p    Params
			sets bool
		}{
			{Params{N: 2, C: 112, M: 131, H: 8, W: 8, KH: 3, KW: 3, PadTop: 1, PadLeft: 1, PadBottom: 1, PadRight: 1}, true},
			{Params{N: 7, C: 112, M: 131, H: 4, W: 4, KH: 3, KW: 3, PadTop: 1, PadLeft: 1, PadBottom: 1, PadRight: 1}, true},
			{Params{N: 1, C: 64, M: 256, H: 10, W: 16, KH: 3, KW: 3, PadTop: 1, PadLeft: 1, PadBottom: 1, PadRight: 1}, true},
			{Params{N: 1, C: 64, M: 256, H: 10, W: 16, KH: 3, KW: 3, PadTop: 1, PadLeft: 1, PadBottom: 1, PadRight: 1, Transposed: true}, true},
			{Params{N: 1, C: 130, M: 456, H: 13, W: 32, KH: 3, KW: 3, PadTop: 1, PadLeft: 1, PadBottom: 1, PadRight: 1, Group: 2}, true},
			{Params{N: 2, C: 520, M: 257, H: 8, W: 8, KH: 1, KW: 1}, true},
			{Params{N: 1, C: 64, M: 256, H: 9, W: 21, KH: 3, KW: 3, PadTop: 1, PadLeft: 1, PadBottom: 1, PadRight: 1}, false}, // runs overlap
		} {
			t.Run(fmt.Sprintf("%+v", c.p), func(t *testing.T) {
				q := newProblem(r, c.p)
				cv, err := New(c.p)
				require.NoError(t, err)
				ph := &cv.phases[0]
				if f32.Level() == "avx512" { // other vectors have other rests
					require.Equal(t, c.sets, cv.setOf(ph, len(ph.vecs)) > 0)
				}
				q.check(t)
			})
		}
	})
}
