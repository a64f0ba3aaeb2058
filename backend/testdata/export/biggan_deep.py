"""BigGAN-deep's generator (arXiv 1809.11096, appendix B, figure 16).

The whole of z, next to an embedding of the class, conditions every block. A block is a
bottleneck of four convolutions; its shortcut has no weights: surplus channels are dropped,
and enlarging repeats pixels. Spectral norms are torch.nn.utils.spectral_norm's.
examples/biggan reads published weights into these modules.
"""

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import remove_spectral_norm, spectral_norm

from biggan import Attention, SpectralNorm, fold_statistics

# Image size -> channels into every pair of blocks, and out of the last, in multiples of the width.
WIDTHS = {128: [16, 16, 8, 4, 2, 1], 256: [16, 16, 8, 8, 4, 2, 1], 512: [16, 16, 8, 8, 4, 2, 1, 1]}


def linear(inputs, outputs, bias=True):
    return spectral_norm(nn.Linear(inputs, outputs, bias), n_power_iterations=5)


def conv(inputs, outputs, size):
    return spectral_norm(nn.Conv2d(inputs, outputs, size, padding=size // 2), n_power_iterations=5)


class ConditionalBatchNorm(nn.Module):
    def __init__(self, channels, condition, eps):
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, eps, affine=False)
        self.gain = linear(condition, channels, bias=False)
        self.shift = linear(condition, channels, bias=False)

    def forward(self, x, y):
        gain = self.gain(y)[:, :, None, None]
        if self.norm is not None:
            gain = 1 + gain
        shift = self.shift(y).unsqueeze(-1).unsqueeze(-1)
        if self.norm is None:  # folded
            return x * gain + shift
        if self.norm.training:
            x = self.norm(x)
        else:  # spelled out, as public implementations do
            x = (x - self.norm.running_mean[:, None, None]) / torch.sqrt(self.norm.running_var[:, None, None] + self.norm.eps)
        return x * gain + shift

    def fold(self):
        """Lets gain and shift do what the statistics do, once their weights are folded."""
        gain, shift = self.gain.weight.data, self.shift.weight.data
        folded = fold_statistics(self.norm, gain, shift)
        self.gain.weight.data, gain, self.shift.weight.data, shift = folded
        self.gain.bias, self.shift.bias = nn.Parameter(gain), nn.Parameter(shift)
        self.norm = None


class Block(nn.Module):
    def __init__(self, inputs, outputs, condition, enlarge, eps):
        super().__init__()
        hidden = inputs // 4
        self.norms = nn.ModuleList(ConditionalBatchNorm(c, condition, eps) for c in (inputs, hidden, hidden, hidden))
        self.convs = nn.ModuleList([conv(inputs, hidden, 1), conv(hidden, hidden, 3),
                                    conv(hidden, hidden, 3), conv(hidden, outputs, 1)])
        self.outputs = outputs
        self.enlarge = enlarge

    def forward(self, x, y):
        h = x
        for k, (norm, convolution) in enumerate(zip(self.norms, self.convs)):
            h = F.relu(norm(h, y))
            if self.enlarge and k == 1:
                h = F.interpolate(h, scale_factor=2, mode="nearest")
            h = convolution(h)
        if x.size(1) != self.outputs:
            x = x[:, : self.outputs]
        if self.enlarge:
            x = F.interpolate(x, scale_factor=2, mode="nearest")
        return h + x


class BigGANDeep(nn.Module):
    """z [N, D] and class [N, classes], one-hot -> image [N, 3, S, S] in [-1, 1]."""

    def __init__(self, channels, widths, classes, latent, embedding, attention, eps=1e-5):
        super().__init__()
        condition = latent + embedding
        self.embedding = nn.Linear(classes, embedding, bias=False)
        self.first = widths[0] * channels
        self.linear = linear(condition, 16 * self.first)
        layers = []
        for k, (i, o) in enumerate(zip(widths, widths[1:])):
            layers += [Block(i * channels, i * channels, condition, False, eps), Block(i * channels, o * channels, condition, True, eps)]
            if 8 << k == attention:
                layers.append(Attention(o * channels))
        self.layers = nn.ModuleList(layers)
        self.norm = nn.BatchNorm2d(widths[-1] * channels, eps)
        self.conv = conv(widths[-1] * channels, widths[-1] * channels, 3)

    def fold_spectral(self):
        """Replaces every weight by what it is divided by its spectral norm."""
        for m in self.modules():
            if isinstance(m, SpectralNorm):
                m.fold()
            elif hasattr(m, "weight_orig"):
                remove_spectral_norm(m)

    def fold(self):
        """Does that, and leaves the gains and shifts of blocks to do what statistics of batches do."""
        self.fold_spectral()
        for m in self.modules():
            if isinstance(m, ConditionalBatchNorm):
                m.fold()

    def forward(self, z, one_hot):
        return self.draw(z, self.embedding(one_hot))

    def draw(self, z, embedding):
        """The image for an embedding of the class."""
        y = torch.cat([z, embedding], 1)
        x = self.linear(y).view(-1, 4, 4, self.first).permute(0, 3, 1, 2).contiguous()
        for layer in self.layers:
            x = layer(x, y) if isinstance(layer, Block) else layer(x)
        x = self.conv(F.relu(self.norm(x)))
        return torch.tanh(x[:, :3])  # as many channels come out as go in, three are used
