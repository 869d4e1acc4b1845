"""Exports a checkpoint to packs/default/icons/target/{encoder,decoder}.onnx and checks them.

encoder: image [batch, 4, 128, 128] premultiplied RGBA in [0, 1] -> mean [batch, 8, 8, 8].
decoder: latent [batch, 8, 8, 8] -> image [batch, 4, 128, 128], valid premultiplied RGBA (0 <= colour <= alpha <= 1).
Weights are stored as float16 with a Cast to float32 where that keeps the output within 45 dB of float32; arithmetic is float32.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).parent.parent))
from atomic_file import write_atomically  # noqa: E402
from icon_data import ICONS, IconRows  # noqa: E402
from losses import psnr_db, valid_rgba  # noqa: E402
from networks import Autoencoder, Decoder  # noqa: E402
from onnx_graphs import session_of, with_half_weights  # noqa: E402
from timed_training import load_net  # noqa: E402

OUT = Path(__file__).parent.parent.parent / "packs" / "default" / "icons" / "target"
MIN_HALF_PSNR_DB = 45.0


class ValidDecoder(nn.Module):
    """The decoder followed by the clamp to valid premultiplied RGBA."""

    def __init__(self, decoder: nn.Module) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, latent: Tensor) -> Tensor:
        return valid_rgba(self.decoder(latent))


def export(net: nn.Module, example: Tensor, names: tuple[str, str]) -> onnx.ModelProto:
    """One float32 ONNX graph with a free batch size."""
    batch = torch.export.Dim("batch", min=1, max=1024)
    program = torch.onnx.export(net, (example,), dynamo=True, input_names=[names[0]], output_names=[names[1]], dynamic_shapes=({0: batch},), opset_version=18, verbose=False)
    model = program.model_proto
    # Traces of the exporter (stack frames, file paths) do not belong in a pack.
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for value in [*model.graph.value_info, *model.graph.input, *model.graph.output, *model.graph.initializer]:
        del value.metadata_props[:]
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    del model.graph.value_info[:]
    return model


def run(session: ort.InferenceSession, values: np.ndarray) -> np.ndarray:
    """Runs the one input to the one output."""
    return session.run(None, {session.get_inputs()[0].name: values})[0]


def settle(out: Path, name: str, net: nn.Module, example: Tensor, names: tuple[str, str]) -> ort.InferenceSession:
    """Exports one half, checks it against PyTorch at two batch sizes, picks the storage, writes the file."""
    full = export(net, example[:2], names)
    with torch.no_grad():
        expected = net(example).numpy()
    for size in (1, len(example)):
        error = np.abs(run(session_of(full), example[:size].numpy()) - expected[:size]).max()
        print(f"{name}: batch {size}, largest difference to PyTorch {error:.2e}")
        if error > 1e-3:
            raise SystemExit(f"{name}: expected the exported graph to agree with PyTorch, largest difference {error}")
    half = with_half_weights(full)
    noise = np.square(run(session_of(half), example.numpy()) - expected).mean()
    peak = 1.0 if name == "decoder" else float(expected.std())
    fidelity = -10 * np.log10(noise / peak**2)
    chosen = half if fidelity >= MIN_HALF_PSNR_DB else full
    onnx.checker.check_model(chosen)
    content = chosen.SerializeToString()
    write_atomically(out / f"{name}.onnx", content)
    print(f"{name}.onnx {len(content)} bytes, float16 weights {fidelity:.1f} dB, {'kept' if chosen is half else 'refused'}, SHA-256 {hashlib.sha256(content).hexdigest()}")
    return session_of(chosen)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, help="default: autoencoder.pt among the icons")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--weights", choices=("average", "net"), default="average", help="the moving average, or the last step's")
    parser.add_argument("--rows", type=int, default=256, help="held-out rows for the last check")
    parser.add_argument("--decoder", type=Path, help="checkpoint of train_decoder.py: writes the decoder alone, for the encoder in --out")
    parser.add_argument("--icons", type=Path, default=ICONS, help="folder of the rendered icons")
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    warnings.simplefilter("ignore", FutureWarning)
    data = IconRows(arguments.icons)
    rows = data.held_out_rows(arguments.rows)
    images = data.batch(rows).contiguous()
    if arguments.decoder:
        encoder = session_of(onnx.load(arguments.out / "encoder.onnx"))
        decoder_net = load_net(arguments.decoder, Decoder, arguments.weights)
    else:
        net = load_net(arguments.checkpoint or arguments.icons / "autoencoder.pt", Autoencoder, arguments.weights)
        encoder, decoder_net = settle(arguments.out, "encoder", net.encoder, images[:16], ("image", "mean")), net.decoder
    latents = torch.from_numpy(run(encoder, images[:16].numpy()))
    decoder = settle(arguments.out, "decoder", ValidDecoder(decoder_net).eval(), latents, ("latent", "image"))
    means = np.concatenate([run(encoder, images[at : at + 32].numpy()) for at in range(0, len(images), 32)])
    rebuilt = np.concatenate([run(decoder, means[at : at + 32]) for at in range(0, len(means), 32)])
    pooled, mean = psnr_db(torch.from_numpy(rebuilt), images)
    print(f"held out, {len(rows)} rows through both files: {pooled:.2f} dB pooled, {mean:.2f} dB mean; latent mean {means.mean():.3f} std {means.std():.3f} largest {np.abs(means).max():.1f}")
    noisy = means + 0.3 * np.random.default_rng(1).standard_normal(means.shape).astype(np.float32)
    rebuilt = np.concatenate([run(decoder, noisy[at : at + 32]) for at in range(0, len(noisy), 32)])
    print(f"the same with posterior noise 0.3: {psnr_db(torch.from_numpy(rebuilt), images)[0]:.2f} dB pooled")
    times = []
    for _ in range(20):
        started = time.perf_counter()
        run(decoder, means[:1])
        times.append(time.perf_counter() - started)
    print(f"decoder, batch 1, 2 threads: {1000 * sorted(times)[10]:.1f} ms an image (median of 20)")


if __name__ == "__main__":
    main()
