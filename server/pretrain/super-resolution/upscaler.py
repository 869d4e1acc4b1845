"""The networks of one factor of the pack `super-resolution`: Φ, features at every low-resolution pixel and an answer; and Ψ, the decoder of details,
which ties together what τ draws at each pixel.

Φ is SPAN, the swift parameter-free attention network (Wan et al., CVPR workshops 2024, arXiv 2311.12770), with its three layers a convolution
folded to one; its published weights are read from ncnn's format. Written from the paper and from the graph in the .param file: no code of
the authors is in here. No layer of either network runs above the low resolution.
"""

from __future__ import annotations

import sys
from math import ceil
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parent.parent))

from networks import ResidualBlock  # noqa: E402
from operators import INVERSE_REACH, Enlarge, Shrink, fold, restore_taps, unfold  # noqa: E402

FACTORS = (2, 4)
CHANNELS = 48
BLOCKS = 6
MEAN = (0.4488, 0.4371, 0.4040)
"""Colour that is taken off first, of the pictures that the published weights were trained on."""
HALF_TAG = 0x01306B47
"""Before weights that ncnn stores as float16; 0 is before float32."""


class AttentionBlock(nn.Module):
    """Three convolutions; what they give, squashed to ±1/2, weighs its own sum with the input. [n, channels, h, w] kept."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first, self.second, self.third = (nn.Conv2d(channels, channels, 3, padding=1) for _ in range(3))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The block's result, and what its first convolution gives after SiLU."""
        first = F.silu(self.first(x))
        third = self.third(F.silu(self.second(first)))
        return (third + x) * (torch.sigmoid(third) - 0.5), first


class Span(nn.Module):
    """Low-resolution RGB in [0, 1], [n, 3, h, w], to features [n, channels, h, w] and the folded answer [n, 3 · factor², h, w]."""

    def __init__(self, factor: int, channels: int = CHANNELS, blocks: int = BLOCKS) -> None:
        super().__init__()
        self.config = {"factor": factor, "channels": channels, "blocks": blocks}
        self.register_buffer("mean", torch.tensor(MEAN).reshape(3, 1, 1), persistent=False)
        self.stem = nn.Conv2d(3, channels, 3, padding=1)
        self.blocks = nn.ModuleList([AttentionBlock(channels) for _ in range(blocks)])
        self.last = nn.Conv2d(channels, channels, 3, padding=1)
        self.join = nn.Conv2d(4 * channels, channels, 1)
        self.head = nn.Conv2d(channels, 3 * factor**2, 3, padding=1)

    @property
    def margin_px(self) -> int:
        """Radius of the receptive field."""
        return 3 + 3 * len(self.blocks)

    def features(self, low: Tensor) -> Tensor:
        x = stem = self.stem((low - self.mean) * 255)
        kept = []
        for block in self.blocks:
            x, first = block(x)
            kept = kept or [x]
        return self.join(torch.cat([stem, self.last(x), *kept, first], dim=1))

    def forward(self, low: Tensor) -> tuple[Tensor, Tensor]:
        features = self.features(low)
        return features, self.head(features)


def read_ncnn(weights: Path, factor: int) -> Span:
    """Published weights. @raises ValueError for a file of another size than this network's"""
    net, data = Span(factor), np.fromfile(weights, np.uint8)
    place = 0

    def take(count: int, kind: type) -> Tensor:
        nonlocal place
        size = count * np.dtype(kind).itemsize
        values = data[place : place + size].view(kind).astype(np.float32)
        place += -(-size // 4) * 4
        if place > len(data):
            raise ValueError(f"{weights}: expected the weights of {net.config}, got {len(data)} bytes")
        return torch.from_numpy(values)

    layers = [net.stem, *(layer for block in net.blocks for layer in (block.first, block.second, block.third)), net.last, net.join, net.head]
    with torch.no_grad():
        if (take(3, np.float32) - torch.tensor(MEAN)).abs().max() > 1e-4:
            raise ValueError(f"{weights}: expected {MEAN} to be taken off first")
        for layer in layers:
            tag = int(data[place : place + 4].view(np.uint32)[0])
            place += 4
            layer.weight.copy_(take(layer.weight.numel(), np.float16 if tag == HALF_TAG else np.float32).reshape(layer.weight.shape))
            layer.bias.copy_(take(len(layer.bias), np.float32))
    if place != len(data):
        raise ValueError(f"{weights}: expected {place} bytes, as {net.config} has, got {len(data)}")
    return net.eval()


class ConvBlock(ResidualBlock):
    """x + conv(relu(conv(x))), [batch, channels, h, w] kept; starts as the identity."""

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.relu(self.first(x)))


REPEATED_REACH = 3
"""Pixels to each side over which details may not repeat."""
SMOOTHING, STRENGTH = (0.25, 0.5, 0.25), 3.85
"""Taps over neighbouring pixels of the result, which take off grain of single pixels, and what details are multiplied by after it."""
DETAIL_SCALE = 20.0
"""Brings z, whose deviation is some hundredths of the range of colours, to about 1."""


LUMA = (0.299, 0.587, 0.114)
EDGE_TAPS = (0.35, 0.85, 1.0, 0.85, 0.35)
"""Of the average along edges, `EDGE_STEP` pixels of the result apart."""
EDGE_STEP = 1.5
EDGE_AROUND_PX = 2
"""Pixels to each side over which the direction of an edge is averaged."""
EDGE_NOISE = 1e-5
"""Squared gradients that mean no edge."""


def luma_of(picture: Tensor) -> Tensor:
    """[n, 3, h, w] to [n, 1, h, w]."""
    return (picture * torch.tensor(LUMA).reshape(1, 3, 1, 1)).sum(1, keepdim=True)


def edge_course(luma: Tensor) -> tuple[Tensor, Tensor]:
    """Along edges of `luma` [n, 1, h, w]: a vector in pixels to the right and down, [n, h, w] each, as long as the direction is sure, at most 1.
    The eigenvector of the structure tensor (Foerstner, Guelch 1987)."""
    right, down = (F.pad(luma, sides, mode="replicate") for sides in ((1, 1, 0, 0), (0, 0, 1, 1)))
    across, along = right[..., 2:] - right[..., :-2], down[..., 2:, :] - down[..., :-2, :]
    products = torch.cat([across * across, along * along, across * along], dim=1)
    for _ in range(2):
        products = F.avg_pool2d(products, 2 * EDGE_AROUND_PX + 1, 1, EDGE_AROUND_PX, count_include_pad=False)
    xx, yy, xy = products.unbind(1)
    length = ((xx - yy).square() + 4 * xy.square()).sqrt() + 1e-9
    cosine = ((1 + (xx - yy) / length) / 2).clamp(0, 1).sqrt()
    sine = ((1 - (xx - yy) / length) / 2).clamp(0, 1).sqrt() * torch.where(xy < 0, -1.0, 1.0)
    sure = length / (xx + yy + EDGE_NOISE)
    return -sine * sure, cosine * sure


def along_edges(details: Tensor, luma: Tensor) -> Tensor:
    """Details [n, 1, h, w] averaged along edges of `luma`, of the same shape (line integral convolution, Cabral, Leedom 1993): dots become strokes."""
    height, width = luma.shape[2:]
    right, down = edge_course(luma)
    x = (torch.arange(width, dtype=torch.float32) + 0.5) * 2 / width - 1
    y = (torch.arange(height, dtype=torch.float32) + 0.5) * 2 / height - 1
    place = torch.stack([x.expand(height, width), y[:, None].expand(height, width)], dim=-1)[None]
    step = torch.stack([right * (2 / width), down * (2 / height)], dim=-1) * EDGE_STEP
    reach = len(EDGE_TAPS) // 2
    sums = sum(
        tap * (details if at == reach else F.grid_sample(details, place + (at - reach) * step, mode="bilinear", padding_mode="border", align_corners=False))
        for at, tap in enumerate(EDGE_TAPS)
    )
    return sums / sum(EDGE_TAPS)


class DetailDecoder(nn.Module):
    """Ψ: features [batch, channels, h, w], each of about unit variance, z [batch, 3 · factor², h, w] as τ draws it, one pixel apart from the
    next, and Φ's answer of the same shape, to details of its shape that neighbours agree on. Starts as no details at all.

    Details are of luma alone. They are smoothed over the pixels of the result, and along the answer's edges, and two things are taken off them. What repeats
    from pixel to pixel of the input would be a lattice: the mean of each of the folded values over the pixels around. And what shrinking would see (the null
    space of D, as in Wang, Yu, Zhang 2022, arXiv 2212.00490): a picture shrinks to the same input with details and without."""

    def __init__(self, channels: int, blocks: int, factor: int) -> None:
        super().__init__()
        self.config = {"channels": channels, "blocks": blocks, "factor": factor}
        self.trunk = nn.Sequential(
            nn.Conv2d(channels + 3 * factor**2, channels, 3, padding=1),
            *[ConvBlock(channels) for _ in range(blocks)],
            nn.ReLU(),
            nn.Conv2d(channels, factor**2, 3, padding=1),
        )
        nn.init.zeros_(self.trunk[-1].weight)
        nn.init.zeros_(self.trunk[-1].bias)
        self.down, self.restore = Shrink(factor), Enlarge(restore_taps(factor))

    @property
    def margin_px(self) -> int:
        """Pixels to each side that details depend on."""
        along_px = EDGE_STEP * (len(EDGE_TAPS) // 2) + 2
        return 2 + 2 * self.config["blocks"] + REPEATED_REACH + 2 + INVERSE_REACH + ceil(along_px / self.config["factor"])

    def forward(self, features: Tensor, z: Tensor, answers: Tensor) -> Tensor:
        return self.unseen(self.trunk(torch.cat([features, z * DETAIL_SCALE], dim=1)) / DETAIL_SCALE, answers)

    def unseen(self, details: Tensor, answers: Tensor) -> Tensor:
        """Details of luma [batch, factor², h, w] smoothed, without what repeats, and without what shrinking sees of them, for each colour."""
        factor = self.config["factor"]
        with torch.autocast("cpu", enabled=False):
            details = self.smooth(details.float(), luma_of(unfold(answers, factor)))
            repeated = F.avg_pool2d(details, 2 * REPEATED_REACH + 1, 1, REPEATED_REACH, count_include_pad=False)
            planes = details - repeated
            return (planes - self.restore(self.down(planes))).repeat(1, 3, 1, 1)

    def smooth(self, details: Tensor, luma: Tensor) -> Tensor:
        """Smoothed along rows and columns of the result and along its edges, and strengthened."""
        factor, taps = self.config["factor"], torch.tensor(SMOOTHING)
        planes = F.pad(unfold(details, factor), (1, 1, 1, 1), mode="replicate")
        across = F.conv2d(planes, taps.reshape(1, 1, 1, 3))
        down = F.conv2d(across, STRENGTH * taps.reshape(1, 1, 3, 1))
        return fold(along_edges(down, luma), factor)


def weights_in(path: Path) -> dict[str, Tensor]:
    """Tensors of a graph by name, those of 16 bits (onnx_graphs.py) as float32."""
    tensors = {tensor.name.removesuffix("_half"): numpy_helper.to_array(tensor) for tensor in onnx.load(path).graph.initializer}
    return {name: torch.from_numpy(values.astype(np.float32) if values.dtype == np.float16 else values.copy()) for name, values in tensors.items()}


def read_upscaler(path: Path) -> tuple[Span, Tensor, Tensor]:
    """Φ of a network.onnx as a frozen network, and the mean and the factor [channels] that its features are normalised by."""
    weights = weights_in(path)
    blocks = len({name.split(".")[2] for name in weights if name.startswith("net.blocks.")})
    factor = round((len(weights["net.head.bias"]) / 3) ** 0.5)
    net = Span(factor, len(weights["net.stem.bias"]), blocks)
    state = net.state_dict()
    missing = [name for name in state if f"net.{name}" not in weights]
    if missing:
        raise ValueError(f"{path}: expected the weights of {net.config}, missing {missing}")
    net.load_state_dict({name: weights[f"net.{name}"] for name in state})
    return net.eval().requires_grad_(False), weights["mean"], weights["factor"]
