"""Trains the class-conditional GAN on freshly rendered scenes.

    python train.py --out OUT

writes OUT/checkpoint.pt (from which the same command goes on if it was interrupted, or
with more --steps) and pictures OUT/samples-STEP.png. evaluate.py reads the checkpoint.
"""

import argparse
import copy
import os
import time

import torch
from PIL import Image
from torch.nn import functional as F

import model
import render


def parse():
    p = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    p.add_argument("--steps", type=int, default=12000, help="updates of the generator")
    p.add_argument("--decay", type=int, default=5000, help="steps at the end over which all rates fall to nothing, linearly")
    p.add_argument("--batch", type=int, default=32)
    p.add_argument("--lr-g", type=float, default=3e-4)
    p.add_argument("--lr-d", type=float, default=9e-4)
    p.add_argument("--lr-e", type=float, default=3e-4)
    p.add_argument("--recover", type=float, default=2.0, help="weight of the squared error by which the encoder misses the first chunk")
    p.add_argument("--penalty", type=float, default=0.05, help="weight of half the squared gradient of the scores of real images")
    p.add_argument("--ema", type=float, default=0.999, help="decay of the moving average of the generator's weights")
    p.add_argument("--ema-start", type=int, default=1000, help="steps before which the average follows the weights")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--bf16", action="store_true", help="bfloat16 arithmetic in the networks (their weights stay float32)")
    p.add_argument("--out", required=True)
    return p.parse_args()


PENALTY_EVERY = 4  # steps


class Trainer:
    """The networks, their optimisers, the average of the generator and the random numbers."""

    def __init__(self, args):
        torch.manual_seed(args.seed)
        self.args = args
        self.g = model.Generator().to(memory_format=torch.channels_last)
        self.d = model.Discriminator().to(memory_format=torch.channels_last)
        self.e = model.Encoder().to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.g).requires_grad_(False)
        self.opt_g = torch.optim.Adam(self.g.parameters(), lr=args.lr_g, betas=(0.0, 0.99), fused=True)
        self.opt_d = torch.optim.Adam(self.d.parameters(), lr=args.lr_d, betas=(0.0, 0.99), fused=True)
        self.opt_e = torch.optim.Adam(self.e.parameters(), lr=args.lr_e, fused=True)
        self.rng = torch.Generator().manual_seed(args.seed)
        self.step, self.seconds = 0, 0.0

    def parts(self):
        networks = {"g": self.g, "d": self.d, "e": self.e, "average": self.average}
        return networks | {"opt_g": self.opt_g, "opt_d": self.opt_d, "opt_e": self.opt_e}

    def save(self, path):
        state = {k: v.state_dict() for k, v in self.parts().items()}
        state |= {"rng": self.rng.get_state(), "step": self.step, "seconds": self.seconds, "settings": vars(self.args)}
        torch.save(state, path + ".new")
        os.replace(path + ".new", path)

    def load(self, path):
        state = torch.load(path)
        for k, v in self.parts().items():
            v.load_state_dict(state[k])
        self.rng.set_state(state["rng"])
        self.step, self.seconds = state["step"], state["seconds"]

    def autocast(self):
        return torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.args.bf16)

    def penalise(self, real, real_class):
        """Adds the gradients of R1 (Mescheder, Geiger and Nowozin, 2018, arXiv 1801.04406),
        taken at intervals as in StyleGAN2. Spectral normalisation bounds the gradient of each
        layer but not tightly; without this that of all grows until the generator fails.
        """
        real = real.detach().requires_grad_()
        score = self.d(real, real_class).sum()
        (slope,) = torch.autograd.grad(score, real, create_graph=True)
        (PENALTY_EVERY * self.args.penalty / 2 * slope.square().sum((1, 2, 3)).mean()).backward()

    def update(self):
        """One update of each network; returns the discriminator's loss, the means of its
        scores, and how far off the encoder is.

        All updates see the same fake images, which saves drawing them twice. There is no
        augmentation: every real image is new, so the discriminator has nothing to learn by heart.
        """
        n = self.args.batch
        fall = min(1, (self.args.steps - self.step) / max(1, self.args.decay))
        for opt, rate in ((self.opt_g, self.args.lr_g), (self.opt_d, self.args.lr_d), (self.opt_e, self.args.lr_e)):
            opt.param_groups[0]["lr"] = fall * rate
        scene = render.sample(n, self.rng)
        real = (2 * render.render(scene) - 1).contiguous(memory_format=torch.channels_last)
        real_class = F.one_hot(scene["class"], len(render.CLASSES)).float()
        z, fake_class = model.codes(n, self.rng)
        with self.autocast():
            fake = self.g(z, fake_class)
            # One pass over both halves: the discriminator has no statistics of the batch.
            score = self.d(torch.cat([real, fake.detach()]), torch.cat([real_class, fake_class]))
        on_real, on_fake = score[:n], score[n:]
        loss_d = F.relu(1 - on_real).mean() + F.relu(1 + on_fake).mean()
        self.opt_d.zero_grad()
        loss_d.backward()
        if self.step % PENALTY_EVERY == 0:
            self.penalise(real[: n // 2], real_class[: n // 2])
        self.opt_d.step()
        self.d.refresh()

        self.d.requires_grad_(False)
        with self.autocast():
            loss_g = -self.d(fake, fake_class).mean()
            read = self.e(fake, fake_class)
        off = (read - z[:, : model.CHUNKS[0]]).square().sum(1).mean()
        self.opt_g.zero_grad()
        self.opt_e.zero_grad()
        (loss_g + self.args.recover * off).backward()
        self.opt_g.step()
        self.opt_e.step()
        self.d.requires_grad_(True)

        self.step += 1
        decay = self.args.ema if self.step > self.args.ema_start else 0.0
        for a, b in zip(self.average.parameters(), self.g.parameters()):
            a.lerp_(b.detach(), 1 - decay)
        return [float(v.detach()) for v in (loss_d, on_real.mean(), on_fake.mean(), off)]


def picture(g, path, seed=0, columns=10):
    """One row a class of images of g, the same codes in every row."""
    rng = torch.Generator().manual_seed(seed)
    rows = len(render.CLASSES)
    z = torch.randn(columns, model.LATENTS, generator=rng).repeat(rows, 1)
    onehot = torch.eye(rows).repeat_interleave(columns, 0)
    with torch.no_grad():
        x = (g(z, onehot) + 1) / 2
    size = render.SIZE
    grid = x.view(rows, columns, 3, size, size).permute(0, 3, 1, 4, 2).reshape(rows * size, columns * size, 3)
    Image.fromarray((255 * grid.clamp(0, 1)).round().byte().numpy()).save(path)


def main():
    args = parse()
    torch.set_num_threads(args.threads)
    os.makedirs(args.out, exist_ok=True)
    checkpoint = os.path.join(args.out, "checkpoint.pt")
    t = Trainer(args)
    if os.path.exists(checkpoint):
        t.load(checkpoint)
    start, sums = time.time() - t.seconds, torch.zeros(4)
    while t.step < args.steps:
        sums += torch.tensor(t.update())
        t.seconds = time.time() - start
        if t.step % 100 == 0:
            loss, real, fake, off = (sums / 100).tolist()
            sums.zero_()
            print(f"{t.step} {t.seconds:.0f}s loss_d {loss:.3f} real {real:+.3f} fake {fake:+.3f} off {off:.4f}", flush=True)
        if t.step % 500 == 0 or t.step == args.steps:
            t.save(checkpoint)
            picture(t.average, os.path.join(args.out, f"samples-{t.step:06d}.png"))


if __name__ == "__main__":
    main()
