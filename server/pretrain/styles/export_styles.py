"""Exports target expert 2 and the style flow to ONNX and checks the files against PyTorch. Weights are stored as float16 where that costs little.

encoder: image [batch, 4, 128, 128] → mean [batch, channels, grid, grid].
decoder: latent → image [batch, 4, 128, 128] (valid premultiplied RGBA), logits [batch, layers, 128, 128] (layer 0 is nothing; enlarge them before the
soft-max), paints [batch, layers - 1, 10] (red, green, blue, alpha, slopes of the three along x and along y).
restyle: v [batch, 24, 8, 8], source [batch, 24, 8, 8], asked and origin [batch, 48, 8, 8], words [batch, 384], hasSource and count [batch] → latent.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).parent.parent))
from atomic_file import write_atomically
from check_style_flow import random_given
from flow_networks import CHANNELS, GRID, StyleFlow, fold, unfold
from layer_networks import LayerAutoencoder, composite
from losses import valid_rgba
from onnx_graphs import session_of, with_half_weights
from style_rows import STYLES, StyleRows
from timed_training import load_net

GIVEN = ("source", "asked", "origin", "words", "hasSource", "count")
HALF_ERROR = 0.02
"""Largest root mean square difference that float16 weights may cost."""


class ExportedDecoder(nn.Module):
    """Latent to picture, logits and paints."""

    def __init__(self, decoder: nn.Module) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, latent: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        logits, paints = self.decoder(latent)
        return valid_rgba(composite(logits, paints)), logits, paints


class ExportedFlow(nn.Module):
    """v and conditions to the latent of the target expert's grid."""

    def __init__(self, flow: StyleFlow, grid: int) -> None:
        super().__init__()
        self.flow, self.grid = flow, grid

    def forward(self, v: Tensor, source: Tensor, asked: Tensor, origin: Tensor, words: Tensor, has_source: Tensor, count: Tensor) -> Tensor:
        given = dict(zip(GIVEN, (source, asked, origin, words, has_source, count)))
        return unfold(self.flow.inverse(v, given), self.grid)


def settle(path: Path, net: nn.Module, inputs: dict[str, Tensor], outputs: tuple[str, ...]) -> onnx.ModelProto:
    """Exports a net, compares with PyTorch at two batch sizes, picks the storage, writes the file."""
    batch = torch.export.Dim("batch", min=1, max=1024)
    shapes = tuple({0: batch} for _ in inputs)
    net = net.to(memory_format=torch.contiguous_format)
    example = tuple(value[:2].contiguous() for value in inputs.values())
    program = torch.onnx.export(net, example, dynamo=True, input_names=list(inputs), output_names=list(outputs), dynamic_shapes=shapes, opset_version=18, verbose=False)
    full = program.model_proto
    for part in [*full.graph.node, *full.graph.value_info, *full.graph.input, *full.graph.output, *full.graph.initializer, full, full.graph]:
        del part.metadata_props[:]
    for node in full.graph.node:
        node.doc_string = ""
    del full.graph.value_info[:]
    with torch.no_grad():
        expected = net(*inputs.values())
    expected = [value.numpy() for value in (expected if isinstance(expected, tuple) else (expected,))]

    def errors_of(model: onnx.ModelProto) -> list[float]:
        session = session_of(model)
        made = session.run(list(outputs), {name: value.numpy() for name, value in inputs.items()})
        return [float(np.sqrt(np.square(a - b).mean())) for a, b in zip(made, expected)]

    exact = errors_of(full)
    if max(exact) > 1e-3:
        raise SystemExit(f"{path.name}: expected the graph to agree with PyTorch, differences {exact}")
    half = with_half_weights(full)
    rounded = errors_of(half)
    chosen = half if max(rounded) <= HALF_ERROR else full
    onnx.checker.check_model(chosen)
    content = chosen.SerializeToString()
    write_atomically(path, content)
    print(f"{path.name}: {len(content)} bytes, from PyTorch {max(exact):.1e}, with float16 weights {max(rounded):.1e} ({'kept' if chosen is half else 'refused'})")
    return chosen


def time_one(model: onnx.ModelProto, inputs: dict[str, Tensor]) -> float:
    """Median milliseconds of one image, one run after another."""
    session = session_of(model)
    feeds = {name: value[:1].numpy() for name, value in inputs.items()}
    times = []
    for _ in range(25):
        started = time.process_time()
        session.run(None, feeds)
        times.append(time.process_time() - started)
    return 1000 * sorted(times)[len(times) // 2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--styles", type=Path, default=STYLES)
    parser.add_argument("--target", type=Path, help="default: target.pt in that folder")
    parser.add_argument("--flow", type=Path, help="default: flow-grid.pt in that folder")
    parser.add_argument("--out", type=Path, help="default: onnx in that folder")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    warnings.simplefilter("ignore")
    out = arguments.out or arguments.styles / "onnx"
    out.mkdir(parents=True, exist_ok=True)
    rows = StyleRows(arguments.styles)
    images = rows.batch(rows.held_out_rows(8)).contiguous()
    expert = load_net(arguments.target or arguments.styles / "target.pt", LayerAutoencoder)
    settle(out / "encoder.onnx", expert.encoder, {"image": images}, ("mean",))
    with torch.no_grad():
        latent = expert.encoder(images).contiguous()
    decoder = settle(out / "decoder.onnx", ExportedDecoder(expert.decoder).eval(), {"latent": latent}, ("image", "logits", "paints"))
    print(f"decoder: {time_one(decoder, {'latent': latent}):.1f} ms of processor time an image")
    flow_path = arguments.flow or arguments.styles / "flow-grid.pt"
    if flow_path.exists():
        flow = load_net(flow_path, StyleFlow)
        inputs = {"v": torch.randn(len(latent), CHANNELS, GRID, GRID), **random_given(len(latent)), "source": fold(latent)}
        inputs = {name: inputs[name] for name in ("v", *GIVEN)}
        restyle = settle(out / "restyle.onnx", ExportedFlow(flow, latent.shape[-1]).eval(), inputs, ("latent",))
        print(f"restyle: {time_one(restyle, inputs):.1f} ms of processor time an image")


if __name__ == "__main__":
    main()
