"""Trains a VAE on freshly rendered sprites, exports its decoder to ONNX, measures it.

    python train.py --out OUT

writes OUT/decoder.onnx, OUT/report.json, OUT/report.md, OUT/traversal.png and
OUT/checkpoint.pt (from which the same command goes on if it was interrupted).
"""

import argparse
import hashlib
import json
import os
import time

import torch

import evaluate
import export
import model
import render


def parse():
    p = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    p.add_argument("--objective", default="btcvae", choices=("btcvae", "betavae", "annealed"))
    p.add_argument("--encoder", default="centred", choices=sorted(model.ENCODERS))
    p.add_argument("--beta", type=float, default=4.0)
    p.add_argument("--beta-start", type=float, default=0.0, help="beta at step 0, where above --beta")
    p.add_argument("--beta-steps", type=int, default=3000, help="steps over which beta falls to --beta")
    p.add_argument("--warmup", type=int, default=4000, help="steps over which the penalty rises from --warmup-start to its full weight")
    p.add_argument("--warmup-start", type=float, default=0.1)
    p.add_argument("--capacity", type=float, default=20.0, help="final KL of the annealed objective, nats")
    p.add_argument("--steps", type=int, default=16000)
    p.add_argument("--batch", type=int, default=64)
    p.add_argument("--lr", type=float, default=1e-3)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--bf16", action="store_true", help="bfloat16 arithmetic in the networks (their weights stay float32)")
    p.add_argument("--half", action="store_true", help="round the decoder to float16 in the end, and store it so")
    p.add_argument("--out", required=True)
    return p.parse_args()


def learning_rate(step, steps, peak):
    """Linear warm-up over 300 steps, constant to the middle, then a half cosine to zero."""
    half = steps / 2
    if step < half:
        return peak * min(1.0, (step + 1) / 300)
    return peak * 0.5 * (1 + float(torch.cos(torch.tensor((step - half) / half * torch.pi))))


def main():
    args = parse()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    os.makedirs(args.out, exist_ok=True)
    rng = torch.Generator().manual_seed(args.seed)
    enc = model.ENCODERS[args.encoder]().to(memory_format=torch.channels_last)
    dec = model.Decoder().to(memory_format=torch.channels_last)
    params = list(enc.parameters()) + list(dec.parameters())
    opt = torch.optim.Adam(params, lr=args.lr, fused=True)
    first, spent, checkpoint = 0, 0.0, os.path.join(args.out, "checkpoint.pt")
    if os.path.exists(checkpoint):
        c = torch.load(checkpoint)
        enc.load_state_dict(c["enc"]), dec.load_state_dict(c["dec"]), opt.load_state_dict(c["opt"])
        rng.set_state(c["rng"])
        first, spent = c["step"], c["seconds"]
    start = time.time() - spent

    def save(step):
        state = {"enc": enc.state_dict(), "dec": dec.state_dict(), "opt": opt.state_dict(),
                 "rng": rng.get_state(), "step": step, "seconds": time.time() - start}  # fmt: skip
        torch.save(state, checkpoint + ".new")
        os.replace(checkpoint + ".new", checkpoint)

    # The prior is the same in every direction, so with the plain encoder a VAE first finds
    # positions along any two perpendicular latents. Only the total correlation prefers x and
    # y themselves, and a large beta to start with turns the latents onto them.
    beta_start = max(args.beta_start, args.beta)
    for step in range(first, args.steps):
        for g in opt.param_groups:
            g["lr"] = learning_rate(step, args.steps, args.lr)
        beta = args.beta + (beta_start - args.beta) * max(0.0, 1 - step / max(1, args.beta_steps))
        capacity = args.capacity * min(1.0, step / (0.7 * args.steps))
        weight = args.warmup_start ** max(0.0, 1 - step / max(1, args.warmup))
        x = render.render(**render.sample_factors(args.batch, rng)).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=args.bf16):
            mean, logvar = enc(x)
            z = model.sample_posterior(mean, logvar, rng)
            logits = dec(z)
        loss, recon, kl = model.loss_terms(args.objective, beta, weight, x, logits.float(), z, mean, logvar, capacity)
        opt.zero_grad()
        loss.backward()
        opt.step()
        if (step + 1) % 500 == 0:
            kls = " ".join(f"{v:.2f}" for v in kl)
            print(f"{step + 1} {time.time() - start:.0f}s loss {loss:.2f} recon {recon:.2f} kl {kl.sum():.2f}: {kls}", flush=True)
        if (step + 1) % 1000 == 0:
            save(step + 1)
    save(args.steps)
    seconds = time.time() - start

    enc.eval(), dec.eval()
    if args.half:
        dec.half().float()  # what is measured is what is stored
    decoder = os.path.join(args.out, "decoder.onnx")
    export.write(dec, decoder, args.half)
    with open(decoder, "rb") as f:
        digest = hashlib.sha256(f.read()).hexdigest()
    settings = {k: v for k, v in vars(args).items() if k not in ("out", "threads")}
    report = {"settings": settings, "torch": torch.__version__, "training_seconds": round(seconds),
              "decoder_sha256": digest, **evaluate.measure(enc, dec)}  # fmt: skip
    with open(os.path.join(args.out, "report.json"), "w", encoding="utf-8") as f:
        json.dump(report, f, indent=1)
        f.write("\n")
    with open(os.path.join(args.out, "report.md"), "w", encoding="utf-8") as f:
        f.write(evaluate.markdown(report))
    evaluate.traversal(dec, report, os.path.join(args.out, "traversal.png"))


if __name__ == "__main__":
    main()
