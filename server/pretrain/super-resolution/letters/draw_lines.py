"""Draws lines of text for the letters of the pack `super-resolution`: what is ink, and which letter lies where.

A sample is the coverage of ink of a patch at four times the size, uint8 [HEIGHT_PX, WIDTH_PX], and maps over the small picture's pixels, [3, ROWS, COLUMNS]:
the class of the letter whose box a pixel lies in (0: none), and how far that box's middle is away to the right and down, in eighths of a pixel, + 128.
Colours come while training, so one sample serves for many.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import shutil
import string
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, str(Path(__file__).parent.parent))

from cut_patches import NOT_LATIN, words as document_words  # noqa: E402

CACHE = Path(__file__).parent.parent.parent / ".cache/super-resolution/letters"
FACTOR, ROWS, COLUMNS = 4, 32, 64
HEIGHT_PX, WIDTH_PX = FACTOR * ROWS, FACTOR * COLUMNS
LETTERS = string.ascii_lowercase + string.ascii_uppercase + string.digits
NONE, SIGN = 0, 1 + len(LETTERS)
"""Classes: none, each letter and digit, all other signs together."""
CLASSES = SIGN + 1
PARTS = 8
"""Parts of a pixel in which middles are told."""
SAMPLE_BYTES = HEIGHT_PX * WIDTH_PX + 3 * ROWS * COLUMNS
DRAWN_AT = 2
"""Ink is drawn this many times larger and averaged."""
LEAST_SIZE, LARGEST_SIZE = 3.6, 15.0
"""Of a font, in pixels of the small picture."""
SIGNS_ALONE = "D050000L"
"""A font of signs that says it has letters."""
SHAPES_SHARE = 0.25
"""Of samples with shapes beside the text, or alone."""
HELD_OUT_EVERY = 10
"""Each tenth family of fonts is kept from training."""
DICTIONARY = Path("/usr/share/dict/words")


@cache
def families() -> list[list[str]]:
    """Font files that have English letters, by family, in the order of their names; an empty list stands for Pillow's own font."""
    if not shutil.which("fc-list"):
        return []
    listed = subprocess.run(["fc-list", ":lang=en", "family", "file"], capture_output=True, text=True, check=True).stdout
    found: dict[str, list[str]] = {}
    for line in sorted(listed.splitlines()):
        file, family = line.split(": ", 1)
        if file.endswith((".ttf", ".otf")) and not NOT_LATIN.search(family):
            found.setdefault(family.split(",")[0].strip(), []).append(file)
    return [found[family] for family in sorted(found)]


@cache
def dictionary() -> list[str]:
    return [word for word in DICTIONARY.read_text().split() if word.isascii() and "'" not in word] if DICTIONARY.exists() else []


def line_of_text(rng: random.Random) -> str:
    """Prose, words of a dictionary, numbers, or letters at random."""
    kind = rng.random()
    if kind < 0.4:
        found = document_words()
        start = rng.randrange(len(found) - 12)
        text = " ".join(found[start : start + 12])
    elif kind < 0.75 and dictionary():
        text = " ".join(rng.choice(dictionary()) for _ in range(9))
    elif kind < 0.85:
        text = " ".join(f"{rng.choice('$€#') if rng.random() < 0.2 else ''}{rng.randrange(10 ** rng.randrange(1, 6))}{rng.choice(['', '', '%', ',50', '.9', ':30'])}" for _ in range(9))
    else:
        text = " ".join("".join(rng.choice(LETTERS) for _ in range(rng.randrange(2, 9))) for _ in range(8))
    case = rng.random()
    if case < 0.12:
        return text.upper()
    return text.title() if case < 0.25 else text


def class_of(letter: str) -> int:
    if letter.isspace():
        return NONE
    at = LETTERS.find(letter)
    return at + 1 if at >= 0 else SIGN


def drawn_lines(job: tuple[int, bool]) -> bytes | None:
    """One sample by a seed, in fonts that are trained on or held out; none where a font can't be drawn."""
    seed, is_held_out = job
    rng = random.Random(seed)
    chosen = [files for at, files in enumerate(families()) if (at % HELD_OUT_EVERY == 0) == is_held_out and SIGNS_ALONE not in files[0]]
    chosen = chosen or families()
    ink = Image.new("L", (DRAWN_AT * WIDTH_PX, DRAWN_AT * HEIGHT_PX), 0)
    pen = ImageDraw.Draw(ink)
    maps = np.zeros((3, ROWS, COLUMNS), np.uint8)
    maps[1:] = 128
    scale = DRAWN_AT * FACTOR
    top = rng.uniform(-6, 6)
    if rng.random() < SHAPES_SHARE:
        draw_shapes(pen, rng, rng.randrange(2, 7))
        top = top if rng.random() < 0.6 else ROWS
    try:
        while top < ROWS:
            size = math.exp(rng.uniform(math.log(LEAST_SIZE), math.log(LARGEST_SIZE))) if rng.random() < 0.35 else rng.uniform(LEAST_SIZE, 9)
            height = max(8, round(scale * size))
            font = ImageFont.truetype(rng.choice(rng.choice(chosen)), height) if chosen else ImageFont.load_default(height)
            for _ in range(rng.randrange(1, 4)):
                draw_line(pen, maps, rng, font, top + 0.8 * size)
                top += size * rng.uniform(1.1, 1.8)
                if top > ROWS:
                    break
            top += size * rng.uniform(0, 1.5)
    except (OSError, ValueError):
        return None
    coverage = ink.resize((WIDTH_PX, HEIGHT_PX), Image.Resampling.BOX)
    return np.asarray(coverage, np.uint8).tobytes() + maps.tobytes()


def draw_shapes(pen: ImageDraw.ImageDraw, rng: random.Random, count: int) -> None:
    """Outlines, areas and lines as interfaces and icons have them: they are no letters, and letters may lie on them."""
    scale = DRAWN_AT * FACTOR
    for _ in range(count):
        large = rng.random() < 0.4
        x, y = rng.uniform(-8, COLUMNS), rng.uniform(-8, ROWS)
        width, height = (rng.uniform(12, 60), rng.uniform(8, 30)) if large else (rng.uniform(3, 10) for _ in range(2))
        if not large and rng.random() < 0.6:
            height = width
        stroke = max(1, round(scale * rng.choice((0.5, 0.75, 1, 1, 1.5, 2))))
        box = tuple(round(scale * side) for side in (x, y, x + width, y + height))
        shade = 255 if rng.random() < 0.6 else rng.randrange(20, 200)
        fill = shade if rng.random() < (0.15 if large else 0.3) else None
        kind = rng.random()
        if kind < 0.4:
            pen.rounded_rectangle(box, round(scale * rng.choice((0, 1, 2, 4))), fill=fill, outline=shade, width=stroke)
        elif kind < 0.65:
            pen.ellipse(box, fill=fill, outline=shade, width=stroke)
        elif kind < 0.8:
            pen.line([(box[0], box[1]), (box[2], box[1])], shade, stroke)
        else:
            points = [(scale * rng.uniform(x, x + width), scale * rng.uniform(y, y + height)) for _ in range(rng.randrange(3, 6))]
            pen.line(points, shade, stroke, joint="curve")


def draw_lattice(pen: ImageDraw.ImageDraw, rng: random.Random) -> None:
    """Rows and grids of equal marks, rulings and halftones: they repeat as letters do, and are none."""
    scale = DRAWN_AT * FACTOR
    width, height = rng.uniform(0.8, 9), rng.uniform(0.8, 9)
    if rng.random() < 0.6:
        height = width
    across, down = width + rng.uniform(0.7, 5), height + rng.uniform(0.7, 6)
    kind = rng.choice(("ellipse", "ellipse", "box", "box", "triangle", "ring", "frame", "rule", "cross"))
    stroke = max(1, round(scale * rng.uniform(0.4, 1.5)))
    left, top = rng.uniform(-9, 20), rng.uniform(-9, 12)
    rows = rng.choice((1, 1, 2, 3, 40))
    for row in range(rows):
        for column in range(rng.randrange(4, 70) if rows < 40 else 70):
            x, y = left + across * column, top + down * row * (1 if rows == 40 else rng.choice((1, 2)))
            if x > COLUMNS or y > ROWS:
                break
            size = rng.uniform(0.3, 1) if rows == 40 and kind == "ellipse" else 1
            box = tuple(round(scale * side) for side in (x, y, x + width * size, y + height * size))
            shade = 255 if rng.random() < 0.85 else rng.randrange(60, 255)
            if kind == "ellipse":
                pen.ellipse(box, fill=shade)
            elif kind == "ring":
                pen.ellipse(box, outline=shade, width=stroke)
            elif kind == "frame":
                pen.rectangle(box, outline=shade, width=stroke)
            elif kind == "rule":
                pen.line([(box[0], box[1]), (box[0], box[3])], shade, stroke)
            elif kind == "cross":
                pen.line([(box[0], box[1]), (box[2], box[3])], shade, stroke)
                pen.line([(box[0], box[3]), (box[2], box[1])], shade, stroke)
            elif kind == "triangle":
                pen.polygon([(box[0], box[3]), (box[2], box[3]), ((box[0] + box[2]) // 2, box[1])], fill=shade if row % 2 else None, outline=shade)
            else:
                pen.rectangle(box, fill=shade)


JOINED = {"ar": (0x0620, 0x064A), "hi": (0x0904, 0x0939), "bn": (0x0985, 0x09B9), "gu": (0x0A85, 0x0AB9), "ta": (0x0B85, 0x0BB9), "kn": (0x0C85, 0x0CB9)}
"""Scripts whose letters join, as fontconfig names their languages, and first and last of their letters."""


@cache
def joined_fonts() -> list[tuple[str, str]]:
    """Font files of joined scripts, with the language."""
    if not shutil.which("fc-list"):
        return []
    listed = lambda language: subprocess.run(["fc-list", f":lang={language}", "file"], capture_output=True, text=True, check=True).stdout
    return [(language, line.split(": ")[0].rstrip(":")) for language in JOINED for line in sorted(listed(language).splitlines()) if line.split(":")[0].endswith((".ttf", ".otf"))]


def no_lines(seed: int) -> bytes | None:
    """One sample of what is taken for text but isn't read: lattices, turned text, joined scripts. Its maps have no letters."""
    rng = random.Random(seed)
    ink = Image.new("L", (DRAWN_AT * WIDTH_PX, DRAWN_AT * HEIGHT_PX), 0)
    kind = rng.random()
    scale = DRAWN_AT * FACTOR
    try:
        if kind < 0.5:
            draw_lattice(ImageDraw.Draw(ink), rng)
        else:
            # Smaller text looks alike in all scripts and directions.
            size = rng.uniform(6.5, 11)
            side = 2 * ink.width
            page = Image.new("L", (side, side), 0)
            pen = ImageDraw.Draw(page)
            is_joined = kind > 0.8 and joined_fonts()
            language, file = rng.choice(joined_fonts()) if is_joined else ("", rng.choice(rng.choice(families())))
            font = ImageFont.truetype(file, max(8, round(scale * size)))
            top = 0.0
            while top < side:
                text = line_of_text(rng) * 2
                if is_joined:
                    first, last = JOINED[language]
                    text = " ".join("".join(chr(rng.randint(first, last)) for _ in range(rng.randrange(2, 8))) for _ in range(12))
                pen.text((rng.uniform(-200, 100), top), text, 255, font)
                top += scale * size * rng.uniform(1.1, 1.7)
            angle = 0 if is_joined else rng.choice((90, 270, rng.uniform(6, 84), rng.uniform(-84, -6)))
            turned = page.rotate(angle, Image.Resampling.BICUBIC)
            left, upper = (side - ink.width) // 2, (side - ink.height) // 2
            ink = turned.crop((left, upper, left + ink.width, upper + ink.height))
    except (OSError, ValueError, IndexError):
        return None
    maps = np.zeros((3, ROWS, COLUMNS), np.uint8)
    maps[1:] = 128
    return np.asarray(ink.resize((WIDTH_PX, HEIGHT_PX), Image.Resampling.BOX), np.uint8).tobytes() + maps.tobytes()


def draw_line(pen: ImageDraw.ImageDraw, maps: np.ndarray, rng: random.Random, font: ImageFont.FreeTypeFont, baseline: float) -> None:
    """Draws a line with its baseline at a row of the small picture, and notes its letters' boxes."""
    scale = DRAWN_AT * FACTOR
    size = font.size / scale
    text, left = line_of_text(rng), rng.uniform(-30, 14)
    spacing = 0.0 if rng.random() < 0.85 else rng.uniform(0.02, 0.2) * size
    starts = [left + font.getlength(text[:at]) / scale + at * spacing for at in range(len(text) + 1)]
    if spacing:
        for letter, start in zip(text, starts):
            pen.text((scale * start, scale * baseline), letter, 255, font, anchor="ls")
    else:
        pen.text((scale * left, scale * baseline), text, 255, font, anchor="ls")
    middle = baseline - 0.27 * size
    rows = [row for row in range(ROWS) if baseline - 0.76 * size < row + 0.5 < baseline + 0.24 * size]
    for letter, start, end in zip(text, starts, starts[1:]):
        number = class_of(letter)
        if number == NONE:
            continue
        for column in range(max(0, math.ceil(start - 0.5)), min(COLUMNS, math.ceil(end - 0.5))):
            for row in rows:
                maps[0, row, column] = number
                maps[1, row, column] = parts((start + end) / 2 - column - 0.5)
                maps[2, row, column] = parts(middle - row - 0.5)


def parts(distance: float) -> int:
    return max(0, min(255, 128 + round(PARTS * distance)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=60_000)
    parser.add_argument("--held-out", type=int, default=1_000)
    parser.add_argument("--others", type=int, default=12_000, help="samples without letters that look as if they had some")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=CACHE)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(arguments.seed)
    counts = {"families": len(families())}
    with ProcessPoolExecutor(arguments.workers) as pool:
        for name, count, is_held_out in (("held-out", arguments.held_out, True), ("lines", arguments.count, False)):
            partial = arguments.out / f"{name}.partial"
            with open(partial, "wb") as file:
                kept = [file.write(sample) for sample in pool.map(drawn_lines, [(rng.randrange(2**31), is_held_out) for _ in range(count)], chunksize=64) if sample]
            partial.rename(arguments.out / f"{name}.u8")
            counts[name] = len(kept)
        with open(arguments.out / "others.u8", "wb") as file:
            counts["others"] = len([file.write(sample) for sample in pool.map(no_lines, [rng.randrange(2**31) for _ in range(arguments.others)], chunksize=64) if sample])
    (arguments.out / "lines.json").write_text(json.dumps(counts, indent=2) + "\n")
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
