"""The ONNX operators of image generators, in PyTorch."""

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper

DTYPES = {onnx.TensorProto.FLOAT: torch.float32, onnx.TensorProto.DOUBLE: torch.float64, onnx.TensorProto.INT64: torch.int64,
          onnx.TensorProto.INT32: torch.int32, onnx.TensorProto.BOOL: torch.bool}

counted = 0  # flops of the products and convolutions computed so far


def count(flops):
    global counted
    counted += flops


def from_onnx(t):
    return torch.from_numpy(np.array(numpy_helper.to_array(t)))


class Operator:
    """A node, ready to compute its outputs from its inputs (None where one is left out)."""

    def __init__(self, node):
        self.op, self.inputs, self.outputs = node.op_type, list(node.input), list(node.output)
        self.attrs = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        self.compute = RULES.get(self.op)
        if self.compute is None:
            raise NotImplementedError(f"{self.op}: write a rule for it in bench/torch_ops.py")

    def __call__(self, inputs):
        y = self.compute(self.attrs, *inputs)
        return y if isinstance(y, (tuple, list)) else [y]


def constant(a):
    for name, value in a.items():
        return from_onnx(value) if name == "value" else torch.tensor(value)


def ints(attrs, name, given=None):
    """A list that is an attribute in old opsets and an input in new ones."""
    return attrs.get(name) if given is None else given.tolist()


def gemm(a, x, w, b=None):
    count(2 * x.numel() * w.shape[0 if a.get("transB") else 1])
    x = x.t() if a.get("transA") else x
    if a.get("alpha", 1) == 1 and a.get("beta", 1) == 1:
        return F.linear(x, w if a.get("transB") else w.t(), b)
    y = a.get("alpha", 1) * (x @ (w.t() if a.get("transB") else w))
    return y if b is None else y + a.get("beta", 1) * b


def matmul(a, x, y):
    z = x @ y
    count(2 * z.numel() * x.shape[-1])
    return z


def padding(a, spatial):
    assert a.get("auto_pad", b"NOTSET") == b"NOTSET", "auto_pad"
    pads = a.get("pads", [0] * 2 * spatial)
    assert pads[:spatial] == pads[spatial:], "asymmetric pads"
    return pads[:spatial]


def conv(a, x, w, b=None):
    y = F.conv2d(x, w, b, a.get("strides", 1), padding(a, 2), a.get("dilations", 1), a.get("group", 1))
    count(2 * y.numel() * w[0].numel())
    return y


def conv_transpose(a, x, w, b=None):
    count(2 * x.numel() * w[0].numel())
    return F.conv_transpose2d(x, w, b, a.get("strides", 1), padding(a, 2), a.get("output_padding", 0), a.get("group", 1), a.get("dilations", 1))


def pool(a, x):
    return F.max_pool2d(x, a["kernel_shape"], a.get("strides", 1), padding(a, 2), a.get("dilations", 1), bool(a.get("ceil_mode", 0)))


def resize(a, x, _=None, scales=None, sizes=None):
    assert a.get("mode", b"nearest") == b"nearest", "a mode other than nearest"
    if sizes is not None:
        return F.interpolate(x, size=sizes.tolist()[2:], mode="nearest")
    return F.interpolate(x, scale_factor=scales.tolist()[2:], mode="nearest")


def gather(a, x, index):
    axis = a.get("axis", 0)
    shape = list(x.shape[:axis]) + list(index.shape) + list(x.shape[axis + 1:] if axis >= 0 else [])
    return x.index_select(axis, index.reshape(-1)).reshape(shape)


def reshape(a, x, shape):
    return x.reshape([x.shape[i] if d == 0 else d for i, d in enumerate(shape.tolist())])


def unsqueeze(a, x, axes=None):
    for axis in sorted(ints(a, "axes", axes)):
        x = x.unsqueeze(axis)
    return x


def squeeze(a, x, axes=None):
    axes = ints(a, "axes", axes)
    return x.squeeze() if axes is None else x.squeeze(tuple(axes))


def split(a, x, sizes=None):
    sizes = ints(a, "split", sizes)
    return x.split(sizes if sizes is not None else x.shape[a.get("axis", 0)] // a["num_outputs"], a.get("axis", 0))


def slices(a, x, starts=None, ends=None, axes=None, steps=None):
    starts, ends = ints(a, "starts", starts), ints(a, "ends", ends)
    axes, steps = ints(a, "axes", axes) or range(len(starts)), ints(a, "steps", steps) or [1] * len(starts)
    index = [slice(None)] * x.dim()
    for start, end, axis, step in zip(starts, ends, axes, steps):
        index[axis] = slice(start, end, step)
    return x[tuple(index)]


def clip(a, x, low=None, high=None):
    return torch.clamp(x, a.get("min", low), a.get("max", high))


def reduce_with(f):
    def rule(a, x, axes=None):
        axes = ints(a, "axes", axes)
        return f(x, tuple(axes) if axes else tuple(range(x.dim())), bool(a.get("keepdims", 1)))
    return rule


RULES = {
    "Add": lambda a, x, y: x + y, "Sub": lambda a, x, y: x - y, "Mul": lambda a, x, y: x * y, "Div": lambda a, x, y: x / y,
    "Pow": lambda a, x, y: x ** y, "Sqrt": lambda a, x: x.sqrt(), "Reciprocal": lambda a, x: x.reciprocal(),
    "Relu": lambda a, x: F.relu(x), "LeakyRelu": lambda a, x: F.leaky_relu(x, a.get("alpha", 0.01)),
    "Sigmoid": lambda a, x: torch.sigmoid(x), "Tanh": lambda a, x: torch.tanh(x),
    "Softmax": lambda a, x: torch.softmax(x, a.get("axis", -1)),
    "BatchNormalization": lambda a, x, scale, bias, mean, var: F.batch_norm(x, mean, var, scale, bias, False, 0.0, a.get("epsilon", 1e-5)),
    "Gemm": gemm, "MatMul": matmul, "Conv": conv, "ConvTranspose": conv_transpose, "MaxPool": pool, "Resize": resize,
    "Clip": clip, "ReduceSum": reduce_with(torch.sum), "ReduceMean": reduce_with(torch.mean),
    "ReduceL2": reduce_with(lambda x, axes, keep: torch.linalg.vector_norm(x, 2, axes, keep)),
    "Constant": constant, "Identity": lambda a, x: x, "Cast": lambda a, x: x.to(DTYPES[a["to"]]),
    "Shape": lambda a, x: torch.tensor(x.shape), "Gather": gather, "Reshape": reshape, "Unsqueeze": unsqueeze, "Squeeze": squeeze,
    "Concat": lambda a, *xs: torch.cat(xs, a["axis"]), "Split": split, "Slice": slices,
    "Transpose": lambda a, x: x.permute(a["perm"]), "Flatten": lambda a, x: x.reshape(x.shape[:a.get("axis", 1)].numel(), -1),
    "Expand": lambda a, x, shape: x * torch.ones(shape.tolist(), dtype=x.dtype),
}
