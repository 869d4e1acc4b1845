"""Trains the flow that puts a drawing into a style (flow_networks.py), on a time budget, on the CPU.

Exact maximum likelihood of z = mean + 0.3 ε. Measures nats per dimension and what v = 0 explains on families, styles and concepts that were never
trained on, and with another image's condition. Sheets show truth, source, v = 0 and T 0.5, decoded by target expert 2.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

sys.path.insert(0, str(Path(__file__).parent.parent))
from flow_networks import StyleFlow, unfold
from layer_networks import POSTERIOR_STD, LayerAutoencoder, composite
from losses import valid_rgba
from style_pairs import StylePairs
from style_rows import STYLES, StyleRows
from timed_training import TimedTraining, add_common_arguments, load_net

SPLITS = {"families": "heldOutFamily", "styles": "heldOutStyle", "concepts": "heldOutConcept"}


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add_common_arguments(parser, minutes=30, batch=96, rate=1e-3)
    parser.add_argument("--rest", choices=("none", "grid", "causal"), default="grid")
    parser.add_argument("--width", type=int, default=96)
    parser.add_argument("--blocks", type=int, default=6)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--rest-width", type=int, default=64)
    parser.add_argument("--cpu-minutes", type=float, help="processor time at which to stop, so that other work on the machine does not count")
    parser.add_argument("--styles", type=Path, default=STYLES)
    parser.add_argument("--target", type=Path, help="default: target.pt in that folder")
    parser.add_argument("--out", type=Path, help="default: flow-REST.pt in that folder")
    parser.add_argument("--toy", action="store_true")
    arguments = parser.parse_args()
    if arguments.toy:
        arguments.batch, arguments.width, arguments.blocks, arguments.steps, arguments.rest_width = 16, 32, 1, 2, 32
    arguments.target = arguments.target or arguments.styles / f"target{'-toy' if arguments.toy else ''}.pt"
    arguments.out = arguments.out or arguments.styles / f"flow-{arguments.rest}{'-toy' if arguments.toy else ''}.pt"
    return arguments


class FlowTraining(TimedTraining):
    """The flow alone; the target expert is frozen and only draws the sheets."""

    save_every_s, sheet_every_s, log_every_s, logged_samples = 240.0, 600.0, 120.0, 192

    def __init__(self, arguments: argparse.Namespace, rows: StyleRows) -> None:
        torch.manual_seed(arguments.seed)
        net = StyleFlow(arguments.width, arguments.blocks, 192, arguments.rest, arguments.steps, arguments.rest_width)
        super().__init__(arguments, net.to(memory_format=torch.channels_last))
        self.rows, self.processor_at_start_s = rows, time.process_time()
        self.pairs = StylePairs(arguments.styles / "latents.npz", rows.index, arguments.toy)

    @property
    def fraction(self) -> float:
        """Of wall time, or of processor time where that is the budget."""
        if self.arguments.cpu_minutes is None:
            return super().fraction
        return min(1.0, self.processor_s / (60 * self.arguments.cpu_minutes))

    @property
    def processor_s(self) -> float:
        return time.process_time() - self.processor_at_start_s

    def train_step(self) -> dict[str, float]:
        self.begin_step()
        rng = np.random.default_rng([self.arguments.seed, self.step])
        targets, sources = self.pairs.training_pairs(rng, self.arguments.batch)
        given = self.pairs.given(rng, targets, sources, True)
        x = self.pairs.data(targets)
        x = x + POSTERIOR_STD * torch.randn(x.shape, generator=self.noise_source())
        with torch.autocast("cpu", dtype=torch.bfloat16):
            nats = self.net.nats(x, given).mean()
        nats.backward()
        self.descend()
        return {"nats": float(nats.detach())}

    @torch.no_grad()
    def figures(self, split: str, count: int) -> dict[str, float]:
        """Nats per dimension, the same with another pair's condition, and the share of variance that v = 0 and the source explain."""
        targets, sources = self.pairs.held_out_pairs(split, count)
        if len(targets) < 2:
            return {}
        totals = {"nats": [], "shuffled": [], "v0": [], "copy": [], "spread": []}
        for first in range(0, len(targets), 96):
            at, of = targets[first : first + 96], sources[first : first + 96]
            given = self.pairs.given(np.random.default_rng([3, first]), at, of, False)
            mean = self.pairs.data(at)
            noise = torch.randn(mean.shape, generator=torch.Generator().manual_seed(first))
            other = {name: value.roll(1, 0) for name, value in given.items()}
            totals["nats"].append(self.average.nats(mean + POSTERIOR_STD * noise, given))
            totals["shuffled"].append(self.average.nats(mean + POSTERIOR_STD * noise, other))
            if self.arguments.rest == "causal" and first > 0:
                continue  # 64 tokens one after another cost too much for all pairs
            guess = self.average.inverse(torch.zeros_like(mean), given)
            totals["v0"].append((mean - guess).square().sum((1, 2, 3)))
            totals["copy"].append((mean - given["source"]).square().sum((1, 2, 3)))
            totals["spread"].append((mean - torch.from_numpy(self.pairs.mean)).square().sum((1, 2, 3)))
        sums = {name: torch.cat(parts) for name, parts in totals.items()}
        spread = sums["spread"].sum()
        return {
            "nats": float(sums["nats"].mean()), "shuffled": float(sums["shuffled"].mean()),
            "v0Explains": float(1 - sums["v0"].sum() / spread), "copyExplains": float(1 - sums["copy"].sum() / spread),
            "nearerThanSource": float((sums["v0"] < sums["copy"]).float().mean()),
        }

    def measure(self, count: int) -> dict[str, float]:
        found = self.figures("heldOutFamily", count)
        return {name: found[name] for name in ("nats", "v0Explains") if name in found} if count == self.logged_samples else found

    def final_figures(self) -> dict[str, float | int]:
        return {f"{name}{key[0].upper()}{key[1:]}": value for name, split in SPLITS.items() for key, value in self.figures(split, 384).items()} | {
            "processorMinutes": self.processor_s / 60
        }

    @torch.no_grad()
    def sheet(self) -> None:
        """Held-out variants, a block each: truth, source, v = 0, T 0.5."""
        if not self.arguments.target.exists():
            return
        expert = load_net(self.arguments.target, LayerAutoencoder)
        targets, sources = self.pairs.held_out_pairs("heldOutFamily", 4000)
        groups: dict[str, list[int]] = {}
        for at, target in enumerate(targets):
            groups.setdefault(self.pairs.lines[target]["variant"], []).append(at)
        names = sorted((name for name, of in groups.items() if len(of) >= 10), key=lambda name: (not self.pairs.lines[targets[groups[name][0]]]["isColour"], name))
        names = names[:: max(1, len(names) // 9)][:9]
        blocks = []
        for name in names:
            chosen = groups[name][:10]
            at, of = targets[chosen], sources[chosen]
            given = self.pairs.given(np.random.default_rng(5), at, of, False)
            noise = torch.randn(self.pairs.data(at).shape, generator=torch.Generator().manual_seed(1))
            made = [composite(*expert.decoder(unfold(self.average.inverse(t * noise, given), self.pairs.grid))) for t in (0.0, 0.5)]
            truth, source = (self.rows.batch(self.pairs.rows[which]) for which in (at, of))
            blocks.append(torch.stack([truth, source, *made]))
        if blocks:
            save_blocks(self.arguments.out.with_suffix(".png"), blocks)
            self.arguments.out.with_suffix(".names.txt").write_text("\n".join(names) + "\n", encoding="utf-8")


def save_blocks(path: Path, blocks: list[Tensor]) -> None:
    """Blocks [lines, columns, 4, h, w] under each other on white, at 64 px each."""
    lines = []
    for block in blocks:
        images = valid_rgba(block.flatten(0, 1).float())
        rgb = torch.nn.functional.avg_pool2d(images[:, :3] + 1 - images[:, 3:], 2).unflatten(0, block.shape[:2])
        lines.append(rgb.permute(0, 3, 1, 4, 2).flatten(2, 3).flatten(0, 1))
        lines.append(torch.full((6, lines[-1].shape[1], 3), 0.5))
    Image.fromarray((torch.cat(lines).clamp(0, 1) * 255).round().to(torch.uint8).numpy()).save(path)


def main() -> None:
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    FlowTraining(arguments, StyleRows(arguments.styles)).run()


if __name__ == "__main__":
    main()
