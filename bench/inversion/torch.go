package main

import (
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/lcfv-go/lcfv/bench/internal/pytorch"
	"github.com/lcfv-go/lcfv/generator"
)

// torch is the PyTorch side of a problem.
type torch struct {
	*pytorch.Process
	problem *problem
	folder  string
}

// start starts it on the files in folder.
func start(s *settings, p *problem, folder string) (*torch, error) {
	process, err := pytorch.Start(s.python, s.script, "--model", p.path, "--folder", folder, "--threads", strconv.Itoa(p.threads))
	if err != nil {
		return nil, err
	}
	return &torch{process, p, folder}, nil
}

// ready starts a run anew, when code has been executed once.
func (t *torch) ready(rate float64, iterations int) error {
	for _, request := range []string{"start 0.01 2", "target", fmt.Sprintf("start %g %d", rate, iterations)} {
		if _, err := t.Ask(request); err != nil {
			return err
		}
	}
	return nil
}

// finish adds up what a run has come to.
func (t *torch) finish(e *entry, iterations int) error {
	p := t.problem
	if _, err := t.Ask("codes"); err != nil {
		return err
	}
	e.z = generator.NewLatents(p.trajectories*len(p.t), p.z0.D)
	// One image of z_0 to make targets of, and for every step an image and a pullback.
	e.work = 1 + 3*float64(iterations*len(p.t))
	return readFloats(filepath.Join(t.folder, "codes"), e.z.Data)
}
