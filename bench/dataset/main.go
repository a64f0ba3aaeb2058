// Command dataset prints what more trajectories cost and bring: the peak memory of
// learning from a dataset on disk, and the error of the control on codes that
// learning never saw, on the bundled decoder.
//
//	go run ./bench/dataset -trajectories 500,20000
//	go run ./bench/dataset -trajectories 4000 -fit 30,60,125,250,500,1000,2000,4000
//
// The first line is about memory. -iterations makes runs shorter, but one that ends
// within a second or two has not come to its peak.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator/dsprites"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/invert/dataset"
	"github.com/lcfv-go/lcfv/transform"
)

func main() {
	log.SetFlags(0)
	trajectories := flag.String("trajectories", "500,20000", "`numbers` of trajectories to learn from")
	fit := flag.String("fit", "", "`numbers` of trajectories to fit to, of the last dataset; empty for what lcfv learn uses")
	iterations := flag.Int("iterations", 0, "Adam's `number` of iterations a target; 0 for the default method")
	data := flag.String("data", "", "`folder` for the datasets, which are gone on with; empty for a temporary one")
	measure := flag.String("measure", "", "what the program calls itself with")
	flag.Parse()
	if *measure != "" {
		if err := one(*measure, *iterations, *data); err != nil {
			log.Fatal(err)
		}
		return
	}
	if err := table(*trajectories, *fit, *iterations, *data); err != nil {
		log.Fatal(err)
	}
}

// table measures every combination in a process of its own: what one of them holds
// in memory is not to count for the next.
func table(trajectories, fit string, iterations int, data string) error {
	if data == "" {
		dir, err := os.MkdirTemp("", "lcfv-dataset-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		data = dir
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	fmt.Println("| trajectories | of these in the fit | seconds | peak memory | held-out RMSE [95 % interval] |")
	fmt.Println("|---|---|---|---|---|")
	run := func(n, k string) error {
		cmd := exec.Command(self, "-measure", n+"/"+k, "-iterations", strconv.Itoa(iterations), "-data", filepath.Join(data, n))
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		return cmd.Run()
	}
	list := strings.Split(trajectories, ",")
	for _, n := range list {
		if err := run(n, "0"); err != nil {
			return err
		}
	}
	if fit == "" {
		return nil
	}
	for k := range strings.SplitSeq(fit, ",") {
		if err := run(list[len(list)-1], k); err != nil {
			return err
		}
	}
	return nil
}

// one learns from "trajectories/of these in the fit" and prints a line.
func one(what string, iterations int, data string) error {
	var n, k int
	if _, err := fmt.Sscanf(what, "%d/%d", &n, &k); err != nil {
		return err
	}
	if k == 0 {
		k = min(n, dataset.FitTrajectories)
	}
	ctx := context.Background()
	g, err := dsprites.Open(nil)
	if err != nil {
		return err
	}
	defer g.Close()
	opts := &dataset.Options{Invert: invert.Options{Trajectories: n, Seed: 1}}
	if iterations > 0 {
		opts.Invert.Method = invert.Adam{Rate: 0.05, Iterations: iterations, Secant: true}
	}
	start := time.Now()
	d, err := dataset.Make(ctx, data, g, transform.TranslateX{}, opts)
	if err != nil {
		return err
	}
	pairs, err := d.Pairs(k, nil)
	if err != nil {
		return err
	}
	c, err := lcfv.FromPairs(g.Info(), transform.TranslateX{}, pairs, nil)
	if err != nil {
		return err
	}
	seconds, peak := time.Since(start).Seconds(), peakMemory()
	e, err := lcfv.Evaluate(ctx, g, c, nil)
	if err != nil {
		return err
	}
	fmt.Printf("| %d | %d | %.0f | %.1f MB | %.4f [%.4f, %.4f] |\n", n, k, seconds, peak/1e6, e.RMSE, e.RMSECI[0], e.RMSECI[1])
	return nil
}

// peakMemory is the most resident memory the process has had, in bytes, where the
// system tells (Linux: VmHWM), else 0.
func peakMemory() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return 1024 * kib
		}
	}
	return 0
}
