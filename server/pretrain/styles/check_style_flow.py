"""Checks that flows of random weights come back: inverse(forward(x)) = x, and that log-determinants are those of autograd on a few dimensions."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import Tensor, nn

from flow_networks import CHANNELS, GRID, STYLE_VALUES, WORD_VALUES, StyleFlow


def random_given(batch: int) -> dict[str, Tensor]:
    """Conditions of the right shapes."""
    shapes = {"source": CHANNELS, "asked": STYLE_VALUES, "origin": STYLE_VALUES}
    return {name: torch.randn(batch, channels, GRID, GRID) for name, channels in shapes.items()} | {
        "words": torch.randn(batch, WORD_VALUES), "hasSource": torch.ones(batch), "count": torch.ones(batch),
    }


def check(rest: str) -> float:
    """Largest difference after there and back. @raises SystemExit where the log-determinant is not that of the Jacobian"""
    torch.manual_seed(1)
    flow = StyleFlow(32, 1, 32, rest, 2, 32).eval()
    for part in flow.modules():
        if isinstance(part, (nn.Linear, nn.Conv2d)):
            nn.init.normal_(part.weight, std=0.03)
    x, given = torch.randn(3, CHANNELS, GRID, GRID), random_given(3)
    with torch.no_grad():
        v, logdet = flow(x, given)
        error = float((flow.inverse(v, given) - x).abs().max())
    one = {name: value[:1] for name, value in given.items()}
    jacobian = torch.autograd.functional.jacobian(lambda value: flow(value, one)[0], x[:1]).view(x[0].numel(), -1)
    expected = float(torch.linalg.slogdet(jacobian.double())[1])
    if abs(expected - float(logdet[0])) > 1e-2 * max(1.0, abs(expected)):
        raise SystemExit(f"{rest}: expected a log-determinant of {expected}, got {float(logdet[0])}")
    if error > 1e-3:
        raise SystemExit(f"{rest}: expected to come back, largest difference {error}")
    return error


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--styles", type=Path, help="not used: every script here takes it")
    parser.add_argument("--threads", type=int, default=1)
    torch.set_num_threads(parser.parse_args().threads)
    print(", ".join(f"{rest}: v again within {check(rest):.1e}" for rest in ("grid", "causal")))


if __name__ == "__main__":
    main()
