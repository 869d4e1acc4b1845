"""The two networks of letters of the pack `super-resolution`: one reads which letters a small picture may show, the other draws given ones at four times the size.

A reader says what letter lies where as a distribution, so letters that a picture leaves open can be drawn by chance and others can't. It is fully convolutional, and
tells for each pixel its letter and where that letter's middle is, as instances are found by centre voting (Neven et al., CVPR 2019). The drawer is given the letters
that were chosen: conditioning on recognised text is what keeps strokes letters in text super-resolution (TATT, Ma, Liang, Zhang, CVPR 2022). Written from the papers.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from draw_lines import CLASSES, FACTOR, NONE

AROUND_PX = 7
"""Pixels to each side whose mean and deviation a picture is normalised by."""
LEAST_DEVIATION = 0.02
CELL_PX = 4
LARGEST_SMALL_PX = 10
"""Font size up to which text is looked for: from there on enlarging without letters is as near to the truth."""
LARGEST_DISTANCE_PX = 8.0
"""Of a letter's middle, that is told."""


def around(x: Tensor) -> Tensor:
    return F.avg_pool2d(x, 2 * AROUND_PX + 1, 1, AROUND_PX, count_include_pad=False)


def moments_around(low: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and deviation of luma [n, 1, h, w] around each pixel."""
    mean = around(low)
    return mean, (around(low.square()) - mean.square()).clamp(min=0).sqrt() + LEAST_DEVIATION


class WideBlock(nn.Module):
    """x + conv(silu(conv(silu(x)))); the first looks `apart` pixels to the sides. Starts as the identity."""

    def __init__(self, channels: int, apart: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=(1, apart), dilation=(1, apart))
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.silu(self.first(F.silu(x))))


class TextFinder(nn.Module):
    """Luma [n, 1, h, w] to the logit of text near every CELL_PX-th pixel, [n, 1, ceil(h / CELL_PX), ceil(w / CELL_PX)]: a cheap look that says where to read."""

    def __init__(self, channels: int = 32, blocks: int = 3) -> None:
        super().__init__()
        self.config = {"channels": channels, "blocks": blocks}
        self.stem = nn.Conv2d(1, channels, CELL_PX + 1, stride=CELL_PX, padding=CELL_PX // 2)
        self.blocks = nn.Sequential(*[WideBlock(channels, 1) for _ in range(blocks)])
        self.head = nn.Conv2d(channels, 1, 1)

    @property
    def margin_px(self) -> int:
        """Radius of what is seen; CELL_PX more since cells lie at multiples of it, and CELL_PX more for cells beside those that are told."""
        return AROUND_PX + CELL_PX // 2 + 2 * CELL_PX * self.config["blocks"] + 2 * CELL_PX

    def forward(self, low: Tensor) -> Tensor:
        mean, deviation = moments_around(low)
        return self.head(F.silu(self.blocks(self.stem((low - mean) / deviation)))).float()


def cells_of(classes: Tensor, ways: Tensor) -> Tensor:
    """1 where a small letter lies near, as TextFinder tells it, of maps [n, h, w] and [n, 2, h, w]. Larger letters are legible as they are."""
    is_letter = (classes != NONE)[:, None].float()
    is_far = (ways[:, 1:].abs() > LARGEST_SMALL_PX / 2).float() * is_letter
    is_large = F.max_pool2d(is_far, (2 * LARGEST_SMALL_PX + 1, 1), 1, (LARGEST_SMALL_PX, 0))
    return F.max_pool2d(is_letter * (1 - is_large), CELL_PX + 1, CELL_PX, CELL_PX // 2)


class LetterReader(nn.Module):
    """Luma [n, 1, h, w] in [0, 1] to logits of classes [n, CLASSES, h, w] and the way to the letter's middle in pixels, right and down, [n, 2, h, w]."""

    def __init__(self, channels: int = 64, apart: tuple[int, ...] = (1, 1, 2, 1, 3, 1, 2, 1)) -> None:
        super().__init__()
        self.config = {"channels": channels, "apart": tuple(apart)}
        self.stem = nn.Conv2d(1, channels, 3, padding=1)
        self.blocks = nn.Sequential(*[WideBlock(channels, each) for each in apart])
        self.head = nn.Conv2d(channels, CLASSES + 2, 1)

    @property
    def margin_px(self) -> int:
        return 1 + AROUND_PX + sum(1 + each for each in self.config["apart"])

    def forward(self, low: Tensor) -> tuple[Tensor, Tensor]:
        mean, deviation = moments_around(low)
        x = self.head(F.silu(self.blocks(self.stem((low - mean) / deviation)))).float()
        return x[:, :CLASSES], x[:, CLASSES:]


class LetterDrawer(nn.Module):
    """Luma [n, 1, h, w], classes [n, h, w] and ways to middles [n, 2, h, w] to luma [n, 1, FACTOR · h, FACTOR · w]."""

    def __init__(self, channels: int = 56, blocks: int = 6, letter_dims: int = 24) -> None:
        super().__init__()
        self.config = {"channels": channels, "blocks": blocks, "letter_dims": letter_dims}
        self.letters = nn.Embedding(CLASSES, letter_dims)
        self.stem = nn.Conv2d(1 + 2 + 1 + letter_dims, channels, 3, padding=1)
        self.blocks = nn.Sequential(*[WideBlock(channels, 1) for _ in range(blocks)])
        self.head = nn.Conv2d(channels, FACTOR**2, 3, padding=1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    @property
    def margin_px(self) -> int:
        return 2 + AROUND_PX + 2 * self.config["blocks"]

    def forward(self, low: Tensor, classes: Tensor, ways: Tensor) -> Tensor:
        mean, deviation = moments_around(low)
        is_letter = (classes != NONE).unsqueeze(1).to(low.dtype)
        letters = self.letters(classes).permute(0, 3, 1, 2)
        x = torch.cat([(low - mean) / deviation, ways * is_letter / 4, is_letter, letters], dim=1)
        lacks = self.head(F.silu(self.blocks(self.stem(x)))).float()
        plain = F.interpolate(low, scale_factor=FACTOR, mode="bilinear", align_corners=False)
        return plain + F.pixel_shuffle(lacks * deviation, FACTOR)
