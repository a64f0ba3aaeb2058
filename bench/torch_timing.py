"""Times PyTorch on an ONNX generator, with the requests of the Go program beside it.

    python bench/torch_timing.py [--model MODEL.onnx] [--batch 32] [--threads 1]

Reads requests from standard input and answers each with a line: forward and gradient
(of ⟨v, image⟩ for the latent code) take so many seconds, gemm N a product of two N×N
matrices; memory is the most bytes the process has held, flops the arithmetic of the
forward pass's products and convolutions. Needs torch, onnx and numpy.

PyTorch runs the graph of the file operator by operator, as eager modules do. What
does not depend on the code is computed once beforehand, shapes and the condition
included, and values are dropped after their last use.
"""

import argparse
import sys
import time

import onnx
import torch

import torch_ops


class Generator:
    """The graph of a file for one batch size: input z, a condition if it has one, output image."""

    def __init__(self, path, batch, index=0):
        model = onnx.load(path)
        graph = model.graph
        self.metadata = {p.key: p.value for p in model.metadata_props}
        self.constants = {t.name: torch_ops.from_onnx(t) for t in graph.initializer}
        ports = [p for p in graph.input if p.name not in self.constants]
        self.latent, self.image = ports[0].name, graph.output[0].name
        self.d = ports[0].type.tensor_type.shape.dim[1].dim_value
        for p in ports[1:]:
            self.constants[p.name] = condition(p, batch, index)
        self.nodes = [torch_ops.Operator(n) for n in graph.node]
        self.fold(torch.randn(batch, self.d))

    def fold(self, z):
        """Runs once, keeps what is constant, counts the rest, and plans what to drop."""
        values, varying, nodes = {**self.constants, self.latent: z}, {self.latent}, []
        self.flops = 0
        with torch.no_grad():
            for node in self.nodes:
                torch_ops.counted = 0
                outputs = node([values[i] if i else None for i in node.inputs])
                values.update(zip(node.outputs, outputs))
                if node.op != "Shape" and varying.intersection(node.inputs):
                    varying.update(node.outputs)
                    nodes.append(node)
                    self.flops += torch_ops.counted
        self.image_shape = values[self.image].shape
        used = {self.image}
        for node in reversed(nodes):
            node.last = [i for i in set(node.inputs) if i in varying and i not in used]
            used.update(node.inputs)
        self.nodes = nodes
        self.constants = {name: values[name] for name in used - varying - {""}}

    def __call__(self, z):
        values = {self.latent: z}
        for node in self.nodes:
            outputs = node([values[i] if i in values else self.constants.get(i) for i in node.inputs])
            values.update(zip(node.outputs, outputs))
            for name in node.last:
                del values[name]
        return values[self.image]


def condition(port, batch, index):
    """The class of that index for every sample: the index, or one-hot."""
    tensor = port.type.tensor_type
    shape = [batch] + [d.dim_value for d in tensor.shape.dim[1:]]
    x = torch.full(shape, index, dtype=torch_ops.DTYPES[tensor.elem_type])
    if x.is_floating_point():
        x.zero_()
        x[:, index] = 1
    return x


def peak_memory():
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return 1024 * int(line.split()[1])
    except OSError:
        pass
    return 0


def gemm(n):
    a, b, c = torch.randn(n, n), torch.randn(n, n), torch.empty(n, n)
    torch.mm(a, b, out=c)  # touches the memory
    start = time.perf_counter()
    torch.mm(a, b, out=c)
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)  # as lcfv's engines do
    if args.model:
        model = Generator(args.model, args.batch)
        z, v = torch.randn(args.batch, model.d), torch.randn(model.image_shape)

    def forward():
        with torch.no_grad():
            model(z)

    def gradient():
        x = z.clone().requires_grad_()
        torch.autograd.grad(model(x), x, v)

    def timed(work):
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    for line in sys.stdin:
        what, *rest = line.split()
        if what == "gemm":
            answer = gemm(int(rest[0]))
        else:
            answer = {"memory": peak_memory, "flops": lambda: model.flops, "version": lambda: torch.__version__,
                      "forward": lambda: timed(forward), "gradient": lambda: timed(gradient)}[what]()
        print(answer, flush=True)


if __name__ == "__main__":
    main()
