"""Trains Φ of pages of text in 8 bits: it learns to say what Φ of foreign pictures says (distillation, Hinton et al. 2015, arXiv 1503.02531), rounding in the loop.

Most pictures are lines of small text in any two colours, as draw_lines.py makes them; others are interfaces, text and pictures of the other trainings, shrunk or as
they are. Reads letters/lines.u8, letters.u8, patches.u8, interfaces-<factor>.u8 and foreign-<factor>.onnx, which export_upscaler.py left, of
.cache/super-resolution; writes text-<factor>.{pt,log,json} there.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

for folder in (Path(__file__).parent.parent, Path(__file__).parent.parent / "letters"):
    sys.path.insert(0, str(folder))

from operators import Bicubic, unfold  # noqa: E402
from rounded_upscaler import RoundedSpan  # noqa: E402
from train_letters import FACTOR, Lines, coloured, shrunk  # noqa: E402
from train_upscaler import CACHE, Pairs, Patches, eight_bits, psnr_db, spoiled_low  # noqa: E402
from upscaler import read_upscaler  # noqa: E402

from timed_training import TimedTraining, add_common_arguments, load_net  # noqa: E402

SQUARED_BELOW = 0.005
"""Errors count by their size, and squared where they are smaller."""
EXAMPLES = 3
"""Batches that the first steps are set by."""
PAGE_LINES = 6
"""Samples below each other, of which windows are cut."""
GREY_SHARE, JPEG_SHARE = 0.4, 0.6
"""Of pages without colours, and of pictures that are shrunk otherwise, noisy or through JPEG."""


class Pages:
    """Small pictures of lines of text."""

    def __init__(self, file: Path) -> None:
        self.lines, self.bicubic = Lines(file), Bicubic(FACTOR)

    def batch(self, rng: np.random.Generator, count: int, side: int) -> Tensor:
        """[count, 3, side, side] in [0, 1], not shrunk any more."""
        ink = self.lines.batch(rng.integers(0, len(self.lines.samples), PAGE_LINES))[0]
        page = torch.cat(list(shrunk(coloured(ink, rng), self.bicubic, rng)), dim=1)
        windows = []
        for _ in range(count):
            top, left = (int(rng.integers(0, length - side + 1)) for length in page.shape[1:])
            luma = page[:, top : top + side, left : left + side]
            ends = torch.from_numpy(rng.uniform(0, 1, (2, 3, 1, 1)).astype(np.float32))
            windows.append(luma.expand(3, -1, -1) if rng.random() < GREY_SHARE else ends[0] + luma * (ends[1] - ends[0]))
        return eight_bits(torch.stack(windows))


class RoundingTraining(TimedTraining):
    """Φ of pages of text of one factor."""

    log_every_s, logged_samples = 180.0, 64

    def __init__(self, arguments: argparse.Namespace) -> None:
        torch.manual_seed(arguments.seed)
        self.arguments = arguments
        self.teacher = read_upscaler(arguments.teacher)[0]
        factor = self.teacher.config["factor"]
        self.pages, self.held_out = (Pages(arguments.lines / f"{name}.u8") for name in ("lines", "held-out"))
        self.patches, self.letters, self.bicubic = Patches(arguments.patches), Patches(arguments.letters), Bicubic(factor)
        self.pairs = Pairs(arguments.pairs, factor)
        net = RoundedSpan(**self.teacher.config)
        if arguments.start:
            net.load_state_dict(load_net(arguments.start, RoundedSpan).state_dict())
        else:
            net.load_state_dict(self.teacher.state_dict(), strict=False)
            net.begin([self.batch(np.random.default_rng([arguments.seed, 0, at])) for at in range(EXAMPLES)])
        super().__init__(arguments, net.train(), weight_decay=0.0)

    def batch(self, rng: np.random.Generator) -> Tensor:
        """Small pictures [batch, 3, side / factor, side / factor]: three eighths pages, a quarter interfaces, an eighth text as it is, the rest text and pictures, shrunk."""
        size, side, factor = self.arguments.batch, self.arguments.side, self.teacher.config["factor"]
        large, small = size // 8, side // factor
        high = torch.cat([self.letters.training_batch(rng, large, side, is_upright=True), self.patches.training_batch(rng, large, side)])
        parts = [
            spoiled_low(high, self.bicubic, rng, JPEG_SHARE),
            self.letters.training_batch(rng, large, small, is_upright=True),
            self.pairs.training_batch(rng, 2 * large, side)[0],
            self.pages.batch(rng, size - 5 * large, small),
        ]
        return torch.cat(parts)

    def train_step(self) -> dict[str, float]:
        self.begin_step()
        low = self.batch(np.random.default_rng([self.arguments.seed, self.step]))
        with torch.no_grad():
            answers = self.teacher(low)[1]
        error = self.net(low)[1] - answers
        loss = (error.square() + SQUARED_BELOW**2).sqrt().mean()
        loss.backward()
        self.descend()
        return {"loss": float(loss.detach()), "levels": 255 * float(error.detach().square().mean().sqrt())}

    @torch.no_grad()
    def measure(self, count: int) -> dict[str, float]:
        """How far the averaged weights are from the teacher on what is held out, levels; and what that costs where the truth is known, dB."""
        factor = self.teacher.config["factor"]
        letters = self.letters.held_out_batch(count)
        low, high = (part[:count] for part in self.pairs.held_out_batch())
        pages = self.held_out.batch(np.random.default_rng(0), count, 32)
        sets = {"Pages": (pages, None), "Letters": (eight_bits(self.bicubic.shrink(letters)), letters), "Drawn": (low, high)}
        figures = {}
        for name, (small, truth) in sets.items():
            theirs, mine = (torch.cat([unfold(net(part)[1], factor) for part in small.split(16)]).clamp(0, 1) for net in (self.teacher, self.average))
            figures[f"apart{name}"] = 255 * float((mine - theirs).square().mean().sqrt())
            if truth is not None:
                figures[f"lost{name}Db"] = psnr_db(theirs, truth) - psnr_db(mine, truth)
        return figures

    def final_figures(self) -> dict[str, float | int]:
        return self.measure(len(self.patches.held_out))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_common_arguments(parser, minutes=None, batch=16, rate=4e-4)
    parser.add_argument("--side", type=int, default=128, help="side of a training crop, px of the answer")
    parser.add_argument("--teacher", type=Path, default=CACHE / "foreign-4.onnx", help="Φ in float32")
    parser.add_argument("--start", type=Path, help="weights and steps of another such training; without them those of the teacher")
    parser.add_argument("--lines", type=Path, default=CACHE / "letters", help="folder of draw_lines.py")
    parser.add_argument("--patches", type=Path, default=CACHE / "patches.u8")
    parser.add_argument("--letters", type=Path, default=CACHE / "letters.u8")
    parser.add_argument("--pairs", type=Path, default=CACHE / "interfaces-4.u8")
    parser.add_argument("--out", type=Path, default=CACHE / "text-4.pt")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    RoundingTraining(arguments).run()


if __name__ == "__main__":
    main()
