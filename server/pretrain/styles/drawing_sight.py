"""What the decoder sees of the drawing that is restyled: its pixels, so that lines and corners are the drawing's own and not what 2,048 numbers keep of them.

Shapes only. After the decoder that sees the picture around a hole (asymmetric VQGAN, Zhu et al. 2023, arXiv 2306.04632). The latent says what lies
where and how it is painted, the drawing where exactly its edges are. Styles with grounds and shadows draw things smaller: a small net looks at
latent and drawing, says by how much, and the drawing is seen at that size too (spatial transformers, Jaderberg et al. 2015, arXiv 1506.02025).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from networks import ResidualBlock

DRAWING_PX, DRAWING_CHANNELS = 128, 4
SIGHTS = 2 * DRAWING_CHANNELS + 1
"""Planes that are seen: the drawing as it is, at the size that the style asks for, and where it is known."""
FUSED = 12
LEAST_SIZE = 0.4
"""Of the sizes that can be said; the largest is 1."""
SIZE_WIDTH = 32


class SizeNet(nn.Module):
    """A decoder's features [batch, width, 16, 16] and the drawing → the size at which the answer shows it, [batch], 1 = as it is."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.entry = nn.Conv2d(width + DRAWING_CHANNELS, SIZE_WIDTH, 1)
        self.first = nn.Conv2d(SIZE_WIDTH, SIZE_WIDTH, 4, stride=2, padding=1)
        self.second = nn.Conv2d(SIZE_WIDTH, SIZE_WIDTH, 4, stride=2, padding=1)
        self.exit = nn.Linear(SIZE_WIDTH * 16, 1)
        nn.init.zeros_(self.exit.weight)
        nn.init.constant_(self.exit.bias, 2)

    def forward(self, hidden: Tensor, drawing: Tensor) -> Tensor:
        small = F.avg_pool2d(drawing, drawing.shape[2] // hidden.shape[2])
        seen = F.silu(self.entry(torch.cat([hidden, small.to(hidden.dtype)], dim=1)))
        seen = F.silu(self.second(F.silu(self.first(seen))))
        return LEAST_SIZE + (1 - LEAST_SIZE) * self.exit(seen.flatten(1)).float().sigmoid()[:, 0]


def resized(images: Tensor, size: Tensor) -> Tensor:
    """Square images [batch, c, h, h] shown smaller about their middle, each by its size [batch] in (0, 1], by triangles; what lies outside is zero."""
    side = images.shape[2]
    middles = (torch.arange(side) + 0.5) / side - 0.5
    size = size[:, None, None]
    weights = (1 - (middles[None, :, None] / size - middles[None, None]).abs() * side * size).clamp(min=0)
    weights = weights / weights.sum(2, keepdim=True).clamp(min=1e-3)
    weights = (weights * (middles.abs()[None, :, None] / size < 0.5)).to(images.dtype)[:, None]
    return weights @ images @ weights.transpose(2, 3)


class DrawingSight(nn.Module):
    """Adds to a decoder's features at 32 px [width], at 64 px [fine] and to its logits; all of it begins as nothing."""

    def __init__(self, deepest: int, width: int, fine: int, tail: int, layers: int) -> None:
        super().__init__()
        self.size = SizeNet(deepest)
        self.coarse = nn.Conv2d(SIGHTS, width, 4, stride=4)
        self.coarse_block = ResidualBlock(width)
        self.fine = nn.Conv2d(SIGHTS, fine, 2, stride=2)
        self.fine_block = ResidualBlock(fine)
        self.fuse = nn.Conv2d(tail + SIGHTS, FUSED, 3, padding=1)
        self.exit = nn.Conv2d(FUSED, layers, 3, padding=1)
        for part in (self.coarse, self.fine, self.exit):
            nn.init.zeros_(part.weight)
            nn.init.zeros_(part.bias)

    def look(self, hidden: Tensor, drawing: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
        """Premultiplied RGBA [batch, 4, 128, 128] and which places of the grid are known [batch, 1, 16, 16] → planes [batch, 9, 128, 128] and the size
        at which the answer shows the drawing [batch]."""
        known = F.interpolate(known, size=drawing.shape[2:], mode="nearest")
        drawing = drawing * known
        size = self.size(hidden, drawing)
        planes = torch.cat([part.to(hidden.dtype) for part in (drawing, resized(drawing, size), known)], dim=1)
        return planes.contiguous(memory_format=torch.channels_last), size

    def at_32(self, hidden: Tensor, seen: Tensor) -> Tensor:
        return self.coarse_block(hidden + self.coarse(seen))

    def at_64(self, hidden: Tensor, seen: Tensor) -> Tensor:
        return self.fine_block(hidden + self.fine(seen))

    def at_128(self, hidden: Tensor, seen: Tensor) -> Tensor:
        """What is added to the logits."""
        return self.exit(F.silu(self.fuse(torch.cat([hidden, seen], dim=1))))
