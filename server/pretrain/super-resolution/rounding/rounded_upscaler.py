"""Φ with rounding in the loop: SPAN (upscaler.py) whose blocks round weights and activations as a graph in 8 bits does, so that training makes up for it.

Rounding passes gradients through (straight-through estimator, Bengio et al. 2013, arXiv 1308.3432), and steps of activations are learned (LSQ, Esser et al. 2020,
arXiv 1902.08153). What carries the picture itself stays in float32: the first convolution, the join of maps and the head, 7 % of the products.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from upscaler import AttentionBlock, Span

MOST_WEIGHT = 64
"""Weights keep to 7 bits: see ../quantise.py."""
STEP_RATE = 10.0
"""How much faster steps learn than weights."""
SIGMOID_STEP = 1 / 256
SHARES = tuple(np.linspace(0.3, 1, 36))
"""Of a tensor's range, what is tried for its steps at the beginning."""


class Rounded(nn.Module):
    """Rounds to 256 values, `step` apart, of which 0 is one. Until `begin` it sees values and keeps some."""

    def __init__(self, step: float = 0.0, zero: int = 0) -> None:
        super().__init__()
        self.is_fixed = step > 0
        self.register_buffer("base", torch.tensor([step]))
        self.register_buffer("zero", torch.tensor([float(zero)]))
        self.growth = nn.Parameter(torch.zeros(1), requires_grad=not self.is_fixed)
        self.seen: list[Tensor] = []

    @property
    def step(self) -> Tensor:
        return self.base * torch.exp(STEP_RATE * self.growth)

    def begin(self) -> None:
        """Takes the step of the least squared error on what was seen."""
        if self.is_fixed:
            return
        values = torch.cat(self.seen)
        self.seen = []
        low, high = min(float(values.min()), 0.0), max(float(values.max()), 1e-6)
        tries = []
        for share in SHARES:
            step = (high - low) * share / 255
            zero = round(min(255.0, max(0.0, 255 * -low / (high - low))))
            error = torch.fake_quantize_per_tensor_affine(values, step, zero, 0, 255) - values
            tries.append((float(error.square().mean()), step, zero))
        _, step, zero = min(tries)
        self.base.fill_(step)
        self.zero.fill_(zero)

    def forward(self, x: Tensor) -> Tensor:
        if float(self.base) == 0:
            self.seen.append(x.detach().flatten()[:: max(1, x.numel() // 20_000)])
            return x
        if torch.is_grad_enabled() and self.training:
            return torch._fake_quantize_learnable_per_tensor_affine(x, self.step, self.zero, 0, 255, (255 * x.numel()) ** -0.5)
        return torch.fake_quantize_per_tensor_affine(x, float(self.step), int(self.zero), 0, 255)


def convolved(layer: nn.Conv2d, x: Tensor) -> Tensor:
    """The layer with rounded weights, a step a channel."""
    steps = layer.weight.detach().abs().amax((1, 2, 3)).clamp(min=1e-9) / MOST_WEIGHT
    zeros = torch.zeros_like(steps, dtype=torch.int32)
    weight = torch.fake_quantize_per_channel_affine(layer.weight, steps, zeros, 0, -128, 127)
    return F.conv2d(x, weight, layer.bias, padding=layer.padding)


class RoundedBlock(AttentionBlock):
    """The block of SPAN, each result rounded."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        names = ("before_first", "after_first", "before_second", "after_second", "third_rounded", "sum", "weighed")
        self.rounded = nn.ModuleDict({name: Rounded() for name in names})
        self.squashed = Rounded(SIGMOID_STEP)

    def silu(self, x: Tensor, which: str) -> Tensor:
        x = self.rounded[f"before_{which}"](x)
        return self.rounded[f"after_{which}"](x * self.squashed(torch.sigmoid(x)))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        first = self.silu(convolved(self.first, x), "first")
        third = self.rounded["third_rounded"](convolved(self.third, self.silu(convolved(self.second, first), "second")))
        return self.rounded["weighed"](self.rounded["sum"](third + x) * (self.squashed(torch.sigmoid(third)) - 0.5)), first


class RoundedSpan(Span):
    """`Span` with the same weights under the same names."""

    def __init__(self, factor: int, channels: int, blocks: int) -> None:
        super().__init__(factor, channels, blocks)
        self.blocks = nn.ModuleList([RoundedBlock(channels) for _ in range(blocks)])
        self.stem_rounded, self.last_rounded = Rounded(), Rounded()

    def features(self, low: Tensor) -> Tensor:
        stem = self.stem((low - self.mean) * 255)
        x, kept = self.stem_rounded(stem), []
        for block in self.blocks:
            x, first = block(x)
            kept = kept or [x]
        return self.join(torch.cat([stem, self.last_rounded(convolved(self.last, x)), *kept, first], dim=1))

    @torch.no_grad()
    def begin(self, examples: list[Tensor]) -> None:
        """Sets all steps by what low-resolution pictures bring about."""
        for low in examples:
            self(low)
        for part in self.modules():
            if isinstance(part, Rounded):
                part.begin()
