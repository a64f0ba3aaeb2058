"""The convolutional VAE of Burgess et al. (2018, arXiv 1804.03599) and its objectives."""

import math

import torch
from torch import nn
from torch.nn import functional as F

LATENTS = 10


class Encoder(nn.Module):
    """The encoder of that paper, but for its first layer.

    Folding 2x2 blocks of pixels into channels replaces the convolution at full
    size, which costs nearly half of the training step on a CPU.
    """

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.PixelUnshuffle(2),
            nn.Conv2d(4, 32, 4, 2, 1), nn.ReLU(),
            nn.Conv2d(32, 32, 4, 2, 1), nn.ReLU(),
            nn.Conv2d(32, 32, 4, 2, 1), nn.ReLU(),
            nn.Flatten(),
            nn.Linear(512, 256), nn.ReLU(),
            nn.Linear(256, 256), nn.ReLU(),
            nn.Linear(256, 2 * LATENTS),
        )  # fmt: skip

    def forward(self, x):
        """Mean and log variance of q(z|x), each [N, LATENTS]."""
        return self.net(x).float().chunk(2, dim=1)


class Decoder(nn.Module):
    """The decoder of that paper, which is what lcfv bundles."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(LATENTS, 256), nn.ReLU(),
            nn.Linear(256, 256), nn.ReLU(),
            nn.Linear(256, 512), nn.ReLU(),
            nn.Unflatten(1, (32, 4, 4)),
            nn.ConvTranspose2d(32, 32, 4, 2, 1), nn.ReLU(),
            nn.ConvTranspose2d(32, 32, 4, 2, 1), nn.ReLU(),
            nn.ConvTranspose2d(32, 32, 4, 2, 1), nn.ReLU(),
            nn.ConvTranspose2d(32, 1, 4, 2, 1),
        )  # fmt: skip

    def forward(self, z):
        """Logits of the image, [N, 1, 64, 64]."""
        return upsample(self.net[:-1](z), self.net[-1])


# Row 2m+p of a transposed convolution (kernel 4, stride 2, padding 1) sums the kernel
# rows _TAPS[p] over the input rows m-1, m, m+1; row 4 of the padded kernel is zero.
_TAPS = torch.tensor([[3, 1, 4], [4, 2, 0]])


def upsample(x, deconv):
    """deconv(x) for one output channel, as a 3x3 convolution to four interleaved images.

    PyTorch's own gradient of that layer alone takes a quarter of the training step on a CPU.
    """
    kernel = F.pad(deconv.weight[:, 0], (0, 1, 0, 1))  # [C, 5, 5]
    kernel = kernel[:, _TAPS[:, None, :, None], _TAPS[None, :, None, :]]  # [C, 2, 2, 3, 3]
    kernel = kernel.flatten(1, 2).transpose(0, 1).contiguous(memory_format=torch.channels_last)
    return F.pixel_shuffle(F.conv2d(x, kernel, deconv.bias.expand(4), padding=1), 2)


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


def loss_terms(objective, beta, x, logits, z, mean, logvar, capacity):
    """Total loss in nats per image, and its parts for the log.

    btcvae    reconstruction + KL + (beta - 1) TC         Chen et al. 2018
    betavae   reconstruction + beta KL                    Higgins et al. 2017
    annealed  reconstruction + beta |KL - capacity|       Burgess et al. 2018
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
    return recon + penalty, recon.detach(), kl.detach()
