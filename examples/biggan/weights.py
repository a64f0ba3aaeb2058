"""What the layouts share."""

import re

import torch
import torch.nn.functional as F
from torch import nn


class Weights:
    """A state dict that knows what has been taken of it."""

    def __init__(self, state, layout):
        self.state, self.layout, self.left = state, layout, set(state)

    def __contains__(self, name):
        return name in self.state

    def __call__(self, name):
        if name not in self.state:
            raise ValueError(f"these are not all weights of {self.layout}: {name} is missing")
        self.left.discard(name)
        return self.state[name].float()

    def finish(self, *ignored):
        """Sees that nothing was left over but what matches a pattern."""
        left = sorted(name for name in self.left if not any(re.search(pattern, name) for pattern in ignored))
        if left:
            raise ValueError(f"another network than {self.layout}'s: it has no place for {', '.join(left[:5])}"
                             + (f" and {len(left) - 5} more" if len(left) > 5 else ""))


def skeleton(build):
    """A network without memory for its weights, and without spectral norms."""
    with torch.device("meta"):
        model = build()
        model.fold_spectral()
    return model


def fill(model, values, layout):
    """Gives a skeleton its weights, in place: load_state_dict would miss the spectral norms that were taken out."""
    for name, old in [*model.named_parameters(), *model.named_buffers()]:
        module, _, leaf = name.rpartition(".")
        value = torch.tensor(0) if leaf == "num_batches_tracked" else values[name].contiguous()
        if value.shape != old.shape:
            raise ValueError(f"another network than {layout}'s: {name} has the shape {list(value.shape)} instead of {list(old.shape)}")
        setattr(model.get_submodule(module), leaf, nn.Parameter(value, requires_grad=False) if isinstance(old, nn.Parameter) else value)
    return model


def power_step(weight, u):
    """The singular vectors of a weight after one step of power iteration from u."""
    matrix = weight.flatten(1)
    v = F.normalize(u.flatten() @ matrix, dim=0)
    return F.normalize(matrix @ v, dim=0), v
