"""Trains Φ of one factor of the pack `super-resolution` on a fixed time budget, on the CPU: from nothing, or on from published weights.

Pictures are shrunk, a part of them by other kernels, blurred, sharpened, noisy or through JPEG as well. Reads .cache/super-resolution/patches.u8; writes
network-<factor>.{pt,log,json} there. Every random draw depends on (seed, step) alone, so --resume goes on as if nothing had happened.
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
from torch import Tensor
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parent.parent))

from operators import Bicubic, fold, unfold  # noqa: E402
from timed_training import TimedTraining, add_common_arguments  # noqa: E402
from upscaler import BLOCKS, CHANNELS, FACTORS, Span, read_ncnn, read_upscaler  # noqa: E402

CACHE = Path(__file__).parent.parent / ".cache/super-resolution"
SIDE_PX = 192
HELD_OUT_EVERY = 50
"""Each 50th patch is kept from training, for the log; the pictures of test-pictures.json never became patches at all."""


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

    def training_batch(self, rng: np.random.Generator, size: int, side: int, is_upright: bool = False) -> Tensor:
        """Random crops [size, 3, side, side] in [0, 1] in one of the eight orientations, or as they stand; cuts begin at multiples of 4."""
        rows = rng.choice(self.training, size)
        cuts = rng.integers(0, (SIDE_PX - side) // 4 + 1, (size, 2)) * 4
        crops = []
        for row, (top, left) in zip(rows, cuts):
            crop = self.pixels[row, :, top : top + side, left : left + side]
            if not is_upright:
                crop = crop.transpose(0, 2, 1) if rng.random() < 0.5 else crop
                crop = crop[:, :: rng.choice((-1, 1)), :: rng.choice((-1, 1))]
            crops.append(crop)
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


PILLOW_KERNELS = {"lanczos": Image.Resampling.LANCZOS, "area": Image.Resampling.BOX, "nearest": Image.Resampling.NEAREST, "bilinear": Image.Resampling.BILINEAR}


def resized(picture: Tensor, side: tuple[int, int], kernel: str) -> Tensor:
    """[3, h, w] at another size (height, width), by Pillow, in 8 bits. "aliased" is bicubic without antialiasing."""
    if kernel == "aliased":
        return F.interpolate(picture[None], side, mode="bicubic", antialias=False)[0]
    pixels = Image.fromarray((picture.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy())
    return torch.from_numpy(np.array(pixels.resize(side[::-1], PILLOW_KERNELS[kernel]), np.uint8)).permute(2, 0, 1).float() / 255


def sharpened(picture: Tensor, strength: float) -> Tensor:
    """Unsharp mask of [3, h, w]."""
    return picture + strength * (picture - blurred(picture[None], 1.0)[0])


def spoiled_low(high: Tensor, bicubic: Bicubic, rng: np.random.Generator, share: float = 0.25) -> Tensor:
    """What is known of the pictures [n, 3, h, w]: shrunk by the projection's kernel; and some of them blurred before, shrunk otherwise, upscaled
    before, sharpened, noisy or through JPEG, each by chance."""
    low = eight_bits(bicubic.shrink(high))
    for row in np.flatnonzero(rng.random(len(high)) < share):
        low[row] = spoiled(high[row], bicubic, rng)
    return eight_bits(low)


def spoiled(high: Tensor, bicubic: Bicubic, rng: np.random.Generator) -> Tensor:
    """One picture of `spoiled_low`, [3, h, w]."""
    side = tuple(length // bicubic.factor for length in high.shape[1:])
    soft = blurred(high[None], rng.uniform(0.3, 1.2))[0] if rng.random() < 0.3 else high
    if rng.random() < 0.5:
        low = bicubic.shrink(soft[None])[0]
    else:
        low = resized(soft, side, str(rng.choice(["area", "lanczos", "bilinear", "aliased", "nearest"], p=[0.3, 0.25, 0.2, 0.15, 0.1])))
    if rng.random() < 0.1:
        smaller = rng.uniform(0.5, 0.8)
        low = resized(resized(low, tuple(round(length * smaller) for length in side), "area"), side, str(rng.choice(["bilinear", "lanczos"])))
    if rng.random() < 0.15:
        low = sharpened(low, rng.uniform(0.2, 1.2))
    low = eight_bits(low)
    if rng.random() < 0.3:
        low = low + torch.from_numpy(rng.standard_normal(low.shape, np.float32)) * rng.uniform(1, 7) / 255
    return through_jpeg(low, int(rng.integers(30, 97))) if rng.random() < 0.5 else low


class Pairs:
    """Small and large pictures that draw-interfaces.mts drew, neither of them shrunk; held-out ones by position."""

    def __init__(self, file: Path, factor: int) -> None:
        small = SIDE_PX // factor
        records = np.memmap(file, np.uint8, "r").reshape(-1, 3 * small**2 + 3 * SIDE_PX**2)
        self.low = records[:, : 3 * small**2].reshape(-1, 3, small, small)
        self.high = records[:, 3 * small**2 :].reshape(-1, 3, SIDE_PX, SIDE_PX)
        self.factor = factor

    def held_out_batch(self) -> tuple[Tensor, Tensor]:
        return tuple(torch.from_numpy(pictures[::HELD_OUT_EVERY].copy()).float() / 255 for pictures in (self.low, self.high))

    def training_batch(self, rng: np.random.Generator, size: int, side: int) -> tuple[Tensor, Tensor]:
        """Random crops [size, 3, side / factor, side / factor] and [size, 3, side, side] in [0, 1], as they stand: text does not lie on its side."""
        lows, highs, small = [], [], side // self.factor
        for row in rng.integers(0, len(self.low) // HELD_OUT_EVERY * (HELD_OUT_EVERY - 1), size):
            row += row // (HELD_OUT_EVERY - 1) + 1
            top, left = rng.integers(0, self.low.shape[2] - small + 1, 2)
            lows.append(self.low[row, :, top : top + small, left : left + small])
            highs.append(self.high[row, :, self.factor * top :, self.factor * left :][:, :side, :side])
        return tuple(torch.from_numpy(np.stack(crops)).float() / 255 for crops in (lows, highs))


def psnr_db(output: Tensor, target: Tensor) -> float:
    """Mean over pictures of the PSNR over all colours, in dB."""
    return float((-10 * (output - target).square().mean(dim=(1, 2, 3)).clamp(min=1e-7).log10()).mean())


def start_of(arguments: argparse.Namespace) -> Span:
    """Published weights, an exported network, or a new one."""
    if not arguments.start:
        return Span(arguments.factor, arguments.channels, arguments.blocks)
    return read_upscaler(arguments.start)[0] if arguments.start.suffix == ".onnx" else read_ncnn(arguments.start, arguments.factor)


class UpscalerTraining(TimedTraining):
    """Φ of one factor."""

    log_every_s, logged_samples = 120.0, 64

    def __init__(self, arguments: argparse.Namespace, patches: Patches) -> None:
        torch.manual_seed(arguments.seed)
        super().__init__(arguments, start_of(arguments).train().requires_grad_(), weight_decay=0.0)
        self.patches, self.bicubic = patches, Bicubic(arguments.factor)
        self.pairs = Pairs(arguments.pairs, arguments.factor) if arguments.pairs else None
        self.letters = Patches(arguments.letters) if arguments.letters else None

    def train_step(self) -> dict[str, float]:
        self.begin_step()
        rng = np.random.default_rng([self.arguments.seed, self.step])
        size, side = self.arguments.batch, self.arguments.side
        drawn, lettered = size // 4 if self.pairs else 0, 3 * size // 8 if self.letters else 0
        high = self.patches.training_batch(rng, size - drawn - lettered, side)
        if self.letters:
            high = torch.cat([high, self.letters.training_batch(rng, lettered, side, is_upright=True)])
        low = spoiled_low(high, self.bicubic, rng, self.arguments.spoiled)
        if self.pairs:
            both = self.pairs.training_batch(rng, drawn, side)
            low, high = (torch.cat(parts) for parts in zip((low, high), both))
        error = self.net(low)[1] - fold(high, self.arguments.factor)
        # Absolute error far from zero, squared near it: edges converge as fast as with L1, and PSNR is what is measured.
        loss = (error.square() + 0.01**2).sqrt().mean()
        loss.backward()
        self.descend()
        return {"loss": float(loss.detach())}

    @torch.no_grad()
    def measure(self, count: int) -> dict[str, float]:
        """Held-out PSNR in dB of clean pictures, of JPEGs of quality 70 and of drawn pairs: bicubic, and the averaged weights."""
        high = self.patches.held_out_batch(count)
        clean = eight_bits(self.bicubic.shrink(high))
        figures = {}
        for name, low in (("", clean), ("Jpeg", torch.stack([through_jpeg(picture, 70) for picture in clean]))):
            answer = torch.cat([unfold(self.average(part)[1], self.arguments.factor) for part in low.split(16)]).clamp(0, 1)
            cubic = unfold(self.bicubic.enlarge_folded(low), self.arguments.factor).clamp(0, 1)
            figures |= {f"bicubic{name}Db": psnr_db(cubic, high), f"answer{name}Db": psnr_db(answer, high)}
        if self.letters:
            high = self.letters.held_out_batch(count)
            low = eight_bits(self.bicubic.shrink(high))
            figures["answerLettersDb"] = psnr_db(torch.cat([unfold(self.average(part)[1], self.arguments.factor) for part in low.split(16)]).clamp(0, 1), high)
        if self.pairs:
            low, high = self.pairs.held_out_batch()
            figures["answerDrawnDb"] = psnr_db(unfold(self.average(low)[1], self.arguments.factor).clamp(0, 1), high)
        return figures

    def final_figures(self) -> dict[str, float | int]:
        held_out = len(self.patches.held_out)
        return {**self.measure(held_out), "heldOutPatches": held_out, "trainingPatches": len(self.patches.training)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--factor", type=int, choices=FACTORS, required=True)
    add_common_arguments(parser, minutes=None, batch=8, rate=2e-5)
    parser.add_argument("--channels", type=int, default=CHANNELS)
    parser.add_argument("--blocks", type=int, default=BLOCKS)
    parser.add_argument("--spoiled", type=float, default=0.25, help="share of pictures that are blurred, noisy or through JPEG")
    parser.add_argument("--side", type=int, default=96, help="side of a training crop, px of the answer")
    parser.add_argument("--start", type=Path, help="weights to start from: published ones, spanx<factor>_ch48.bin, or a network.onnx; without them training starts from nothing")
    parser.add_argument("--pairs", type=Path, help="interfaces-<factor>.u8 of draw-interfaces.mts: a quarter of a batch is of them")
    parser.add_argument("--letters", type=Path, help="patches of text alone (cut_patches.py --drawn-only): three eighths of a batch are of them")
    parser.add_argument("--patches", type=Path, default=CACHE / "patches.u8")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    arguments.out = arguments.out or CACHE / f"network-{arguments.factor}.pt"
    torch.set_num_threads(arguments.threads)
    UpscalerTraining(arguments, Patches(arguments.patches)).run()


if __name__ == "__main__":
    main()
