"""Φ and τ of one factor as Ψ's training meets them, frozen: what they read and draw, and what the engine keeps of details.

Mirrors server/upscaling/details (pixel-noise.ts, details-gate.ts, lively-places.ts) on batches.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from operators import fold, unfold
from upscaler import luma_of, read_upscaler

PACK = Path(__file__).parent.parent.parent / "packs/default/super-resolution"
TEMPERATURE = 0.9
"""Of v, as in server/upscaling/upscale-tile.ts."""
CUT_AT = 1.5
"""Standard deviations at which v is cut, as in server/upscaling/details/pixel-noise.ts."""
COARSE_PX, COARSE_SHARE = {2: 4, 4: 12}, 0.5
"""Pixels between the places of coarse noise by factor, and its share of the variance, as there."""
SAME_LEVEL, AROUND_PX, CLOSED_FROM = 2.5 / 255, 5, 0.08
"""Where details are left out, as in server/upscaling/details/details-gate.ts."""
LIVELY_PX, CALM, LIVELY = 2, 1.5 / 255, 4 / 255
DRAWN_CALM, DRAWN_LIVELY = 1.5 / 255, 3 / 255
"""And by the answer's deviation around each of its pixels, as in lively-places.ts there."""


def cut_white(shape: tuple[int, ...], noise: torch.Generator) -> Tensor:
    return nn.init.trunc_normal_(torch.empty(shape), a=-CUT_AT, b=CUT_AT, generator=noise)


def two_scale_noise(count: int, height: int, width: int, factor: int, noise: torch.Generator) -> Tensor:
    """v of T = 1 as the engine draws it, [count, height, width, 3 · factor²]: white noise, and noise that is interpolated between
    places COARSE_PX apart, each value of the same variance, cut."""
    dims, apart_px = 3 * factor**2, COARSE_PX[factor]
    cells = [side // apart_px + 2 for side in (height, width)]
    coarse = cut_white((count, dims, *cells), noise)
    for axis, side in ((2, height), (3, width)):
        place = (torch.arange(side) + 0.5) / apart_px + 0.5
        below, beyond = place.floor().long(), place % 1
        length = (beyond.square() + (1 - beyond).square()).sqrt()
        shape = [1, 1, 1, 1]
        shape[axis] = side
        near, far = ((1 - beyond) / length).reshape(shape), (beyond / length).reshape(shape)
        coarse = coarse.index_select(axis, below) * near + coarse.index_select(axis, below + 1) * far
    white = cut_white((count, dims, height, width), noise)
    return (COARSE_SHARE**0.5 * coarse + (1 - COARSE_SHARE) ** 0.5 * white).clamp(-CUT_AT, CUT_AT).permute(0, 2, 3, 1)


def kept_details(low: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Of details at each pixel of `low` [n, 3, h, w], as the engine has it: the share that is kept [n, 1, h, w], and the lowest and the highest value that
    they may lead to, [n, 3, h, w] each."""
    padded = F.pad(low, (1, 1, 1, 1), mode="replicate")
    highest, lowest = F.max_pool2d(padded, 3, 1), -F.max_pool2d(-padded, 3, 1)
    is_flat = (torch.maximum(highest - low, low - lowest) <= SAME_LEVEL).all(1, keepdim=True).float()
    flat = F.avg_pool2d(is_flat, 2 * AROUND_PX + 1, 1, AROUND_PX, count_include_pad=False)
    return (1 - flat / CLOSED_FROM).clamp(min=0), lowest, highest


def lively_shares(answer: Tensor) -> Tensor:
    """Share of details that each pixel of `answer` [n, 3, h, w] may have, [n, 1, h, w]."""
    luma = luma_of(answer)
    mean, square = (F.avg_pool2d(part, 2 * LIVELY_PX + 1, 1, LIVELY_PX, count_include_pad=False) for part in (luma, luma.square()))
    return (((square - mean.square()).clamp(min=0).sqrt() - CALM) / (LIVELY - CALM)).clamp(0, 1)


def drawn_shares(answer: Tensor) -> Tensor:
    """The same where all is drawn: the calmest of the four 3 × 3 windows that have the pixel in their corners counts."""
    luma = luma_of(answer)
    mean, square = (F.avg_pool2d(part, 3, 1, 1, count_include_pad=False) for part in (luma, luma.square()))
    deviation = F.pad((square - mean.square()).clamp(min=0).sqrt(), (1, 1, 1, 1), mode="replicate")
    calmest = -F.max_pool2d(-deviation, 2, 1, dilation=2)
    return ((calmest - DRAWN_CALM) / (DRAWN_LIVELY - DRAWN_CALM)).clamp(0, 1)


class DrawnFactor:
    """Φ and τ of one factor, frozen, from the pack and from export-inverses.mts; Φ of photographs, or of shrunk drawings, and of foreign pictures."""

    def __init__(self, factor: int, pack: Path, trained: Path, threads: int, is_of_drawn: bool = False) -> None:
        self.net, self.mean, self.scale = read_upscaler(pack / f"x{factor}/network.onnx")
        foreign, drawn = (pack / f"x{factor}/{name}.onnx" for name in ("foreign", "drawn"))
        self.foreign = read_upscaler(foreign)[0] if foreign.exists() else self.net
        self.net = read_upscaler(drawn)[0] if is_of_drawn and drawn.exists() else self.net
        self.factor, self.folded = factor, 3 * factor**2
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        self.flow = ort.InferenceSession(trained / f"flow-{factor}-inverse.onnx", options, providers=["CPUExecutionProvider"])
        self.rows = self.flow.get_inputs()[0].shape[0]

    @torch.no_grad()
    def read(self, low: Tensor, is_foreign: bool = False) -> tuple[Tensor, Tensor]:
        """Features as τ is given them, [n, channels, h, w], and folded answers [n, 3 · factor², h, w]."""
        features, answers = (self.foreign if is_foreign else self.net)(low)
        return (features - self.mean[:, None, None]) * self.scale[:, None, None], answers

    def draw(self, features: Tensor, noise: torch.Generator) -> Tensor:
        """z [n, 3 · factor², h, w] of τ."""
        count, channels, height, width = features.shape
        residual = (two_scale_noise(count, height, width, self.factor, noise) * TEMPERATURE).reshape(-1, self.folded).numpy()
        given = features.permute(0, 2, 3, 1).reshape(-1, channels).numpy()
        drawn = np.empty_like(residual)
        for at in range(0, len(residual), self.rows):
            size = min(self.rows, len(residual) - at)
            feeds = {"residual": residual[at : at + size], "features": given[at : at + size]}
            padded = {name: np.concatenate([rows, np.zeros((self.rows - size, rows.shape[1]), np.float32)]) for name, rows in feeds.items()}
            drawn[at : at + size] = self.flow.run(None, padded)[0][:size]
        return torch.from_numpy(drawn).reshape(count, height, width, self.folded).permute(0, 3, 1, 2)

    def unit(self, features: Tensor) -> Tensor:
        """Features with unit variance, as Ψ reads them."""
        return features * len(self.mean) ** 0.5

    def picture(self, low: Tensor, answers: Tensor, details: Tensor, is_drawn: bool = False) -> Tensor:
        """Answers with what the engine keeps of details, [n, 3, factor · h, factor · w] in [0, 1]. Areas of one level do not count where all is drawn."""
        share, lowest, highest = (part.repeat_interleave(self.folded // part.shape[1], dim=1) for part in kept_details(low))
        share = torch.ones_like(share) if is_drawn else share
        shares_of = drawn_shares if is_drawn else lively_shares
        lively = fold(shares_of(unfold(answers, self.factor)).expand(-1, 3, -1, -1), self.factor)
        bounded = torch.minimum(torch.maximum(answers + share * lively * details, torch.minimum(answers, lowest)), torch.maximum(answers, highest))
        return unfold(bounded, self.factor).clamp(0, 1)


def lively(stage: DrawnFactor, decoder: nn.Module, low: Tensor, noise: torch.Generator, is_drawn: bool = False) -> Tensor:
    """What the engine makes of `low` at detail 1, but for its 16-bit planes and the projection: [n, 3, factor · h, factor · w]."""
    features, answers = stage.read(low)
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        details = decoder(stage.unit(features), stage.draw(features, noise), answers)
    return stage.picture(low, answers, details, is_drawn)
