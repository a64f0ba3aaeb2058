"""The convolutional VAE of Burgess et al. (2018, arXiv 1804.03599) and its objectives."""

import math

import torch
from torch import nn
from torch.nn import functional as F

LATENTS = 10


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        conv = [nn.Conv2d(c, 32, 4, 2, 1) for c in (1, 32, 32, 32)]
        self.net = nn.Sequential(
            *(m for c in conv for m in (c, nn.ReLU())),
            nn.Flatten(),
            nn.Linear(512, 256), nn.ReLU(),
            nn.Linear(256, 256), nn.ReLU(),
            nn.Linear(256, 2 * LATENTS),
        )  # fmt: skip

    def forward(self, x):
        """Mean and log variance of q(z|x), each [N, LATENTS]."""
        return self.net(x).float().chunk(2, dim=1)


class Decoder(nn.Module):
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
        return self.net(z)


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
