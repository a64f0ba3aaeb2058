package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// torch is the PyTorch side, a process that answers requests.
type torch struct {
	process *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Scanner
}

// start starts it on the problem in folder.
func start(python, script, folder string) (*torch, error) {
	t := &torch{process: exec.Command(python, script, folder)}
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
	return strconv.ParseFloat(t.out.Text(), 64)
}

// codes returns the n numbers of the codes as they are now.
func (t *torch) codes(folder string, n int) ([]float32, error) {
	if _, err := t.ask("codes"); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(filepath.Join(folder, "codes"))
	if err != nil {
		return nil, err
	}
	out := make([]float32, n)
	if len(data) != 4*n {
		return nil, fmt.Errorf("PyTorch wrote %d bytes of codes, not those of %d numbers", len(data), n)
	}
	_, err = binary.Decode(data, binary.LittleEndian, out)
	return out, err
}
