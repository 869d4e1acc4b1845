"""What the decoder sees of the drawing that is restyled: its pixels, so that lines and corners are the drawing's own and not what 2,048 numbers keep of them.

Shapes only. After the decoder that sees the picture around a hole (asymmetric VQGAN, Zhu et al. 2023, arXiv 2306.04632). The latent says what lies
where and how it is painted, the drawing where exactly its edges are. Styles with grounds and shadows draw things smaller: the flow says by how
much (SizeNet in flow_networks.py), and the drawing is seen at that size too (spatial transformers, Jaderberg et al. 2015, arXiv 1506.02025).
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parent.parent))
from networks import ResidualBlock

DRAWING_PX, DRAWING_CHANNELS = 128, 4
SIGHTS = 2 * DRAWING_CHANNELS + 1
"""Planes that are seen: the drawing as it is, at the size that the style asks for, and where it is known."""
FUSED = 12
POOLED = 48
MANNER = 64
"""Numbers that both styles give (MannerNet in flow_networks.py)."""
DILATIONS = (2, 4)
"""Of the convolutions at 128 px: with them a place sees 8 px to each side, as far as the edges of a broad stroke that becomes a thin one."""


def shrinking(side: int, size: Tensor) -> Tensor:
    """Matrices [batch, side, side] that resample a line to each size [batch] in (0, 1] about its middle, by triangles; what lies outside is zero."""
    centres = (torch.arange(side) + 0.5) / side - 0.5
    size = size[:, None, None]
    weights = (1 - (centres[None, :, None] / size - centres[None, None]).abs() * side * size).clamp(min=0)
    weights = weights / weights.sum(2, keepdim=True).clamp(min=1e-3)
    return weights * (centres.abs()[None, :, None] / size < 0.5)


def resized(images: Tensor, size: Tensor) -> Tensor:
    """Square images [batch, c, h, h] shown smaller about their middle, each by its size [batch] in (0, 1]."""
    weights = shrinking(images.shape[2], size).to(images.dtype)[:, None]
    return weights @ images @ weights.transpose(2, 3)


class StyledBlock(ResidualBlock):
    """A residual block whose inside is scaled and shifted by the manner [batch, 64] (FiLM, Perez et al. 2018); begins as if there were none."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.film = nn.Linear(MANNER, 2 * channels)
        nn.init.zeros_(self.film.weight)
        nn.init.zeros_(self.film.bias)

    def forward(self, x: Tensor, manner: Tensor) -> Tensor:
        scale, shift = self.film(manner)[:, :, None, None].chunk(2, dim=1)
        return x + self.second(F.silu(self.first(F.silu(x)) * (1 + scale) + shift))


class DrawingSight(nn.Module):
    """Adds to a decoder's features at 32 px [width], at 64 px [fine] and to its logits; all of it begins as nothing. Both styles (the manner) and what the
    whole drawing is like (its features at 16 px, pooled) scale what is seen, so that strokes are equally broad everywhere (squeeze and excitation, Hu et
    al. 2018)."""

    def __init__(self, width: int, fine: int, tail: int, layers: int, deepest: int) -> None:
        super().__init__()
        self.coarse = nn.Conv2d(SIGHTS, width, 4, stride=4)
        self.coarse_block = StyledBlock(width)
        self.further_block = StyledBlock(width)
        self.fine = nn.Conv2d(SIGHTS, fine, 2, stride=2)
        self.fine_block = StyledBlock(fine)
        self.fuse = nn.Conv2d(tail + SIGHTS, FUSED, 3, padding=1)
        self.wider = nn.ModuleList([nn.Conv2d(FUSED, FUSED, 3, padding=far, dilation=far) for far in DILATIONS])
        self.scaling = nn.Sequential(nn.Linear(2 * deepest + MANNER, POOLED), nn.SiLU(), nn.Linear(POOLED, 2 * FUSED * len(DILATIONS)))
        self.exit = nn.Conv2d(FUSED, layers, 3, padding=1)
        for part in (self.coarse, self.fine, *self.wider, self.scaling[2], self.exit):
            nn.init.zeros_(part.weight)
            nn.init.zeros_(part.bias)

    def look(self, drawing: Tensor, known: Tensor, size: Tensor, dtype: torch.dtype) -> Tensor:
        """Premultiplied RGBA [batch, 4, 128, 128], which places of the grid are known [batch, 1, 16, 16], and the size at which the answer shows the
        drawing [batch] → planes [batch, 9, 128, 128]."""
        known = F.interpolate(known, size=drawing.shape[2:], mode="nearest")
        drawing = drawing * known
        planes = torch.cat([part.to(dtype) for part in (drawing, resized(drawing, size), known)], dim=1)
        return planes.contiguous(memory_format=torch.channels_last)

    def at_32(self, hidden: Tensor, seen: Tensor, manner: Tensor) -> Tensor:
        return self.further_block(self.coarse_block(hidden + self.coarse(seen), manner), manner)

    def at_64(self, hidden: Tensor, seen: Tensor, manner: Tensor) -> Tensor:
        return self.fine_block(hidden + self.fine(seen), manner)

    def at_128(self, hidden: Tensor, seen: Tensor, deep: Tensor, manner: Tensor) -> Tensor:
        """What is added to the logits; `deep` are the features at 16 px."""
        fused = self.fuse(torch.cat([hidden, seen], dim=1))
        scaling = self.scaling(torch.cat([deep.mean((2, 3)), deep.amax((2, 3)), manner], dim=1))[:, :, None, None].chunk(2 * len(DILATIONS), dim=1)
        for at, layer in enumerate(self.wider):
            fused = fused + layer(F.silu(fused * (1 + scaling[2 * at]) + scaling[2 * at + 1]))
        return self.exit(F.silu(fused))
