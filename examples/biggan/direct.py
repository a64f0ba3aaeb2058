"""The published generators computed straight from their weights, by the layouts' own conventions: what test_export.py compares with."""

import torch
import torch.nn.functional as F


def pytorch(state, z, index, eps=1e-5):
    """BigGAN from BigGAN-PyTorch's state dict."""
    def weight(name):
        w, u = state[name + ".weight"], state[name + ".u0"]
        rows = w.reshape(w.shape[0], -1)
        v = F.normalize(u @ rows)
        return w / (v @ rows.t()).norm()

    def conv(x, name):
        return F.conv2d(x, weight(name), state.get(name + ".bias"), padding=state[name + ".weight"].shape[-1] // 2)

    def norm(x, y, name):
        x = F.batch_norm(x, state[name + ".stored_mean"], state[name + ".stored_var"], eps=eps)
        return x * (1 + y @ weight(name + ".gain").t())[..., None, None] + (y @ weight(name + ".bias").t())[..., None, None]

    parts = z.split(state["linear.weight"].shape[1], 1)
    x = (parts[0] @ weight("linear").t() + state["linear.bias"]).reshape(len(z), -1, 4, 4)
    for k, part in enumerate(parts[1:]):
        y, name = torch.cat([state["shared.weight"][index], part], 1), f"blocks.{k}.0"
        h = conv(enlarged(norm(x, y, name + ".bn1").relu()), name + ".conv1")
        x = conv(norm(h, y, name + ".bn2").relu(), name + ".conv2") + conv(enlarged(x), name + ".conv_sc")
        if f"blocks.{k}.1.gamma" in state:
            name = f"blocks.{k}.1"
            x = x + state[name + ".gamma"] * conv(attended(*(conv(x, f"{name}.{c}") for c in ("theta", "phi", "g"))), name + ".o")
    last = "output_layer.0"
    x = F.batch_norm(x, state[last + ".stored_mean"], state[last + ".stored_var"], state[last + ".gain"], state[last + ".bias"], eps=eps)
    return conv(x.relu(), "output_layer.2").tanh()


def huggingface(state, z, index, truncation, eps=1e-4):
    """BigGAN-deep from pytorch-pretrained-BigGAN's, for a truncation that has a row of statistics."""
    def weight(name):
        w = state[name + ".weight_orig"]
        return w / (state[name + ".weight_u"] @ w.reshape(w.shape[0], -1) @ state[name + ".weight_v"])

    def conv(x, name):
        return F.conv2d(x, weight(name), state.get(name + ".bias"), padding=state[name + ".weight_orig"].shape[-1] // 2)

    def statistics(name):
        means, variances = state[name + ".running_means"], state[name + ".running_vars"]
        row = round(truncation * (len(means) - 1))
        return means[row], variances[row]

    def norm(x, y, name):
        mean, variance = (s[:, None, None] for s in statistics(name))
        gain, shift = ((y @ weight(f"{name}.{part}").t())[..., None, None] for part in ("scale", "offset"))
        return ((x - mean) / (variance + eps).sqrt() * (1 + gain) + shift).relu()

    y = torch.cat([z, state["embeddings.weight"][:, index].t()], 1)
    x = (y @ weight("generator.gen_z").t() + state["generator.gen_z.bias"]).reshape(len(z), 4, 4, -1).permute(0, 3, 1, 2)
    layers, block = 1 + max(int(name.split(".")[2]) for name in state if name.startswith("generator.layers.")), 0
    for k in range(layers):
        name = f"generator.layers.{k}"
        if name + ".gamma" in state:
            x = x + state[name + ".gamma"] * conv(attended(*(conv(x, f"{name}.snconv1x1_{c}") for c in ("theta", "phi", "g"))), name + ".snconv1x1_o_conv")
            continue
        enlarge = enlarged if block % 2 else (lambda x: x)
        h = conv(norm(x, y, name + ".bn_0"), name + ".conv_0")
        h = conv(enlarge(norm(h, y, name + ".bn_1")), name + ".conv_1")
        h = conv(norm(h, y, name + ".bn_2"), name + ".conv_2")
        h = conv(norm(h, y, name + ".bn_3"), name + ".conv_3")
        x, block = h + enlarge(x[:, : h.shape[1]]), block + 1
    mean, variance = statistics("generator.bn")
    x = F.batch_norm(x, mean, variance, state["generator.bn.weight"], state["generator.bn.bias"], eps=eps)
    return conv(x.relu(), "generator.conv_to_rgb")[:, :3].tanh()


def enlarged(x):
    return x.repeat_interleave(2, 2).repeat_interleave(2, 3)


def attended(theta, phi, g):
    """What attention takes from g: for every position of theta a mean over those of phi, weighted by their products."""
    phi, values = (F.max_pool2d(x, 2).flatten(2) for x in (phi, g))
    share = torch.einsum("ncp,ncq->npq", theta.flatten(2), phi).softmax(2)
    return torch.einsum("npq,ncq->ncp", share, values).reshape(len(g), -1, *g.shape[2:])
