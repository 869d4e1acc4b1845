"""Cuts the training patches of the pack `super-resolution`: uint8 [patch, 3, 192, 192] in .cache/super-resolution/patches.u8, with patches.json beside it.

Sources are the pictures of fetch-pictures.mjs without the listed test pictures, rendered icons (rows of the split `train` alone), and
drawings of text, boxes and lines made here, as interfaces have them. A picture is shrunk by a random factor first: that gives sharp
edges, removes what its own compression left, and shows every texture at several sizes. Transparent pictures lie on random grounds.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

CACHE = Path(__file__).parent.parent / ".cache"
PICTURES = CACHE / "super-resolution/pictures"
SIDE_PX = 192
NOT_LATIN = re.compile("symbol|emoji|icon|ornament|math|dingbat", re.IGNORECASE)
FLATTEST = 5.0
"""Patches whose grey values spread less than this (of 255) are drawn again."""

Image.MAX_IMAGE_PIXELS = None


def patches_a_picture(path: str) -> float:
    """How many patches a picture gives, by what it shows."""
    package, name = path.split("/")[0], path.split("/")[-1]
    if package == "gcompris-qt-data":
        return 3 if name.startswith("lang") else 14
    if package == "supertuxkart-data":
        return 0 if "_nm" in name or "_gloss" in name or name.endswith(".png") else 3
    return {"openclipart-png": 0.4, "tuxpaint-stamps-default": 3, "budgie-backgrounds": 60, "lomiri-wallpapers-16.04": 60}.get(package, 30)


@cache
def training_paths() -> list[str]:
    """Of pictures that are no test pictures, below PICTURES."""
    test = json.loads(Path(__file__).with_name("test-pictures.json").read_text())
    left_out = {path for paths in test.values() for path in paths}
    # The drawing collection holds some drawings twice, under one file name.
    drawings_left_out = {path.split("/")[-1] for path in test["graphics"]}
    # Links would bring a test picture back under another name, as packages of wallpapers have one for each size of screen.
    found = [path for path in PICTURES.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp") and not path.is_symlink()]
    paths = sorted(str(path.relative_to(PICTURES)) for path in found)
    is_test = lambda path: path in left_out or (path.startswith("openclipart-png") and path.split("/")[-1] in drawings_left_out)
    return [path for path in paths if not is_test(path) and "screenshot" not in path]


def ground(rng: random.Random, size: tuple[int, int]) -> Image.Image:
    """White, black, one colour or a gradient of two."""
    kind = rng.random()
    if kind < 0.45:
        return Image.new("RGB", size, "white")
    colours = [tuple(rng.randrange(256) for _ in range(3)) for _ in range(2)]
    if kind < 0.75:
        return Image.new("RGB", size, (20, 20, 24) if kind < 0.55 else colours[0])
    pair = Image.new("RGB", (1, 2))
    pair.putdata(colours)
    return pair.resize(size, Image.Resampling.BILINEAR)


def shrink(picture: Image.Image, rng: random.Random, is_compressed: bool) -> Image.Image | None:
    """The picture at a random size of at least SIDE_PX, rather small sizes; none if it is too small."""
    short = min(picture.size)
    largest = min(1.0, 2400 / short) * (0.7 if is_compressed and short > 400 else 1.0)
    smallest = SIDE_PX / short
    if smallest > largest:
        return None
    factor = math.exp(rng.uniform(math.log(max(smallest, largest / 5)), math.log(largest)))
    size = tuple(max(SIDE_PX, round(side * factor)) for side in picture.size)
    if max(size) > 6000:
        return None
    return picture.resize(size, rng.choice((Image.Resampling.LANCZOS, Image.Resampling.BICUBIC, Image.Resampling.HAMMING)), reducing_gap=3.0)


def crop(picture: Image.Image, rng: random.Random) -> np.ndarray | None:
    """A patch [3, SIDE_PX, SIDE_PX] that is not flat; none after eight tries."""
    for _ in range(8):
        left, top = (rng.randrange(side - SIDE_PX + 1) for side in picture.size)
        patch = picture.crop((left, top, left + SIDE_PX, top + SIDE_PX))
        if np.asarray(patch.convert("L"), np.float32).std() > FLATTEST:
            return np.asarray(patch, np.uint8).transpose(2, 0, 1)
    return None


def from_file(job: tuple[str, int, int]) -> list[np.ndarray]:
    path, count, seed = job
    rng = random.Random(seed)
    try:
        with Image.open(PICTURES / path) as opened:
            if opened.width * opened.height > 80e6:
                return []
            opened.draft("RGB", (2400, 2400))
            picture = opened.convert("RGBA")
    except OSError:
        return []
    is_compressed = not path.endswith(".png")
    found = []
    for _ in range(count):
        sized = shrink(picture, rng, is_compressed)
        if sized is None:
            continue
        flat = ground(rng, sized.size)
        flat.paste(sized, (0, 0), sized)
        patch = crop(flat, rng)
        if patch is not None:
            found.append(patch)
    return found


DOCUMENTS = Path(__file__).parents[3] / "docs"


@cache
def words() -> list[str]:
    """Of this project's documents: prose, names, numbers, signs."""
    return [word for path in sorted(DOCUMENTS.glob("*.md")) for word in path.read_text().split() if len(word) < 24]


def line_of_text(rng: random.Random) -> str:
    """Words that stand together, in some lines as capitals."""
    start = rng.randrange(len(words()) - 12)
    text = " ".join(words()[start : start + 12])
    return text.upper() if rng.random() < 0.12 else text


FONT_FOLDER = Path("/usr/share/fonts")


@cache
def font_files() -> list[str]:
    """Fonts for text of interfaces, without symbols; an empty list stands for Pillow's own."""
    return sorted(str(path) for path in FONT_FOLDER.rglob("*") if path.suffix in (".ttf", ".otf") and not NOT_LATIN.search(path.name))


def font_of(rng: random.Random, size: int, which: float) -> ImageFont.FreeTypeFont:
    """Pillow's own font or one of the machine's, by `which` of 0 to 1."""
    files = font_files()
    return ImageFont.truetype(files[int(which / 0.9 * len(files))], size) if files and which < 0.9 else ImageFont.load_default(size)


def photo_ground(rng: random.Random, side: int) -> Image.Image | None:
    """A cut of a training picture, somewhat darker or lighter, as text lies on; none if the picture is too small."""
    if not training_paths():
        return None
    path = rng.choice(training_paths())
    try:
        with Image.open(PICTURES / path) as opened:
            if opened.width * opened.height > 30e6 or min(opened.size) < side:
                return None
            opened.draft("RGB", (side, side))
            picture = opened.convert("RGB")
    except OSError:
        return None
    if min(picture.size) < side:
        return None
    left, top = (rng.randrange(length - side + 1) for length in picture.size)
    cut = picture.crop((left, top, left + side, top + side))
    return Image.blend(cut, Image.new("RGB", cut.size, rng.choice(("black", "white"))), rng.uniform(0, 0.6))


def drawn(seed: int) -> list[np.ndarray]:
    """A patch of interface or of a page: text in many fonts, boxes, circles and lines, mostly drawn at four times the size and averaged; text
    without antialiasing is drawn at its size."""
    rng = random.Random(seed)
    scale = 1 if rng.random() < 0.12 else 4
    side = SIDE_PX * scale
    is_dark, is_page = rng.random() < 0.35, rng.random() < 0.5
    photo = photo_ground(rng, SIDE_PX) if rng.random() < 0.2 else None
    paper = tuple(rng.randrange(20, 50) if is_dark else rng.randrange(225, 256) for _ in range(3))
    plain = (0, 0, 0) if is_dark else (255, 255, 255)
    page = photo.resize((side, side), Image.Resampling.BICUBIC) if photo else Image.new("RGB", (side, side), paper if rng.random() < 0.6 else plain)
    pen = ImageDraw.Draw(page)
    pen.fontmode = "L" if scale > 1 or rng.random() < 0.5 else "1"

    def colour() -> tuple[int, ...]:
        if rng.random() < 0.6:
            grey = rng.randrange(200, 256) if is_dark else rng.randrange(0, 110)
            return (grey, grey, grey)
        return tuple(rng.randrange(256) for _ in range(3))

    for _ in range(0 if is_page else rng.randrange(2, 6)):
        x, y = rng.randrange(side), rng.randrange(side)
        box = (x, y, x + rng.randrange(20, side), y + rng.randrange(20, side // 2))
        width = scale * rng.choice((1, 1, 2, 3))
        kind = rng.random()
        if kind < 0.55:
            pen.rounded_rectangle(box, rng.choice((0, 4, 8, 16)) * scale, fill=colour() if rng.random() < 0.6 else None, outline=colour(), width=width)
        elif kind < 0.75:
            pen.ellipse(box, fill=colour() if rng.random() < 0.6 else None, outline=colour(), width=width)
        else:
            pen.line([(rng.randrange(side), rng.randrange(side)) for _ in range(rng.randrange(2, 5))], colour(), width)
    top = rng.randrange(-10, 20) * scale
    # A page is of one font and colour; an interface of many.
    size, ink, file = 0.0, colour(), rng.random()
    while top < side:
        if not size or not is_page:
            size, ink, file = math.exp(rng.uniform(math.log(9), math.log(44))), colour(), rng.random()
        font = font_of(rng, round(scale * size), file)
        pen.text((rng.randrange(-60, 30) * scale, top), line_of_text(rng), ink, font)
        top += round(scale * size * rng.uniform(1.15, 1.6 if is_page else 2.6))
    return [np.asarray(page.resize((SIDE_PX, SIDE_PX), Image.Resampling.BOX), np.uint8).transpose(2, 0, 1)]


def from_icons(count: int, seed: int) -> list[np.ndarray]:
    """Two by two rendered icons of 128 px, of the pack `icons` or `styles`, on one ground, cut to SIDE_PX."""
    icons = next((CACHE / name for name in ("icons", "styles") if (CACHE / name / "index.jsonl").exists()), None)
    if not icons:
        print("no rendered icons (server/pretrain/data): patches of icons are left out")
        return []
    with open(icons / "index.jsonl") as lines:
        entries = [json.loads(line) for line in lines]
    rows = [entry.get("row", row) for row, entry in enumerate(entries) if entry["split"] == "train"]
    images = np.memmap(icons / "images.rgba", np.uint8, "r").reshape(-1, 128, 128, 4)
    rng = random.Random(seed)
    found = []
    for _ in range(count):
        page = np.asarray(ground(rng, (256, 256)), np.float32).copy()
        for cell in range(4):
            icon = images[rng.choice(rows)].astype(np.float32)
            y, x = 128 * (cell // 2), 128 * (cell % 2)
            page[y : y + 128, x : x + 128] = icon[..., :3] + page[y : y + 128, x : x + 128] * (1 - icon[..., 3:] / 255)
        patch = crop(Image.fromarray(page.round().clip(0, 255).astype(np.uint8)), rng)
        if patch is not None:
            found.append(patch)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=1.0, help="share of the patches to cut, for trials")
    parser.add_argument("--drawn-only", type=int, help="this many drawings of interfaces and nothing else: needs no pictures")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=CACHE / "super-resolution/patches.u8")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    jobs = []
    for path in training_paths():
        wanted = patches_a_picture(path) * arguments.share
        count = int(wanted) + (rng.random() < wanted % 1)
        if count:
            jobs.append((path, count, rng.randrange(2**31)))
    # Small batches of one package after another would load one core; a shuffle spreads large pictures.
    rng.shuffle(jobs)
    if arguments.drawn_only is not None:
        jobs = []
    counts: dict[str, int] = {}
    partial = arguments.out.with_suffix(".partial")
    with open(partial, "wb") as file, ProcessPoolExecutor(arguments.workers) as pool:

        def keep(source: str, patches: list[np.ndarray]) -> None:
            for patch in patches:
                file.write(patch.tobytes())
            counts[source] = counts.get(source, 0) + len(patches)

        for (path, _, _), patches in zip(jobs, pool.map(from_file, jobs, chunksize=4)):
            keep(path.split("/")[0], patches)
        for patches in pool.map(drawn, [rng.randrange(2**31) for _ in range(arguments.drawn_only or round(1500 * arguments.share))], chunksize=16):
            keep("drawn interface", patches)
        if arguments.drawn_only is None:
            keep("rendered icons", from_icons(round(1200 * arguments.share), rng.randrange(2**31)))
    partial.rename(arguments.out)
    arguments.out.with_suffix(".json").write_text(json.dumps({"sidePx": SIDE_PX, "seed": arguments.seed, "patches": counts}, indent=2) + "\n")
    print(json.dumps(counts, indent=2), sum(counts.values()))


if __name__ == "__main__":
    main()
