"""The style expert: latents of 1 to 16 drawings of one style → one vector, the style's code.

Shapes only. Latents are those of target expert 2, [styles, drawings, 8, 16, 16]. The code holds a map (what lies where: grounds, margins, weight of ink)
and what four learned queries find by attention over all places of all drawings (corners, ends of lines, colours), flattened to one vector.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

CHANNELS, GRID = 8, 16
"""Of a latent."""
MAP_CHANNELS, MAP_GRID = 24, 8
VECTOR = 256
CODE = MAP_CHANNELS * MAP_GRID**2 + VECTOR
QUERIES = 4
SPREAD_FLOOR = 1e-4
"""Added to variances under the root, so that one drawing alone has a gradient."""


def split_code(code: Tensor) -> tuple[Tensor, Tensor]:
    """[batch, 1792] → the map [batch, 24, 8, 8] and the vector [batch, 256]."""
    flat, vector = code.split((MAP_CHANNELS * MAP_GRID**2, VECTOR), dim=1)
    return flat.unflatten(1, (MAP_CHANNELS, MAP_GRID, MAP_GRID)), vector


def mean_and_spread(values: Tensor, dims: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """Mean and population deviation over some dimensions."""
    mean = values.mean(dims, keepdim=True)
    spread = ((values - mean).square().mean(dims) + SPREAD_FLOOR).sqrt()
    return mean.squeeze(dims), spread


class StyleNet(nn.Module):
    """Drawings of one style to its code. The order of the drawings does not matter."""

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        self.entry = nn.Conv2d(CHANNELS, width, 4, stride=2, padding=1)
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        self.queries = nn.Parameter(torch.randn(QUERIES, width) * 0.5)
        self.keys = nn.Linear(width, width)
        self.map = nn.Conv2d(2 * (width + 4 * CHANNELS), MAP_CHANNELS, 1)
        self.vector = nn.Linear((QUERIES + 2) * width, VECTOR)

    def forward(self, latents: Tensor) -> Tensor:
        styles, drawings = latents.shape[:2]
        flat = latents.flatten(0, 1)
        hidden = self.entry(flat)
        hidden = hidden + self.second(F.silu(self.first(F.silu(hidden))))
        seen = torch.cat([hidden, F.pixel_unshuffle(flat, 2)], dim=1).unflatten(0, (styles, drawings)).float()
        placed = torch.cat(mean_and_spread(seen, (1,)), dim=1)
        tokens = hidden.unflatten(0, (styles, drawings)).float().permute(0, 1, 3, 4, 2).flatten(1, 3)
        shares = (self.queries @ self.keys(tokens).float().transpose(1, 2) * tokens.shape[2] ** -0.5).softmax(2)
        found = torch.cat([(shares @ tokens).flatten(1), *mean_and_spread(tokens, (1,))], dim=1)
        return torch.cat([self.map(placed).flatten(1), self.vector(F.silu(found))], dim=1).float()
