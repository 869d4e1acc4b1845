"""The network Φ of one ×2 stage: features at every low-resolution pixel, and a deterministic answer (the head) made from them.

No layer runs above the low resolution. Blocks without norms after EDSR (Lim et al. 2017, arXiv 1707.02921); the head predicts what
bicubic enlarging lacks, folded to 2 · 2 · 3 values a pixel.
"""

from __future__ import annotations

import sys
from pathlib import Path

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
        return features, self.bicubic.enlarge_folded(low) + self.head(F.relu(features)).float()
