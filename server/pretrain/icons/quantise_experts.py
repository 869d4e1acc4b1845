"""Brings the encoders of packs/default/icons to 8-bit convolutions: half to a third of the time, and half of the bytes where they were float16.

Static quantisation of ONNX Runtime: activations unsigned, by the ranges that training rows keep to, half of them on opaque grounds, as pictures of users are;
weights signed, a scale a channel, in 7 bits, as quantise.py says why. What rounding the weights moves an output by on average is taken from its bias (Nagel
et al. 2019, arXiv 1906.04721, section 4.2), without which a net of depthwise convolutions loses its codes. ReLU6 is what the range of 8 bits already does.
Residual blocks that training left dead, nothing but zeros before their last convolution, are dropped. Graphs that are in 8 bits already are refused: what is
quantised must be the float weights of an export.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, helper, numpy_helper
from onnxruntime.quantization import QuantType
from onnxruntime.quantization.shape_inference import quant_pre_process

sys.path.insert(0, str(Path(__file__).parent.parent))
from atomic_file import write_atomically  # noqa: E402
from icon_data import ICONS, IconRows  # noqa: E402
from onnx_graphs import drop_unneeded, rename_inputs, session_of, tensors_of, with_half_weights  # noqa: E402
from quantise import FEWEST_CHANNELS, in_8_bits  # noqa: E402
from train_small_autoencoders import Pictures  # noqa: E402

PACK = Path(__file__).parent.parent.parent / "packs" / "default" / "icons"
CALIBRATION_ROWS, HELD_OUT_ROWS, BATCH = 192, 256, 8
DEAD = 1e-3
"""Below this a convolution's input is nothing: the least of a living one is some tenths."""
LOWEST_COSINE = 0.985
"""To the float32 graph, mean of held-out rows."""
FEWEST_IN_HALF = 4096
"""Values of a float weight that goes into the file as float16: matrices do, the scales of 8 bits do not."""
WEIGHT_LEVELS = 64
"""To either side of zero: 7 bits."""


@dataclass(frozen=True)
class Encoder:
    folder: str
    first_float: int
    """Convolutions, from the input on, that stay in float32: the first of an image net see ranges that 8 bits can't hold, and `tau evaluate` judges
    textures by what the tenth gives (server/evaluation/upscaling/texture-distance.ts)."""
    outermost: float
    """Share of a tensor's values to either side that its range may leave out: where single ones would cost all others their digits."""
    has_alpha: bool
    """Whether opaque pictures are to it what it never saw, so that ranges must be of them too; an image net lays everything on white by itself."""
    outputs: tuple[str, ...]


ENCODERS = {
    "target": Encoder("target", 0, 0, True, ("mean",)),
    "image": Encoder("image", 10, 1e-4, False, ("early", "middle", "last")),
    "sketch": Encoder("sketch", 1, 1e-4, False, ("code",)),
    "low-resolution": Encoder("low-resolution", 0, 0, True, ("code",)),
}


class Graph:
    """A float32 graph, its convolutions in order and what they read and give."""

    def __init__(self, model: ModelProto, first_float: int) -> None:
        self.model = model
        self.weights = tensors_of(model)
        self.clips = {node.input[0]: node for node in model.graph.node if node.op_type == "Clip"}
        convolutions = [node for node in model.graph.node if node.op_type == "Conv"]
        self.quantised = [node for at, node in enumerate(convolutions) if at >= first_float and self._is_wide(node)]
        self.input = model.graph.input[0].name

    def _is_wide(self, node: NodeProto) -> bool:
        groups = next((attribute.i for attribute in node.attribute if attribute.name == "group"), 1)
        outputs, inputs = self.weights[node.input[1]].dims[:2]
        return min(outputs, inputs * groups) >= FEWEST_CHANNELS

    def result_of(self, node: NodeProto) -> str:
        """The output of a convolution, behind the ReLU6 if one follows."""
        clip = self.clips.get(node.output[0])
        return clip.output[0] if clip else node.output[0]

    def observed(self) -> list[str]:
        """Tensors that are quantised: what quantised convolutions read and give."""
        return sorted({name for node in self.quantised for name in (node.input[0], self.result_of(node))})


@dataclass
class Seen:
    ranges: dict[str, tuple[float, float]]
    """Of every observed tensor, means over batches."""
    means: dict[str, np.ndarray]
    """Of each of its channels."""


def observe(graph: Graph, batches: list[np.ndarray], outermost: float) -> Seen:
    watched = ModelProto()
    watched.CopyFrom(graph.model)
    names = graph.observed()
    found = [name for name in names if name != graph.input]
    given = {output.name for output in watched.graph.output}
    watched.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in found if name not in given)
    session = session_of(watched)
    bounds: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    means: dict[str, np.ndarray] = {}
    for batch in batches:
        tensors = dict(zip(found, session.run(found, {graph.input: batch}))) | ({graph.input: batch} if graph.input in names else {})
        for name, values in tensors.items():
            first = int(values.size * outermost)
            last = values.size - 1 - first
            ordered = np.partition(values.ravel(), (first, last))
            bounds[name].append((float(ordered[first]), float(ordered[last])))
            means[name] = means.get(name, 0) + values.mean((0, 2, 3)) / len(batches)

    def range_of(pairs: list[tuple[float, float]]) -> tuple[float, float]:
        lows, highs = zip(*pairs)
        return (float(np.mean(lows)), float(np.mean(highs))) if outermost > 0 else (min(lows), max(highs))

    return Seen({name: range_of(pairs) for name, pairs in bounds.items()}, means)


def drop_dead(graph: Graph, seen: Seen) -> int:
    """Puts its bias in the place of each convolution of nothing that ends a residual block; gives how many there were."""
    users = {name: node for node in graph.model.graph.node for name in node.input}
    dead = [node for node in graph.quantised if max(map(abs, seen.ranges[node.input[0]])) < DEAD and users[node.output[0]].op_type == "Add"]
    for node in dead:
        bias = numpy_helper.to_array(graph.weights[node.input[2]]).reshape(1, -1, 1, 1)
        graph.model.graph.node.remove(node)
        graph.model.graph.initializer.append(numpy_helper.from_array(bias, node.output[0]))
    if dead:
        drop_unneeded(graph.model)
    return len(dead)


def correct_biases(graph: Graph, seen: Seen) -> None:
    """Takes from each bias what rounding the weights adds to the output's mean."""
    for node in graph.quantised:
        weight = numpy_helper.to_array(graph.weights[node.input[1]]).astype(np.float64)
        step = np.maximum(np.abs(weight).max((1, 2, 3), keepdims=True), 1e-12) / WEIGHT_LEVELS
        moved = (np.clip(np.round(weight / step), -WEIGHT_LEVELS, WEIGHT_LEVELS) * step - weight).sum((2, 3))
        read = seen.means[node.input[0]]
        shift = moved[:, 0] * read if weight.shape[1] == 1 else moved @ read
        bias = graph.weights[node.input[2]]
        bias.CopyFrom(numpy_helper.from_array((numpy_helper.to_array(bias) - shift).astype(np.float32), bias.name))


def without_clips(graph: Graph) -> dict[str, str]:
    """Drops each ReLU6 behind a quantised convolution; gives the new names of what those gave."""
    renamed = {}
    for node in graph.quantised:
        clip = graph.clips.get(node.output[0])
        if clip is None:
            continue
        renamed[clip.output[0]] = node.output[0]
        graph.model.graph.node.remove(clip)
    rename_inputs(graph.model, renamed)
    del graph.model.graph.value_info[:]
    return renamed


def quantise(path: Path, encoder: Encoder, batches: list[np.ndarray]) -> tuple[ModelProto, ModelProto]:
    """The graph of a file in float32 and in 8 bits."""
    if any(node.op_type.startswith(("Quantize", "Dequantize")) for node in onnx.load(path).graph.node):
        raise SystemExit(f"{path}: expected float weights, got a graph in 8 bits; export it anew first")
    with TemporaryDirectory(dir=path.parent) as folder:
        prepared, part = Path(folder) / "prepared.onnx", Path(folder) / "quantised.onnx"
        quant_pre_process(path, prepared, skip_symbolic_shape=True)
        float32 = onnx.load(prepared)
        graph = Graph(onnx.load(prepared), encoder.first_float)
        if not graph.quantised:
            return float32, float32
        seen = observe(graph, batches, encoder.outermost)
        dropped = drop_dead(graph, seen)
        if dropped > 0:
            print(f"{path}: dropped {dropped} dead residual block{'s' if dropped > 1 else ''}")
            graph = Graph(graph.model, encoder.first_float)
        correct_biases(graph, seen)
        graph_names = graph.observed()
        renamed = without_clips(graph)
        overrides = {
            renamed.get(name, name): [{"quant_type": QuantType.QUInt8, "rmin": np.float32(min(0, low)), "rmax": np.float32(max(0, high))}]
            for name, (low, high) in seen.ranges.items()
            if name in graph_names
        }
        onnx.save(graph.model, prepared)
        which = {"nodes_to_quantize": [node.name for node in graph.quantised], "op_types_to_quantize": ["Conv"]}
        # The ranges are known; the runtime wants to see something all the same.
        in_8_bits(prepared, part, [{graph.input: batches[0][:1]}], **which, extra_options={"TensorQuantOverrides": overrides})
        return float32, with_half_weights(onnx.load(part), FEWEST_IN_HALF)


def codes_of(model: ModelProto, encoder: Encoder, pictures: np.ndarray) -> dict[str, np.ndarray]:
    session = session_of(model)
    name = session.get_inputs()[0].name
    parts = [session.run(list(encoder.outputs), {name: pictures[at : at + BATCH]}) for at in range(0, len(pictures), BATCH)]
    return {output: np.concatenate(rows).reshape(len(pictures), -1) for output, rows in zip(encoder.outputs, zip(*parts))}


def report(name: str, encoder: Encoder, float32: ModelProto, quantised: ModelProto, pictures: np.ndarray) -> None:
    """Prints how near the codes of held-out rows stay. Exits where they do not."""
    wanted, got = (codes_of(model, encoder, pictures) for model in (float32, quantised))
    for output in encoder.outputs:
        a, b = wanted[output], got[output]
        cosines = (a * b).sum(1) / np.maximum(np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1), 1e-12)
        print(f"{name} {output}: cosine to float32 {cosines.mean():.4f}, worst of {len(a)} held-out rows {cosines.min():.4f}, root mean square apart {np.sqrt(np.square(a - b).mean()):.4f}")
        if cosines.mean() < LOWEST_COSINE:
            raise SystemExit(f"{name}: expected codes within a cosine of {LOWEST_COSINE} to float32, got {cosines.mean():.4f}")


def report_rebuilt(folder: Path, float32: ModelProto, quantised: ModelProto, pictures: np.ndarray) -> None:
    """Prints the PSNR of held-out rows through either encoder and the decoder that ships."""
    decoder = session_of(folder / "decoder.onnx")
    shape = decoder.get_inputs()[0].shape[1:]
    for label, model in (("float32", float32), ("8 bits", quantised)):
        means = codes_of(model, ENCODERS["target"], pictures)["mean"].reshape(-1, *shape)
        rebuilt = np.concatenate([decoder.run(None, {"latent": means[at : at + BATCH]})[0] for at in range(0, len(means), BATCH)])
        squared = np.square(rebuilt - pictures).mean((1, 2, 3))
        print(f"target, {label}: {np.mean(-10 * np.log10(np.maximum(squared, 1e-10))):.2f} dB mean of {len(pictures)} held-out rows")


def report_speed(name: str, float32: ModelProto, quantised: ModelProto, pictures: np.ndarray) -> None:
    sessions = [session_of(model, 1) for model in (float32, quantised)]
    times: list[list[float]] = [[], []]
    for _ in range(9):
        for session, into in zip(sessions, times):
            started = time.perf_counter()
            session.run(None, {session.get_inputs()[0].name: pictures[:16]})
            into.append((time.perf_counter() - started) / len(pictures[:16]))
    medians = [1000 * sorted(part)[4] for part in times]
    print(f"{name}: {medians[0]:.2f} ms an image in float32, {medians[1]:.2f} in 8 bits, one thread, 16 a run")


def on_grounds(pictures: np.ndarray) -> np.ndarray:
    """Premultiplied RGBA [rows, 4, h, w] with every second picture put on an opaque ground, white or any colour in turn."""
    opaque = pictures.copy()
    grounds = np.random.default_rng(2).random((len(opaque), 3, 1, 1), dtype=np.float32)
    grounds[::4] = 1
    opaque[::2, :3] += (1 - opaque[::2, 3:]) * grounds[::2]
    opaque[::2, 3] = 1
    return opaque


def batches_of(name: str, icons: Path) -> Callable[[np.ndarray], np.ndarray]:
    """Reads rows as an encoder is given them."""
    if name in ("sketch", "low-resolution"):
        pictures = Pictures(name, icons)
        return lambda rows: pictures.batch(rows).contiguous().numpy()
    data = IconRows(icons)
    return lambda rows: data.batch(rows).contiguous().numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experts", nargs="+", choices=tuple(ENCODERS), default=list(ENCODERS))
    parser.add_argument("--pack", type=Path, default=PACK)
    parser.add_argument("--icons", type=Path, default=ICONS, help="folder of the rendered icons and sketches")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    data = IconRows(arguments.icons)
    chosen = np.sort(np.random.default_rng(1).choice(data.drawn, min(CALIBRATION_ROWS, len(data.drawn)), replace=False))
    for name in arguments.experts:
        encoder = ENCODERS[name]
        path = arguments.pack / encoder.folder / "encoder.onnx"
        read = batches_of(name, arguments.icons)
        batches = [read(chosen[at : at + BATCH]) for at in range(0, len(chosen), BATCH)]
        float32, quantised = quantise(path, encoder, [on_grounds(batch) for batch in batches] if encoder.has_alpha else batches)
        held_out = read(data.held_out_rows(HELD_OUT_ROWS))
        for ground, pictures in [("as drawn", held_out), *([("half of them on opaque grounds", on_grounds(held_out))] if encoder.has_alpha else [])]:
            print(f"{name}, held-out rows {ground}:")
            report(name, encoder, float32, quantised, pictures)
            if name == "target":
                report_rebuilt(path.parent, float32, quantised, pictures)
        report_speed(name, float32, quantised, held_out)
        if quantised is float32:
            print(f"{name}: no convolution is wide enough; the file stays as it is")
            continue
        onnx.checker.check_model(quantised)
        before = path.stat().st_size
        content = quantised.SerializeToString()
        write_atomically(path, content)
        print(f"{path.parent.name}/{path.name}: {before} bytes, now {len(content)}")


if __name__ == "__main__":
    main()
