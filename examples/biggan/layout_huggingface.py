"""BigGAN-deep as pytorch-pretrained-BigGAN keeps it (github.com/huggingface/pytorch-pretrained-BigGAN).

A layer with a spectral norm has weight_orig, bias and both singular vectors, weight_u and
weight_v. Statistics were taken for truncations from 0 to 1 in equal steps, a row each.
"""

import math
import re

import torch
from torch import nn

from networks import biggan, biggan_deep
from weights import Weights, fill, skeleton

NAME = "pytorch-pretrained-BigGAN"
EPS = 1e-4  # of batch normalisation

# From our names of layers to theirs.
RULES = [(r"^embedding$", "embeddings"), (r"^linear$", "generator.gen_z"), (r"^norm$", "generator.bn"), (r"^conv$", "generator.conv_to_rgb"),
         (r"^layers", "generator.layers"), (r"\.norms\.(\d)", r".bn_\1"), (r"\.convs\.(\d)", r".conv_\1"),
         (r"\.gain$", ".scale"), (r"\.shift$", ".offset"), (r"\.(theta|phi|g)$", r".snconv1x1_\1"), (r"\.o$", ".snconv1x1_o_conv")]


def theirs(name):
    for pattern, replacement in RULES:
        name = re.sub(pattern, replacement, name)
    return name


def known(state):
    return "generator.conv_to_rgb.weight_orig" in state


def read(state, truncation=1.0, eps=EPS):
    """The network with the statistics of a truncation."""
    w = Weights(state, NAME)
    model = skeleton(lambda: biggan_deep.BigGANDeep(**config(w), eps=eps))
    values = {}
    for name, m in model.named_modules():
        if isinstance(m, biggan.Attention):
            values[name + ".gamma"] = w(theirs(name) + ".gamma").reshape(())
        elif isinstance(m, nn.BatchNorm2d):
            normalisation = theirs(re.sub(r"(norms\.\d)\.norm$", r"\1", name))
            values[name + ".running_mean"] = standing(w(normalisation + ".running_means"), truncation)
            values[name + ".running_var"] = standing(w(normalisation + ".running_vars"), truncation)
            if m.affine:
                values[name + ".weight"], values[name + ".bias"] = w(normalisation + ".weight"), w(normalisation + ".bias")
        elif name == "embedding":
            values[name + ".weight"] = w(theirs(name) + ".weight")
        elif isinstance(m, (nn.Linear, nn.Conv2d, biggan.Conv)):
            inner = ".norm.weight" if isinstance(m, biggan.Conv) else ".weight"  # attention's layers are BigGAN's
            values[name + inner] = normalised(w, theirs(name))
            if m.bias is not None:
                values[name + ".bias"] = w(theirs(name) + ".bias")
    w.finish()
    return fill(model, values, NAME)


def config(w):
    """The arguments of BigGANDeep, from the shapes."""
    embedding, classes = w("embeddings.weight").shape
    channels = w("generator.conv_to_rgb.weight_orig").shape[1]
    layers = 1 + max(int(k) for k in re.findall(r"^generator\.layers\.(\d+)\.", "\n".join(w.state), re.MULTILINE))
    attention = [k for k in range(layers) if f"generator.layers.{k}.gamma" in w]
    if len(attention) != 1 or attention[0] % 2 or layers % 2 == 0:
        raise ValueError(f"{layers} layers with attention at {attention}: it comes once, after a pair of blocks")
    blocks = [k for k in range(layers) if k not in attention]
    size = 4 << len(blocks) // 2
    widths = [w(f"generator.layers.{k}.conv_0.weight_orig").shape[1] // channels for k in blocks[::2]]
    widths.append(w(f"generator.layers.{blocks[-1]}.conv_3.weight_orig").shape[0] // channels)
    if size in biggan_deep.WIDTHS and widths != biggan_deep.WIDTHS[size]:
        raise ValueError(f"blocks of {widths} × {channels} channels: those for {size} pixels have {biggan_deep.WIDTHS[size]} times as many as the width")
    return {"channels": channels, "widths": widths, "classes": classes, "embedding": embedding, "attention": 4 << attention[0] // 2,
            "latent": w("generator.gen_z.weight_orig").shape[1] - embedding}


def normalised(w, name):
    """A weight divided by its spectral norm, which the stored vectors give."""
    weight = w(name + ".weight_orig")
    return weight / (w(name + ".weight_u") @ weight.flatten(1) @ w(name + ".weight_v"))


def standing(rows, truncation):
    """The statistics of a truncation, between two rows in proportion. (The original weighs the two the wrong way round;
    there are rows for all multiples of 0.02, where that makes no difference.)"""
    at = truncation * (len(rows) - 1)
    low = min(math.floor(at), len(rows) - 1)
    return torch.lerp(rows[low], rows[min(low + 1, len(rows) - 1)], at - low)
