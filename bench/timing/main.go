// Command timing runs a generator's forward pass and pullback on the native
// backend whenever it is told to: it reads lines "forward" or "gradient" from
// standard input and answers each with the seconds one repetition took. A
// script that times something else between two lines gets figures taken side by
// side (bench/compare.py).
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"time"

	"golang.org/x/sync/errgroup"
	"gorgonia.org/tensor"

	"github.com/lcfv-go/lcfv/backend/native"
)

func main() {
	log.SetFlags(0)
	path := flag.String("model", "", "ONNX `file` with input z and output image")
	batch := flag.Int("batch", 32, "`number` of samples")
	threads := flag.Int("threads", 1, "`number` of goroutines the samples are split over")
	flag.Parse()
	if err := serve(*path, *batch, *threads); err != nil {
		log.Fatal(err)
	}
}

// part is one goroutine's share of the batch.
type part struct {
	model *native.Model
	in    map[string]*tensor.Dense
	out   map[string]*tensor.Dense
	v, dz *tensor.Dense
}

func serve(path string, batch, threads int) error {
	if path == "" || threads < 1 || batch < threads {
		return fmt.Errorf("timing: -model %q, -batch %d, -threads %d: name a model, and give every goroutine a sample at least", path, batch, threads)
	}
	m, err := native.Open(path, nil)
	if err != nil {
		return err
	}
	defer m.Close()
	parts := make([]*part, threads)
	for i := range parts {
		n := batch*(i+1)/threads - batch*i/threads
		z, image := m.Inputs()[0], m.Outputs()[0]
		parts[i] = &part{
			model: m,
			in:    map[string]*tensor.Dense{z.Name: random(append([]int{n}, z.Shape[1:]...))},
			out:   map[string]*tensor.Dense{image.Name: random(append([]int{n}, image.Shape[1:]...))},
			v:     random(append([]int{n}, image.Shape[1:]...)),
			dz:    random(append([]int{n}, z.Shape[1:]...)),
		}
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		work := (*part).gradient
		if lines.Text() == "forward" {
			work = (*part).forward
		}
		start := time.Now()
		var group errgroup.Group
		for _, p := range parts[1:] {
			group.Go(func() error { return work(p) })
		}
		if err := work(parts[0]); err != nil {
			return err
		}
		if err := group.Wait(); err != nil {
			return err
		}
		fmt.Println(time.Since(start).Seconds())
	}
	return lines.Err()
}

func random(shape []int) *tensor.Dense {
	n := 1
	for _, d := range shape {
		n *= d
	}
	r := rand.New(rand.NewPCG(1, 2))
	data := make([]float32, n)
	for i := range data {
		data[i] = float32(r.NormFloat64())
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
}

func (p *part) forward() error {
	return p.model.Run(context.Background(), p.out, p.in)
}

func (p *part) gradient() error {
	lin, err := p.model.Linearize(context.Background(), p.model.Outputs()[0].Name, p.model.Inputs()[0].Name, p.in)
	if err != nil {
		return err
	}
	defer lin.Close()
	return lin.Pullback(context.Background(), p.dz, p.v)
}
