"""BigGAN's generator (Brock, Donahue and Simonyan, arXiv 1809.11096, appendix B, figure 15).

z is cut into levels: the first makes the 4×4 tensor that everything starts from, each
other one conditions, together with an embedding of the class, the batch normalisations
of one block. Every weight is divided by its spectral norm, computed in the graph by one
power iteration as public implementations do when they evaluate. examples/biggan reads
published weights into these modules.
"""

import torch
import torch.nn.functional as F
from torch import nn

# Image size -> channels out of every block, in multiples of the width.
WIDTHS = {32: [4, 4, 4], 64: [16, 8, 4, 2], 128: [16, 8, 4, 2, 1], 256: [16, 8, 8, 4, 2, 1],
          512: [16, 8, 8, 4, 2, 1, 1]}


class SpectralNorm(nn.Module):
    """weight / σ(weight), σ by one step of power iteration from the stored vector."""

    def __init__(self, weight):
        super().__init__()
        self.weight = nn.Parameter(weight)
        matrix = weight.detach().flatten(1)
        u = torch.randn(1, matrix.shape[0])
        for _ in range(10):  # training would have kept u near the singular vector
            u = F.normalize(F.normalize(u @ matrix) @ matrix.t())
        self.register_buffer("u", u)

    def forward(self):
        if self.u is None:
            return self.weight
        matrix = self.weight.flatten(1)
        v = F.normalize(self.u @ matrix)
        u = F.normalize(v @ matrix.t())
        return self.weight / (v @ matrix.t() @ u.t())[0, 0]

    def fold(self):
        """Divides once and for all."""
        self.weight.data = self.forward().detach()
        self.u = None


class Linear(nn.Module):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__()
        self.norm = SpectralNorm(nn.init.orthogonal_(torch.empty(outputs, inputs)))
        self.bias = nn.Parameter(0.1 * torch.randn(outputs)) if bias else None

    def forward(self, x):
        return F.linear(x, self.norm(), self.bias)


class Conv(nn.Module):
    def __init__(self, inputs, outputs, size, bias=True):
        super().__init__()
        self.norm = SpectralNorm(nn.init.orthogonal_(torch.empty(outputs, inputs, size, size)))
        self.bias = nn.Parameter(0.1 * torch.randn(outputs)) if bias else None
        self.padding = size // 2

    def forward(self, x):
        return F.conv2d(x, self.norm(), self.bias, padding=self.padding)


class ConditionalBatchNorm(nn.Module):
    def __init__(self, channels, condition, eps):
        super().__init__()
        self.gain = Linear(condition, channels, bias=False)
        self.shift = Linear(condition, channels, bias=False)
        self.norm = nn.BatchNorm2d(channels, eps, affine=False)

    def forward(self, x, y):
        gain = self.gain(y) if self.norm is None else 1 + self.gain(y)
        gain = gain.view(y.size(0), -1, 1, 1)
        shift = self.shift(y).view(y.size(0), -1, 1, 1)
        return (x if self.norm is None else self.norm(x)) * gain + shift

    def fold(self):
        """Lets gain and shift do what the statistics do, once their weights are folded."""
        gain, shift = self.gain.norm.weight.data, self.shift.norm.weight.data
        folded = fold_statistics(self.norm, gain, shift)
        self.gain.norm.weight.data, gain, self.shift.norm.weight.data, shift = folded
        self.gain.bias, self.shift.bias = nn.Parameter(gain), nn.Parameter(shift)
        self.norm = None


def fold_statistics(norm, gain, shift):
    """Weights and biases of the two maps of a condition y, gain·y and shift·y, that make x ↦ (x−μ)/σ·(1+gain·y) + shift·y
    of x alone: first those of the factor, then those of the sum."""
    scale = (norm.running_var + norm.eps).rsqrt()
    moved = norm.running_mean * scale
    return scale[:, None] * gain, scale, shift - moved[:, None] * gain, -moved


class Block(nn.Module):
    """Doubles the resolution."""

    def __init__(self, inputs, outputs, condition, eps):
        super().__init__()
        self.norm1 = ConditionalBatchNorm(inputs, condition, eps)
        self.conv1 = Conv(inputs, outputs, 3)
        self.norm2 = ConditionalBatchNorm(outputs, condition, eps)
        self.conv2 = Conv(outputs, outputs, 3)
        self.shortcut = Conv(inputs, outputs, 1)

    def forward(self, x, y):
        h = F.interpolate(F.relu(self.norm1(x, y)), scale_factor=2)
        h = self.conv1(h)
        h = self.conv2(F.relu(self.norm2(h, y)))
        return h + self.shortcut(F.interpolate(x, scale_factor=2))


class Attention(nn.Module):
    """Self-attention over positions, keys and values at half the resolution."""

    def __init__(self, channels):
        super().__init__()
        self.theta = Conv(channels, max(channels // 8, 1), 1, bias=False)
        self.phi = Conv(channels, max(channels // 8, 1), 1, bias=False)
        self.g = Conv(channels, max(channels // 2, 1), 1, bias=False)
        self.o = Conv(max(channels // 2, 1), channels, 1, bias=False)
        self.gamma = nn.Parameter(torch.tensor(0.7))

    def forward(self, x):
        n, _, height, width = x.shape
        theta = self.theta(x).view(n, -1, height * width)
        phi = F.max_pool2d(self.phi(x), 2).view(n, -1, height * width // 4)
        g = F.max_pool2d(self.g(x), 2).view(n, -1, height * width // 4)
        weights = F.softmax(torch.bmm(theta.transpose(1, 2), phi), -1)
        o = torch.bmm(g, weights.transpose(1, 2)).view(n, -1, height, width)
        return self.gamma * self.o(o) + x


class BigGAN(nn.Module):
    """z [N, D] and class [N], an index -> image [N, 3, S, S] in [-1, 1]."""

    def __init__(self, size=128, channels=96, classes=1000, level=20, embedding=128, attention=64, eps=1e-5):
        super().__init__()
        widths = [channels * k for k in WIDTHS[size]]
        inputs = [channels * WIDTHS[size][0], *widths[:-1]]
        self.levels = [level] * (len(widths) + 1)
        self.shared = nn.Embedding(classes, embedding)
        self.linear = Linear(level, 16 * inputs[0])
        condition = level + embedding
        self.blocks = nn.ModuleList(Block(i, o, condition, eps) for i, o in zip(inputs, widths))
        self.attention = nn.ModuleDict(
            {str(k): Attention(width) for k, width in enumerate(widths) if 8 << k == attention})
        self.norm = nn.BatchNorm2d(widths[-1], eps)
        self.conv = Conv(widths[-1], 3, 3)

    def fold_spectral(self):
        """Replaces every weight by what it is divided by its spectral norm."""
        for m in self.modules():
            if isinstance(m, SpectralNorm):
                m.fold()

    def fold(self):
        """Does that, and leaves the gains and shifts of blocks to do what statistics of batches do."""
        self.fold_spectral()
        for block in self.blocks:
            block.norm1.fold()
            block.norm2.fold()

    def forward(self, z, index):
        return self.synthesize(self.split(z), self.shared(index))

    def draw(self, z, embedding):
        """The image for an embedding of the class."""
        return self.synthesize(self.split(z), embedding)

    def split(self, z):
        return torch.split(z, self.levels[0], 1)

    def synthesize(self, levels, embedding):
        first, *rest = levels
        x = self.linear(first)
        x = x.view(x.size(0), -1, 4, 4)
        for k, (block, level) in enumerate(zip(self.blocks, rest)):
            x = block(x, torch.cat([embedding, level], 1))
            if str(k) in self.attention:
                x = self.attention[str(k)](x)
        return torch.tanh(self.conv(F.relu(self.norm(x))))
