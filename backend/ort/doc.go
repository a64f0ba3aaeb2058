// Package ort executes ONNX models in ONNX Runtime, derivatives included.
//
// [Open] reads a file, [New] takes a model already read; both return a [Model],
// which implements backend.Differentiable exactly as package native's does. It
// runs on other devices too (Options.Provider); on processors that native has kernels
// for, native makes gradients as fast or faster and needs nothing (docs/performance.md).
//
// # The library
//
// ONNX Runtime is a shared library (1.24.1 or newer) that is loaded at run time
// and never downloaded then. It is looked for in Options.Library, else in the file
// or folder that ONNXRUNTIME_SHARED_LIBRARY_PATH names, else beside the
// program, in the user's cache folder, where `make onnxruntime` puts it, where the
// system's loader looks, in /usr/lib and in /usr/local/lib. [Available] tells
// whether one was found. Programs built without cgo have the same API, and every
// constructor returns [ErrUnavailable].
//
// A process has one ONNX Runtime. If the program has initialised
// github.com/yalue/onnxruntime_go itself, that is used and left alone; otherwise
// the first model initialises it, for the life of the process.
//
// # How it works
//
// The model is specialised to static shapes (backend/onnx) and split for its
// derivative (backend/diff), and what ONNX Runtime lacks or does slowly is
// expressed otherwise (legalize). Forward pass, pullback and pushforward are
// sessions of their own, each created when it is first needed; residuals are
// written by one and read by the others in place, as masks where only their sign
// matters (keepMasks). A batch is computed in chunks
// whose values fit the processor's cache, so that the same sessions serve any
// batch.
//
// # Memory
//
// Large weights reach the sessions through a temporary file, in which each is
// there once. It goes away when the models that need it are closed; a program that
// is killed leaves it. Every session keeps the weights in the form its operators
// read them fastest. Where they take 64 MiB and more, a batch is computed sample by
// sample, so that three sessions serve all batches; Run uses the one that is there
// for the derivative; and a model that was opened from a file forgets its
// own weights and reads the file again when it is bound or differentiated anew.
//
// # Threads
//
// Sessions have one thread, which is the caller's, unless Options say otherwise. A
// model is safe for concurrent use: one goroutine a core, each with a part of the
// batch, is faster than a session with many threads. While a session runs, numbers
// below the normal range of float32 (1.2e-38) count as zero on its threads.
//
// # Cancellation
//
// When its context ends, a call stops within one operator and returns the
// context's error. The model can be used afterwards.
package ort
