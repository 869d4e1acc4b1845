"""How well each drawing of a library shows what it is called -> name-fits.i8, which server/retrieval/library/name-fits.ts reads.

Pictures and names are mapped into one space, so that those that belong together are near each other (CLIP: Radford et al. 2021, arXiv
2103.00020). Pictures are seen by a frozen AlexNet, its maps weighted as LPIPS does (super-resolution/fetch_lpips.py), names by the vectors that the
library searches by; a small net on each side is trained. The sets are dealt into parts, and the drawings of each part are judged by nets that
learned from the others, so no drawing is judged by a net that saw its set; one in ninety is there in another set too. A drawing's fit is
the log-probability of its own name among 2,000 others.

Run draw-library.mts first. 12 minutes on two cores: 4 for the features, which are kept, and the rest for five parts.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import math
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).parents[2]))

from atomic_file import write_atomically  # noqa: E402

CACHE = Path(__file__).parents[2] / ".cache"
# As draw-library.mts draws, and as the AlexNet sees it: the ink with a margin, of its longer side.
SIDE_PX, SEEN_PX, MARGIN = 64, 112, 0.12
INK_FROM = 76
# Map of the AlexNet, and cells along a side into which it is pooled.
POOLED = ((4, 3), (3, 2), (2, 2), (1, 1))
KEY_DIMS, WORD_DIMS, HIDDEN, SPACE = 384, 256, 768, 192
# Variances are raised by these shares of their mean before they are divided by.
PICTURE_FLOOR, WORD_FLOOR = 0.3, 0.1
# How much less than equal names others are meant too, by the distance of their vectors.
ALIKE_NAMES = 14.0
COMPARED_NAMES = 2000
# `stepsPerDeviation` of server/retrieval/library/name-fits.ts.
STEPS_PER_DEVIATION = 40


def pooled(values: np.ndarray, cells: int) -> np.ndarray:
    """Means of [channels, height, width] in cells x cells places that may overlap by one row, as torch's adaptive pooling has them, flat."""
    height, width = values.shape[1:]
    rows = [(at * height // cells, -(-(at + 1) * height // cells)) for at in range(cells)]
    columns = [(at * width // cells, -(-(at + 1) * width // cells)) for at in range(cells)]
    places = [values[:, top:bottom, left:right].mean((1, 2)) for top, bottom in rows for left, right in columns]
    return np.stack(places, 1).ravel()


def features_of(alphas: np.ndarray, graph: Path, threads: int) -> np.ndarray:
    """Pooled maps of the AlexNet: alphas [drawings, 64, 64] of 0 to 255 -> [drawings, features], half precision. Nothing where there is no ink."""
    import onnxruntime
    from PIL import Image

    options = onnxruntime.SessionOptions()
    # A picture a thread is six times as fast as a picture on all of them.
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(graph), options)

    def seen(alpha: np.ndarray) -> np.ndarray | None:
        ys, xs = np.nonzero(alpha > INK_FROM)
        if len(ys) == 0:
            return None
        side = (max(np.ptp(ys), np.ptp(xs)) + 1) * (1 + MARGIN)
        left, top = (xs.min() + xs.max() + 1 - side) / 2, (ys.min() + ys.max() + 1 - side) / 2
        step = side / SEEN_PX
        crop = Image.fromarray(alpha).transform((SEEN_PX, SEEN_PX), Image.Transform.AFFINE, (step, 0, left, 0, step, top), Image.Resampling.BILINEAR)
        paper = np.broadcast_to(1 - np.asarray(crop, np.float32) / 255, (1, 3, SEEN_PX, SEEN_PX))
        maps = session.run(None, {"image": np.ascontiguousarray(paper)})
        return np.concatenate([pooled(maps[layer][0], cells) for layer, cells in POOLED]).astype(np.float16)

    rows, started, chunk = [], time.monotonic(), 5000
    with ThreadPoolExecutor(threads) as pool:
        for at in range(0, len(alphas), chunk):
            rows += pool.map(seen, alphas[at : at + chunk])
            print(f"features of {len(rows)} of {len(alphas)}, {time.monotonic() - started:.0f} s", flush=True)
    length = next((len(row) for row in rows if row is not None), 0)
    return np.stack([np.zeros(length, np.float16) if row is None else row for row in rows])


def whitened(rows: np.ndarray, dims: int, floor: float, sample: int = 16000) -> Tensor:
    """Rows on their principal axes, each divided by its deviation: [rows, columns] -> [rows, dims]."""
    chosen = np.random.default_rng(1).permutation(len(rows))[:sample]
    some = torch.from_numpy(rows[np.sort(chosen)]).float()
    mean, deviation = some.mean(0), some.std(0) + 1e-3
    some = (some - mean) / deviation
    variances, axes = torch.linalg.eigh(some.T @ some / len(some))
    dims = min(dims, axes.shape[1])
    variances, axes = variances[-dims:].clamp(min=0), axes[:, -dims:]
    scale = 1 / (variances + variances.mean() * floor).sqrt()
    parts = [((torch.from_numpy(rows[at : at + 5000]).float() - mean) / deviation) @ axes * scale for at in range(0, len(rows), 5000)]
    return torch.cat(parts)


class TwoSides(nn.Module):
    """Pictures [n, dims] and names [n, WORD_DIMS] in one space of unit vectors, [n, SPACE]."""

    def __init__(self, dims: int, word_dims: int) -> None:
        super().__init__()
        self.first, self.norm, self.second = nn.Linear(dims, HIDDEN), nn.LayerNorm(HIDDEN), nn.Linear(HIDDEN, SPACE)
        self.direct = nn.Linear(dims, SPACE, bias=False)
        self.word = nn.Linear(word_dims, SPACE, bias=False)
        self.log_scale = nn.Parameter(torch.tensor(math.log(12.0)))

    def pictures(self, seen: Tensor) -> Tensor:
        seen = functional.dropout(seen, 0.2, self.training)
        hidden = functional.dropout(functional.gelu(self.norm(self.first(seen))), 0.3, self.training)
        return functional.normalize(self.second(hidden) + 0.3 * self.direct(seen), dim=1)

    def names(self, words: Tensor) -> Tensor:
        return functional.normalize(self.word(functional.dropout(words, 0.1, self.training)), dim=1)

    def scale(self) -> Tensor:
        return self.log_scale.exp().clamp(max=40)


def contrast(net: TwoSides, seen: Tensor, words: Tensor) -> Tensor:
    """Cross-entropy both ways; names that are nearly the same share the target."""
    logits = net.scale() * (net.pictures(seen) @ net.names(words).T)
    alike = words @ words.T
    target = torch.softmax(torch.where(alike > 0.999, torch.zeros(()), (alike - 1) * ALIKE_NAMES), 1)
    ways = (target, torch.log_softmax(logits, 1)), (target.T, torch.log_softmax(logits, 0))
    return -sum((wanted * found).sum() for wanted, found in ways) / (2 * len(seen))


def dealt(entry_sets: Tensor, parts: int) -> Tensor:
    """The part of each drawing's set; parts are about as large as each other."""
    counts = torch.bincount(entry_sets)
    part_of_set, load = torch.zeros(len(counts), dtype=torch.long), [0] * parts
    for found in torch.argsort(counts, descending=True).tolist():
        smallest = load.index(min(load))
        part_of_set[found] = smallest
        load[smallest] += int(counts[found])
    return part_of_set[entry_sets]


def trained(seen: Tensor, words: Tensor, names: Tensor, places: Tensor, seed: int, epochs: float, batch: int) -> TwoSides:
    """A net fitted to the drawings at these places."""
    torch.manual_seed(seed)
    net, rate = TwoSides(seen.shape[1], words.shape[1]), 1e-3
    optimizer = torch.optim.AdamW(net.parameters(), rate, weight_decay=0.1)
    steps = max(1, int(epochs * len(places) / batch))
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1, (step + 1) / 50) * (0.5 * (1 + math.cos(math.pi * step / steps)) + 0.003)
        chosen = places[torch.randint(len(places), (min(batch, len(places)),))]
        loss = contrast(net, seen[chosen], words[names[chosen]])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 200 == 0:
            print(f"part {seed}, step {step} of {steps}: loss {loss.item():.3f}", flush=True)
    return net.eval()


@torch.no_grad()
def fits_of(net: TwoSides, seen: Tensor, words: Tensor, names: Tensor, places: Tensor) -> tuple[Tensor, float]:
    """Log-probability of each drawing's own name among others, and how often it is the likeliest of 100."""
    generator = torch.Generator().manual_seed(3)
    compared = torch.randperm(len(words), generator=generator)[:COMPARED_NAMES]
    others = net.names(words[compared])
    fits, firsts = [], 0
    for some in places.split(4000):
        pictures = net.pictures(seen[some])
        own = (pictures * net.names(words[names[some]])).sum(1)
        wrong = (pictures @ others.T).masked_fill(names[some][:, None] == compared, -math.inf)
        logits = net.scale() * torch.cat([wrong, own[:, None]], 1)
        fits.append(logits[:, -1] - torch.logsumexp(logits, 1))
        firsts += int((logits[:, -1] > logits[:, : min(99, len(others))].max(1).values).sum())
    return torch.cat(fits), firsts / len(places)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drawn", type=Path, default=CACHE / "styles/library", help="folder that draw-library.mts wrote")
    parser.add_argument("--graph", type=Path, default=CACHE / "super-resolution/lpips-alexnet.onnx")
    parser.add_argument("--parts", type=int, default=5)
    parser.add_argument("--epochs", type=float, default=12)
    parser.add_argument("--batch", type=int, default=1024)
    parser.add_argument("--dims", type=int, default=1280, help="principal axes of the features that are kept")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    library = json.loads((arguments.drawn / "library.json").read_text())
    names, sets = torch.tensor(library["entryNames"]).long(), torch.tensor(library["entrySets"]).long()
    drawn = (arguments.drawn / "alphas.u8").read_bytes()
    kept = arguments.drawn / f"alexnet-{hashlib.sha256(drawn).hexdigest()[:16]}.npy"
    if not kept.exists():
        alphas = np.frombuffer(drawn, np.uint8).reshape(-1, SIDE_PX, SIDE_PX)
        features = features_of(alphas, arguments.graph, arguments.threads)
        file = io.BytesIO()
        np.save(file, features)
        write_atomically(kept, file.getvalue())
    features = np.load(kept, mmap_mode="r")
    if len(features) != len(names):
        raise SystemExit(f"{kept}: expected features of {len(names)} drawings, got {len(features)}")
    seen = whitened(features, arguments.dims, PICTURE_FLOOR)
    keys = functional.normalize(torch.from_numpy(np.fromfile(arguments.drawn / "keys.f32", np.float32)).reshape(-1, KEY_DIMS), dim=1)
    words = functional.normalize(whitened(keys.numpy(), WORD_DIMS, WORD_FLOOR, len(keys)), dim=1)
    part_of, has_ink = dealt(sets, arguments.parts), torch.from_numpy(np.asarray(features).any(1))
    fits = torch.zeros(len(names))
    for part in range(arguments.parts):
        judged = torch.nonzero(part_of == part).flatten()
        if len(judged) == 0:
            continue
        learned = torch.nonzero((part_of != part) & has_ink).flatten()
        net = trained(seen, words, names, learned, part, arguments.epochs, arguments.batch)
        fits[judged], first = fits_of(net, seen, words, names, judged)
        print(json.dumps({"part": part, "learned": len(learned), "judged": len(judged), "ownNameFirstOf100": round(first, 4)}), flush=True)
    if not fits.isfinite().all():
        raise SystemExit(f"fits: expected finite numbers, got {int((~fits.isfinite()).sum())} others")
    deviations = (fits - fits.mean()) / fits.std()
    steps = (STEPS_PER_DEVIATION * deviations).round().clamp(-128, 127).to(torch.int8)
    write_atomically(arguments.drawn / "name-fits.i8", steps.numpy().tobytes())


if __name__ == "__main__":
    main()
