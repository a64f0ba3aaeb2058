// Package onnx reads ONNX files, checks them, and turns them into graphs that
// are easy to execute and to differentiate; it also writes ONNX files.
//
// [Read] gives a [Model]: the file's content, in the operators of the file's
// opset, with shapes that may be open. [Model.Specialize] turns it into a
// [Static] for a given number of samples: every shape is known, whatever does
// not depend on an input is a constant, and there is one form of each operator,
// whether the file was of opset 1 or 28. [Static.Model] goes back, so that any
// ONNX engine can run the result. Who specialises a model more than once, for
// several batch sizes, calls [Model.Fold] first.
//
// # The static graph
//
// Consumers of a Static may rely on what follows. Attributes have the names
// that ONNX gives them, all attributes listed here are present, axes are never
// negative, and a constant is a name in Static.Consts. No value has zero
// elements unless it is a constant.
//
// One input: Relu, LeakyRelu{alpha}, Elu{alpha}, Sigmoid, Tanh, Softplus, Exp,
// Log, Erf, Sqrt, Neg, Abs, Sign, Reciprocal, Floor, Ceil, Round, Sin, Cos, Tan,
// Asin, Acos, Atan, Sinh, Cosh, Asinh, Acosh, Atanh, Not, Cast{to},
// Softmax{axis}, LogSoftmax{axis}.
//
// Two inputs of one type, broadcast as in numpy: Add, Sub, Mul, Div, Pow, Min,
// Max, Mod{fmod} (fmod is 1 for floats), Equal, Greater, Less, GreaterOrEqual,
// LessOrEqual, And, Or, BitwiseAnd.
//
//   - Where(cond, a, b), broadcast likewise; a and b are numbers
//   - Clip(x, min?, max?): constant scalars, at least one of them
//   - Reshape(x, shape): a constant without 0 for "copy" or -1 for "infer"
//   - Expand(x, shape): a constant, exactly the shape of the result
//   - Transpose(x){perm}
//   - Concat(x, …){axis}: two or more inputs
//   - Split(x, split){axis}: the extents are constant
//   - Slice(x, starts, ends, axes, steps): constant int64 lists of one length;
//     axes differ; 0 ≤ start ≤ end ≤ extent for positive steps; for negative
//     ones the end is math.MinInt64 where element 0 is taken
//   - Gather(data, indices){axis}: constant indices are int64 and not negative,
//     others may also be int32 and count from the end
//   - GatherElements(data, indices){axis} and ScatterElements(data, indices,
//     updates){axis, reduction}: int64 indices, constant ones not negative
//   - TopK(x, k){axis, largest, sorted}: k is a constant list of one int64; the
//     second output, the positions, always has a name
//   - CumSum(x, axis){exclusive, reverse}: axis is a constant int64 scalar
//   - Pad(x, pads, value?){mode}: constant pads ≥ 0 for all axes; a constant
//     scalar value in mode constant and none in reflect, edge and wrap; the
//     border is smaller than the axis in reflect, not larger in wrap
//   - Gemm(A, B, C?){alpha, beta, transA, transB}
//   - MatMul(A, B): numpy's rules for batches and vectors
//   - Conv(x, w, b?){kernel_shape, strides, dilations, pads, group}: any number
//     of spatial axes
//   - ConvTranspose(x, w, b?){… and output_padding}: output_padding may exceed
//     the stride where the file asked for a long output_shape
//   - MaxPool(x){kernel_shape, strides, dilations, pads, ceil_mode}: ceil_mode is
//     0, what it would have added is in pads, which may exceed the kernel's reach;
//     a second output has the positions of the maxima in x, int64 and row-major
//   - Resize(x, "", scales) where the file had scales, float32 for all axes, or
//     Resize(x, "", "", sizes) where it had sizes, int64 for all axes; {mode,
//     coordinate_transformation_mode, nearest_mode, cubic_coeff_a,
//     exclude_outside, extrapolation_value}: nearest of float32, linear along up
//     to three axes and cubic along two, without filters, crops and policies
//   - ReduceSum, ReduceProd, ReduceMax, ReduceMin, ReduceLogSumExp(x,
//     axes){keepdims}: one or more constant axes
//   - ArgMax, ArgMin(x){axis, keepdims, select_last_index}: int64
//
// Nodes compute float32, float64, int64, int32 and bool. Half precision is
// widened: files that compute in float16 or bfloat16 become float32 throughout,
// constants, inputs and outputs included.
//
// Everything else is rewritten in these terms (normalisations, average pooling,
// other kinds of Resize, GridSample, ReduceMean, Sum, Flatten, PRelu, Upsample, Einsum, GatherND, …) or evaluated
// (Constant, Shape, Range, …, an If whose condition is constant, a Loop or Scan
// whose number of iterations is, and any operator of constants).
// Names of values stay those of the file; new ones are made from the name of
// the node's first output.
//
// # Opsets
//
// Files of opset 1 to 28 are read: for those, each change of the operators
// known here was compared with ONNX's published schemas. A newer file is refused
// rather than misread. Within an opset, an attribute or input that the rule of
// an operator does not ask for is an error, so that no setting is passed over.
//
// # Adding an operator
//
// An operator that can be expressed by others needs one function: a rule in the
// lower_*.go file of its family, entered in the table at the top of that file.
// The rule reads the node (arity, arg, constant, attrInt, …), emits nodes
// (emit, result, reshape) and returns the values that stand for the outputs;
// it ends with failf where the node is invalid and with unsupportedNode where
// it is beyond lcfv. Folding, naming and types are taken care of.
//
// An operator that cannot also needs a rule in the infer_*.go file of its
// family, which checks inputs and attributes and returns the output types, a
// line in the list above, and then a kernel and a derivative in the packages
// that consume graphs.
package onnx
