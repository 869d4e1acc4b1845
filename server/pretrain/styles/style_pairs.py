"""Pairs to learn the translation of styles from: drawings of one thing in two variants of one family, and drawings that show both styles.

A training batch is a number of groups; a group is one style that is asked for, one that is left, and several things drawn in both. Drawings that show a
made-up style come from another family at times. Reads latents.npz of encode_styles.py.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from flow_networks import PALETTE
from style_networks import CODE

MOST_EXAMPLES = 16
SHARES = {"plain": 0.7, "colour": 0.06, "procedural": 0.24}
"""Of the groups of a batch, by the style that is asked for."""
SELDOM = {r"duo|two-?tone": 3.5, r"thin|light": 2.5}
"""Looks that few variants have, by their names, and how much more often each of these is asked for."""
EXAMPLE_COUNTS, EXAMPLE_SHARES = (1, 2, 4, 8, 12), (0.1, 0.1, 0.25, 0.3, 0.25)
ORIGIN_COUNTS = (1, 2, 4, 8)
FEWEST_SHARED = 3
MADE_UP_ORIGINS = 0.1
"""How likely a made-up style is to be the one that is left, where the family's own variants count 1."""

SAME_STYLE = 0.1
"""How often a group is asked for the style that it has, so that what is right already stays."""


@dataclass
class Group:
    """Places among the latents, and what is known of them."""

    targets: np.ndarray
    sources: np.ndarray
    asked: np.ndarray
    origin: np.ndarray


class StylePairs:
    """Latents float16 [n, 8, 16, 16] and palettes [n, 4, 4], and which of them show one thing, or are of one style."""

    def __init__(self, path: Path, index: list[dict]) -> None:
        stored = np.load(path)
        self.rows, self.latents, self.palettes = stored["rows"], stored["latents"], stored["palettes"]
        at_row = {row: at for at, row in enumerate(self.rows.tolist())}
        self.lines: list[dict] = [{}] * len(self.rows)
        for line in index:
            if line["row"] in at_row:
                self.lines[at_row[line["row"]]] = line
        self.sizes = np.array([size_of(line) for line in self.lines])
        """At which size each drawing shows its icon, [n]; not a number where nobody knows."""
        self.style_of = [style_of(line) for line in self.lines]
        self.is_trained = np.array([line["split"] == "train" for line in self.lines])
        things: dict[tuple, list[int]] = defaultdict(list)
        styles: dict[str, list[int]] = defaultdict(list)
        by_variant: dict[str, dict[str, int]] = defaultdict(dict)
        for at, line in enumerate(self.lines):
            things[line["family"], line["base"]].append(at)
            styles[self.style_of[at]].append(at)
            if self.is_trained[at]:
                by_variant[line["variant"]][line["base"]] = at
        self.partners = [things[line["family"], line["base"]] for line in self.lines]
        self.members = {name: np.array(of) for name, of in styles.items()}
        self.trained_members = {name: of[self.is_trained[of]] for name, of in self.members.items()}
        self.by_variant = by_variant
        self.pairs_of = self.find_variant_pairs()

    def find_variant_pairs(self) -> dict[str, list[tuple[str, list[str], np.ndarray]]]:
        """By kind: a variant that can be asked for, those that can be left for it and how likely they are."""
        by_family: dict[str, list[str]] = defaultdict(list)
        for name, things in self.by_variant.items():
            by_family[self.lines[next(iter(things.values()))]["family"]].append(name)
        found: dict[str, list[tuple[str, list[str], np.ndarray]]] = {kind: [] for kind in SHARES}
        for names in by_family.values():
            for asked in names:
                things = self.by_variant[asked]
                line = self.lines[next(iter(things.values()))]
                others = [name for name in names if name != asked and len(things.keys() & self.by_variant[name].keys()) >= FEWEST_SHARED]
                if others and len(self.trained_members[style_of(line)]) > 3:
                    weights = np.array([MADE_UP_ORIGINS if "@" in name else 1.0 for name in others])
                    found[kind_of(line)].append((asked, others, weights / weights.sum()))
        return {kind: of for kind, of in found.items() if of}

    def draw_group(self, rng: np.random.Generator, size: int, examples: int, origins: int) -> Group:
        """One style asked for, one left, `size` things in both, all of them trained on."""
        kinds = list(self.pairs_of)
        weights = np.array([SHARES[kind] for kind in kinds])
        choices = self.pairs_of[kinds[rng.choice(len(kinds), p=weights / weights.sum())]]
        sizes = np.array([len(self.by_variant[asked]) ** 0.5 * how_often(asked) for asked, _, _ in choices])
        asked, others, likely = choices[rng.choice(len(choices), p=sizes / sizes.sum())]
        left = others[rng.choice(len(others), p=likely)]
        here, there = self.by_variant[asked], self.by_variant[asked if rng.random() < SAME_STYLE else left]
        shared = sorted(here.keys() & there.keys())
        things = [shared[at] for at in rng.choice(len(shared), size=size, replace=len(shared) < size)]
        targets = np.array([here[thing] for thing in things])
        members = self.trained_members[self.style_of[targets[0]]]
        members = members[~np.isin(members, targets)]
        families = np.array([self.lines[at]["family"] for at in members])
        foreign = members[families != self.lines[targets[0]]["family"]]
        if len(foreign) > 3 and rng.random() < 0.5:
            members = foreign
        if len(members) == 0:
            members = targets
        sources = np.array([there[thing] for thing in things])
        sisters = np.array(list(there.values()))
        return Group(
            targets, sources,
            rng.choice(members, size=examples, replace=len(members) < examples),
            sources[:1] if origins == 1 else rng.choice(sisters, size=origins, replace=len(sisters) < origins),
        )

    def draw_batch(self, rng: np.random.Generator, groups: int, size: int) -> Group:
        """Groups stacked: targets and sources [groups * size], drawings that show styles [groups, count]."""
        examples, origins = int(rng.choice(EXAMPLE_COUNTS, p=EXAMPLE_SHARES)), int(rng.choice(ORIGIN_COUNTS))
        drawn = [self.draw_group(rng, size, examples, origins) for _ in range(groups)]
        return Group(
            np.concatenate([group.targets for group in drawn]), np.concatenate([group.sources for group in drawn]),
            np.stack([group.asked for group in drawn]), np.stack([group.origin for group in drawn]),
        )

    def held_out_pairs(self, split: str, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Pairs whose target is held out in one way, at random; the same for the same data."""
        found = [at for at, line in enumerate(self.lines) if line["split"] == split and len(self.members[self.style_of[at]]) > 3 and self.sources_of(at)]
        rng = np.random.default_rng(7)
        targets = np.array(sorted(rng.permutation(found)[:count]), dtype=np.int64)
        return targets, np.array([rng.choice(self.sources_of(at)) for at in targets], dtype=np.int64)

    def sources_of(self, target: int) -> list[int]:
        """Other drawings of the same thing in other variants of the family that are not made up."""
        variant = self.lines[target]["variant"]
        return [at for at in self.partners[target] if self.lines[at]["variant"] != variant and not self.lines[at]["isProcedural"]]

    def examples_of(self, at: int, rng: np.random.Generator, count: int, without: str | None = None) -> np.ndarray:
        """Up to `count` drawings of the style of a drawing, without those of one thing."""
        members = [member for member in self.members[self.style_of[at]] if self.lines[member]["base"] != without]
        return rng.permutation(members)[:count]

    def values_of(self, at: np.ndarray) -> Tensor:
        """Latents, float [*at.shape, 8, 16, 16]."""
        return torch.from_numpy(self.latents[at].astype(np.float32))

    def palettes_of(self, at: np.ndarray) -> Tensor:
        return torch.from_numpy(self.palettes[at].astype(np.float32))

    @torch.no_grad()
    def conditions(self, style: torch.nn.Module, targets: np.ndarray, sources: np.ndarray, most: int = MOST_EXAMPLES, with_palette: bool = False) -> dict[str, Tensor]:
        """What the flow gets of held-out pairs: both styles by up to `most` other drawings, the whole source, no colours unless asked."""
        rng = np.random.default_rng(11)
        asked, origin = [], []
        for target, source in zip(targets, sources):
            thing = self.lines[target]["base"]
            asked.append(style(self.values_of(self.examples_of(target, rng, most, thing))[None]))
            origin.append(style(self.values_of(self.examples_of(source, rng, most))[None]))
        palette = self.palettes_of(targets) if with_palette else torch.zeros(len(targets), *PALETTE)
        source = self.values_of(sources)
        return {
            "source": source, "known": torch.ones(len(targets), 1, *source.shape[2:]), "palette": palette,
            "asked": torch.cat(asked) if asked else torch.zeros(0, CODE), "origin": torch.cat(origin) if origin else torch.zeros(0, CODE),
        }


def style_of(line: dict) -> str:
    """A variant, or a made-up style of several variants."""
    return line["variant"].rsplit("@", 1)[-1]


def size_of(line: dict) -> float:
    """At which size a drawing shows its icon: real ones of one ink as they are, made-up styles as they say, those in colour as they like."""
    return line.get("share", float("nan") if line["isColour"] or line["isProcedural"] else 1.0)


def how_often(variant: str) -> float:
    """How often a variant is asked for, where others count 1."""
    return next((times for pattern, times in SELDOM.items() if "@" not in variant and re.search(pattern, variant)), 1.0)


def kind_of(line: dict) -> str:
    return "procedural" if line["isProcedural"] else "colour" if line["isColour"] else "plain"
