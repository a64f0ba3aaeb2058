// Command paper repeats the experiments of Plumerault, Le Borgne and Hudelot,
// "Controlling generative models with continuous factors of variations" (ICLR
// 2020, arXiv 2001.10238), for the tables of docs/experiments.md:
//
//	go run ./examples/paper -list
//	go run ./examples/paper loss constraint
//	go run ./examples/paper -full -write docs/experiments.md all
//
// An experiment prints its tables and writes its pictures to the folder that -o
// names. It keeps what it has measured there too, so that a run that was stopped
// goes on where it was, and one that was finished prints its tables again at once.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lcfv-go/lcfv/internal/page"
)

// experiment answers one question of the paper's with tables.
type experiment struct {
	name     string
	question string
	claim    string // what the paper says, and where

	// version is raised when the same settings come to mean other results, so that
	// those kept on disk are not taken for new ones.
	version int

	run func(context.Context, *lab, io.Writer) error
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("paper: ")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(command(ctx, experiments, os.Args[1:], os.Stdout))
}

// command runs the experiments that the arguments name and returns the exit
// status: 0, 1 if one failed, 2 for arguments that make no sense.
func command(ctx context.Context, known []experiment, args []string, stdout io.Writer) int {
	flags := flag.NewFlagSet("paper", flag.ContinueOnError)
	l := newLab()
	flags.StringVar(&l.models, "models", filepath.Join("..", "shared", "models"), "`folder` of the shared models")
	flags.StringVar(&l.out, "o", "paper-out", "`folder` for pictures and for what has been measured so far")
	flags.BoolVar(&l.full, "full", false, "measure as much as docs/experiments.md shows where that takes longer than minutes")
	flags.IntVar(&l.samples, "samples", 0, "`number` of held-out codes a cell in place of the experiment's own")
	flags.StringVar(&l.backend, "backend", "native", "`engine` of the networks that judge images: native or ort")
	target := flags.String("write", "", "Markdown `file` whose tables to replace instead of printing them")
	list := flags.Bool("list", false, "print the experiments, what they ask and what the paper claims")
	flags.Usage = func() {
		fmt.Fprintf(flags.Output(), "usage: paper [flags] EXPERIMENT...\n\n%s\n", listing(known, false))
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		if err == flag.ErrHelp {
			return 0
		}
		return 2
	}
	if *list {
		fmt.Fprint(stdout, listing(known, true))
		return 0
	}
	chosen, err := choose(known, flags.Args())
	if err == nil && l.samples < 0 {
		err = fmt.Errorf("-samples %d: there has to be a code to measure on", l.samples)
	}
	if err == nil && l.backend != "native" && l.backend != "ort" {
		err = fmt.Errorf("there is no backend %q, only native and ort", l.backend)
	}
	if err != nil {
		log.Print(err)
		return 2
	}
	defer l.close()
	for _, e := range chosen {
		if err := perform(ctx, l, e, *target, stdout); err != nil {
			log.Printf("%s: %v", e.name, err)
			if ctx.Err() != nil {
				log.Printf("stopped: the same command goes on with what %s holds", l.out)
			}
			return 1
		}
	}
	return 0
}

// perform runs one experiment and prints its tables, or puts them into a page.
func perform(ctx context.Context, l *lab, e experiment, target string, stdout io.Writer) error {
	start := time.Now()
	var tables bytes.Buffer
	fmt.Fprintf(&tables, "    go run ./examples/paper%s %s\n\n", l.flags(), e.name)
	if err := e.run(ctx, l.of(e), &tables); err != nil {
		return err
	}
	log.Printf("%s took %.0f s", e.name, time.Since(start).Seconds())
	if target != "" {
		// As soon as it is there: the next one may take long.
		return page.Replace(target, e.name, tables.String())
	}
	_, err := fmt.Fprintf(stdout, "## %s\n\n%s\n\n%s\n", e.question, e.claim, tables.String())
	return err
}

// choose returns the experiments of the given names; all stands for every one.
func choose(known []experiment, names []string) ([]experiment, error) {
	if len(names) == 0 {
		return nil, fmt.Errorf("no experiment: name some of these, or all\n\n%s", listing(known, false))
	}
	var chosen []experiment
	for _, name := range names {
		if name == "all" {
			chosen = append(chosen, known...)
			continue
		}
		i := slices.IndexFunc(known, func(e experiment) bool { return e.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no experiment %q, only these, or all\n\n%s", name, listing(known, false))
		}
		chosen = append(chosen, known[i])
	}
	return chosen, nil
}

// listing names the experiments and what they ask, and if asked to the claims.
func listing(known []experiment, claims bool) string {
	var b strings.Builder
	for _, e := range known {
		fmt.Fprintf(&b, "%-12s %s\n", e.name, e.question)
		if claims {
			fmt.Fprintf(&b, "%-12s %s\n\n", "", e.claim)
		}
	}
	return b.String()
}
