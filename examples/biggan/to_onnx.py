"""Turns published weights of BigGAN or BigGAN-deep into an ONNX file that describes itself to lcfv.

    python examples/biggan/to_onnx.py G_ema.pth biggan128.onnx
    python examples/biggan/to_onnx.py biggan-deep-256-pytorch_model.bin deep256.onnx --truncation 0.4
    python examples/biggan/to_onnx.py biggan-128.npz biggan128.onnx      # of TF-Hub, see dump_tfhub.py

Which network it is, and how wide, is read off the names and shapes. Spectral norms are
divided out and statistics of batches folded into the gains and shifts that follow them.
The file takes z, N×D, and class, N indices, and draws N×3×S×S in [-1, 1].

Truncation is that of TF-Hub: z is drawn from a normal distribution that ends at ±2 and then
scaled, and BigGAN-deep has statistics for each scale. The file states the prior with it.
"""

import argparse
import json
import sys

import torch
from torch import nn

import published
from networks import biggan_deep, reference, writing


class Conditional(nn.Module):
    """z [N, D] and a class, an index [N] or one-hot [N, classes] -> image [N, 3, S, S] in [-1, 1]."""

    def __init__(self, model, one_hot=False):
        super().__init__()
        self.model, self.one_hot = model, one_hot
        deep = isinstance(model, biggan_deep.BigGANDeep)
        self.table = nn.Parameter(model.embedding.weight.t().contiguous() if deep else model.shared.weight.detach(), requires_grad=False)

    def forward(self, z, c):
        embedding = c @ self.table if self.one_hot else self.table[c]
        return self.model.draw(z, embedding)


def levels(model):
    """The lengths of the parts of z; BigGAN-deep uses all of it everywhere."""
    if isinstance(model, biggan_deep.BigGANDeep):
        return [model.linear.in_features - model.embedding.out_features]
    return model.levels


def class_names(path, count):
    """The names of the classes: those of a file, or torchvision's of ImageNet. None if there are none."""
    if path:
        with open(path, encoding="utf-8") as f:
            text = f.read()
        names = json.loads(text) if text.lstrip().startswith("[") else text.splitlines()
        if len(names) != count or not all(isinstance(name, str) and name.strip() for name in names):
            raise ValueError(f"{path}: {len(names)} names for {count} classes: give a name a line, or a JSON list of them")
        return names
    try:
        from torchvision.models._meta import _IMAGENET_CATEGORIES as names
    except ImportError:
        names = []
    if len(names) == count:
        return list(names)
    print("no names of classes: install torchvision for ImageNet's, or give --names", file=sys.stderr)
    return None


def metadata(model, prior, truncation, names):
    """What lcfv reads (package generator)."""
    out = {"lcfv.latent": "z", "lcfv.prior": prior if truncation == 1 else f"{truncation:g}*{prior}", "lcfv.range": "-1,1",
           "lcfv.levels": ",".join(map(str, levels(model)))}
    return out | ({"lcfv.classes": json.dumps(names)} if names else {})


def inputs(model, classes, one_hot, samples=2):
    """Codes and classes to trace the network with."""
    z = (1000 * torch.randn(samples, sum(levels(model)), generator=torch.Generator().manual_seed(1)).clamp(-2, 2)).round() / 1000
    index = torch.arange(samples) * 7 % classes
    return {"z": z, "class": nn.functional.one_hot(index, classes).float() if one_hot else index}


def write(state, path, truncation=1.0, one_hot=False, prior="truncated-normal(2)", names=None, reference_path=None):
    """Writes the file and returns the network in it. names: a file of class names, or None."""
    model = published.read(state, truncation)
    model.fold()
    network = Conditional(model, one_hot).eval()
    classes = len(network.table)
    given = inputs(model, classes, one_hot)
    if reference_path:
        reference.write(reference_path, reference.compute(network, given, seed=2))
    writing.export(network, given, path, "legacy", 17, dynamic=True, external=False,
                   metadata=metadata(model, prior, truncation, class_names(names, classes)))
    return network


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", help="file of weights: .pth, .bin or .npz")
    parser.add_argument("onnx", help="file to write")
    parser.add_argument("--truncation", type=float, default=1.0, help="what z is scaled by, above 0 and at most 1")
    parser.add_argument("--prior", default="truncated-normal(2)", help="distribution of the codes, before they are scaled")
    parser.add_argument("--one-hot", action="store_true", help="take the class as a one-hot vector instead of an index")
    parser.add_argument("--names", help="file with a class name a line, or a JSON list; else those of torchvision's ImageNet, if installed")
    parser.add_argument("--reference", help="file for what torch draws and differentiates, which lcfv check reads")
    args = parser.parse_args()
    try:
        network = write(published.load(args.weights), args.onnx, args.truncation, args.one_hot, args.prior, args.names, args.reference)
    except (ValueError, OSError) as err:
        sys.exit(f"to_onnx.py: {err}")
    count = sum(p.numel() for p in network.parameters())
    print(f"{args.onnx}: {type(network.model).__name__}, {count} parameters, levels {levels(network.model)}, {len(network.table)} classes")


if __name__ == "__main__":
    main()
