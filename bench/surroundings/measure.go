package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/transform"
)

// part is something that is timed.
type part struct {
	name string
	run  func(*subject) error
}

// parts surround the generator. The zoom stands for transforms that are not a
// shift; the loss works on the target and the mask of the shift.
var parts = []part{
	{"zoom", func(s *subject) error { return s.apply(transform.Zoom{}) }},
	{"shift", func(s *subject) error { return s.apply(transform.TranslateX{}) }},
	{"loss", func(s *subject) error { return s.loss.Eval(s.value, nil, s.image, s.target, s.mask) }},
	{"loss + gradient", func(s *subject) error { return s.loss.Eval(s.value, s.grad, s.image, s.target, s.mask) }},
	{"residual", func(s *subject) error { return s.loss.Residual(s.residual, s.image, s.target, s.mask) }},
	{"linear", func(s *subject) error { return s.loss.ApplyLinear(s.residual, s.image, s.mask) }},
}

// summed are the parts that are held against a tenth of the generator together.
var summed = []string{"shift", "loss + gradient", "residual", "linear"}

// least is how long a part is repeated to be timed, in one round.
const least = 5 * time.Millisecond

// times are µs a sample, of one processor's time, by the names of the parts.
type times struct {
	generator float64
	parts     map[string]float64
}

func (s *subject) measure(ctx context.Context, rounds int) (times, error) {
	generators := make([]float64, rounds)
	others := map[string][]float64{}
	for i := range rounds {
		var err error
		if generators[i], err = s.timed(func() error { return s.gradient(ctx) }); err != nil {
			return times{}, err
		}
		for _, p := range parts {
			t, err := s.timed(func() error { return p.run(s) })
			if err != nil {
				return times{}, err
			}
			others[p.name] = append(others[p.name], t)
		}
	}
	t := times{generator: median(generators), parts: map[string]float64{}}
	for name, v := range others {
		t.parts[name] = median(v)
	}
	return t, nil
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// timed returns how long f takes, in µs a sample.
func (s *subject) timed(f func() error) (float64, error) {
	if err := f(); err != nil { // brings the caches up to date
		return 0, err
	}
	start := clock()
	for n := 1; ; n++ {
		if err := f(); err != nil {
			return 0, err
		}
		if d := clock() - start; d >= least {
			return float64(d.Nanoseconds()) / 1e3 / float64(n*s.z.N), nil
		}
	}
}

var header = func() string {
	var names, rule strings.Builder
	for _, p := range parts {
		fmt.Fprintf(&names, " %s |", p.name)
		rule.WriteString("---|")
	}
	return fmt.Sprintf("| generator | forward + pullback |%s %s |\n|---|---|%s---|", names.String(), strings.Join(summed, " + "), rule.String())
}()

// row is a line of the table.
func (t times) row(info generator.Info) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| %s, %d×%d×%d | %.1f |", info.Name, info.C, info.H, info.W, t.generator)
	share := func(v float64) { fmt.Fprintf(&b, " %.2f, %.1f %% |", v, 100*v/t.generator) }
	for _, p := range parts {
		share(t.parts[p.name])
	}
	var sum float64
	for _, name := range summed {
		sum += t.parts[name]
	}
	share(sum)
	return b.String()
}
