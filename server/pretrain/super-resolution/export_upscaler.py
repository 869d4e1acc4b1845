"""Exports Φ and Ψ of both factors and the two projections to packs/default/super-resolution/ and checks them.

x<factor>/network.onnx: image [1, 3, h, w] in [0, 1] -> features [h·w, channels], each of mean 0 and variance 1 / channels over training
pixels, and answers [h·w, 3 · factor²] = (colour, row, column); Φ is what train_upscaler.py trained, else the published weights of fetch_span.py.
x<factor>/foreign.onnx and drawn.onnx are shaped as network.onnx.
x<factor>/details.onnx: features [h, w, channels] and latent [h, w, 3 · factor²] -> details, shaped as latent. Weights are stored
in 16 bits. consistency-<factor>.onnx: picture [1, 3, factor · h, factor · w] and low [1, 3, h, w] -> consistent. Any h and w.
"""

from __future__ import annotations

import argparse
import json
import os
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from torch import Tensor, nn

from operators import INVERSE_REACH, Bicubic, Consistency, unfold
from train_details import PACK, DrawnFactor
from train_upscaler import CACHE, Patches, eight_bits
from upscaler import DETAIL_SCALE, FACTORS, DetailDecoder, Span, read_ncnn, read_upscaler  # also finds the modules of the folder above

from atomic_file import write_atomically
from onnx_graphs import session_of, with_half_weights, with_split_joins
from timed_training import load_net

ANSWER_PATCHES = 64
"""Held-out patches that the PSNR of answers is the mean of."""
LOST_DB = 0.02
"""Of the PSNR of answers by weights of 16 bits, at most."""
ROUNDS = 2
"""Of a projection: the first leaves 63 to 65 dB, the second 66 to 70, both above what 8 bits keep."""


def rows_of(planes: Tensor) -> Tensor:
    """[1, channels, h, w] to [h · w, channels]. Moved before it is reshaped, as convolutions in 8 bits have it that way already."""
    return planes.permute(0, 2, 3, 1).reshape(-1, planes.shape[1])


class Rows(nn.Module):
    """Rows of features, normalised by `mean` and `factor` [channels], and answers of one picture."""

    def __init__(self, net: Span, mean: Tensor, factor: Tensor) -> None:
        super().__init__()
        self.net = net
        self.register_buffer("mean", mean)
        self.register_buffer("factor", factor)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        features, answers = self.net(image)
        return (rows_of(features) - self.mean) * self.factor, rows_of(answers)


class Details(nn.Module):
    """Rows of details of one picture, from features as τ is given them."""

    def __init__(self, net: DetailDecoder) -> None:
        super().__init__()
        self.net = net

    def forward(self, features: Tensor, latent: Tensor, answers: Tensor) -> Tensor:
        """What `DetailDecoder.forward` does, in the order of rows."""
        joined = torch.cat([features * self.net.config["channels"] ** 0.5, latent * DETAIL_SCALE], dim=2)
        details = self.net.unseen(self.net.trunk(joined.permute(2, 0, 1)[None]) / DETAIL_SCALE, answers.permute(2, 0, 1)[None])
        return details.permute(0, 2, 3, 1).reshape(latent.shape)


@torch.no_grad()
def moments(net: Span, pictures: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Mean of each feature, and what brings its variance to 1 / channels, both [channels]."""
    rows = torch.cat([net.features(low).permute(0, 2, 3, 1).flatten(0, 2)[::7] for low in pictures])
    return rows.mean(0), 1 / (rows.std(0).clamp(min=1e-3) * rows.shape[1] ** 0.5)


def export(path: Path, net: nn.Module, example: tuple[Tensor, ...], half: tuple[Tensor, ...], inputs: list[str], outputs: list[str], axes: dict) -> ort.InferenceSession:
    """Writes the graph atomically, after comparing it with PyTorch at the example and at one half its size."""
    part = path.with_suffix(".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(net.eval(), example, part, dynamo=False, input_names=inputs, output_names=outputs, dynamic_axes=axes, opset_version=18)
    onnx.checker.check_model(onnx.load(part))
    session = session_of(part)
    for picture in (example, half):
        with torch.no_grad():
            wanted = net(*picture)
        got = session.run(None, {name: tensor.numpy() for name, tensor in zip(inputs, picture)})
        worst = max(np.abs(a - b.numpy()).max() for a, b in zip(got, wanted if isinstance(wanted, tuple) else (wanted,)))
        if worst > 2e-3:
            raise SystemExit(f"{path}: expected the exported graph to agree with PyTorch, largest difference {worst}")
    os.replace(part, path)
    print(f"{path.name}: {path.stat().st_size} bytes, largest difference {worst:.1e}")
    return session


def answer_psnr_db(session: ort.InferenceSession, factor: int, high: Tensor, low: Tensor) -> float:
    """Mean PSNR of a network's answers, in dB."""
    squared = []
    for truth, small in zip(high, low):
        answers = session.run(["answers"], {"image": small[None].numpy()})[0]
        picture = unfold(torch.from_numpy(answers).T.reshape(1, -1, *small.shape[1:]), factor).clamp(0, 1)
        squared.append(float((picture - truth).square().mean()))
    return round(float(-10 * np.log10(np.maximum(squared, 1e-7)).mean()), 2)


def export_network(factor: int, trained: Path, out: Path, patches: Patches) -> dict[str, float]:
    """Φ of a factor, its weights in 16 bits. The pack loses its Ψ, which read another Φ."""
    high = patches.held_out_batch(ANSWER_PATCHES)
    low = eight_bits(Bicubic(factor).shrink(high))
    checkpoint = trained / f"network-{factor}.pt"
    net = load_net(checkpoint, Span) if checkpoint.exists() else read_ncnn(trained / f"span/spanx{factor}_ch48.bin", factor).requires_grad_(False)
    axes = {"image": {2: "height", 3: "width"}, "features": {0: "pixels"}, "answers": {0: "pixels"}}
    example = low[:1].repeat(1, 1, 2, 2)
    float32, network = trained / f"network-{factor}.onnx", out / f"x{factor}/network.onnx"
    session = export(float32, Rows(net, *moments(net, list(low.split(16)))), (example,), (example[..., :48],), ["image"], ["features", "answers"], axes)
    half = with_half_weights(with_split_joins(onnx.load(float32))).SerializeToString()
    float32_db, half_db = answer_psnr_db(session, factor, high, low), answer_psnr_db(session_of(half), factor, high, low)
    if not float32_db - half_db < LOST_DB:
        raise SystemExit(f"{float32}: expected answers of weights in 16 bits to lose less than {LOST_DB} dB, got {float32_db - half_db:.3f}")
    network.parent.mkdir(parents=True, exist_ok=True)
    (network.parent / "details.onnx").unlink(missing_ok=True)
    write_atomically(network, half)
    return {
        "featureDims": net.config["channels"],
        "marginPx": net.margin_px,
        "heldOutPsnrDb": half_db,
        "float32PsnrDb": float32_db,
        "answerPatches": ANSWER_PATCHES,
    }


def export_others(factor: int, trained: Path, out: Path, patches: Patches) -> dict[str, float]:
    """Φ of pictures that nobody shrank, of foreign-<factor>.pt, and of shrunk drawings, of drawn-<factor>.pt: features normalised as those of the
    usual Φ, for one τ. What has no checkpoint stays as it is in the pack."""
    _, mean, scale = read_upscaler(out / f"x{factor}/network.onnx")
    axes = {"image": {2: "height", 3: "width"}, "features": {0: "pixels"}, "answers": {0: "pixels"}}
    example = eight_bits(Bicubic(factor).shrink(patches.held_out_batch(1)))
    for name in ("foreign", "drawn"):
        checkpoint, float32 = trained / f"{name}-{factor}.pt", trained / f"{name}-{factor}.onnx"
        if not checkpoint.exists():
            continue
        export(float32, Rows(load_net(checkpoint, Span), mean, scale), (example,), (example[..., :24],), ["image"], ["features", "answers"], axes)
        write_atomically(out / f"x{factor}/{name}.onnx", with_half_weights(with_split_joins(onnx.load(float32))).SerializeToString())
    return {}


def export_details(factor: int, trained: Path, out: Path, patches: Patches) -> dict[str, float]:
    """Ψ of a factor, its weights in 16 bits."""
    drawn = DrawnFactor(factor, out, trained, 2)
    net = load_net(trained / f"details-{factor}.pt", DetailDecoder)
    features, answers = drawn.read(eight_bits(Bicubic(factor).shrink(patches.held_out_batch(1))))
    latent = drawn.draw(features, torch.Generator().manual_seed(1))
    example = tuple(planes[0].permute(1, 2, 0).contiguous() for planes in (features, latent, answers))
    names = ["features", "latent", "answers"]
    axes = {name: {0: "height", 1: "width"} for name in (*names, "details")}
    half = tuple(tensor[:, :24].contiguous() for tensor in example)
    float32, details = trained / f"details-{factor}.onnx", out / f"x{factor}/details.onnx"
    export(float32, Details(net), example, half, names, ["details"], axes)
    write_atomically(details, with_half_weights(onnx.load(float32)).SerializeToString())
    return {"detailsMarginPx": net.margin_px, "detailsReadAnswer": True}


def export_projections(out: Path) -> None:
    """Both projections, which are computed, not trained."""
    high = torch.rand(2, 3, 96, 192, generator=torch.Generator().manual_seed(0))
    for factor in (2, 4):
        axes = {"picture": {2: "highHeight", 3: "highWidth"}, "low": {2: "height", 3: "width"}, "consistent": {2: "highHeight", 3: "highWidth"}}
        picture, low = high[:1], Bicubic(factor).shrink(high[1:]).clamp(0, 1)
        half = (picture[..., :96].contiguous(), low[..., : 96 // factor].contiguous())
        export(out / f"consistency-{factor}.onnx", Consistency(factor, ROUNDS), (picture, low), half, ["picture", "low"], ["consistent"], axes)
    print(f"consistency: {ROUNDS} rounds, margin {ROUNDS * (2 + INVERSE_REACH)} px of the input")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--factors", type=int, nargs="+", default=list(FACTORS))
    parser.add_argument("--projections", action="store_true", help="the projections alone, which need no checkpoint")
    parser.add_argument("--details", action="store_true", help="Ψ, of details-<factor>.pt, for the Φ and τ that are in the pack; without it Φ")
    parser.add_argument("--foreign", action="store_true", help="Φ of pictures that nobody shrank, of foreign-<factor>.pt, and of shrunk drawings, of drawn-<factor>.pt, beside the Φ that is in the pack")
    parser.add_argument("--trained", type=Path, default=CACHE, help="folder of patches.u8, span/ and the checkpoints")
    parser.add_argument("--out", type=Path, default=PACK)
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    warnings.simplefilter("ignore")
    if arguments.projections:
        return export_projections(arguments.out)
    patches = Patches(arguments.trained / "patches.u8")
    for factor in arguments.factors:
        about_path = arguments.out / f"x{factor}/about.json"
        known = json.loads(about_path.read_text()) if arguments.details or arguments.foreign else {}
        export_part = export_details if arguments.details else export_others if arguments.foreign else export_network
        about = known | export_part(factor, arguments.trained, arguments.out, patches)
        about_path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(about_path, f"{json.dumps(about)}\n".encode())
        print(about)
    if not arguments.details and not arguments.foreign:
        export_projections(arguments.out)


if __name__ == "__main__":
    main()
