// Command inversion compares ways to invert generators: Adam with the settings
// of the paper's authors in PyTorch and in lcfv, and lcfv's default, on both of
// its engines.
//
//	go run ./bench/inversion -models ../shared/models -python .venv/bin/python
//	go run ./bench/inversion -models ../shared/models -variants 3 -only disvae_btcvae_dsprites,disvae_betaH_dsprites
//
// All start from the same codes z_0 and aim at the same targets; the errors of
// what they found are taken by one loss on one engine, and one fit makes controls
// of it, which are measured on the same held-out codes. They take turns, so that a
// change of the machine's speed meets all.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// task is a generator to invert.
type task struct {
	model        string // folder below the shared models
	trajectories int
	rounds       int       // of timing, at most one for each |t|
	rates        []float64 // of PyTorch's Adam with long steps a target
	budgets      []int     // iterations of L-BFGS, to find how few do
	object       bool      // whether images show an object that can be measured
	goals        []goal
}

// long is the number of iterations a target of the Adams in task.rates.
const long = 200

var tasks = []task{
	{model: "disvae_btcvae_dsprites", trajectories: 60, rounds: 5, object: true, goals: []goal{faster, closer, controlled, within}},
	{model: "disvae_betaH_dsprites", trajectories: 60, rounds: 5, object: true, goals: []goal{faster, closer, tenfold, within}},
	{model: "anime_dcgan64", trajectories: 8, rounds: 1, rates: []float64{0.01, 0.05, 0.1}, budgets: []int{10, 20, 40}, goals: []goal{thrifty, within}},
}

// settings are the flags.
type settings struct {
	models, python, script string
	threads                int
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("inversion: ")
	var s settings
	flag.StringVar(&s.models, "models", filepath.Join("..", "shared", "models"), "`folder` of the shared models")
	flag.StringVar(&s.python, "python", "python3", "`program` with torch, onnx and numpy (bench/requirements.txt)")
	flag.StringVar(&s.script, "script", filepath.Join("bench", "inversion", "torch_adam.py"), "`file` of the PyTorch side")
	flag.IntVar(&s.threads, "threads", 1, "`number` of threads of PyTorch, and of goroutines of lcfv")
	only := flag.String("only", "", "`names` of the models to run, separated by commas, instead of all")
	trajectories := flag.Int("trajectories", 0, "`number` of trajectories, 0 for 60 of sprites and 8 of faces")
	seeds := flag.Int("variants", 0, "`number` of seeds to run variants of the default with instead, without PyTorch")
	flag.Parse()
	if s.threads < 1 || *trajectories < 0 || *seeds < 0 {
		log.Fatalf("-threads %d, -trajectories %d, -variants %d: give positive numbers", s.threads, *trajectories, *seeds)
	}
	runtime.GOMAXPROCS(s.threads)
	for _, t := range tasks {
		if *only != "" && !strings.Contains(","+*only+",", ","+t.model+",") {
			continue
		}
		if *trajectories > 0 {
			t.trajectories = *trajectories
		}
		var err error
		if *seeds > 0 {
			err = s.vary(context.Background(), os.Stdout, t, *seeds)
		} else {
			err = s.run(context.Background(), os.Stdout, t)
		}
		if err != nil {
			log.Fatalf("%s: %v", t.model, err)
		}
	}
}

// run has all entries invert the task's generator and prints how they did.
func (s *settings) run(ctx context.Context, w io.Writer, t task) error {
	p, err := open(s, t)
	if err != nil {
		return err
	}
	defer p.close()
	folder, err := os.MkdirTemp("", "lcfv-inversion-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if err := p.write(ctx, folder); err != nil {
		return err
	}
	python, err := start(s, p, folder)
	if err != nil {
		return err
	}
	defer python.Close()
	entries, err := p.compete(ctx, python)
	if err != nil {
		return err
	}
	j := judge{problem: p}
	for _, e := range entries {
		if err := j.measure(ctx, e); err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
	}
	print(w, p, entries)
	return nil
}
