package native

import (
	"context"
	"fmt"

	"github.com/lcfv-go/lcfv/backend/native/internal/nd"
	"github.com/lcfv-go/lcfv/backend/onnx"
)

// program is a compiled graph. It is immutable and may run in any number of
// frames at the same time.
type program struct {
	graph   *onnx.Static
	steps   []step
	nodes   []*onnx.Node // what the steps were made of, for errors
	buffers []*buffer    // by id
	inputs  []int        // ids, as graph.Inputs
	outputs []int        // ids, as graph.Outputs
	size    arenaSize
}

// step executes one node in a frame.
type step func(f *frame) error

// buffer is a place that holds one value after another, or several views of
// one value.
type buffer struct {
	id    int
	typ   onnx.DataType
	n     int
	kind  bufferKind
	value *onnx.Tensor // of a constant

	first, last int // steps that write it first and read it last
	offset      int // in the arena's block of its type
}

type bufferKind int

const (
	inArena  bufferKind = iota
	constant            // shared by all frames
	readOnly            // an input, the caller's memory
	result              // an output, the caller's memory
)

// frame is what a program needs to run once: where its values are.
type frame struct {
	slots     []slot // by buffer id
	scratch32 []float32
	scratch64 []float64
}

// at returns the elements of a buffer.
func at[T nd.Elem](f *frame, id int) []T { return *f.slots[id].(*[]T) }

// newFrame prepares a program to run in an arena. The slots of inputs and
// outputs are left empty.
func (p *program) newFrame(a *arena) *frame {
	f := &frame{slots: make([]slot, len(p.buffers)), scratch32: a.scratch32, scratch64: a.scratch64}
	for i, b := range p.buffers {
		if b.kind == constant {
			f.slots[i] = constantSlot(b.value)
			continue
		}
		f.slots[i] = newSlot(b.typ)
		if b.kind == inArena {
			a.place(f.slots[i], b.offset, b.n)
		}
	}
	return f
}

// run executes the program. Between steps it looks whether ctx has ended.
func (p *program) run(ctx context.Context, f *frame) error {
	for i, s := range p.steps {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("native: %w", err)
		}
		if err := s(f); err != nil {
			return fmt.Errorf("native: node %q (%s): %w", p.nodes[i].Name, p.nodes[i].Op, err)
		}
	}
	return nil
}
