"""Averages the weights of a training's start and its end (model soups, Wortsman et al. 2022, arXiv 2203.05482).

A short training of a network that is good already moves far from it while its rate is high, and new discriminators bring habits of their own. Half way
back, what was gained stays and what was lost is mostly there again. The config is the first checkpoint's; discriminators are the last one's.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch


def averaged(start: dict, end: dict, share: float) -> dict:
    """Start and end have `config` and `average` (timed_training.py). Raises SystemExit where they are of different networks."""
    if start["config"] != end["config"]:
        raise SystemExit(f"expected two checkpoints of one network, got {start['config']} and {end['config']}")
    weights = {
        name: torch.lerp(value, end["average"][name], share) if value.is_floating_point() else end["average"][name]
        for name, value in start["average"].items()
    }
    return {"config": start["config"], "average": weights, **({"adversary": end["adversary"]} if "adversary" in end else {})}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("start", type=Path)
    parser.add_argument("end", type=Path)
    parser.add_argument("--share", type=float, default=0.5, help="of the end")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    if not 0 <= arguments.share <= 1:
        parser.error(f"--share: expected 0 to 1, got {arguments.share}")
    checkpoints = [torch.load(path, weights_only=True) for path in (arguments.start, arguments.end)]
    torch.save(averaged(*checkpoints, arguments.share), arguments.out)


if __name__ == "__main__":
    main()
