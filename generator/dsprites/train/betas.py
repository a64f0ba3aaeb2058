"""Trains the decoders of ../betas, which differ in beta alone, and reports on them together.

    python betas.py --bf16 --work WORK

keeps each training in WORK/BETA, goes on where it was interrupted, and then writes
../betas/betaBETA.onnx, ../betas/report.json, ../betas/report.md and ../betas/traversal.png.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys

from PIL import Image

BETAS = (1, 5, 10, 20)
HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(os.path.dirname(HERE), "betas")

# The objective and encoder of the beta-VAE, at full weight from the first step on.
SETTINGS = "--encoder plain --objective betavae --warmup 0 --steps 12000 --half".split()


def train(beta, work, extra):
    out = os.path.join(work, str(beta))
    command = [sys.executable, os.path.join(HERE, "train.py"), *SETTINGS, *extra, "--beta", str(beta), "--out", out]
    subprocess.run(command, check=True)
    shutil.copyfile(os.path.join(out, "decoder.onnx"), os.path.join(OUT, f"beta{beta}.onnx"))
    with open(os.path.join(out, "report.json"), encoding="utf-8") as f:
        return json.load(f)


def markdown(reports, extra):
    one = reports[BETAS[0]]
    lines = [
        "# Four decoders",
        "",
        f"`python train.py {' '.join([*SETTINGS, *extra])} --beta BETA --out OUT` with PyTorch {one['torch']}, "
        f"seed {one['settings']['seed']}, batches of {one['settings']['batch']} images.",
        "",
        "Reconstruction is through the posterior mean; KL in nats, the latents in use being those above 0.1. Control is",
        "along one direction that was fitted to the factors of 8,000 codes, measured on 400 others: what a direction can do",
        "if it is known what every code draws. Learning without that is measured by `go run ./examples/paper beta`.",
        "",
        "| β | RMSE a pixel | nats above the data's entropy | KL | latents in use | RMSE of x | of y | of log area | one piece | outline, px |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for beta, r in reports.items():
        e, c, s = r["encoder"], r["control"], r["sprites"]
        kl = e["kl_per_latent"]
        lines.append(
            f"| {beta} | {e['reconstruction_rmse']} | {e['reconstruction_nats_above_data']:.1f} | {sum(kl):.1f} "
            f"| {sum(v > 0.1 for v in kl)} | {c['x']['rmse']:.4f} | {c['y']['rmse']:.4f} | {c['log_area']['rmse']:.3f} "
            f"| {100 * s['one_piece']:.1f} % | {s['soft_pixels_per_outline_pixel']} |"
        )
    lines += ["", "One piece: of 4,000 codes from the prior, those that draw a single solid sprite. Outline: pixels between",
              "black and white for each pixel of the outline, in the median; it grows as the sprite blurs.", ""]  # fmt: skip
    for beta, r in reports.items():
        lines += [f"## β = {beta}", "", f"{r['training_seconds']} s of training. Moving a latent from -1.5 to 1.5, mean ± standard deviation",
                  "over 300 codes:", "", "| latent | KL | Δx, px | Δy, px | Δ log area |", "|---|---|---|---|---|"]  # fmt: skip
        for row, kl in zip(r["moves"], r["encoder"]["kl_per_latent"]):
            if kl > 0.1:
                cells = " | ".join("{:+.2f} ± {:.2f}".format(*row[k]) for k in ("dx_px", "dy_px", "dlog_area"))
                lines.append(f"| z{row['latent']} | {kl:.2f} | {cells} |")
        lines.append("")
    lines += ["The picture: β = 1 and 5 above, 10 and 20 below; for each, a row a latent (from -2 to 2), by falling KL,",
              "and four rows of codes from the prior.", "", "![Sprites along each latent of the four decoders](traversal.png)", ""]  # fmt: skip
    return "\n".join(lines)


def traversals(work):
    """The four sheets of train.py on one, two by two."""
    sheets = [Image.open(os.path.join(work, str(beta), "traversal.png")) for beta in BETAS]
    w, h = sheets[0].size
    gap = 24
    page = Image.new("L", (2 * w + gap, 2 * h + gap), 255)
    for i, sheet in enumerate(sheets):
        page.paste(sheet.convert("L"), ((i % 2) * (w + gap), (i // 2) * (h + gap)))
    page.quantize(16).save(os.path.join(OUT, "traversal.png"), optimize=True)


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    p.add_argument("--work", required=True)
    args, extra = p.parse_known_args()  # the rest is for train.py
    reports = {beta: train(beta, args.work, extra) for beta in BETAS}
    with open(os.path.join(OUT, "report.json"), "w", encoding="utf-8") as f:
        json.dump(reports, f, indent=1)
        f.write("\n")
    with open(os.path.join(OUT, "report.md"), "w", encoding="utf-8") as f:
        f.write(markdown(reports, extra))
    traversals(args.work)


if __name__ == "__main__":
    main()
