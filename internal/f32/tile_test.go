package f32

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// eachLevel runs f at every level of this machine.
func eachLevel(t *testing.T, f func(t *testing.T)) {
	for _, name := range Levels() {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, SetLevel(name))
			defer func() { require.NoError(t, SetLevel("")) }()
			f(t)
		})
	}
}

func random(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// Every tile size, start, activation and way of addressing against the
// definition in float64, with sentinels around what a tile may write.
func TestTile(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		l := Lanes()
		for rows := 1; rows <= Rows(); rows++ {
			for vecs := 1; vecs <= MaxVectors; vecs++ {
				for _, k := range []int{0, 1, 2, 7} {
					for mode := range 12 {
						tl := Tile{
							K: k, A: random(r, 1000), ARow: 1 + r.IntN(20), AStep: 1 + r.IntN(20),
							Off: make([]int32, k), B: random(r, 1000), CRow: 3*l + 5,
							Start: Start(mode % 4), Init: random(r, 1000), InitRow: r.IntN(40),
							Act: Activation{Kind: ActivationKind(mode / 4), Alpha: 0.25},
							C:   make([]float32, (rows+1)*(3*l+5)),
						}
						for p := range tl.Off {
							tl.Off[p] = int32(r.IntN(500))
						}
						for v := range vecs {
							tl.BBase[v], tl.InitBase[v] = r.IntN(400), r.IntN(400)
							tl.CBase[v] = 2 + v*(l+1)
						}
						for i := range tl.C {
							tl.C[i] = 1e9
						}
						want := tileReference(&tl, rows, vecs)
						tl.Run(rows, vecs)
						for i := range want {
							require.InDelta(t, want[i], tl.C[i], 1e-4, "rows %d vecs %d k %d mode %d element %d", rows, vecs, k, mode, i)
						}
					}
				}
			}
		}
	})
}

func tileReference(t *Tile, rows, vecs int) []float64 {
	c := make([]float64, len(t.C))
	for i := range c {
		c[i] = float64(t.C[i])
	}
	for i := range rows {
		for v := range vecs {
			for j := range Lanes() {
				var s float64
				switch t.Start {
				case StartRow:
					s = float64(t.Init[i])
				case StartLoad, StartAdd:
					s = float64(t.Init[t.InitBase[v]+i*t.InitRow+j])
				}
				for p, off := range t.Off {
					s += float64(t.A[i*t.ARow+p*t.AStep]) * float64(t.B[t.BBase[v]+int(off)+j])
				}
				switch {
				case t.Act.Kind == ActRelu && s < 0:
					s = 0
				case t.Act.Kind == ActLeakyRelu && s < 0:
					s *= float64(t.Act.Alpha)
				}
				c[t.CBase[v]+i*t.CRow+j] = s
			}
		}
	}
	return c
}

// BenchmarkTile is the rate of the full tile on operands in the first cache: the
// most that any product can reach.
func BenchmarkTile(b *testing.B) {
	for _, name := range Levels() {
		for _, rows := range []int{8, 4, 3, 1} {
			b.Run(fmt.Sprintf("%s/rows=%d", name, rows), func(b *testing.B) {
				require.NoError(b, SetLevel(name))
				defer SetLevel("")
				if rows > Rows() {
					b.Skip()
				}
				l := Lanes()
				const k = 128
				tl := Tile{K: k, A: make([]float32, 8*k), ARow: 1, AStep: 8, Off: make([]int32, k),
					B: make([]float32, 3*l*k), C: make([]float32, 8*3*l), CRow: 3 * l}
				for v := range MaxVectors {
					tl.BBase[v], tl.CBase[v] = v*l, v*l
				}
				for p := range tl.Off {
					tl.Off[p] = int32(3 * l * p)
				}
				for b.Loop() {
					tl.Run(rows, MaxVectors)
				}
				b.ReportMetric(float64(2*k*rows*MaxVectors*l)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
