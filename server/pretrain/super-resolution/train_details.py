"""Trains Ψ of one factor of the pack `super-resolution` beside a discriminator, on a fixed time budget, while Φ and τ stay frozen.

τ draws what Φ's answer lacks at each pixel alone, so what it draws is texture without structure. Ψ reads Φ's features and that
draw, sees neighbours, and learns to make details of them that look like a picture once they are made consistent with the input: mostly by
the draw of τ alone, sometimes on the way from the true z to the draw, so that it keeps to what is drawn. A discriminator judges the consistent
picture and, amplified, what it has beyond bicubic enlarging, and a feature net compares it with the truth (SRGAN, Ledig et al. 2017, for both).
"""

from __future__ import annotations

import argparse
import sys
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
from operators import Bicubic, Consistency, fold, unfold  # noqa: E402
from timed_training import TimedTraining, add_common_arguments  # noqa: E402
from train_upscaler import CACHE, Patches, eight_bits, psnr_db, spoiled_low  # noqa: E402
from upscaler import FACTORS, DetailDecoder, read_upscaler  # noqa: E402

PACK = Path(__file__).parent.parent.parent / "packs/default/super-resolution"
TEMPERATURE_MAX = 0.9
FADED_BELOW = 0.3
"""Temperature below which the engine fades details in (server/upscaling/upscale.ts); draws are as warm at least in training."""
CUT_AT = 1.5
"""Standard deviations at which v is cut, as in server/upscaling/pixel-noise.ts."""
BESIDE = 0.3
"""Share of each neighbour's noise along rows and along columns, as there."""
RESIDUAL_GAIN = 4.0
"""Of what a picture has beyond bicubic enlarging, for the discriminator."""
JUDGE_ALONE_STEPS, JUDGE_RAMP_STEPS = 60, 120


class FeatureLoss:
    """Distance of feature maps in the form of Zhang et al. 2018: unit length at each place, squared differences, means over places.

    By EfficientNet-Lite1, because `tau evaluate` judges by the maps of Lite0, whose weights are others.
    """

    side_factor = 1.5
    """Pictures are enlarged before they are read, so that the stem, which halves them, sees single pixels."""

    def __init__(self) -> None:
        self.net = Lite(1).load().to(memory_format=torch.channels_last)

    def maps(self, picture: Tensor) -> list[Tensor]:
        enlarged = F.interpolate(picture.clamp(0, 1), scale_factor=self.side_factor, mode="bilinear", align_corners=False)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            maps = self.net.maps(enlarged.to(memory_format=torch.channels_last), last=3)
        return [F.normalize(features.float(), dim=1) for features in maps]

    def __call__(self, picture: Tensor, truth: Tensor) -> Tensor:
        with torch.no_grad():
            wanted = self.maps(truth)
        return sum((a - b).square().sum(1).mean() for a, b in zip(self.maps(picture), wanted)) / len(wanted)


def shared_noise(count: int, height: int, width: int, dims: int, noise: torch.Generator) -> Tensor:
    """v of T = 1 as the engine draws it, [count, height, width, dims]: white noise summed over 3 × 3 neighbours, cut."""
    white = torch.empty((count * dims, 1, height + 2, width + 2))
    nn.init.trunc_normal_(white, a=-CUT_AT, b=CUT_AT, generator=noise)
    taps = torch.tensor([BESIDE, (1 - 2 * BESIDE**2) ** 0.5, BESIDE])
    shared = F.conv2d(F.conv2d(white, taps.reshape(1, 1, 1, 3)), taps.reshape(1, 1, 3, 1)).clamp(-CUT_AT, CUT_AT)
    return shared.reshape(count, dims, height, width).permute(0, 2, 3, 1)


class DrawnFactor:
    """Φ and τ of one factor, frozen, from the pack and from export-inverses.mts."""

    def __init__(self, factor: int, pack: Path, trained: Path, threads: int) -> None:
        self.net, self.mean, self.scale = read_upscaler(pack / f"x{factor}/network.onnx")
        self.factor, self.folded = factor, 3 * factor**2
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        self.flow = ort.InferenceSession(trained / f"flow-{factor}-inverse.onnx", options, providers=["CPUExecutionProvider"])
        self.rows = self.flow.get_inputs()[0].shape[0]
        self.consistency = Consistency(factor, 2)

    @torch.no_grad()
    def read(self, low: Tensor) -> tuple[Tensor, Tensor]:
        """Features as τ is given them, [n, channels, h, w], and folded answers [n, 3 · factor², h, w]."""
        features, answers = self.net(low)
        return (features - self.mean[:, None, None]) * self.scale[:, None, None], answers

    def draw(self, features: Tensor, temperatures: Tensor, noise: torch.Generator) -> Tensor:
        """z [n, 3 · factor², h, w] of τ, one temperature a picture."""
        count, channels, height, width = features.shape
        residual = shared_noise(count, height, width, self.folded, noise)
        residual = (residual * temperatures[:, None, None, None]).reshape(-1, self.folded).numpy()
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


def lively(stage: DrawnFactor, decoder: nn.Module, low: Tensor, temperatures: Tensor, noise: torch.Generator) -> Tensor:
    """What the engine makes of `low` at these temperatures, but for its 16-bit planes: [n, 3, factor · h, factor · w], consistent."""
    features, answers = stage.read(low)
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        details = decoder(stage.unit(features), stage.draw(features, temperatures, noise))
    share = (temperatures / FADED_BELOW).clamp(max=1)[:, None, None, None]
    return stage.consistency(unfold(answers + share * details, stage.factor).clamp(0, 1), low)


class DetailTraining(TimedTraining):
    """Ψ of one factor."""

    parts = (*TimedTraining.parts, "adversary")
    log_every_s, sheet_every_s, logged_samples = 120.0, 300.0, 32

    def __init__(self, arguments: argparse.Namespace, patches: Patches) -> None:
        torch.manual_seed(arguments.seed)
        self.stage = DrawnFactor(arguments.factor, arguments.pack, arguments.trained, arguments.threads)
        super().__init__(arguments, DetailDecoder(len(self.stage.mean), arguments.blocks, arguments.factor), weight_decay=0.0)
        self.patches, self.adversary = patches, Adversary(width=arguments.judge_width, channels=6)
        self.bicubic = Bicubic(arguments.factor)
        self.feature_loss = FeatureLoss() if arguments.perceptual > 0 else None
        if arguments.compile:
            self.net.compile()

    def view(self, low: Tensor):
        """What the discriminator sees of pictures: themselves, and amplified what they have beyond the enlarged input."""
        plain = unfold(self.bicubic.enlarge_folded(low), self.stage.factor)
        return lambda picture: torch.cat([picture - 0.5, (picture - plain) * RESIDUAL_GAIN], dim=1)

    def train_step(self) -> dict[str, float]:
        self.begin_step()
        rng, noise = np.random.default_rng([self.arguments.seed, self.step]), self.noise_source()
        high = self.patches.training_batch(rng, self.arguments.batch, self.arguments.side)
        low = spoiled_low(high, self.bicubic, rng)
        features, answers = self.stage.read(low)
        temperatures = FADED_BELOW + (TEMPERATURE_MAX - FADED_BELOW) * torch.rand(len(low), generator=noise)
        drawn = self.stage.draw(features, temperatures, noise)
        drawn_share = torch.rand((len(low), 1, 1, 1), generator=noise)
        drawn_share = torch.where(torch.rand(drawn_share.shape, generator=noise) < self.arguments.whole, 1.0, drawn_share)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            details = self.net(self.stage.unit(features), torch.lerp(fold(high, self.stage.factor) - answers, drawn, drawn_share))
        picture = self.stage.consistency(unfold(answers + details, self.stage.factor), low)
        output = picture.detach().requires_grad_()
        error = (((output - high).square() + 0.01**2).sqrt()).mean()
        (rebuilding,) = torch.autograd.grad(error, output)
        report = {"error": float(error.detach())}
        # Every wish counts by its share, whatever its size.
        wishes = [(rebuilding, 1.0)]
        if self.feature_loss:
            distance = self.feature_loss(output, high)
            wishes.append((torch.autograd.grad(distance, output)[0], self.arguments.perceptual))
            report["distance"] = float(distance.detach())
        asked, report["judge"] = self.adversary.gradient(output, high, self.view(low))
        ramp = min(1.0, max(0, self.step - JUDGE_ALONE_STEPS) / JUDGE_RAMP_STEPS)
        wishes.append((asked, self.arguments.adversarial * ramp))
        total = sum(share for _, share in wishes)
        picture.backward(sum(wish * (share / total * rebuilding.norm() / (wish.norm() + 1e-8)) for wish, share in wishes))
        self.descend()
        return report

    @torch.no_grad()
    def held_out(self, count: int) -> tuple[Tensor, Tensor, Tensor]:
        """Held-out truths, what Φ alone makes of them, and what Ψ adds at the highest temperature."""
        high = self.patches.held_out_batch(count)
        noise = torch.Generator().manual_seed(0)
        low = eight_bits(self.bicubic.shrink(high))
        highest = lambda part: torch.full((len(part),), TEMPERATURE_MAX)  # noqa: E731
        plain = torch.cat([unfold(self.stage.read(part)[1], self.stage.factor).clamp(0, 1) for part in low.split(32)])
        drawn = torch.cat([lively(self.stage, self.average, part, highest(part), noise) for part in low.split(32)])
        return high, plain, drawn

    def measure(self, count: int) -> dict[str, float]:
        high, plain, drawn = self.held_out(count)
        if not self.feature_loss:
            return {"answerDb": psnr_db(plain, high), "livelyDb": psnr_db(drawn, high)}
        distances = {f"{name}Distance": float(self.feature_loss(picture, high)) for name, picture in (("answer", plain), ("lively", drawn))}
        return {"answerDb": psnr_db(plain, high), "livelyDb": psnr_db(drawn, high), **distances}

    def sheet(self) -> None:
        """Columns of held-out patches: Φ's answer, lively, truth."""
        high, plain, drawn = self.held_out(24)
        lines = [torch.cat(pictures, 2) for pictures in zip(plain, drawn, high)]
        columns = 2 if len(lines) % 2 == 0 else 1
        sheet = torch.cat([torch.cat(lines[column::columns], 1) for column in range(columns)], 2).clamp(0, 1)
        Image.fromarray((sheet.permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)).save(self.arguments.out.with_suffix(".png"))

    def final_figures(self) -> dict[str, float | int]:
        return self.measure(128)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--factor", type=int, choices=FACTORS, required=True)
    add_common_arguments(parser, minutes=None, batch=14, rate=1e-3)
    parser.add_argument("--blocks", type=int, default=1)
    parser.add_argument("--whole", type=float, default=0.7, help="share of pictures whose z is all drawn, and not on the way from the true one")
    parser.add_argument("--judge-width", type=int, default=48)
    parser.add_argument("--perceptual", type=float, default=1.0, help="what the feature net asks, against 1 for the error of pixels; 0 needs no net")
    parser.add_argument("--adversarial", type=float, default=1.0, help="the same of the discriminator")
    parser.add_argument("--side", type=int, default=96, help="side of a training crop, px of the answer")
    parser.add_argument("--trained", type=Path, default=CACHE, help="folder of patches.u8 and flow-<factor>-inverse.onnx")
    parser.add_argument("--pack", type=Path, default=PACK)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    arguments.out = arguments.out or arguments.trained / f"details-{arguments.factor}.pt"
    torch.set_num_threads(arguments.threads)
    DetailTraining(arguments, Patches(arguments.trained / "patches.u8")).run()


if __name__ == "__main__":
    main()
