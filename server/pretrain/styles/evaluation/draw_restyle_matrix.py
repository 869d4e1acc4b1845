"""Draws drawings of a few families in styles of other families and made-up styles, all never trained on unless --named: there is no truth for these, only looking.

A block for each family of sources: its drawings first, then a line for each style: four of its own drawings, and what v = 0 makes of the sources.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

sys.path[:0] = [str(Path(__file__).parents[at]) for at in (1, 2)]
from evaluate_restyle import decode
from flow_networks import PALETTE
from style_pairs import StylePairs
from style_rows import STYLES, StyleRows
from timed_training import load_net
from train_style_flow import RestyleNets

SIDE_PX, SHOWN, SOURCES, EXAMPLES = 64, 4, 10, 8
FAMILIES = ("basil/outline", "unicons", "mynaui/solid", "healthicons/outline-24px", "glyphs")


def tile(pictures: Tensor) -> Tensor:
    """Pictures [n, 4, h, w] beside each other on white, [64, n * 64, 3]."""
    small = torch.nn.functional.interpolate(pictures, size=(SIDE_PX, SIDE_PX), mode="bilinear", antialias=True)
    return (small[:, :3] + 1 - small[:, 3:]).permute(2, 0, 3, 1).flatten(1, 2)


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--styles", type=Path, default=STYLES)
    parser.add_argument("--flow", type=Path, help="default: flow.pt in that folder")
    parser.add_argument("--out", type=Path, help="default: restyle-matrix.png in that folder")
    parser.add_argument("--families", nargs="+", default=FAMILIES, help="variants to draw from; unknown ones are left out")
    parser.add_argument("--asked", type=int, default=9, help="styles asked for")
    parser.add_argument("--named", nargs="+", help="variants that are asked for instead, seen in training or not")
    parser.add_argument("--without-colours", action="store_true", help="no colours are given; else each drawing gets those of one of the style's drawings")
    parser.add_argument("--temperature", type=float, default=0.0)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    rows = StyleRows(arguments.styles)
    pairs = StylePairs(arguments.styles / "latents.npz", rows.index)
    nets = load_net(arguments.flow or arguments.styles / "flow.pt", RestyleNets)
    rng = np.random.default_rng(9)
    unseen = {name: at for name, at in pairs.members.items() if len(at) >= EXAMPLES and all(pairs.lines[one]["split"] in ("heldOutFamily", "heldOutStyle") for one in at)}
    real = sorted(name for name in unseen if not name.startswith("style-"))
    made_up = sorted(name for name in unseen if name.startswith("style-"))
    half = arguments.asked // 2
    asked = [*real[:: max(1, len(real) // (arguments.asked - half))][: arguments.asked - half], *made_up[:: max(1, len(made_up) // half)][:half]]
    if arguments.named:
        asked = [name for name in arguments.named if len(pairs.members.get(name, [])) >= EXAMPLES]
    lines: list[Tensor] = []
    names: list[str] = []
    for family in arguments.families:
        if family not in unseen:
            continue
        sources = rng.permutation(unseen[family])[:SOURCES]
        blank = torch.zeros(SHOWN, 4, 128, 128)
        lines.append(tile(torch.cat([blank, rows.batch(pairs.rows[sources])])))
        origin = nets.flow.style(pairs.values_of(rng.permutation(unseen[family])[:EXAMPLES])[None])
        source = pairs.values_of(sources)
        for style in asked:
            shown = rng.permutation(pairs.members[style])[:EXAMPLES]
            code = nets.flow.style(pairs.values_of(shown)[None])
            count = len(sources)
            given = {
                "source": source, "known": torch.ones(count, 1, *source.shape[2:]), "palette": torch.zeros(count, *PALETTE) if arguments.without_colours else pairs.palettes_of(shown[np.arange(count) % len(shown)]),
                "asked": code.expand(count, -1), "origin": origin.expand(count, -1),
            }
            noise = torch.randn(source.shape, generator=torch.Generator().manual_seed(2))
            made = decode(nets, nets.flow.inverse(arguments.temperature * noise, given), rows.batch(pairs.rows[sources]), given)
            lines.append(tile(torch.cat([rows.batch(pairs.rows[shown[:SHOWN]]), made])))
            names.append(f"{family} -> {style}")
        lines.append(torch.full((8, lines[-1].shape[1], 3), 0.5))
    out = arguments.out or arguments.styles / "restyle-matrix.png"
    Image.fromarray((torch.cat(lines).clamp(0, 1) * 255).round().to(torch.uint8).numpy()).save(out)
    print("\n".join(names))


if __name__ == "__main__":
    main()
