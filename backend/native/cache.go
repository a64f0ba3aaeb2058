package native

import "sync"

// planKey says what a plan is for: a run that computes one output, or all of
// them (""), or the derivative of output with respect to wrt.
type planKey struct {
	batch       int
	output, wrt string
}

// cache keeps the most recently used plans. It is safe for concurrent use; a
// plan is made once, however many ask for it at the same time.
type cache[V any] struct {
	make func(planKey) (V, error)

	mu      sync.Mutex
	limit   int
	clock   int64
	entries map[planKey]*cacheEntry[V]
}

type cacheEntry[V any] struct {
	once  sync.Once
	used  int64
	value V
	err   error
}

func newCache[V any](limit int, make func(planKey) (V, error)) *cache[V] {
	return &cache[V]{make: make, limit: limit, entries: map[planKey]*cacheEntry[V]{}}
}

func (c *cache[V]) get(key planKey) (V, error) {
	e := c.entry(key)
	e.once.Do(func() { e.value, e.err = c.make(key) })
	return e.value, e.err
}

// entry finds or adds a key's entry, in whose favour another may be dropped.
func (c *cache[V]) entry(key planKey) *cacheEntry[V] {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock++
	if e := c.entries[key]; e != nil {
		e.used = c.clock
		return e
	}
	if len(c.entries) >= c.limit {
		var oldest planKey
		used := c.clock
		for k, e := range c.entries {
			if e.used < used {
				oldest, used = k, e.used
			}
		}
		delete(c.entries, oldest)
	}
	e := &cacheEntry[V]{used: c.clock}
	c.entries[key] = e
	return e
}

func (c *cache[V]) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.entries)
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
