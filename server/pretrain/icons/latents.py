"""Latents for training a decoder alone: true ones by the pack's own encoder, guesses by a flow, and the pack's decoder as a network."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from onnx import numpy_helper
from torch import Tensor

sys.path.insert(0, str(Path(__file__).parent.parent))
from icon_data import IconRows  # noqa: E402
from networks import LATENT_CHANNELS, Decoder  # noqa: E402

PACK_TARGET = Path(__file__).parent.parent.parent / "packs/default/icons/target"
LATENT_SHAPE = (LATENT_CHANNELS, 8, 8)
ENCODED_AT_ONCE = 32


def encoded_latents(encoder: Path, rows: IconRows) -> np.ndarray:
    """Posterior means of every row, float16 [rows, 8, 8, 8]; kept beside the icons under the encoder's digest (4 minutes to make)."""
    digest = hashlib.sha256(encoder.read_bytes()).hexdigest()[:12]
    path = rows.folder / f"latents-{digest}.f16"
    shape = (len(rows.index), *LATENT_SHAPE)
    if not path.exists():
        session = ort.InferenceSession(str(encoder), providers=["CPUExecutionProvider"])
        part = np.memmap(path.with_suffix(".part"), dtype=np.float16, mode="w+", shape=shape)
        for at in range(0, len(part), ENCODED_AT_ONCE):
            images = rows.batch(np.arange(at, min(at + ENCODED_AT_ONCE, len(part)))).contiguous()
            part[at : at + ENCODED_AT_ONCE] = session.run(None, {"image": images.numpy()})[0]
        part.flush()
        os.replace(path.with_suffix(".part"), path)
    return np.memmap(path, dtype=np.float16, mode="r", shape=shape)


class Guesses:
    """What guesses.mts wrote: float16 [n, 8, 8, 8] in guesses.f16, and the row that each stands for in guesses-rows.u32."""

    def __init__(self, folder: Path, encoder: Path) -> None:
        about = json.loads((folder / "guesses.json").read_text(encoding="utf-8"))
        if about["encoder"] != hashlib.sha256(encoder.read_bytes()).hexdigest():
            raise ValueError(f"{folder / 'guesses.json'}: expected guesses of latents of {encoder}, got those of another encoder")
        self.rows = np.fromfile(folder / "guesses-rows.u32", dtype=np.uint32).astype(np.int64)
        self.values = np.memmap(folder / "guesses.f16", dtype=np.float16, mode="r").reshape(-1, *LATENT_SHAPE)
        if len(self.rows) != len(self.values):
            raise ValueError(f"guesses: expected as many rows as latents, got {len(self.rows)} and {len(self.values)}")

    def draw(self, rng: np.random.Generator, count: int) -> tuple[np.ndarray, Tensor]:
        """Rows [count] and guesses [count, 8, 8, 8] at random."""
        at = rng.integers(len(self.rows), size=count)
        return self.rows[at], torch.from_numpy(self.values[at].astype(np.float32))


def read_decoder(path: Path) -> Decoder:
    """The decoder of a pack as a network: widths and blocks follow from the names and shapes of its weights."""
    weights: dict[str, Tensor] = {}
    for tensor in onnx.load(path).graph.initializer:
        if tensor.name.startswith("decoder."):
            name = tensor.name.removeprefix("decoder.").removesuffix("_half")
            weights[name] = torch.from_numpy(numpy_helper.to_array(tensor).astype(np.float32))
    channels = [len(weights[name]) for name in sorted({n for n in weights if n.endswith("first.weight")}, key=lambda n: int(n.split(".")[1]))]
    widths = tuple(sorted(set(channels)))
    if len(widths) != 3:
        raise ValueError(f"{path}: expected residual blocks of three widths, got {channels}")
    net = Decoder(widths, tuple(channels.count(width) for width in widths))
    net.load_state_dict(weights)
    return net
