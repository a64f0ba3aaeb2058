//go:build cgo

package ort

/*
#include <stdint.h>

// flush_denormals sets the thread's floating-point unit to flush denormal numbers to
// zero, where it can, and returns what it was set to.
#if defined(__x86_64__) || defined(__SSE2__)
#include <xmmintrin.h>
enum { flush_results = 0x8000, flush_operands = 0x0040 };
static uint64_t flush_denormals(void) {
	unsigned int before = _mm_getcsr();
	_mm_setcsr(before | flush_results | flush_operands);
	return before;
}
static void restore_denormals(uint64_t before) { _mm_setcsr((unsigned int)before); }
#elif defined(__aarch64__)
static void restore_denormals(uint64_t before) { __asm__ volatile("msr fpcr, %0" : : "r"(before)); }
static uint64_t flush_denormals(void) {
	const uint64_t flush = UINT64_C(1) << 24;
	uint64_t before;
	__asm__ volatile("mrs %0, fpcr" : "=r"(before));
	restore_denormals(before | flush);
	return before;
}
#else
static uint64_t flush_denormals(void) { return 0; }
static void restore_denormals(uint64_t before) { (void)before; }
#endif
*/
import "C"

import "runtime"

// flushingDenormals calls do on a thread on which numbers below float32's normal range
// (1.2e-38) count as zero. Attention's softmax and saturated activations are full of
// them, and processors take tens of times as long over each. ONNX Runtime does the same
// on its own threads if told to, but not on that of the caller; and the thread that made
// the first session it would leave like that for good.
func flushingDenormals(do func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := C.flush_denormals()
	defer C.restore_denormals(before)
	return do()
}
