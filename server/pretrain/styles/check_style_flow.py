"""Checks that flows of random weights come back: inverse(forward(x)) = x, and that log-determinants are those of autograd."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import Tensor, nn

from flow_networks import PALETTE, StyleFlow
from style_networks import CHANNELS, CODE, GRID


def random_given(batch: int) -> dict[str, Tensor]:
    """Conditions of the right shapes."""
    return {
        "source": torch.randn(batch, CHANNELS, GRID, GRID), "known": torch.ones(batch, 1, GRID, GRID),
        "asked": torch.randn(batch, CODE), "origin": torch.randn(batch, CODE), "palette": torch.rand(batch, *PALETTE),
    }


def check(steps: int) -> float:
    """Largest difference after there and back. @raises SystemExit where the log-determinant is not that of the Jacobian"""
    torch.manual_seed(1)
    flow = StyleFlow(32, 32, 2, 32, steps, 32).eval()
    for part in flow.modules():
        if isinstance(part, (nn.Linear, nn.Conv2d)):
            nn.init.normal_(part.weight, std=0.03)
    x, given = torch.randn(3, CHANNELS, GRID, GRID), random_given(3)
    with torch.no_grad():
        v, logdet = flow(x, given)
        error = float((flow.inverse(v, given) - x).abs().max())
    one = {name: value[:1] for name, value in given.items()}
    jacobian = torch.autograd.functional.jacobian(lambda value: flow(value, one)[0], x[:1], vectorize=True).view(x[0].numel(), -1)
    expected = float(torch.linalg.slogdet(jacobian.double())[1])
    if abs(expected - float(logdet[0])) > 1e-2 * max(1.0, abs(expected)):
        raise SystemExit(f"{steps} couplings: expected a log-determinant of {expected}, got {float(logdet[0])}")
    if error > 1e-3:
        raise SystemExit(f"{steps} couplings: expected to come back, largest difference {error}")
    return error


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--styles", type=Path, help="not used: every script here takes it")
    parser.add_argument("--threads", type=int, default=1)
    torch.set_num_threads(parser.parse_args().threads)
    print(", ".join(f"{steps} couplings: v again within {check(steps):.1e}" for steps in (0, 2)))


if __name__ == "__main__":
    main()
