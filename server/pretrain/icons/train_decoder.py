"""Trains the target expert's decoder further, on a fixed time budget, while the encoder stays frozen, so that every flow stays valid.

Starts from the decoder of the pack and may be deeper: added blocks start as the identity. Two kinds of latents are learned from:
true ones, mean + σ ε with σ up to the posterior's 0.3, mostly small, to be rebuilt; and latents on the way from true ones to guesses, which a
flow made of an image's conditions (guesses.mts writes them), to be drawn as sharply as the image they stand for. A decoder that has only
seen true latents draws smudges and holes where a flow is unsure. Whole guesses are not learned from: many could stand for any image, and
all that a discriminator makes of those are patterns.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).parent.parent))
from adversary import Adversary, over_random_background  # noqa: E402
from icon_data import ICONS, IconRows  # noqa: E402
from latents import PACK_TARGET, Guesses, encoded_latents, read_decoder  # noqa: E402
from losses import psnr_db, reconstruction_loss, save_sheet, valid_rgba  # noqa: E402
from networks import POSTERIOR_STD, Decoder, ResidualBlock  # noqa: E402
from timed_training import TimedTraining, add_common_arguments, load_net  # noqa: E402

JUDGE_ALONE_STEPS, JUDGE_RAMP_STEPS = 150, 300
"""The discriminator learns alone first, since what a fresh one asks for is noise; then it counts more and more."""


def grown(start: Decoder, blocks: tuple[int, int, int]) -> Decoder:
    """The same function with more residual blocks, which start as the identity at the end of each resolution."""
    if any(wanted < had for wanted, had in zip(blocks, start.config["blocks"])):
        raise SystemExit(f"--blocks: expected at least {start.config['blocks']}, those of the start, got {blocks}")
    net = Decoder(start.config["widths"], blocks)
    old = list(start.trunk)
    for module in net.trunk:
        if isinstance(module, ResidualBlock) and not isinstance(old[0], ResidualBlock):
            continue
        module.load_state_dict(old.pop(0).state_dict())
    return net


class DecoderTraining(TimedTraining):
    """The decoder alone, beside a discriminator from the start."""

    parts = (*TimedTraining.parts, "adversary")
    log_every_s = 60.0

    def __init__(self, arguments: argparse.Namespace, rows: IconRows) -> None:
        torch.manual_seed(arguments.seed)
        start = load_net(arguments.start, Decoder) if arguments.start else read_decoder(arguments.target / "decoder.onnx")
        super().__init__(arguments, grown(start, tuple(arguments.blocks or start.config["blocks"])).requires_grad_(True).to(memory_format=torch.channels_last))
        self.rows, self.adversary = rows, Adversary()
        self.latents = encoded_latents(arguments.target / "encoder.onnx", rows)
        self.guesses = Guesses(arguments.icons, arguments.target / "encoder.onnx") if arguments.guess_share > 0 else None
        if arguments.compile:
            self.net.compile()

    def train_step(self) -> dict[str, float]:
        self.begin_step()
        rng, noise = np.random.default_rng([self.arguments.seed, self.step, 2]), self.noise_source()
        guessed = round(self.arguments.batch * self.arguments.guess_share)
        chosen = self.rows.training_rows(self.arguments.seed, self.step, self.arguments.batch - guessed)
        true = self.encoded(chosen)
        std = POSTERIOR_STD * torch.rand((len(true), 1, 1, 1), generator=noise).square()
        latents = [true + std * torch.randn(true.shape, generator=noise)]
        if self.guesses:
            stands_for, guesses = self.guesses.draw(rng, guessed)
            chosen = np.concatenate([chosen, stands_for])
            share = self.arguments.guess_mix * torch.rand((guessed, 1, 1, 1), generator=noise)
            latents.append(torch.lerp(self.encoded(stands_for), guesses, share))
        images = self.rows.batch(chosen)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            output = self.net(torch.cat(latents)).float()
        at_output = output.detach().requires_grad_()
        judged, judge_loss = self.adversary.gradient(at_output, images, over_random_background(len(images), noise))
        report = {"judge": judge_loss}
        gradient = torch.empty_like(output)
        ramp = min(1.0, max(0, self.step - JUDGE_ALONE_STEPS) / JUDGE_RAMP_STEPS)
        for name, part, share in (
            ("true", slice(0, len(true)), self.arguments.adversarial),
            ("guess", slice(len(true), None), self.arguments.guess_adversarial),
        ):
            ours = output[part].detach().requires_grad_()
            if len(ours) == 0:
                continue
            loss = reconstruction_loss(ours, images[part], self.colour_weight)
            (rebuilding,) = torch.autograd.grad(loss, ours)
            asked = judged[part]
            gradient[part] = rebuilding + asked * (share * ramp * rebuilding.norm() / (asked.norm() + 1e-8))
            gradient[part] *= len(ours) / len(output)
            report[name] = float(loss.detach())
        output.backward(gradient)
        self.descend()
        return report

    def encoded(self, rows: np.ndarray) -> Tensor:
        """Posterior means of rows, [n, 8, 8, 8]."""
        return torch.from_numpy(self.latents[rows].astype(np.float32))

    @torch.no_grad()
    def decode(self, latents: Tensor) -> Tensor:
        """Valid premultiplied RGBA of the averaged weights, [n, 4, 128, 128]."""
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return valid_rgba(torch.cat([self.average(part).float() for part in latents.split(64)]))

    def measure(self, count: int) -> dict[str, float]:
        chosen = self.rows.held_out_rows(count)
        outputs = self.decode(self.encoded(chosen))
        return dict(zip(("heldOutPsnrDb", "heldOutMeanPsnrDb"), psnr_db(outputs, self.rows.batch(chosen))))

    def sheet(self) -> None:
        """Whole guesses below the images that they stand for, else held-out rows."""
        if self.guesses:
            stands_for, guesses = self.guesses.draw(np.random.default_rng(0), 48)
            save_sheet(self.arguments.out.with_suffix(".png"), self.rows.batch(stands_for), self.decode(guesses))
            return
        chosen = self.rows.held_out_rows(48)
        save_sheet(self.arguments.out.with_suffix(".png"), self.rows.batch(chosen), self.decode(self.encoded(chosen)))

    def final_figures(self) -> dict[str, float | int]:
        return {"heldOutRows": len(self.rows.held_out), **self.measure(len(self.rows.held_out))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_common_arguments(parser, minutes=40, batch=48, rate=2e-4)
    parser.add_argument("--blocks", type=int, nargs=3, help="residual blocks at 32, 16 and 8 px: more than the start's (default: the start's)")
    parser.add_argument("--adversarial", type=float, default=0.05, help="share of the rebuilding gradient's norm, true latents")
    parser.add_argument("--guess-adversarial", type=float, default=0.3, help="the same for guesses")
    parser.add_argument("--guess-mix", type=float, default=0.7, help="how far towards the guess at most")
    parser.add_argument("--guess-share", type=float, default=1 / 3, help="of a batch; 0 needs no guesses")
    parser.add_argument("--target", type=Path, default=PACK_TARGET, help="folder of encoder.onnx and decoder.onnx")
    parser.add_argument("--start", type=Path, help="checkpoint to start from instead of decoder.onnx")
    parser.add_argument("--icons", type=Path, default=ICONS, help="folder of the rendered icons")
    parser.add_argument("--out", type=Path, help="default: decoder.pt among the icons")
    parser.add_argument("--toy", action="store_true", help="small batches of a few hundred rows: a smoke test")
    arguments = parser.parse_args()
    if arguments.toy:
        arguments.batch = 16
    arguments.out = arguments.out or arguments.icons / f"decoder{'-toy' if arguments.toy else ''}.pt"
    torch.set_num_threads(arguments.threads)
    rows = IconRows(arguments.icons)
    if arguments.toy:
        rows.make_toy()
    DecoderTraining(arguments, rows).run()


if __name__ == "__main__":
    main()
