"""Exports target expert 2, the style expert and the flow to ONNX and checks the files against PyTorch. Weights are stored as float16 where that costs little.

encoder: image [batch, 4, 128, 128] → mean [batch, 8, 16, 16].
decoder: latent, the drawing [batch, 4, 128, 128] that it was made from, known [batch, 1, 16, 16] (zeros = none) and manner [batch, 65] → image
[batch, 4, 128, 128] (valid premultiplied RGBA), logits [batch, layers, 128, 128] (layer 0 is nothing; enlarge them before the soft-max), paints
[batch, layers - 1, 10] (red, green, blue, alpha, slopes of the three along x and along y).
style: latents [drawings, 8, 16, 16] of one style → code [1, 3840].
restyle: v, latent and source [batch, 8, 16, 16], known [batch, 1, 16, 16], asked and origin [batch, 3840], palette [batch, 4, 4] → restyled (of v),
inverted and nats (of the latent), manner [batch, 65] for the decoder, first of it the size at which the answer shows the source: both directions in one graph, so that weights are stored once.
What the injector says leaves it as saidMean, saidWidth [batch, 8, 16, 16] and saidFeatures [batch, 96, 16, 16]. Those of other conditions may come in as base: then one run says how
likely what it drew is under its own conditions (restyledNats) and under the others (restyledBaseNats).
styles.json and codes.f16: the pack's named styles, each from up to 16 of its drawings.
"""

from __future__ import annotations

import argparse
import json
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
from flow_networks import StyleFlow, nats_of
from layer_networks import POSTERIOR_STD, LayerAutoencoder, composite
from losses import valid_rgba
from named_styles import NAMED_STYLES
from onnx_graphs import session_of, with_half_weights
from style_networks import CHANNELS, CODE, GRID
from style_pairs import MOST_EXAMPLES
from style_rows import SIDE_PX, STYLES, StyleRows
from timed_training import load_net
from train_style_flow import RestyleNets

GIVEN = ("source", "known", "asked", "origin", "palette")
SAID = ("saidMean", "saidWidth", "saidFeatures")
BASE = ("baseMean", "baseWidth", "baseFeatures")
HALF_ERROR = 0.02
"""Largest root mean square difference that float16 weights may cost."""


class ExportedDecoder(nn.Module):
    """Latent, beside the drawing that it was made from, to picture, logits and paints."""

    def __init__(self, decoder: nn.Module) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, latent: Tensor, drawing: Tensor, known: Tensor, manner: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        logits, paints = self.decoder(latent, drawing, known, manner)
        return valid_rgba(composite(logits, paints)), logits, paints


class ExportedStyle(nn.Module):
    """Latents of one style to its code."""

    def __init__(self, flow: StyleFlow) -> None:
        super().__init__()
        self.style = flow.style

    def forward(self, latents: Tensor) -> Tensor:
        return self.style(latents[None])


class ExportedFlow(nn.Module):
    """Both directions under the same conditions, and how likely what was drawn is under them and under others."""

    outputs = ("restyled", "inverted", "nats", "manner", "restyledNats", "restyledBaseNats", *SAID)

    def __init__(self, flow: StyleFlow) -> None:
        super().__init__()
        self.flow = flow

    def forward(
        self, v: Tensor, latent: Tensor, source: Tensor, known: Tensor, asked: Tensor, origin: Tensor, palette: Tensor,
        base_mean: Tensor, base_width: Tensor, base_features: Tensor,
    ) -> tuple[Tensor, ...]:
        given = dict(zip(GIVEN, (source, known, asked, origin, palette)))
        said, base = self.flow.injector(given), (base_mean, base_width, base_features)
        inverted, logdet = self.flow.towards_v(latent, *said)
        restyled = self.flow.towards_x(v, *said)
        nats = (nats_of(*self.flow.towards_v(restyled, *one)) for one in (said, base))
        return restyled, inverted, nats_of(inverted, logdet), self.flow.manner_of(given), *nats, *said


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


@torch.no_grad()
def write_named_styles(out: Path, rows: StyleRows, encoder: nn.Module, flow: StyleFlow, layers: int) -> None:
    """Codes of the named styles that the data has, and what they are; facts about the graphs."""
    licences = json.loads((rows.folder / "licences.json").read_text(encoding="utf-8"))["sets"] if (rows.folder / "licences.json").exists() else []
    by_set = {line["set"]: line for line in licences}
    groups = rows.by_variant()
    codes, styles = [], []
    for name, (variant, title) in NAMED_STYLES.items():
        lines = [line for line in groups.get(variant, []) if line["split"] == "train"][:MOST_EXAMPLES]
        if not lines:
            continue
        codes.append(flow.style(encoder(rows.batch(np.array([line["row"] for line in lines])))[None])[0])
        known = by_set.get(lines[0]["set"], {})
        facts = {"name": name, "title": title, "family": lines[0]["family"], "variant": variant, "licence": known.get("licence", ""), "author": known.get("author", "")}
        styles.append({**facts, "examples": len(lines)})
    (out / "codes.f16").write_bytes(torch.stack(codes).half().numpy().tobytes() if codes else b"")
    facts = {
        "version": 1, "imagePx": SIDE_PX, "latent": [CHANNELS, GRID, GRID], "layers": layers, "codeLength": CODE, "posteriorStd": POSTERIOR_STD,
        "mostExamples": MOST_EXAMPLES, "styles": styles,
    }
    (out / "styles.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    print(f"styles.json: {len(styles)} named styles")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--styles", type=Path, default=STYLES)
    parser.add_argument("--target", type=Path, help="default: target.pt in that folder")
    parser.add_argument("--flow", type=Path, help="default: flow.pt in that folder")
    parser.add_argument("--out", type=Path, help="default: onnx in that folder")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    warnings.simplefilter("ignore")
    out = arguments.out or arguments.styles / "onnx"
    out.mkdir(parents=True, exist_ok=True)
    rows = StyleRows(arguments.styles)
    images = rows.batch(rows.held_out_rows(8)).contiguous()
    encoder = load_net(arguments.target or arguments.styles / "target.pt", LayerAutoencoder).encoder
    nets = load_net(arguments.flow or arguments.styles / "flow.pt", RestyleNets)
    settle(out / "encoder.onnx", encoder, {"image": images}, ("mean",))
    with torch.no_grad():
        latent = encoder(images).contiguous()
    settle(out / "style.onnx", ExportedStyle(nets.flow).eval(), {"latents": latent}, ("code",))
    with torch.no_grad():
        codes = torch.cat([nets.flow.style(part[None]) for part in latent.split(2)]).repeat_interleave(2, 0)[: len(latent)]
    given = random_given(len(latent)) | {"source": latent, "asked": codes, "origin": codes.flip(0).contiguous()}
    with torch.no_grad():
        seen = {"latent": latent, "drawing": images.flip(0).contiguous(), "known": torch.ones(len(latent), 1, GRID, GRID), "manner": nets.flow.manner_of(given)}
    decoder = settle(out / "decoder.onnx", ExportedDecoder(nets.decoder).eval(), seen, ("image", "logits", "paints"))
    with torch.no_grad():
        base = dict(zip(BASE, nets.flow.injector(random_given(len(latent)))))
    inputs = {"v": torch.randn_like(latent), "latent": latent.flip(0).contiguous(), **{name: given[name] for name in GIVEN}, **base}
    restyle = settle(out / "restyle.onnx", ExportedFlow(nets.flow).eval(), inputs, ExportedFlow.outputs)
    for name, model, feeds in (("decoder", decoder, seen), ("restyle", restyle, inputs)):
        print(f"{name}: {time_one(model, feeds):.1f} ms of processor time an image")
    write_named_styles(out, rows, encoder, nets.flow, nets.config["decoder"]["layers"])


if __name__ == "__main__":
    main()
