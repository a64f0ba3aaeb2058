// Command timing runs a generator's forward pass and pullback whenever it is told
// to: it reads requests from standard input and answers each with a line.
//
//	forward    seconds that the image took
//	gradient   seconds that the image and Jᵀv took
//	gemm N     seconds that a product of two N×N matrices took, on one core
//	memory     bytes of the most memory the process has held (0 where unknown)
//
// A script that times something else between two requests gets figures taken
// side by side (bench/compare.py).
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

func main() {
	log.SetFlags(0)
	path := flag.String("model", "", "ONNX `file` of a generator: input z, optionally class; output image")
	engine := flag.String("backend", "native", "`engine`: native or ort")
	batch := flag.Int("batch", 32, "`number` of samples")
	threads := flag.Int("threads", 1, "`number` of goroutines the samples are split over")
	flag.Parse()
	if err := serve(os.Stdout, os.Stdin, *path, *engine, *batch, *threads); err != nil {
		log.Fatalf("timing: %v", err)
	}
}

func serve(w io.Writer, requests io.Reader, path, engine string, batch, threads int) error {
	var parts []*part
	if path != "" {
		if threads < 1 || batch < 1 {
			return fmt.Errorf("-batch %d, -threads %d: both must be positive", batch, threads)
		}
		m, err := open(engine, path)
		if err != nil {
			return err
		}
		defer m.Close()
		parts = split(m, batch, min(threads, batch))
	}
	lines := bufio.NewScanner(requests)
	for lines.Scan() {
		answer, err := answer(parts, strings.Fields(lines.Text()))
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(w, answer); err != nil {
			return err
		}
	}
	return lines.Err()
}

func answer(parts []*part, request []string) (float64, error) {
	switch {
	case len(request) == 1 && request[0] == "memory":
		return peakMemory(), nil
	case len(request) == 2 && request[0] == "gemm":
		return gemm(request[1])
	case len(request) == 1 && parts != nil && request[0] == "forward":
		return timed(parts, (*part).forward)
	case len(request) == 1 && parts != nil && request[0] == "gradient":
		return timed(parts, (*part).gradient)
	}
	return 0, fmt.Errorf("request %q: ask for memory or gemm N, and with -model for forward or gradient", request)
}

// timed runs all parts at the same time and returns how long the last took.
func timed(parts []*part, work func(*part, context.Context) error) (float64, error) {
	start := time.Now()
	group, ctx := errgroup.WithContext(context.Background())
	for _, p := range parts[1:] {
		group.Go(func() error { return work(p, ctx) })
	}
	if err := work(parts[0], ctx); err != nil {
		return 0, err
	}
	err := group.Wait()
	return time.Since(start).Seconds(), err
}
