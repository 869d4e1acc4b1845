"""Trains Φ of one stage of the pack `super-resolution` on a fixed time budget, on the CPU.

Stage 1 learns ×2 from pictures that were shrunk, a quarter of them blurred, noisy or through JPEG as well. Stage 2 enlarges what stage 1
made of pictures four times smaller, and clean pictures too, so that it also serves alone. Reads .cache/super-resolution/patches.u8; writes
stage-<n>.{pt,log,json,png} there. Every random draw depends on (seed, step) alone, so --resume goes on as if nothing had happened.
"""

from __future__ import annotations

import argparse
import io
import math
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parent.parent))

from operators import Bicubic, Consistency, fold, unfold  # noqa: E402
from timed_training import TimedTraining, add_common_arguments, load_net  # noqa: E402
from upscaler import FACTOR, Upscaler  # noqa: E402

SHARP = Path(__file__).parent.parent / ".cache/super-resolution"
SIDE_PX = 192
HELD_OUT_EVERY = 50
"""Each 50th patch is kept from training, for the log; the pictures of test-pictures.json never became patches at all."""
SPOILED_SHARE = 0.25


class Patches:
    """The stored patches: held-out ones by position, training ones by (seed, step)."""

    def __init__(self, file: Path) -> None:
        self.pixels = np.memmap(file, np.uint8, "r").reshape(-1, 3, SIDE_PX, SIDE_PX)
        rows = np.arange(len(self.pixels))
        self.held_out = rows[rows % HELD_OUT_EVERY == 0]
        self.training = rows[rows % HELD_OUT_EVERY != 0]

    def held_out_batch(self, count: int) -> Tensor:
        chosen = self.held_out[:: max(1, len(self.held_out) // count)][:count]
        return torch.from_numpy(self.pixels[chosen]).float() / 255

    def training_batch(self, rng: np.random.Generator, size: int, side: int) -> Tensor:
        """Random crops [size, 3, side, side] in [0, 1] in one of the eight orientations; cuts begin at multiples of 4."""
        rows = rng.choice(self.training, size)
        cuts = rng.integers(0, (SIDE_PX - side) // 4 + 1, (size, 2)) * 4
        crops = []
        for row, (top, left) in zip(rows, cuts):
            crop = self.pixels[row, :, top : top + side, left : left + side]
            crop = crop.transpose(0, 2, 1) if rng.random() < 0.5 else crop
            crops.append(crop[:, :: rng.choice((-1, 1)), :: rng.choice((-1, 1))])
        return torch.from_numpy(np.stack(crops)).float() / 255


def eight_bits(picture: Tensor) -> Tensor:
    """Rounded to the 256 values that a file has."""
    return picture.clamp(0, 1).mul(255).round().div(255)


def blurred(picture: Tensor, sigma: float) -> Tensor:
    """Gaussian blur of [1, 3, h, w]."""
    reach = max(1, math.ceil(2.5 * sigma))
    taps = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / sigma) ** 2)
    taps = (taps / taps.sum()).reshape(1, 1, -1)
    rows = F.conv2d(F.pad(picture, (reach, reach, 0, 0), mode="replicate").reshape(3, 1, *picture.shape[2:-1], -1), taps[:, :, None])
    return F.conv2d(F.pad(rows, (0, 0, reach, reach), mode="replicate"), taps[..., None]).reshape(picture.shape)


def through_jpeg(picture: Tensor, quality: int) -> Tensor:
    """[3, h, w] after JPEG of the quality given."""
    file = io.BytesIO()
    pixels = (picture.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality, subsampling=0 if quality > 85 else 2)
    return torch.from_numpy(np.asarray(Image.open(file), np.uint8).copy()).permute(2, 0, 1).float() / 255


def spoiled_low(high: Tensor, bicubic: Bicubic, rng: np.random.Generator) -> Tensor:
    """What is known of the pictures [n, 3, h, w]: shrunk, and for some of them blurred before, noisy or through JPEG after."""
    soft = high.clone()
    chosen = np.flatnonzero(rng.random(len(high)) < SPOILED_SHARE)
    for row in chosen:
        if rng.random() < 0.5:
            soft[row : row + 1] = blurred(high[row : row + 1], rng.uniform(0.3, 1.2))
    low = eight_bits(bicubic.shrink(soft))
    for row in chosen:
        if rng.random() < 0.4:
            low[row] += torch.from_numpy(rng.standard_normal(low[row].shape, np.float32)) * rng.uniform(1, 7) / 255
        if rng.random() < 0.5:
            low[row] = through_jpeg(low[row], int(rng.integers(60, 97)))
    return eight_bits(low)


def psnr_db(output: Tensor, target: Tensor) -> float:
    """Mean over pictures of the PSNR over all colours, in dB."""
    return float((-10 * (output - target).square().mean(dim=(1, 2, 3)).clamp(min=1e-7).log10()).mean())


class UpscalerTraining(TimedTraining):
    """Φ of one stage."""

    log_every_s, logged_samples = 120.0, 64

    def __init__(self, arguments: argparse.Namespace, patches: Patches) -> None:
        torch.manual_seed(arguments.seed)
        super().__init__(arguments, Upscaler(arguments.channels, arguments.blocks), weight_decay=0.0)
        self.patches = patches
        self.trunk = torch.compile(self.net.trunk) if arguments.compile else self.net.trunk
        self.twice, self.four_times, self.consistency = Bicubic(2), Bicubic(4), Consistency(2, 2)
        self.before = load_net(arguments.before, Upscaler) if arguments.before else None
        if arguments.start:
            self.net.load_state_dict(load_net(arguments.start, Upscaler).state_dict())
            self.average.load_state_dict(self.net.state_dict())

    def kernel_module(self) -> nn.Module:
        return self.net.trunk

    @torch.no_grad()
    def pairs(self, rng: np.random.Generator, size: int) -> tuple[Tensor, Tensor]:
        """Low-resolution pictures and what they should become, [size, 3, side, side] and twice that side."""
        if self.before is None:
            high = self.patches.training_batch(rng, size, self.arguments.side)
            return spoiled_low(high, self.twice, rng), high
        high = self.patches.training_batch(rng, size, self.arguments.side)
        clean = size // 3
        low = torch.cat([spoiled_low(high[:clean], self.twice, rng), self.first_stage(spoiled_low(high[clean:], self.four_times, rng))])
        return low, high

    def first_stage(self, low: Tensor) -> Tensor:
        """The answer of the stage before, made consistent, as the engine makes it."""
        with torch.autocast("cpu", dtype=torch.bfloat16):
            folded = self.before(low)[1]
        return self.consistency(unfold(folded, FACTOR).clamp(0, 1), low)

    def train_step(self) -> dict[str, float]:
        self.begin_step()
        low, high = self.pairs(np.random.default_rng([self.arguments.seed, self.step]), self.arguments.batch)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            features = self.trunk(low)
            residual = self.net.head(F.relu(features)).float()
        error = self.net.bicubic.enlarge_folded(low) + residual - fold(high, FACTOR)
        # Absolute error far from zero, squared near it: edges converge as fast as with L1, and PSNR is what is measured.
        loss = (error.square() + 0.01**2).sqrt().mean()
        loss.backward()
        self.descend()
        return {"loss": float(loss.detach())}

    @torch.no_grad()
    def measure(self, count: int) -> dict[str, float]:
        """Held-out PSNR in dB of clean pictures: bicubic, and the head of the averaged weights."""
        high = self.patches.held_out_batch(count)
        if self.before is None:
            low = eight_bits(self.twice.shrink(high))
        else:
            smallest = eight_bits(self.four_times.shrink(high))
            low = torch.cat([self.first_stage(part) for part in smallest.split(32)])
        parts = [(unfold(self.average(x)[1], FACTOR).clamp(0, 1), unfold(self.average.bicubic.enlarge_folded(x), FACTOR).clamp(0, 1)) for x in low.split(32)]
        answer, cubic = (torch.cat(list(side)) for side in zip(*parts))
        if self.before is not None:
            cubic = unfold(self.four_times.enlarge_folded(smallest), 4).clamp(0, 1)
        return {"bicubicDb": psnr_db(cubic, high), "headDb": psnr_db(answer, high)}

    def final_figures(self) -> dict[str, float | int]:
        held_out = len(self.patches.held_out)
        return {**self.measure(held_out), "heldOutPatches": held_out, "trainingPatches": len(self.patches.training)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", type=int, choices=(1, 2), required=True)
    add_common_arguments(parser, minutes=None, batch=16, rate=1.5e-3)
    parser.add_argument("--channels", type=int, default=64)
    parser.add_argument("--blocks", type=int, default=6)
    parser.add_argument("--side", type=int, default=96, help="side of a training crop, px of the answer")
    parser.add_argument("--before", type=Path, help="checkpoint of the stage before (stage 2)")
    parser.add_argument("--start", type=Path, help="checkpoint whose averaged weights to start from")
    parser.add_argument("--patches", type=Path, default=SHARP / "patches.u8")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    arguments.out = arguments.out or SHARP / f"stage-{arguments.stage}.pt"
    if (arguments.stage == 2) != (arguments.before is not None):
        parser.error("expected --before with --stage 2, and only there")
    torch.set_num_threads(arguments.threads)
    UpscalerTraining(arguments, Patches(arguments.patches)).run()


if __name__ == "__main__":
    main()
