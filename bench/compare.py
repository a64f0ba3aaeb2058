"""Times lcfv's native backend against PyTorch on the same ONNX generators.

    python bench/compare.py MODEL.onnx [MODEL.onnx ...]

Both compute the forward pass, and the forward pass with the gradient of ⟨v, image⟩
for the latent code, of the same batch with the same number of threads. They take
turns, so that a change of the machine's speed meets both; printed is the median of
the ratios of neighbours, with the quartiles, and the rate at which the native backend
does the arithmetic of products and convolutions. Needs go, torch, onnx and numpy.
"""

import argparse
import statistics
import subprocess
import time

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper


class OnnxModule:
    """Runs the operators that small deconvolutional generators consist of."""

    def __init__(self, path):
        graph = onnx.load(path).graph
        self.values = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in graph.initializer}
        self.nodes = []
        for node in graph.node:
            attrs = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            if node.op_type == "Constant":
                self.values[node.output[0]] = torch.from_numpy(numpy_helper.to_array(attrs["value"]).copy())
            else:
                self.nodes.append((node.op_type, list(node.input), node.output[0], attrs))
        self.flops = 0  # of matrix products and convolutions, counted anew by each call
        latent = graph.input[0]
        self.latent, self.image = latent.name, graph.output[0].name
        self.d = latent.type.tensor_type.shape.dim[1].dim_value

    def __call__(self, z):
        values = dict(self.values)
        self.flops = 0
        values[self.latent] = z
        for op, inputs, output, attrs in self.nodes:
            values[output] = getattr(self, op)(attrs, *[values[i] for i in inputs])
        return values[self.image]

    def Gemm(self, attrs, a, b, c):
        self.flops += 2 * a.shape[0] * b.numel()
        assert attrs.get("alpha", 1) == 1 and attrs.get("beta", 1) == 1 and not attrs.get("transA")
        return F.linear(a, b if attrs.get("transB") else b.t(), c)

    def Relu(self, attrs, x):
        return F.relu(x)

    def Sigmoid(self, attrs, x):
        return torch.sigmoid(x)

    def Transpose(self, attrs, x):
        return x.permute(*attrs["perm"])

    def Reshape(self, attrs, x, shape):
        return x.reshape([x.shape[i] if d == 0 else int(d) for i, d in enumerate(shape)])

    def Slice(self, attrs, x, starts, ends, axes, steps=None):
        index = [slice(None)] * x.dim()
        for i, axis in enumerate(axes):
            assert steps is None or steps[i] == 1
            index[int(axis)] = slice(int(starts[i]), int(ends[i]))
        return x[tuple(index)]

    def ConvTranspose(self, attrs, x, w, b=None):
        self.flops += 2 * x.shape[0] * x.shape[2] * x.shape[3] * w.numel()
        pads = attrs.get("pads", [0, 0, 0, 0])
        assert pads[:2] == pads[2:] and attrs.get("auto_pad", b"NOTSET") == b"NOTSET"
        return F.conv_transpose2d(x, w, b, attrs.get("strides", [1, 1]), pads[:2], attrs.get("output_padding", 0),
                                  attrs.get("group", 1), attrs.get("dilations", [1, 1]))

    def BatchNormalization(self, attrs, x, scale, bias, mean, var):
        return F.batch_norm(x, mean, var, scale, bias, False, 0.0, attrs.get("epsilon", 1e-5))


def torch_runner(path, batch):
    model = OnnxModule(path)
    z = torch.randn(batch, model.d)
    with torch.no_grad():
        v = torch.randn_like(model(z))

    def forward():
        with torch.no_grad():
            model(z)

    def gradient():
        x = z.clone().requires_grad_()
        torch.autograd.grad(model(x), x, v)

    # The pullback to the code repeats every product with the transposed weights.
    return {"forward": (forward, model.flops), "gradient": (gradient, 2 * model.flops)}


class Native:
    def __init__(self, program, path, batch, threads):
        self.process = subprocess.Popen([program, "-model", path, "-batch", str(batch), "-threads", str(threads)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, what):
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--repeat", type=int, default=60)
    parser.add_argument("--program", default="bin/timing", help="built by: go build -o bin/timing ./bench/timing")
    args = parser.parse_args()
    torch.manual_seed(0)
    print(f"torch {torch.__version__}, batch {args.batch}; milliseconds are medians of {args.repeat}")
    print(f"{'model':28} {'what':9} {'threads':>7} {'torch':>8} {'native':>8} {'native/torch [quartiles]':>26} {'native GFLOP/s':>15}")
    for path in args.models:
        runners = torch_runner(path, args.batch)
        name = path.split("/")[-2] if path.endswith("/generator.onnx") else path.split("/")[-1]
        for threads in args.threads:
            torch.set_num_threads(threads)
            native = Native(args.program, path, args.batch, threads)
            for what, (run, flops) in runners.items():
                theirs, ours = [], []
                for i in range(args.repeat + 5):
                    start = time.perf_counter()
                    run()
                    seconds = time.perf_counter() - start
                    own = native(what)
                    if i >= 5:  # the first few warm caches up
                        theirs.append(seconds)
                        ours.append(own)
                ratios = np.array(ours) / np.array(theirs)
                low, middle, high = np.percentile(ratios, [25, 50, 75])
                print(f"{name:28} {what:9} {threads:7d} {1e3 * statistics.median(theirs):8.2f} "
                      f"{1e3 * statistics.median(ours):8.2f} {middle:12.2f} [{low:.2f}, {high:.2f}] "
                      f"{flops / statistics.median(ours) / 1e9:15.0f}", flush=True)
            native.close()


if __name__ == "__main__":
    main()
