"""Two plain generators: DCGAN's (Radford, Metz and Chintala, arXiv 1511.06434) and the decoder of a
convolutional variational autoencoder (Kingma and Welling, arXiv 1312.6114)."""

import torch
from torch import nn


class DCGAN(nn.Module):
    """z [N, D, 1, 1] -> image [N, 3, 4·2^k, …] in [-1, 1]."""

    def __init__(self, latent, widths):
        super().__init__()
        layers = [nn.ConvTranspose2d(latent, widths[0], 4, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU(True)]
        for i, o in zip(widths, widths[1:]):
            layers += [nn.ConvTranspose2d(i, o, 4, 2, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU(True)]
        layers += [nn.ConvTranspose2d(widths[-1], 3, 4, 2, 1), nn.Tanh()]
        self.layers = nn.Sequential(*layers)

    def forward(self, z):
        return self.layers(z)


class VAEDecoder(nn.Module):
    """z [N, D] -> image [N, 1, 16, 16] in [0, 1]."""

    def __init__(self, latent, channels):
        super().__init__()
        self.linear = nn.Sequential(nn.Linear(latent, 32), nn.ELU(), nn.Linear(32, 16 * channels), nn.PReLU())
        self.convs = nn.Sequential(
            nn.ConvTranspose2d(channels, channels, 3, 2, 1, output_padding=1), nn.BatchNorm2d(channels), nn.PReLU(channels),
            nn.ConvTranspose2d(channels, channels, 5, 2, 2, output_padding=1, groups=2), nn.Softplus(),
            nn.ReflectionPad2d(1), nn.Conv2d(channels, 1, 3))
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.xavier_normal_(p, gain=2.0)

    def forward(self, z):
        h = self.linear(z)
        h = h.view(h.size(0), h.size(1) // 16, 4, 4)
        return torch.sigmoid(self.convs(h))
