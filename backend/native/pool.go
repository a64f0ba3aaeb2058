package native

import "sync"

// planKey says what a plan is for: a run that computes one output, or all of
// them (""), or the derivative of output with respect to wrt.
type planKey struct {
	batch       int
	output, wrt string
}

// pool keeps idle workspaces of a plan, so that a steady state allocates
// nothing. It is safe for concurrent use.
type pool[W any] struct {
	mu   sync.Mutex
	idle []*W
}

// poolLimit bounds the idle workspaces of one plan.
const poolLimit = 32

// take returns an idle workspace, nil if there is none.
func (p *pool[W]) take() *W {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.idle) - 1
	if last < 0 {
		return nil
	}
	w := p.idle[last]
	p.idle[last] = nil
	p.idle = p.idle[:last]
	return w
}

func (p *pool[W]) put(w *W) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) < poolLimit {
		p.idle = append(p.idle, w)
	}
}
