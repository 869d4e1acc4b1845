"""Encodes rendered drawings with target expert 2 for the training of the flow.

Writes latents.npz into the folder of the style data: rows int64 [n], latents float16 [n, 8, 16, 16], palettes float16 [n, 4, 4]. Only drawings that have
a partner in their family are encoded: a pair is what the flow learns from.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent.parent))
from layer_networks import LayerAutoencoder
from palettes import palette_of
from style_rows import STYLES, StyleRows
from timed_training import load_net

def encode_drawings(rows: StyleRows, checkpoint: Path, most: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows with partners, at most a sixth of them held out, their latents and palettes."""
    things = Counter((line["family"], line["base"]) for line in rows.index)
    chosen = [line for line in rows.index if things[line["family"], line["base"]] > 1]
    chosen.sort(key=lambda line: (line["split"] == "train", line["row"]))
    held_out = [line for line in chosen if line["split"] != "train"]
    chosen = held_out[: most // 6] + [line for line in chosen if line["split"] == "train"]
    at = np.array(sorted(line["row"] for line in chosen[:most]), dtype=np.int64)
    encoder = load_net(checkpoint, LayerAutoencoder).encoder.to(memory_format=torch.channels_last)
    latents, palettes = [], []
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for first in range(0, len(at), 64):
            part = at[first : first + 64]
            latents.append(encoder(rows.batch(part)).half().numpy())
            palettes.append(np.stack([palette_of(rows.images[row]) for row in part]).astype(np.float16))
    return at, np.concatenate(latents), np.concatenate(palettes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--styles", type=Path, default=STYLES)
    parser.add_argument("--checkpoint", type=Path, help="default: target.pt in that folder")
    parser.add_argument("--most", type=int, default=200_000)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    started = time.monotonic()
    rows = StyleRows(arguments.styles)
    at, latents, palettes = encode_drawings(rows, arguments.checkpoint or arguments.styles / "target.pt", arguments.most)
    np.savez(arguments.styles / "latents.npz", rows=at, latents=latents, palettes=palettes)
    print(f"{len(at)} drawings encoded, mean {latents.astype(np.float32).mean():.3f} std {latents.astype(np.float32).std():.3f}, {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
