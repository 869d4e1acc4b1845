"""The flow that puts a drawing into a style: the latent z given another drawing of the same thing, both styles and colours.

Shapes only. z is [batch, 8, 16, 16], the latent of target expert 2. The injector, a small U-Net on that grid, gives z its mean and width from the source;
what is left goes through couplings on z folded to [batch, 32, 8, 8] (Glow-like). `forward` goes from data to v and gives log-determinants; `inverse` comes back.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from drawing_sight import MANNER, shrinking
from style_networks import CHANNELS, GRID, MAP_CHANNELS, SUMMARY, TOKEN, VECTOR, StyleNet, mean_and_spread, split_code

PALETTE = (4, 4)
"""Colours of a palette, and red, green, blue, share of each."""
SCALES = (0.84, 0.66, 0.54)
"""Sizes at which the source is shown besides its own: styles with grounds and shadows draw things smaller, and convolutions cannot move them."""
LEAST_SIZE = 0.4
FOLDED = 4 * CHANNELS
MOST_SCALE = 2.0


def soft_clamp(raw: Tensor) -> Tensor:
    """Log-scales within ±2, the identity near 0."""
    return MOST_SCALE * torch.tanh(raw / MOST_SCALE)


class SizeNet(nn.Module):
    """At which size the requested style shows what a drawing in the other style shows, [batch] in (0.4, 1): grounds and shadows leave less room."""

    def __init__(self, width: int = 96) -> None:
        super().__init__()
        self.read = nn.Sequential(nn.Linear(2 * SUMMARY, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU())
        self.exit = nn.Linear(width, 1)
        nn.init.zeros_(self.exit.weight)
        nn.init.constant_(self.exit.bias, 2)

    def forward(self, asked: Tensor, origin: Tensor) -> Tensor:
        read = self.read(torch.cat([asked[:, :SUMMARY], origin[:, :SUMMARY]], dim=1))
        return LEAST_SIZE + (1 - LEAST_SIZE) * self.exit(read).float().sigmoid()[:, 0]


class MannerNet(nn.Module):
    """What both styles and the colours say of how a drawing is changed (breadth of strokes, fills, tints), [batch, 64] for the decoder's sight of the drawing."""

    def __init__(self, width: int = 192) -> None:
        super().__init__()
        known = 2 * (VECTOR + 2 * MAP_CHANNELS) + math.prod(PALETTE)
        self.read = nn.Sequential(nn.Linear(known, width), nn.SiLU(), nn.Linear(width, MANNER))

    def forward(self, given: dict[str, Tensor]) -> Tensor:
        codes = [split_code(given[name])[:2] for name in ("asked", "origin")]
        parts = [part for map_, vector in codes for part in (vector, *mean_and_spread(map_, (2, 3)))]
        return self.read(torch.cat([*parts, given["palette"].flatten(1)], dim=1)).float()


class FilmBlock(nn.Module):
    """x + conv(silu(film(conv(silu(x))))): two 3×3 convolutions, scaled and shifted by the condition."""

    def __init__(self, width: int, condition: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.film = nn.Linear(condition, 2 * width)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        for part in (self.film, self.second):
            nn.init.zeros_(part.weight)
            nn.init.zeros_(part.bias)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        scale, shift = self.film(condition)[:, :, None, None].chunk(2, dim=1)
        return x + self.second(F.silu(self.first(F.silu(x)) * (1 + scale) + shift))


class GridAttention(nn.Module):
    """Every place looks at every other one, so that what is inside a closed line is known."""

    def __init__(self, width: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.attend = nn.Linear(width, 3 * width)
        self.join = nn.Linear(width, width)
        nn.init.zeros_(self.join.weight)
        nn.init.zeros_(self.join.bias)

    def forward(self, x: Tensor) -> Tensor:
        grid = x.shape[2:]
        tokens = x.flatten(2).transpose(1, 2)
        q, k, v = self.attend(self.norm(tokens)).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        shares = (q @ k.transpose(2, 3) * q.shape[3] ** -0.5).softmax(3)
        return x + self.join((shares @ v).transpose(1, 2).flatten(2)).transpose(1, 2).unflatten(2, grid)


class PatternAttention(nn.Module):
    """Every place looks up patterns of both styles [batch, tokens, 64]: how what lies here is drawn in the style that is asked for."""

    def __init__(self, width: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.pattern_norm = nn.LayerNorm(TOKEN)
        self.query = nn.Linear(width, width)
        self.pattern = nn.Linear(TOKEN, 2 * width)
        self.join = nn.Linear(width, width)
        nn.init.zeros_(self.join.weight)
        nn.init.zeros_(self.join.bias)

    def forward(self, x: Tensor, patterns: Tensor) -> Tensor:
        grid = x.shape[2:]
        queries = self.query(self.norm(x.flatten(2).transpose(1, 2))).unflatten(2, (self.heads, -1)).transpose(1, 2)
        keys, values = self.pattern(self.pattern_norm(patterns)).unflatten(2, (2, self.heads, -1)).permute(2, 0, 3, 1, 4)
        shares = (queries @ keys.transpose(2, 3) * queries.shape[3] ** -0.5).softmax(3)
        return x + self.join((shares @ values).transpose(1, 2).flatten(2)).transpose(1, 2).unflatten(2, grid)


class Injector(nn.Module):
    """The drawing, both styles and colours → mean and log-width of z, and features [batch, width, 16, 16] for the couplings."""

    def __init__(self, width: int, deep: int, blocks: int, condition: int) -> None:
        super().__init__()
        self.condition = nn.Sequential(nn.Linear(2 * VECTOR + math.prod(PALETTE) + 1, condition), nn.SiLU(), nn.Linear(condition, condition), nn.SiLU())
        self.register_buffer("shrink", shrinking(GRID, torch.tensor(SCALES)))
        self.entry = nn.Conv2d(CHANNELS + 1 + len(SCALES) * CHANNELS, width, 3, padding=1)
        self.maps = nn.Conv2d(2 * MAP_CHANNELS, width, 1)
        self.before = nn.ModuleList([FilmBlock(width, condition) for _ in range(2)])
        self.down = nn.Conv2d(width, deep, 4, stride=2, padding=1)
        self.deep_maps = nn.Conv2d(2 * MAP_CHANNELS, deep, 3, padding=1)
        self.place = nn.Parameter(torch.zeros(1, deep, GRID // 2, GRID // 2))
        self.inside = nn.ModuleList([FilmBlock(deep, condition) for _ in range(blocks)])
        self.attention = GridAttention(deep)
        self.further_attention = GridAttention(deep)
        self.origin_mark = nn.Parameter(torch.randn(TOKEN))
        self.patterns = nn.ModuleList([PatternAttention(deep), PatternAttention(deep)])
        self.fine_patterns = PatternAttention(width)
        self.up = nn.Conv2d(deep, 4 * width, 1)
        self.after = nn.ModuleList([FilmBlock(width, condition) for _ in range(3)])
        self.exit = nn.Conv2d(width, 2 * CHANNELS, 3, padding=1)
        self.copy = nn.Conv2d(CHANNELS, CHANNELS, 1)
        self.gates = nn.Linear(condition, (1 + len(SCALES)) * CHANNELS)
        nn.init.normal_(self.exit.weight, std=1e-3)
        nn.init.zeros_(self.exit.bias)
        with torch.no_grad():
            self.copy.weight.copy_(0.6 * torch.eye(CHANNELS)[:, :, None, None])
            self.copy.bias.zero_()
            self.gates.weight.zero_()
            self.gates.bias.copy_(torch.cat([torch.ones(CHANNELS), torch.zeros(len(SCALES) * CHANNELS)]))

    def forward(self, given: dict[str, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        (asked_map, asked, asked_tokens), (origin_map, origin, origin_tokens) = split_code(given["asked"]), split_code(given["origin"])
        patterns = torch.cat([asked_tokens, origin_tokens + self.origin_mark], dim=1)
        source, known, palette = given["source"], given["known"], given["palette"].flatten(1)
        condition = self.condition(torch.cat([asked, origin, palette, known.mean((2, 3))], dim=1))
        maps = torch.cat([asked_map, origin_map], dim=1)
        smaller = [matrix @ source @ matrix.T for matrix in self.shrink]
        hidden = self.entry(torch.cat([source, known, *smaller], dim=1)) + F.interpolate(self.maps(maps), scale_factor=2.0, mode="nearest")
        for block in self.before:
            hidden = block(hidden, condition)
        deep = self.down(hidden) + self.deep_maps(maps) + self.place
        for at, block in enumerate(self.inside):
            deep = block(deep, condition)
            if at == 1:
                deep = self.patterns[0](self.attention(deep), patterns)
            if at == 3:
                deep = self.patterns[1](self.further_attention(deep), patterns)
        hidden = self.fine_patterns(hidden + F.pixel_shuffle(self.up(F.silu(deep)), 2), patterns)
        for block in self.after:
            hidden = block(hidden, condition)
        mean, width = self.exit(F.silu(hidden)).float().chunk(2, dim=1)
        gates = self.gates(condition)[:, :, None, None].chunk(1 + len(SCALES), dim=1)
        for gate, sight in zip(gates, [self.copy(source), *smaller]):
            mean = mean + (gate * sight).float()
        return mean, soft_clamp(width), hidden


class GridCoupling(nn.Module):
    """One half of the channels moves the other, place by place, seeing its neighbours and the injector's features."""

    def __init__(self, width: int, features: int, seed: int) -> None:
        super().__init__()
        turn = torch.linalg.qr(torch.randn(FOLDED, FOLDED, generator=torch.Generator().manual_seed(seed)))[0]
        self.register_buffer("turn", turn[:, :, None, None].contiguous())
        half = FOLDED // 2
        self.look = nn.Conv2d(features, width, 2, stride=2)
        self.first = nn.Conv2d(half, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        self.last = nn.Conv2d(width, 2 * half, 1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def moves(self, half: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        hidden = F.silu(self.first(half) + self.look(features))
        shift, scale = self.last(F.silu(self.second(hidden))).float().chunk(2, dim=1)
        return shift, soft_clamp(scale)

    def forward(self, x: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        kept, moved = F.conv2d(x, self.turn).float().chunk(2, dim=1)
        shift, scale = self.moves(kept, features)
        return torch.cat([(moved - shift) * torch.exp(-scale), kept], dim=1), -scale.sum((1, 2, 3))

    def inverse(self, v: Tensor, features: Tensor) -> Tensor:
        moved, kept = v.chunk(2, dim=1)
        shift, scale = self.moves(kept, features)
        whole = torch.cat([kept, moved * torch.exp(scale) + shift], dim=1)
        return F.conv2d(whole, self.turn.transpose(0, 1)).float()


class StyleFlow(nn.Module):
    """The style expert, the injector, then couplings on the grid. `steps` may be 0: the injector alone is a flow too."""

    def __init__(self, width: int = 96, deep: int = 160, blocks: int = 6, condition: int = 256, steps: int = 4, rest_width: int = 64) -> None:
        super().__init__()
        self.config = {"width": width, "deep": deep, "blocks": blocks, "condition": condition, "steps": steps, "rest_width": rest_width}
        self.style = StyleNet()
        self.injector = Injector(width, deep, blocks, condition)
        self.size = SizeNet()
        self.manner = MannerNet()
        self.rest = nn.ModuleList([GridCoupling(rest_width, width, at) for at in range(steps)])

    def manner_of(self, given: dict[str, Tensor]) -> Tensor:
        """How the decoder is to see the drawing, [batch, 1 + 64]: at which size the answer shows it, then the manner. What is transformed does not depend on it."""
        return torch.cat([self.size(given["asked"], given["origin"])[:, None], self.manner(given)], dim=1)

    def towards_v(self, x: Tensor, mean: Tensor, width: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        """x → v, both [batch, 8, 16, 16], and the log-determinant [batch], given what the injector said."""
        logdet = -width.sum((1, 2, 3))
        if len(self.rest) == 0:
            return (x - mean) * torch.exp(-width), logdet
        v = F.pixel_unshuffle((x - mean) * torch.exp(-width), 2)
        for step in self.rest:
            v, more = step(v, features)
            logdet = logdet + more
        return F.pixel_shuffle(v, 2), logdet

    def towards_x(self, v: Tensor, mean: Tensor, width: Tensor, features: Tensor) -> Tensor:
        """v → x, given what the injector said."""
        if len(self.rest) > 0:
            v = F.pixel_unshuffle(v, 2)
            for step in reversed(self.rest):
                v = step.inverse(v, features)
            v = F.pixel_shuffle(v, 2)
        return v * torch.exp(width) + mean

    def forward(self, x: Tensor, given: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        return self.towards_v(x, *self.injector(given))

    def inverse(self, v: Tensor, given: dict[str, Tensor]) -> Tensor:
        """v → x."""
        return self.towards_x(v, *self.injector(given))

    def nats(self, x: Tensor, given: dict[str, Tensor]) -> Tensor:
        """−log p(x | given) per dimension, [batch]."""
        return nats_of(*self(x, given))


def nats_of(v: Tensor, logdet: Tensor) -> Tensor:
    """−log p per dimension [batch] of v [batch, …] and its log-determinant."""
    dims = v[0].numel()
    return (0.5 * v.square().sum((1, 2, 3)) + 0.5 * dims * math.log(2 * math.pi) - logdet) / dims
