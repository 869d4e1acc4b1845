"""Networks of target expert 2: an autoencoder whose decoder gives layers: membership maps and a colour with a slope for each.

Shapes only. Images are premultiplied RGBA [batch, 4, 128, 128] in [0, 1]; latents [batch, channels, grid, grid], unit variance, with a fixed
posterior width (SimFlow, arXiv 2512.04084). Memberships are enlarged before the soft-max, so edges stay crisp at any size, as text is drawn
from distance fields. Layer 0 is nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parent.parent))
from drawing_sight import DRAWING_PX, MANNER, DrawingSight
from networks import IMAGE_CHANNELS, STEM_FACTOR, ResidualBlock

POSTERIOR_STD = 0.3
PAINT_VALUES = 10
"""Of a layer: red, green, blue, alpha, and the slopes of red, green, blue along x and y."""


class LayerEncoder(nn.Module):
    """Image [batch, 4, 128, 128] to the posterior mean [batch, channels, grid, grid]; each width after the first halves the grid from 32."""

    def __init__(self, widths: tuple[int, ...], blocks: tuple[int, ...], channels: int) -> None:
        super().__init__()
        steps: list[nn.Module] = [nn.PixelUnshuffle(STEM_FACTOR)]
        before = IMAGE_CHANNELS * STEM_FACTOR**2
        for at, (width, count) in enumerate(zip(widths, blocks)):
            steps += [nn.Conv2d(before, width, 3, stride=1 if at == 0 else 2, padding=1), *[ResidualBlock(width) for _ in range(count)]]
            before = width
        self.trunk = nn.Sequential(*steps, nn.SiLU(), nn.Conv2d(before, channels, 3, padding=1))
        # Unit variance by construction: otherwise the encoder would outgrow the fixed posterior width.
        self.norm = nn.BatchNorm2d(channels, affine=False, momentum=0.02)

    def forward(self, image: Tensor) -> Tensor:
        return self.norm(self.trunk(image).float())


class LayerDecoder(nn.Module):
    """Latent to logits [batch, layers, 128, 128] and paints [batch, layers - 1, 10]. Colours are read where their layer lies. With `sees_drawing` it takes
    the drawing that is restyled too (drawing_sight.py); none = nothing is known of one."""

    def __init__(self, widths: tuple[int, ...], blocks: tuple[int, ...], channels: int, layers: int, fine: int, tail: int, sees_drawing: bool = False) -> None:
        super().__init__()
        self.layers = layers
        deepest = widths[-1]
        self.entry = nn.Sequential(nn.Conv2d(channels, deepest, 3, padding=1), *[ResidualBlock(deepest) for _ in range(blocks[-1])])
        steps: list[nn.Module] = []
        before = deepest
        for width, count in list(zip(widths, blocks))[-2::-1]:
            steps += [nn.Conv2d(before, width * 4, 1), nn.PixelShuffle(2), *[ResidualBlock(width) for _ in range(count)]]
            before = width
        steps += [nn.Conv2d(before, fine * 4, 1), nn.PixelShuffle(2), ResidualBlock(fine), nn.SiLU()]
        steps += [nn.Conv2d(fine, tail * 4, 1), nn.PixelShuffle(2), nn.Conv2d(tail, layers, 3, padding=1)]
        self.rise = nn.Sequential(*steps)
        self.names = nn.Parameter(torch.randn(layers - 1, deepest) * 0.5)
        self.paint = nn.Sequential(nn.Linear(deepest, deepest), nn.SiLU(), nn.Linear(deepest, PAINT_VALUES))
        nn.init.normal_(self.paint[2].weight, std=0.05)
        self.sight = DrawingSight(widths[0], fine, tail, layers, deepest) if sees_drawing else None

    def forward(self, latent: Tensor, drawing: Tensor | None = None, known: Tensor | None = None, manner: Tensor | None = None) -> tuple[Tensor, Tensor]:
        hidden = self.entry(latent)
        logits = (self.rise(hidden) if self.sight is None else self.rise_beside(hidden, drawing, known, manner)).float().contiguous()
        grid = hidden.shape[-1]
        shares = F.avg_pool2d(logits.softmax(1)[:, 1:], logits.shape[-1] // grid).flatten(2)
        shares = shares / (shares.sum(2, keepdim=True) + 1e-3)
        read = shares @ hidden.float().flatten(2).transpose(1, 2)
        return logits, colours_of(self.paint(F.silu(read + self.names)).float())

    def rise_beside(self, hidden: Tensor, drawing: Tensor | None, known: Tensor | None, manner: Tensor | None) -> Tensor:
        """Logits, with what is seen of the drawing joined in at 32, 64 and 128 px."""
        if drawing is None or known is None or manner is None:
            drawing = hidden.new_zeros(len(hidden), IMAGE_CHANNELS, DRAWING_PX, DRAWING_PX)
            known = hidden.new_zeros(len(hidden), 1, *hidden.shape[2:])
            manner = F.pad(torch.ones(len(hidden), 1), (0, MANNER))
        seen = self.sight.look(drawing, known, manner[:, 0], hidden.dtype)
        deep, manner = hidden, manner[:, 1:].to(hidden.dtype)
        for step in self.rise[:-1]:
            hidden = step(hidden)
            if isinstance(step, nn.PixelShuffle) and hidden.shape[2] == DRAWING_PX // 4:
                hidden = self.sight.at_32(hidden, seen, manner)
            elif isinstance(step, nn.PixelShuffle) and hidden.shape[2] == DRAWING_PX // 2:
                hidden = self.sight.at_64(hidden, seen, manner)
        return self.rise[-1](hidden) + self.sight.at_128(hidden, seen, deep, manner)


def colours_of(raw: Tensor) -> Tensor:
    """Raw values to paints [..., 10]: colour and alpha in [0, 1], slopes within ±0.6 over the whole picture."""
    colour, alpha, slopes = raw.split((3, 1, 6), dim=-1)
    return torch.cat([colour.sigmoid(), (alpha + 3).sigmoid(), 0.6 * torch.tanh(slopes)], dim=-1)


def composite(logits: Tensor, paints: Tensor, y: Tensor | None = None, x: Tensor | None = None) -> Tensor:
    """Memberships × paints → premultiplied RGBA [batch, 4, h, w]; y [batch or 1, h] and x [batch or 1, w] are places in [-0.5, 0.5]."""
    batch, _, height, width = logits.shape
    shares = logits.softmax(1)[:, 1:].flatten(2)
    colour, alpha, along_x, along_y = paints.split((3, 1, 3, 3), dim=-1)
    values = torch.cat([colour * alpha, alpha, along_x * alpha, along_y * alpha], dim=-1)
    painted = (values.transpose(1, 2) @ shares).view(batch, PAINT_VALUES, height, width)
    y = places(height) if y is None else y
    x = places(width) if x is None else x
    rgb = painted[:, :3] + painted[:, 4:7] * x[:, None, None, :] + painted[:, 7:10] * y[:, None, :, None]
    return torch.cat([rgb, painted[:, 3:4]], dim=1)


def places(count: int) -> Tensor:
    """Middles of `count` pixels over the picture, [1, count] in [-0.5, 0.5]."""
    return ((torch.arange(count) + 0.5) / count - 0.5)[None]


def enlarge(logits: Tensor, factor: int) -> Tensor:
    """Logits at a larger size, before any soft-max."""
    return F.interpolate(logits, scale_factor=factor, mode="bicubic", align_corners=False)


class LayerAutoencoder(nn.Module):
    """Encoder and decoder together; `config` is stored in checkpoints so that the export can rebuild them."""

    def __init__(self, widths, encoder_blocks, decoder_blocks, channels: int = 6, layers: int = 8, fine: int = 24, tail: int = 10) -> None:
        super().__init__()
        self.config = {
            "widths": tuple(widths), "encoder_blocks": tuple(encoder_blocks), "decoder_blocks": tuple(decoder_blocks),
            "channels": channels, "layers": layers, "fine": fine, "tail": tail,
        }
        self.encoder = LayerEncoder(tuple(widths), tuple(encoder_blocks), channels)
        self.decoder = LayerDecoder(tuple(widths), tuple(decoder_blocks), channels, layers, fine, tail)

    def rebuild(self, images: Tensor) -> Tensor:
        """Images through both halves without noise."""
        return composite(*self.decoder(self.encoder(images)))
