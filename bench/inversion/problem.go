package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/ort"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/loss"
	"github.com/lcfv-go/lcfv/transform"
)

// seed is that of the codes z_0.
const seed = 1

// problem is a task with what all entries share.
type problem struct {
	task
	path      string
	threads   int
	engines   []engine // native is the first
	transform transform.Transform
	loss      loss.Blurred
	t         []float64 // the targets, increasing
	z0        *generator.Latents
}

// engine is the generator in one of lcfv's engines.
type engine struct {
	name string
	*generator.Network
}

func open(s *settings, t task) (*problem, error) {
	p := &problem{
		task: t, path: filepath.Join(s.models, t.model, "generator.onnx"),
		threads: s.threads, transform: transform.TranslateX{},
	}
	m, err := native.Open(p.path, nil)
	if err := p.add("native", m, err); err != nil {
		return nil, err
	}
	if err := ort.Available(nil); err != nil {
		log.Printf("leaving ONNX Runtime out: %v", err)
	} else {
		m, err := ort.Open(p.path, nil)
		if err := p.add("ort", m, err); err != nil {
			p.close()
			return nil, err
		}
	}
	info := p.engines[0].Info()
	o, err := p.published().Resolve(info)
	if err != nil {
		p.close()
		return nil, err
	}
	p.t, p.loss = o.T, o.Loss.(loss.Blurred)
	p.z0 = generator.NewLatents(p.trajectories, info.D)
	info.Prior.Sample(p.z0, seed, 0)
	for i := range p.z0.N {
		o.Constraint.Project(p.z0.Row(i))
	}
	return p, nil
}

func (p *problem) add(name string, m backend.Differentiable, err error) error {
	if err != nil {
		return err
	}
	g, err := generator.FromModel(m, &generator.ModelOptions{Name: p.model, Workers: p.threads})
	if err != nil {
		m.Close()
		return err
	}
	p.engines = append(p.engines, engine{name, g})
	return nil
}

func (p *problem) close() {
	for _, e := range p.engines {
		e.Close()
	}
}

// published returns the settings of the paper's authors on the grid of the task:
// five steps of either sign, half as long as theirs, for the sprites of these
// generators reach no further.
func (p *problem) published() *invert.Options {
	o := invert.Published()
	o.Range = 0.25
	return p.shared(&o)
}

// standard returns lcfv's defaults on the same grid.
func (p *problem) standard() *invert.Options {
	return p.shared(&invert.Options{T: p.t})
}

func (p *problem) shared(o *invert.Options) *invert.Options {
	o.Trajectories, o.Seed, o.Workers = p.trajectories, seed, p.threads
	return o
}

// write puts the codes, the targets and their masks in a folder, for PyTorch.
func (p *problem) write(ctx context.Context, folder string) error {
	g := p.engines[0]
	var source, target, mask generator.Images
	if err := g.Generate(ctx, &source, p.z0); err != nil {
		return err
	}
	var targets, masks []float32
	for _, t := range p.t {
		if err := p.transform.Apply(&target, &mask, &source, t); err != nil {
			return err
		}
		targets = append(targets, target.Pix...)
		masks = append(masks, mask.Sample(0)...) // the same for all
	}
	description, err := json.Marshal(map[string]any{
		"n": p.trajectories, "t": p.t, "sigma": p.loss.Sigma, "radius": math.Sqrt(float64(p.z0.D)),
	})
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "task.json"), description, 0o666); err != nil {
		return err
	}
	for name, data := range map[string][]float32{"z0": p.z0.Data, "targets": targets, "masks": masks} {
		if err := writeFloats(filepath.Join(folder, name), data); err != nil {
			return err
		}
	}
	return nil
}

func writeFloats(path string, data []float32) error {
	out, err := binary.Append(nil, binary.LittleEndian, data)
	if err != nil {
		return err
	}
	return os.WriteFile(path, out, 0o666)
}

// readFloats fills data from a file, which has to hold just as many.
func readFloats(path string, data []float32) error {
	in, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if len(in) != 4*len(data) {
		return fmt.Errorf("%s: %d bytes, not those of %d numbers", path, len(in), len(data))
	}
	_, err = binary.Decode(in, binary.LittleEndian, data)
	return err
}
