"""Measures target expert 2 on drawings that were never trained on: PSNR by look, whole lines, crispness at 256 px, time of the decoder.

Writes target-evaluation.json beside the checkpoint. Pooled PSNR is of the mean squared error, mean PSNR the mean of the images' own.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

sys.path[:0] = [str(Path(__file__).parents[at]) for at in (1, 2)]
from layer_networks import LayerAutoencoder, composite, enlarge
from losses import psnr_db, valid_rgba
from style_rows import LOOKS, STYLES, StyleRows, to_float
from timed_training import load_net
from train_style_flow import RestyleNets
from unbroken_lines import is_unbroken


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--styles", type=Path, default=STYLES)
    parser.add_argument("--checkpoint", type=Path, help="default: target.pt in that folder")
    parser.add_argument("--flow", type=Path, help="a checkpoint of train_style_flow.py, whose decoder is measured instead")
    parser.add_argument("--count", type=int, default=192, help="drawings of each kind")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    rows = StyleRows(arguments.styles)
    checkpoint = arguments.checkpoint or arguments.styles / "target.pt"
    expert = load_net(checkpoint, LayerAutoencoder).to(memory_format=torch.channels_last)
    if arguments.flow:
        expert.decoder = load_net(arguments.flow, RestyleNets).decoder.to(memory_format=torch.channels_last)
    figures: dict[str, float] = {}

    def rebuild(at: np.ndarray):
        originals = rows.batch(at)
        return originals, torch.cat([valid_rgba(expert.rebuild(images)) for images in originals.split(32)])

    for real in (True, False):
        for look in LOOKS:
            lines = [line["row"] for line in rows.index if line["split"] in ("heldOutFamily", "heldBackStyle") and line["look"] == look and line["isProcedural"] != real]
            at = np.array(sorted(lines))[:: max(1, len(lines) // arguments.count)][: arguments.count]
            if len(at) == 0:
                continue
            originals, made = rebuild(at)
            name = f"{look}{'Real' if real else 'MadeUp'}"
            figures[f"{name}PooledDb"], figures[f"{name}MeanDb"] = psnr_db(made, originals)
            if look == "line" and real:
                figures["linesUnbroken"] = float(is_unbroken(made, originals).float().mean())
                thin = np.array([row for row in at if any(word in next(l["variant"] for l in rows.index if l["row"] == row) for word in ("thin", "light"))])
                if len(thin):
                    figures["thinLinesUnbroken"] = float(is_unbroken(*reversed(rebuild(thin))).float().mean())
    if len(rows.training_large):
        large = rows.training_large[:: max(1, len(rows.training_large) // 48)][:48]
        truth = to_float(rows.large[large[:, 1]])
        small = rows.batch(large[:, 0])
        logits, paints = expert.decoder(expert.encoder(small))
        figures["layersAt256Db"] = psnr_db(valid_rgba(composite(enlarge(logits, 2), paints)), truth)[0]
        rebuilt = valid_rgba(composite(logits, paints))
        figures["rebuiltBicubicAt256Db"] = psnr_db(valid_rgba(F.interpolate(rebuilt, scale_factor=2, mode="bicubic")), truth)[0]
        figures["truthBicubicAt256Db"] = psnr_db(valid_rgba(F.interpolate(small, scale_factor=2, mode="bicubic")), truth)[0]
    latent = expert.encoder(rows.batch(rows.held_out_rows(1)))
    times = []
    for _ in range(15):
        started = time.process_time()
        composite(*expert.decoder(latent))
        times.append(time.process_time() - started)
    figures["decoderMs"] = 1000 * sorted(times)[7]
    figures = {name: round(value, 4) for name, value in figures.items()}
    checkpoint.with_name("target-evaluation.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
