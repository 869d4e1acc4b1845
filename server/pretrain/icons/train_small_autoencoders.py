"""Trains the small autoencoders whose encoders are conditioning experts, on a fixed time budget, on the CPU.

sketch: line drawings [batch, 1, 64, 64], ink in [0, 1]; wobbled and broken lines go in, clean lines are wanted (a denoising autoencoder).
low-resolution: premultiplied RGBA [batch, 4, 32, 32], means of 4×4 pixels of the icons. Both have a code of 8 channels on 8×8.
Reads .cache/icons/ (sketches.u8 is written by data/sketches.mts); writes <expert>.{pt,log,png,json} there. The export is in
export_small_autoencoders.py. Every random draw depends on (seed, step) alone, so --resume goes on as if nothing had happened.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parent.parent))
from icon_data import ICONS, IconRows  # noqa: E402
from losses import psnr_db, reconstruction_loss, save_sheet, valid_rgba  # noqa: E402
from networks import LATENT_CHANNELS, ResidualBlock  # noqa: E402
from timed_training import TimedTraining, add_common_arguments  # noqa: E402

CODE_NOISE_STD = 0.1
WOBBLE_PX = 1.2
TAIL = 16


@dataclass(frozen=True)
class Expert:
    """What an expert reads: the input's name, its channels and side, and the factor that brings its side to 16."""

    input_name: str
    channels: int
    side_px: int
    factor: int


EXPERTS = {"sketch": Expert("sketch", 1, 64, 4), "low-resolution": Expert("image", 4, 32, 2)}


class SmallAutoencoder(nn.Module):
    """Image [batch, channels, side, side] to a code [batch, 8, 8, 8] of unit variance and back; no layer of the trunk runs above 16×16."""

    def __init__(self, expert: str, widths: tuple[int, int], encoder_blocks: tuple[int, int], decoder_blocks: tuple[int, int]) -> None:
        super().__init__()
        self.config = {"expert": expert, "widths": widths, "encoder_blocks": encoder_blocks, "decoder_blocks": decoder_blocks}
        kind, (a, b) = EXPERTS[expert], widths
        self.encoder = nn.Sequential(
            nn.PixelUnshuffle(kind.factor),
            nn.Conv2d(kind.channels * kind.factor**2, a, 3, padding=1),
            *[ResidualBlock(a) for _ in range(encoder_blocks[0])],
            nn.Conv2d(a, b, 3, stride=2, padding=1),
            *[ResidualBlock(b) for _ in range(encoder_blocks[1])],
            nn.SiLU(),
            nn.Conv2d(b, LATENT_CHANNELS, 3, padding=1),
            nn.BatchNorm2d(LATENT_CHANNELS, affine=False, momentum=0.02),
        )
        self.decoder = nn.Sequential(
            nn.Conv2d(LATENT_CHANNELS, b, 3, padding=1),
            *[ResidualBlock(b) for _ in range(decoder_blocks[1])],
            nn.Conv2d(b, a * 4, 1),
            nn.PixelShuffle(2),
            *[ResidualBlock(a) for _ in range(decoder_blocks[0])],
            nn.SiLU(),
            nn.Conv2d(a, TAIL * kind.factor**2, 1),
            nn.PixelShuffle(kind.factor),
            nn.Conv2d(TAIL, TAIL, 3, padding=1),
            nn.SiLU(),
            nn.Conv2d(TAIL, kind.channels, 3, padding=1),
        )


class Pictures:
    """The pictures of one expert, uint8 [rows, side, side, channels], and their splits."""

    def __init__(self, expert: str, folder: Path = ICONS) -> None:
        self.kind = EXPERTS[expert]
        self.rows = IconRows(folder)
        self.held_out = self.rows.rows_where(lambda row: row["split"] == "heldOutPair")
        shape = (len(self.rows.index), self.kind.side_px, self.kind.side_px, self.kind.channels)
        path = folder / ("sketches.u8" if expert == "sketch" else "low-resolution.u8")
        if expert == "low-resolution" and not path.exists():
            part = np.memmap(path.with_suffix(".part"), dtype=np.uint8, mode="w+", shape=shape)
            for at in range(0, len(part), 512):
                means = F.avg_pool2d(self.rows.batch(np.arange(at, min(at + 512, len(part)))), 4)
                part[at : at + 512] = (means * 255).round().byte().permute(0, 2, 3, 1).numpy()
            part.flush()
            os.replace(path.with_suffix(".part"), path)
        self.pixels = np.memmap(path, dtype=np.uint8, mode="r").reshape(shape)

    def batch(self, rows: np.ndarray) -> Tensor:
        """Float pictures [len(rows), channels, side, side] in [0, 1]."""
        return torch.from_numpy(self.pixels[rows]).permute(0, 3, 1, 2).float().div_(255)

    def training_batch(self, seed: int, step: int, size: int) -> Tensor:
        """Pictures of one step, half of them mirrored. Recoloured copies would only repeat a sketch."""
        images = self.batch(self.rows.training_rows(seed, step, size, 0.0 if self.kind.channels == 1 else 0.35))
        mirrored = torch.from_numpy(np.random.default_rng([seed, step, 1]).random(size) < 0.5)
        images[mirrored] = images[mirrored].flip(3)
        return images.contiguous(memory_format=torch.channels_last)


def spoil(lines: Tensor, source: torch.Generator) -> Tensor:
    """Line drawings [n, 1, 64, 64] as a hand draws them: a smooth wobble of up to about 2 px, and gaps; a quarter stays clean."""
    count, _, side, _ = lines.shape
    strength = torch.rand((count, 1, 1, 1), generator=source) * (torch.rand((count, 1, 1, 1), generator=source) > 0.25)
    shift = F.interpolate(torch.randn((count, 2, 6, 6), generator=source), size=side, mode="bicubic", align_corners=True)
    steps = torch.linspace(-1, 1, side)
    grid = torch.stack(torch.meshgrid(steps, steps, indexing="xy"))
    grid = (grid + shift * strength * WOBBLE_PX * 2 / side).permute(0, 2, 3, 1)
    moved = F.grid_sample(lines, grid, mode="bilinear", align_corners=True)
    holes = torch.rand((count, 1, 16, 16), generator=source) < 0.12 * strength
    return moved * (1 - F.interpolate(holes.float(), size=side, mode="bilinear", align_corners=False).mul(1.6).clamp(max=1))


def line_scores(output: Tensor, target: Tensor) -> tuple[float, float]:
    """F1 with a tolerance of one pixel, and plain intersection over union, of ink above one half; pooled over all pictures."""
    drawn, wanted = (output > 0.5).float(), (target > 0.5).float()
    near = lambda mask: F.max_pool2d(mask, 3, stride=1, padding=1)  # noqa: E731
    precision = float((drawn * near(wanted)).sum() / drawn.sum().clamp(min=1))
    recall = float((wanted * near(drawn)).sum() / wanted.sum())
    union = (drawn + wanted).clamp(max=1).sum()
    return 2 * precision * recall / max(precision + recall, 1e-9), float((drawn * wanted).sum() / union)


def as_rgba(images: Tensor) -> Tensor:
    """For sheets: ink becomes opaque black on nothing."""
    return images if images.shape[1] == 4 else F.pad(images, (0, 0, 0, 0, 3, 0))


class SmallTraining(TimedTraining):
    """The autoencoder of one expert."""

    def __init__(self, arguments: argparse.Namespace, pictures: Pictures) -> None:
        torch.manual_seed(arguments.seed)
        shape = (tuple(arguments.widths), tuple(arguments.encoder_blocks), tuple(arguments.decoder_blocks))
        super().__init__(arguments, SmallAutoencoder(arguments.expert, *shape).to(memory_format=torch.channels_last))
        self.pictures, self.is_sketch = pictures, arguments.expert == "sketch"
        if arguments.compile:
            self.net.encoder.compile()
            self.net.decoder.compile()

    def train_step(self) -> dict[str, float]:
        self.begin_step()
        images = self.pictures.training_batch(self.arguments.seed, self.step, self.arguments.batch)
        source = self.noise_source()
        inputs = spoil(images, source) if self.is_sketch else images
        with torch.autocast("cpu", dtype=torch.bfloat16):
            code = self.net.encoder(inputs)
            output = self.net.decoder(code + CODE_NOISE_STD * torch.randn(code.shape, generator=source)).float()
        loss = F.binary_cross_entropy_with_logits(output, images) if self.is_sketch else reconstruction_loss(output, images, self.colour_weight)
        loss.backward()
        self.descend()
        return {"loss": float(loss.detach())}

    @torch.no_grad()
    def held_out(self, count: int, is_spoiled: bool = False) -> tuple[Tensor, Tensor]:
        """Originals and averaged-weight reconstructions of evenly spaced held-out rows; from spoiled inputs if asked."""
        chosen = self.pictures.held_out[:: max(1, len(self.pictures.held_out) // count)][:count]
        originals = self.pictures.batch(chosen)
        inputs = spoil(originals, torch.Generator().manual_seed(1)) if is_spoiled else originals
        outputs = torch.cat([self.average.decoder(self.average.encoder(part)) for part in inputs.split(128)])
        return originals, outputs.sigmoid() if self.is_sketch else valid_rgba(outputs)

    def measure(self, count: int) -> dict[str, float]:
        """F1 and IoU of lines, clean and spoiled, or PSNR in dB."""
        if not self.is_sketch:
            originals, outputs = self.held_out(count)
            return dict(zip(("heldOutPsnrDb", "heldOutMeanPsnrDb"), psnr_db(outputs, originals)))
        scores = [line_scores(outputs, originals) for originals, outputs in (self.held_out(count), self.held_out(count, is_spoiled=True))]
        return dict(zip(("heldOutF1", "heldOutIou", "spoiledF1", "spoiledIou"), [*scores[0], *scores[1]]))

    def sheet(self) -> None:
        save_sheet(self.arguments.out.with_suffix(".png"), *[as_rgba(images) for images in self.held_out(48)])

    def final_figures(self) -> dict[str, float | int]:
        return {"heldOutRows": len(self.pictures.held_out), **self.measure(len(self.pictures.held_out))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--expert", choices=tuple(EXPERTS), required=True)
    add_common_arguments(parser, minutes=9, batch=64, rate=2e-3)
    parser.add_argument("--widths", type=int, nargs=2, default=(96, 192))
    parser.add_argument("--encoder-blocks", type=int, nargs=2, default=(1, 2))
    parser.add_argument("--decoder-blocks", type=int, nargs=2, default=(1, 2))
    parser.add_argument("--icons", type=Path, default=ICONS, help="folder of the rendered icons and sketches")
    parser.add_argument("--out", type=Path, help="default: <expert>.pt among the icons")
    parser.add_argument("--toy", action="store_true", help="a tiny net on a few hundred rows: a smoke test")
    arguments = parser.parse_args()
    if arguments.toy:
        arguments.batch, arguments.widths = 32, (32, 48)
    arguments.out = arguments.out or arguments.icons / f"{arguments.expert}{'-toy' if arguments.toy else ''}.pt"
    torch.set_num_threads(arguments.threads)
    pictures = Pictures(arguments.expert, arguments.icons)
    if arguments.toy:
        pictures.rows.make_toy()
        pictures.held_out = pictures.held_out[:64]
    SmallTraining(arguments, pictures).run()


if __name__ == "__main__":
    main()
