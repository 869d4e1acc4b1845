"""Trains the target expert: a convolutional autoencoder of RGBA icons, on a fixed time budget, on the CPU.

First 60 %: L1 and gradients. Then also a patch discriminator with feature matching. z = mean + 0.3 ε throughout
(fixed posterior width, SimFlow, arXiv 2512.04084). Writes checkpoints, a log and sample sheets to .cache/icons/; the export is in
export_autoencoder.py. Every random draw depends on (seed, step) alone, so --resume goes on as if nothing had happened.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).parent.parent))
from adversary import Adversary, over_random_background  # noqa: E402
from icon_data import ICONS, IconRows  # noqa: E402
from losses import psnr_db, reconstruction_loss, save_sheet, valid_rgba  # noqa: E402
from networks import POSTERIOR_STD, Autoencoder  # noqa: E402
from timed_training import TimedTraining, add_common_arguments  # noqa: E402


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add_common_arguments(parser, minutes=53, batch=48, rate=1.5e-3)
    parser.add_argument("--widths", type=int, nargs=3, default=(64, 128, 256))
    parser.add_argument("--encoder-blocks", type=int, nargs=3, default=(1, 1, 2))
    parser.add_argument("--decoder-blocks", type=int, nargs=3, default=(2, 2, 3))
    parser.add_argument("--adversarial", type=float, default=0.2, help="share of the rebuilding gradient's norm, later part only")
    parser.add_argument("--adversarial-from", type=float, default=0.6, help="fraction of the budget")
    parser.add_argument("--icons", type=Path, default=ICONS, help="folder of the rendered icons")
    parser.add_argument("--out", type=Path, help="default: autoencoder.pt among the icons")
    parser.add_argument("--toy", action="store_true", help="a tiny net on a few hundred rows: a smoke test")
    arguments = parser.parse_args()
    if arguments.toy:
        arguments.batch, arguments.widths = 16, (16, 24, 32)
        arguments.encoder_blocks = arguments.decoder_blocks = (1, 1, 1)
    arguments.out = arguments.out or arguments.icons / f"autoencoder{'-toy' if arguments.toy else ''}.pt"
    return arguments


class AutoencoderTraining(TimedTraining):
    """Both halves of the target expert, and the discriminator that joins them later."""

    parts = (*TimedTraining.parts, "adversary")

    def __init__(self, arguments: argparse.Namespace, rows: IconRows) -> None:
        torch.manual_seed(arguments.seed)
        shape = (tuple(arguments.widths), tuple(arguments.encoder_blocks), tuple(arguments.decoder_blocks))
        super().__init__(arguments, Autoencoder(*shape).to(memory_format=torch.channels_last))
        self.rows, self.adversary = rows, Adversary()
        if arguments.compile:
            self.net.encoder.compile()
            self.net.decoder.compile()

    def train_step(self) -> dict[str, float]:
        self.begin_step()
        images = self.rows.batch(self.rows.training_rows(self.arguments.seed, self.step, self.arguments.batch))
        noise = self.noise_source()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            mean = self.net.encoder(images)
            latent = mean + POSTERIOR_STD * torch.randn(mean.shape, generator=noise)
            output = self.net.decoder(latent).float()
        at_output = output.detach().requires_grad_()
        loss = reconstruction_loss(at_output, images, self.colour_weight)
        (gradient,) = torch.autograd.grad(loss, at_output)
        report = {"loss": float(loss.detach())}
        if self.fraction >= self.arguments.adversarial_from:
            extra, report["judge"] = self.adversary.gradient(at_output, images, over_random_background(len(images), noise))
            ramp = min(1.0, (self.fraction - self.arguments.adversarial_from) / 0.05)
            gradient = gradient + extra * (self.arguments.adversarial * ramp * gradient.norm() / (extra.norm() + 1e-8))
        output.backward(gradient)
        self.descend()
        return report

    @torch.no_grad()
    def held_out(self, count: int) -> tuple[Tensor, Tensor]:
        """Originals and averaged-weight reconstructions of evenly spaced held-out rows, both [count, 4, 128, 128]."""
        originals = self.rows.held_out_batch(count)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            outputs = [self.average.decoder(self.average.encoder(images)).float() for images in originals.split(64)]
        return originals, valid_rgba(torch.cat(outputs))

    def measure(self, count: int) -> dict[str, float]:
        originals, outputs = self.held_out(count)
        return dict(zip(("heldOutPsnrDb", "heldOutMeanPsnrDb"), psnr_db(outputs, originals)))

    def sheet(self) -> None:
        save_sheet(self.arguments.out.with_suffix(".png"), *self.held_out(48))

    def final_figures(self) -> dict[str, float | int]:
        return {"heldOutRows": len(self.rows.held_out), **self.measure(len(self.rows.held_out)), "posteriorStd": POSTERIOR_STD}


def main() -> None:
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    rows = IconRows(arguments.icons)
    if arguments.toy:
        rows.make_toy()
    AutoencoderTraining(arguments, rows).run()


if __name__ == "__main__":
    main()
