"""Pairs to learn the translation of styles from: drawings of one thing in two variants of one family, and the styles of both.

A style is the mean and the deviation of the folded latents of 1 to 16 of its drawings, place by place. Reads latents.npz of encode_styles.py.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from flow_networks import CHANNELS, GRID, WORD_VALUES, fold

MOST_EXAMPLES = 16
SHARES = {"plain": 0.35, "colour": 0.25, "procedural": 0.4}


class StylePairs:
    """Folded latents float16 [n, 24, 8, 8], and which of them show one thing, or are of one style."""

    def __init__(self, path: Path, index: list[dict], toy: bool = False) -> None:
        stored = np.load(path)
        self.rows, latents = stored["rows"], torch.from_numpy(stored["latents"])
        if toy:
            self.rows, latents = self.rows[:1500], latents[:1500]
        self.grid = latents.shape[-1]
        self.latents = fold(latents.float()).half().numpy()
        at_row = {row: at for at, row in enumerate(self.rows.tolist())}
        self.lines: list[dict] = [{}] * len(self.rows)
        for line in index:
            if line["row"] in at_row:
                self.lines[at_row[line["row"]]] = line
        self.words = None
        words = path.with_name("words.npz")
        if words.exists():
            saved = np.load(words)
            at_text = {text: at for at, text in enumerate(saved["texts"].tolist())}
            self.words = saved["codes"]
            self.word_at = np.array([at_text.get(line["words"], -1) for line in self.lines])
        things: dict[tuple, list[int]] = defaultdict(list)
        styles: dict[str, list[int]] = defaultdict(list)
        for at, line in enumerate(self.lines):
            things[line["family"], line["base"]].append(at)
            styles[line["variant"]].append(at)
        self.partners = [things[line["family"], line["base"]] for line in self.lines]
        self.members = [np.array(styles[line["variant"]]) for line in self.lines]
        is_trained = np.array([line["split"] == "train" for line in self.lines])
        self.trained_members = [members[is_trained[members]] for members in self.members]
        self.targets = {kind: np.array([at for at in range(len(self.lines)) if self.is_training_target(at, kind)]) for kind in SHARES}
        self.targets = {kind: found for kind, found in self.targets.items() if len(found)}
        trained = [at for at, line in enumerate(self.lines) if line["split"] == "train"]
        self.mean = self.latents[trained].astype(np.float32).mean(0)

    def is_training_target(self, at: int, kind: str) -> bool:
        line = self.lines[at]
        own = "procedural" if line["isProcedural"] else "colour" if line["isColour"] else "plain"
        return own == kind and line["split"] == "train" and len(self.trained_members[at]) > 3 and bool(self.sources_of(at, True))

    def sources_of(self, target: int, trained_only: bool) -> list[int]:
        """Other drawings of the same thing in other variants of the family."""
        variant = self.lines[target]["variant"]
        return [at for at in self.partners[target] if self.lines[at]["variant"] != variant and (not trained_only or self.lines[at]["split"] == "train")]

    def training_pairs(self, rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
        """Targets and sources, [size] each."""
        kinds = list(self.targets)
        weights = np.array([SHARES[kind] for kind in kinds])
        which = rng.choice(len(kinds), size=size, p=weights / weights.sum())
        targets = np.array([rng.choice(self.targets[kinds[at]]) for at in which])
        return targets, np.array([rng.choice(self.sources_of(at, True)) for at in targets])

    def held_out_pairs(self, split: str, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Evenly spaced pairs whose target is held out in one way; the same for the same data."""
        found = [at for at, line in enumerate(self.lines) if line["split"] == split and len(self.members[at]) > 3 and self.sources_of(at, False)]
        rng = np.random.default_rng(7)
        targets = np.array(sorted(rng.permutation(found)[:count]), dtype=np.int64)
        return targets, np.array([rng.choice(self.sources_of(at, False)) for at in targets], dtype=np.int64)

    def style_map(self, rng: np.random.Generator, at: int, count: int, without_itself: bool, trained_only: bool) -> np.ndarray:
        """Mean and deviation of up to `count` drawings of the style of `at`, [48, 8, 8]."""
        members = (self.trained_members if trained_only else self.members)[at]
        if without_itself:
            members = members[members != at]
        chosen = self.latents[rng.choice(members, size=min(count, len(members)), replace=False)].astype(np.float32)
        return np.concatenate([chosen.mean(0), chosen.std(0)])

    def given(self, rng: np.random.Generator, targets: np.ndarray, sources: np.ndarray, training: bool) -> dict[str, Tensor]:
        """What the flow is told about each pair. In training words, the source's style and the source itself are left out at times."""
        size = len(targets)
        counts = rng.choice([1, 2, 4, 8, 16], size=size, p=[0.1, 0.1, 0.2, 0.3, 0.3]) if training else np.full(size, MOST_EXAMPLES)
        asked = np.stack([self.style_map(rng, at, count, True, training) for at, count in zip(targets, counts)])
        origin = np.stack([self.style_map(rng, at, 8, False, training) for at in sources])
        source = self.latents[sources].astype(np.float32)
        has_source = np.ones(size, dtype=np.float32)
        words = self.codes_of(targets)
        if training:
            has_source = (rng.random(size) > 0.05).astype(np.float32)
            words[rng.random(size) < 0.3] = 0
            origin[rng.random(size) < 0.15] = 0
            source *= has_source[:, None, None, None]
            origin *= has_source[:, None, None, None]
        values = {"source": source, "asked": asked, "origin": origin, "words": words, "hasSource": has_source, "count": np.log2(counts).astype(np.float32) / 4}
        return {name: torch.from_numpy(value.astype(np.float32)) for name, value in values.items()}

    def codes_of(self, targets: np.ndarray) -> np.ndarray:
        """Sentence codes of what the targets show, [n, 384], scaled to unit variance; zeros where there are none."""
        if self.words is None:
            return np.zeros((len(targets), WORD_VALUES), dtype=np.float32)
        at = self.word_at[targets]
        return np.where(at[:, None] >= 0, self.words[at].astype(np.float32) * np.sqrt(WORD_VALUES), 0)

    def data(self, at: np.ndarray) -> Tensor:
        """Folded posterior means, float [n, 24, 8, 8]."""
        return torch.from_numpy(self.latents[at].astype(np.float32)).view(-1, CHANNELS, GRID, GRID)
