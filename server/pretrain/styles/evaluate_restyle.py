"""Measures the flow between styles on drawings: is what v = 0 draws nearer to the true variant than the source is, in pixels, and are lines whole.

Pairs whose families, made-up styles or concepts were never trained on, unpicked. The ceiling is the true variant through target expert 2.
Writes restyle-evaluation.json beside the flow's checkpoint.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).parent.parent))
from flow_networks import StyleFlow, unfold
from layer_networks import LayerAutoencoder, composite
from losses import valid_rgba
from style_pairs import StylePairs
from style_rows import STYLES, StyleRows
from timed_training import load_net
from train_style_flow import SPLITS
from unbroken_lines import is_unbroken


def squared_error(a: Tensor, b: Tensor) -> Tensor:
    """Mean squared difference of two premultiplied pictures, [batch]."""
    return (a - b).square().mean((1, 2, 3))


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--styles", type=Path, default=STYLES)
    parser.add_argument("--target", type=Path, help="default: target.pt in that folder")
    parser.add_argument("--flow", type=Path, help="default: flow-grid.pt in that folder")
    parser.add_argument("--count", type=int, default=256, help="pairs of each kind")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    rows = StyleRows(arguments.styles)
    flow_path = arguments.flow or arguments.styles / "flow-grid.pt"
    pairs = StylePairs(arguments.styles / "latents.npz", rows.index)
    expert = load_net(arguments.target or arguments.styles / "target.pt", LayerAutoencoder)
    flow = load_net(flow_path, StyleFlow)
    figures: dict[str, float] = {}
    for name, split in SPLITS.items():
        targets, sources = pairs.held_out_pairs(split, arguments.count)
        made, ceiling, truth, source = [], [], [], []
        for first in range(0, len(targets), 32):
            at, of = targets[first : first + 32], sources[first : first + 32]
            given = pairs.given(np.random.default_rng([3, first]), at, of, False)
            data = pairs.data(at)
            for images, latent in ((made, flow.inverse(torch.zeros_like(data), given)), (ceiling, data)):
                images.append(valid_rgba(composite(*expert.decoder(unfold(latent, pairs.grid)))))
            truth.append(rows.batch(pairs.rows[at]))
            source.append(rows.batch(pairs.rows[of]))
        made, ceiling, truth, source = (torch.cat(parts) for parts in (made, ceiling, truth, source))
        error, start = squared_error(made, truth), squared_error(source, truth)
        kinds = {
            "": np.ones(len(targets), dtype=bool),
            "Plain": np.array([not pairs.lines[at]["isColour"] for at in targets]),
            "Colour": np.array([pairs.lines[at]["isColour"] and not pairs.lines[at]["isProcedural"] for at in targets]),
            "MadeUp": np.array([pairs.lines[at]["isProcedural"] for at in targets]),
        }
        for kind, which in kinds.items():
            if which.sum() == 0:
                continue
            chosen = torch.from_numpy(which)
            figures[f"{name}{kind}Pairs"] = float(which.sum())
            figures[f"{name}{kind}Nearer"] = float((error < start)[chosen].float().mean())
            figures[f"{name}{kind}ErrorOfSource"] = float(error[chosen].mean() / start[chosen].mean())
        figures[f"{name}CeilingOfSource"] = float(squared_error(ceiling, truth).mean() / start.mean())
        lines = torch.from_numpy(np.array([pairs.lines[at]["look"] == "line" and not pairs.lines[at]["isProcedural"] for at in targets]))
        if lines.any():
            figures[f"{name}LinesUnbroken"] = float(is_unbroken(made[lines], truth[lines]).float().mean())
            figures[f"{name}LinesUnbrokenCeiling"] = float(is_unbroken(ceiling[lines], truth[lines]).float().mean())
    figures = {key: round(value, 4) for key, value in figures.items()}
    flow_path.with_name("restyle-evaluation.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
