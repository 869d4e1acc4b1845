"""Reads the rows that data/styles/render-styles.mts wrote, also while it is still writing. Does not train or render.

Pictures are uint8 [rows, 128, 128, 4], colour premultiplied by alpha; some training rows are there at twice the size too.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

SIDE_PX = 128
STYLES = Path(__file__).parent.parent / ".cache" / "styles"
LOOKS = ("line", "flat", "gradient")
CLIPART = "openclipart"
"""Its set in the index."""
HELD_OUT = ("heldOutFamily", "heldBackStyle", "heldOutConcept", "heldOutStyle")


class StyleRows:
    """Memory-mapped pictures and what the index says about each."""

    def __init__(self, folder: Path = STYLES, toy: bool = False) -> None:
        self.folder, self.toy = folder, toy
        self.images = self.map_pixels("images.rgba", SIDE_PX)
        self.large = self.map_pixels("images-256.rgba", 2 * SIDE_PX)
        self.refresh()

    def map_pixels(self, name: str, side: int) -> np.ndarray:
        """A file of pixels as [rows, side, side, 4]; a row that is still being written is left out."""
        path = self.folder / name
        rows = path.stat().st_size // (4 * side * side)
        if rows == 0:
            return np.zeros((0, side, side, 4), dtype=np.uint8)
        return np.memmap(path, dtype=np.uint8, mode="r", shape=(rows, side, side, 4))

    def refresh(self) -> None:
        """Reads the index again and finds the groups that training draws from: plain, in colour, made up."""
        self.images = self.map_pixels("images.rgba", SIDE_PX)
        self.large = self.map_pixels("images-256.rgba", 2 * SIDE_PX)
        with (self.folder / "index.jsonl").open(encoding="utf-8") as lines:
            found = [json.loads(line) for line in lines if line.endswith("\n")]
        self.index = [row for row in found if row["row"] < len(self.images) and row.get("largeRow", -1) < len(self.large)]
        train = [row for row in self.index if row["split"] == "train"]
        kinds = {
            "plain": [row for row in train if not row["isProcedural"] and not row["isColour"]],
            "colour": [row for row in train if not row["isProcedural"] and row["isColour"]],
            "procedural": [row for row in train if row["isProcedural"]],
        }
        self.training = {name: np.array([row["row"] for row in rows], dtype=np.int64) for name, rows in kinds.items() if rows}
        with_large = [row for row in train if "largeRow" in row]
        self.training_large = np.array([[row["row"], row["largeRow"]] for row in with_large], dtype=np.int64).reshape(-1, 2)
        if self.toy:
            self.training = {name: rows[:200] for name, rows in self.training.items()}

    def training_rows(self, rng: np.random.Generator, size: int, shares: dict[str, float]) -> np.ndarray:
        """Rows [size] of the groups in these shares; groups that are empty give theirs to the others."""
        names = [name for name in shares if name in self.training]
        weights = np.array([shares[name] for name in names])
        which = rng.choice(len(names), size=size, p=weights / weights.sum())
        return np.array([rng.choice(self.training[names[at]]) for at in which], dtype=np.int64)

    def held_out_rows(self, count: int, split: str | None = None, look: str | None = None) -> np.ndarray:
        """Evenly spaced rows of held-out drawings, at most `count`, the same for the same index."""
        rows = [row["row"] for row in self.index if row["split"] in ((split,) if split else HELD_OUT) and look in (None, row["look"])]
        rows.sort()
        step = max(1, len(rows) // count) if count else 1
        return np.array(rows[::step][:count], dtype=np.int64)

    def batch(self, rows: np.ndarray) -> Tensor:
        """Float images [len(rows), 4, 128, 128] in [0, 1], channels-last in memory."""
        return to_float(self.images[np.asarray(rows)])

    def large_crops(self, large_rows: np.ndarray, corners: np.ndarray, side: int) -> Tensor:
        """Cuts of the pictures of twice the size, [n, 4, side, side]; corners [n, 2] are their first line and column."""
        cuts = [self.large[row, y : y + side, x : x + side] for row, (y, x) in zip(large_rows, corners)]
        return to_float(np.stack(cuts))

    def by_variant(self) -> dict[str, list[dict]]:
        """Index lines of every variant."""
        groups: dict[str, list[dict]] = defaultdict(list)
        for row in self.index:
            groups[row["variant"]].append(row)
        return groups


def to_float(pixels: np.ndarray) -> Tensor:
    """uint8 [n, h, w, 4] to float [n, 4, h, w] in [0, 1]."""
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div_(255)
