"""BigGAN as BigGAN-PyTorch keeps it (github.com/ajbrock/BigGAN-PyTorch): the state dict of its generator.

A layer with a spectral norm has weight, bias, u0, the left singular vector, and sv0, which
nothing reads. Statistics are stored_mean and stored_var; the class comes before the level
in the condition of a block.
"""

import re

from torch import nn

from networks import biggan
from weights import Weights, fill, power_step, skeleton

NAME = "BigGAN-PyTorch"
EPS = 1e-5  # of batch normalisation

# From our names of layers to theirs.
RULES = [(r"^blocks\.(\d+)", r"blocks.\1.0"), (r"^attention\.(\d+)", r"blocks.\1.1"), (r"\.norm([12])", r".bn\1"),
         (r"\bshift\b", "bias"), ("shortcut", "conv_sc"), (r"^norm$", "output_layer.0"), (r"^conv$", "output_layer.2")]


def theirs(name):
    for pattern, replacement in RULES:
        name = re.sub(pattern, replacement, name)
    return name


def known(state):
    return "output_layer.2.weight" in state


def read(state, truncation=1.0, eps=EPS):
    """The network; statistics do not depend on the truncation."""
    w = Weights(state, NAME)
    model = skeleton(lambda: biggan.BigGAN(**config(w), eps=eps))
    values = {}
    for name, m in model.named_modules():
        if isinstance(m, (biggan.Linear, biggan.Conv)):
            values[name + ".norm.weight"] = normalised(w, theirs(name))
            if m.bias is not None:
                values[name + ".bias"] = w(theirs(name) + ".bias")
        elif isinstance(m, nn.Embedding):
            values[name + ".weight"] = w(theirs(name) + ".weight")
        elif isinstance(m, nn.BatchNorm2d):
            normalisation = theirs(re.sub(r"(norm\d)\.norm$", r"\1", name))
            values[name + ".running_mean"], values[name + ".running_var"] = statistics(w, normalisation)
            if m.affine:
                values[name + ".weight"], values[name + ".bias"] = w(normalisation + ".gain"), w(normalisation + ".bias")
        elif isinstance(m, biggan.Attention):
            values[name + ".gamma"] = w(theirs(name) + ".gamma").reshape(())
    w.finish(r"\.sv\d+$", r"\.u[1-9]\d*$", "accumulation_counter$")
    return fill(model, values, NAME)


def config(w):
    """The arguments of BigGAN, from the shapes."""
    classes, embedding = w("shared.weight").shape
    level = w("linear.weight").shape[1]
    condition = w("blocks.0.0.bn1.gain.weight").shape[1]
    if condition != level + embedding:
        raise ValueError(f"the blocks' condition has {condition} numbers, not the {embedding} of a class and the {level} of a "
                         "level: the generator was not trained with a hierarchical latent space (--hier)")
    blocks = len({name.split(".")[1] for name in w.state if name.startswith("blocks.")})
    size = 4 << blocks
    if size not in biggan.WIDTHS:
        raise ValueError(f"{blocks} blocks: there are networks of {', '.join(str(len(v)) for v in biggan.WIDTHS.values())}")
    attention = [8 << int(k) for k in re.findall(r"^blocks\.(\d+)\.1\.theta\.weight$", "\n".join(w.state), re.MULTILINE)]
    if len(attention) > 1:
        raise ValueError(f"attention at {attention} pixels: one resolution is supported")
    return {"size": size, "channels": w("output_layer.2.weight").shape[1] // biggan.WIDTHS[size][-1], "classes": classes,
            "level": level, "embedding": embedding, "attention": (attention or [0])[0]}


def normalised(w, name):
    """A weight divided by its spectral norm, as that layout's evaluation mode computes it."""
    weight = w(name + ".weight")
    if name + ".u0" not in w:
        return weight
    u, v = power_step(weight, w(name + ".u0"))
    return weight / (u @ weight.flatten(1) @ v)


def statistics(w, name):
    """Mean and variance; a variant of the layer keeps them one module deeper."""
    if name + ".bn.stored_mean" in w:
        name += ".bn"
    return w(name + ".stored_mean"), w(name + ".stored_var")
