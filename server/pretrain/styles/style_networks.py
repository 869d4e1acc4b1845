"""The style expert: latents of 1 to 16 drawings of one style → one vector, the style's code.

Shapes only. Latents are those of target expert 2, [styles, drawings, 8, 16, 16]. The code holds a map (what lies where: grounds, margins, weight of ink)
what four learned queries find by attention over all places of all drawings (corners, ends of lines, colours), and tokens that many more queries find,
each a pattern of this style that the flow can look up place by place (latents of a Perceiver, Jaegle et al. 2021); all flattened to one vector.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

CHANNELS, GRID = 8, 16
"""Of a latent."""
MAP_CHANNELS, MAP_GRID = 24, 8
VECTOR = 256
TOKENS, TOKEN = 32, 64
"""Patterns of a style that a place can look up, and the length of each."""
SUMMARY = MAP_CHANNELS * MAP_GRID**2 + VECTOR
"""Length of a code without its tokens."""
CODE = SUMMARY + TOKENS * TOKEN
QUERIES = 4
TOKEN_HEADS = 4
SPREAD_FLOOR = 1e-4
"""Added to variances under the root, so that one drawing alone has a gradient."""


def split_code(code: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """[batch, 3840] → the map [batch, 24, 8, 8], the vector [batch, 256] and the tokens [batch, 32, 64]."""
    flat, vector, tokens = code.split((MAP_CHANNELS * MAP_GRID**2, VECTOR, TOKENS * TOKEN), dim=1)
    return flat.unflatten(1, (MAP_CHANNELS, MAP_GRID, MAP_GRID)), vector, tokens.unflatten(1, (TOKENS, TOKEN))


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
        self.patterns = nn.Parameter(torch.randn(TOKENS, TOKEN))
        self.place = nn.Parameter(torch.zeros(MAP_GRID**2, TOKEN))
        self.sight = nn.Linear(width + 4 * CHANNELS, TOKEN)
        self.look_up = nn.Linear(TOKEN, 2 * TOKEN)

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
        return torch.cat([self.map(placed).flatten(1), self.vector(F.silu(found)), self.tokens_of(seen).flatten(1)], dim=1).float()

    def tokens_of(self, seen: Tensor) -> Tensor:
        """What each pattern finds among all places [styles, drawings, channels, 8, 8] → [styles, 32, 64]."""
        places = F.silu(self.sight(seen.flatten(3).transpose(2, 3)) + self.place).flatten(1, 2)
        keys, values = self.look_up(places).unflatten(2, (2, TOKEN_HEADS, -1)).permute(2, 0, 3, 1, 4)
        queries = self.patterns.unflatten(1, (TOKEN_HEADS, -1)).transpose(0, 1)
        shares = (queries.to(keys.dtype) @ keys.transpose(2, 3) * queries.shape[2] ** -0.5).softmax(3)
        return (shares @ values).transpose(1, 2).flatten(2).float()
