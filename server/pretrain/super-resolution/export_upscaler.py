"""Exports what train_upscaler.py and train_details.py trained to packs/default/super-resolution/ and checks it: Φ and Ψ of both stages, and the two
projections.

stage-<n>/network.onnx: image [1, 3, h, w] in [0, 1] -> features [h·w, channels], each of mean 0 and variance 1 / channels over training
pixels, and answers [h·w, 12] = (colour, row, column) of the 2 × 2 pixels there. stage-<n>/details.onnx: features [h, w, channels] and latent
[h, w, 12] -> details [h, w, 12]. consistency-<s>.onnx: picture [1, 3, s·h, s·w] and low [1, 3, h, w] -> consistent. Any h and w. The
pack has trunks in 8 bits (quantise.py); the graphs in float32, which trainings read, stay beside the checkpoints as network-<n>.onnx. With --again
such graphs take the place of checkpoints, and stay as they are.
"""

from __future__ import annotations

import argparse
import json
import os
import time
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from torch import Tensor, nn

from operators import INVERSE_REACH, Bicubic, Consistency, unfold
from train_details import TEMPERATURE_MAX, DrawnStage
from train_upscaler import SHARP, Patches, eight_bits, load_net
from upscaler import DETAIL_SCALE, FOLDED, DetailDecoder, Upscaler, read_details, read_upscaler  # also finds the modules of the folder above

from atomic_file import write_atomically
from onnx_graphs import session_of
from quantise import quantise, require_near

PACK = Path(__file__).parent.parent.parent / "packs/default/super-resolution"
ANSWER_PATCHES = 64
"""Held-out patches that the PSNR of answers is the mean of."""
LOST_DB = 0.2
"""Of the PSNR of answers by 8 bits, at most: an answer is mostly bicubic enlarging, so that its size says little of what the network adds."""
ROUNDS = 2
"""Of a projection: the first leaves 63 to 65 dB, the second 66 to 70, both above what 8 bits keep."""


def rows_of(planes: Tensor) -> Tensor:
    """[1, channels, h, w] to [h · w, channels]. Moved before it is reshaped, as convolutions in 8 bits have it that way already."""
    return planes.permute(0, 2, 3, 1).reshape(-1, planes.shape[1])


class Stage(nn.Module):
    """Rows of features, normalised by `mean` and `factor` [channels], and answers of one picture."""

    def __init__(self, net: Upscaler, mean: Tensor, factor: Tensor) -> None:
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

    def forward(self, features: Tensor, latent: Tensor) -> Tensor:
        """What `DetailDecoder.forward` does, in the order of rows."""
        joined = torch.cat([features * self.net.config["channels"] ** 0.5, latent * DETAIL_SCALE], dim=2)
        details = self.net.trunk(joined.permute(2, 0, 1)[None]) / DETAIL_SCALE
        return details.permute(0, 2, 3, 1).reshape(latent.shape)


@torch.no_grad()
def moments(net: Upscaler, pictures: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Mean of each feature, and what brings its variance to 1 / channels, both [channels]."""
    rows = torch.cat([net.trunk(low).permute(0, 2, 3, 1).flatten(0, 2)[::7] for low in pictures])
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


def compare_speed(name: str, feeds: dict[str, np.ndarray], pixels: int, *sessions: ort.InferenceSession) -> None:
    """Prints seconds a million input pixels of float32 and 8-bit graphs."""
    medians = []
    for session in sessions:
        times = []
        for _ in range(7):
            started = time.perf_counter()
            session.run(None, feeds)
            times.append(time.perf_counter() - started)
        medians.append(f"{sorted(times)[3] / pixels * 1e6:.2f}")
    print(f"{name}: {' and '.join(medians)} s a million input pixels in float32 and 8 bits")


def answer_psnr_db(session: ort.InferenceSession, high: Tensor, low: Tensor) -> float:
    """Mean PSNR of a network's answers on the first held-out patches, in dB."""
    squared = []
    for truth, small in zip(high[:ANSWER_PATCHES], low[:ANSWER_PATCHES]):
        answers = session.run(["answers"], {"image": small[None].numpy()})[0]
        picture = unfold(torch.from_numpy(answers).T.reshape(1, FOLDED, *small.shape[1:]), 2).clamp(0, 1)
        squared.append(float((picture - truth).square().mean()))
    return round(float(-10 * np.log10(np.maximum(squared, 1e-7)).mean()), 2)


def calibration_pictures(patches: Patches) -> Tensor:
    """Pictures [60, 3, 96, 96] whose activations fix the ranges of 8 bits. Soft ones alone: ranges that also hold every other pixel of a picture cost
    0.1 dB everywhere, black and white ones 0.4 dB."""
    return eight_bits(Bicubic(2).shrink(patches.training_batch(np.random.default_rng(0), 60, 192)))


def export_network(number: int, trained: Path, out: Path, patches: Patches, again: bool) -> dict[str, float]:
    """Φ of a stage in float32 beside the checkpoints and in 8 bits in the pack, which loses its Ψ where that read another Φ."""
    high = patches.held_out_batch(10**6)
    low = eight_bits(Bicubic(2).shrink(high))
    if again:
        stage = Stage(*read_upscaler(trained / f"network-{number}.onnx"))
    else:
        (out / f"stage-{number}/details.onnx").unlink(missing_ok=True)
        net = load_net(trained / f"stage-{number}.pt", Upscaler)
        stage = Stage(net, *moments(net, list(low.split(32))))
    axes = {"image": {2: "height", 3: "width"}, "features": {0: "pixels"}, "answers": {0: "pixels"}}
    example = low[:1].repeat(1, 1, 2, 2)
    float32 = trained / f"network-{number}{'-again' if again else ''}.onnx"
    session = export(float32, stage, (example,), (example[..., :96],), ["image"], ["features", "answers"], axes)
    feeds = [{"image": picture[None].numpy()} for picture in calibration_pictures(patches)]
    if again:
        require_near(trained / f"network-{number}.onnx", float32, feeds[:8], "exported again")
    network = out / f"stage-{number}/network.onnx"
    part = network.with_suffix(".part")
    network.parent.mkdir(parents=True, exist_ok=True)
    quantise(float32, part, feeds)
    quantised = session_of(part)
    float32_db, quantised_db = answer_psnr_db(session, high, low), answer_psnr_db(quantised, high, low)
    lost_db = float32_db - quantised_db
    if not lost_db < LOST_DB:
        raise SystemExit(f"{float32}: expected answers in 8 bits to lose less than {LOST_DB} dB, got {lost_db:.2f}")
    os.replace(part, network)
    compare_speed(f"Φ of stage {number}", {"image": example.numpy()}, example[0, 0].numel(), session, quantised)
    about = {
        "featureDims": len(stage.mean),
        "marginPx": 3 + 2 * stage.net.config["blocks"],
        "heldOutPsnrDb": quantised_db,
        "answerPatches": ANSWER_PATCHES,
    }
    # Made of a graph in 8 bits, float32 is not what it was.
    return about if again else about | {"float32PsnrDb": float32_db}


def export_details(number: int, trained: Path, out: Path, patches: Patches, again: bool) -> dict[str, float]:
    """Ψ of a stage in float32 beside the checkpoints and in 8 bits in the pack."""
    stage = DrawnStage(number, trained, 2)
    net = read_details(trained / f"details-{number}.onnx") if again else load_net(trained / f"details-{number}.pt", DetailDecoder)
    training = calibration_pictures(patches)
    features, _ = stage.read(training)
    latent = stage.draw(features, torch.full((len(training),), TEMPERATURE_MAX), torch.Generator().manual_seed(1))
    examples = [(f.permute(1, 2, 0).contiguous(), z.permute(1, 2, 0).contiguous()) for f, z in zip(features, latent)]
    names = ["features", "latent"]
    axes = {name: {0: "height", 1: "width"} for name in (*names, "details")}
    half = tuple(tensor[:, :48].contiguous() for tensor in examples[0])
    float32 = trained / f"details-{number}{'-again' if again else ''}.onnx"
    session = export(float32, Details(net), examples[0], half, names, ["details"], axes)
    feeds = [{name: tensor.numpy() for name, tensor in zip(names, example)} for example in examples]
    if again:
        require_near(trained / f"details-{number}.onnx", float32, feeds[:8], "exported again")
    quantise(float32, out / f"stage-{number}/details.onnx", feeds)
    quantised = session_of(out / f"stage-{number}/details.onnx")
    compare_speed(f"Ψ of stage {number}", feeds[0], examples[0][0][..., 0].numel(), session, quantised)
    return {"detailsMarginPx": net.margin_px}


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
    parser.add_argument("--stages", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--projections", action="store_true", help="the projections alone, which need no checkpoint")
    parser.add_argument("--details", action="store_true", help="Ψ, of details-<n>.pt, for the Φ and τ that are in the pack; without it Φ, of stage-<n>.pt")
    parser.add_argument("--again", action="store_true", help="from network-<n>.onnx or details-<n>.onnx instead of checkpoints; graphs in 8 bits will do")
    parser.add_argument("--trained", type=Path, default=SHARP, help="folder of patches.u8 and the checkpoints")
    parser.add_argument("--out", type=Path, default=PACK)
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    warnings.simplefilter("ignore")
    if arguments.projections:
        return export_projections(arguments.out)
    patches = Patches(arguments.trained / "patches.u8")
    for number in arguments.stages:
        about_path = arguments.out / f"stage-{number}/about.json"
        known = json.loads(about_path.read_text()) if arguments.details or arguments.again else {}
        export_part = export_details if arguments.details else export_network
        about = known | export_part(number, arguments.trained, arguments.out, patches, arguments.again)
        write_atomically(about_path, f"{json.dumps(about)}\n".encode())
        print(about)
    if not arguments.details:
        export_projections(arguments.out)


if __name__ == "__main__":
    main()
