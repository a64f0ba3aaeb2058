// Package pytorch talks to the PyTorch side of a benchmark.
package pytorch

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"time"
)

// Process is a Python program that answers every line it is given with a number. It
// belongs to one goroutine.
type Process struct {
	command *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Scanner
}

// Start starts a script with its arguments.
func Start(python, script string, args ...string) (*Process, error) {
	p := &Process{command: exec.Command(python, append([]string{script}, args...)...)}
	p.command.Stderr = os.Stderr
	var err error
	if p.in, err = p.command.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewScanner(out)
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("%w: give a Python with torch, onnx and numpy as -python", err)
	}
	return p, nil
}

// Close ends the program, which reads to the end of its requests.
func (p *Process) Close() {
	p.in.Close()
	p.command.Wait()
}

// Ask sends a request and returns the number in the answer.
func (p *Process) Ask(request string) (float64, error) {
	if _, err := fmt.Fprintln(p.in, request); err != nil {
		return 0, fmt.Errorf("PyTorch: %w", err)
	}
	if !p.out.Scan() {
		return 0, fmt.Errorf("PyTorch ended at the request %q", request)
	}
	answer, err := strconv.ParseFloat(p.out.Text(), 64)
	time.Sleep(time.Millisecond) // its threads may still spin
	return answer, err
}
