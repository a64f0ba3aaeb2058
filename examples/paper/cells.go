package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/lcfv-go/lcfv/internal/atomicfile"
	"github.com/lcfv-go/lcfv/internal/version"
)

// kept is a file with the outcome of one cell of a table. Key says what it is the
// outcome of.
type kept struct {
	Experiment string
	Version    int    // of the experiment
	Library    string // version of lcfv
	Engine     string // of the networks that judge
	Key        json.RawMessage
	Result     json.RawMessage
}

// cell returns the outcome of run, which fills one cell of a table of the running
// experiment, and keeps it in the lab's folder: where it is there already, run is
// not called.
//
// key holds everything that the outcome depends on besides the experiment and its
// version: the generator's fingerprint, settings, seeds, the number of codes. It
// and the outcome have to survive a round trip through JSON, which knows neither
// NaN nor unexported fields.
//
// A file that holds something else is an error that names it. When ctx has ended,
// so is its error.
func cell[T any](ctx context.Context, l *lab, key any, run func() (T, error)) (T, error) {
	var result T
	if err := ctx.Err(); err != nil {
		return result, err
	}
	path, file, err := l.place(key)
	if err != nil {
		return result, err
	}
	switch err := recall(path, file, &result); {
	case err == nil:
		return result, nil
	case !errors.Is(err, fs.ErrNotExist):
		return result, err
	}
	start := time.Now()
	if result, err = run(); err != nil {
		return result, err
	}
	if file.Result, err = json.Marshal(result); err != nil {
		return result, fmt.Errorf("keeping the outcome for %s: %w", file.Key, err)
	}
	text, err := json.Marshal(file)
	if err != nil {
		return result, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return result, err
	}
	log.Printf("%s: %.1f s for %.120s", file.Experiment, time.Since(start).Seconds(), file.Key)
	return result, atomicfile.Write(path, append(text, '\n'))
}

// place returns where the outcome for a key is kept, and the file but for that.
func (l *lab) place(key any) (string, kept, error) {
	text, err := json.Marshal(key)
	if err != nil {
		return "", kept{}, fmt.Errorf("the key of a cell: %w", err)
	}
	file := kept{Experiment: l.experiment.name, Version: l.experiment.version, Library: version.Library, Engine: l.backend, Key: text}
	whole, err := json.Marshal(file)
	if err != nil {
		return "", kept{}, err
	}
	name := fmt.Sprintf("%s-%x.json", file.Experiment, sha256.Sum256(whole))
	return filepath.Join(l.out, "cells", name), file, nil
}

// recall reads the outcome of what want describes from a file.
func recall(path string, want kept, result any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var got kept
	err = json.Unmarshal(text, &got)
	if err == nil {
		err = got.matches(want)
	}
	if err == nil {
		d := json.NewDecoder(bytes.NewReader(got.Result))
		d.DisallowUnknownFields()
		err = d.Decode(result)
	}
	if err != nil {
		return fmt.Errorf("%s is not what this program keeps (%w): delete it to have it measured again", path, err)
	}
	return nil
}

// matches reports whether a file is about what it is kept for.
func (k kept) matches(want kept) error {
	if k.Experiment != want.Experiment || k.Version != want.Version || k.Library != want.Library || k.Engine != want.Engine || !bytes.Equal(k.Key, want.Key) {
		return fmt.Errorf("it is about %s %s", k.Experiment, k.Key)
	}
	if len(k.Result) == 0 {
		return errors.New("it has no result")
	}
	return nil
}
