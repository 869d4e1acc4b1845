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


def weights_in(path: Path) -> dict[str, Tensor]:
    """Tensors of a graph by name, those in 8 bits as the floats that they stand for. @raises KeyError for one in 8 bits without its step"""
    tensors = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in onnx.load(path).graph.initializer}
    weights = {}
    for name, tensor in tensors.items():
        own = name.removesuffix("_quantized")
        if own == name:
            weights[name] = tensor
            continue
        step = tensors[f"{name}_scale" if f"{name}_scale" in tensors else f"{own}_scale"]
        weights[own] = tensor.float() * step.reshape(-1, *[1] * (tensor.dim() - 1))
    return weights


def fill(net: nn.Module, weights: dict[str, Tensor], path: Path) -> None:
    """Gives a net the weights that a graph calls net.<name>."""
    state = net.state_dict()
    found = {name: weights[f"net.{name}"] for name in state if f"net.{name}" in weights}
    # Convolutions in 8 bits may have silent channels (quantise.py).
    net.load_state_dict({name: tensor[: len(state[name])] for name, tensor in found.items()}, strict=False)
    missing = [name for name in state if name not in found]
    if missing:
        raise ValueError(f"{path}: expected the weights of {type(net).__name__}, missing {missing}")
    net.eval().requires_grad_(False)


def read_upscaler(path: Path) -> tuple[Upscaler, Tensor, Tensor]:
    """Φ of a network-<n>.onnx as a frozen network, and the mean and the factor [channels] that its features are normalised by."""
    weights = weights_in(path)
    blocks = len({name.split(".")[3] for name in weights if name.startswith("net.trunk.blocks.")})
    net = Upscaler(len(weights["mean"]), blocks)
    fill(net, weights, path)
    return net, weights["mean"], weights["factor"]


def read_details(path: Path) -> DetailDecoder:
    """Ψ of a details.onnx as a frozen network."""
    weights = weights_in(path)
    # The first and the last layer are convolutions, a ReLU is before the last.
    layers = {int(name.split(".")[2]) for name in weights if name.startswith("net.trunk.")}
    net = DetailDecoder(weights["net.trunk.0.weight"].shape[1] - FOLDED, max(layers) - 2)
    fill(net, weights, path)
    return net
