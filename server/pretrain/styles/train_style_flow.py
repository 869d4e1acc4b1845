"""Trains the flow that puts a drawing into a style (flow_networks.py), its style expert, and the decoder further, on a time budget, on the CPU.

Exact maximum likelihood of z = mean + 0.3 ε, and beside it a loss on pixels of what v = 0 decodes to: the mean of two edges' codes decodes to nothing,
so v = 0 has to learn to be an edge. Discriminators ask that it decides (style_adversary.py). The decoder learns to see the drawing beside the latent
(drawing_sight.py), and from answers and true latents; the encoder stays. Sheets show truth, source, v = 0 and T 0.5 of families that were never trained on.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parent.parent))
from flow_networks import LEAST_SIZE, StyleFlow, nats_of
from layer_networks import POSTERIOR_STD, LayerAutoencoder, LayerDecoder, composite
from losses import reconstruction_loss, valid_rgba
from style_adversary import StyleAdversary
from style_networks import CODE
from style_pairs import StylePairs
from style_rows import STYLES, StyleRows
from timed_training import TimedTraining, add_common_arguments, load_net
from train_target import detail_loss

SPLITS = {"families": "heldOutFamily", "styles": "heldOutStyle", "concepts": "heldOutConcept"}
GROUP_SIZE = 3
"""Things of one batch that share both styles, so that a style is read once for all of them."""
REBUILT_WEIGHT = 0.5
SIZE_WEIGHT = 1.0
WITHOUT_ORIGIN, WITHOUT_PALETTE, WITH_HOLE, WITHOUT_SOURCE = 0.15, 0.7, 0.1, 0.03
"""How often a group goes without a condition."""
MOST_TEMPERATURE = 0.6
"""Of the answers at random temperatures that the decoder learns from."""
LEAST_CHANGE = 0.15
"""Of the mean change of a batch; added to each pair's, so that no pair counts more than a few times as much as another."""
ADVERSARIAL_RAMP = 0.08
"""Fraction of the budget over which the discriminators' share of the gradient grows."""


def picture_loss(output: Tensor, target: Tensor) -> Tensor:
    """What target expert 2 was trained with."""
    return reconstruction_loss(output, target, 0.5) + detail_loss(output, target)


class RestyleNets(nn.Module):
    """Flow and decoder together; `config` holds what both are built from."""

    def __init__(self, flow: dict, decoder: dict) -> None:
        super().__init__()
        self.config = {"flow": flow, "decoder": decoder}
        self.flow = StyleFlow(**flow)
        shapes = (decoder[name] for name in ("widths", "decoder_blocks", "channels", "layers", "fine", "tail"))
        self.decoder = LayerDecoder(*shapes, sees_drawing=True)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add_common_arguments(parser, minutes=50, batch=24, rate=2.5e-3)
    parser.add_argument("--width", type=int, default=96)
    parser.add_argument("--deep", type=int, default=160)
    parser.add_argument("--blocks", type=int, default=6)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--rest-width", type=int, default=64)
    parser.add_argument("--drawn", type=int, default=10, help="answers of a batch that are decoded")
    parser.add_argument("--judged", type=int, default=8, help="answers of a batch that the discriminators see")
    parser.add_argument("--rebuilt", type=int, default=3, help="true latents of a batch that are decoded, without a drawing")
    parser.add_argument("--sampled", type=int, default=4, help="answers among those decoded that are not v = 0; only the decoder learns from them")
    parser.add_argument("--decoder-from", type=float, default=0.6, help="fraction of the budget from which the decoder learns too, and not only its sight of the drawing")
    parser.add_argument("--pixels", type=float, default=2.0, help="weight of the loss on pixels")
    parser.add_argument("--adversarial", type=float, default=0.5, help="what the discriminators ask, as a share of the pixels' gradient; 0 = none")
    parser.add_argument("--adversarial-from", type=float, default=0.3, help="fraction of the budget from which the discriminators learn")
    parser.add_argument("--start", type=Path, help="another run's checkpoint to take the weights of, on the same latents")
    parser.add_argument("--styles", type=Path, default=STYLES)
    parser.add_argument("--target", type=Path, help="default: target.pt in that folder")
    parser.add_argument("--out", type=Path, help="default: flow.pt in that folder")
    parser.add_argument("--toy", action="store_true")
    arguments = parser.parse_args()
    if arguments.toy:
        arguments.batch, arguments.width, arguments.deep, arguments.blocks, arguments.steps, arguments.rest_width, arguments.drawn, arguments.rebuilt = 12, 32, 32, 2, 2, 32, 2, 1
    arguments.target = arguments.target or arguments.styles / f"target{'-toy' if arguments.toy else ''}.pt"
    arguments.out = arguments.out or arguments.styles / f"flow{'-toy' if arguments.toy else ''}.pt"
    return arguments


class FlowTraining(TimedTraining):
    """The flow and the decoder; the encoder has done its work."""

    parts = (*TimedTraining.parts, "adversary")
    save_every_s, sheet_every_s, log_every_s, logged_samples = 240.0, 480.0, 240.0, 96

    def __init__(self, arguments: argparse.Namespace, rows: StyleRows) -> None:
        torch.manual_seed(arguments.seed)
        expert = load_net(arguments.target, LayerAutoencoder)
        flow = {name: getattr(arguments, name) for name in ("width", "deep", "blocks", "steps", "rest_width")}
        nets = RestyleNets(flow, expert.config)
        nets.decoder.load_state_dict(expert.decoder.state_dict(), strict=False)
        start = torch.load(arguments.start, weights_only=True) if arguments.start else {}
        if start:
            take_weights(nets, start["average"])
        super().__init__(arguments, nets.to(memory_format=torch.channels_last))
        self.adversary = StyleAdversary()
        if "adversary" in start:
            self.adversary.load_state_dict(start["adversary"])
        self.rows, self.processor_at_start_s = rows, time.process_time()
        self.composite, self.picture_loss = composite, picture_loss
        if arguments.compile:
            self.net.flow.injector.compile()
            self.net.decoder.compile()
            self.composite, self.picture_loss = torch.compile(composite), torch.compile(picture_loss)
        self.pairs = StylePairs(arguments.styles / "latents.npz", rows.index)

    def train_step(self) -> dict[str, float]:
        self.begin_step()
        rng = np.random.default_rng([self.arguments.seed, self.step])
        noise = self.noise_source()
        groups = self.arguments.batch // GROUP_SIZE
        drawn = self.pairs.draw_batch(rng, groups, GROUP_SIZE)
        data = self.pairs.values_of(drawn.targets)
        x = data + POSTERIOR_STD * torch.randn(data.shape, generator=noise)
        shown = rng.permutation(len(data))[: self.arguments.drawn]
        sources = self.rows.batch(self.pairs.rows[drawn.sources[shown]])
        decoder_learns = self.fraction >= self.arguments.decoder_from
        self.net.decoder.requires_grad_(decoder_learns)
        self.net.decoder.sight.requires_grad_(True)
        rebuilt = rng.permutation(len(data))[: self.arguments.rebuilt]
        flow = self.net.flow
        with torch.autocast("cpu", dtype=torch.bfloat16):
            given = self.conditions(drawn, rng)
            said = flow.injector(given)
            nats = nats_of(*flow.towards_v(x, *said)).mean()
            part = [value[shown] for value in said]
            answers = flow.towards_x(torch.zeros_like(x[shown]), *part)
            sampled = self.sampled_answers(part, noise)
            latents = torch.cat([sampled, answers[len(sampled) :], x[rebuilt]]).contiguous(memory_format=torch.channels_last)
            nothing = torch.zeros(len(rebuilt), *sources.shape[1:]), torch.zeros(len(rebuilt), *given["known"].shape[1:])
            manner = flow.manner_of(given)[shown]
            size = manner[:, 0]
            true_size, is_known = self.true_sizes(drawn.targets[shown], drawn.sources[shown])
            given_size = torch.cat([torch.where(is_known, true_size, size.detach()), torch.ones(len(rebuilt))])
            manner = torch.cat([given_size[:, None], F.pad(manner[:, 1:], (0, 0, 0, len(rebuilt)))], dim=1)
            logits, paints = self.net.decoder(latents, torch.cat([sources, nothing[0]]), torch.cat([given["known"][shown], nothing[1]]), manner)
        images = self.rows.batch(self.pairs.rows[drawn.targets[np.concatenate([shown, rebuilt])]])
        output = self.composite(logits, paints)
        many = len(shown)
        made = output[:many].detach().requires_grad_()
        drawn_loss = self.picture_loss(made, images[:many])
        report = {"nats": float(nats.detach()), "v0Loss": float(drawn_loss.detach())}
        (gradient,) = torch.autograd.grad(self.arguments.pixels * drawn_loss, made)
        gradient *= weights_of_pairs(sources, images[:many])
        if self.arguments.adversarial > 0 and self.fraction >= self.arguments.adversarial_from:
            wanted, report["judge"] = self.judge(made, images, sources, given["asked"][shown].detach(), rng)
            ramp = min(1.0, (self.fraction - self.arguments.adversarial_from) / ADVERSARIAL_RAMP)
            gradient[: len(wanted)] += wanted * (self.arguments.adversarial * ramp * gradient[: len(wanted)].norm() / (wanted.norm() + 1e-8))
        wrong_size = ((size - true_size).abs() * is_known).mean()
        report["size"] = float(wrong_size.detach())
        loss = nats + (output[:many] * gradient).sum() + SIZE_WEIGHT * wrong_size
        if len(rebuilt):
            rebuilt_loss = self.picture_loss(output[many:], images[many:])
            report["rebuiltLoss"] = float(rebuilt_loss.detach())
            loss = loss + REBUILT_WEIGHT * rebuilt_loss
        loss.backward()
        self.descend()
        return report

    def true_sizes(self, targets: np.ndarray, sources: np.ndarray) -> tuple[Tensor, Tensor]:
        """At which sizes the targets show their sources [n], and whether that is known. The decoder is given these, so that it draws crisply at any size
        it is given."""
        size = self.pairs.sizes[targets] / self.pairs.sizes[sources]
        is_known = np.isfinite(size) & (size <= 1) & (size >= LEAST_SIZE)
        return torch.from_numpy(np.where(is_known, size, 1).astype(np.float32)), torch.from_numpy(is_known)

    @torch.no_grad()
    def sampled_answers(self, said: list[Tensor], noise: torch.Generator) -> Tensor:
        """Answers at random temperatures, for the decoder alone, so that it knows what is not v = 0."""
        said = [value[: self.arguments.sampled] for value in said]
        temperatures = MOST_TEMPERATURE * torch.rand(len(said[0]), 1, 1, 1, generator=noise)
        return self.net.flow.towards_x(temperatures * torch.randn(said[0].shape, generator=noise), *said)

    def judge(self, made: Tensor, truth: Tensor, sources: Tensor, asked: Tensor, rng: np.random.Generator) -> tuple[Tensor, float]:
        """What the discriminators ask of the first answers, and how badly they tell."""
        most = self.arguments.judged
        answers = made[:most].detach().requires_grad_()
        return self.adversary.gradient(answers, truth[: len(answers)], sources[:most], asked[:most], rng)

    def conditions(self, drawn, rng: np.random.Generator) -> dict[str, Tensor]:
        """The conditions of a training batch, with something left out at times."""
        groups = len(drawn.asked)

        def kept(share: float, *shape: int) -> Tensor:
            return torch.from_numpy((rng.random(groups) >= share).astype(np.float32)).repeat_interleave(GROUP_SIZE, 0).view(-1, *shape)

        asked, origin = (self.net.flow.style(self.pairs.values_of(at)).repeat_interleave(GROUP_SIZE, 0) for at in (drawn.asked, drawn.origin))
        source = self.pairs.values_of(drawn.sources)
        known = torch.from_numpy(np.stack([draw_known(rng, source.shape[-1]) for _ in range(len(source))]))
        return {
            "source": source * known, "known": known, "asked": asked, "origin": origin * kept(WITHOUT_ORIGIN, 1),
            "palette": self.pairs.palettes_of(drawn.targets) * kept(WITHOUT_PALETTE, 1, 1),
        }

    @torch.no_grad()
    def decode(self, latents: Tensor, sources: Tensor, given: dict[str, Tensor]) -> Tensor:
        """Latents beside the drawings that they were made from to valid pictures, float [n, 4, 128, 128]."""
        seen = (latents, sources, given["known"], self.average.flow.manner_of(given))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            layers = [self.average.decoder(*parts) for parts in zip(*[value.split(24) for value in seen])]
        return valid_rgba(torch.cat([composite(logits.float(), paints.float()) for logits, paints in layers]))

    @torch.no_grad()
    def figures(self, split: str, count: int) -> dict[str, float]:
        """Nats per dimension, the same with another pair's condition, what v = 0 explains of the latents, and how near its picture is to the truth."""
        targets, sources = self.pairs.held_out_pairs(split, count)
        if len(targets) < 2:
            return {}
        flow = self.average.flow
        totals: dict[str, list[Tensor]] = {name: [] for name in ("nats", "shuffled", "v0", "spread", "error", "start")}
        for first in range(0, len(targets), 48):
            at, of = targets[first : first + 48], sources[first : first + 48]
            given = self.pairs.conditions(flow.style, at, of)
            mean = self.pairs.values_of(at)
            noisy = mean + POSTERIOR_STD * torch.randn(mean.shape, generator=torch.Generator().manual_seed(first))
            totals["nats"].append(flow.nats(noisy, given))
            totals["shuffled"].append(flow.nats(noisy, {name: value.roll(1, 0) for name, value in given.items()}))
            guess = flow.inverse(torch.zeros_like(mean), given)
            totals["v0"].append((mean - guess).square().sum((1, 2, 3)))
            totals["spread"].append(mean.square().sum((1, 2, 3)))
            truth, source = (self.rows.batch(self.pairs.rows[which]) for which in (at, of))
            totals["error"].append((self.decode(guess, source, given) - truth).square().mean((1, 2, 3)))
            totals["start"].append((source - truth).square().mean((1, 2, 3)))
        sums = {name: torch.cat(parts) for name, parts in totals.items()}
        return {
            "nats": float(sums["nats"].mean()), "shuffled": float(sums["shuffled"].mean()), "v0Explains": float(1 - sums["v0"].sum() / sums["spread"].sum()),
            "nearer": float((sums["error"] < sums["start"]).float().mean()), "errorOfSource": float(sums["error"].mean() / sums["start"].mean()),
        }

    def measure(self, count: int) -> dict[str, float]:
        return self.figures("heldOutFamily", count)

    def final_figures(self) -> dict[str, float | int]:
        return {f"{name}{key[0].upper()}{key[1:]}": value for name, split in SPLITS.items() for key, value in self.figures(split, 288).items()} | {
            "processorMinutes": (time.process_time() - self.processor_at_start_s) / 60
        }

    @torch.no_grad()
    def sheet(self) -> None:
        """Held-out variants, a block each: truth, source, v = 0, T 0.5."""
        targets, sources = self.pairs.held_out_pairs("heldOutFamily", 4000)
        groups: dict[str, list[int]] = {}
        for at, target in enumerate(targets):
            groups.setdefault(self.pairs.style_of[target], []).append(at)
        names = sorted((name for name, of in groups.items() if len(of) >= 10), key=lambda name: (self.pairs.lines[targets[groups[name][0]]]["isColour"], name))
        names = names[:: max(1, len(names) // 12)][:12]
        blocks = []
        for name in names:
            chosen = groups[name][:12]
            at, of = targets[chosen], sources[chosen]
            given = self.pairs.conditions(self.average.flow.style, at, of)
            noise = torch.randn(given["source"].shape, generator=torch.Generator().manual_seed(1))
            truth, source = (self.rows.batch(self.pairs.rows[which]) for which in (at, of))
            made = [self.decode(self.average.flow.inverse(t * noise, given), source, given) for t in (0.0, 0.5)]
            blocks.append([truth, source, *made])
        if blocks:
            save_blocks(self.arguments.out.with_suffix(".png"), blocks)
            self.arguments.out.with_suffix(".names.txt").write_text("\n".join(names) + "\n", encoding="utf-8")


def weights_of_pairs(sources: Tensor, truth: Tensor) -> Tensor:
    """How much each pair counts, [n, 1, 1, 1] of mean 1: the less the source differs from the truth the more, so that small changes are made right too.
    Both are pictures [n, 4, h, w]."""
    change = (sources - truth).square().mean((1, 2, 3), keepdim=True)
    weights = (change + LEAST_CHANGE * change.mean() + 1e-6).rsqrt()
    return weights / weights.mean()


def take_weights(net: nn.Module, weights: dict[str, Tensor]) -> None:
    """Copies weights by name; a kernel that reads more channels than before does not read the new ones yet."""
    own = net.state_dict()
    for name, value in weights.items():
        if name not in own:
            continue
        if own[name].shape == value.shape:
            own[name].copy_(value)
        elif own[name].ndim == value.ndim:
            own[name].zero_()
            own[name][tuple(slice(0, size) for size in value.shape)] = value


def draw_known(rng: np.random.Generator, grid: int) -> np.ndarray:
    """Which places of the source are known, [1, grid, grid]: mostly all, at times all but a hole, or none."""
    known = np.ones((1, grid, grid), dtype=np.float32)
    chance = rng.random()
    if chance < WITHOUT_SOURCE:
        known[:] = 0
    elif chance < WITHOUT_SOURCE + WITH_HOLE:
        height, width = rng.integers(4, 11, size=2)
        y, x = rng.integers(0, grid - height + 1), rng.integers(0, grid - width + 1)
        known[:, y : y + height, x : x + width] = 0
    return known


def save_blocks(path: Path, blocks: list[list[Tensor]]) -> None:
    """Blocks of lines of pictures [columns, 4, h, w] under each other on white, at 64 px each."""
    side, widest = 64, max(len(block[0]) for block in blocks)
    lines = []
    for block in blocks:
        for pictures in block:
            rgba = torch.nn.functional.avg_pool2d(pictures.float(), pictures.shape[-1] // side)
            rgb = (rgba[:, :3] + 1 - rgba[:, 3:]).permute(2, 0, 3, 1).flatten(1, 2)
            lines.append(torch.nn.functional.pad(rgb, (0, 0, 0, widest * side - rgb.shape[1]), value=1.0))
        lines.append(torch.full((6, widest * side, 3), 0.5))
    Image.fromarray((torch.cat(lines).clamp(0, 1) * 255).round().to(torch.uint8).numpy()).save(path)


def main() -> None:
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    FlowTraining(arguments, StyleRows(arguments.styles, arguments.toy)).run()


if __name__ == "__main__":
    main()
