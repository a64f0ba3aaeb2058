// Package native executes ONNX models in pure Go, derivatives included.
//
// [Open] reads a file, [New] takes a model already read; both return a [Model],
// which implements backend.Differentiable. Neither cgo nor a library is needed.
//
// # How it works
//
// What depends on weights alone is computed once, when the model is loaded. For
// each batch size asked for, the model is specialised to static shapes
// (backend/onnx), differentiated (backend/diff) and compiled: fuse joins nodes
// where one pass over memory can do the work of several, assignBuffers decides
// which values share memory, the rules in operators turn nodes into steps, and
// assignOffsets packs all values that live for a while into one block of
// memory. A large batch is computed in chunks that fit the processor's cache.
// Compiled plans, their memory and packed weights are kept and used again, so
// that in a steady state neither Run nor products with the Jacobian allocate.
//
// What a plan takes is known before it runs: a file or a batch that asks for
// more than Options.Memory is an error ([ErrMemory]).
//
// # Threads
//
// A call runs on the goroutine that makes it. A model is safe for concurrent
// use, and weights are shared: split a batch over goroutines to use all cores.
//
// # Numbers
//
// float32, float64, int64, int32 and bool are computed with. A sample's result
// does not depend on the other samples of its batch, to the byte, on any one
// processor; between processors with different vector instructions results
// differ in the last bits. NaN propagates. Derivatives of a saturated Sigmoid
// below 2⁻¹⁰⁰ are zero, and so are the terms of a Softmax.
//
// # Adding an operator
//
// See operators: a rule in the file of its family (op_*.go), a line in the
// table, a case in backend/backendtest. Its shape rule is backend/onnx's, its
// derivative backend/diff's.
package native
