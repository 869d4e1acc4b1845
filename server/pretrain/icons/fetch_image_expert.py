"""Makes the image expert: EfficientNet-Lite0 (Apache-2.0) read at three depths, whitened on training rows, as one ONNX file.

Writes packs/default/icons/image/encoder.onnx: image [batch, 4, 128, 128] premultiplied RGBA in [0, 1] -> early, middle, last, each [batch, 256]:
"same picture", in between, "same idea". Each dimension has mean 0 and variance 1 / 256 on training rows, cut at 4 sigma, so a vector has
about unit length. Architecture and weights: efficientnet_lite.py.
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
import torch
from onnx import TensorProto, helper
from torch import Tensor, nn
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parent.parent))
from atomic_file import write_atomically  # noqa: E402
from efficientnet_lite import Lite  # noqa: E402
from export_autoencoder import export  # noqa: E402
from icon_data import IconRows  # noqa: E402
from onnx_graphs import session_of, with_half_weights  # noqa: E402

HERE = Path(__file__).parent
OUT = HERE.parent.parent / "packs" / "default" / "icons" / "image"
DIMS = 256
DEPTHS = ("early", "middle", "last")
CUT_SIGMA = 4.0


class Lite0(Lite):
    """Premultiplied RGBA [batch, 4, 128, 128] to pooled features: [batch, 40 * 8 * 8], [batch, 112 * 4 * 4], [batch, 1280]."""

    def __init__(self, side_px: int) -> None:
        super().__init__()
        self.side_px = side_px

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        on_white = image[:, :3] + (1 - image[:, 3:])
        if self.side_px != image.shape[2]:
            on_white = F.interpolate(on_white, size=(self.side_px, self.side_px), mode="bilinear", align_corners=False)
        _, *by_stage = self.maps(on_white)
        early = F.avg_pool2d(by_stage[2], self.side_px // 64)
        middle = F.avg_pool2d(by_stage[4], self.side_px // 64)
        return early.flatten(1), middle.flatten(1), self.head(by_stage[-1]).mean(dim=(2, 3))


class ImageExpert(nn.Module):
    """Lite0 and one whitening matrix a depth; output [batch, 3 * 256], cut in three by the exported graph."""

    def __init__(self, net: Lite0, whitenings: list[nn.Linear]) -> None:
        super().__init__()
        self.net = net
        self.whitenings = nn.ModuleList(whitenings)

    def forward(self, image: Tensor) -> Tensor:
        codes = torch.cat([whiten(features) for whiten, features in zip(self.whitenings, self.net(image))], dim=1)
        return codes.clamp(-CUT_SIGMA, CUT_SIGMA) / DIMS**0.5


def whitening_of(features: Tensor) -> tuple[nn.Linear, float]:
    """The affine map of features [rows, n] to their first 256 principal components with variance 1, and their share of variance."""
    mean = features.mean(0)
    covariance = (features - mean).T @ (features - mean) / (len(features) - 1)
    # Channels keep their own sizes: brought to one variance first, rarely firing channels of the head made heavy tails.
    values, vectors = torch.linalg.eigh(covariance.double())
    values, vectors = values.flip(0), vectors.flip(1)
    matrix = (vectors[:, :DIMS] / values[:DIMS].sqrt()).T.float()
    whiten = nn.Linear(len(mean), DIMS)
    whiten.weight.data, whiten.bias.data = matrix, -(matrix @ mean)
    return whiten, float(values[:DIMS].sum() / values.sum())


@torch.no_grad()
def features_of(net: Lite0, data: IconRows, rows: np.ndarray) -> list[Tensor]:
    """Pooled features of rows, three tensors [len(rows), n]."""
    parts = [net(data.batch(rows[at : at + 64])) for at in range(0, len(rows), 64)]
    return [torch.cat(depth) for depth in zip(*parts)]


def three_outputs(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph with its one output [batch, 768] cut into early, middle and last."""
    name = model.graph.output[0].name
    model.graph.node.append(helper.make_node("Split", [name], list(DEPTHS), name="depths", axis=1, num_outputs=len(DEPTHS)))
    del model.graph.output[:]
    model.graph.output.extend(helper.make_tensor_value_info(depth, TensorProto.FLOAT, ["batch", DIMS]) for depth in DEPTHS)
    return model


def report(codes: np.ndarray, known: np.ndarray, data: IconRows, rows: np.ndarray, known_rows: np.ndarray) -> str:
    """Of held-out rows [n, 256]: length, share cut, and how often the nearest row (by cosine) is of the same style, or, among rows of
    other styles, of the same concept."""
    unit = known / np.linalg.norm(known, axis=1, keepdims=True)
    (style, concept), (known_style, known_concept) = [[np.array([data.index[row][key] for row in some]) for key in ("style", "concept")] for some in (rows, known_rows)]
    closeness = codes @ unit.T
    same_style = np.mean(known_style[closeness.argmax(1)] == style)
    closeness[style[:, None] == known_style] = -np.inf
    same_concept = np.mean(known_concept[closeness.argmax(1)] == concept)
    length = np.linalg.norm(codes, axis=1)
    cut = np.mean(np.abs(codes) >= CUT_SIGMA / DIMS**0.5 - 1e-6)
    return f"length {length.mean():.2f} ± {length.std():.2f}, {100 * cut:.2f} % cut, nearest: same style {100 * same_style:.0f} %, same concept among other styles {100 * same_concept:.0f} %"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=192, help="pixels at which the network looks, a multiple of 64")
    parser.add_argument("--rows", type=int, default=10_000, help="training rows for the whitening")
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    warnings.simplefilter("ignore", FutureWarning)
    net = Lite0(arguments.side)
    net.load()
    data = IconRows()
    rng = np.random.default_rng(1)
    rows = np.sort(rng.choice(data.drawn, min(arguments.rows, len(data.drawn)), replace=False))
    whitenings = []
    for depth, features in zip(DEPTHS, features_of(net, data, rows)):
        whiten, share = whitening_of(features)
        whitenings.append(whiten)
        print(f"{depth}: {features.shape[1]} features, 256 components hold {100 * share:.1f} % of the variance")
    expert = ImageExpert(net, whitenings).eval()
    held_out = data.rows_where(lambda row: row["split"] == "heldOutPair")
    example = data.batch(held_out[::55][:16]).contiguous()
    full = three_outputs(export(expert, example[:2], ("image", "codes")))
    with torch.no_grad():
        expected = expert(example).numpy()
    run = lambda session, images: np.concatenate(session.run(list(DEPTHS), {"image": images}), axis=1)  # noqa: E731
    for size in (1, len(example)):
        error = np.abs(run(session_of(full), example[:size].numpy()) - expected[:size]).max()
        print(f"batch {size}, largest difference to PyTorch {error:.2e}")
        if error > 1e-3:
            raise SystemExit(f"image expert: expected the exported graph to agree with PyTorch, largest difference {error}")
    half = with_half_weights(full)
    onnx.checker.check_model(half)
    session = session_of(half)
    fidelity = -10 * np.log10(np.square(run(session, example.numpy()) - expected).mean() / expected.var())
    if fidelity < 40:
        raise SystemExit(f"image expert: expected float16 weights within 40 dB of float32, got {fidelity:.1f} dB")
    content = half.SerializeToString()
    write_atomically(arguments.out / "encoder.onnx", content)
    print(f"encoder.onnx {len(content)} bytes, float16 weights {fidelity:.1f} dB, SHA-256 {hashlib.sha256(content).hexdigest()}")
    encode = lambda chosen: np.concatenate([run(session, data.batch(chosen[at : at + 32]).contiguous().numpy()) for at in range(0, len(chosen), 32)])  # noqa: E731
    codes, known = encode(held_out), encode(rows)
    for at, depth in enumerate(DEPTHS):
        own = slice(at * DIMS, (at + 1) * DIMS)
        print(f"{depth}, {len(held_out)} held-out pairs: {report(codes[:, own], known[:, own], data, held_out, rows)}")
    times = []
    for _ in range(40):
        started = time.perf_counter()
        run(session, example[:1].numpy())
        times.append(time.perf_counter() - started)
    print(f"batch 1, 2 threads: {1000 * sorted(times)[20]:.1f} ms an image (median of 40)")


if __name__ == "__main__":
    main()
