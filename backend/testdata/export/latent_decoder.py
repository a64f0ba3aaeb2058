"""A decoder in the manner of latent diffusion's autoencoder (Rombach et al., arXiv 2112.10752):
residual blocks of group normalisation and SiLU, attention in the middle, bilinear enlargement, and at the
end sub-pixel convolution (Shi et al., arXiv 1609.05158)."""

import torch
import torch.nn.functional as F
from torch import nn


class Residual(nn.Module):
    def __init__(self, inputs, outputs, groups=2):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(groups, inputs, eps=1e-6), nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm2, self.conv2 = nn.GroupNorm(groups, outputs, eps=1e-6), nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x):
        h = self.conv1(F.silu(self.norm1(x)))
        h = self.conv2(F.silu(self.norm2(h)))
        return self.shortcut(x) + h


class Attention(nn.Module):
    """Multi-head attention over positions by scaled_dot_product_attention."""

    def __init__(self, channels, heads=2):
        super().__init__()
        self.norm = nn.GroupNorm(2, channels)
        self.qkv = nn.Linear(channels, 3 * channels)
        self.out = nn.Linear(channels, channels)
        self.heads = heads

    def forward(self, x):
        n, channels, height, width = x.shape
        h = self.norm(x).flatten(2).transpose(1, 2)
        q, k, v = (t.reshape(n, -1, self.heads, channels // self.heads).transpose(1, 2) for t in self.qkv(h).chunk(3, -1))
        h = F.scaled_dot_product_attention(q, k, v)
        h = self.out(h.transpose(1, 2).reshape(n, -1, channels))
        return x + h.transpose(1, 2).reshape(n, channels, height, width)


class Mixer(nn.Module):
    """Attention between channels as einsum, and a feed-forward layer: layer normalisation and GELU."""

    def __init__(self, channels):
        super().__init__()
        self.norm = nn.LayerNorm(channels)
        self.up, self.down = nn.Linear(channels, 2 * channels), nn.Linear(2 * channels, channels)
        self.temperature = nn.Parameter(torch.tensor(0.5))

    def forward(self, x):
        n, channels, height, width = x.shape
        h = x.reshape(n, channels, -1)
        q = F.normalize(h, dim=-1)
        weights = torch.einsum("bcl,bdl->bcd", q, q * self.temperature).softmax(-1)
        h = h + torch.einsum("bcd,bdl->bcl", weights, h)
        h = h.transpose(1, 2)
        h = h + self.down(F.gelu(self.up(self.norm(h))))
        return h.transpose(1, 2).reshape(n, channels, height, width)


class LatentDecoder(nn.Module):
    """z [N, 4·4·4] -> image [N, 3, 16, 16], clipped to [-1, 1]."""

    def __init__(self, channels=8):
        super().__init__()
        self.conv_in = nn.Conv2d(4, channels, 3, padding=1)
        self.middle = nn.Sequential(Residual(channels, channels), Attention(channels), Mixer(channels), Residual(channels, channels))
        self.conv_up = nn.Conv2d(channels, channels, 3, padding=1)
        self.last = Residual(channels, channels // 2)
        self.norm = nn.InstanceNorm2d(channels // 2, affine=True)
        self.conv_out = nn.Conv2d(channels // 2, 12, 3, padding=1, padding_mode="replicate")

    def forward(self, z):
        x = self.conv_in(z.view(z.shape[0], 4, 4, 4))
        x = self.middle(x)
        size = [2 * s for s in x.shape[2:]]
        x = self.conv_up(F.interpolate(x, size=size, mode="bilinear", align_corners=False))
        x = F.hardswish(self.norm(self.last(x)))
        return F.pixel_shuffle(self.conv_out(x), 2).clamp(-1, 1)
