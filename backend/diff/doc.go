// Package diff differentiates ONNX graphs.
//
// [Linearize] turns a graph with static shapes into three: one that computes
// the output and keeps the residuals that the derivative needs, one that pulls
// a cotangent v back (Jᵀv), one that pushes a tangent dz forward (J dz). All
// three are ordinary graphs of ordinary operators, so whatever executes the
// first executes the others; the forward pass is computed once however many
// products are taken. This is reverse- and forward-mode differentiation by
// source transformation (Griewank and Walther, Evaluating Derivatives, 2008,
// chapters 3 and 6) with the residuals of a node as its inputs or outputs.
//
// # Adding an operator
//
// A rule is an entry of the table in rules.go: two functions that emit the
// nodes of the operator's transposed and of its forward derivative. They read
// primal values through context.primal, which makes a residual of a value that
// is not a constant, and never form a Jacobian. Where a rule may choose between
// a node's input and its output it takes the output, which lets engines fuse
// activations into what comes before them. backend/backendtest then holds the
// rule against central differences and against its own transpose.
package diff
