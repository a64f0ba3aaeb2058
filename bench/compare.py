"""Times lcfv's engines against PyTorch on the same ONNX generators.

    python bench/compare.py [-q] [NAME=]MODEL.onnx ... [--large [NAME=]MODEL.onnx ...]

All compute the forward pass, and the forward pass with the gradient of ⟨v, image⟩ for
the latent code, of the same batch with the same number of threads, each in a process
of its own. They take turns, so that a change of the machine's speed meets all; printed
is the median of the ratios of neighbours, with the quartiles, and the most memory that
each process has held. Before that, what one core makes of plain matrix products. Needs
go, torch, onnx and numpy (bench/requirements.txt).
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))


class Model:
    """A file, and the name of it or of its folder, or the one given."""

    def __init__(self, argument):
        name, _, self.path = argument.rpartition("=")
        folder, file = os.path.split(os.path.abspath(self.path))
        self.name = name or (os.path.basename(folder) if file == "generator.onnx" else file.removesuffix(".onnx"))


class Process:
    """A program that answers requests, a line each."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, request):
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{' '.join(self.process.args)} ended at the request {request!r}")
        return answer.strip()

    def number(self, request):
        return float(self(request))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def engine(name, program, model=None, batch=1, threads=1):
    what = ["--model", model.path, "--batch", str(batch), "--threads", str(threads)] if model else []
    if name == "torch":
        return Process([sys.executable, os.path.join(HERE, "torch_timing.py"), *what])
    return Process([program, "--backend", name, *what])


def works(name, args):
    """Whether an engine runs here; ONNX Runtime may be missing."""
    if not args.models + args.large:
        return False
    process = engine(name, args.program, (args.models + args.large)[0])
    try:
        process("memory")
    except (RuntimeError, BrokenPipeError):
        print(f"leaving {name} out", file=sys.stderr)
        return False
    process.close()
    return True


def alternate(processes, requests, seconds, least):
    """Asks all in turn until the time is up; lists of seconds by process, warm-up left out."""
    times = [[] for _ in processes]

    def ask():
        for own, p, request in zip(times, processes, requests):
            time.sleep(0.002)  # threads of the one before may still spin
            own.append(p.number(request))

    start = time.monotonic()
    ask()
    while time.monotonic() - start < seconds / 10:
        ask()
    for own in times:
        own.clear()
    start = time.monotonic()
    while len(times[0]) < least or time.monotonic() - start < seconds and len(times[0]) < 60:
        ask()
    return times


def spread(ratios):
    low, middle, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    return f"{middle:5.2f} [{low:.2f}, {high:.2f}]"


RATE_BATCH = 8


def products(args):
    """What one core makes of plain products, and of networks."""
    torch, native = engine("torch", args.program), engine("native", args.program)
    print(f"GFLOP/s on one thread: plain products, then native in products and convolutions of networks, batch {RATE_BATCH},\n"
          f"all else they do counted in, against torch's product of 1024×1024\n"
          f"{'':36} {'torch':>6} {'native':>7}  native/torch [quartiles]")

    def line(name, theirs, ours):  # seconds and flops
        rates = [flops / statistics.median(times) / 1e9 for times, flops in (theirs, ours)]
        ratios = [(fo / o) / (ft / t) for t, o in zip(theirs[0], ours[0]) for ft, fo in [(theirs[1], ours[1])]]
        print(f"{name:36} {rates[0]:6.0f} {rates[1]:7.0f}  {spread(ratios)}", flush=True)

    for n in (512, 1024):
        times = alternate([torch, native], [f"gemm {n}"] * 2, args.seconds, 10)
        line(f"product of {n}×{n}", *((t, 2 * n**3) for t in times))
    for model in args.models:
        with_flops = engine("torch", args.program, model, RATE_BATCH)
        flops = with_flops.number("flops")
        with_flops.close()
        network = engine("native", args.program, model, RATE_BATCH)
        for what, passes in PASSES.items():
            times = alternate([torch, network], ["gemm 1024", what], args.seconds, args.least)
            line(f"{model.name} {what}", (times[0], 2 * 1024**3), (times[1], passes * flops))
        network.close()
    torch.close()
    native.close()


# Products and convolutions of each kind of run, in forward passes: the pullback repeats
# every one transposed.
PASSES = {"forward": 1, "gradient": 2}


def compare(model, batch, threads, args):
    processes = [engine(n, args.program, model, batch, threads) for n in ["torch", *args.engines]]
    where = f"{model.name:24} {{:8}} {batch:5d} {threads:7d}"
    for what in PASSES:
        times = alternate(processes, [what] * len(processes), args.seconds, args.least)
        cells = [f"{1e3 * statistics.median(own):9.2f} {spread([a / b for a, b in zip(own, times[0])]):>20}" for own in times[1:]]
        print(where.format(what), f"{1e3 * statistics.median(times[0]):9.2f}", *cells, flush=True)
    memory = [p.number("memory") / 2**20 for p in processes]
    print(where.format("MiB"), f"{memory[0]:9.0f}", *(f"{m:9.0f} {m / memory[0]:5.2f}{'':15}" for m in memory[1:]), flush=True)
    for p in processes:
        p.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", type=Model)
    parser.add_argument("--large", nargs="+", default=[], type=Model, help="models to run with one sample on one thread")
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 10, 32])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--engines", nargs="+", default=["native", "ort"], help="of lcfv")
    parser.add_argument("--seconds", type=float, default=4, help="for each line")
    parser.add_argument("--least", type=int, default=5, help="rounds for each line, whatever they take")
    parser.add_argument("-q", "--quick", action="store_true", help="one thread, batches 1 and 10, a second a line")
    parser.add_argument("--program", default="bin/timing", help="built by: go build -o bin/timing ./bench/timing")
    args = parser.parse_args()
    if args.quick:
        args.threads, args.batch, args.seconds = [1], [1, 10], 1
    args.engines = [e for e in args.engines if works(e, args)]
    products(args)
    heads = " ".join(f"{e:>9} {e + '/torch [quartiles]':>20}" for e in args.engines)
    print(f"\nmilliseconds (medians), and peak memory of the process\n{'model':24} {'what':8} {'batch':>5} {'threads':>7} {'torch':>9} {heads}")
    for model in args.models:
        for batch in args.batch:
            for threads in args.threads:
                compare(model, batch, threads, args)
    for model in args.large:
        compare(model, 1, 1, args)


if __name__ == "__main__":
    main()
