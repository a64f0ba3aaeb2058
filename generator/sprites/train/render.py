"""Exact renderer of the scenes: the same mathematics as render.go of the Go package.

One object on a textured ground. The object is the set where a signed distance d
(pixels, negative inside) is below zero, and covers a pixel by clamp(1/2 - d, 0, 1)
with d taken at the pixel's centre: the ramp is one pixel wide and centred on the
outline, so an image changes continuously with every factor.

Run as a program it writes the golden file that the Go tests compare with:

    python render.py ../testdata/golden.json
"""

import json
import math
import sys

import torch

SIZE = 64
CLASSES = ("disc", "square", "triangle", "star", "cross", "ring")
WAVES = 2

# Area of an object at scale 1, in square pixels. None then reaches further than
# 16 px from its barycentre, so that none leaves the frame.
AREA = 324.0
# Radius of a star's inner corners, and of a ring's hole, over the outer radius.
STAR_INNER, RING_INNER = 0.55, 0.5
# Half the width of a cross's arm over the length of the arm.
CROSS_ARM = 1 / 3

# Ranges of the factors of a random scene; LOG_RANGE is of a natural logarithm.
POSITION = (0.25, 0.75)
LOG_SCALE = LOG_BRIGHTNESS = (math.log(0.5), 0.0)
ANGLE = (-0.5, 0.5)
# A class's hue is its index in sixths of the circle, give or take this much of a sixth.
HUE = (-1 / 3, 1 / 3)
SATURATION = (0.6, 0.9)
GROUND = (0.2, 0.4)
FREQUENCY = (-1.5, 1.5)
AMPLITUDE = (-0.08, 0.08)


def _polygon(radii_and_angles):
    """Corners of a polygon of area AREA from polar coordinates (angle 0 is up, clockwise on screen)."""
    p = [(r * math.sin(a), -r * math.cos(a)) for r, a in radii_and_angles]
    area = 0.5 * sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(p, p[1:] + p[:1]))
    k = math.sqrt(AREA / area)
    return [(k * x, k * y) for x, y in p]


def _cross():
    near, far = math.hypot(CROSS_ARM, CROSS_ARM), math.hypot(1, CROSS_ARM)
    half = math.atan(CROSS_ARM)
    corners = []
    for quarter in range(4):
        a = quarter * math.pi / 2
        corners += [(far, a - half), (far, a + half), (near, a + math.pi / 4)]
    return corners


POLYGONS = {
    "square": _polygon([(1, (2 * k + 1) * math.pi / 4) for k in range(4)]),
    "triangle": _polygon([(1, 2 * k * math.pi / 3) for k in range(3)]),
    "star": _polygon([((1, STAR_INNER)[k % 2], k * math.pi / 5) for k in range(10)]),
    "cross": _polygon(_cross()),
}
DISC_RADIUS = math.sqrt(AREA / math.pi)
RING_RADIUS = math.sqrt(AREA / (math.pi * (1 - RING_INNER**2)))


def _distance(name, u, v):
    """Signed distance to an object at scale 1, upright, about its barycentre."""
    if name == "disc":
        return torch.hypot(u, v) - DISC_RADIUS
    if name == "ring":
        middle, half = RING_RADIUS * (1 + RING_INNER) / 2, RING_RADIUS * (1 - RING_INNER) / 2
        return (torch.hypot(u, v) - middle).abs() - half
    corners = POLYGONS[name]
    squared, inside = None, None
    for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1]):
        ex, ey = x1 - x0, y1 - y0
        wu, wv = u - x0, v - y0
        t = ((wu * ex + wv * ey) / (ex * ex + ey * ey)).clamp(0, 1)
        d = (wu - ex * t) ** 2 + (wv - ey * t) ** 2
        squared = d if squared is None else torch.minimum(squared, d)
        # A ray to the right from the pixel crosses this side?
        crosses = ((v >= y0) != (v >= y1)) & ((wu * ey < wv * ex) == (ey > 0))
        inside = crosses if inside is None else inside ^ crosses
    return torch.where(inside, -1.0, 1.0).to(u.dtype) * squared.sqrt()


def coverage(scene):
    """How much of each pixel the object covers, [n, 64, 64]."""
    scale, kind = scene["scale"], scene["class"]
    at = torch.arange(SIZE, dtype=scale.dtype) + 0.5
    out = torch.empty(len(scale), SIZE, SIZE, dtype=scale.dtype)
    for k, name in enumerate(CLASSES):
        i = (kind == k).nonzero().squeeze(1)
        if len(i) == 0:
            continue
        s = scale[i].view(-1, 1, 1)
        dx = (at - SIZE * scene["x"][i, None]).view(-1, 1, SIZE)
        dy = (at - SIZE * scene["y"][i, None]).view(-1, SIZE, 1)
        c, sn = torch.cos(scene["angle"][i]).view(-1, 1, 1), torch.sin(scene["angle"][i]).view(-1, 1, 1)
        u, v = (c * dx - sn * dy) / s, (sn * dx + c * dy) / s
        out[i] = (0.5 - s * _distance(name, u, v)).clamp(0, 1)
    return out


def colour(hue, saturation):
    """RGB of a hue (in sixths of the circle) at full value, [n, 3]."""
    k = (torch.tensor([5.0, 3.0, 1.0], dtype=hue.dtype) + hue[:, None]) % 6
    return 1 - saturation[:, None] * torch.minimum(k, 4 - k).clamp(0, 1)


def ground(scene):
    """The background, [n, 3, 64, 64]: a colour and two plane waves, each of a colour of its own."""
    at = (torch.arange(SIZE, dtype=scene["scale"].dtype) + 0.5) / SIZE
    # cos(a + b) = cos a cos b - sin a sin b makes the sum of waves a product of matrices.
    a = 2 * math.pi * (scene["wave_y"][:, :, None] * at + scene["wave_phase"][:, :, None])
    b = 2 * math.pi * scene["wave_x"][:, :, None] * at
    rows = torch.cat([torch.cos(a), -torch.sin(a)], 1)  # [n, 2W, 64]
    columns = torch.cat([torch.cos(b), torch.sin(b)], 1)
    amplitude = scene["wave_colour"].transpose(1, 2).repeat(1, 1, 2)  # [n, 3, 2W]
    waves = (amplitude[:, :, None, :] * rows.transpose(1, 2)[:, None]) @ columns[:, None]
    return scene["ground"][:, :, None, None] + waves


def render(scene):
    """Images [n, 3, 64, 64] in [0, 1] of a dict of factors.

    class [n] int; x, y (barycentre, fractions of the width), scale, angle (radians,
    counter-clockwise as seen), brightness, hue (sixths of the circle), saturation [n];
    ground [n, 3]; wave_x, wave_y (cycles an image), wave_phase (cycles) [n, 2];
    wave_colour [n, 2, 3].
    """
    cover = coverage(scene)[:, None]
    object_ = colour(scene["hue"], scene["saturation"])[:, :, None, None]
    image = torch.lerp(ground(scene), object_.expand(-1, -1, SIZE, SIZE), cover.expand(-1, 3, -1, -1))
    return image * scene["brightness"].view(-1, 1, 1, 1)


def sample(n, rng, kind=None):
    """Factors of n random scenes, of classes kind [n] if given, else of all alike."""

    def uniform(bounds, *shape):
        return bounds[0] + (bounds[1] - bounds[0]) * torch.rand(n, *shape, generator=rng)

    if kind is None:
        kind = torch.randint(len(CLASSES), (n,), generator=rng)
    return {
        "class": kind,
        "x": uniform(POSITION),
        "y": uniform(POSITION),
        "scale": uniform(LOG_SCALE).exp(),
        "angle": uniform(ANGLE),
        "brightness": uniform(LOG_BRIGHTNESS).exp(),
        "hue": kind + uniform(HUE),
        "saturation": uniform(SATURATION),
        "ground": uniform(GROUND, 3),
        "wave_x": uniform(FREQUENCY, WAVES),
        "wave_y": uniform(FREQUENCY, WAVES),
        "wave_phase": uniform((0, 1), WAVES),
        "wave_colour": uniform(AMPLITUDE, WAVES, 3),
    }


def _golden():
    rng = torch.Generator().manual_seed(1)
    # Rounded, so that both languages start from the very same numbers.
    scene = {k: v if k == "class" else (v.double() * 1e4).round() / 1e4
             for k, v in sample(len(CLASSES), rng, torch.arange(len(CLASSES))).items()}  # fmt: skip
    image = render(scene)
    out = []
    for i, name in enumerate(CLASSES):
        case = {k: v[i].tolist() for k, v in scene.items()}
        case["class"] = name
        # Every third pixel of each channel and row, to keep the file small.
        case["pixels"] = [round(p, 6) for p in image[i, :, ::3, ::3].flatten().tolist()]
        out.append(case)
    return out


if __name__ == "__main__":
    with open(sys.argv[1], "w", encoding="utf-8") as f:
        f.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in _golden()) + "\n]\n")
