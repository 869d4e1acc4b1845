"""Exports what train_upscaler.py trained to packs/default/sharp/ and checks it: Φ of both stages and the two projections.

stage-<n>/network.onnx: image [1, 3, h, w] in [0, 1] -> features [h·w, channels], each of mean 0 and variance 1 / channels over training
pixels, and answers [h·w, 12] = (colour, row, column) of the 2 × 2 pixels there. consistency-<s>.onnx: picture [1, 3, s·h, s·w] and
low [1, 3, h, w] -> consistent. Any h and w.
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
from torch.nn import functional as F

from operators import INVERSE_REACH, Bicubic, Consistency, unfold
from train_upscaler import SHARP, Patches, Upscaler, eight_bits, load_net

PACK = Path(__file__).parent.parent.parent / "packs/default/sharp"
ROUNDS = 2
"""Of a projection: the first leaves 63 to 65 dB, the second 66 to 70, both above what 8 bits keep."""


class Stage(nn.Module):
    """Rows of features and answers of one picture."""

    def __init__(self, net: Upscaler, mean: Tensor, std: Tensor) -> None:
        super().__init__()
        self.net = net
        self.register_buffer("mean", mean)
        self.register_buffer("factor", 1 / (std * len(std) ** 0.5))

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        features, answers = self.net(image)
        rows = features.flatten(2).squeeze(0).T
        return (rows - self.mean) * self.factor, answers.flatten(2).squeeze(0).T


@torch.no_grad()
def moments(net: Upscaler, pictures: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each feature, both [channels]."""
    rows = torch.cat([net.trunk(low).permute(0, 2, 3, 1).flatten(0, 2)[::7] for low in pictures])
    return rows.mean(0), rows.std(0).clamp(min=1e-3)


def export(path: Path, net: nn.Module, example: tuple[Tensor, ...], inputs: list[str], outputs: list[str], axes: dict) -> ort.InferenceSession:
    """Writes the graph atomically, after comparing it with PyTorch at the example and at another size."""
    part = path.with_suffix(".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(net.eval(), example, part, dynamo=False, input_names=inputs, output_names=outputs, dynamic_axes=axes, opset_version=18)
    onnx.checker.check_model(onnx.load(part))
    options = ort.SessionOptions()
    options.intra_op_num_threads = 2
    session = ort.InferenceSession(part.read_bytes(), options)
    for picture in (example, tuple(tensor[..., : tensor.shape[-1] // 2] for tensor in example)):
        with torch.no_grad():
            wanted = net(*picture)
        got = session.run(None, {name: tensor.numpy() for name, tensor in zip(inputs, picture)})
        worst = max(np.abs(a - b.numpy()).max() for a, b in zip(got, wanted if isinstance(wanted, tuple) else (wanted,)))
        if worst > 2e-3:
            raise SystemExit(f"{path}: expected the exported graph to agree with PyTorch, largest difference {worst}")
    os.replace(part, path)
    times = []
    for _ in range(7):
        started = time.perf_counter()
        session.run(None, {name: tensor.numpy() for name, tensor in zip(inputs, example)})
        times.append(time.perf_counter() - started)
    pixels = example[0].shape[-1] * example[0].shape[-2]
    print(f"{path.name}: {path.stat().st_size} bytes, largest difference {worst:.1e}, {sorted(times)[3] / pixels * 1e6:.2f} s a million input pixels")
    return session


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stages", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--trained", type=Path, default=SHARP, help="folder of patches.u8 and stage-<n>.pt")
    parser.add_argument("--out", type=Path, default=PACK)
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    warnings.simplefilter("ignore")
    high = Patches(arguments.trained / "patches.u8").held_out_batch(10**6)
    for number in arguments.stages:
        net = load_net(arguments.trained / f"stage-{number}.pt", Upscaler)
        low = eight_bits(Bicubic(2).shrink(high))
        stage = Stage(net, *moments(net, list(low.split(32))))
        axes = {"image": {2: "height", 3: "width"}, "features": {0: "pixels"}, "answers": {0: "pixels"}}
        session = export(arguments.out / f"stage-{number}/network.onnx", stage, (low[:1, :, :, :].repeat(1, 1, 2, 2),), ["image"], ["features", "answers"], axes)
        squared = []
        for truth, small in zip(high[:64], low[:64]):
            answers = session.run(["answers"], {"image": small[None].numpy()})[0]
            picture = unfold(torch.from_numpy(answers).T.reshape(1, 12, *small.shape[1:]), 2).clamp(0, 1)
            squared.append(float((picture - truth).square().mean()))
        about = {"featureDims": len(stage.mean), "marginPx": 3 + 2 * net.config["blocks"], "heldOutPsnrDb": round(float(-10 * np.log10(squared).mean()), 2)}
        (arguments.out / f"stage-{number}/about.json").write_text(json.dumps(about) + "\n")
        print(about)
    for factor in (2, 4):
        axes = {"picture": {2: "highHeight", 3: "highWidth"}, "low": {2: "height", 3: "width"}, "consistent": {2: "highHeight", 3: "highWidth"}}
        picture = high[:1, :, :96, :].contiguous()
        low = Bicubic(factor).shrink(high[1:2, :, :96, :]).clamp(0, 1)
        export(arguments.out / f"consistency-{factor}.onnx", Consistency(factor, ROUNDS), (picture, low), ["picture", "low"], ["consistent"], axes)
    print(f"consistency: {ROUNDS} rounds, margin {ROUNDS * (2 + INVERSE_REACH)} px of the input")


if __name__ == "__main__":
    main()
