"""StyleGAN2's generator (Karras et al., arXiv 1912.04958), skip architecture.

A mapping network makes w of z; w scales the input channels of every convolution's weights
(modulation), which are then brought to unit norm (demodulation). That is computed in two
ways that give the same image: fused, each sample's weights made and the batch folded into
the groups of one convolution, and unfused, by scaling what goes in and what comes out.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn


def pixel_norm(x):
    return x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-8)


def blur_kernel(gain):
    k = torch.tensor([1.0, 3.0, 3.0, 1.0])
    k = torch.outer(k, k)
    return gain * k / k.sum()


def upfirdn(x, kernel, up, before, after):
    """Zeros between pixels, padding, and correlation with the reversed kernel."""
    n, channels, height, width = x.shape
    x = x.reshape(n, channels, height, 1, width, 1)
    x = F.pad(x, [0, up - 1, 0, 0, 0, up - 1])
    x = x.reshape(-1, 1, height * up, width * up)
    x = F.pad(x, [before, after, before, after])
    x = F.conv2d(x, torch.flip(kernel, [0, 1])[None, None])
    return x.view(n, channels, height * up + before + after - 3, width * up + before + after - 3)


class EqualLinear(nn.Module):
    """Weights of unit variance, scaled at run time."""

    def __init__(self, inputs, outputs, bias=0.0, rate=1.0, activate=False):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / rate)
        self.bias = nn.Parameter(torch.full([outputs], bias / rate))
        self.scale = rate / math.sqrt(inputs)
        self.rate = rate
        self.activate = activate

    def forward(self, x):
        x = F.linear(x, self.weight * self.scale)
        if not self.activate:
            return x + self.bias * self.rate
        return math.sqrt(2) * F.leaky_relu(x + self.bias * self.rate, 0.2)


class ModulatedConv(nn.Module):
    def __init__(self, inputs, outputs, size, style, up=False, demodulate=True, fused=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(1, outputs, inputs, size, size))
        self.scale = 1 / math.sqrt(inputs * size * size)
        self.affine = EqualLinear(style, inputs, bias=1.0)
        self.up, self.demodulate, self.fused = up, demodulate, fused
        if up:
            self.register_buffer("blur", blur_kernel(4))

    def forward(self, x, w):
        x = self.fused_conv(x, w) if self.fused else self.unfused_conv(x, w)
        return upfirdn(x, self.blur, 1, 1, 1) if self.up else x

    def fused_conv(self, x, w):
        n, inputs, height, width = x.shape
        _, outputs, _, size, _ = self.weight.shape
        weight = self.scale * self.weight * self.affine(w).view(n, 1, inputs, 1, 1)
        if self.demodulate:
            norm = torch.rsqrt(weight.pow(2).sum([2, 3, 4]) + 1e-8)
            weight = weight * norm.view(n, outputs, 1, 1, 1)
        x = x.view(1, n * inputs, height, width)
        if self.up:
            weight = weight.transpose(1, 2).reshape(n * inputs, outputs, size, size)
            x = F.conv_transpose2d(x, weight, stride=2, groups=n)
        else:
            x = F.conv2d(x, weight.view(n * outputs, inputs, size, size), padding=size // 2, groups=n)
        return x.view(n, outputs, x.size(2), x.size(3))

    def unfused_conv(self, x, w):
        weight = self.scale * self.weight[0]
        style = self.affine(w)
        x = x * style[:, :, None, None]
        if self.up:
            x = F.conv_transpose2d(x, weight.transpose(0, 1), stride=2)
        else:
            x = F.conv2d(x, weight, padding=weight.size(-1) // 2)
        if self.demodulate:
            x = x * torch.rsqrt(style.square() @ weight.square().sum([2, 3]).t() + 1e-8).view(x.size(0), -1, 1, 1)
        return x


class StyledConv(nn.Module):
    """Modulated convolution, noise that does not change, bias and leaky ReLU."""

    def __init__(self, inputs, outputs, style, size, up, fused):
        super().__init__()
        self.conv = ModulatedConv(inputs, outputs, 3, style, up=up, fused=fused)
        self.register_buffer("noise", torch.randn(1, 1, size, size))
        self.strength = nn.Parameter(torch.tensor([0.1]))
        self.bias = nn.Parameter(0.1 * torch.randn(1, outputs, 1, 1))

    def forward(self, x, w):
        x = self.conv(x, w) + self.strength * self.noise
        return math.sqrt(2) * F.leaky_relu(x + self.bias, 0.2)


class ToRGB(nn.Module):
    def __init__(self, inputs, style, fused):
        super().__init__()
        self.conv = ModulatedConv(inputs, 3, 1, style, demodulate=False, fused=fused)
        self.bias = nn.Parameter(0.1 * torch.randn(1, 3, 1, 1))
        self.register_buffer("blur", blur_kernel(4))

    def forward(self, x, w, skip=None):
        x = self.conv(x, w) + self.bias
        return x if skip is None else x + upfirdn(skip, self.blur, 2, 2, 1)


class StyleGAN2(nn.Module):
    """z [N, D] -> image [N, 3, S, S], mostly within [-1, 1]."""

    def __init__(self, latent, channels, size, mapping, truncation=0.7, fused=True):
        super().__init__()
        self.mapping = nn.Sequential(*(EqualLinear(latent, latent, rate=0.01, activate=True) for _ in range(mapping)))
        self.register_buffer("average", 0.1 * torch.randn(latent))
        self.truncation = truncation
        self.constant = nn.Parameter(torch.randn(1, channels, 4, 4))
        self.first = StyledConv(channels, channels, latent, 4, False, fused)
        self.convs, self.rgbs = nn.ModuleList(), nn.ModuleList([ToRGB(channels, latent, fused)])
        resolution = 4
        while resolution < size:
            resolution *= 2
            self.convs += [StyledConv(channels, channels, latent, resolution, True, fused),
                           StyledConv(channels, channels, latent, resolution, False, fused)]
            self.rgbs.append(ToRGB(channels, latent, fused))

    def forward(self, z):
        w = self.mapping(pixel_norm(z))
        w = self.average + self.truncation * (w - self.average)
        w = w.unsqueeze(1).repeat(1, len(self.convs) + 2, 1)
        x = self.first(self.constant.repeat(w.size(0), 1, 1, 1), w[:, 0])
        rgb = self.rgbs[0](x, w[:, 1])
        for k, to_rgb in enumerate(self.rgbs[1:]):
            x = self.convs[2 * k](x, w[:, 2 * k + 1])
            x = self.convs[2 * k + 1](x, w[:, 2 * k + 2])
            rgb = to_rgb(x, w[:, 2 * k + 3], rgb)
        return 0.25 * rgb
