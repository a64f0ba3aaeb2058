//go:build !linux

package guard

import "testing"

// Slice returns n zeros.
func Slice(t testing.TB, n int) []float32 { return make([]float32, n) }
