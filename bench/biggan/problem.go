package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

// problem is what both sides have to solve: codes z_0, and images of them moved.
type problem struct {
	path    string
	class   int
	sigma   float64 // of the blur, in pixels
	threads int
	bounds  [2]float64 // of every number of a code
	z0      *generator.Latents
	target  generator.Images
	mask    generator.Images
}

// prepare draws the codes that invert.Run starts from and moves their images.
func (p *problem) prepare(ctx context.Context, g generator.Generator, o *invert.Options) error {
	info := g.Info()
	box, ok := o.Constraint.(invert.Box)
	if !ok {
		return fmt.Errorf("codes stay in %s, and PyTorch's side knows boxes: export the generator with the prior truncated-normal(2)", o.Constraint)
	}
	p.bounds = [2]float64{box.Low, box.High}
	p.z0 = generator.NewLatents(o.Trajectories, info.D)
	info.Prior.Sample(p.z0, o.Seed, 0)
	for i := range p.z0.N {
		o.Constraint.Project(p.z0.Row(i))
	}
	var source generator.Images
	if err := g.Generate(ctx, &source, p.z0); err != nil {
		return err
	}
	return transform.TranslateX{}.Apply(&p.target, &p.mask, &source, move)
}

// write puts it in a folder, for PyTorch.
func (p *problem) write(folder string) error {
	path, err := filepath.Abs(p.path)
	if err != nil {
		return err
	}
	description, err := json.Marshal(map[string]any{
		"model": path, "class": p.class, "sigma": p.sigma, "threads": p.threads, "n": p.z0.N,
		"bounds": p.bounds[:],
	})
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "task.json"), description, 0o666); err != nil {
		return err
	}
	for name, data := range map[string][]float32{"z0": p.z0.Data, "target": p.target.Pix, "mask": p.mask.Pix} {
		out, err := binary.Append(nil, binary.LittleEndian, data)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, name), out, 0o666); err != nil {
			return err
		}
	}
	return nil
}
