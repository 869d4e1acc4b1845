"""The flow that puts a drawing into a style, on a grid of 8×8 tokens: z given another drawing of the same thing, both styles and words.

Shapes only. The latent [batch, 6, 16, 16] of target expert 2 is folded to x [batch, 24, 8, 8] without loss. An injector of 3×3 convolutions
gives x its mean and width; what is left goes through couplings on the grid (Glow-like, RealNVP masks over channels) or through causal attention
over the 64 tokens (TarFlow, arXiv 2412.06329), or through nothing. `forward` goes from data to v and gives log-determinants; `inverse` comes back.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

CHANNELS, GRID = 24, 8
STYLE_VALUES = 2 * CHANNELS
"""Channels of a style's map: mean and deviation of each channel at each place."""
WORD_VALUES = 384
MOST_SCALE = 2.0


def fold(latent: Tensor) -> Tensor:
    """[batch, channels, grid, grid] → [batch, 24, 8, 8]."""
    return F.pixel_unshuffle(latent, latent.shape[-1] // GRID) if latent.shape[-1] > GRID else latent


def unfold(x: Tensor, grid: int) -> Tensor:
    """Back to the target expert's grid."""
    return F.pixel_shuffle(x, grid // GRID) if grid > GRID else x


def soft_clamp(raw: Tensor) -> Tensor:
    """Log-scales within ±2, the identity near 0."""
    return MOST_SCALE * torch.tanh(raw / MOST_SCALE)


class FilmBlock(nn.Module):
    """x + conv(silu(film(conv(silu(x))))): two 3×3 convolutions, scaled and shifted by the condition."""

    def __init__(self, width: int, condition: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.film = nn.Linear(condition, 2 * width)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.film.weight)
        nn.init.zeros_(self.film.bias)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        scale, shift = self.film(condition)[:, :, None, None].chunk(2, dim=1)
        return x + self.second(F.silu(self.first(F.silu(x)) * (1 + scale) + shift))


class Injector(nn.Module):
    """The drawing, both styles as maps, and words → mean and log-width of x, and features [batch, width, 8, 8] for what follows."""

    def __init__(self, width: int, blocks: int, condition: int) -> None:
        super().__init__()
        inputs = CHANNELS + 1 + 2 * STYLE_VALUES
        self.condition = nn.Sequential(nn.Linear(2 * STYLE_VALUES * 2 + WORD_VALUES + 2, condition), nn.SiLU(), nn.Linear(condition, condition), nn.SiLU())
        self.entry = nn.Conv2d(inputs, width, 3, padding=1)
        self.blocks = nn.ModuleList([FilmBlock(width, condition) for _ in range(blocks)])
        self.exit = nn.Conv2d(width, 2 * CHANNELS, 3, padding=1)
        self.copy = nn.Conv2d(CHANNELS, CHANNELS, 1)
        nn.init.normal_(self.exit.weight, std=1e-3)
        nn.init.zeros_(self.exit.bias)
        with torch.no_grad():
            self.copy.weight.copy_(0.6 * torch.eye(CHANNELS)[:, :, None, None])
            self.copy.bias.zero_()

    def forward(self, given: dict[str, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        source, asked, origin = given["source"], given["asked"], given["origin"]
        flag = given["hasSource"][:, None, None, None].expand(-1, 1, GRID, GRID)
        pooled = [t.mean((2, 3)) for t in (asked, origin)] + [t.std((2, 3)) for t in (asked, origin)]
        vector = torch.cat([*pooled, given["words"], given["hasSource"][:, None], given["count"][:, None]], dim=1)
        condition = self.condition(vector)
        hidden = self.entry(torch.cat([source, flag, asked, origin], dim=1))
        for block in self.blocks:
            hidden = block(hidden, condition)
        mean, width = self.exit(F.silu(hidden)).float().chunk(2, dim=1)
        return mean + self.copy(source).float(), soft_clamp(width), hidden


class GridCoupling(nn.Module):
    """One half of the channels moves the other, place by place, seeing its neighbours and the injector's features."""

    def __init__(self, width: int, features: int, seed: int) -> None:
        super().__init__()
        turn = torch.linalg.qr(torch.randn(CHANNELS, CHANNELS, generator=torch.Generator().manual_seed(seed)))[0]
        self.register_buffer("turn", turn)
        half = CHANNELS // 2
        self.look = nn.Conv2d(features, width, 1)
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
        kept, moved = torch.einsum("oc,bchw->bohw", self.turn, x).chunk(2, dim=1)
        shift, scale = self.moves(kept, features)
        return torch.cat([(moved - shift) * torch.exp(-scale), kept], dim=1), -scale.sum((1, 2, 3))

    def inverse(self, v: Tensor, features: Tensor) -> Tensor:
        moved, kept = v.chunk(2, dim=1)
        shift, scale = self.moves(kept, features)
        return torch.einsum("oc,bohw->bchw", self.turn, torch.cat([kept, moved * torch.exp(scale) + shift], dim=1))


class CausalBlock(nn.Module):
    """Every token is moved by what attention sees of the tokens before it and of the injector's features of its own place."""

    def __init__(self, width: int, features: int, layers: int, backwards: bool) -> None:
        super().__init__()
        self.backwards, self.heads = backwards, 4
        tokens = GRID * GRID
        self.enter = nn.Linear(CHANNELS, width)
        self.look = nn.Linear(features, width)
        self.place = nn.Parameter(0.02 * torch.randn(tokens, width))
        self.layers = nn.ModuleList([
            nn.ModuleDict({
                "norm": nn.LayerNorm(width), "attend": nn.Linear(width, 3 * width), "join": nn.Linear(width, width),
                "norm2": nn.LayerNorm(width), "up": nn.Linear(width, 3 * width), "down": nn.Linear(3 * width, width),
            })
            for _ in range(layers)
        ])
        self.last = nn.Linear(width, 2 * CHANNELS)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def order(self, grid: Tensor) -> Tensor:
        """[batch, c, 8, 8] → tokens [batch, 64, c] in this block's direction."""
        tokens = grid.flatten(2).transpose(1, 2)
        return tokens.flip(1) if self.backwards else tokens

    def restore(self, tokens: Tensor) -> Tensor:
        tokens = tokens.flip(1) if self.backwards else tokens
        return tokens.transpose(1, 2).unflatten(2, (GRID, GRID))

    def moves(self, tokens: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        before = F.pad(tokens, (0, 0, 1, 0))[:, :-1]
        hidden = self.enter(before) + self.look(features) + self.place[: tokens.shape[1]]
        for layer in self.layers:
            q, k, v = layer["attend"](layer["norm"](hidden)).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
            seen = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            hidden = hidden + layer["join"](seen.transpose(1, 2).flatten(2))
            hidden = hidden + layer["down"](F.silu(layer["up"](layer["norm2"](hidden))))
        shift, scale = self.last(hidden).float().chunk(2, dim=2)
        return shift, soft_clamp(scale)

    def forward(self, x: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        tokens = self.order(x)
        shift, scale = self.moves(tokens, self.order(features))
        return self.restore((tokens - shift) * torch.exp(-scale)), -scale.sum((1, 2))

    def inverse(self, v: Tensor, features: Tensor) -> Tensor:
        wanted, seen = self.order(v), self.order(features)
        tokens = torch.zeros_like(wanted)
        for at in range(wanted.shape[1]):
            shift, scale = self.moves(tokens[:, : at + 1], seen[:, : at + 1])
            tokens[:, at] = wanted[:, at] * torch.exp(scale[:, at]) + shift[:, at]
        return self.restore(tokens)


class StyleFlow(nn.Module):
    """Injector first, then what is left. `rest` is "none", "grid" or "causal"."""

    def __init__(self, width: int = 96, blocks: int = 6, condition: int = 192, rest: str = "grid", steps: int = 6, rest_width: int = 64) -> None:
        super().__init__()
        self.config = {"width": width, "blocks": blocks, "condition": condition, "rest": rest, "steps": steps, "rest_width": rest_width}
        self.injector = Injector(width, blocks, condition)
        if rest == "grid":
            made = [GridCoupling(rest_width, width, at) for at in range(steps)]
        elif rest == "causal":
            made = [CausalBlock(rest_width, width, 2, at % 2 == 1) for at in range(steps)]
        elif rest == "none":
            made = []
        else:
            raise ValueError(f"rest: expected none, grid or causal, got {rest}")
        self.rest = nn.ModuleList(made)

    def forward(self, x: Tensor, given: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """x → v [batch, 24, 8, 8] and the log-determinant [batch]."""
        mean, width, features = self.injector(given)
        v = (x - mean) * torch.exp(-width)
        logdet = -width.sum((1, 2, 3))
        for step in self.rest:
            v, more = step(v, features)
            logdet = logdet + more
        return v, logdet

    def inverse(self, v: Tensor, given: dict[str, Tensor]) -> Tensor:
        """v → x."""
        mean, width, features = self.injector(given)
        for step in reversed(self.rest):
            v = step.inverse(v, features)
        return v * torch.exp(width) + mean

    def nats(self, x: Tensor, given: dict[str, Tensor]) -> Tensor:
        """−log p(x | given) per dimension, [batch]."""
        v, logdet = self(x, given)
        dims = v[0].numel()
        return (0.5 * v.square().sum((1, 2, 3)) + 0.5 * dims * math.log(2 * math.pi) - logdet) / dims
