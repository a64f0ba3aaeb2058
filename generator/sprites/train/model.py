"""A small BigGAN (Brock, Donahue and Simonyan, 2019, arXiv 1809.11096) for 64x64 images.

The code is cut into chunks, one a level. The first is what the 4x4 features are made of; each
of the others, with an embedding of the class, sets gain and bias of the normalisations of one
block, so that it speaks at one resolution. An encoder is trained along to read the first chunk
off the images, as in InfoGAN (Chen et al., 2016, arXiv 1606.03657): what changes most in an
image is then in that chunk, and no two codes that differ in it draw the same. All blocks of
the generator end at 32x32, those of the discriminator start at 16x16 with the finer pixels
folded into channels: on a CPU most of a step would otherwise go into few channels at the full
size.
"""

import torch
from torch import nn
from torch.nn import functional as F

import render

CHUNKS = (4, 8, 8, 8)
LATENTS = sum(CHUNKS)
HIDDEN = 128  # units between the first chunk and the first features
EMBEDDING = 16
BASE = 4  # pixels of the first features
G_CHANNELS = (128, 128, 64, 32)  # at 4, 8, 16 and 32 pixels
D_CHANNELS = (64, 96, 128)  # at 16, 8 and 4 pixels
E_CHANNELS = (32, 48, 64, 96)  # at 32, 16, 8 and 4 pixels
ATTENTION = 16  # pixels of the generator's features that attend to one another


class ConditionalNorm(nn.Module):
    """Batch normalisation whose gain and bias are linear in a condition.

    Training normalises by the batch. For use, calibrate stores the mean and variance of
    many batches: BigGAN's standing statistics.
    """

    def __init__(self, channels, condition):
        super().__init__()
        self.gain = nn.Linear(condition, channels, bias=False)
        self.bias = nn.Linear(condition, channels, bias=False)
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("var", torch.ones(channels))
        self.sums = None  # while calibrating: batches, their means and mean squares

    def forward(self, x, condition):
        gain, bias = 1 + self.gain(condition), self.bias(condition)
        if self.sums is not None:
            var, mean = torch.var_mean(x.float(), (0, 2, 3), correction=0)
            for total, v in zip(self.sums, (1, mean, var + mean**2)):
                total += v
        if self.training or self.sums is not None:
            x = F.batch_norm(x, None, None, training=True)
        else:
            x = F.batch_norm(x, self.mean, self.var)
        return torch.addcmul(bias[:, :, None, None], x, gain[:, :, None, None])


class GBlock(nn.Module):
    """Residual block that doubles the resolution."""

    def __init__(self, before, after, condition):
        super().__init__()
        self.norm1 = ConditionalNorm(before, condition)
        self.conv1 = nn.Conv2d(before, after, 3, padding=1)
        self.norm2 = ConditionalNorm(after, condition)
        self.conv2 = nn.Conv2d(after, after, 3, padding=1)
        self.skip = nn.Conv2d(before, after, 1)

    def forward(self, x, condition):
        h = F.interpolate(F.relu(self.norm1(x, condition)), scale_factor=2)
        h = self.conv2(F.relu(self.norm2(self.conv1(h), condition)))
        # A 1x1 convolution and a repetition of pixels commute; this order is the cheaper one.
        return h + F.interpolate(self.skip(x), scale_factor=2)


class Attention(nn.Module):
    """Self-attention of Zhang et al. (2019, arXiv 1805.08318), keys and values pooled by two."""

    def __init__(self, channels):
        super().__init__()
        self.query = nn.Conv2d(channels, channels // 8, 1, bias=False)
        self.key = nn.Conv2d(channels, channels // 8, 1, bias=False)
        self.value = nn.Conv2d(channels, channels // 2, 1, bias=False)
        self.out = nn.Conv2d(channels // 2, channels, 1, bias=False)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        q = self.query(x).flatten(2)
        k = F.max_pool2d(self.key(x), 2).flatten(2)
        v = F.max_pool2d(self.value(x), 2).flatten(2)
        weight = torch.softmax(q.transpose(1, 2) @ k, -1)  # [N, HW, HW/4]
        seen = (v @ weight.transpose(1, 2)).view(len(x), -1, *x.shape[2:])
        return x + self.gamma * self.out(seen)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        c = G_CHANNELS
        self.embedding = nn.Linear(len(render.CLASSES), EMBEDDING, bias=False)
        self.hidden = nn.Linear(CHUNKS[0], HIDDEN)
        self.first = nn.Linear(HIDDEN, BASE * BASE * c[0])
        self.blocks = nn.ModuleList(GBlock(a, b, k + EMBEDDING) for a, b, k in zip(c, c[1:], CHUNKS[1:]))
        self.attention = Attention(c[2])
        self.norm = nn.BatchNorm2d(c[3], momentum=None)
        self.last = nn.Conv2d(c[3], 3, 3, padding=1)
        for m in self.modules():
            if isinstance(m, (nn.Linear, nn.Conv2d)):
                nn.init.orthogonal_(m.weight)
        # The code has to outweigh the constant part of the first features, or the images
        # start out all alike.
        nn.init.normal_(self.hidden.weight, std=CHUNKS[0] ** -0.5)
        nn.init.normal_(self.first.weight, std=(2 / HIDDEN) ** 0.5)
        nn.init.zeros_(self.first.bias)

    def forward(self, z, onehot):
        """Images [N, 3, 64, 64] in [-1, 1] of codes [N, LATENTS] and classes [N, 6]."""
        z = z.split(CHUNKS, 1)
        embedding = self.embedding(onehot)
        x = self.first(F.relu(self.hidden(z[0]))).view(-1, BASE, BASE, G_CHANNELS[0]).permute(0, 3, 1, 2)
        for block, chunk in zip(self.blocks, z[1:]):
            x = block(x, torch.cat([chunk, embedding], 1))
            if x.shape[2] == ATTENTION:
                x = self.attention(x)
        # Drawing 2x2 pixels from each feature instead leaves a chequered pattern, by which the
        # discriminator knows every image.
        x = self.last(F.interpolate(F.relu(self.norm(x)), scale_factor=2))
        return torch.tanh(x.float())

    def calibrate(self, rng, batches=200, batch=64):
        """Stores standing statistics of fresh codes in every normalisation."""
        norms = [m for m in self.modules() if isinstance(m, ConditionalNorm)]
        for m in norms:
            m.sums = [torch.zeros(()), torch.zeros_like(m.mean), torch.zeros_like(m.var)]
        self.norm.reset_running_stats()
        self.norm.train()
        with torch.no_grad():
            for _ in range(batches):
                self(*codes(batch, rng))
        self.norm.eval()
        for m in norms:
            count, mean, square = m.sums
            m.mean.copy_(mean / count)
            m.var.copy_(square / count - m.mean**2)
            m.sums = None


class Normalised(nn.Module):
    """A linear layer or convolution with its weight divided by its largest singular value.

    Miyato et al. (2018, arXiv 1802.05957). refresh runs one step of the power method; it
    has to be called once an update, and the weight is the same until then.
    """

    def __init__(self, layer):
        super().__init__()
        self.layer = layer
        self.register_buffer("u", F.normalize(torch.randn(len(layer.weight)), dim=0))
        self.register_buffer("v", torch.zeros(layer.weight[0].numel()))
        self.refresh()

    @torch.no_grad()
    def refresh(self):
        w = self.layer.weight.flatten(1)
        self.v.copy_(F.normalize(w.T @ self.u, dim=0))
        self.u.copy_(F.normalize(w @ self.v, dim=0))

    def weight(self):
        w = self.layer.weight
        # u'Wv without a matrix product, which autocast would round to bfloat16.
        return w / (w.flatten(1) * torch.outer(self.u, self.v)).sum()

    def forward(self, x):
        layer = self.layer
        if isinstance(layer, nn.Conv2d):
            return F.conv2d(x, self.weight(), layer.bias, layer.stride, layer.padding)
        return F.linear(x, self.weight(), layer.bias)


def _conv(before, after, size, stride=1):
    return Normalised(nn.Conv2d(before, after, size, stride, (size - 1) // 2))


class DBlock(nn.Module):
    """Residual block that halves the resolution."""

    def __init__(self, before, after):
        super().__init__()
        self.conv1 = _conv(before, before, 3)
        self.conv2 = _conv(before, after, 4, 2)
        self.skip = _conv(before, after, 1)

    def forward(self, x):
        return self.conv2(F.relu(self.conv1(F.relu(x)))) + self.skip(F.avg_pool2d(x, 2))


class Discriminator(nn.Module):
    """Projection discriminator (Miyato and Koyama, 2018, arXiv 1802.05637)."""

    def __init__(self):
        super().__init__()
        c = D_CHANNELS
        self.first = _conv(3 * 16, c[0], 3)
        self.blocks = nn.Sequential(*(DBlock(a, b) for a, b in zip(c, c[1:])))
        self.last = _conv(c[-1], c[-1], 3)
        self.score = Normalised(nn.Linear(c[-1], 1))
        self.embedding = Normalised(nn.Linear(len(render.CLASSES), c[-1], bias=False))

    def forward(self, x, onehot):
        """Scores [N] of images [N, 3, 64, 64] in [-1, 1]."""
        h = self.blocks(self.first(F.pixel_unshuffle(x, 4)))
        h = F.relu(self.last(F.relu(h))).float().sum((2, 3)) / BASE
        return self.score(h).float()[:, 0] + (self.embedding(onehot).float() * h).sum(1)

    def refresh(self):
        for m in self.modules():
            if isinstance(m, Normalised):
                m.refresh()


class Encoder(nn.Module):
    """Reads the first chunk of the code off an image of a known class."""

    def __init__(self):
        super().__init__()
        layers, before = [nn.PixelUnshuffle(2)], 12
        for k, after in enumerate(E_CHANNELS):
            conv = nn.Conv2d(before, after, 4, 2, 1) if k else nn.Conv2d(before, after, 3, padding=1)
            layers += [conv, nn.BatchNorm2d(after), nn.ReLU()]
            before = after
        self.features = nn.Sequential(*layers, nn.Flatten())
        self.hidden = nn.Linear(BASE * BASE * before + len(render.CLASSES), 256)
        self.out = nn.Linear(256, CHUNKS[0])

    def forward(self, x, onehot):
        """Chunks [N, CHUNKS[0]] of images [N, 3, 64, 64] in [-1, 1]."""
        h = F.relu(self.hidden(torch.cat([self.features(x), onehot], 1)))
        return self.out(h).float()


def codes(n, rng):
    """Random codes and one-hot classes."""
    kind = torch.randint(len(render.CLASSES), (n,), generator=rng)
    return torch.randn(n, LATENTS, generator=rng), F.one_hot(kind, len(render.CLASSES)).float()
