"""Writes random weights in the layout of published ones, to try all but the pictures without a download.

    python examples/biggan/random_weights.py biggan128.pth                       BigGAN for 128×128, 96 channels wide
    python examples/biggan/random_weights.py deep128.bin --deep --channels 128   BigGAN-deep

Statistics are those of the network's own activations.
"""

import argparse

import torch
import torch.nn.functional as F
from torch import nn

import layout_huggingface
import layout_pytorch
from networks import biggan, biggan_deep, calibrate
from weights import power_step

ROWS = 51  # of statistics of BigGAN-deep, for truncations from 0 to 1


def shallow(size=128, channels=96, classes=1000, level=20, embedding=128):
    """BigGAN in BigGAN-PyTorch's layout, with attention at 64×64 (32×32 and 16×16 in the two smallest)."""
    model = biggan.BigGAN(size, channels, classes, level, embedding, attention=min(64, size // 2)).eval()
    calibrate(model, {"z": torch.zeros(2, level * len(model.levels)), "class": torch.randint(classes, (2,))})
    theirs, out = layout_pytorch.theirs, {}
    for name, m in model.named_modules():
        if isinstance(m, (biggan.Linear, biggan.Conv)):
            out |= {theirs(name) + ".weight": m.norm.weight, theirs(name) + ".u0": m.norm.u, theirs(name) + ".sv0": torch.ones(1)}
            if m.bias is not None:
                out[theirs(name) + ".bias"] = m.bias
        elif isinstance(m, nn.Embedding):
            out[theirs(name) + ".weight"] = m.weight
        elif isinstance(m, nn.BatchNorm2d):
            base = theirs(name.removesuffix(".norm"))
            out |= {base + ".stored_mean": m.running_mean, base + ".stored_var": m.running_var}
            if m.affine:
                out |= {base + ".gain": 1 + 0.1 * torch.randn_like(m.weight), base + ".bias": 0.1 * torch.randn_like(m.bias)}
        elif isinstance(m, biggan.Attention):
            out[theirs(name) + ".gamma"] = m.gamma
    return detached(out)


def deep(widths, channels=128, classes=1000, latent=128, embedding=128, attention=64):
    """BigGAN-deep in pytorch-pretrained-BigGAN's layout."""
    model = biggan_deep.BigGANDeep(channels, widths, classes, latent, embedding, attention)
    condition = torch.zeros(2, latent), F.one_hot(torch.arange(2), classes).float()
    with torch.no_grad():
        model(*condition)  # in training, which settles the singular vectors
    model.eval()
    calibrate(model, {"z": condition[0], "class": condition[1]})
    theirs, out = layout_huggingface.theirs, {}
    for name, m in model.named_modules():
        if isinstance(m, biggan.Conv):
            u, v = power_step(m.norm.weight, m.norm.u)
            out |= {theirs(name) + ".weight_orig": m.norm.weight, theirs(name) + ".weight_u": u, theirs(name) + ".weight_v": v}
        elif isinstance(m, (nn.Linear, nn.Conv2d)):
            out |= {f"{theirs(name)}.{key}": value for key, value in m.state_dict().items()}
        elif isinstance(m, nn.BatchNorm2d):
            base = theirs(name.removesuffix(".norm"))
            share = 0.5 + torch.linspace(0, 0.5, ROWS)[:, None]  # some dependence on the truncation
            out |= {base + ".running_means": share * m.running_mean, base + ".running_vars": share * m.running_var}
            if m.affine:
                out |= {base + ".weight": 1 + 0.1 * torch.randn_like(m.weight), base + ".bias": 0.1 * torch.randn_like(m.bias)}
        elif isinstance(m, biggan.Attention):
            out[theirs(name) + ".gamma"] = m.gamma.reshape(1)
    return detached(out)


def detached(state):
    return {name: value.detach().clone() for name, value in state.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="file to write, as torch.save does")
    parser.add_argument("--deep", action="store_true", help="BigGAN-deep")
    parser.add_argument("--size", type=int, default=128, choices=sorted(biggan_deep.WIDTHS), help="pixels")
    parser.add_argument("--channels", type=int, help="width: by default the published one, 96 or, with --deep, 128")
    parser.add_argument("--classes", type=int, default=1000, help="number of classes")
    parser.add_argument("--level", type=int, default=20, help="numbers in a level of z, of BigGAN")
    parser.add_argument("--embedding", type=int, default=128, help="numbers in the embedding of a class")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    if args.deep:
        state = deep(biggan_deep.WIDTHS[args.size], args.channels or 128, args.classes, embedding=args.embedding)
    else:
        state = shallow(args.size, args.channels or 96, args.classes, args.level, args.embedding)
    torch.save(state, args.file)
    print(f"{args.file}: {len(state)} arrays, {sum(v.numel() for v in state.values())} numbers")


if __name__ == "__main__":
    main()
