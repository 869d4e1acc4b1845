"""Draws families that were never trained on, unpicked: a block for each variant of one ink, with the source, what v = 0 makes of it in that variant's style,
and the truth under each other. The pairs are the first of those that evaluate_restyle.py measures. Prints the variants from the top down."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

sys.path[:0] = [str(Path(__file__).parents[at]) for at in (1, 2)]
from evaluate_restyle import evaluation_of
from style_pairs import kind_of
from train_style_flow import save_blocks

COLUMNS = 12


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="default: unseen-pairs.png in that folder")
    parser.add_argument("--variants", type=int, default=8, help="at most this many, evenly spaced by name")
    evaluation, arguments = evaluation_of(parser)
    pairs = evaluation.pairs
    targets, sources = pairs.held_out_pairs("heldOutFamily", 4000)
    groups: dict[str, list[int]] = {}
    for at, target in enumerate(targets):
        if kind_of(pairs.lines[target]) == "plain":
            groups.setdefault(pairs.style_of[target], []).append(at)
    names = sorted(name for name, of in groups.items() if len(of) >= COLUMNS)
    names = names[:: max(1, -(-len(names) // arguments.variants))]
    blocks = []
    for name in names:
        chosen = groups[name][:COLUMNS]
        blocks.append([evaluation.pictures(sources[chosen]), evaluation.restyle(targets[chosen], sources[chosen]), evaluation.pictures(targets[chosen])])
    save_blocks(arguments.out or arguments.styles / "unseen-pairs.png", blocks)
    print("\n".join(names))


if __name__ == "__main__":
    main()
