// Package f32 holds the single-threaded float32 kernels under lcfv's native
// engine: a blocked matrix product with a fused epilogue, the register tile it
// and the convolutions are built from, and elementwise functions on slices.
//
// Kernels are chosen once, when the program starts: AVX-512 or AVX2 with FMA on
// amd64 where processor and operating system have them, NEON on arm64 for the
// register tile and with it products and convolutions, portable Go for the rest,
// elsewhere, and everywhere under the build tag purego. [Level] names the choice.
//
// # Rounding
//
// Within one level, the value of an element depends on nothing but its own
// operands: every element of a matrix product is one chain of fused
// multiply-adds over k = 0, 1, 2, …, whatever tile it falls into, and
// elementwise kernels treat the last odd elements as they treat the others. A
// product over a batch is therefore byte-identical to the same product over
// any split of the batch.
//
// Between levels, results are the same bytes for the functions that round once
// ([Add], [Relu], [ReluGrad] and so on) and for the sums [Sum] and [Dot]. Where a
// multiply-add is fused at one level and not at another ([Gemm], [Axpy],
// [ScaleShift], [TanhGrad]), and for [Exp], [Sigmoid] and [Tanh], they differ in
// the last bits.
//
// # Adding a kernel
//
// An elementwise function is a Go loop in vec.go, which is all that it needs. To
// vectorise it, describe its instructions by an entry in the table of gen/vec.go,
// run go generate, call what that has made as the others do, and add the function
// to the table of vec_test.go. Assembly is always generated, never edited; another
// instruction set of amd64 is an entry in gen/main.go, that of another
// architecture a generator of its tile as gen/neon.go is, and a file level_*.go.
// The tests of NEON run on amd64 too, under QEMU:
//
//	GOARCH=arm64 go test -exec qemu-aarch64 ./internal/f32
//
// Slices of different lengths are the caller's bug and panic. Functions are safe
// for concurrent use; dst may be one of the inputs of an elementwise function,
// but must not overlap one otherwise.
package f32
