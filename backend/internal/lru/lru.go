// Package lru keeps the most recently used of things that are costly to make,
// such as compiled plans.
package lru

import "sync"

// Cache keeps values by key. It is safe for concurrent use; a value is made
// once, however many ask for it at the same time. Errors are not kept.
type Cache[K comparable, V any] struct {
	make  func(K) (V, error)
	free  func(V)
	limit int

	mu      sync.Mutex
	clock   int64
	entries map[K]*entry[V]
}

type entry[V any] struct {
	once  sync.Once
	value V
	err   error

	// Guarded by the cache's mutex.
	used    int64
	holders int
	dropped bool
}

// New returns a cache of limit values, made by make. free may be nil; it is
// called once for each value, when the value has been dropped and nobody holds
// it any more.
func New[K comparable, V any](limit int, make func(K) (V, error), free func(V)) *Cache[K, V] {
	return &Cache[K, V]{make: make, free: free, limit: limit, entries: map[K]*entry[V]{}}
}

// Hold keeps a value from being freed until it is released.
type Hold[K comparable, V any] struct {
	cache *Cache[K, V]
	entry *entry[V]
}

// Get returns the value of a key, in whose favour another may be dropped. It is
// for caches whose values need not be freed; the others have [Cache.Acquire].
func (c *Cache[K, V]) Get(key K) (V, error) {
	v, h, err := c.Acquire(key)
	h.Release()
	return v, err
}

// Acquire is Get for a value that must not be freed before the hold is
// released. After an error there is nothing to release, but doing it is
// harmless.
func (c *Cache[K, V]) Acquire(key K) (V, Hold[K, V], error) {
	e, victim := c.hold(key)
	if victim != nil {
		c.free(victim.value)
	}
	e.once.Do(func() { e.value, e.err = c.make(key) })
	if e.err != nil {
		c.mu.Lock()
		if c.entries[key] == e {
			delete(c.entries, key)
		}
		c.mu.Unlock()
		var none V
		return none, Hold[K, V]{}, e.err
	}
	return e.value, Hold[K, V]{c, e}, nil
}

// hold finds or adds a key's entry. If that drops one that has to be freed now,
// it is returned too.
func (c *Cache[K, V]) hold(key K) (e, victim *entry[V]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock++
	if e := c.entries[key]; e != nil {
		e.used = c.clock
		e.holders++
		return e, nil
	}
	if len(c.entries) >= c.limit {
		var oldest K
		used := c.clock
		for k, e := range c.entries {
			if e.used < used {
				oldest, used = k, e.used
			}
		}
		if c.drop(oldest) {
			victim = c.entries[oldest]
		}
		delete(c.entries, oldest)
	}
	e = &entry[V]{used: c.clock, holders: 1}
	c.entries[key] = e
	return e, victim
}

// drop marks an entry and reports whether it has to be freed at once.
func (c *Cache[K, V]) drop(key K) bool {
	e := c.entries[key]
	e.dropped = true
	return e.holders == 0 && e.err == nil && c.free != nil
}

// Release ends the hold. The value must not be used afterwards.
func (h Hold[K, V]) Release() {
	if h.cache == nil {
		return
	}
	h.cache.mu.Lock()
	h.entry.holders--
	free := h.entry.holders == 0 && h.entry.dropped && h.cache.free != nil
	h.cache.mu.Unlock()
	if free {
		h.cache.free(h.entry.value)
	}
}

// Clear drops all values.
func (c *Cache[K, V]) Clear() {
	var victims []*entry[V]
	c.mu.Lock()
	for key, e := range c.entries {
		if c.drop(key) {
			victims = append(victims, e)
		}
	}
	clear(c.entries)
	c.mu.Unlock()
	for _, e := range victims {
		c.free(e.value)
	}
}
