"""BigGAN and BigGAN-deep as TF-Hub has them (deepmind/biggan-128 and so on), dumped by dump_tfhub.py.

Weights are stored for rows times matrices and images with channels last; of each there is
a moving average (ema_…), which is the one to draw with. They are brought into the layouts
of the PyTorch ports. Statistics of BigGAN-deep are no variables: the dump has them as
standing/0, standing/1, …, mean and variance in turn.
"""

import re

import torch

import layout_huggingface
import layout_pytorch
from weights import Weights, power_step

NAME = "TF-Hub"
EPS = 1e-4  # of batch normalisation

SHALLOW, DEEP = "Generator/G_Z/G_linear", "Generator/GenZ/G_linear"


def known(state):
    return any(mark in name for name in state for mark in (SHALLOW, DEEP))


def read(state, truncation=1.0):
    w = Weights(variables(state), NAME)
    if SHALLOW + "/w" in w:
        return layout_pytorch.read(shallow(w), truncation, EPS)
    return layout_huggingface.read(deep(w), truncation, EPS)


def variables(state):
    """The variables by their plain names, moving averages in place of what they are averages of."""
    plain = {name.removesuffix(":0").removeprefix("module/"): value for name, value in state.items()}
    averages = {re.sub(r"/ema_[^/]*$", "", name): value for name, value in plain.items() if "/ema_" in name}
    return plain | averages


def shallow(w):
    """BigGAN-PyTorch's state dict."""
    embedding = w("linear/w").shape[1]
    out = {"shared.weight": w("linear/w")}
    # The first layer makes 4×4×channels numbers.
    for ours, theirs in (("weight", "w"), ("bias", "b"), ("u0", "u0")):
        x = w(f"{SHALLOW}/{theirs}")
        x = x.reshape(-1, 16, x.shape[-1] // 16).movedim(0, -1).transpose(0, 1).flatten(0, 1)
        out[f"linear.{ours}"] = x if ours == "weight" else x.flatten()
    blocks = len({name.split("/")[1] for name in w.state if re.match(r"Generator/GBlock(_\d+)?/", name)})
    for k in range(blocks):
        block, name = f"Generator/GBlock{suffix(k)}", f"blocks.{k}.0"
        for conv, theirs in (("conv1", "conv0"), ("conv2", "conv1"), ("conv_sc", "conv_sc")):
            out |= convolution(w, f"{block}/{theirs}", f"{name}.{conv}")
        for i in range(2):
            for part, theirs in (("gain", "gamma"), ("bias", "beta")):
                weight = w(f"{block}/HyperBN{suffix(i)}/{theirs}/w").t()
                level = weight.shape[1] - embedding
                # Here the level comes before the class.
                out[f"{name}.bn{i + 1}.{part}.weight"] = torch.cat([weight[:, level:], weight[:, :level]], 1)
                out[f"{name}.bn{i + 1}.{part}.u0"] = w(f"{block}/HyperBN{suffix(i)}/{theirs}/u0")
            for part, theirs in (("stored_mean", "accumulated_mean"), ("stored_var", "accumulated_var")):
                out[f"{name}.bn{i + 1}.{part}"] = w(f"{block}/CrossReplicaBN{suffix(i)}/{theirs}").flatten()
    k = attention_after(w, [out[f"blocks.{k}.0.conv2.weight"].shape[0] for k in range(blocks)])
    for conv, theirs in (("theta", "theta"), ("phi", "phi"), ("g", "g"), ("o", "o_conv")):
        out |= convolution(w, f"Generator/attention/{theirs}", f"blocks.{k}.1.{conv}")
    out[f"blocks.{k}.1.gamma"] = w("Generator/attention/gamma")
    last = "Generator/ScaledCrossReplicaBN"
    for part, theirs in (("gain", "/gamma"), ("bias", "/beta"), ("stored_mean", "bn/accumulated_mean"), ("stored_var", "bn/accumulated_var")):
        out[f"output_layer.0.{part}"] = w(last + theirs).flatten()
    return out | convolution(w, "Generator/conv_2d", "output_layer.2")


def deep(w):
    """pytorch-pretrained-BigGAN's state dict."""
    out = {"embeddings.weight": w("linear/w").t()} | layer(w, DEEP, "generator.gen_z")
    blocks = len({name.split("/")[1] for name in w.state if re.match(r"Generator/GBlock(_\d+)?/", name)})
    outputs = [w(f"Generator/GBlock{suffix(k)}/conv3/w").shape[-1] for k in range(blocks)]
    at = attention_after(w, [n if k % 2 else 0 for k, n in enumerate(outputs)]) + 1
    statistics = (w(f"standing/{k}") for k in range(8 * blocks + 2))  # four normalisations a block, and the last
    for k in range(blocks):
        block, name = f"Generator/GBlock{suffix(k)}", f"generator.layers.{k + (k >= at)}"
        for i in range(4):
            out |= layer(w, f"{block}/conv{i}", f"{name}.conv_{i}")
            for part in ("scale", "offset"):
                out |= layer(w, f"{block}/BatchNorm{suffix(i)}/{part}", f"{name}.bn_{i}.{part}")
            out[f"{name}.bn_{i}.running_means"], out[f"{name}.bn_{i}.running_vars"] = next(statistics), next(statistics)
    for conv in ("theta", "phi", "g", "o_conv"):
        out |= layer(w, f"Generator/attention/{conv}", f"generator.layers.{at}.snconv1x1_{conv}")
    out[f"generator.layers.{at}.gamma"] = w("Generator/attention/gamma")
    out["generator.bn.weight"], out["generator.bn.bias"] = (w(f"Generator/BatchNorm/{part}").flatten() for part in ("scale", "offset"))
    out["generator.bn.running_means"], out["generator.bn.running_vars"] = next(statistics), next(statistics)
    return out | layer(w, "Generator/conv_to_rgb", "generator.conv_to_rgb")


def suffix(k):
    """What TensorFlow appends to the names of layers after the first."""
    return f"_{k}" if k else ""


def attention_after(w, outputs):
    """The index of the block that attention follows, which its number of channels tells."""
    channels = w("Generator/attention/theta/w").shape[-2]
    if outputs.count(channels) != 1:
        raise ValueError(f"attention on {channels} channels fits {outputs.count(channels)} of the blocks with {outputs}")
    return outputs.index(channels)


def transposed(weight):
    """A weight with outputs first."""
    return weight.permute(3, 2, 0, 1) if weight.dim() == 4 else weight.t()


def convolution(w, theirs, ours):
    """A layer in BigGAN-PyTorch's layout."""
    out = {f"{ours}.weight": transposed(w(f"{theirs}/w")), f"{ours}.u0": w(f"{theirs}/u0")}
    if f"{theirs}/b" in w:
        out[f"{ours}.bias"] = w(f"{theirs}/b").flatten()
    return out


def layer(w, theirs, ours):
    """A layer in pytorch-pretrained-BigGAN's layout."""
    weight = transposed(w(f"{theirs}/w"))
    u, v = power_step(weight, w(f"{theirs}/u0"))
    out = {f"{ours}.weight_orig": weight, f"{ours}.weight_u": u, f"{ours}.weight_v": v}
    if f"{theirs}/b" in w:
        out[f"{ours}.bias"] = w(f"{theirs}/b").flatten()
    return out
