// Command control measures what the controls of lcfv are worth, for the tables of
// docs/control.md:
//
//	go run ./docs/control                    prints all of them
//	go run ./docs/control -only range,walk   prints some; -list names them
//	go run ./docs/control -write docs/control.md
//
// The last puts each table into the page, between the comments that name it.
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

// experiment answers one question with tables.
type experiment struct {
	name, question string
	run            func(context.Context, *lab, io.Writer) error
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("control: ")
	models := flag.String("models", filepath.Join("..", "shared", "models"), "`folder` of the shared models")
	only := flag.String("only", "", "`names` of experiments, separated by commas, instead of all")
	target := flag.String("write", "", "Markdown `file` whose tables to replace")
	list := flag.Bool("list", false, "print the names of the experiments and what they answer")
	flag.Parse()
	if *list {
		for _, e := range experiments {
			fmt.Printf("%-12s %s\n", e.name, e.question)
		}
		return
	}
	chosen, err := choose(*only)
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	l := newLab(*models)
	defer l.close()
	for _, e := range chosen {
		start := time.Now()
		var table bytes.Buffer
		fmt.Fprintf(&table, "    go run ./docs/control -only %s\n\n", e.name)
		if err := e.run(ctx, l, &table); err != nil {
			log.Fatalf("%s: %v", e.name, err)
		}
		log.Printf("%s took %.0f s", e.name, time.Since(start).Seconds())
		if *target == "" {
			fmt.Printf("## %s\n\n%s\n", e.question, table.String())
			continue
		}
		// As soon as it is there: the next one may take long.
		if err := page.Replace(*target, e.name, table.String()); err != nil {
			log.Fatal(err)
		}
	}
}

// choose returns the experiments with the names in only, all if it is empty.
func choose(only string) ([]experiment, error) {
	if only == "" {
		return experiments, nil
	}
	var chosen []experiment
	for _, name := range strings.Split(only, ",") {
		i := slices.IndexFunc(experiments, func(e experiment) bool { return e.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no experiment %q: -list names them", name)
		}
		chosen = append(chosen, experiments[i])
	}
	return chosen, nil
}
