package native

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/lcfv-go/lcfv/internal/testmodels"
	"gorgonia.org/tensor"
)

func TestZZProfile(t *testing.T) {
	for _, name := range []string{"disvae_btcvae_dsprites", "anime_dcgan64"} {
		m, err := Open(testmodels.Path(t, name, "generator.onnx"), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, batch := range []int{1, 2, 4, 8, 16, 32} {
		p, err := m.linearPlan(batch, "image", "z")
		if err != nil {
			t.Fatal(err)
		}
		w := p.newSpace()
		z := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(p.wrt.shape...))
		for i := range z.Float32s() {
			z.Float32s()[i] = float32(i%7)/3 - 1
		}
		pointAt(w.forward.slots[p.inputs[0].slot], z)
		dz := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(p.wrt.shape...))
		v := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(p.output.shape...))
		for i := range v.Float32s() {
			v.Float32s()[i] = 1 * (float32(i%5) - 2)
		}
		pointAt(w.pullback.slots[p.pullback.inputs[0]], v)
		pointAt(w.pullback.slots[p.pullback.outputs[0]], dz)
		for i, prog := range []*program{p.forward, p.pullback} {
			f := []*frame{w.forward, w.pullback}[i]
			best := make([]time.Duration, len(prog.steps))
			for k := range best {
				best[k] = time.Hour
			}
			for range 60 {
				for k, s := range prog.steps {
					t0 := time.Now()
					s(f)
					best[k] = min(best[k], time.Since(t0))
				}
			}
			var total time.Duration
			for _, b := range best {
				total += b
			}
			fmt.Printf("%s batch %d program %d total per sample %v\n", name, batch, i, total/time.Duration(batch))
			if testing.Short() { continue }
			for k, n := range prog.nodes {
				fmt.Printf("  %-14s %8.1f us %v %v\n", n.Op, float64(best[k].Nanoseconds())/1e3, prog.graph.Types[n.Outputs[0]], activationOf(n).Kind)
			}
		}
		_ = context.Background()
		}
	}
}
