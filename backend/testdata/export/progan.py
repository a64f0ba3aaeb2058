"""The progressively grown GAN's generator (Karras et al., arXiv 1710.10196), while its last
resolution is being faded in: the image is a mixture of the last two resolutions' images."""

import math

import torch
import torch.nn.functional as F
from torch import nn


class EqualConv(nn.Module):
    """Convolution with equalised learning rate: weights of unit variance, scaled at run time."""

    def __init__(self, inputs, outputs, size, padding, gain=math.sqrt(2)):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, size, size))
        self.bias = nn.Parameter(0.1 * torch.randn(outputs))
        self.scale = gain / math.sqrt(inputs * size * size)
        self.padding = padding

    def forward(self, x):
        return F.conv2d(x * self.scale, self.weight, self.bias, padding=self.padding)


class PixelNorm(nn.Module):
    def forward(self, x):
        return x / torch.sqrt(torch.mean(x**2, dim=1, keepdim=True) + 1e-8)


def layer(inputs, outputs, size, padding):
    return nn.Sequential(EqualConv(inputs, outputs, size, padding), nn.LeakyReLU(0.2), PixelNorm())


class ProGAN(nn.Module):
    """z [N, D, 1, 1] -> image [N, 3, S, S], mostly within [-1, 1]."""

    def __init__(self, latent, widths, alpha=0.6, mode="nearest"):
        super().__init__()
        self.normalize = PixelNorm()
        self.first = nn.Sequential(layer(latent, widths[0], 4, 3), layer(widths[0], widths[0], 3, 1))
        self.blocks = nn.ModuleList(nn.Sequential(layer(i, o, 3, 1), layer(o, o, 3, 1))
                                    for i, o in zip(widths, widths[1:]))
        self.rgb = nn.ModuleList(EqualConv(c, 3, 1, 0, gain=0.3) for c in widths)
        self.alpha = alpha
        self.mode = mode

    def forward(self, z):
        x = self.first(self.normalize(z))
        for k, block in enumerate(self.blocks):
            before, x = x, block(F.interpolate(x, scale_factor=2, mode="nearest"))
        smaller = F.interpolate(self.rgb[-2](before), scale_factor=2, mode=self.mode)
        return (1 - self.alpha) * smaller + self.alpha * self.rgb[-1](x)
