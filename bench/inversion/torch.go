package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/lcfv-go/lcfv/generator"
)

// torch is the PyTorch side, a process that answers requests.
type torch struct {
	problem *problem
	folder  string
	process *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Scanner
}

// start starts it on the files in folder.
func start(s *settings, p *problem, folder string) (*torch, error) {
	t := &torch{problem: p, folder: folder}
	t.process = exec.Command(s.python, s.script, "--model", p.path, "--folder", folder, "--threads", strconv.Itoa(p.threads))
	t.process.Stderr = os.Stderr
	var err error
	if t.in, err = t.process.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := t.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	t.out = bufio.NewScanner(out)
	if err := t.process.Start(); err != nil {
		return nil, fmt.Errorf("%w: give a Python with torch, onnx and numpy as -python", err)
	}
	return t, nil
}

func (t *torch) close() {
	t.in.Close()
	t.process.Wait()
}

// ask sends a request and returns the number in the answer.
func (t *torch) ask(request string) (float64, error) {
	if _, err := fmt.Fprintln(t.in, request); err != nil {
		return 0, fmt.Errorf("PyTorch: %w", err)
	}
	if !t.out.Scan() {
		return 0, fmt.Errorf("PyTorch ended at the request %q", request)
	}
	answer, err := strconv.ParseFloat(t.out.Text(), 64)
	time.Sleep(time.Millisecond) // its threads may still spin
	return answer, err
}

// ready starts a run anew, when code has been executed once.
func (t *torch) ready(rate float64, iterations int) error {
	for _, request := range []string{"start 0.01 2", "target", fmt.Sprintf("start %g %d", rate, iterations)} {
		if _, err := t.ask(request); err != nil {
			return err
		}
	}
	return nil
}

// finish adds up what a run has come to.
func (t *torch) finish(e *entry, iterations int) error {
	p := t.problem
	if _, err := t.ask("codes"); err != nil {
		return err
	}
	e.z = generator.NewLatents(p.trajectories*len(p.t), p.z0.D)
	// One image of z_0 to make targets of, and for every step an image and a pullback.
	e.work = 1 + 3*float64(iterations*len(p.t))
	return readFloats(filepath.Join(t.folder, "codes"), e.z.Data)
}
