"""Writes PyTorch's gradients at codes close to each other, which the Go test of a full-size network reads.

    python examples/biggan/neighbours.py WEIGHTS neighbours.json

A generator with rectifiers has no one gradient in float32: of millions of rectifiers some are
so near 0 that rounding decides, and each of those changes the gradient by a step. How large
the steps of a layer are together does not depend on its size, for with more units there are
more steps, each of a smaller part. They differ from code to code, though, and the mean over
neighbouring codes has little of them left. Written are z, class and grad = d⟨v, image⟩/dz for
v = sin 0, sin 1, … in the order of the image's numbers, computed in float64; printed is how far PyTorch's own float32 is from
its float64, for single gradients and for the mean.
"""

import argparse
import copy

import torch

import published
import to_onnx
from networks import reference


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", help="file of weights: .pth, .bin or .npz")
    parser.add_argument("json", help="file to write")
    parser.add_argument("--codes", type=int, default=64, help="number of codes")
    parser.add_argument("--distance", type=float, default=1e-3, help="standard deviation of their numbers about the first")
    parser.add_argument("--class", type=int, default=14, dest="index", help="index of the class")
    args = parser.parse_args()
    model = published.read(published.load(args.weights))
    model.fold()
    network = to_onnx.Conditional(model).eval()
    exact = copy.deepcopy(network).double()
    torch.manual_seed(1)
    first = torch.randn(sum(to_onnx.levels(model))).clamp(-1.9, 1.9)
    z = first + args.distance * torch.randn(args.codes, len(first))
    index = torch.full((args.codes,), args.index)
    with torch.no_grad():
        v = torch.empty_like(network(z[:1], index[:1]))
    v = torch.arange(v.numel()).double().sin().reshape(v.shape)
    gradients, rounded = [], []
    for k in range(args.codes):
        for where, net, kind in ((gradients, exact, torch.float64), (rounded, network, torch.float32)):
            x = z[k:k + 1].to(kind).requires_grad_()
            where.append(torch.autograd.grad(net(x, index[:1]), x, v.to(kind))[0].double())
    g, r = torch.cat(gradients), torch.cat(rounded)
    single = ((r - g).norm(dim=1) / g.norm(dim=1)).sort().values
    mean = ((r - g).mean(0).norm() / g.mean(0).norm()).item()
    print(f"float32 of torch: gradients of {args.codes} codes within {single[len(single) // 2]:.1g} of their length in the median, "
          f"{single[-1]:.1g} at most; their mean within {mean:.1g}")
    reference.write(args.json, {"z": z, "class": index, "grad": g.float()})


if __name__ == "__main__":
    main()
