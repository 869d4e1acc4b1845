"""What every training run here has in common: a time budget, its schedule, averaged weights, checkpoints and the log.

A run is a subclass of TimedTraining that says what a step does and what is measured. The learning rate falls along half a cosine and
reaches zero when the budget is spent, so a run is over when its minutes are, on any machine. Kernels step by Muon, the rest by AdamW.
Random draws of a step must depend on (seed, step) alone: then --resume goes on as if nothing had happened.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import os
import statistics
import time
from pathlib import Path

import torch
from torch import nn

from muon import Muon

EMA_DECAY = 0.998
WARMUP_STEPS = 100
LAST_RATE_SHARE = 0.005


def add_common_arguments(parser: argparse.ArgumentParser, minutes: float | None, batch: int, rate: float) -> None:
    """The flags of every run. Without a default of minutes they must be given."""
    parser.add_argument("--minutes", type=float, default=minutes, required=minutes is None, help="time budget; the learning rate ends at zero with it")
    parser.add_argument("--batch", type=int, default=batch)
    parser.add_argument("--rate", type=float, default=rate)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--compile", action="store_true", help="torch.compile: faster steps after half a minute; needs a C++ compiler")
    parser.add_argument("--resume", action="store_true")


class TimedTraining:
    """One run of one network. `arguments` has the common flags and `out`, the checkpoint; log and metrics lie beside it."""

    parts: tuple[str, ...] = ("net", "average", "net_steps", "kernel_steps")
    """Attributes with a state_dict that a checkpoint holds."""
    log_every_s, save_every_s, sheet_every_s = 20.0, 120.0, 300.0
    logged_samples = 256
    """Held-out samples that a line of the log measures."""

    def __init__(self, arguments: argparse.Namespace, net: nn.Module, weight_decay: float = 0.01) -> None:
        self.arguments, self.net = arguments, net
        self.average = copy.deepcopy(net).eval().requires_grad_(False)
        kernels = [p for p in self.kernel_module().parameters() if p.ndim == 4 and min(len(p), p[0].numel()) >= 32]
        others = [p for p in net.parameters() if all(p is not kernel for kernel in kernels)]
        self.kernel_steps = Muon(kernels, arguments.rate)
        self.net_steps = torch.optim.AdamW(others, arguments.rate, betas=(0.9, 0.99), weight_decay=weight_decay)
        self.step, self.seconds_before, self.started = 0, 0.0, time.monotonic()

    def kernel_module(self) -> nn.Module:
        """Where Muon's kernels are looked for."""
        return self.net

    def train_step(self) -> dict[str, float]:
        """One batch, ending in `descend`. Returns what the log shows."""
        raise NotImplementedError

    def measure(self, count: int) -> dict[str, float]:
        """Figures of the averaged weights on `count` held-out samples."""
        raise NotImplementedError

    def final_figures(self) -> dict[str, float | int]:
        """What the metrics file says besides the common figures."""
        raise NotImplementedError

    def sheet(self) -> None:
        """Draws held-out samples; a run without pictures draws none."""

    @property
    def elapsed_s(self) -> float:
        """Seconds of training so far, earlier runs of a resumed training included."""
        return self.seconds_before + time.monotonic() - self.started

    @property
    def fraction(self) -> float:
        return min(1.0, self.elapsed_s / (self.arguments.minutes * 60))

    @property
    def colour_weight(self) -> float:
        """Of the coarse colour term: fades to a quarter in the first 60 % of the budget."""
        return 1 - 0.75 * min(1.0, self.fraction / 0.6)

    def begin_step(self) -> None:
        """Counts the step, sets its learning rate and clears the gradients."""
        self.step += 1
        rate = self.arguments.rate * min(1.0, self.step / WARMUP_STEPS) * 0.5 * (1 + math.cos(math.pi * self.fraction))
        for steps in (self.net_steps, self.kernel_steps):
            steps.zero_grad(set_to_none=True)
            for group in steps.param_groups:
                group["lr"] = max(rate, self.arguments.rate * LAST_RATE_SHARE)

    def noise_source(self) -> torch.Generator:
        """Random numbers of this step."""
        return torch.Generator().manual_seed(self.arguments.seed * 1_000_003 + self.step)

    def descend(self) -> None:
        """Clips the gradients, steps both optimisers and moves the average."""
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.net_steps.step()
        self.kernel_steps.step()
        with torch.no_grad():
            decay = min(EMA_DECAY, (1 + self.step) / (10 + self.step))
            live, mean = ([t for t in net.state_dict().values() if t.is_floating_point()] for net in (self.net, self.average))
            torch._foreach_lerp_(mean, live, 1 - decay)

    def state(self) -> dict:
        """Everything a checkpoint holds."""
        parts = {name: getattr(self, name).state_dict() for name in self.parts}
        return {"config": self.net.config, "step": self.step, "elapsed_s": self.elapsed_s, **parts}

    def save(self) -> None:
        """Writes the checkpoint under another name first, so that a crash never leaves half a file."""
        part = self.arguments.out.with_suffix(".part")
        torch.save(self.state(), part)
        os.replace(part, self.arguments.out)

    def load(self) -> None:
        """Goes on from the checkpoint."""
        saved = torch.load(self.arguments.out, weights_only=True)
        for name in self.parts:
            getattr(self, name).load_state_dict(learned(saved[name]))
        self.step, self.seconds_before = saved["step"], saved["elapsed_s"]

    def run(self) -> None:
        """Resumes if asked, trains until the budget is spent, then measures everything held out."""
        if self.arguments.resume:
            self.load()
        self.started = time.monotonic()
        next_at = {name: self.elapsed_s + every for name, every in self.intervals.items()}
        step_at_log, seconds_at_log = self.step, self.elapsed_s
        reports: list[dict[str, float]] = []
        while self.fraction < 1:
            reports.append(self.train_step())
            now = self.elapsed_s
            if now >= next_at["log"] or self.fraction >= 1:
                self.log(reports, (self.step - step_at_log) * self.arguments.batch / (now - seconds_at_log))
                step_at_log, seconds_at_log, reports = self.step, self.elapsed_s, []
                next_at["log"] = self.elapsed_s + self.log_every_s
            if now >= next_at["save"]:
                self.save()
                next_at["save"] = now + self.save_every_s
            if now >= next_at["sheet"]:
                self.sheet()
                next_at["sheet"] = now + self.sheet_every_s
        self.finish()

    @property
    def intervals(self) -> dict[str, float]:
        return {"log": self.log_every_s, "save": self.save_every_s, "sheet": self.sheet_every_s}

    def log(self, reports: list[dict[str, float]], samples_per_s: float) -> None:
        """One line: means of what the steps since the last one reported, and what is measured now."""
        means = {name: statistics.fmean(report[name] for report in reports if name in report) for name in reports[-1]}
        figures = " ".join(f"{name} {value:.4f}" for name, value in {**means, **self.measure(self.logged_samples)}.items())
        left = self.arguments.minutes * 60 - self.elapsed_s
        line = f"step {self.step} samples/s {samples_per_s:.1f} {figures}, {left:.0f} s left"
        print(line, flush=True)
        with self.arguments.out.with_suffix(".log").open("a", encoding="utf-8") as log:
            log.write(line + "\n")

    def finish(self) -> None:
        """Saves the last checkpoint and sheet, and writes the metrics."""
        self.save()
        self.sheet()
        seen = self.step * self.arguments.batch
        metrics = {name: round(value, 4) for name, value in self.final_figures().items()} | {
            "parameters": sum(parameter.numel() for parameter in self.net.parameters()),
            "minutes": round(self.elapsed_s / 60, 1), "steps": self.step, "samplesSeen": seen,
            "samplesPerSecond": round(seen / self.elapsed_s, 1),
        }
        self.arguments.out.with_suffix(".json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
        print(json.dumps(metrics), flush=True)


def learned(weights: dict) -> dict:
    """Without the fixed bicubic taps, which checkpoints of Φ held up to 0.9."""
    return {name: value for name, value in weights.items() if not name.startswith("bicubic.")}


def load_net(path: Path, build, which: str = "average") -> nn.Module:
    """A frozen network from a checkpoint: `build(**config)` with the averaged weights, or the last step's."""
    saved = torch.load(path, weights_only=True)
    net = build(**saved["config"])
    net.load_state_dict(learned(saved[which]))
    return net.eval().requires_grad_(False)
