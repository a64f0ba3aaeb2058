"""Exact sprite renderer: the same mathematics as render.go of the Go package.

A sprite is the set where a signed distance d (pixels, negative inside) is below
zero; a pixel's grey value is clamp(1/2 - d, 0, 1) with d taken at the pixel's
centre. The ramp is one pixel wide and centred on the outline, so it is the
exact area coverage for an outline parallel to the pixel grid, and it is
continuous in every factor, which sub-sampling is not.

Run as a program it writes the golden file that the Go tests compare with:

    python render.py ../testdata/golden.json
"""

import json
import math
import sys

import torch

SIZE = 64
SHAPES = ("square", "ellipse", "heart")
NUM_SCALES, NUM_ORIENTATIONS, NUM_POSITIONS = 6, 40, 32

# Lengths in pixels at scale 1. The three shapes share the area SQUARE_SIDE**2,
# so that the scale alone sets the area, and none reaches further than 16 px
# from its barycentre, so that no sprite leaves the frame.
SQUARE_SIDE = 20.0
ELLIPSE_RATIO = 2.0
ELLIPSE_MINOR = SQUARE_SIDE / math.sqrt(math.pi * ELLIPSE_RATIO)
ELLIPSE_MAJOR = ELLIPSE_MINOR * ELLIPSE_RATIO
# A heart is a square standing on a corner with a half disc on each upper side.
HEART_SIDE = SQUARE_SIDE / math.sqrt(1 + math.pi / 4)
# Height of the heart's barycentre above the centre of its square.
HEART_RISE = HEART_SIDE * (math.pi / 8 + 1 / 6) / (math.sqrt(2) * (1 + math.pi / 4))


def _box(u, v, half):
    """Signed distance to the axis-parallel square |u|, |v| <= half."""
    du, dv = u.abs() - half, v.abs() - half
    outside = torch.sqrt(du.clamp_min(0) ** 2 + dv.clamp_min(0) ** 2)
    return outside + torch.maximum(du, dv).clamp_max(0)


def _square(u, v):
    return _box(u, v, SQUARE_SIDE / 2)


def _ellipse(u, v):
    """(k-1)/|grad k| with k = |(u/a, v/b)|: exact on the outline, first order beside it."""
    a, b = ELLIPSE_MINOR, ELLIPSE_MAJOR
    k0 = torch.sqrt((u / a) ** 2 + (v / b) ** 2)
    k1 = torch.sqrt((u / (a * a)) ** 2 + (v / (b * b)) ** 2)
    # At the centre the quotient is 0/0.
    return torch.where(k1 > 1e-9, k0 * (k0 - 1) / k1.clamp_min(1e-9), -a)


def _heart(u, v):
    v = v - HEART_RISE
    # Axes along the square's sides; p and q grow towards the two upper sides.
    p, q = (u - v) * math.sqrt(0.5), (-u - v) * math.sqrt(0.5)
    half = HEART_SIDE / 2
    lobe = torch.minimum(
        torch.sqrt((p - half) ** 2 + q**2), torch.sqrt(p**2 + (q - half) ** 2)
    )
    return torch.minimum(_box(p, q, half), lobe - half)


_DISTANCE = (_square, _ellipse, _heart)


def render(shape, scale, orientation, x, y):
    """Renders n sprites: shape is an int tensor, the others float tensors, all [n].

    scale is in (0, 1], orientation in radians (clockwise on screen, rows grow
    downwards), x and y in [0, 1] place the barycentre at 16 + 32x, 16 + 32y
    pixels. Returns [n, 1, 64, 64] of the dtype of scale.
    """
    n = shape.shape[0]
    at = torch.arange(SIZE, dtype=scale.dtype) + 0.5
    cx, cy = SIZE / 4 + SIZE / 2 * x, SIZE / 4 + SIZE / 2 * y
    image = torch.empty(n, 1, SIZE, SIZE, dtype=scale.dtype)
    for k, distance in enumerate(_DISTANCE):
        i = (shape == k).nonzero().squeeze(1)
        if len(i) == 0:
            continue
        s = scale[i].view(-1, 1, 1)
        dx = (at - cx[i, None]).view(-1, 1, SIZE)
        dy = (at - cy[i, None]).view(-1, SIZE, 1)
        c, sn = torch.cos(orientation[i]).view(-1, 1, 1), torch.sin(orientation[i]).view(-1, 1, 1)
        u, v = (c * dx + sn * dy) / s, (c * dy - sn * dx) / s
        image[i, 0] = (0.5 - s * distance(u, v)).clamp(0, 1)
    return image


def sample_factors(n, generator):
    """Draws n sprites with factors uniform over their ranges, as one dict of tensors."""

    def uniform(lo, hi):
        return lo + (hi - lo) * torch.rand(n, generator=generator)

    return {
        "shape": torch.randint(len(SHAPES), (n,), generator=generator),
        "scale": uniform(0.5, 1.0),
        "orientation": uniform(0.0, 2 * math.pi),
        "x": uniform(0.0, 1.0),
        "y": uniform(0.0, 1.0),
    }


def _golden():
    cases = [
        (0, 1.0, 0.0, 0.5, 0.5),
        (0, 0.73, 0.4, 0.12, 0.81),
        (1, 0.5, 2.0, 0.0, 1.0),
        (1, 0.9, 5.1, 0.33, 0.27),
        (2, 1.0, 0.0, 0.5, 0.5),
        (2, 0.64, 3.7, 0.95, 0.05),
    ]
    t = [torch.tensor(c, dtype=torch.float64) for c in zip(*cases)]
    image = render(t[0].long(), *t[1:])
    out = []
    for case, img in zip(cases, image):
        img = img[0]
        # Only the rows and columns that the sprite touches, to keep the file small.
        rows, cols = img.amax(1).nonzero().squeeze(1), img.amax(0).nonzero().squeeze(1)
        r0, r1, c0, c1 = int(rows[0]), int(rows[-1]) + 1, int(cols[0]), int(cols[-1]) + 1
        out.append({
            "shape": SHAPES[case[0]], "scale": case[1], "orientation": case[2],
            "x": case[3], "y": case[4], "top": r0, "left": c0, "width": c1 - c0,
            "pixels": [round(v, 6) for v in img[r0:r1, c0:c1].flatten().tolist()],
        })
    return out


if __name__ == "__main__":
    with open(sys.argv[1], "w", encoding="utf-8") as f:
        f.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in _golden()) + "\n]\n")
