"""Tests of the export, on random weights in every published layout.

    python examples/biggan/test_export.py

needs torch, onnx and numpy; no weights are downloaded.
"""

import json
import os
import re
import tempfile
import unittest

import onnx
import torch
from onnx.reference import ReferenceEvaluator

import direct
import layout_huggingface
import layout_pytorch
import published
import random_weights
import to_onnx
from weights import power_step

CLASSES = 5


def setUpModule():
    global SHALLOW, DEEP
    torch.manual_seed(3)
    SHALLOW = random_weights.shallow(size=32, channels=4, classes=CLASSES, level=3, embedding=6)
    DEEP = random_weights.deep([4, 4, 2, 1], channels=8, classes=CLASSES, latent=7, embedding=6, attention=16)


def codes(d):
    return torch.randn(2, d), torch.tensor([4, 1])


class Export(unittest.TestCase):
    def close(self, got, want, tolerance):
        self.assertEqual(got.shape, want.shape)
        self.assertGreater(want.std().item(), 0.05)  # a picture of something
        self.assertLess((got - want).abs().max().item(), tolerance)

    def exported(self, state, **options):
        """The image that the file of a state dict draws, and its metadata."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "g.onnx")
            network = to_onnx.write(state, path, **options)
            model = onnx.load(path)
            self.assertEqual([p.name for p in model.graph.input], ["z", "class"])
            z, index = codes(sum(to_onnx.levels(network.model)))
            given = torch.nn.functional.one_hot(index, CLASSES).float() if options.get("one_hot") else index
            (image,) = ReferenceEvaluator(model).run(None, {"z": z.numpy(), "class": given.numpy()})
            kinds = {node.op_type for node in model.graph.node}
            return torch.from_numpy(image), z, index, {p.key: p.value for p in model.metadata_props}, kinds

    def test_pytorch(self):
        image, z, index, meta, _ = self.exported(SHALLOW)
        self.close(image, direct.pytorch(SHALLOW, z, index), 1e-4)
        self.assertEqual(meta["lcfv.levels"], "3,3,3,3")
        self.assertEqual((meta["lcfv.latent"], meta["lcfv.prior"], meta["lcfv.range"]), ("z", "truncated-normal(2)", "-1,1"))

    def test_one_hot_and_names(self):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as f:
            f.write("ant\nbee\ncat\ndog\nelk\n")
            f.flush()
            image, z, index, meta, _ = self.exported(SHALLOW, one_hot=True, names=f.name, prior="normal")
            self.assertEqual(json.loads(meta["lcfv.classes"]), ["ant", "bee", "cat", "dog", "elk"])
            self.assertEqual(meta["lcfv.prior"], "normal")
            self.close(image, direct.pytorch(SHALLOW, z, index), 1e-4)
            with self.assertRaisesRegex(ValueError, "5 names for 7 classes"):
                to_onnx.class_names(f.name, 7)

    def test_truncation(self):
        model = published.read(SHALLOW, 0.4)
        meta = to_onnx.metadata(model, "truncated-normal(2)", 0.4, None)
        self.assertEqual(meta["lcfv.prior"], "0.4*truncated-normal(2)")
        z, index = codes(12)  # of BigGAN only the prior depends on it
        self.close(model.draw(z, SHALLOW["shared.weight"][index]), direct.pytorch(SHALLOW, z, index), 1e-4)

    def test_huggingface(self):
        image, z, index, meta, kinds = self.exported(DEEP, truncation=0.4)
        self.close(image, direct.huggingface(DEEP, z, index, 0.4), 1e-3)
        self.assertEqual(meta["lcfv.levels"], "7")
        self.assertNotIn("Sqrt", kinds)  # statistics are folded
        for truncation in (1.0, 0.02):
            got = published.read(DEEP, truncation).draw(z, DEEP["embeddings.weight"][:, index].t())
            self.close(got, direct.huggingface(DEEP, z, index, truncation), 1e-3)

    def test_statistics_between_rows(self):
        rows = torch.tensor([[0.0], [1.0], [4.0]])
        for truncation, want in ((1.0, 4.0), (0.5, 1.0), (0.25, 0.5), (0.75, 2.5)):
            self.assertAlmostEqual(layout_huggingface.standing(rows, truncation).item(), want)

    def test_tfhub_shallow(self):
        state = random_weights.shallow(size=64, channels=2, classes=CLASSES, level=3, embedding=6)
        z, index = codes(15)
        got = published.read(tensorflow_shallow(state, 6)).draw(z, state["shared.weight"][index])
        self.close(got, direct.pytorch(state, z, index, eps=1e-4), 1e-4)

    def test_tfhub_deep(self):
        z, index = codes(7)
        state = dict(DEEP)
        for name in DEEP:
            if layer := re.match(r"(.*)\.weight_orig$", name):  # the port stores the vectors one step later than TensorFlow
                state[layer[1] + ".weight_u"], state[layer[1] + ".weight_v"] = power_step(DEEP[name], DEEP[layer[1] + ".weight_u"])
        got = published.read(tensorflow_deep(DEEP), 0.4).draw(z, DEEP["embeddings.weight"][:, index].t())
        self.close(got, direct.huggingface(state, z, index, 0.4), 1e-3)

    def test_prefix_and_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "g.pth")
            torch.save({"module." + name: value for name, value in SHALLOW.items()}, path)
            z, index = codes(12)
            got = published.read(published.load(path)).draw(z, SHALLOW["shared.weight"][index])
            self.close(got, direct.pytorch(SHALLOW, z, index), 1e-4)
            torch.save({"epoch": 3}, path)
            with self.assertRaisesRegex(ValueError, "no state dict of tensors"):
                published.load(path)

    def test_full_size_levels(self):
        """The published networks' levels, on skeletons of no weight."""
        from networks import biggan, biggan_deep
        with torch.device("meta"):
            for size, levels in ((128, [20] * 6), (256, [20] * 7), (512, [20] * 8)):
                self.assertEqual(to_onnx.levels(biggan.BigGAN(size)), levels)
                deep = biggan_deep.BigGANDeep(128, biggan_deep.WIDTHS[size], 1000, 128, 128, 64)
                self.assertEqual(to_onnx.levels(deep), [128])

    def test_refuses(self):
        for change, message in (
            (lambda s: s.pop("blocks.1.0.conv1.weight"), "blocks.1.0.conv1.weight is missing"),
            (lambda s: s.update({"blocks.0.2.conv.weight": torch.zeros(1)}), "no place for blocks.0.2.conv.weight"),
            (lambda s: s.update({"linear.weight": torch.zeros(256, 4)}), "hierarchical"),
            (lambda s: s.update({"blocks.1.0.conv1.weight": torch.zeros(8, 16, 3, 3)}), "do not fit"),
            (lambda s: s.pop("output_layer.2.weight"), "no known layout"),
        ):
            state = dict(SHALLOW)
            change(state)
            with self.assertRaisesRegex(ValueError, message):
                published.read(state)
        for truncation in (0, -0.5, 1.5, float("nan")):
            with self.assertRaisesRegex(ValueError, "truncation"):
                published.read(SHALLOW, truncation)

    def test_layouts_are_told_apart(self):
        self.assertTrue(layout_pytorch.known(SHALLOW) and not layout_pytorch.known(DEEP))
        self.assertTrue(layout_huggingface.known(DEEP) and not layout_huggingface.known(SHALLOW))


def tensorflow(weight):
    """A weight with inputs first and, of a convolution, places before them."""
    return weight.permute(2, 3, 1, 0) if weight.dim() == 4 else weight.t()


def numbered(name, k):
    return f"{name}_{k}" if k else name


def tensorflow_shallow(state, embedding):
    """BigGAN-PyTorch's state dict as TF-Hub's variables, with weights that are no averages beside them."""
    out = {"linear/w": state["shared.weight"]}
    channels = state["linear.weight"].shape[0] // 16
    for ours, theirs in (("weight", "w"), ("bias", "b"), ("u0", "u0")):
        x = state[f"linear.{ours}"].reshape(-1, 16 * channels) if ours == "u0" else state[f"linear.{ours}"].t()
        out[f"Generator/G_Z/G_linear/{theirs}"] = x.reshape(*x.shape[:-1], channels, 16).transpose(-1, -2).flatten(-2)
    for name, value in state.items():
        if m := re.match(r"blocks\.(\d+)\.0\.bn([12])\.(gain|bias)\.(weight|u0)$", name):
            base = f"Generator/{numbered('GBlock', int(m[1]))}/{numbered('HyperBN', int(m[2]) - 1)}/{'gamma' if m[3] == 'gain' else 'beta'}"
            if m[4] == "weight":
                value = torch.cat([value[:, embedding:], value[:, :embedding]], 1).t()
            out[f"{base}/{'w' if m[4] == 'weight' else 'u0'}"] = value
        elif m := re.match(r"blocks\.(\d+)\.0\.bn([12])\.stored_(mean|var)$", name):
            out[f"Generator/{numbered('GBlock', int(m[1]))}/{numbered('CrossReplicaBN', int(m[2]) - 1)}/accumulated_{m[3]}"] = value
        elif m := re.match(r"blocks\.(\d+)\.0\.(conv1|conv2|conv_sc)\.(weight|bias|u0)$", name):
            conv = {"conv1": "conv0", "conv2": "conv1", "conv_sc": "conv_sc"}[m[2]]
            out[f"Generator/{numbered('GBlock', int(m[1]))}/{conv}/{PARTS[m[3]]}"] = tensorflow(value) if m[3] == "weight" else value
        elif m := re.match(r"blocks\.\d+\.1\.(theta|phi|g|o)\.(weight|u0)$", name):
            out[f"Generator/attention/{'o_conv' if m[1] == 'o' else m[1]}/{PARTS[m[2]]}"] = tensorflow(value) if m[2] == "weight" else value
        elif m := re.match(r"output_layer\.2\.(weight|bias|u0)$", name):
            out[f"Generator/conv_2d/{PARTS[m[1]]}"] = tensorflow(value) if m[1] == "weight" else value
        elif m := re.match(r"output_layer\.0\.(gain|bias|stored_mean|stored_var)$", name):
            out["Generator/ScaledCrossReplicaBN" + {"gain": "/gamma", "bias": "/beta", "stored_mean": "bn/accumulated_mean",
                                                    "stored_var": "bn/accumulated_var"}[m[1]]] = value
        elif re.match(r"blocks\.\d+\.1\.gamma$", name):
            out["Generator/attention/gamma"] = value
    return averaged({f"module/{name}": value for name, value in out.items()}, "ema_b999900")


PARTS = {"weight": "w", "bias": "b", "u0": "u0"}


def tensorflow_deep(state):
    """pytorch-pretrained-BigGAN's state dict as TF-Hub's variables, and its statistics."""
    out, standing = {"linear/w": state["embeddings.weight"].t()}, {}
    attention = next(int(name.split(".")[2]) for name in state if name.endswith(".gamma"))
    for name, value in state.items():
        for pattern, base in ((r"generator\.gen_z\.(.*)", "Generator/GenZ/G_linear"), (r"generator\.conv_to_rgb\.(.*)", "Generator/conv_to_rgb"),
                              (r"generator\.layers\.\d+\.snconv1x1_(theta|phi|g|o_conv)\.(.*)", "Generator/attention/{0}"),
                              (r"generator\.layers\.(\d+)\.conv_(\d)\.(.*)", "Generator/{block}/conv{1}"),
                              (r"generator\.layers\.(\d+)\.bn_(\d)\.(scale|offset)\.(.*)", "Generator/{block}/{norm}/{2}")):
            if m := re.match(pattern + "$", name):
                *where, part = m.groups()
                k = int(where[0]) - (int(where[0]) > attention) if where and where[0].isdigit() else 0
                i = int(where[1]) if len(where) > 1 and where[1].isdigit() else 0
                base = base.format(*where, block=numbered("GBlock", k), norm=numbered("BatchNorm", i))
                if part == "weight_orig":
                    out[base + "/w"] = tensorflow(value)
                elif part in ("bias", "weight_u"):
                    out[base + {"bias": "/b", "weight_u": "/u0"}[part]] = value.reshape(1, -1)
        if m := re.match(r"generator\.layers\.(\d+)\.bn_(\d)\.running_(means|vars)$", name):
            k = int(m[1]) - (int(m[1]) > attention)
            standing[8 * k + 2 * int(m[2]) + (m[3] == "vars")] = value
    out["Generator/attention/gamma"] = state[f"generator.layers.{attention}.gamma"]
    out["Generator/BatchNorm/scale"], out["Generator/BatchNorm/offset"] = state["generator.bn.weight"], state["generator.bn.bias"]
    last = len(standing)
    standing |= {last: state["generator.bn.running_means"], last + 1: state["generator.bn.running_vars"]}
    return averaged(out, "ema_0.9999") | {f"standing/{k}": value for k, value in standing.items()}


def averaged(variables, suffix):
    """Beside each variable to learn its average, and noise in its place."""
    learned = {name for name in variables if name.rsplit("/", 1)[-1] in ("w", "b", "gamma", "beta", "scale", "offset")}
    return {name: torch.randn_like(value) if name in learned else value for name, value in variables.items()} | {
        f"{name}/{suffix}": variables[name] for name in learned}


if __name__ == "__main__":
    unittest.main()
