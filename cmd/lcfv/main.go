// Command lcfv learns, evaluates and uses continuous controls of image
// generators. Run it without arguments for its usage.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/lcfv-go/lcfv"
)

// Exit statuses.
const (
	exitOK = iota
	exitFailed
	exitUsage
)

// errUsage is wrapped by errors about the command line.
var errUsage = errors.New("usage")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second interrupt ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// streams is where a command writes: its result to out, all else to log.
type streams struct {
	out io.Writer
	log io.Writer
}

// command is one of lcfv's subcommands.
type command struct {
	name    string
	summary string
	// define adds the command's flags to fs and returns what to do with them.
	define func(fs *flag.FlagSet) func(ctx context.Context, s streams) error
}

var commands = []command{
	{"learn", "find and calibrate the direction of a factor", defineLearn},
	{"invert", "find the codes that draw given pictures, for steer -z", defineInvert},
	{"evaluate", "measure what a control really does, on codes it has not seen", defineEvaluate},
	{"report", "show what a control does: figures in one HTML page", defineReport},
	{"steer", "draw samples steered by a control: a sheet (PNG) or a walk (GIF)", defineSteer},
	{"check", "hold a model's images and gradients against a reference file", defineCheck},
	{"inspect", "say what is in a model, a control file, a folder of pairs or a file of codes", defineInspect},
}

// run executes the command line args and returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		usage(stderr)
		return exitUsage
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		usage(stdout)
		return exitOK
	case "version", "-version", "--version":
		fmt.Fprintln(stdout, "lcfv", lcfv.Version)
		return exitOK
	}
	i := slices.IndexFunc(commands, func(c command) bool { return c.name == args[0] })
	if i < 0 {
		fmt.Fprintf(stderr, "lcfv: there is no command %q; run lcfv help\n", args[0])
		return exitUsage
	}
	c := commands[i]
	fs := flag.NewFlagSet("lcfv "+c.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard) // errors are reported below, in one line
	do := c.define(fs)
	err := fs.Parse(args[1:])
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(stdout, "lcfv %s: %s\n\n", c.name, c.summary)
		fs.SetOutput(stdout)
		fs.PrintDefaults()
		return exitOK
	}
	switch {
	case err != nil:
		err = fmt.Errorf("%w: %w", errUsage, err)
	case fs.NArg() > 0:
		err = fmt.Errorf("%w: unexpected argument %q", errUsage, fs.Arg(0))
	default:
		err = do(ctx, streams{out: stdout, log: stderr})
	}
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errUsage):
		fmt.Fprintf(stderr, "lcfv %s: %s; run lcfv %s -h\n", c.name, strings.TrimPrefix(oneLine(err), "usage: "), c.name)
		return exitUsage
	case errors.Is(err, errKept):
		fmt.Fprintf(stderr, "lcfv %s: interrupted; what was finished is kept, run it again to go on\n", c.name)
		return exitFailed
	case errors.Is(err, context.Canceled):
		fmt.Fprintf(stderr, "lcfv %s: interrupted; nothing was written, run it again to start over\n", c.name)
		return exitFailed
	default:
		fmt.Fprintf(stderr, "lcfv %s: %s\n", c.name, strings.TrimPrefix(oneLine(err), "lcfv: "))
		return exitFailed
	}
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "lcfv controls image generators with continuous factors of variation.")
	fmt.Fprintln(w, "\nUsage: lcfv COMMAND [FLAGS]")
	fmt.Fprintln(w)
	for _, c := range commands {
		fmt.Fprintf(w, "  %-9s %s\n", c.name, c.summary)
	}
	fmt.Fprintln(w, "\nRun lcfv COMMAND -h for a command's flags, lcfv version for the version.")
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// printJSON writes v as one line.
func printJSON(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) }

// required returns an error unless the flag was given a value.
func required(name, value string) error {
	if value == "" {
		return fmt.Errorf("%w: -%s is missing", errUsage, name)
	}
	return nil
}
