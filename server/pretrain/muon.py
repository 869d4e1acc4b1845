"""Muon: momentum steps whose singular values are made equal, so that rare directions (a hue) are learned as fast as common ones.

For convolution kernels, seen as matrices [out, in * height * width]. Source: Keller Jordan, "Muon" (2024); step size after Moonlight
(arXiv 2502.16982), so that one learning rate serves both this and AdamW. The Newton-Schulz iteration runs on the Gram
matrix, which is small: all factors are polynomials of it and commute.
"""

from __future__ import annotations

import torch
from torch import Tensor

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5


def equalise(matrix: Tensor) -> Tensor:
    """The matrix [rows, columns] with its singular values moved near 1."""
    if matrix.shape[0] > matrix.shape[1]:
        return equalise(matrix.T).T
    a, b, c = COEFFICIENTS
    start = matrix / (matrix.norm() + 1e-7)
    gram = start @ start.T
    eye = torch.eye(len(gram))
    product = eye
    for _ in range(ITERATIONS):
        factor = a * eye + b * gram + c * (gram @ gram)
        product = factor @ product
        gram = factor @ gram @ factor
    return product @ start


class Muon(torch.optim.Optimizer):
    """Nesterov momentum, equalised, with decoupled weight decay. Every parameter needs at least two dimensions."""

    def __init__(self, parameters, lr: float, momentum: float = 0.95, weight_decay: float = 0.01) -> None:
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                gradient = parameter.grad.flatten(1)
                state = self.state[parameter]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(gradient)
                average = state["momentum"].lerp_(gradient, 1 - group["momentum"])
                update = equalise(gradient.lerp(average, group["momentum"]))
                size = 0.2 * max(update.shape) ** 0.5
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                parameter.add_(update.view_as(parameter), alpha=-group["lr"] * size)
