"""Encodes rendered drawings with target expert 2 and their words with the pack's text expert, for the training of the flow.

Writes latents.npz (rows int64 [n], latents float16 [n, channels, grid, grid]) and words.npz (texts, codes float16 [texts, 384]) into the folder of
the style data. Only drawings that have a partner in their family are encoded: a pair is what the flow learns from.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch

sys.path.insert(0, str(Path(__file__).parent.parent))
from layer_networks import LayerAutoencoder
from style_rows import STYLES, StyleRows
from timed_training import load_net

TEXT = Path(__file__).parent.parent.parent / "packs" / "default" / "icons" / "text"


def encode_drawings(rows: StyleRows, checkpoint: Path, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows with partners, held-out ones first, and their latents."""
    things = Counter((line["family"], line["base"]) for line in rows.index)
    chosen = [line for line in rows.index if things[line["family"], line["base"]] > 1]
    chosen.sort(key=lambda line: (line["split"] == "train", line["row"]))
    held_out = [line for line in chosen if line["split"] != "train"]
    chosen = held_out[: most // 4] + [line for line in chosen if line["split"] == "train"]
    at = np.array(sorted(line["row"] for line in chosen[:most]), dtype=np.int64)
    encoder = load_net(checkpoint, LayerAutoencoder).encoder.to(memory_format=torch.channels_last)
    latents = []
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for first in range(0, len(at), 64):
            latents.append(encoder(rows.batch(at[first : first + 64])).half().numpy())
    return at, np.concatenate(latents)


def encode_words(texts: list[str], threads: int) -> np.ndarray:
    """Mean-pooled, normalised sentence codes [texts, 384]."""
    from tokenizers import Tokenizer

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(TEXT / "model.onnx", options)
    tokenizer = Tokenizer.from_file(str(TEXT / "tokenizer.json"))
    tokenizer.enable_padding()
    codes = []
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    for first in range(0, len(order), 64):
        batch = tokenizer.encode_batch([texts[at] for at in order[first : first + 64]])
        ids, mask = (np.array([getattr(e, name) for e in batch], dtype=np.int64) for name in ("ids", "attention_mask"))
        (hidden,) = session.run(None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)})
        mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
        codes.append(mean / np.linalg.norm(mean, axis=1, keepdims=True))
    found = np.concatenate(codes)
    result = np.empty_like(found)
    result[order] = found
    return result.astype(np.float16)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--styles", type=Path, default=STYLES)
    parser.add_argument("--checkpoint", type=Path, help="default: target.pt in that folder")
    parser.add_argument("--most", type=int, default=200_000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--without-words", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    started = time.monotonic()
    rows = StyleRows(arguments.styles)
    at, latents = encode_drawings(rows, arguments.checkpoint or arguments.styles / "target.pt", arguments.most)
    np.savez(arguments.styles / "latents.npz", rows=at, latents=latents)
    print(f"{len(at)} drawings encoded, mean {latents.astype(np.float32).mean():.3f} std {latents.astype(np.float32).std():.3f}, {time.monotonic() - started:.0f} s", flush=True)
    if not arguments.without_words:
        chosen = set(at.tolist())
        texts = sorted({line["words"] for line in rows.index if line["row"] in chosen})
        np.savez(arguments.styles / "words.npz", texts=np.array(texts), codes=encode_words(texts, arguments.threads))
        print(f"{len(texts)} texts encoded, {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
