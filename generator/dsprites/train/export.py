"""Writes a decoder as ONNX, node by node, so that the file holds nothing but the network."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from model import LATENTS

OPSET = 17
METADATA = {"lcfv.latent": "z", "lcfv.prior": "normal", "lcfv.range": "0,1"}


def write(decoder, path, half=False):
    """z [N, 10] float32 -> image [N, 1, 64, 64] float32 in [0, 1], N free.

    half stores the weights as float16, from which the graph casts them back.
    """
    nodes, weights, value = [], [], "z"

    def weight(name, array):
        weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def parameter(name, array):
        if not half:
            return weight(name, array)
        stored = weight(name + "_half", array.astype(np.float16))
        nodes.append(helper.make_node("Cast", [stored], [name], name=name, to=TensorProto.FLOAT))
        return name

    def add(op, out, *extra, **attributes):
        nonlocal value
        nodes.append(helper.make_node(op, [value, *extra], [out], name=out, **attributes))
        value = out

    fc = deconv = 0
    for layer in decoder.net:
        if isinstance(layer, nn.Linear):
            fc += 1
            tag, op, attributes = f"fc{fc}", "Gemm", {"transB": 1}
        elif isinstance(layer, nn.ConvTranspose2d):
            deconv += 1
            tag, op = f"deconv{deconv}", "ConvTranspose"
            attributes = {"kernel_shape": [4, 4], "strides": [2, 2], "pads": [1, 1, 1, 1]}
        elif isinstance(layer, nn.ReLU):
            add("Relu", value + "_relu")
            continue
        elif isinstance(layer, nn.Unflatten):
            add("Reshape", "features", weight("features_shape", np.array([-1, 32, 4, 4], np.int64)))
            continue
        w = parameter(tag + "_weight", layer.weight.detach().float().numpy())
        b = parameter(tag + "_bias", layer.bias.detach().float().numpy())
        add(op, tag, w, b, **attributes)
    add("Sigmoid", "image")

    graph = helper.make_graph(
        nodes,
        "dsprites_decoder",
        [helper.make_tensor_value_info("z", TensorProto.FLOAT, ["N", LATENTS])],
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 1, 64, 64])],
        weights,
    )
    onnx_model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="lcfv", ir_version=8)
    helper.set_model_props(onnx_model, METADATA)
    onnx.checker.check_model(onnx_model, full_check=True)
    onnx.save(onnx_model, path)
