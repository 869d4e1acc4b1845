"""Losses, quality measures and sample sheets for the target autoencoder. Images are premultiplied RGBA [batch, 4, h, w]."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F


def opponents(image: Tensor) -> Tensor:
    """Colour without brightness: red minus green, blue minus the mean of both, [batch, 2, h, w]."""
    red, green, blue = image[:, 0], image[:, 1], image[:, 2]
    return torch.stack([red - green, blue - 0.5 * (red + green)], dim=1)


def reconstruction_loss(output: Tensor, target: Tensor, colour_weight: float = 1.0) -> Tensor:
    """L1, a squared term that keeps PSNR honest, L1 of gradients at three scales (128, 64, 32), and coarse colour.

    Without the coarse colour term the first ten minutes end on a plateau: sharp shapes, all of them grey.
    """
    loss = F.l1_loss(output, target) + F.mse_loss(output, target)
    for scale in range(3):
        loss = loss + 0.5 * F.l1_loss(output.diff(dim=2), target.diff(dim=2))
        loss = loss + 0.5 * F.l1_loss(output.diff(dim=3), target.diff(dim=3))
        if scale < 2:
            output, target = F.avg_pool2d(output, 2), F.avg_pool2d(target, 2)
    colour = opponents(output) - opponents(target)
    return loss + colour_weight * (2 * colour.abs().mean() + 4 * F.avg_pool2d(colour, 4).abs().mean())


def over_background(image: Tensor, background: Tensor) -> Tensor:
    """Colour composited over background [batch, 3, 1, 1], with alpha kept as fourth channel."""
    alpha = image[:, 3:]
    return torch.cat([image[:, :3] + (1 - alpha) * background, alpha], dim=1)


def valid_rgba(image: Tensor) -> Tensor:
    """Clamps to premultiplied RGBA: everything in [0, 1], no colour above alpha. The exported decoder ends in this."""
    alpha = image[:, 3:].clamp(0, 1)
    return torch.cat([torch.minimum(image[:, :3].clamp(min=0), alpha), alpha], dim=1)


def psnr_db(output: Tensor, target: Tensor) -> tuple[float, float]:
    """PSNR in dB over all four channels: of the pooled squared error, and the mean of the images' own."""
    squared = (output - target).square().mean(dim=(1, 2, 3))
    pooled = -10 * squared.mean().log10()
    return float(pooled), float((-10 * squared.clamp(min=1e-7).log10()).mean())


def save_sheet(path: Path, originals: Tensor, outputs: Tensor, columns: int = 12) -> None:
    """Writes a PNG on a checkerboard: each line of originals above its reconstructions. Both [n, 4, h, w]."""
    count, _, side, _ = originals.shape
    lines = -(-count // columns)
    sheet = np.zeros((lines * 2 * side, columns * side, 3), dtype=np.uint8)
    y, x = np.mgrid[0:side, 0:side]
    board = np.where(((x // 16 + y // 16) % 2 == 0)[..., None], 1.0, 0.9)
    for at in range(count):
        line, column = divmod(at, columns)
        for below, picture in enumerate((originals[at], valid_rgba(outputs[at : at + 1])[0])):
            rgba = picture.float().permute(1, 2, 0).numpy()
            rgb = rgba[..., :3] + (1 - rgba[..., 3:]) * board
            top = (line * 2 + below) * side
            sheet[top : top + side, column * side : (column + 1) * side] = (rgb.clip(0, 1) * 255).round()
    Image.fromarray(sheet).save(path)
