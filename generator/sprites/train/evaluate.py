"""Exports the averaged generator of a checkpoint, measures it and writes the report.

    python evaluate.py OUT

reads OUT/checkpoint.pt and writes OUT/generator.onnx, OUT/reference.json (for a test of that
file), OUT/report.json and OUT/report.md. The yardstick is a
small network trained here, on rendered scenes alone, to name the class and to read off the
factors; it is kept as OUT/judge.pt.
"""

import argparse
import hashlib
import json
import os

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import export
import model
import render

FACTORS = ("x", "y", "log_scale", "log_brightness")
FEATURES = 64


class Judge(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.PixelUnshuffle(2),
            nn.Conv2d(12, 32, 3, padding=1), nn.ReLU(),
            nn.Conv2d(32, 48, 4, 2, 1), nn.BatchNorm2d(48), nn.ReLU(),
            nn.Conv2d(48, 64, 4, 2, 1), nn.BatchNorm2d(64), nn.ReLU(),
            nn.Conv2d(64, 96, 4, 2, 1), nn.BatchNorm2d(96), nn.ReLU(),
            nn.Flatten(),
            nn.Linear(96 * 16, 128), nn.ReLU(),
            nn.Linear(128, FEATURES),
        )  # fmt: skip
        self.kind = nn.Linear(FEATURES, len(render.CLASSES))
        self.factors = nn.Linear(FEATURES, len(FACTORS))

    def forward(self, x):
        """Features, class logits and standardised factors of images in [0, 1]."""
        f = self.features(2 * x - 1)
        return f, self.kind(F.relu(f)), self.factors(F.relu(f))


def truth(scene):
    """The factors [n, 4] in their own units."""
    return torch.stack([scene["x"], scene["y"], scene["scale"].log(), scene["brightness"].log()], 1)


# Middle and half width of each factor's range.
_BOUNDS = torch.tensor([render.POSITION, render.POSITION, render.LOG_SCALE, render.LOG_BRIGHTNESS])
MIDDLE, HALF = _BOUNDS.mean(1), (_BOUNDS[:, 1] - _BOUNDS[:, 0]) / 2


def train_judge(path, steps, bf16, seed=11):
    judge = Judge().to(memory_format=torch.channels_last)
    if os.path.exists(path):
        judge.load_state_dict(torch.load(path))
        return judge.eval()
    torch.manual_seed(seed)
    rng = torch.Generator().manual_seed(seed)
    judge = Judge().to(memory_format=torch.channels_last)
    opt = torch.optim.AdamW(judge.parameters(), lr=2e-3, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(opt, 2e-3, total_steps=steps)
    for step in range(steps):
        scene = render.sample(64, rng)
        # A little noise, so that what it reads is not in the last bit of a pixel.
        x = render.render(scene)
        x = (x + 0.02 * torch.randn(x.shape, generator=rng)).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            _, kind, factors = judge(x)
        loss = F.cross_entropy(kind.float(), scene["class"]) + 5 * F.mse_loss(factors.float(), (truth(scene) - MIDDLE) / HALF)
        opt.zero_grad()
        loss.backward()
        opt.step()
        schedule.step()
        if (step + 1) % 500 == 0:
            print(f"judge {step + 1} loss {loss:.4f}", flush=True)
    torch.save(judge.state_dict(), path)
    return judge.eval()


@torch.no_grad()
def read(judge, images):
    """Features, classes and factors that the judge sees, of images drawn slice by slice."""
    parts = [judge(x) for x in images]
    f, kind, factors = (torch.cat(p) for p in zip(*parts))
    return f.double().numpy(), kind.argmax(1).numpy(), (factors * HALF + MIDDLE).double().numpy()


def frechet(a, b):
    """Fréchet distance of the normal distributions fitted to two sets of features [n, FEATURES]."""
    ca, cb = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    # tr (ca cb)^(1/2) from the eigenvalues of the similar symmetric matrix.
    w, q = np.linalg.eigh(ca)
    root = q * np.sqrt(w.clip(0)) @ q.T
    mixed = np.sqrt(np.linalg.eigvalsh(root @ cb @ root).clip(0)).sum()
    return float(((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(ca) + np.trace(cb) - 2 * mixed)


def spread(got, want):
    """Kolmogorov-Smirnov distance of two samples, and the ratio of their middle 90 %."""
    at = np.sort(np.r_[got, want])
    ks = np.abs(np.searchsorted(np.sort(got), at, "right") / len(got) - np.searchsorted(np.sort(want), at, "right") / len(want))
    width = [np.subtract(*np.quantile(v, (0.95, 0.05))) for v in (got, want)]
    return {"ks": round(float(ks.max()), 3), "width": round(float(width[0] / width[1]), 3)}


def linear(z, value):
    """R² of a linear map from held-out codes to a factor, and the share of each level in it."""
    half = len(z) // 2
    design = np.c_[z, np.ones(len(z))]
    u = np.linalg.lstsq(design[:half], value[:half], rcond=None)[0]
    rest = value[half:] - design[half:] @ u
    share = np.array([(part**2).sum() for part in np.split(u[:-1], np.cumsum(model.CHUNKS)[:-1])])
    return {"r2": round(float(1 - rest.var() / value[half:].var()), 3), "levels": [round(float(v), 3) for v in share / share.sum()]}


def measure(g, judge, n, seed=21):
    """The report, from n images of each class."""
    rng = torch.Generator().manual_seed(seed)
    classes = len(render.CLASSES)

    def rendered(kind):
        scene = [render.sample(250, rng, torch.full((250,), kind)) for _ in range(n // 250)]
        read_ = read(judge, (render.render(s) for s in scene))
        return *read_, torch.cat([truth(s) for s in scene]).double().numpy()

    real, second, fake = [], [], []
    for k in range(classes):
        real.append(rendered(k))
        second.append(rendered(k)[0])
        z = torch.randn(n // 250, 250, model.LATENTS, generator=rng)
        onehot = F.one_hot(torch.full((250,), k), classes).float()
        with torch.no_grad():
            fake.append((*read(judge, ((g(part, onehot) + 1) / 2 for part in z)), z.flatten(0, 1).double().numpy()))
    every = lambda sets, i: np.concatenate([s[i] for s in sets])  # noqa: E731
    errors = every(real, 2) - every(real, 3)
    out = {
        "images_per_class": n,
        "judge": {
            "accuracy": round(float(np.mean([np.mean(real[k][1] == k) for k in range(classes)])), 4),
            "rmse": {f: round(float(np.sqrt(np.mean(errors[:, i] ** 2))), 4) for i, f in enumerate(FACTORS)},
        },
        "frechet": round(frechet(every(fake, 0), every(real, 0)), 3),
        "frechet_rendered": round(frechet(np.concatenate(second), every(real, 0)), 3),
        "classes": {},
    }
    for k, name in enumerate(render.CLASSES):
        f, kind, factors, z = fake[k]
        row = {
            "accuracy": round(float(np.mean(kind == k)), 4),
            "frechet": round(frechet(f, real[k][0]), 3),
            "frechet_rendered": round(frechet(second[k], real[k][0]), 3),
        }
        for i, factor in enumerate(FACTORS):
            row[factor] = spread(factors[:, i], real[k][2][:, i]) | linear(z, factors[:, i])
        out["classes"][name] = row
    return out


def markdown(r):
    lines = [
        "# Generator report",
        "",
        f"`{r['command']}`, {r['seconds']} s of training, PyTorch {r['torch']}; "
        f"{r['parameters']} parameters. Measured on {r['images_per_class']} images a class, with a network trained on "
        f"rendered scenes alone: on others of those it names {100 * r['judge']['accuracy']:.2f} % of the classes, and reads "
        + ", ".join(f"{f} with RMSE {v}" for f, v in r["judge"]["rmse"].items()) + ".",
        "",
        f"Fréchet distance in the {FEATURES} features of that network: {r['frechet']} "
        f"(two sets of rendered scenes: {r['frechet_rendered']}).",
        "",
        "| class | class right | Fréchet distance | of rendered |",
        "|---|---|---|---|",
    ]
    for name, c in r["classes"].items():
        lines.append(f"| {name} | {100 * c['accuracy']:.1f} % | {c['frechet']} | {c['frechet_rendered']} |")
    lines += [
        "",
        "Coverage: the Kolmogorov-Smirnov distance between generated and rendered scenes (0 is the same distribution), and "
        "the width of the middle 90 % over that of rendered scenes. Then what a linear map from the code knows of the factor: "
        "R² on codes that it was not fitted to, and the share of each level in its squared norm.",
        "",
        "| class | factor | KS | width | R² | " + " | ".join(f"{model.BASE << k}×{model.BASE << k}" for k in range(len(model.CHUNKS))) + " |",
        "|---|---|---|---|---|" + "---|" * len(model.CHUNKS),
    ]  # fmt: skip
    for name, c in r["classes"].items():
        for f in FACTORS:
            v = c[f]
            lines.append(f"| {name} | {f} | {v['ks']} | {v['width']} | {v['r2']} | " + " | ".join(f"{s:.2f}" for s in v["levels"]) + " |")
    return "\n".join(lines) + "\n"


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    p.add_argument("out")
    p.add_argument("--images", type=int, default=1000, help="of each class, a multiple of 250")
    p.add_argument("--judge-steps", type=int, default=1500)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--bf16", action="store_true", help="bfloat16 arithmetic while the judge is trained")
    args = p.parse_args()
    torch.set_num_threads(args.threads)
    judge = train_judge(os.path.join(args.out, "judge.pt"), args.judge_steps, args.bf16)
    g, state = export.load(os.path.join(args.out, "checkpoint.pt"))
    settings = state["settings"] | {"steps": state["step"]}
    command = "python train.py " + " ".join(
        f"--{k.replace('_', '-')}" + ("" if v is True else f" {v}")
        for k, v in settings.items() if v is not False and k not in ("out", "threads"))  # fmt: skip
    path = os.path.join(args.out, "generator.onnx")
    export.write(g, path)
    export.write_reference(g, os.path.join(args.out, "reference.json"))
    with open(path, "rb") as f:
        digest = hashlib.sha256(f.read()).hexdigest()
    report = {
        "command": command + " --out OUT", "seconds": round(state["seconds"]), "torch": torch.__version__,
        "parameters": sum(v.numel() for v in g.parameters()), "sha256": digest, **measure(g, judge, args.images),
    }  # fmt: skip
    with open(os.path.join(args.out, "report.json"), "w", encoding="utf-8") as f:
        json.dump(report, f, indent=1, ensure_ascii=False)
        f.write("\n")
    with open(os.path.join(args.out, "report.md"), "w", encoding="utf-8") as f:
        f.write(markdown(report))


if __name__ == "__main__":
    main()
