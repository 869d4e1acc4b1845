"""The networks of one ×2 stage: Φ, features at every low-resolution pixel and a deterministic answer (the head) made from them; and Ψ,
the decoder of details, which ties together what τ draws at each pixel alone.

No layer runs above the low resolution. Blocks without norms after EDSR (Lim et al. 2017, arXiv 1707.02921); the head predicts what
bicubic enlarging lacks, folded to 2 · 2 · 3 values a pixel, and Ψ what the head lacks.
"""

from __future__ import annotations

import sys
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parent.parent))

from networks import ResidualBlock  # noqa: E402
from operators import Bicubic  # noqa: E402

FACTOR = 2
FOLDED = 3 * FACTOR**2


class ConvBlock(ResidualBlock):
    """x + conv(relu(conv(x))), [batch, channels, h, w] kept; starts as the identity."""

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.relu(self.first(x)))


class Trunk(nn.Module):
    """Low-resolution RGB in [0, 1], [batch, 3, h, w], to features [batch, channels, h, w]."""

    def __init__(self, channels: int, blocks: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, channels, 3, padding=1)
        self.blocks = nn.Sequential(*[ConvBlock(channels) for _ in range(blocks)])
        self.last = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, low: Tensor) -> Tensor:
        stem = self.stem(low - 0.5)
        return stem + self.last(self.blocks(stem))


class Upscaler(nn.Module):
    """Features [batch, channels, h, w] and the folded answer [batch, 12, h, w] of a low-resolution picture."""

    def __init__(self, channels: int, blocks: int) -> None:
        super().__init__()
        self.config = {"channels": channels, "blocks": blocks}
        self.trunk = Trunk(channels, blocks)
        self.head = nn.Conv2d(channels, FOLDED, 3, padding=1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)
        self.bicubic = Bicubic(FACTOR)

    def forward(self, low: Tensor) -> tuple[Tensor, Tensor]:
        features = self.trunk(low)
        residual = self.head(F.relu(features)).float()
        # In bfloat16 the enlarged picture would be half a level off where it is bright.
        with torch.autocast("cpu", enabled=False):
            return features, self.bicubic.enlarge_folded(low.float()) + residual


DETAIL_SCALE = 20.0
"""Brings z, whose deviation is some hundredths of the range of colours, to about 1."""


class DetailDecoder(nn.Module):
    """Ψ: features [batch, channels, h, w], each of about unit variance, and z [batch, 12, h, w] as τ draws it, one pixel apart from the
    next, to details [batch, 12, h, w] that neighbours agree on. Starts as no details at all."""

    def __init__(self, channels: int, blocks: int) -> None:
        super().__init__()
        self.config = {"channels": channels, "blocks": blocks}
        self.trunk = nn.Sequential(
            nn.Conv2d(channels + FOLDED, channels, 3, padding=1),
            *[ConvBlock(channels) for _ in range(blocks)],
            nn.ReLU(),
            nn.Conv2d(channels, FOLDED, 3, padding=1),
        )
        nn.init.zeros_(self.trunk[-1].weight)
        nn.init.zeros_(self.trunk[-1].bias)

    @property
    def margin_px(self) -> int:
        """Pixels to each side that details depend on."""
        return 2 + 2 * self.config["blocks"]

    def forward(self, features: Tensor, z: Tensor) -> Tensor:
        return self.trunk(torch.cat([features, z * DETAIL_SCALE], dim=1)).float() / DETAIL_SCALE


def read_upscaler(path: Path) -> tuple[Upscaler, Tensor, Tensor]:
    """Φ of a network-<n>.onnx in float32 as a frozen network, and the mean and the factor [channels] that its features are normalised by."""
    weights = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in onnx.load(path).graph.initializer}
    own = {name.removeprefix("net."): tensor for name, tensor in weights.items() if name.startswith("net.") and "bicubic" not in name}
    blocks = len({name.split(".")[2] for name in own if name.startswith("trunk.blocks.")})
    net = Upscaler(len(weights["mean"]), blocks)
    missing, unexpected = net.load_state_dict(own, strict=False)
    if unexpected or any("bicubic" not in name for name in missing):
        raise ValueError(f"{path}: expected the weights of Φ, missing {missing}, unexpected {unexpected}")
    return net.eval().requires_grad_(False), weights["mean"], weights["factor"]
