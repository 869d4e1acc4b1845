"""Trains target expert 2, the autoencoder with layers, on a time budget, on the CPU. Writes checkpoints, a log and sheets beside --out.

z = mean + 0.3 ε throughout. The loss is of the composite at 128 px and, for rows that are there at twice the size, of cuts at 256 px through
enlarged logits. The first part of the budget runs on pictures of half the size, since the networks are convolutions. Every random draw depends on (seed, step) alone. `--freeze-encoder` goes on with the decoder alone, so that a flow can learn from
latents that stay.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parent.parent))
from layer_networks import POSTERIOR_STD, LayerAutoencoder, composite, enlarge, places
from losses import psnr_db, reconstruction_loss, save_sheet, valid_rgba
from style_rows import LOOKS, STYLES, StyleRows
from timed_training import TimedTraining, add_common_arguments

SHARES = {"plain": 0.22, "colour": 0.38, "procedural": 0.4}
"""Ink on nothing is learned in minutes; what lies inside grounds and colours takes most of the training."""
LARGE_SHARE = 0.25
CUT_PX = 64
"""Side of a cut, in pixels of the 128 px picture."""
REFRESH_STEPS = 1500
DETAIL_PX = 9
"""Side of the neighbourhood that a pixel is compared with."""


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add_common_arguments(parser, minutes=60, batch=24, rate=1.5e-3)
    parser.add_argument("--widths", type=int, nargs="+", default=(64, 128))
    parser.add_argument("--encoder-blocks", type=int, nargs="+", default=(1, 1))
    parser.add_argument("--decoder-blocks", type=int, nargs="+", default=(1, 2))
    parser.add_argument("--channels", type=int, default=8)
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--fine", type=int, default=24, help="width at 64 px")
    parser.add_argument("--tail", type=int, default=10, help="width at 128 px")
    parser.add_argument("--small-until", type=float, default=0.7, help="fraction of the budget on pictures of half the size, a quarter of the work")
    parser.add_argument("--entropy", type=float, default=0.002)
    parser.add_argument("--turned", type=float, default=0.5, help="share of the steps on which latents and pictures are mirrored and turned alike")
    parser.add_argument("--halved", type=float, default=0.12, help="share of the steps on which latents and pictures are halved alike")
    parser.add_argument("--freeze-encoder", action="store_true")
    parser.add_argument("--styles", type=Path, default=STYLES, help="folder of the rendered style data")
    parser.add_argument("--out", type=Path, help="default: target.pt in that folder")
    parser.add_argument("--toy", action="store_true", help="a tiny net on a few hundred rows: a smoke test")
    arguments = parser.parse_args()
    if arguments.toy:
        arguments.batch, arguments.widths, arguments.encoder_blocks, arguments.decoder_blocks = 16, (32, 32), (1, 1), (1, 1)
    arguments.out = arguments.out or arguments.styles / f"target{'-toy' if arguments.toy else ''}.pt"
    return arguments


class TargetTraining(TimedTraining):
    """Both halves of the target expert, or its decoder alone."""

    save_every_s, sheet_every_s, log_every_s, logged_samples = 240.0, 600.0, 120.0, 96

    def __init__(self, arguments: argparse.Namespace, rows: StyleRows) -> None:
        torch.manual_seed(arguments.seed)
        net = LayerAutoencoder(arguments.widths, arguments.encoder_blocks, arguments.decoder_blocks, arguments.channels, arguments.layers, arguments.fine, arguments.tail)
        super().__init__(arguments, net.to(memory_format=torch.channels_last))
        self.rows = rows
        if arguments.compile:
            self.net.encoder.compile()
            self.net.decoder.compile()

    def train_step(self) -> dict[str, float]:
        self.begin_step()
        if self.step % REFRESH_STEPS == 0:
            self.rows.refresh()
        rng = np.random.default_rng([self.arguments.seed, self.step])
        noise = self.noise_source()
        is_small = self.fraction < self.arguments.small_until
        large = self.draw_large(rng)[: 0 if is_small else None]
        rows = self.rows.training_rows(rng, self.arguments.batch - len(large), SHARES)
        images = self.rows.batch(np.concatenate([large[:, 0], rows]))
        if is_small:
            images = F.avg_pool2d(images, 2)
        change = self.draw_change(rng, len(large) > 0)
        logits, paints = self.forward(images, noise, change)
        images = change(images)
        output = composite(logits, paints)
        loss = reconstruction_loss(output, images, self.colour_weight) + detail_loss(output, images)
        report = {"loss": float(loss.detach())}
        if len(large):
            cut = self.cut_loss(logits, paints, large, rng)
            report["cut"] = float(cut.detach())
            loss = loss + LARGE_SHARE * 2 * cut
        if self.arguments.entropy > 0:
            shares = logits.log_softmax(1)
            loss = loss + self.arguments.entropy * -(shares.exp() * shares).sum(1).mean()
        loss.backward()
        self.descend()
        return report

    def draw_large(self, rng: np.random.Generator) -> np.ndarray:
        """Rows that are there at twice the size, [n, 2]: their rows in both files."""
        known = self.rows.training_large
        return known[rng.integers(len(known), size=round(self.arguments.batch * LARGE_SHARE))] if len(known) else known

    def draw_change(self, rng: np.random.Generator, has_large: bool) -> Callable[[Tensor], Tensor]:
        """What latents and pictures go through alike on this step (EQ-VAE, arXiv 2502.09509), so that latents are as smooth as pictures."""
        halved, turned, mirrored, quarters = rng.random(), rng.random(), rng.random() < 0.5, int(rng.integers(4))
        if has_large:
            return lambda grid: grid
        if halved < self.arguments.halved:
            return lambda grid: F.avg_pool2d(grid, 2)
        if turned < self.arguments.turned:
            return lambda grid: (grid.flip(3) if mirrored else grid).rot90(quarters, (2, 3)).contiguous(memory_format=torch.channels_last)
        return lambda grid: grid

    def forward(self, images: Tensor, noise: torch.Generator, change: Callable[[Tensor], Tensor]) -> tuple[Tensor, Tensor]:
        """Logits and paints of changed, noisy latents."""
        with torch.autocast("cpu", dtype=torch.bfloat16):
            if self.arguments.freeze_encoder:
                with torch.no_grad():
                    mean = self.average.encoder(images)
            else:
                mean = self.net.encoder(images)
            mean = change(mean)
            latent = mean + POSTERIOR_STD * torch.randn(mean.shape, generator=noise)
            return self.net.decoder(latent)

    def cut_loss(self, logits: Tensor, paints: Tensor, large: np.ndarray, rng: np.random.Generator) -> Tensor:
        """Difference of cuts at 256 px, through enlarged logits."""
        count = len(large)
        corners = rng.integers(0, logits.shape[-1] - CUT_PX + 1, size=(count, 2))
        cuts = torch.stack([logits[at, :, y : y + CUT_PX, x : x + CUT_PX] for at, (y, x) in enumerate(corners)])
        target = self.rows.large_crops(large[:, 1], 2 * corners, 2 * CUT_PX)
        line = places(2 * logits.shape[-1])[0]
        y, x = (torch.stack([line[2 * first : 2 * first + 2 * CUT_PX] for first in corners[:, axis]]) for axis in (0, 1))
        output = composite(enlarge(cuts, 2), paints[:count], y, x)
        return reconstruction_loss(output, target, 0.25)

    def load(self) -> None:
        """Goes on from the checkpoint; one with fewer latent channels is widened, with fresh optimisers."""
        saved = torch.load(self.arguments.out, weights_only=True)
        if saved["config"]["channels"] == self.arguments.channels:
            super().load()
        else:
            for name in ("net", "average"):
                getattr(self, name).load_state_dict(widened(saved[name], getattr(self, name).state_dict()))
            self.step, self.seconds_before = saved["step"], saved["elapsed_s"]
        if self.arguments.freeze_encoder:
            self.net.encoder.load_state_dict(self.average.encoder.state_dict())
            self.net.encoder.eval().requires_grad_(False)

    @torch.no_grad()
    def rebuild(self, rows: np.ndarray) -> tuple[Tensor, Tensor]:
        """Originals and averaged-weight reconstructions, both [n, 4, 128, 128]."""
        originals = self.rows.batch(rows)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            outputs = [self.average.rebuild(images).float() for images in originals.split(32)]
        return originals, valid_rgba(torch.cat(outputs))

    def measure(self, count: int) -> dict[str, float]:
        figures = {}
        for look in LOOKS:
            rows = self.rows.held_out_rows(count // len(LOOKS), "heldOutFamily", look)
            if len(rows) == 0:
                continue
            originals, outputs = self.rebuild(rows)
            figures[f"{look}PsnrDb"], figures[f"{look}MeanPsnrDb"] = psnr_db(outputs, originals)
        return figures

    def sheet(self) -> None:
        rows = np.concatenate([self.rows.held_out_rows(16, "heldOutFamily", look) for look in LOOKS])
        save_sheet(self.arguments.out.with_suffix(".png"), *self.rebuild(rows))

    def final_figures(self) -> dict[str, float | int]:
        return {**self.measure(1536), "posteriorStd": POSTERIOR_STD}


def detail_loss(output: Tensor, target: Tensor) -> Tensor:
    """L1 where the target differs from its neighbourhood (eyes, marks on grounds) or is see-through (fills of duotones); both are few and faint pixels."""
    along = F.avg_pool2d(target.contiguous(), (1, DETAIL_PX), 1, (0, DETAIL_PX // 2), count_include_pad=False)
    around = F.avg_pool2d(along, (DETAIL_PX, 1), 1, (DETAIL_PX // 2, 0), count_include_pad=False)
    differs = (target - around).abs().sum(1, keepdim=True).clamp(max=1)
    alpha = target[:, 3:]
    see_through = ((alpha > 0.04) & (alpha < 0.6)).float()
    return ((2 * differs + 2 * see_through) * (output - target).abs()).mean()


def widened(weights: dict[str, Tensor], fresh: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights of a net with fewer latent channels in the shapes of `fresh`; the decoder does not read the new channels yet."""
    result = {}
    for name, value in weights.items():
        result[name] = value
        if value.shape != fresh[name].shape:
            result[name] = fresh[name].clone()
            if name == "decoder.entry.0.weight":
                result[name].zero_()
            result[name][tuple(slice(0, size) for size in value.shape)] = value
    return result


def main() -> None:
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    TargetTraining(arguments, StyleRows(arguments.styles, arguments.toy)).run()


if __name__ == "__main__":
    main()
