"""Inverts a generator with Adam in PyTorch, for the Go program beside it.

    python bench/inversion/torch_adam.py --model MODEL.onnx --folder DIR [--threads 1]

DIR holds the task: task.json (n, the targets t, σ of the blur in pixels, radius of the
ball), and as plain float32 z0 (n×d), targets (t×n×C×H×W) and masks (t×H×W). Reads
requests from standard input and answers each with a line:

    start RATE ITERATIONS   go back to z_0, with so many steps a target at that rate
    target                  go on to the next |t| of both signs: seconds that it took
    rewind                  go back to z_0, same settings
    codes                   write codes to DIR (n×t×d, 0 where none has been found)

The settings of the paper's authors are 0.01 and 50. Each target starts from the codes
found for the one before it, with Adam's moments set to zero, and codes are clipped to the
ball after each step. Minimised is, for each code, the mean over defined pixels M of the
squared difference blurred within them: e = K*(M·(x−y)) / K*M, Σ M·e² / (C·ΣM).

All trajectories and both signs are one batch: what one of them does has no effect on the
others, since Adam works number by number. Needs torch, onnx and numpy.
"""

import argparse
import json
import math
import os
import sys
import time

import numpy as np
import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
import torch_timing  # noqa: E402


class Loss:
    """The losses of a batch against targets, what is the same for all steps computed once."""

    def __init__(self, y, mask, sigma):
        height, width = y.shape[2:]
        self.down, self.across = blur(height, sigma), blur(width, sigma)
        self.mask = mask
        self.weight = (mask / (y.shape[1] * mask.sum((1, 2, 3), keepdim=True))).sqrt() / self.blurred(mask)
        self.weight[mask == 0] = 0
        self.y = y

    def blurred(self, x):
        # Two small matrix products; as convolutions of one channel they take many times as long.
        return self.down @ x @ self.across

    def __call__(self, x):
        return (self.weight * self.blurred(self.mask * (x - self.y))).square().sum((1, 2, 3))


def blur(size, sigma):
    """The matrix of a Gaussian of unit sum, cut off beyond 3σ, with zeros outside of the frame."""
    at = np.arange(size)
    distance = np.abs(at[:, None] - at[None, :])
    radius = min(math.ceil(3 * sigma), size - 1)
    kernel = np.exp(-(np.arange(radius + 1) / sigma) ** 2 / 2)
    kernel /= 2 * kernel.sum() - kernel[0]
    return torch.from_numpy(np.where(distance <= radius, kernel[np.minimum(distance, radius)], 0).astype(np.float32))


class Inversion:
    def __init__(self, model, folder):
        def read(name, *shape):
            return torch.from_numpy(np.fromfile(os.path.join(folder, name), np.float32)).reshape(shape)

        with open(os.path.join(folder, "task.json")) as f:
            self.task = json.load(f)
        self.folder, t, n = folder, np.array(self.task["t"]), self.task["n"]
        # Pairs of targets, −t and t, from the inside out.
        self.order = [(low, high) for low, high in zip(np.flatnonzero(t < 0)[::-1], np.flatnonzero(t > 0))]
        assert 2 * len(self.order) == len(t), "as many targets of one sign as of the other"
        self.generator = torch_timing.Generator(model, 2 * n)
        shape = self.generator.image_shape[1:]
        self.z0 = read("z0", n, -1)
        self.targets, self.masks = read("targets", len(t), n, *shape), read("masks", len(t), 1, *shape[1:])
        self.start(0.01, 50)

    def start(self, rate, iterations):
        self.rate, self.iterations = float(rate), int(iterations)
        self.rewind()

    def rewind(self):
        self.z, self.done = self.z0.repeat(2, 1), 0
        self.found = torch.zeros(len(self.z0), len(self.task["t"]), self.z0.shape[1])

    def target(self):
        began = time.perf_counter()
        signs = self.order[self.done]
        n = len(self.z0)
        y = torch.cat([self.targets[k] for k in signs])
        mask = torch.cat([self.masks[k].expand(n, 1, -1, -1) for k in signs])
        self.follow(Loss(y, mask, self.task["sigma"]))
        for k, codes in zip(signs, self.z.split(n)):
            self.found[:, k] = codes
        self.done += 1
        return time.perf_counter() - began

    def follow(self, loss):
        z = self.z.requires_grad_()
        adam = torch.optim.Adam([z], lr=self.rate)
        for _ in range(self.iterations):
            z.grad = None
            loss(self.generator(z)).sum().backward()
            adam.step()
            with torch.no_grad():
                z.mul_((self.task["radius"] / z.norm(dim=1, keepdim=True)).clamp(max=1))
        self.z = z.detach()

    def codes(self):
        self.found.numpy().tofile(os.path.join(self.folder, "codes"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)  # gradients at saturated pixels are full of them
    inversion = Inversion(args.model, args.folder)
    requests = {"start": inversion.start, "target": inversion.target, "rewind": inversion.rewind, "codes": inversion.codes}
    for line in sys.stdin:
        what, *arguments = line.split()
        print(requests[what](*arguments) or 0, flush=True)


if __name__ == "__main__":
    main()
