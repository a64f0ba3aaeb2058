"""Takes steps of Adam in PyTorch, as the paper's authors do, for the Go program beside it.

    python bench/biggan/torch_step.py DIR

DIR holds the problem: task.json (model, class, threads, n, σ of the blur in pixels, bounds
of a code's numbers), and as plain float32 z0 (n×d), target (n×C×H×W) and mask (n×H×W).
Reads requests from standard input and answers each with a line:

    step     takes a step with rate 0.01: the seconds it took
    codes    writes the codes to DIR/codes: 0
    memory   the most bytes that the process has held

A step is the image, the loss that torch_adam.py describes, its gradient for the codes,
Adam's move and the clipping to the bounds. PyTorch runs the operators of the file, with
all that does not depend on the codes computed beforehand.
"""

import json
import os
import sys
import time

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, os.pardir), os.path.join(HERE, os.pardir, "inversion")]
import torch_adam  # noqa: E402
import torch_timing  # noqa: E402


class Descent:
    def __init__(self, folder):
        with open(os.path.join(folder, "task.json")) as f:
            task = json.load(f)
        torch.set_num_threads(task["threads"])
        self.folder, self.bounds, n = folder, task["bounds"], task["n"]
        self.generator = torch_timing.Generator(task["model"], n, task["class"])
        self.low, high = map(float, self.generator.metadata.get("lcfv.range", "0,1").split(","))
        self.scale = 1 / (high - self.low)
        shape = self.generator.image_shape[1:]
        self.loss = torch_adam.Loss(self.read("target", n, *shape), self.read("mask", n, 1, *shape[1:]), task["sigma"])
        self.z = self.read("z0", n, -1).requires_grad_()
        self.adam = torch.optim.Adam([self.z], lr=0.01)

    def read(self, name, *shape):
        return torch.from_numpy(np.fromfile(os.path.join(self.folder, name), np.float32)).reshape(shape)

    def step(self):
        start = time.perf_counter()
        self.z.grad = None
        self.loss(self.scale * (self.generator(self.z) - self.low)).sum().backward()
        self.adam.step()
        with torch.no_grad():
            self.z.clamp_(*self.bounds)
        return time.perf_counter() - start

    def codes(self):
        self.z.detach().numpy().tofile(os.path.join(self.folder, "codes"))
        return 0


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    torch.set_flush_denormal(True)
    descent = Descent(sys.argv[1])
    requests = {"step": descent.step, "codes": descent.codes, "memory": torch_timing.peak_memory}
    for line in sys.stdin:
        print(requests[line.strip()](), flush=True)


if __name__ == "__main__":
    main()
