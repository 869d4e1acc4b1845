"""Trains the target expert: a convolutional autoencoder of RGBA icons, on a fixed time budget, on the CPU.

First 60 %: L1 and gradients. Then also a patch discriminator with feature matching. z = mean + 0.3 ε throughout
(fixed posterior width, SimFlow, arXiv 2512.04084). Writes checkpoints, a log and sample sheets to .cache/icons/; the export is in
export_autoencoder.py. Every random draw depends on (seed, step) alone, so --resume goes on as if nothing had happened.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import os
import time
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from icon_data import ICONS, IconRows
from losses import over_background, psnr_db, reconstruction_loss, save_sheet, valid_rgba
from muon import Muon
from networks import Autoencoder, PatchDiscriminator

POSTERIOR_STD = 0.3
EMA_DECAY = 0.998


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=53, help="time budget; the learning rate ends at zero with it")
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--widths", type=int, nargs=3, default=(64, 128, 256))
    parser.add_argument("--encoder-blocks", type=int, nargs=3, default=(1, 1, 2))
    parser.add_argument("--decoder-blocks", type=int, nargs=3, default=(2, 2, 3))
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--adversarial", type=float, default=0.2, help="share of the rebuilding gradient's norm, later part only")
    parser.add_argument("--adversarial-from", type=float, default=0.6, help="fraction of the budget")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ICONS / "autoencoder.pt")
    parser.add_argument("--compile", action="store_true", help="torch.compile: faster steps after half a minute; needs a C++ compiler")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--toy", action="store_true", help="a tiny net on a few hundred rows, under a minute: a smoke test")
    arguments = parser.parse_args()
    if arguments.toy:
        arguments.minutes, arguments.batch, arguments.widths = 0.5, 16, (16, 24, 32)
        arguments.encoder_blocks = arguments.decoder_blocks = (1, 1, 1)
        arguments.out = ICONS / "autoencoder-toy.pt"
    return arguments


class Trainer:
    """One run: networks, optimisers, the averaged weights, and the clock that drives the schedule."""

    def __init__(self, arguments: argparse.Namespace, rows: IconRows) -> None:
        self.arguments, self.rows = arguments, rows
        torch.manual_seed(arguments.seed)
        shape = (tuple(arguments.widths), tuple(arguments.encoder_blocks), tuple(arguments.decoder_blocks))
        self.net = Autoencoder(*shape).to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.net).eval().requires_grad_(False)
        if arguments.compile:
            self.net.encoder.compile()
            self.net.decoder.compile()
        self.judge = PatchDiscriminator().to(memory_format=torch.channels_last)
        kernels = [p for p in self.net.parameters() if p.ndim == 4 and min(len(p), p[0].numel()) >= 32]
        others = [p for p in self.net.parameters() if all(p is not kernel for kernel in kernels)]
        self.kernel_steps = Muon(kernels, arguments.rate)
        self.net_steps = torch.optim.AdamW(others, arguments.rate, betas=(0.9, 0.99), weight_decay=0.01)
        self.judge_steps = torch.optim.AdamW(self.judge.parameters(), 4e-4, betas=(0.5, 0.95))
        self.step = 0
        self.images_seen = 0
        self.seconds_before = 0.0
        self.started = time.monotonic()

    @property
    def elapsed_s(self) -> float:
        """Seconds of training so far, earlier runs of a resumed training included."""
        return self.seconds_before + time.monotonic() - self.started

    @property
    def fraction(self) -> float:
        return min(1.0, self.elapsed_s / (self.arguments.minutes * 60))

    def train_step(self) -> dict[str, float]:
        """One batch. Returns losses for the log."""
        self.step += 1
        images = self.rows.batch(self.rows.training_rows(self.arguments.seed, self.step, self.arguments.batch))
        self.images_seen += len(images)
        noise = torch.Generator().manual_seed(self.arguments.seed * 1_000_003 + self.step)
        rate = self.arguments.rate * min(1.0, self.step / 100) * 0.5 * (1 + math.cos(math.pi * self.fraction))
        for group in [*self.net_steps.param_groups, *self.kernel_steps.param_groups]:
            group["lr"] = max(rate, self.arguments.rate * 0.005)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            mean = self.net.encoder(images)
            latent = mean + POSTERIOR_STD * torch.randn(mean.shape, generator=noise)
            output = self.net.decoder(latent).float()
        at_output = output.detach().requires_grad_()
        loss = reconstruction_loss(at_output, images, colour_weight=1 - 0.75 * min(1.0, self.fraction / 0.6))
        (gradient,) = torch.autograd.grad(loss, at_output)
        report = {"loss": float(loss.detach())}
        if self.fraction >= self.arguments.adversarial_from:
            extra, report["judge"] = self.adversarial_gradient(at_output, images, noise)
            ramp = min(1.0, (self.fraction - self.arguments.adversarial_from) / 0.05)
            gradient = gradient + extra * (self.arguments.adversarial * ramp * gradient.norm() / (extra.norm() + 1e-8))
        self.net_steps.zero_grad(set_to_none=True)
        self.kernel_steps.zero_grad(set_to_none=True)
        output.backward(gradient)
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.net_steps.step()
        self.kernel_steps.step()
        self.update_average()
        return report

    def adversarial_gradient(self, at_output: Tensor, images: Tensor, noise: torch.Generator) -> tuple[Tensor, float]:
        """Trains the discriminator once (hinge) and returns the gradient of hinge + feature matching at the output."""
        background = torch.rand((len(images), 3, 1, 1), generator=noise)
        real, fake = over_background(images, background), over_background(at_output, background)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            real_score, real_features = self.judge(real)
            fake_score, _ = self.judge(fake.detach())
            judge_loss = F.relu(1 - real_score.float()).mean() + F.relu(1 + fake_score.float()).mean()
        self.judge_steps.zero_grad(set_to_none=True)
        judge_loss.backward()
        self.judge_steps.step()
        self.judge.requires_grad_(False)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            score, features = self.judge(fake)
        matching = sum(F.l1_loss(ours.float(), theirs.detach().float()) for ours, theirs in zip(features, real_features))
        (gradient,) = torch.autograd.grad(4 * matching - score.float().mean(), at_output)
        self.judge.requires_grad_(True)
        return gradient, float(judge_loss.detach())

    @torch.no_grad()
    def update_average(self) -> None:
        decay = min(EMA_DECAY, (1 + self.step) / (10 + self.step))
        live = [tensor for tensor in self.net.state_dict().values() if tensor.is_floating_point()]
        mean = [tensor for tensor in self.average.state_dict().values() if tensor.is_floating_point()]
        torch._foreach_lerp_(mean, live, 1 - decay)

    @torch.no_grad()
    def held_out(self, count: int) -> tuple[Tensor, Tensor]:
        """Originals and averaged-weight reconstructions of evenly spaced held-out rows, both [count, 4, 128, 128]."""
        chosen = self.rows.held_out[:: max(1, len(self.rows.held_out) // count)][:count]
        originals, outputs = [], []
        for at in range(0, len(chosen), 64):
            images = self.rows.batch(chosen[at : at + 64])
            with torch.autocast("cpu", dtype=torch.bfloat16):
                outputs.append(self.average.decoder(self.average.encoder(images)).float())
            originals.append(images)
        return torch.cat(originals), valid_rgba(torch.cat(outputs))

    def state(self) -> dict:
        """Everything a checkpoint holds."""
        return {
            "config": self.net.config, "net": self.net.state_dict(), "average": self.average.state_dict(),
            "judge": self.judge.state_dict(), "net_steps": self.net_steps.state_dict(),
            "kernel_steps": self.kernel_steps.state_dict(), "judge_steps": self.judge_steps.state_dict(),
            "step": self.step, "images_seen": self.images_seen, "elapsed_s": self.elapsed_s, "minutes": self.arguments.minutes,
            "train_rows": len(self.rows.drawn) + len(self.rows.recoloured), "drawn_rows": len(self.rows.drawn),
        }

    def save(self) -> None:
        """Writes the checkpoint under another name first, so that a crash never leaves half a file."""
        part = self.arguments.out.with_suffix(".part")
        torch.save(self.state(), part)
        os.replace(part, self.arguments.out)

    def load(self) -> None:
        """Goes on from the checkpoint at --out."""
        saved = torch.load(self.arguments.out, weights_only=True)
        for name in ("net", "average", "judge", "net_steps", "kernel_steps", "judge_steps"):
            getattr(self, name).load_state_dict(saved[name])
        self.step, self.images_seen, self.seconds_before = saved["step"], saved["images_seen"], saved["elapsed_s"]


def run(trainer: Trainer) -> None:
    """Trains until the budget is spent; logs every 20 s, saves every 3 minutes, draws a sheet every 5."""
    log_path = trainer.arguments.out.with_suffix(".log")
    budget_s = trainer.arguments.minutes * 60
    due = {"log": 20.0, "save": 180.0, "sheet": 300.0}
    next_at = {name: trainer.elapsed_s + every for name, every in due.items()}
    images_at_log, seconds_at_log = trainer.images_seen, trainer.elapsed_s
    while trainer.fraction < 1:
        report = trainer.train_step()
        now = trainer.elapsed_s
        if now >= next_at["log"] or trainer.fraction >= 1:
            speed = (trainer.images_seen - images_at_log) / (now - seconds_at_log)
            pooled, mean = psnr_db(*reversed(trainer.held_out(256)))
            figures = " ".join(f"{name} {value:.4f}" for name, value in report.items())
            line = f"step {trainer.step} images/s {speed:.1f} {figures} held-out PSNR {pooled:.2f} dB pooled {mean:.2f} dB mean, {budget_s - now:.0f} s left"
            print(line, flush=True)
            with log_path.open("a", encoding="utf-8") as log:
                log.write(line + "\n")
            images_at_log, seconds_at_log = trainer.images_seen, trainer.elapsed_s
            next_at["log"] = trainer.elapsed_s + due["log"]
        if now >= next_at["save"]:
            trainer.save()
            next_at["save"] = now + due["save"]
        if now >= next_at["sheet"]:
            save_sheet(trainer.arguments.out.with_suffix(".png"), *trainer.held_out(48))
            next_at["sheet"] = now + due["sheet"]


def finish(trainer: Trainer) -> None:
    """Saves the last checkpoint and sheet, and measures every held-out row."""
    trainer.save()
    save_sheet(trainer.arguments.out.with_suffix(".png"), *trainer.held_out(48))
    originals, outputs = trainer.held_out(len(trainer.rows.held_out))
    pooled, mean = psnr_db(outputs, originals)
    metrics = {
        "heldOutRows": len(originals), "heldOutPsnrDb": round(pooled, 3), "heldOutMeanPsnrDb": round(mean, 3),
        "parameters": sum(parameter.numel() for parameter in trainer.net.parameters()),
        "minutes": round(trainer.elapsed_s / 60, 1), "imagesPerSecond": round(trainer.images_seen / trainer.elapsed_s, 1),
        "steps": trainer.step, "imagesSeen": trainer.images_seen,
        "epochsOfDrawnRows": round(trainer.images_seen / len(trainer.rows.drawn), 2),
        "epochsOfAllRows": round(trainer.images_seen / (len(trainer.rows.drawn) + len(trainer.rows.recoloured)), 2),
        "posteriorStd": POSTERIOR_STD,
    }
    trainer.arguments.out.with_suffix(".json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(metrics), flush=True)


def main() -> None:
    arguments = parse_arguments()
    torch.set_num_threads(2)
    rows = IconRows()
    if arguments.toy:
        rows.drawn, rows.recoloured, rows.held_out = rows.drawn[:400], rows.recoloured[:100], rows.held_out[:32]
    trainer = Trainer(arguments, rows)
    if arguments.resume:
        trainer.load()
    run(trainer)
    finish(trainer)


if __name__ == "__main__":
    main()
