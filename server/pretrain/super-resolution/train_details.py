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
from drawn_factor import PACK, DrawnFactor, lively  # noqa: E402
from efficientnet_lite import Lite  # noqa: E402
from operators import Bicubic, unfold  # noqa: E402
from timed_training import TimedTraining, add_common_arguments  # noqa: E402
from train_upscaler import CACHE, Pairs, Patches, eight_bits, psnr_db, spoiled_low  # noqa: E402
from upscaler import FACTORS, DetailDecoder, weights_in  # noqa: E402

ERRS_AROUND_PX, LARGE_ERROR = 8, 16 / 255
"""How far around the answer's errors are averaged, and from which mean on two draws differ as truths do."""
RESIDUAL_GAIN = 4.0
"""Of what a picture has beyond bicubic enlarging, for the discriminator."""
JUDGE_ALONE_STEPS, JUDGE_RAMP_STEPS = 60, 120
FOREIGN_SHARE = 0.2
"""Share of steps whose pictures are blurred, noisy or JPEGs, with Φ of foreign pictures."""
LETTERS_SHARE, PAIRS_SHARE = 0.6, 0.2
"""Of Ψ of drawn places: shares of steps whose pictures are text, and drawn at both sizes. Half of the others have Φ of foreign pictures."""


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
        self.stage = DrawnFactor(arguments.factor, arguments.pack, arguments.trained, arguments.threads, arguments.letters is not None)
        net = DetailDecoder(len(self.stage.mean), arguments.blocks, arguments.factor)
        if arguments.start:
            net.trunk.load_state_dict({name: weights_in(arguments.start)[f"net.trunk.{name}"] for name in net.trunk.state_dict()})
        super().__init__(arguments, net, weight_decay=0.0)
        self.letters = Patches(arguments.letters) if arguments.letters else None
        self.pairs = Pairs(arguments.pairs, arguments.factor) if arguments.pairs else None
        self.is_of_drawn = self.letters is not None
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

    def batch_of(self, rng: np.random.Generator) -> tuple[Tensor, Tensor, bool]:
        """Truths, what is known of them, and whether Φ of foreign pictures reads it."""
        size, side, kind = self.arguments.batch, self.arguments.side, rng.random()
        is_foreign = rng.random() < (0.5 if self.is_of_drawn else FOREIGN_SHARE)
        if self.pairs and kind < PAIRS_SHARE:
            low, high = self.pairs.training_batch(rng, size, side)
            return high, low, True
        is_text = self.letters and kind < PAIRS_SHARE + LETTERS_SHARE
        high = self.letters.training_batch(rng, size, side, is_upright=True) if is_text else self.patches.training_batch(rng, size, side)
        return high, spoiled_low(high, self.bicubic, rng, float(is_foreign)), is_foreign

    def train_step(self) -> dict[str, float]:
        self.begin_step()
        rng, noise = np.random.default_rng([self.arguments.seed, self.step]), self.noise_source()
        high, low, is_foreign = self.batch_of(rng)
        features, answers = (part.repeat(2, 1, 1, 1) for part in self.stage.read(low, is_foreign))
        drawn = self.stage.draw(features, noise)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            details = self.net(self.stage.unit(features), drawn, answers)
        picture = self.stage.picture(low.repeat(2, 1, 1, 1), answers, details, self.is_of_drawn)
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
        high = (self.letters or self.patches).held_out_batch(count)
        noise = torch.Generator().manual_seed(0)
        low = eight_bits(self.bicubic.shrink(high))
        plain = torch.cat([unfold(self.stage.read(part)[1], self.stage.factor).clamp(0, 1) for part in low.split(16)])
        drawn = [torch.cat([lively(self.stage, self.average, part, noise, self.is_of_drawn) for part in low.split(16)]) for _ in range(2)]
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
    parser.add_argument("--start", type=Path, help="details.onnx whose weights training starts from")
    parser.add_argument("--letters", type=Path, help="patches of text (cut_patches.py --drawn-only): trains Ψ of drawn places")
    parser.add_argument("--pairs", type=Path, help="interfaces-<factor>.u8 of draw-interfaces.mts, for Ψ of drawn places")
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
