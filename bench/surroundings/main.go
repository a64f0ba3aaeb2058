// Command surroundings shows what is spent around a generator.
//
//	go run ./bench/surroundings -models ../shared/models [FILE.onnx ...]
//
// prints the times of the transform, the loss and its parts as shares of the
// generator's forward pass and pullback, at the same batch and on one core each:
// medians of rounds in which all are timed one after the other.
//
//	go run ./bench/surroundings -learn -models ../shared/models [FILE.onnx ...]
//
// prints where the time of whole runs of lcfv learn goes, in one goroutine.
//
// Times are those of the processor, where the system tells, which do not grow
// while other processes run.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"path/filepath"
	"runtime"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/f32"
	"github.com/lcfv-go/lcfv/transform"
)

// shared are the models below -models to look at, beside the bundled one; runs is
// how many of them whole runs are measured for.
var (
	shared = []string{"disvae_btcvae_dsprites", "mnist_cwgan", "anime_dcgan64"}
	runs   = 1
)

func main() {
	log.SetFlags(0)
	models := flag.String("models", filepath.Join("..", "shared", "models"), "`folder` of the shared models")
	engine := flag.String("backend", "native", "`engine` of the generators: native or ort")
	batch := flag.Int("batch", 16, "`number` of samples a call")
	rounds := flag.Int("rounds", 25, "`number` of rounds")
	whole := flag.Bool("learn", false, "measure whole runs of learn, of the decoders of sprites and those named")
	flag.Parse()
	if *batch < 1 || *rounds < 1 {
		log.Fatalf("surroundings: -batch %d, -rounds %d: both must be positive", *batch, *rounds)
	}
	runtime.GOMAXPROCS(1)
	fmt.Printf("Generators on %s, one core, kernels %s.\n", *engine, f32.Level())
	if *whole {
		shared = shared[:runs]
		fmt.Printf("\n%s\n", learnHeader)
	} else {
		fmt.Printf("Batch of %d; µs a sample, and %% of forward + pullback.\n\n%s\n", *batch, header)
	}
	paths := []string{""} // the bundled decoder
	for _, name := range shared {
		paths = append(paths, filepath.Join(*models, name, "generator.onnx"))
	}
	for _, path := range append(paths, flag.Args()...) {
		if err := show(context.Background(), path, *engine, *batch, *rounds, *whole); err != nil {
			log.Fatalf("surroundings: %v", err)
		}
	}
}

func show(ctx context.Context, path, engine string, batch, rounds int, whole bool) error {
	g, err := open(path, engine, batch)
	if err != nil {
		return err
	}
	defer g.Close()
	if whole {
		return showLearn(ctx, g)
	}
	s, err := newSubject(ctx, g, batch)
	if err != nil {
		return err
	}
	m, err := s.measure(ctx, rounds)
	if err != nil {
		return err
	}
	fmt.Println(m.row(g.Info()))
	return nil
}

func showLearn(ctx context.Context, g generator.Differentiable) error {
	for _, tr := range []transform.Transform{transform.TranslateX{}, transform.Zoom{}} {
		for _, m := range methods {
			row, err := learn(ctx, g, tr, m.name, m.method)
			if err != nil {
				return err
			}
			fmt.Println(row)
		}
	}
	return nil
}
