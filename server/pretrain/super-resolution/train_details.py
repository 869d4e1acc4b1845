"""Trains Ψ of one factor of the pack `super-resolution` beside a discriminator, on a fixed time budget, while Φ and τ stay frozen.

τ draws what Φ's answer lacks at each pixel alone, so what it draws is texture without structure. Ψ reads Φ's features and that draw, sees
neighbours, and makes details of them. Two draws of each picture are made at a time and judged together, by the energy score (Gneiting,
Raftery 2007): near to the truth, and apart from each other, in pixels and in a feature net's maps, so that v is not ignored (as Bendel, Ahmad,
Schniter 2023 reward the spread of a conditional GAN). A discriminator judges each picture alone, and amplified what it has beyond bicubic
enlarging (hinge loss, Lim, Ye 2017). LPIPS, by which the pack is evaluated, is logged and never trained on.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parent.parent))

from adversary import Adversary  # noqa: E402
from efficientnet_lite import Lite  # noqa: E402
from operators import Bicubic, fold, unfold  # noqa: E402
from timed_training import TimedTraining, add_common_arguments  # noqa: E402
from train_upscaler import CACHE, Patches, eight_bits, psnr_db, spoiled_low  # noqa: E402
from upscaler import FACTORS, DetailDecoder, read_upscaler  # noqa: E402

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
"""And by the answer's deviation around each of its pixels, as in lively-places.ts there."""
ERRS_AROUND_PX, LARGE_ERROR = 8, 16 / 255
"""How far around the answer's errors are averaged, and from which mean on two draws differ as truths do."""
RESIDUAL_GAIN = 4.0
"""Of what a picture has beyond bicubic enlarging, for the discriminator."""
JUDGE_ALONE_STEPS, JUDGE_RAMP_STEPS = 60, 120
FOREIGN_SHARE = 0.2
"""Share of steps whose pictures are blurred, noisy or JPEGs, with Φ of foreign pictures."""


class FeatureMaps:
    """Maps of EfficientNet-Lite1, of unit length at each place (Zhang et al. 2018). `tau evaluate` judges by LPIPS and by Lite0, whose weights are others."""

    def __init__(self) -> None:
        self.net = Lite(1).load().to(memory_format=torch.channels_last)

    def __call__(self, picture: Tensor) -> list[Tensor]:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            maps = self.net.maps(picture.to(memory_format=torch.channels_last), last=3)
        return [F.normalize(features.float(), dim=1) for features in maps]


def apart(first: Tensor, second: Tensor) -> Tensor:
    """Euclidean distance of vectors [n, dims, h, w] at each place, [n, 1, h, w]."""
    return ((first - second).square().sum(1, keepdim=True) + 1e-6).sqrt()


def energy_score(draws: list[Tensor], truth: list[Tensor], spread: Tensor) -> Tensor:
    """Of maps of two draws in one batch, [2 n, …], against the truth [n, …], mean over maps. `spread` [n, 1, h, w] of 1/2 is the proper score, less asks for
    less difference."""
    total = 0.0
    for maps, wanted in zip(draws, truth):
        first, second = maps.chunk(2)
        share = F.adaptive_avg_pool2d(spread, wanted.shape[2:])
        total = total + ((apart(first, wanted) + apart(second, wanted)) / 2 - share * apart(first, second)).mean()
    return total / len(truth)


def spread_where(plain: Tensor, truth: Tensor, least: float, most: float) -> Tensor:
    """How much two draws are asked to differ at each pixel, [n, 1, h, w]: more where the answer errs around it."""
    error = (plain - truth).abs().mean(1, keepdim=True)
    around = F.avg_pool2d(error, 2 * ERRS_AROUND_PX + 1, 1, ERRS_AROUND_PX, count_include_pad=False)
    return least + (most - least) * (around / LARGE_ERROR).clamp(max=1)


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
    luma = (answer * torch.tensor([0.299, 0.587, 0.114]).reshape(1, 3, 1, 1)).sum(1, keepdim=True)
    mean, square = (F.avg_pool2d(part, 2 * LIVELY_PX + 1, 1, LIVELY_PX, count_include_pad=False) for part in (luma, luma.square()))
    return (((square - mean.square()).clamp(min=0).sqrt() - CALM) / (LIVELY - CALM)).clamp(0, 1)


class DrawnFactor:
    """Φ and τ of one factor, frozen, from the pack and from export-inverses.mts."""

    def __init__(self, factor: int, pack: Path, trained: Path, threads: int) -> None:
        self.net, self.mean, self.scale = read_upscaler(pack / f"x{factor}/network.onnx")
        foreign = trained / f"foreign-{factor}.onnx"
        self.foreign = read_upscaler(foreign)[0] if foreign.exists() else self.net
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

    def picture(self, low: Tensor, answers: Tensor, details: Tensor) -> Tensor:
        """Answers with what the engine keeps of details, [n, 3, factor · h, factor · w] in [0, 1]."""
        share, lowest, highest = (part.repeat_interleave(self.folded // part.shape[1], dim=1) for part in kept_details(low))
        lively = fold(lively_shares(unfold(answers, self.factor)).expand(-1, 3, -1, -1), self.factor)
        bounded = torch.minimum(torch.maximum(answers + share * lively * details, torch.minimum(answers, lowest)), torch.maximum(answers, highest))
        return unfold(bounded, self.factor).clamp(0, 1)


def lively(stage: DrawnFactor, decoder: nn.Module, low: Tensor, noise: torch.Generator) -> Tensor:
    """What the engine makes of `low` at detail 1, but for its 16-bit planes and the projection: [n, 3, factor · h, factor · w]."""
    features, answers = stage.read(low)
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        details = decoder(stage.unit(features), stage.draw(features, noise), answers)
    return stage.picture(low, answers, details)


class Lpips:
    """LPIPS 0.1 on AlexNet (fetch_lpips.py), for the log alone."""

    def __init__(self, graph: Path, threads: int) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        self.net = ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def __call__(self, first: Tensor, second: Tensor) -> float:
        maps = [[self.net.run(None, {"image": picture[None].numpy()}) for picture in pictures] for pictures in (first, second)]
        return float(np.mean([sum(((a - b) ** 2).sum(1).mean() for a, b in zip(*pair)) for pair in zip(*maps)]))


class DetailTraining(TimedTraining):
    """Ψ of one factor."""

    parts = (*TimedTraining.parts, "adversary")
    log_every_s, sheet_every_s, logged_samples = 150.0, 300.0, 24

    def __init__(self, arguments: argparse.Namespace, patches: Patches) -> None:
        torch.manual_seed(arguments.seed)
        self.stage = DrawnFactor(arguments.factor, arguments.pack, arguments.trained, arguments.threads)
        super().__init__(arguments, DetailDecoder(len(self.stage.mean), arguments.blocks, arguments.factor), weight_decay=0.0)
        self.patches, self.adversary = patches, Adversary(width=arguments.judge_width, channels=6, matching=0)
        self.bicubic = Bicubic(arguments.factor)
        self.feature_maps = FeatureMaps() if arguments.perceptual > 0 else None
        lpips = arguments.trained / "lpips-alexnet.onnx"
        self.lpips = Lpips(lpips, arguments.threads) if lpips.exists() else None
        if arguments.compile:
            self.net.compile()

    def view(self, low: Tensor) -> Callable[[Tensor], Tensor]:
        """What the discriminator sees of pictures: themselves, and amplified what they have beyond the enlarged input."""
        plain = unfold(self.bicubic.enlarge_folded(low), self.stage.factor)
        return lambda picture: torch.cat([picture - 0.5, (picture - plain.repeat(len(picture) // len(plain), 1, 1, 1)) * RESIDUAL_GAIN], dim=1)

    def train_step(self) -> dict[str, float]:
        self.begin_step()
        rng, noise = np.random.default_rng([self.arguments.seed, self.step]), self.noise_source()
        high = self.patches.training_batch(rng, self.arguments.batch, self.arguments.side)
        is_foreign = rng.random() < FOREIGN_SHARE
        low = spoiled_low(high, self.bicubic, rng, float(is_foreign))
        features, answers = (part.repeat(2, 1, 1, 1) for part in self.stage.read(low, is_foreign))
        drawn = self.stage.draw(features, noise)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            details = self.net(self.stage.unit(features), drawn, answers)
        picture = self.stage.picture(low.repeat(2, 1, 1, 1), answers, details)
        output = picture.detach().requires_grad_()
        plain = unfold(answers[: len(high)], self.stage.factor).clamp(0, 1)
        spread = spread_where(plain, high, self.arguments.spread, self.arguments.spread_most)
        error = energy_score([output], [high], spread)
        (rebuilding,) = torch.autograd.grad(error, output)
        report = {"energy": float(error.detach())}
        # Every wish counts by its share, whatever its size.
        wishes = [(rebuilding, 1.0)]
        if self.feature_maps:
            with torch.no_grad():
                wanted = self.feature_maps(high)
            distance = energy_score(self.feature_maps(output), wanted, spread)
            wishes.append((torch.autograd.grad(distance, output)[0], self.arguments.perceptual))
            report["features"] = float(distance.detach())
        asked, report["judge"] = self.adversary.gradient(output, high, self.view(low))
        ramp = min(1.0, max(0, self.step - JUDGE_ALONE_STEPS) / JUDGE_RAMP_STEPS)
        wishes.append((asked, self.arguments.adversarial * ramp))
        total = sum(share for _, share in wishes)
        picture.backward(sum(wish * (share / total * rebuilding.norm() / (wish.norm() + 1e-8)) for wish, share in wishes))
        self.descend()
        return report

    @torch.no_grad()
    def held_out(self, count: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Held-out truths, what Φ alone makes of them, and two draws of what Ψ adds."""
        high = self.patches.held_out_batch(count)
        noise = torch.Generator().manual_seed(0)
        low = eight_bits(self.bicubic.shrink(high))
        plain = torch.cat([unfold(self.stage.read(part)[1], self.stage.factor).clamp(0, 1) for part in low.split(16)])
        drawn = [torch.cat([lively(self.stage, self.average, part, noise) for part in low.split(16)]) for _ in range(2)]
        return high, plain, *drawn

    def measure(self, count: int) -> dict[str, float]:
        high, plain, first, second = self.held_out(count)
        figures = {"answerDb": psnr_db(plain, high), "livelyDb": psnr_db(first, high)}
        if self.lpips:
            pairs = {"answerLpips": (plain, high), "livelyLpips": (first, high), "betweenLpips": (first, second)}
            figures |= {name: self.lpips(*pair) for name, pair in pairs.items()}
        return figures

    def sheet(self) -> None:
        """Columns of held-out patches: Φ's answer, two draws, truth."""
        high, *drawn = self.held_out(12)
        lines = [torch.cat(pictures, 2) for pictures in zip(*drawn, high)]
        columns = 2 if len(lines) % 2 == 0 else 1
        sheet = torch.cat([torch.cat(lines[column::columns], 1) for column in range(columns)], 2).clamp(0, 1)
        Image.fromarray((sheet.permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)).save(self.arguments.out.with_suffix(".png"))

    def final_figures(self) -> dict[str, float | int]:
        return self.measure(64)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--factor", type=int, choices=FACTORS, required=True)
    add_common_arguments(parser, minutes=None, batch=6, rate=1e-3)
    parser.add_argument("--blocks", type=int, default=5)
    parser.add_argument("--judge-width", type=int, default=32)
    parser.add_argument("--spread", type=float, default=0.2, help="how much two draws are asked to differ where the answer is near to the truth; 0.5 = as much as truths do")
    parser.add_argument("--spread-most", type=float, default=0.5, help="the same where the answer errs much")
    parser.add_argument("--perceptual", type=float, default=1.0, help="what the feature net asks, against 1 for the error of pixels; 0 needs no net")
    parser.add_argument("--adversarial", type=float, default=1.0, help="the same of the discriminator")
    parser.add_argument("--side", type=int, default=96, help="side of a training crop, px of the answer")
    parser.add_argument("--trained", type=Path, default=CACHE, help="folder of patches.u8, flow-<factor>-inverse.onnx and, for the log, lpips-alexnet.onnx")
    parser.add_argument("--pack", type=Path, default=PACK)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    arguments.out = arguments.out or arguments.trained / f"details-{arguments.factor}.pt"
    torch.set_num_threads(arguments.threads)
    DetailTraining(arguments, Patches(arguments.trained / "patches.u8")).run()


if __name__ == "__main__":
    main()
