"""The convolutional VAE of Burgess et al. (2018, arXiv 1804.03599) and its objectives."""

import math

import torch
from torch import nn
from torch.nn import functional as F

LATENTS = 10


CROP = 32


def center(x):
    """Image moments [N, 3], and the image shifted and scaled by them, [N, 1, CROP, CROP].

    The moments are the barycentre (from -1 to 1 over the frame) and the logarithm of the
    root of the area; the crop shows every sprite in the middle and at one size.
    """
    n, size = len(x), x.shape[-1]
    at = (torch.arange(size) + 0.5) * (2 / size) - 1
    area = x.sum((1, 2, 3))
    bx, by = (x.sum((1, 2)) * at).sum(1) / area, (x.sum((1, 3)) * at).sum(1) / area
    side = area.sqrt() * (2 / size)  # of a square of that area, in units of half the frame
    zoom = torch.zeros(n, 2, 3)
    zoom[:, 0, 0] = zoom[:, 1, 1] = 0.85 * side
    zoom[:, 0, 2], zoom[:, 1, 2] = bx, by
    crop = F.grid_sample(x, F.affine_grid(zoom, (n, 1, CROP, CROP), align_corners=False), align_corners=False)
    return torch.stack([bx, by, side.log() + 0.75], 1), crop


class CentredEncoder(nn.Module):
    """One latent for each moment, the others for what the centred sprite shows.

    Latents 0, 1 and 2 see the barycentre's x, its y and the area, each alone; the rest
    see the crop and so can tell neither position nor size. The encoder of the paper has
    to learn one outline at a thousand places, which takes most of a long training.
    """

    def __init__(self):
        super().__init__()
        self.moment = nn.ModuleList(nn.Sequential(nn.Linear(1, 64), nn.Tanh(), nn.Linear(64, 2)) for _ in range(3))
        self.crop = nn.Sequential(
            nn.Conv2d(1, 32, 4, 2, 1), nn.ReLU(True),
            nn.Conv2d(32, 32, 4, 2, 1), nn.ReLU(True),
            nn.Conv2d(32, 32, 4, 2, 1), nn.ReLU(True),
            nn.Flatten(),
            nn.Linear(512, 256), nn.ReLU(True),
            nn.Linear(256, 256), nn.ReLU(True),
            nn.Linear(256, 2 * (LATENTS - 3)),
        )  # fmt: skip

    def forward(self, x):
        with torch.no_grad(), torch.autocast("cpu", enabled=False):
            moments, crop = center(x)
        crop = crop.contiguous(memory_format=torch.channels_last)
        mean, logvar = self.crop(crop).float().chunk(2, dim=1)
        with torch.autocast("cpu", enabled=False):
            own = torch.stack([net(3 * moments[:, i : i + 1]) for i, net in enumerate(self.moment)], 1)
        # The identity to start from; the small networks then bend it towards the prior.
        return torch.cat([own[:, :, 0] + 3 * moments, mean], 1), torch.cat([own[:, :, 1], logvar], 1)


class PlainEncoder(nn.Module):
    """The encoder of the paper, but for its first layer.

    Folding 2x2 blocks of pixels into channels replaces the convolution at full
    size, which costs nearly half of the training step on a CPU.
    """

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.PixelUnshuffle(2),
            nn.Conv2d(4, 32, 4, 2, 1), nn.ReLU(True),
            nn.Conv2d(32, 32, 4, 2, 1), nn.ReLU(True),
            nn.Conv2d(32, 32, 4, 2, 1), nn.ReLU(True),
            nn.Flatten(),
            nn.Linear(512, 256), nn.ReLU(True),
            nn.Linear(256, 256), nn.ReLU(True),
            nn.Linear(256, 2 * LATENTS),
        )  # fmt: skip

    def forward(self, x):
        return self.net(x).float().chunk(2, dim=1)


# Each maps images [N, 1, 64, 64] to the mean and log variance of q(z|x), both [N, LATENTS].
ENCODERS = {"centred": CentredEncoder, "plain": PlainEncoder}


class Decoder(nn.Module):
    """The decoder of that paper, which is what lcfv bundles."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(LATENTS, 256), nn.ReLU(True),
            nn.Linear(256, 256), nn.ReLU(True),
            nn.Linear(256, 512), nn.ReLU(True),
            nn.Unflatten(1, (32, 4, 4)),
            nn.ConvTranspose2d(32, 32, 4, 2, 1), nn.ReLU(True),
            nn.ConvTranspose2d(32, 32, 4, 2, 1), nn.ReLU(True),
            nn.ConvTranspose2d(32, 32, 4, 2, 1), nn.ReLU(True),
            nn.ConvTranspose2d(32, 1, 4, 2, 1),
        )  # fmt: skip

    def forward(self, z):
        """Logits of the image, [N, 1, 64, 64]."""
        for layer in self.net:
            z = upsample(z, layer) if isinstance(layer, nn.ConvTranspose2d) else layer(z)
        return z


# Row 2m+p of a transposed convolution (kernel 4, stride 2, padding 1) sums the kernel
# rows _TAPS[p] over the input rows m-1, m, m+1; row 4 of the padded kernel is zero.
_TAPS = torch.tensor([[3, 1, 4], [4, 2, 0]])


def upsample(x, deconv):
    """deconv(x), as a 3x3 convolution to four interleaved images.

    On a CPU, PyTorch's own gradient of that layer takes twice as long.
    """
    kernel = F.pad(deconv.weight, (0, 1, 0, 1))  # [C, out, 5, 5]
    kernel = kernel[:, :, _TAPS[:, None, :, None], _TAPS[None, :, None, :]]  # [C, out, 2, 2, 3, 3]
    kernel = kernel.permute(2, 3, 1, 0, 4, 5).flatten(0, 2).contiguous(memory_format=torch.channels_last)
    y = F.conv2d(x, kernel, deconv.bias.repeat(4), padding=1)
    n, c, h, w = y.shape
    y = y.permute(0, 2, 3, 1).reshape(n, h, w, 2, 2, c // 4)
    return y.transpose(2, 3).reshape(n, 2 * h, 2 * w, c // 4).permute(0, 3, 1, 2)


def sample_posterior(mean, logvar, generator):
    noise = torch.randn(mean.shape, generator=generator)
    return mean + noise * (0.5 * logvar).exp()


def kl_per_latent(mean, logvar):
    """KL(q(z_j|x) || N(0,1)) in nats, averaged over the batch: [LATENTS]."""
    return 0.5 * (mean**2 + logvar.exp() - logvar - 1).mean(0)


def total_correlation(z, mean, logvar):
    """KL(q(z) || prod_j q(z_j)) by minibatch weighted sampling, up to a constant.

    Chen et al. 2018 (arXiv 1802.04942), section 4. The data-set size enters that
    estimator only as an additive constant, so it is left out: here images are
    drawn from a continuum and there is no such size.
    """
    d = z[:, None, :] - mean[None, :, :]
    log_q = -0.5 * (d * d * (-logvar).exp()[None] + logvar[None] + math.log(2 * math.pi))
    joint = torch.logsumexp(log_q.sum(2), dim=1)
    marginals = torch.logsumexp(log_q, dim=1).sum(1)
    return (joint - marginals).mean()


def loss_terms(objective, beta, weight, x, logits, z, mean, logvar, capacity):
    """Total loss in nats per image, and its parts for the log.

    btcvae    reconstruction + KL + (beta - 1) TC         Chen et al. 2018
    betavae   reconstruction + beta KL                    Higgins et al. 2017
    annealed  reconstruction + beta |KL - capacity|       Burgess et al. 2018

    weight multiplies all but the reconstruction.
    """
    recon = F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)
    kl = kl_per_latent(mean, logvar)
    total = kl.sum()
    if objective == "btcvae":
        penalty = total + (beta - 1) * total_correlation(z, mean, logvar)
    elif objective == "betavae":
        penalty = beta * total
    elif objective == "annealed":
        penalty = beta * (total - capacity).abs()
    else:
        raise ValueError(f"unknown objective {objective!r}")
    return recon + weight * penalty, recon.detach(), kl.detach()
