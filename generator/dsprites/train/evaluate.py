"""Measures a trained VAE: reconstruction, matching of latents and factors, controllability.

Everything is measured on images drawn by the decoder (or freshly rendered ones,
for the encoder) with seeds of its own, never on training batches.
"""

import math

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

import model
import render

SIZE = render.SIZE


def draw(dec, z):
    """Images [N, 64, 64] of the codes z [N, 10], in slices that keep memory flat."""
    with torch.no_grad():
        return torch.cat([torch.sigmoid(dec(part))[:, 0] for part in z.split(500)])


def detect(image):
    """Barycentre x and y (fractions of the width) and log area (of pixels) of each image."""
    at = (torch.arange(SIZE) + 0.5) / SIZE
    area = image.sum((1, 2))
    x = (image.sum(1) * at).sum(1) / area
    y = (image.sum(2) * at).sum(1) / area
    return {"x": x.double().numpy(), "y": y.double().numpy(), "log_area": area.log().double().numpy()}


def encode_stats(enc, dec, n=4000, seed=101):
    """Reconstruction, KL per latent, and which latent in use (KL above 0.1) tells each factor best.

    For the shape, and for the orientation within each shape, the score is a correlation ratio.
    """
    rng = torch.Generator().manual_seed(seed)
    factors = render.sample_factors(n, rng)
    x = render.render(**factors)
    with torch.no_grad():
        mean, logvar = enc(x)
        logits = dec(mean)
    bce = F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / n
    entropy = F.binary_cross_entropy(x, x, reduction="sum") / n
    out = {
        "reconstruction_nats_above_data": round(float(bce - entropy), 3),
        "reconstruction_rmse": round(float((torch.sigmoid(logits) - x).square().mean().sqrt()), 4),
        "kl_per_latent": [round(float(v), 3) for v in model.kl_per_latent(mean, logvar)],
        "best_latent": {},
    }
    mu = mean.double().numpy()
    live = [j for j in range(model.LATENTS) if out["kl_per_latent"][j] > 0.1]
    for name in ("x", "y", "scale"):
        f = factors[name].double().numpy()
        r = {j: float(np.corrcoef(mu[:, j], np.log(f) if name == "scale" else f)[0, 1]) for j in live}
        j = max(live, key=lambda j: abs(r[j]))
        out["best_latent"][name] = {"latent": j, "correlation": round(r[j], 4)}
    bins = (factors["orientation"] / (2 * math.pi) * 40).long().clamp_max(39)
    for name, group in (("shape", factors["shape"]), ("orientation", bins + 40 * factors["shape"])):
        eta = {j: correlation_ratio(mu[:, j], group.numpy()) for j in live}
        j = max(live, key=eta.get)
        out["best_latent"][name] = {"latent": j, "correlation_ratio": round(eta[j], 4)}
    return out


def correlation_ratio(value, group):
    """Square root of the share of value's variance that its group explains."""
    count = np.maximum(np.bincount(group), 1)
    mean = np.bincount(group, value) / count
    return float(np.std(mean[group]) / np.std(value))


def moves(dec, n=300, seed=102):
    """What moving one latent from -1.5 to 1.5 does, mean and standard deviation over base codes."""
    base = torch.randn(n, model.LATENTS, generator=torch.Generator().manual_seed(seed))
    out = []
    for j in range(model.LATENTS):
        a, b = base.clone(), base.clone()
        a[:, j], b[:, j] = -1.5, 1.5
        da, db = detect(draw(dec, a)), detect(draw(dec, b))
        row = {"latent": j}
        for key, name, unit in (("x", "dx_px", SIZE), ("y", "dy_px", SIZE), ("log_area", "dlog_area", 1)):
            d = unit * (db[key] - da[key])
            row[name] = [round(float(d.mean()), 3), round(float(d.std()), 3)]
        out.append(row)
    return out


def hats(s, knots):
    """Values at s of the piecewise-linear hat functions on equally spaced knots."""
    pos = np.clip((s - knots[0]) / (knots[1] - knots[0]), 0, len(knots) - 1)
    return np.maximum(0, 1 - np.abs(pos[:, None] - np.arange(len(knots))))


def fit_direction(z, t, rounds=8):
    """Unit u and increasing piecewise-linear g with t ~ g(<z,u>): least squares, Gauss-Newton in u."""
    u = np.linalg.lstsq(np.c_[z, np.ones(len(z))], t, rcond=None)[0][:-1]
    u /= np.linalg.norm(u)
    knots = np.linspace(-3, 3, 25)
    for k in range(rounds):
        s = z @ u
        h = hats(s, knots)
        values = np.linalg.solve(h.T @ h + 1e-6 * np.eye(len(knots)), h.T @ t)
        values = np.maximum.accumulate(values) + 1e-6 * np.arange(len(knots))
        if k == rounds - 1:
            return u, knots, values
        slope = np.interp(s, (knots[1:] + knots[:-1]) / 2, np.diff(values) / np.diff(knots))
        u = u + np.linalg.lstsq(slope[:, None] * z, t - np.interp(s, knots, values), rcond=None)[0]
        u /= np.linalg.norm(u)


def control(dec, key, requests, train=8000, test=400, seed=103):
    """Moves codes along the best direction of one factor by requested amounts, and measures."""
    rng = torch.Generator().manual_seed(seed)
    z = torch.randn(train, model.LATENTS, generator=rng)
    u, knots, values = fit_direction(z.double().numpy(), detect(draw(dec, z))[key])
    z = torch.randn(test, model.LATENTS, generator=rng)
    before, s = detect(draw(dec, z))[key], z.double().numpy() @ u
    # The usable range leaves out the outer hundredth of the prior on each side.
    low, high = np.interp([-2.33, 2.33], knots, values)
    asked, got, outside = [], [], 0
    for delta in requests:
        target = np.interp(s, knots, values) + delta
        ok = (target >= low) & (target <= high)
        outside += int((~ok).sum())
        step = np.interp(target[ok], values, knots) - s[ok]
        moved = z[torch.from_numpy(ok)] + torch.from_numpy(step[:, None] * u[None]).float()
        got.append(detect(draw(dec, moved))[key] - before[ok])
        asked.append(np.full(int(ok.sum()), delta))
    asked, got = np.concatenate(asked), np.concatenate(got)
    return {
        "direction": [round(float(v), 4) for v in u],
        "range": [round(float(low), 4), round(float(high), 4)],
        "rmse": round(float(np.sqrt(np.mean((got - asked) ** 2))), 5),
        "slope": round(float(got @ asked / (asked @ asked)), 4),
        "outside": round(outside / (test * len(requests)), 4),
    }


def sprites(dec, n=4000, seed=104):
    """Whether the decoder draws one solid sprite, whatever the code from the prior."""
    image = draw(dec, torch.randn(n, model.LATENTS, generator=torch.Generator().manual_seed(seed)))
    peak = image.amax((1, 2))
    solid = (image > 0.5).float()[:, None]
    first = F.one_hot(image.flatten(1).argmax(1), SIZE * SIZE).view(-1, 1, SIZE, SIZE).float()
    piece = first * solid
    for _ in range(SIZE):
        piece = F.max_pool2d(piece, 3, 1, 1) * solid
    soft = ((image > 0.1) & (image < 0.9)).sum((1, 2))
    outline = ((F.max_pool2d(solid, 3, 1, 1) - solid).sum((1, 2, 3))).clamp_min(1)
    return {
        "peak_above_0.9": round(float((peak > 0.9).float().mean()), 4),
        "one_piece": round(float(((solid - piece).sum((1, 2, 3)) == 0).float().mean()), 4),
        "soft_pixels_per_outline_pixel": round(float((soft / outline).median()), 3),
    }


def measure(enc, dec):
    by_width = [sign * d for d in (0.05, 0.1, 0.15, 0.2) for sign in (1, -1)]
    return {
        "encoder": encode_stats(enc, dec),
        "moves": moves(dec),
        "control": {
            "x": control(dec, "x", by_width),
            "y": control(dec, "y", by_width),
            "log_area": control(dec, "log_area", [2 * d for d in by_width]),
        },
        "sprites": sprites(dec),
    }


def markdown(report):
    e, c, s = report["encoder"], report["control"], report["sprites"]
    settings = " ".join(f"--{k.replace('_', '-')} {v}" for k, v in report["settings"].items() if not isinstance(v, bool))
    settings += "".join(f" --{k}" for k, v in report["settings"].items() if v is True)
    lines = [
        "# Decoder report",
        "",
        f"`python train.py {settings} --out OUT`, {report['training_seconds']} s of training, PyTorch {report['torch']}.",
        "",
        f"Reconstruction through the posterior mean: RMSE {e['reconstruction_rmse']} a pixel, "
        f"{e['reconstruction_nats_above_data']} nats above the data's own entropy.",
        "",
        "## Latents",
        "",
        "KL in nats; then what moving the latent from -1.5 to 1.5 does, mean ± standard deviation over 300 codes.",
        "",
        "| latent | KL | Δx, px | Δy, px | Δ log area |",
        "|---|---|---|---|---|",
    ]
    for row, kl in zip(report["moves"], e["kl_per_latent"]):
        cells = " | ".join("{:+.2f} ± {:.2f}".format(*row[k]) for k in ("dx_px", "dy_px", "dlog_area"))
        lines.append(f"| z{row['latent']} | {kl:.2f} | {cells} |")
    lines += ["", "Of the latents in use, the one that tells a factor best (the orientation: of a known shape).", "",
              "| factor | best latent | score |", "|---|---|---|"]
    for name, row in e["best_latent"].items():
        kind, value = [(k, v) for k, v in row.items() if k != "latent"][0]
        lines.append(f"| {name} | z{row['latent']} | {kind.replace('_', ' ')} {value} |")
    lines += [
        "",
        "## Control along one direction",
        "",
        "u fitted to 8000 codes, measured on 400 others from the prior; x and y moved by ±0.05, ±0.1, ±0.15, ±0.2 of the width, log area by ±0.1, ±0.2, ±0.3, ±0.4.",
        "",
        "| factor | usable range | RMSE | slope | target outside the range |",
        "|---|---|---|---|---|",
    ]
    for name, row in c.items():
        lines.append(f"| {name} | {row['range'][0]} to {row['range'][1]} | {row['rmse']} | {row['slope']} | {100 * row['outside']:.1f} % |")
    lines += [
        "",
        f"Of 4000 codes from the prior {100 * s['peak_above_0.9']:.1f} % draw a sprite that reaches grey 0.9 "
        f"and {100 * s['one_piece']:.1f} % one in a single piece.",
        "",
    ]
    return "\n".join(lines)


def traversal(dec, report, path, columns=9):
    """One row a latent (from -2 to 2), ordered by KL; below them four rows of codes from the prior."""
    order = np.argsort(report["encoder"]["kl_per_latent"])[::-1]
    rng = torch.Generator().manual_seed(105)
    base = 0.5 * torch.randn(model.LATENTS, generator=rng)
    rows = []
    for j in order:
        z = base.repeat(columns, 1)
        z[:, int(j)] = torch.linspace(-2, 2, columns)
        rows.append(draw(dec, z))
    rows += list(draw(dec, torch.randn(4 * columns, model.LATENTS, generator=rng)).split(columns))
    sheet = torch.full((len(rows) * (SIZE + 1) - 1, columns * (SIZE + 1) - 1), 0.4)
    for r, row in enumerate(rows):
        for c, image in enumerate(row):
            sheet[r * (SIZE + 1) : r * (SIZE + 1) + SIZE, c * (SIZE + 1) : c * (SIZE + 1) + SIZE] = image
    Image.fromarray((sheet * 255).round().byte().numpy()).save(path, optimize=True)
