package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// testLab returns a lab that writes to a folder of the test and judges on the
// native engine.
func testLab(t *testing.T, name string) *lab {
	l := newLab()
	l.out, l.backend = t.TempDir(), "native"
	t.Cleanup(l.close)
	return l.of(experiment{name: name, version: 1})
}

type outcome struct{ Values []float64 }

func TestACellIsComputedOnce(t *testing.T) {
	l := testLab(t, "test")
	calls := 0
	run := func() (outcome, error) { calls++; return outcome{[]float64{0.1, 1.0 / 3, 5e-324}}, nil }
	first, err := cell(t.Context(), l, "key", run)
	require.NoError(t, err)
	again, err := cell(t.Context(), l, "key", run)
	require.NoError(t, err)
	require.Equal(t, 1, calls)
	require.Equal(t, first, again) // to the last bit
	require.Equal(t, []float64{0.1, 1.0 / 3, 5e-324}, again.Values)
}

func TestCellsAreToldApart(t *testing.T) {
	l := testLab(t, "test")
	calls := 0
	run := func() (int, error) { calls++; return calls, nil }
	newer, other, engine := *l, *l, *l
	newer.experiment.version++
	other.experiment.name = "other"
	engine.backend = "ort"
	for i, c := range []struct {
		l   *lab
		key any
	}{{l, 1}, {l, 2}, {l, "1"}, {&newer, 1}, {&other, 1}, {&engine, 1}} {
		got, err := cell(t.Context(), c.l, c.key, run)
		require.NoError(t, err)
		require.Equal(t, i+1, got)
	}
	got, err := cell(t.Context(), l, 1, run)
	require.NoError(t, err)
	require.Equal(t, 1, got)
}

// A failure is not kept, and neither is anything once the context has ended.
func TestAFailedCellIsTriedAgain(t *testing.T) {
	l := testLab(t, "test")
	fault := errors.New("no such luck")
	_, err := cell(t.Context(), l, 1, func() (int, error) { return 1, fault })
	require.ErrorIs(t, err, fault)
	got, err := cell(t.Context(), l, 1, func() (int, error) { return 2, nil })
	require.NoError(t, err)
	require.Equal(t, 2, got)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = cell(ctx, l, 1, func() (int, error) { return 3, nil })
	require.ErrorIs(t, err, context.Canceled)
}

func TestACorruptCellNamesItsFile(t *testing.T) {
	l := testLab(t, "test")
	run := func() (outcome, error) { return outcome{[]float64{1}}, nil }
	_, err := cell(t.Context(), l, "key", run)
	require.NoError(t, err)
	files, err := filepath.Glob(filepath.Join(l.out, "cells", "*.json"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	good, err := os.ReadFile(files[0])
	require.NoError(t, err)

	other := *l
	other.out = t.TempDir()
	_, err = cell(t.Context(), &other, "other key", run)
	require.NoError(t, err)
	others, err := filepath.Glob(filepath.Join(other.out, "cells", "*.json"))
	require.NoError(t, err)
	foreign, err := os.ReadFile(others[0])
	require.NoError(t, err)

	for name, text := range map[string]string{
		"cut off":       string(good[:len(good)/2]),
		"empty":         "",
		"of a key":      string(foreign),
		"no result":     `{"Experiment":"test","Version":1,"Library":"0.1.0","Engine":"native","Key":"key"}`,
		"other results": string(good[:len(good)-len(`{"Values":[1]}}`)-1]) + `{"Mean":1}}`,
	} {
		require.NoError(t, os.WriteFile(files[0], []byte(text), 0o666))
		_, err := cell(t.Context(), l, "key", run)
		require.ErrorContains(t, err, files[0], name)
		require.ErrorContains(t, err, "delete it", name)
	}
}

func TestACellThatJSONCannotKeep(t *testing.T) {
	l := testLab(t, "test")
	_, err := cell(t.Context(), l, func() {}, func() (int, error) { return 1, nil })
	require.ErrorContains(t, err, "key")
	_, err = cell(t.Context(), l, "key", func() (func(), error) { return nil, nil })
	require.ErrorContains(t, err, `"key"`)
}
