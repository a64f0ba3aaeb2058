package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// known are two experiments, of which the first counts what it computes and the
// second fails.
func known(calls *int) []experiment {
	return []experiment{
		{name: "one", question: "First?", claim: "Yes.", version: 1, run: func(ctx context.Context, l *lab, w io.Writer) error {
			v, err := cell(ctx, l, l.codes(3, 300), func() (int, error) { *calls++; return l.codes(3, 300), nil })
			fmt.Fprintf(w, "| %d |\n", v)
			return err
		}},
		{name: "two", question: "Second?", claim: "No.", run: func(context.Context, *lab, io.Writer) error { return errors.New("no such luck") }},
	}
}

func TestASecondRunPrintsTheSame(t *testing.T) {
	calls, out := 0, t.TempDir()
	var first, second bytes.Buffer
	require.Zero(t, command(t.Context(), known(&calls), []string{"-o", out, "one"}, &first))
	require.Zero(t, command(t.Context(), known(&calls), []string{"-o", out, "one"}, &second))
	require.Equal(t, 1, calls)
	require.Equal(t, first.String(), second.String())
	require.Equal(t, "## First?\n\nYes.\n\n    go run ./examples/paper one\n\n| 3 |\n\n", first.String())
}

func TestFlagsSayHowManyCodes(t *testing.T) {
	calls, out := 0, t.TempDir()
	for args, want := range map[string]string{
		"-full":        "paper -full one\n\n| 300 |",
		"-samples=7":   "paper -samples 7 one\n\n| 7 |",
		"-backend=ort": "paper one\n\n| 3 |",
	} {
		var b bytes.Buffer
		require.Zero(t, command(t.Context(), known(&calls), []string{"-o", out, args, "one"}, &b))
		require.Contains(t, b.String(), want)
	}
	require.Equal(t, 3, calls)
}

func TestExitStatus(t *testing.T) {
	calls := 0
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		ctx  context.Context
		args []string
		want int
	}{
		{t.Context(), []string{"one"}, 0},
		{t.Context(), []string{"one", "two"}, 1},
		{t.Context(), []string{"all"}, 1},
		{ended, []string{"one"}, 1},
		{t.Context(), nil, 2},
		{t.Context(), []string{"three"}, 2},
		{t.Context(), []string{"-samples", "-1", "one"}, 2},
		{t.Context(), []string{"-nonsense", "one"}, 2},
		{t.Context(), []string{"-backend", "abacus", "one"}, 2},
		{t.Context(), []string{"-h"}, 0},
	} {
		args := append([]string{"-o", t.TempDir()}, c.args...)
		require.Equal(t, c.want, command(c.ctx, known(&calls), args, io.Discard), c.args)
	}
	_, err := choose(known(&calls), []string{"three"})
	require.ErrorContains(t, err, `"three"`)
	require.ErrorContains(t, err, "one          First?")
}

func TestListTellsTheClaims(t *testing.T) {
	var b bytes.Buffer
	require.Zero(t, command(t.Context(), known(new(int)), []string{"-list"}, &b))
	require.Contains(t, b.String(), "Second?")
	require.Contains(t, b.String(), "No.")
}

func TestTablesReplaceThoseOfThePage(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	require.NoError(t, os.WriteFile(page, []byte("before\n<!-- one -->\nold\n<!-- end -->\nafter <!-- end -->\n"), 0o666))
	args := []string{"-o", t.TempDir(), "-write", page, "one"}
	require.Zero(t, command(t.Context(), known(new(int)), args, io.Discard))
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Equal(t, "before\n<!-- one -->\n\n    go run ./examples/paper one\n\n| 3 |\n\n<!-- end -->\nafter <!-- end -->\n", string(text))

	require.NoError(t, os.WriteFile(page, []byte("<!-- one -->\nold\n"), 0o666))
	require.Equal(t, 1, command(t.Context(), known(new(int)), args, io.Discard))
}

func TestNamesOfExperimentsAndGenerators(t *testing.T) {
	seen := map[string]bool{"all": true}
	for _, e := range experiments {
		require.False(t, seen[e.name], e.name)
		seen[e.name] = true
		require.NotEmpty(t, e.question, e.name)
		require.NotEmpty(t, e.claim, e.name)
		require.Positive(t, e.version, e.name)
	}
	l := testLab(t, "test")
	_, err := l.generator("nobody's")
	require.ErrorContains(t, err, "nobody's")
	_, err = l.generator(anime)
	require.ErrorContains(t, err, "-models")
	g, err := l.generator(bundled)
	require.NoError(t, err)
	again, err := l.generator(bundled)
	require.NoError(t, err)
	require.Same(t, g, again)
	g, err = l.generator(betaName(10))
	require.NoError(t, err)
	require.Contains(t, g.Info().Name, "10")
	g, err = l.generator(coloured)
	require.NoError(t, err)
	f := familyOf(g)
	require.Equal(t, [2][]int{{0, 2, 4}, {1, 3, 5}}, f.halves())
	require.Equal(t, "disc, triangle, cross", f.called([]int{0, 2, 4}))
	require.Len(t, f.info.Levels, 4)
	ring, err := f.open(5)
	require.NoError(t, err)
	require.Contains(t, ring.Info().Condition, "ring")
}
