"""The fixed linear maps of super-resolution: bicubic shrinking, bicubic enlarging, and the way back onto what shrinks to the input.

Pictures are [batch, channels, height, width]. `fold` of factor s writes each s × s block of a picture as s² values at one low-resolution pixel.
The shrinking D is the antialiased bicubic of PIL, MATLAB and libvips (Keys 1981, a = -1/2, kernel widened by s), renormalised at
borders. `Consistency` projects onto {y : D y = x} by y + Dᵀ (D Dᵀ)⁻¹ (x - D y): the smallest change that makes y shrink to x.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

INVERSE_REACH = 4
"""Low-resolution pixels to each side that the truncated (D Dᵀ)⁻¹ looks at."""


def cubic(distance: np.ndarray) -> np.ndarray:
    """Keys' kernel with a = -1/2."""
    x = np.abs(distance)
    return np.where(x < 1, 1.5 * x**3 - 2.5 * x**2 + 1, np.where(x < 2, -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2, 0))


def shrink_taps(factor: int) -> np.ndarray:
    """1-D taps of D, [5, factor]: weight of the phase-th pixel of the low-resolution cell at -2 … 2."""
    cells, phases = np.mgrid[-2:3, 0:factor]
    weight = cubic((cells * factor + phases + 0.5) / factor - 0.5)
    return weight / weight.sum()


def enlarge_taps(factor: int) -> np.ndarray:
    """1-D taps of bicubic enlarging, [factor, 5]: weight of the low-resolution pixel at -2 … 2 for each phase."""
    phases, cells = np.mgrid[0:factor, -2:3]
    return cubic((phases + 0.5) / factor - 0.5 - cells)


def restore_taps(factor: int) -> np.ndarray:
    """1-D taps of Dᵀ (D Dᵀ)⁻¹, [factor, 2 · reach + 1]; computed on a ring of 64 pixels and truncated."""
    count, taps = 64, shrink_taps(factor)
    shrink = np.zeros((count, count * factor))
    for row in range(count):
        for cell in range(-2, 3):
            at = (row + cell) % count * factor
            shrink[row, at : at + factor] = taps[cell + 2]
    restore = shrink.T @ np.linalg.inv(shrink @ shrink.T)
    reach = INVERSE_REACH
    middle = count // 2
    return np.stack([restore[middle * factor + phase, middle - reach : middle + reach + 1] for phase in range(factor)])


def kernel(taps: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(taps, dtype=np.float32))


def each_row_of(taps: np.ndarray) -> np.ndarray:
    """1-D taps [outputs, inputs, reach] for one row of a cell as a kernel for all its rows side by side: [rows · outputs, rows · inputs, 1, reach]."""
    rows = max(taps.shape[:2])
    return np.kron(np.eye(rows)[:, :, None, None], taps[:, :, None, :])


class Ones:
    """Planes of ones as wide and as high as `low` [n, 1, h, w]: what borders cut off is the same in every row, and in every column."""

    def __init__(self, low: Tensor) -> None:
        self.wide, self.high = torch.ones_like(low[:1, :, :1, :]), torch.ones_like(low[:1, :, :, :1])


class Shrink(nn.Module):
    """D on folded pictures: [n, s², h, w] to [n, 1, h, w], first along rows, then along columns."""

    def __init__(self, factor: int) -> None:
        super().__init__()
        taps = shrink_taps(factor).T[None]
        self.register_buffer("across", kernel(each_row_of(taps)), persistent=False)
        self.register_buffer("down", kernel(taps[:, :, :, None]), persistent=False)
        self.register_buffer("share", kernel(taps.sum(1)), persistent=False)

    def forward(self, folded: Tensor, ones: Ones | None = None) -> Tensor:
        ones = ones or Ones(folded[:, :1])
        shrunk = F.conv2d(F.conv2d(folded, self.across, padding=(0, 2)), self.down, padding=(2, 0))
        wide = F.conv2d(ones.wide, self.share[:, None, None, :], padding=(0, 2))
        high = F.conv2d(ones.high, self.share[:, None, :, None], padding=(2, 0))
        return shrunk / (wide * high)


class Enlarge(nn.Module):
    """Low-resolution planes [n, 1, h, w] to folded ones [n, s², h, w] by the taps given, first along columns, then along rows, renormalised at borders."""

    def __init__(self, taps: np.ndarray) -> None:
        super().__init__()
        self.reach = taps.shape[1] // 2
        self.register_buffer("down", kernel(taps[:, None, :, None]), persistent=False)
        self.register_buffer("across", kernel(each_row_of(taps[:, None, :])), persistent=False)
        self.register_buffer("share", kernel(np.tile(taps, (len(taps), 1))[:, None, None, :]), persistent=False)

    def forward(self, low: Tensor, ones: Ones | None = None) -> Tensor:
        ones = ones or Ones(low)
        along, beside = (self.reach, 0), (0, self.reach)
        rows = F.conv2d(low, self.down, padding=along) / F.conv2d(ones.high, self.down, padding=along)
        return F.conv2d(rows, self.across, padding=beside) / F.conv2d(ones.wide, self.share, padding=beside)


class SpaceToDepth(torch.autograd.Function):
    """`fold` of one channel as the one operator that ONNX has for it, a third of what the runtime takes to transpose; for export alone."""

    @staticmethod
    def symbolic(graph, picture, factor):  # noqa: ANN001, ANN205
        return graph.op("SpaceToDepth", picture, blocksize_i=factor)

    @staticmethod
    def forward(_, picture: Tensor, factor: int) -> Tensor:  # noqa: ANN001
        return F.pixel_unshuffle(picture, factor)


def fold(picture: Tensor, factor: int) -> Tensor:
    """[n, c, s·h, s·w] to [n, c·s², h, w], the s² phases of a channel beside each other."""
    return F.pixel_unshuffle(picture, factor)


def unfold(folded: Tensor, factor: int) -> Tensor:
    """The inverse of `fold`."""
    return F.pixel_shuffle(folded, factor)


def fold_each(picture: Tensor, factor: int) -> Tensor:
    """[n, c, s·h, s·w] to [n·c, s², h, w], so that one kernel serves every colour."""
    planes = picture.reshape(-1, 1, *picture.shape[2:])
    return SpaceToDepth.apply(planes, factor) if torch.onnx.is_in_onnx_export() else fold(planes, factor)


class Bicubic(nn.Module):
    """Both bicubic maps of a factor on pictures with any number of channels."""

    def __init__(self, factor: int) -> None:
        super().__init__()
        self.factor = factor
        self.down, self.up = Shrink(factor), Enlarge(enlarge_taps(factor))

    def shrink(self, picture: Tensor) -> Tensor:
        shrunk = self.down(fold_each(picture, self.factor))
        return shrunk.reshape(len(picture), -1, *shrunk.shape[2:])

    def enlarge_folded(self, low: Tensor) -> Tensor:
        """[n, c, h, w] to the folded bicubic enlargement [n, c·s², h, w]."""
        return self.up(low.reshape(-1, 1, *low.shape[2:])).reshape(len(low), -1, *low.shape[2:])


class Consistency(nn.Module):
    """Brings pictures [n, c, s·h, s·w] within [0, 1] to where they shrink to `low` [n, c, h, w], in a few rounds."""

    def __init__(self, factor: int, rounds: int = 4) -> None:
        super().__init__()
        self.factor, self.rounds = factor, rounds
        self.down, self.restore = Shrink(factor), Enlarge(restore_taps(factor))

    def forward(self, picture: Tensor, low: Tensor) -> Tensor:
        folded = fold_each(picture, self.factor)
        wanted = low.reshape(-1, 1, *low.shape[2:])
        ones = Ones(wanted)
        for _ in range(self.rounds):
            folded = (folded + self.restore(wanted - self.down(folded, ones), ones)).clamp(0, 1)
        return unfold(folded.reshape(len(picture), -1, *folded.shape[2:]), self.factor)
