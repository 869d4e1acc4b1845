"""Measures the flow between styles on drawings: is what v = 0 draws nearer to the true variant than the source is, are lines whole, whose style is it.

Pairs whose families, made-up styles or concepts were never trained on, unpicked; up to --examples of its other drawings show a style, colours are not
given. Nearness in pixels, in features (style_judge.py) and by LPIPS; ceilings are the true variant through target expert 2. Holes: a drawing with a part
missing, drawn in its own style, against that part left empty. Writes restyle-evaluation.json.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

sys.path[:0] = [str(Path(__file__).parents[at]) for at in (1, 2)]
from layer_networks import composite
from losses import valid_rgba
from perceptual_distance import GRAPH, PerceptualDistance
from style_judge import IMAGE_EXPERT, Features, StyleJudge, cosine_distance, spread_of
from style_pairs import MOST_EXAMPLES, StylePairs, kind_of
from style_rows import STYLES, StyleRows
from timed_training import load_net
from train_style_flow import SPLITS, RestyleNets
from unbroken_lines import is_unbroken

BATCH = 32
JUDGED_STYLES, JUDGED_EACH = 20, 24
CONTRAST = 0.1
"""What the server's guidance of weight 1 does (server/flow/style-flow.ts)."""
HOLE_CELLS, CELL_PX = 6, 8
"""Side of a hole in places of the grid, and of a place in pixels."""


def squared_error(a: Tensor, b: Tensor) -> Tensor:
    """Mean squared difference of two premultiplied pictures, [batch]."""
    return (a - b).square().mean((1, 2, 3))


class Evaluation:
    """The trained nets on held-out pairs."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.rows = StyleRows(arguments.styles)
        self.pairs = StylePairs(arguments.styles / "latents.npz", self.rows.index)
        self.nets = load_net(arguments.flow, RestyleNets)
        self.examples = arguments.examples
        self.ink_gain, self.guidance = arguments.ink_gain, arguments.guidance
        self.features = Features(arguments.threads) if IMAGE_EXPERT.exists() else None
        self.lpips = PerceptualDistance(arguments.threads) if GRAPH.exists() else None

    def decode(self, latents: Tensor, drawings: Tensor | None = None, given: dict[str, Tensor] | None = None) -> Tensor:
        return decode(self.nets, latents, drawings, given)

    def restyle(self, targets: np.ndarray, sources: np.ndarray, with_palette: bool = False) -> Tensor:
        """Pictures of v = 0."""
        made = []
        for first in range(0, len(targets), BATCH):
            at, of = targets[first : first + BATCH], sources[first : first + BATCH]
            given = self.pairs.conditions(self.nets.flow.style, at, of, self.examples, with_palette)
            given["asked"] = given["asked"] + self.guidance * CONTRAST * (given["asked"] - given["origin"])
            answers = self.nets.flow.inverse(torch.zeros_like(given["source"]), given)
            made.append(decide_ink(self.decode(answers, self.pictures(of), given), self.ink_gain))
        return torch.cat(made)

    def pictures(self, at: np.ndarray) -> Tensor:
        return self.rows.batch(self.pairs.rows[at])

    def nearness(self, name: str, split: str, count: int) -> dict[str, float]:
        """Figures of one kind of held-out pairs."""
        targets, sources = self.pairs.held_out_pairs(split, count)
        if len(targets) == 0:
            return {}
        truth, source, made = self.pictures(targets), self.pictures(sources), self.restyle(targets, sources)
        ceiling = self.decode(self.pairs.values_of(targets))
        error, start = squared_error(made, truth), squared_error(source, truth)
        coloured = squared_error(self.restyle(targets, sources, True), truth)
        figures = {f"{name}CeilingErrorOfSource": float(squared_error(ceiling, truth).mean() / start.mean())}
        nearer = {"Pixels": error < start} | self.nearer(truth, source, made)
        figures |= {f"{name}Ceiling{key}": float(value.float().mean()) for key, value in self.nearer(truth, source, ceiling).items()}
        kinds = np.array([kind_of(self.pairs.lines[at]) for at in targets])
        for kind in ("all", "plain", "colour", "procedural"):
            chosen = torch.from_numpy(kinds == kind) if kind != "all" else torch.ones(len(targets), dtype=torch.bool)
            if not chosen.any():
                continue
            key = f"{name}{kind.capitalize()}"
            figures[f"{key}Pairs"] = float(chosen.sum())
            figures |= {f"{key}Nearer{by}": float(value[chosen].float().mean()) for by, value in nearer.items()}
            figures[f"{key}ErrorOfSource"] = float(error[chosen].mean() / start[chosen].mean())
            figures[f"{key}ErrorOfSourceColoursTold"] = float(coloured[chosen].mean() / start[chosen].mean())
        lines = torch.from_numpy(np.array([self.pairs.lines[at]["look"] == "line" and not self.pairs.lines[at]["isProcedural"] for at in targets]))
        if lines.any():
            figures[f"{name}LinesUnbroken"] = float(is_unbroken(made[lines], truth[lines]).float().mean())
            figures[f"{name}LinesUnbrokenOfSource"] = float(is_unbroken(source[lines], truth[lines]).float().mean())
            figures[f"{name}LinesUnbrokenCeiling"] = float(is_unbroken(ceiling[lines], truth[lines]).float().mean())
        return figures

    def nearer(self, truth: Tensor, source: Tensor, made: Tensor) -> dict[str, Tensor]:
        """Whether what was made is nearer to the truth than the source is, [n], by each measure but pixels."""
        found = {}
        if self.features is not None:
            seen = [self.features(images) for images in (truth, source, made)]
            spread = spread_of(seen[0])
            found["Features"] = torch.from_numpy(cosine_distance(seen[2], seen[0], spread) < cosine_distance(seen[1], seen[0], spread))
        if self.lpips is not None:
            found["Lpips"] = torch.from_numpy(self.lpips(made, truth) < self.lpips(source, truth))
        return found

    def holes(self, split: str, count: int) -> dict[str, float]:
        """Drawings with a square hole over ink, in their own style: is what is drawn there nearer to the truth than nothing is?"""
        targets, _ = self.pairs.held_out_pairs(split, count)
        if len(targets) == 0:
            return {}
        given = self.pairs.conditions(self.nets.flow.style, targets, targets, self.examples)
        truth, rng, grid = self.pictures(targets), np.random.default_rng(6), given["known"].shape[-1]
        shares = torch.nn.functional.avg_pool2d(truth[:, 3:], HOLE_CELLS * CELL_PX, CELL_PX)[:, 0].flatten(1)
        for at, share in enumerate(shares):
            y, x = divmod(int(rng.choice(torch.nonzero(share >= 0.5 * share.max())[:, 0].numpy())), grid - HOLE_CELLS + 1)
            given["known"][at, :, y : y + HOLE_CELLS, x : x + HOLE_CELLS] = 0
        given["source"] = given["source"] * given["known"]
        answers = torch.cat([
            self.nets.flow.inverse(torch.zeros_like(given["source"][first : first + BATCH]), {name: value[first : first + BATCH] for name, value in given.items()})
            for first in range(0, len(targets), BATCH)
        ])
        made = self.decode(answers, truth, given)
        hole = 1 - given["known"].repeat_interleave(CELL_PX, 2).repeat_interleave(CELL_PX, 3)
        error, empty = squared_error(made * hole, truth * hole), squared_error(0 * truth, truth * hole)
        return {"holesNearerThanNothing": float((error < empty).float().mean()), "holesErrorOfNothing": float(error.mean() / empty.mean())}

    def judged(self) -> dict[str, float]:
        """How often the judge names the style that was asked for, and the source's, among up to 20 real variants never trained on."""
        pairs = self.pairs
        groups: dict[str, list[int]] = {}
        for at, line in enumerate(pairs.lines):
            if line["split"] == "heldOutFamily" and not line["isProcedural"] and pairs.sources_of(at):
                groups.setdefault(line["variant"], []).append(at)
        names = sorted((name for name, of in groups.items() if len(of) >= 2 * JUDGED_EACH), key=lambda name: -len(groups[name]))[:JUDGED_STYLES]
        if self.features is None or len(names) < 2:
            return {}
        rng = np.random.default_rng(4)
        fitted, asked = [], []
        for name in names:
            order = rng.permutation(groups[name])
            asked.extend(order[: JUDGED_EACH // 2])
            fitted.extend(order[JUDGED_EACH // 2 :])
        variants = lambda at: np.array([pairs.lines[one]["variant"] for one in at])
        judge = StyleJudge(self.features(self.pictures(np.array(fitted))), variants(fitted))
        targets = np.array(asked)
        sources = np.array([rng.choice([of for of in pairs.sources_of(at)]) for at in targets])
        made = judge.name(self.features(self.restyle(targets, sources)))
        return {
            "judgeStyles": float(len(names)), "judgePictures": float(len(targets)),
            "judgeNamesReal": float((judge.name(self.features(self.pictures(targets))) == variants(targets)).mean()),
            "judgeNamesRebuilt": float((judge.name(self.features(self.decode(pairs.values_of(targets)))) == variants(targets)).mean()),
            "judgeNamesAsked": float((made == variants(targets)).mean()),
            "judgeNamesSource": float((made == variants(sources)).mean()),
            "judgeNamesAskedOfSource": float((judge.name(self.features(self.pictures(sources))) == variants(targets)).mean()),
        }


def decide_ink(images: Tensor, gain: float) -> Tensor:
    """A gain on the log-odds of alpha of premultiplied RGBA, colours kept (server/engine/pixels/decide-ink.ts); 1 = none."""
    if gain == 1:
        return images
    alpha = images[:, 3:]
    ink, nothing = alpha**gain, (1 - alpha) ** gain
    return images * (ink / (ink + nothing) / alpha.clamp(min=1e-6))


def decode(nets: RestyleNets, latents: Tensor, drawings: Tensor | None = None, given: dict[str, Tensor] | None = None) -> Tensor:
    """Latents to valid pictures, beside the drawings that they were made from under `given`, if any."""
    seen = [latents] if drawings is None or given is None else [latents, drawings, given["known"], nets.flow.manner_of(given)]
    return torch.cat([valid_rgba(composite(*nets.decoder(*parts))) for parts in zip(*[value.split(BATCH) for value in seen])])


def evaluation_of(parser: argparse.ArgumentParser) -> tuple[Evaluation, argparse.Namespace]:
    """The evaluation that the command line asks for, with the parser's own arguments."""
    parser.add_argument("--styles", type=Path, default=STYLES)
    parser.add_argument("--flow", type=Path, help="default: flow.pt in that folder")
    parser.add_argument("--examples", type=int, default=MOST_EXAMPLES, help="drawings that show a style, at most")
    parser.add_argument("--ink-gain", type=float, default=1, help="gain on the log-odds of alpha of what is drawn; the server's is 1.3 where the style has one ink")
    parser.add_argument("--guidance", type=float, default=1, help="weight of guidance by the style; the server's is 1")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    arguments.flow = arguments.flow or arguments.styles / "flow.pt"
    return Evaluation(arguments), arguments


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=256, help="pairs of each kind")
    evaluation, arguments = evaluation_of(parser)
    figures = evaluation.judged() | evaluation.holes("heldOutFamily", arguments.count)
    for name, split in SPLITS.items():
        figures |= evaluation.nearness(name, split, arguments.count)
    figures = {key: round(value, 4) for key, value in figures.items()}
    name = "restyle-evaluation.json" if arguments.ink_gain == 1 else f"restyle-evaluation-ink-{arguments.ink_gain:g}.json"
    arguments.flow.with_name(name).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
