package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/lcfv-go/lcfv/internal/f32"
)

// gemm times the product of two square matrices of the given size.
func gemm(size string) (float64, error) {
	n, err := strconv.Atoi(size)
	if err != nil || n < 1 || n > 1<<13 {
		return 0, fmt.Errorf("gemm %s: give a size between 1 and %d", size, 1<<13)
	}
	a, b, c := make([]float32, n*n), make([]float32, n*n), make([]float32, n*n)
	for i := range a {
		a[i], b[i] = float32(i%7)-3, float32(i%11)-5
	}
	scratch := make([]float32, f32.GemmScratch(n, n, n))
	multiply := func() { f32.Gemm(false, false, n, n, n, 1, a, n, b, n, 0, c, n, scratch) }
	multiply() // touches the memory
	start := time.Now()
	multiply()
	return time.Since(start).Seconds(), nil
}

// peakMemory is the most resident memory the process has had, in bytes, where
// the system tells (Linux: VmHWM), else 0.
func peakMemory() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return 1024 * kib
		}
	}
	return 0
}
