"""Reads the rows that data/render-icons.mjs wrote. Does not train; source: .cache/icons/{images.rgba,index.jsonl}."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

SIDE_PX = 128
ICONS = Path(__file__).parent.parent / ".cache" / "icons"


class IconRows:
    """Memory-mapped pictures, uint8 [rows, 128, 128, 4] premultiplied, and which rows belong to which split."""

    def __init__(self, folder: Path = ICONS) -> None:
        self.folder = folder
        self.images = np.memmap(folder / "images.rgba", dtype=np.uint8, mode="r").reshape(-1, SIDE_PX, SIDE_PX, 4)
        with (folder / "index.jsonl").open(encoding="utf-8") as lines:
            self.index = [json.loads(line) for line in lines]
        if len(self.index) != len(self.images):
            raise ValueError(f"index.jsonl: expected {len(self.images)} lines, got {len(self.index)}")
        self.drawn = self.rows_where(lambda row: row["split"] == "train" and "augmentedFrom" not in row)
        self.recoloured = self.rows_where(lambda row: "augmentedFrom" in row)
        self.held_out = self.rows_where(lambda row: row["split"] in ("heldOutPair", "heldOutConcept"))
        self.held_back = self.rows_where(lambda row: row["split"] == "heldBackStyle")

    def rows_where(self, test) -> np.ndarray:
        """Row numbers, int64 [n], whose index line passes the test."""
        return np.array([row["row"] for row in self.index if test(row)], dtype=np.int64)

    def make_toy(self) -> None:
        """Keeps a few hundred rows, for smoke tests."""
        self.drawn, self.recoloured, self.held_out = self.drawn[:400], self.recoloured[:100], self.held_out[:64]

    def held_out_rows(self, count: int) -> np.ndarray:
        """Evenly spaced held-out row numbers, at most `count`."""
        return self.held_out[:: max(1, len(self.held_out) // count)][:count]

    def held_out_batch(self, count: int) -> Tensor:
        """Pictures of `held_out_rows`, as `batch` gives them."""
        return self.batch(self.held_out_rows(count))

    def batch(self, rows: np.ndarray) -> Tensor:
        """Float images [len(rows), 4, 128, 128] in [0, 1], channels-last in memory."""
        pixels = torch.from_numpy(self.images[rows])
        return pixels.permute(0, 3, 1, 2).float().div_(255)

    def training_rows(self, seed: int, step: int, size: int, recoloured_share: float = 0.35) -> np.ndarray:
        """Rows of one step, drawn from (seed, step) alone, so that a resumed run sees what an unbroken one would."""
        rng = np.random.default_rng([seed, step])
        from_recoloured = rng.random(size) < recoloured_share if len(self.recoloured) else np.zeros(size, dtype=bool)
        drawn = self.drawn[rng.integers(len(self.drawn), size=size)]
        if not len(self.recoloured):
            return drawn
        return np.where(from_recoloured, self.recoloured[rng.integers(len(self.recoloured), size=size)], drawn)
