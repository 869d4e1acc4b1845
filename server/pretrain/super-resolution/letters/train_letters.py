"""Trains the networks of letters of the pack `super-resolution` on lines of draw_lines.py, on a fixed time budget: --part finder, reader or drawer.

Ink and paper get their colours, and the patch its kernel, noise or JPEG, while training. An eighth of the reader's patches are pictures without text. Reads
.cache/super-resolution/letters and patches.u8 above it; writes <part>.{pt,log,json,png} there.
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from draw_lines import CACHE, COLUMNS, FACTOR, HEIGHT_PX, NONE, PARTS, ROWS, SAMPLE_BYTES, WIDTH_PX  # noqa: E402
from letter_networks import LARGEST_DISTANCE_PX, LetterDrawer, LetterReader, TextFinder, cells_of, moments_around  # noqa: E402
from operators import Bicubic  # noqa: E402
from timed_training import TimedTraining, add_common_arguments  # noqa: E402
from train_upscaler import SIDE_PX, blurred, eight_bits, resized  # noqa: E402

LUMA = torch.tensor([0.299, 0.587, 0.114]).reshape(3, 1, 1)
PLAIN_SHARE, OTHERS_SHARE = 8, 4
"""One patch in so many is of a picture without text, and one in so many only looks like text, for finder and reader."""
NONE_WEIGHT = 0.3
TOLD_FROM = 0.3
"""Probability of text from which the engine reads, as in server/upscaling/letters/find-text.ts."""


class Lines:
    """Samples of draw_lines.py."""

    def __init__(self, file: Path) -> None:
        self.samples = np.memmap(file, np.uint8, "r").reshape(-1, SAMPLE_BYTES)

    def batch(self, rows: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
        """Coverage [n, 1, HEIGHT_PX, WIDTH_PX] in [0, 1], classes [n, ROWS, COLUMNS], ways [n, 2, ROWS, COLUMNS] in pixels."""
        chosen = torch.from_numpy(self.samples[rows].copy())
        ink = chosen[:, : HEIGHT_PX * WIDTH_PX].reshape(-1, 1, HEIGHT_PX, WIDTH_PX).float() / 255
        maps = chosen[:, HEIGHT_PX * WIDTH_PX :].reshape(-1, 3, ROWS, COLUMNS)
        return ink, maps[:, 0].long(), ((maps[:, 1:].float() - 128) / PARTS).clamp(-LARGEST_DISTANCE_PX, LARGEST_DISTANCE_PX)


def coloured(ink: Tensor, rng: np.random.Generator) -> Tensor:
    """Luma of ink on paper: any two levels, half of the time dark on light or light on dark, some papers with a slope."""
    pictures = []
    for cover in ink:
        dark, light = (rng.uniform(0, 0.4), rng.uniform(0.75, 1)) if rng.random() < 0.7 else sorted(rng.uniform(0, 1, 2))
        if light - dark < 0.12:
            light = min(1.0, dark + 0.12)
            dark = light - 0.12
        if rng.random() < 0.35:
            dark, light = 0.0, 1.0
        paper, colour = (light, dark) if rng.random() < 0.65 else (dark, light)
        ground = torch.full_like(cover, paper)
        if rng.random() < 0.15:
            ground = ground + torch.linspace(-0.5, 0.5, cover.shape[-1]) * rng.uniform(-0.2, 0.2)
        pictures.append(ground + cover * (colour - ground))
    return torch.stack(pictures).clamp(0, 1)


def through_grey_jpeg(picture: Tensor, quality: int) -> Tensor:
    file = io.BytesIO()
    Image.fromarray((picture[0].clamp(0, 1) * 255).round().byte().numpy()).save(file, "JPEG", quality=quality)
    return torch.from_numpy(np.asarray(Image.open(file), np.uint8).copy())[None].float() / 255


def shrunk(high: Tensor, bicubic: Bicubic, rng: np.random.Generator) -> Tensor:
    """Luma [n, 1, h, w] at a quarter of the size by several kernels, some of it blurred, noisy or through JPEG."""
    three = high.expand(-1, 3, -1, -1)
    cubic, area = bicubic.shrink(three)[:, :1], F.avg_pool2d(high, FACTOR)
    low = []
    for at in range(len(high)):
        kind = rng.random()
        if kind < 0.4:
            one = cubic[at]
        elif kind < 0.75:
            one = area[at]
        elif kind < 0.9:
            one = resized(three[at], (ROWS, COLUMNS), str(rng.choice(["lanczos", "bilinear"])))[:1]
        else:
            soft = blurred(three[at : at + 1], rng.uniform(0.5, 2.0))
            one = F.avg_pool2d(soft[:, :1], FACTOR)[0]
        if rng.random() < 0.12:
            one = one + torch.from_numpy(rng.standard_normal(one.shape, np.float32)) * rng.uniform(1, 7) / 255
        if rng.random() < 0.12:
            one = through_grey_jpeg(one, int(rng.integers(50, 97)))
        low.append(one)
    return eight_bits(torch.stack(low))


def shrunk_alike(ink: Tensor) -> Tensor:
    """Black on white of a quarter of the size by areas, [n, 1, h, w]."""
    return eight_bits(1 - F.avg_pool2d(ink, FACTOR))


class LetterTraining(TimedTraining):
    """What both networks have in common."""

    log_every_s, save_every_s, sheet_every_s, logged_samples = 60.0, 120.0, 240.0, 96

    def __init__(self, arguments: argparse.Namespace, net: torch.nn.Module) -> None:
        super().__init__(arguments, net.to(memory_format=torch.channels_last))
        self.lines, self.held_out = (Lines(arguments.lines / f"{name}.u8") for name in ("lines", "held-out"))
        self.bicubic = Bicubic(FACTOR)

    def text(self, lines: Lines, rows: np.ndarray, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Large luma, small luma, classes and ways."""
        ink, classes, ways = lines.batch(rows)
        high = coloured(ink, rng)
        return high, shrunk(high, self.bicubic, rng), classes, ways

    def held_out_text(self, count: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        return self.text(self.held_out, self.held_out_rows(count), np.random.default_rng(7))

    def held_out_rows(self, count: int) -> np.ndarray:
        return np.arange(count) % len(self.held_out.samples)

    def final_figures(self) -> dict[str, float | int]:
        return self.measure(len(self.held_out.samples))


class ReadingTraining(LetterTraining):
    """What a network that looks at small pictures is trained on: text, and pictures without any."""

    def __init__(self, arguments: argparse.Namespace, net: torch.nn.Module) -> None:
        super().__init__(arguments, net)
        others = arguments.lines / "others.u8"
        self.others = Lines(others) if others.exists() else None
        file = arguments.lines.parent / "patches.u8"
        self.pictures = np.memmap(file, np.uint8, "r").reshape(-1, 3, SIDE_PX, SIDE_PX) if file.exists() else None

    def pictures_without_text(self, count: int, rng: np.random.Generator) -> Tensor:
        high = []
        for row in rng.integers(0, self.picture_count, count):
            top, left = rng.integers(0, SIDE_PX - HEIGHT_PX + 1), 0
            grey = (torch.from_numpy(self.pictures[row].copy()).float() / 255 * LUMA).sum(0, keepdim=True)
            grey = torch.cat([grey, grey.flip(2)], dim=2)
            high.append(grey[:, top : top + HEIGHT_PX, left : left + WIDTH_PX])
        return shrunk(torch.stack(high), self.bicubic, rng)

    @property
    def picture_count(self) -> int:
        """Those before the drawn interfaces, which have text."""
        return self.arguments.pictures or len(self.pictures)

    def batch(self) -> tuple[Tensor, Tensor, Tensor]:
        """Small luma, classes and ways of this step."""
        rng = np.random.default_rng([self.arguments.seed, self.step])
        plain = self.arguments.batch // PLAIN_SHARE if self.pictures is not None else 0
        other = self.arguments.batch // OTHERS_SHARE if self.others else 0
        rows = rng.integers(0, len(self.lines.samples), self.arguments.batch - plain - other)
        _, low, classes, ways = self.text(self.lines, rows, rng)
        if other:
            drawn = self.text(self.others, rng.integers(0, len(self.others.samples), other), rng)
            low, classes, ways = (torch.cat(parts) for parts in zip((low, classes, ways), drawn[1:]))
        if plain:
            low = torch.cat([low, self.pictures_without_text(plain, rng)])
            classes = torch.cat([classes, classes.new_zeros(plain, ROWS, COLUMNS)])
            ways = torch.cat([ways, ways.new_zeros(plain, 2, ROWS, COLUMNS)])
        return low, classes, ways


class FinderTraining(ReadingTraining):
    def __init__(self, arguments: argparse.Namespace) -> None:
        torch.manual_seed(arguments.seed)
        super().__init__(arguments, TextFinder(arguments.channels or 32))

    def train_step(self) -> dict[str, float]:
        self.begin_step()
        low, classes, ways = self.batch()
        loss = F.binary_cross_entropy_with_logits(self.net(low), cells_of(classes, ways))
        loss.backward()
        self.descend()
        return {"loss": float(loss.detach())}

    @torch.no_grad()
    def measure(self, count: int) -> dict[str, float]:
        """Of cells with text how many are told at a tenth, and of cells of other pictures how many are told by mistake."""
        _, low, classes, ways = self.held_out_text(count)
        has, said = cells_of(classes, ways) > 0, torch.sigmoid(self.average(low)) > TOLD_FROM
        figures = {"found": float(said[has].float().mean()), "beside": float(said[~has].float().mean())}
        if self.others:
            others = self.text(self.others, np.arange(count) % len(self.others.samples), np.random.default_rng(7))[1]
            figures["others"] = float((torch.sigmoid(self.average(others)) > TOLD_FROM).float().mean())
        if self.pictures is not None:
            others = self.pictures_without_text(count, np.random.default_rng(7))
            figures["mistaken"] = float((torch.sigmoid(self.average(others)) > TOLD_FROM).float().mean())
        return figures


class ReaderTraining(ReadingTraining):
    def __init__(self, arguments: argparse.Namespace) -> None:
        torch.manual_seed(arguments.seed)
        super().__init__(arguments, LetterReader(arguments.channels or 64))

    def train_step(self) -> dict[str, float]:
        self.begin_step()
        low, classes, ways = self.batch()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits, told = self.net(low.contiguous(memory_format=torch.channels_last))
        is_letter = classes != NONE
        weights = torch.where(is_letter, 1.0, NONE_WEIGHT)
        named = (F.cross_entropy(logits, classes, reduction="none") * weights).sum() / weights.sum()
        placed = (F.smooth_l1_loss(told, ways, reduction="none").sum(1) * is_letter).sum() / is_letter.sum()
        (named + placed).backward()
        self.descend()
        return {"named": float(named.detach()), "placed": float(placed.detach())}

    @torch.no_grad()
    def measure(self, count: int) -> dict[str, float]:
        right, letters, nats, is_found = 0, 0, 0.0, 0
        for rows in np.array_split(self.held_out_rows(count), max(1, count // 32)):
            _, low, classes, _ = self.text(self.held_out, rows, np.random.default_rng(int(rows[0])))
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits, _ = self.average(low)
            is_letter = classes != NONE
            said = logits.argmax(1)
            letters += int(is_letter.sum())
            right += int(((said == classes) & is_letter).sum())
            is_found += int(((said != NONE) & is_letter).sum())
            nats += float((F.cross_entropy(logits, classes, reduction="none") * is_letter).sum())
        return {"right": right / letters, "found": is_found / letters, "nats": nats / letters}


class DrawerTraining(LetterTraining):
    def __init__(self, arguments: argparse.Namespace) -> None:
        torch.manual_seed(arguments.seed)
        super().__init__(arguments, LetterDrawer(arguments.channels or 56))

    def train_step(self) -> dict[str, float]:
        self.begin_step()
        rng = np.random.default_rng([self.arguments.seed, self.step])
        high, low, classes, ways = self.text(self.lines, rng.integers(0, len(self.lines.samples), self.arguments.batch), rng)
        ways = ways + torch.from_numpy(rng.standard_normal(ways.shape, np.float32)) * 0.12
        with torch.autocast("cpu", dtype=torch.bfloat16):
            drawn = self.net(low, classes, ways)
        loss = self.loss_of(drawn, high, low)
        loss.backward()
        self.descend()
        return {"loss": float(loss.detach())}

    def loss_of(self, drawn: Tensor, high: Tensor, low: Tensor) -> Tensor:
        """L1 of values and of gradients, in deviations of what lies around."""
        scale = F.interpolate(1 / moments_around(low)[1], scale_factor=FACTOR)
        error = drawn - high
        return (
            ((error * scale).square() + 1e-4).sqrt().mean()
            + 0.5 * (error.diff(dim=2) * scale[:, :, 1:]).abs().mean()
            + 0.5 * (error.diff(dim=3) * scale[..., 1:]).abs().mean()
        )

    @torch.no_grad()
    def measure(self, count: int) -> dict[str, float]:
        high, low, classes, ways = self.held_out_text(count)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            drawn = self.average(low, classes, ways)
        return {"loss": float(self.loss_of(drawn, high, low)), "db": float(-10 * (drawn - high).square().mean().log10())}

    @torch.no_grad()
    def sheet(self) -> None:
        high, low, classes, ways = self.held_out_text(24)
        shifted = torch.where((classes > 0) & (classes <= 26), classes % 26 + 1, classes)
        drawn = [self.average(low, each, ways) for each in (classes, shifted)]
        columns = [F.interpolate(low, scale_factor=FACTOR), *drawn, high]
        sheet = torch.cat([torch.cat(list(picture[:, 0]), 0) for picture in columns], 1).clamp(0, 1)
        Image.fromarray((sheet * 255).round().byte().numpy()).save(self.arguments.out.with_suffix(".png"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=("finder", "reader", "drawer"), required=True)
    add_common_arguments(parser, minutes=40, batch=16, rate=2e-3)
    parser.add_argument("--channels", type=int)
    parser.add_argument("--pictures", type=int, help="the first so many patches have no text")
    parser.add_argument("--lines", type=Path, default=CACHE, help="folder of draw_lines.py; patches.u8 lies above it")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    arguments.out = arguments.out or arguments.lines / f"{arguments.part}.pt"
    torch.set_num_threads(arguments.threads)
    {"finder": FinderTraining, "reader": ReaderTraining, "drawer": DrawerTraining}[arguments.part](arguments).run()


if __name__ == "__main__":
    main()
