"""Reads published weights of BigGAN and BigGAN-deep, whatever their layout."""

import numpy as np
import torch

import layout_huggingface
import layout_pytorch
import layout_tfhub

LAYOUTS = (layout_pytorch, layout_huggingface, layout_tfhub)


def load(path):
    """The arrays of a file by name: a state dict that torch.save wrote, or an .npz of dump_tfhub.py."""
    if path.endswith(".npz"):
        with np.load(path) as arrays:
            return {name: torch.from_numpy(arrays[name]) for name in arrays.files}
    state = torch.load(path, map_location="cpu", weights_only=True)
    if not isinstance(state, dict) or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise ValueError(f"{path} holds no state dict of tensors: give the file of the generator, such as G_ema.pth")
    return {name.removeprefix("module."): value for name, value in state.items()}


def read(state, truncation=1.0):
    """The network of a state dict with its spectral norms divided out, for codes scaled by truncation."""
    if not 0 < truncation <= 1:
        raise ValueError(f"truncation {truncation}: z is scaled by a number above 0 and at most 1")
    for layout in LAYOUTS:
        if layout.known(state):
            try:
                return layout.read(state, truncation).eval()
            except RuntimeError as err:  # of torch
                raise ValueError(f"the shapes of these weights of {layout.NAME} do not fit each other: {err}") from err
    raise ValueError(f"no known layout: among the {len(state)} names are {', '.join(sorted(state)[:3])}; known are those of "
                     + ", ".join(layout.NAME for layout in LAYOUTS))
