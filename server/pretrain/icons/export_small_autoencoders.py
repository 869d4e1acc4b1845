"""Exports the encoders that train_small_autoencoders.py trained to packs/default/icons/<expert>/encoder.onnx and checks them.

sketch: sketch [batch, 1, 64, 64], ink in [0, 1] -> code [batch, 512]. low-resolution: image [batch, 4, 32, 32] premultiplied RGBA in
[0, 1] -> code [batch, 512]. Each dimension has mean 0 and variance 1 / 512 on drawn training rows, cut at 4 sigma.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).parent.parent))
from export_autoencoder import OUT, run, settle  # noqa: E402
from icon_data import ICONS  # noqa: E402
from timed_training import load_net  # noqa: E402
from train_small_autoencoders import EXPERTS, Pictures, SmallAutoencoder  # noqa: E402

CUT_SIGMA = 4.0


class Code(nn.Module):
    """An encoder and the whitening of its output, dimension by dimension, [batch, 512]."""

    def __init__(self, encoder: nn.Module, mean: Tensor, std: Tensor) -> None:
        super().__init__()
        self.encoder = encoder
        self.register_buffer("mean", mean)
        self.register_buffer("inverse", 1 / std)

    def forward(self, image: Tensor) -> Tensor:
        code = (self.encoder(image).flatten(1) - self.mean) * self.inverse
        return code.clamp(-CUT_SIGMA, CUT_SIGMA) / code.shape[1] ** 0.5


@torch.no_grad()
def moments(encoder: nn.Module, pictures: Pictures, count: int) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each dimension over evenly spaced drawn rows, both [512]."""
    rows = pictures.rows.drawn[:: max(1, len(pictures.rows.drawn) // count)][:count]
    codes = torch.cat([encoder(pictures.batch(rows[at : at + 128])).flatten(1) for at in range(0, len(rows), 128)])
    return codes.mean(0), codes.std(0).clamp(min=0.05)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--expert", choices=tuple(EXPERTS), required=True)
    parser.add_argument("--checkpoint", type=Path, help="default: <expert>.pt among the icons")
    parser.add_argument("--out", type=Path, help="default: the pack's folder of the expert")
    parser.add_argument("--rows", type=int, default=10_000, help="training rows for the whitening")
    parser.add_argument("--icons", type=Path, default=ICONS, help="folder of the rendered icons and sketches")
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    warnings.simplefilter("ignore", FutureWarning)
    net = load_net(arguments.checkpoint or arguments.icons / f"{arguments.expert}.pt", SmallAutoencoder)
    pictures = Pictures(arguments.expert, arguments.icons)
    expert = Code(net.encoder, *moments(net.encoder, pictures, arguments.rows)).eval()
    held_out = pictures.batch(pictures.held_out).contiguous()
    out = arguments.out or OUT.parent / arguments.expert
    session = settle(out, "encoder", expert, held_out[:: max(1, len(held_out) // 16)][:16].contiguous(), (EXPERTS[arguments.expert].input_name, "code"))
    codes = np.concatenate([run(session, part.numpy()) for part in held_out.split(32)])
    length = np.linalg.norm(codes, axis=1)
    cut = np.mean(np.abs(codes) >= CUT_SIGMA / codes.shape[1] ** 0.5 - 1e-6)
    print(f"{len(codes)} held-out pairs: length {length.mean():.2f} ± {length.std():.2f}, {100 * cut:.2f} % cut, same bytes alone and in a batch: {np.abs(codes[:4] - np.concatenate([run(session, held_out[at : at + 1].numpy()) for at in range(4)])).max():.1e} apart")
    times = []
    for _ in range(40):
        started = time.perf_counter()
        run(session, held_out[:1].numpy())
        times.append(time.perf_counter() - started)
    print(f"batch 1, 2 threads: {1000 * sorted(times)[20]:.2f} ms an image (median of 40)")


if __name__ == "__main__":
    main()
