// Command biggan times inversion on large generators: one step of Adam, with the
// settings of the paper's authors, in lcfv and in PyTorch.
//
//	go run ./bench/biggan -python .venv/bin/python bin/biggan128.onnx bin/biggan256.onnx
//
// A step is the image of a code, the blurred loss against a moved image, its
// gradient for the code, and the move along it. PyTorch takes one step before each
// of lcfv's, so that a change of the machine's speed meets both; what is printed is
// the median of the ratios with the quartiles. From the same times it says how long
// the 50 trajectories of the paper would take, 10 targets each and 50 steps a target.
//
// Times of the gradient alone and the memory it takes are bench/compare.py's.
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

// settings are the flags.
type settings struct {
	python, script string
	engines        []string
	class          int
	steps          int
	batch          int
	threads        int
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("biggan: ")
	var s settings
	flag.StringVar(&s.python, "python", "python3", "`program` with torch, onnx and numpy (bench/requirements.txt)")
	flag.StringVar(&s.script, "script", filepath.Join("bench", "biggan", "torch_step.py"), "`file` of the PyTorch side")
	engines := flag.String("engines", "native,ort", "`engines` of lcfv, separated by commas")
	flag.IntVar(&s.class, "class", 14, "`index` of the class")
	flag.IntVar(&s.steps, "steps", 20, "`number` of steps that count, on each side")
	flag.IntVar(&s.batch, "batch", 1, "`number` of trajectories that are followed at once")
	flag.IntVar(&s.threads, "threads", 1, "`number` of threads of PyTorch, and of goroutines of lcfv")
	flag.Parse()
	s.engines = strings.Split(*engines, ",")
	if s.steps < 2 || s.batch < 1 || s.threads < 1 || flag.NArg() == 0 {
		log.Fatalf("-steps %d, -batch %d, -threads %d and %d files: give 2 steps, positive numbers and a generator at least", s.steps, s.batch, s.threads, flag.NArg())
	}
	runtime.GOMAXPROCS(s.threads)
	for _, path := range flag.Args() {
		if err := s.run(context.Background(), os.Stdout, path); err != nil {
			log.Fatalf("%s: %v", path, err)
		}
	}
}

// run times a generator on every engine and prints what came out.
func (s *settings) run(ctx context.Context, w io.Writer, path string) error {
	for i, engine := range s.engines {
		r, err := s.measure(ctx, path, engine)
		if err != nil {
			return fmt.Errorf("%s: %w", engine, err)
		}
		if i == 0 {
			fmt.Fprintf(w, "%s: %d×%d, codes of %d numbers in %d levels, %s; threads: %d, batch: %d\n",
				filepath.Base(path), r.info.W, r.info.H, r.info.D, len(r.info.Levels), r.info.Condition, s.threads, s.batch)
		}
		r.print(w, engine, s.batch)
	}
	return nil
}
