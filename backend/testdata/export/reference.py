"""What a generator draws and how it changes, computed by torch, as JSON.

An object of arrays, each {"shape", "dtype", "data"} with data row-major: z, class for a
conditional generator, image = G(z), a cotangent v, and grad = d⟨v, G(z)⟩/dz.
"""

import copy
import json

import numpy as np
import torch


def compute(model, inputs, seed):
    """The arrays for inputs = {"z": …, "class": …}, computed in float64."""
    exact = copy.deepcopy(model).double()
    given = [t.double() if t.is_floating_point() else t for t in inputs.values()]
    z = given[0].requires_grad_()
    image = exact(*given)
    v = torch.randn(image.shape, generator=torch.Generator().manual_seed(seed))
    v = (8 * v).round() / 8  # short in print
    (grad,) = torch.autograd.grad(image, z, v.double())
    spread = image.detach().std().item()
    assert 0.02 < spread and image.abs().max().item() < 1.5, f"images up to {image.abs().max().item()}, of standard deviation {spread}"
    return {**inputs, "image": image.detach().float(), "v": v, "grad": grad.float()}


def rounding(model, inputs, arrays):
    """How far torch's float32 is from arrays: the largest error of the images, the relative one of the gradient."""
    z = next(iter(inputs.values())).clone().requires_grad_()
    image = model(z, *list(inputs.values())[1:])
    (grad,) = torch.autograd.grad(image, z, arrays["v"])
    return (image - arrays["image"]).abs().max().item(), ((grad - arrays["grad"]).norm() / arrays["grad"].norm()).item()


def write(path, arrays):
    with open(path, "w") as f:
        f.write("{\n")
        for k, (name, t) in enumerate(arrays.items()):
            a = t.detach().numpy()
            # The shortest decimals that read back as the same float32.
            data = ",".join(np.format_float_positional(x, trim="-") if abs(x) > 1e-4 or x == 0 else str(x)
                            for x in a.ravel()) if a.dtype == np.float32 else ",".join(map(str, a.ravel()))
            f.write(f'{json.dumps(name)}:{{"shape":{list(a.shape)},"dtype":"{a.dtype}","data":[{data}]}}')
            f.write(",\n" if k < len(arrays) - 1 else "\n")
        f.write("}\n")
