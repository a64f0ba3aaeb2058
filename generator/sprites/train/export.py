"""Writes the averaged generator as ONNX, node by node, with weights in float16.

Every weight is a float16 initialiser behind a Cast to float32: the arithmetic is float32,
the file half the size. lcfv folds the Casts when it loads the file.
"""

import json

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch.nn import functional as F

import model
import render

OPSET = 17
METADATA = {
    "lcfv.latent": "z",
    "lcfv.prior": "normal",
    "lcfv.range": "-1,1",
    "lcfv.levels": ",".join(f"{model.BASE << k}x{model.BASE << k}:{n}" for k, n in enumerate(model.CHUNKS)),
    "lcfv.classes": json.dumps(render.CLASSES),
}


class Graph:
    """Nodes and initialisers; every method returns the name of a value."""

    def __init__(self):
        self.nodes, self.weights, self.shapes = [], [], {}

    def op(self, kind, name, *inputs, **attributes):
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def weight(self, name, array):
        half = array.detach().numpy().astype(np.float16)
        if not np.isfinite(half).all():
            raise ValueError(f"{name} does not fit float16")
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(half), name + "_half"))
        return self.op("Cast", name, name + "_half", to=TensorProto.FLOAT)

    def ints(self, *values):
        name = "shape_" + "_".join(str(v).replace("-", "m") for v in values)
        if name not in self.shapes:
            self.shapes[name] = numpy_helper.from_array(np.array(values, np.int64), name)
        return name

    def linear(self, name, x, weight, bias):
        return self.op("Gemm", name, x, self.weight(name + "_w", weight), self.weight(name + "_b", bias), transB=1)

    def conv(self, name, x, layer):
        inputs = [x, self.weight(name + "_w", layer.weight)]
        if layer.bias is not None:
            inputs.append(self.weight(name + "_b", layer.bias))
        size, pad = layer.kernel_size[0], layer.padding[0]
        return self.op("Conv", name, *inputs, kernel_shape=[size, size], pads=[pad] * 4)

    def norm_relu(self, name, x, layer, condition):
        """Standing statistics, gain and bias folded to one product and one sum."""
        inverse = (layer.var + 1e-5).rsqrt()
        shift = layer.mean * inverse
        gain, bias = layer.gain.weight, layer.bias.weight
        channels = len(inverse)
        scale = self.linear(name + "_scale", condition, inverse[:, None] * gain, inverse)
        offset = self.linear(name + "_offset", condition, bias - shift[:, None] * gain, -shift)
        scale, offset = (self.op("Reshape", v + "_4d", v, self.ints(-1, channels, 1, 1)) for v in (scale, offset))
        x = self.op("Add", name, self.op("Mul", name + "_scaled", x, scale), offset)
        return self.op("Relu", name + "_relu", x)

    def double(self, name, x):
        scales = "twice"
        if scales not in self.shapes:
            self.shapes[scales] = numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), scales)
        return self.op("Resize", name, x, "", scales, mode="nearest",
                       coordinate_transformation_mode="asymmetric", nearest_mode="floor")  # fmt: skip

    def attention(self, x, layer, size):
        whole, part, channels = size * size, size * size // 4, layer.out.out_channels
        flat = {}
        for name, conv in (("query", layer.query), ("key", layer.key), ("value", layer.value)):
            v = self.conv("attention_" + name, x, conv)
            if name != "query":
                v = self.op("MaxPool", v + "_pooled", v, kernel_shape=[2, 2], strides=[2, 2])
            pixels = whole if name == "query" else part
            flat[name] = self.op("Reshape", v + "_flat", v, self.ints(-1, conv.out_channels, pixels))
        q = self.op("Transpose", "attention_query_t", flat["query"], perm=[0, 2, 1])
        weight = self.op("Softmax", "attention_weight", self.op("MatMul", "attention_score", q, flat["key"]), axis=-1)
        weight = self.op("Transpose", "attention_weight_t", weight, perm=[0, 2, 1])
        seen = self.op("MatMul", "attention_seen", flat["value"], weight)
        seen = self.op("Reshape", "attention_seen_4d", seen, self.ints(-1, channels // 2, size, size))
        out = self.op("Conv", "attention_out", seen, self.weight("attention_out_w", layer.gamma * layer.out.weight),
                      kernel_shape=[1, 1])  # fmt: skip
        return self.op("Add", "attended", x, out)


def write(g, path):
    """z [N, LATENTS] and class [N, 6] (one-hot), float32 -> image [N, 3, 64, 64] in [-1, 1], N free."""
    b = Graph()
    embedding = b.op("MatMul", "embedding", "class", b.weight("embedding_w", g.embedding.weight.T))
    chunks = [f"z{k}" for k in range(len(model.CHUNKS))]
    b.shapes["chunks"] = numpy_helper.from_array(np.array(model.CHUNKS, np.int64), "chunks")
    b.nodes.append(helper.make_node("Split", ["z", "chunks"], chunks, name="levels", axis=1))
    hidden = b.op("Relu", "hidden_relu", b.linear("hidden", chunks[0], g.hidden.weight, g.hidden.bias))
    # The first layer's rows come in the order row, column, channel.
    base, c = model.BASE, model.G_CHANNELS[0]
    first = torch.cat([g.first.weight, g.first.bias[:, None]], 1).view(base * base, c, -1).transpose(0, 1).flatten(0, 1)
    x = b.linear("first", hidden, first[:, :-1], first[:, -1])
    x = b.op("Reshape", "base", x, b.ints(-1, c, base, base))
    size = base
    for k, (block, chunk) in enumerate(zip(g.blocks, chunks[1:]), 1):
        condition = b.op("Concat", f"condition{k}", chunk, embedding, axis=1)
        h = b.double(f"block{k}_up", b.norm_relu(f"block{k}_norm1", x, block.norm1, condition))
        h = b.conv(f"block{k}_conv1", h, block.conv1)
        h = b.conv(f"block{k}_conv2", b.norm_relu(f"block{k}_norm2", h, block.norm2, condition), block.conv2)
        skip = b.double(f"block{k}_skip_up", b.conv(f"block{k}_skip", x, block.skip))
        x = b.op("Add", f"block{k}", h, skip)
        size *= 2
        if size == model.ATTENTION:
            x = b.attention(x, g.attention, size)
    names = [b.weight("norm_" + n, v) for n, v in (
        ("gain", g.norm.weight), ("bias", g.norm.bias), ("mean", g.norm.running_mean), ("var", g.norm.running_var))]  # fmt: skip
    x = b.op("Relu", "norm_relu", b.op("BatchNormalization", "norm", x, *names, epsilon=1e-5))
    b.op("Tanh", "image", b.conv("last", b.double("last_up", x), g.last))

    graph = helper.make_graph(
        b.nodes,
        "sprites_generator",
        [helper.make_tensor_value_info("z", TensorProto.FLOAT, ["N", model.LATENTS]),
         helper.make_tensor_value_info("class", TensorProto.FLOAT, ["N", len(render.CLASSES)])],
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, render.SIZE, render.SIZE])],
        b.weights + list(b.shapes.values()),
    )  # fmt: skip
    onnx_model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="lcfv", ir_version=8)
    helper.set_model_props(onnx_model, METADATA)
    onnx.checker.check_model(onnx_model, full_check=True)
    onnx.save(onnx_model, path)


def load(checkpoint):
    """The averaged generator of a checkpoint, with standing statistics, for use, and the checkpoint."""
    state = torch.load(checkpoint)
    g = model.Generator()
    g.load_state_dict(state["average"])
    g.calibrate(torch.Generator().manual_seed(77))
    return g.eval(), state


def write_reference(g, path):
    """One code of each class, what PyTorch draws of it, and the gradient of half its sum of squared pixels in [0, 1]."""
    rng = torch.Generator().manual_seed(5)
    out = []
    for kind in range(len(render.CLASSES)):
        z = torch.randn(1, model.LATENTS, generator=rng).requires_grad_()
        image = (g(z, F.one_hot(torch.tensor([kind]), len(render.CLASSES)).float()) + 1) / 2
        (grad,) = torch.autograd.grad(0.5 * image.square().sum(), z)
        # Every third pixel of each channel and row, to keep the file small.
        parts = {"z": z, "pixels": image[..., ::3, ::3], "grad": grad}
        out.append({"class": kind} | {k: [float(f"{v:.6g}") for v in t.flatten().tolist()] for k, t in parts.items()})
    with open(path, "w", encoding="utf-8") as f:
        f.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in out) + "\n]\n")
