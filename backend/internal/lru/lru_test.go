package lru

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLeastRecentlyUsedIsDropped(t *testing.T) {
	var made, freed []int
	c := New(2, func(k int) (int, error) { made = append(made, k); return 10 * k, nil }, func(v int) { freed = append(freed, v) })
	get := func(k int) {
		v, err := c.Get(k)
		require.NoError(t, err)
		require.Equal(t, 10*k, v)
	}
	get(1)
	get(2)
	get(1)
	get(3) // drops 2
	get(1)
	get(2) // drops 3
	require.Equal(t, []int{1, 2, 3, 2}, made)
	require.Equal(t, []int{20, 30}, freed)
	c.Clear()
	slices.Sort(freed)
	require.Equal(t, []int{10, 20, 20, 30}, freed)
}

// What somebody holds is freed when it is released, once.
func TestHold(t *testing.T) {
	var freed []int
	c := New(1, func(k int) (int, error) { return k, nil }, func(v int) { freed = append(freed, v) })
	_, first, err := c.Acquire(1)
	require.NoError(t, err)
	_, second, err := c.Acquire(1)
	require.NoError(t, err)
	_, err = c.Get(2) // drops 1
	require.NoError(t, err)
	require.Empty(t, freed)
	first.Release()
	require.Empty(t, freed)
	second.Release()
	require.Equal(t, []int{1}, freed)
	_, third, err := c.Acquire(3)
	require.NoError(t, err)
	c.Clear()
	require.Equal(t, []int{1, 2}, freed)
	third.Release()
	require.Equal(t, []int{1, 2, 3}, freed)
}

func TestErrorsAreNotKept(t *testing.T) {
	calls := 0
	c := New(2, func(k int) (int, error) {
		if calls++; calls == 1 {
			return 0, errors.New("once")
		}
		return k, nil
	}, func(int) { t.Error("freed") })
	_, h, err := c.Acquire(1)
	require.EqualError(t, err, "once")
	h.Release()
	v, err := c.Get(1)
	require.NoError(t, err)
	require.Equal(t, 1, v)
}

// Values are made once each and freed once each, by any number of goroutines.
func TestConcurrency(t *testing.T) {
	var mu sync.Mutex
	alive := map[*int]bool{}
	c := New(2, func(k int) (*int, error) {
		mu.Lock()
		defer mu.Unlock()
		alive[&k] = true
		return &k, nil
	}, func(v *int) {
		mu.Lock()
		defer mu.Unlock()
		if !alive[v] {
			t.Error("freed twice")
		}
		delete(alive, v)
	})
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 500 {
				key := (g*i + i) % 5
				v, h, err := c.Acquire(key)
				mu.Lock()
				if err != nil || *v != key || !alive[v] {
					t.Error("a value that is held has been freed")
				}
				mu.Unlock()
				if i%100 == 99 {
					c.Clear()
				}
				h.Release()
			}
		})
	}
	wg.Wait()
	c.Clear()
	require.Empty(t, alive)
}
