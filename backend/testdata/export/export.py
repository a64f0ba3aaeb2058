"""Writes generators with random weights as people export them from PyTorch.

    python export.py                                    remakes ../ (all networks)
    python export.py --only biggan --out DIR            one of them, elsewhere
    python export.py --only biggan128 --channels 96 --out DIR   BigGAN at full width (70 M parameters)
"""

import argparse
import os

import torch

import reference
import writing
from biggan import BigGAN
from biggan_deep import BigGANDeep
from calibration import calibrate
from convolutional import DCGAN, VAEDecoder
from latent_decoder import LatentDecoder
from progan import ProGAN
from stylegan2 import StyleGAN2

HERE = os.path.dirname(os.path.abspath(__file__))
NORMAL = {"lcfv.latent": "z", "lcfv.prior": "normal", "lcfv.range": "-1,1"}


def levels(model):
    return {"lcfv.levels": ",".join(map(str, model.levels))}


def latents(*shape):
    return (1000 * torch.randn(2, *shape)).round() / 1000  # short in print


def biggan(args):
    model = BigGAN(size=32, channels=2, classes=10, level=8, embedding=12, attention=16)
    inputs = {"z": latents(32), "class": torch.tensor([3, 7])}
    return model, inputs, NORMAL | levels(model), [("legacy", 11), ("dynamo-external", 18)]


def biggan128(args):
    model = BigGAN(size=128, channels=args.channels)
    if args.fold:
        model.fold_spectral()
    inputs = {"z": latents(120), "class": torch.tensor([3, 700])}
    return model, inputs, NORMAL | levels(model), [("legacy", 17)]


def biggan_deep(args):
    model = BigGANDeep(channels=4, widths=[4, 4, 2], classes=6, latent=12, embedding=12, attention=8)
    names = {"lcfv.classes": '["ant", "bee", "cat", "dog", "elk", "fox"]'}
    inputs = {"z": latents(12), "class": torch.eye(6)[[1, 4]]}
    return model, inputs, NORMAL | names, [("legacy", 13), ("dynamo", 20)]


def stylegan2(args):
    # The number of groups is the number of samples, which an export fixes.
    model = StyleGAN2(latent=16, channels=8, size=16, mapping=3, fused=True)
    return model, {"z": latents(16)}, {}, [("legacy-static", 17), ("dynamo-static", 18)]


def stylegan2_unfused(args):
    model = StyleGAN2(latent=16, channels=8, size=16, mapping=3, fused=False)
    return model, {"z": latents(16)}, {}, [("legacy", 11), ("dynamo-external", 18)]


def progan(args):
    model = ProGAN(latent=16, widths=[8, 8, 4])
    return model, {"z": latents(16, 1, 1)}, {}, [("legacy", 9), ("dynamo", 18)]


def progan_bilinear(args):
    model = ProGAN(latent=16, widths=[8, 8, 4], mode="bilinear")
    return model, {"z": latents(16, 1, 1)}, {}, [("legacy", 13)]


def dcgan(args):
    model = DCGAN(latent=16, widths=[12, 6])
    return model, {"z": latents(16, 1, 1)}, NORMAL, [("legacy", 11), ("dynamo", 21)]


def vae(args):
    model = VAEDecoder(latent=6, channels=4)
    return model, {"z": latents(6)}, NORMAL | {"lcfv.range": "0,1"}, [("legacy", 13), ("dynamo", 18)]


def latent_decoder(args):
    return LatentDecoder(), {"z": latents(64)}, NORMAL, [("legacy", 17), ("dynamo", 18), ("dynamo", 21)]


NETWORKS = {f.__name__: f for f in (biggan, biggan_deep, stylegan2, stylegan2_unfused, progan, progan_bilinear,
                                    dcgan, vae, latent_decoder)}
LARGE = {"biggan128": biggan128}  # written only when asked for by name


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=[*NETWORKS, *LARGE], default=list(NETWORKS))
    parser.add_argument("--out", default=os.path.dirname(HERE), help="a folder for each network is made in it")
    parser.add_argument("--channels", type=int, default=96, help="width of biggan128")
    parser.add_argument("--fold", action="store_true", help="biggan128: divide weights by their spectral norms before the export")
    args = parser.parse_args()
    torch.set_num_threads(1)  # for the same bytes everywhere
    for name in args.only:
        torch.manual_seed(1)
        model, inputs, metadata, files = (NETWORKS | LARGE)[name](args)
        model.eval()
        calibrate(model, inputs)
        folder = os.path.join(args.out, name)
        os.makedirs(folder, exist_ok=True)
        arrays = reference.compute(model, inputs, seed=2)
        reference.write(os.path.join(folder, "reference.json"), arrays)
        image, grad = reference.rounding(model, inputs, arrays)
        print(f"{name}: {sum(p.numel() for p in model.parameters())} parameters; "
              f"float32 of torch: image within {image:.1g}, gradient within {grad:.1g} of its length")
        # Where a ReLU's input is so near 0 that rounding decides its sign, float32 has no one answer.
        assert name in LARGE or image < 3e-5 and grad < 1e-4, "choose another seed"
        for exporter, opset in files:
            kind, _, how = exporter.partition("-")
            path = os.path.join(folder, f"{kind}{opset}.onnx")
            writing.export(model, inputs, path, kind, opset, dynamic=how != "static", external=how == "external", metadata=metadata)
            size = sum(os.path.getsize(p) for p in (path, path + ".data") if os.path.exists(p))
            print(f"  {path}: {size} bytes", flush=True)


if __name__ == "__main__":
    main()
