"""Trunks of convolutions in 8 bits, for graphs that are all convolutions: half the time and less on processors with 8-bit dot products.

Static quantisation of ONNX Runtime: activations unsigned with ranges seen on examples, weights signed, a scale a channel. Weights keep to
7 bits, because the products of older processors (AVX2) saturate with 8 (onnxruntime.ai, "Quantize ONNX models"), and pictures
should not depend on the processor more than rounding makes them. Between convolutions numbers stay in 8 bits: a ReLU is where a range begins,
a SiLU is a table and a product, residual sums and joined inputs are rounded where they arise.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from atomic_file import write_atomically
from onnx_graphs import makers_of, rename_inputs, session_of, tensors_of

FEWEST_CHANNELS = 16
"""Convolutions of fewer stay in float32: colours need more than 256 values, and cost little."""
CHANNEL_BLOCK = 16
"""Channels that a convolution gives at once; fewer take the runtime twice as long."""
FURTHEST = 0.15
"""Of an output's own size, root mean squares both: what lies further apart is not apart by rounding."""


class Examples(CalibrationDataReader):
    """Inputs one by one."""

    def __init__(self, feeds: list[dict[str, np.ndarray]]) -> None:
        self.left = iter(feeds)

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self.left, None)


def quantise(float32: Path, out: Path, examples: list[dict[str, np.ndarray]]) -> None:
    """Writes `float32` to `out` with its trunk in 8 bits. Exits where that gives something else on the examples, and leaves `out` as it was."""
    with TemporaryDirectory(dir=float32.parent) as folder:
        prepared, part = Path(folder) / "prepared.onnx", Path(folder) / "quantised.onnx"
        quant_pre_process(float32, prepared, skip_symbolic_shape=True)
        model = onnx.load(prepared)
        fill_blocks(model)
        name_relus_of_sums(model)
        onnx.save(model, prepared)
        kinds = ["Conv", "Relu", "LeakyRelu", "Sigmoid", "Mul", "Add"]
        in_8_bits(prepared, part, examples, op_types_to_quantize=kinds, nodes_to_quantize=trunk_of(model))
        quantised = onnx.load(part)
        join_in_8_bits(quantised)
        turn_stems(quantised)
        content = quantised.SerializeToString()
        require_near(float32, content, examples, "in 8 bits")
        write_atomically(out, content)


def in_8_bits(float32: Path, out: Path, examples: list[dict[str, np.ndarray]], **which: object) -> None:
    """The runtime's quantiser, as all graphs here have it: 8 bits of activations, 7 of weights."""
    kinds = {"activation_type": QuantType.QUInt8, "weight_type": QuantType.QInt8}
    quantize_static(float32, out, Examples(examples), quant_format=QuantFormat.QDQ, per_channel=True, reduce_range=True, **kinds, **which)


def require_near(wanted: Path, got: Path | bytes, examples: list[dict[str, np.ndarray]], what: str) -> None:
    """Compares each output of two graphs over the examples, root mean squares. Exits where they lie further apart than a share of its size."""
    sessions = [session_of(wanted), session_of(got)]
    names = [output.name for output in sessions[0].get_outputs()]
    outputs, others = ([session.run(names, feeds) for feeds in examples] for session in sessions)
    for at, name in enumerate(names):
        size = np.sqrt(np.mean([np.square(values[at]).mean() for values in outputs]))
        apart = np.sqrt(np.mean([np.square(mine[at] - values[at]).mean() for mine, values in zip(others, outputs)]))
        share = apart / max(size, 1e-12)
        print(f"{wanted.name}, {name}: {share:.4f} of its size apart {what}")
        if not apart <= FURTHEST * size + 1e-6:
            raise SystemExit(f"{wanted}: expected {name} within {FURTHEST} of its size {what}, got {share:.3f}")


def readers_of(model: ModelProto, name: str) -> int:
    """How many nodes and outputs read a tensor."""
    return sum(list(node.input).count(name) for node in model.graph.node) + sum(output.name == name for output in model.graph.output)


def quantised_convolutions(model: ModelProto) -> list[NodeProto]:
    tensors = tensors_of(model)
    return [node for node in model.graph.node if node.op_type == "Conv" and tensors[node.input[1]].dims[1] >= FEWEST_CHANNELS]


def trunk_of(model: ModelProto) -> list[str]:
    """Names of the nodes that are quantised: convolutions, sums of what they give, ReLUs and SiLUs. (What filled convolutions give is cut first: sums of it stay as they
    are, which is right as well, but slower.)"""
    convolutions = quantised_convolutions(model)
    given = {node.output[0] for node in convolutions}
    sums = [node for node in model.graph.node if node.op_type == "Add" and given.intersection(node.input)]
    relus = [node for node in model.graph.node if node.op_type in ("Relu", "LeakyRelu")]
    makers = makers_of(model)
    silus = [(node, makers[name]) for node in model.graph.node if node.op_type == "Mul" for name in node.input if is_sigmoid_of(makers.get(name), node)]
    return [node.name for node in (*convolutions, *sums, *relus, *(node for silu in silus for node in silu))]


def is_sigmoid_of(node: NodeProto | None, product: NodeProto) -> bool:
    """Whether a product is of a value and its sigmoid."""
    return node is not None and node.op_type == "Sigmoid" and node.input[0] in product.input


def fill_blocks(model: ModelProto) -> None:
    """Gives convolutions of the trunk silent channels up to a full block, which are cut off behind."""
    tensors = tensors_of(model)
    for at, node in reversed(list(enumerate(model.graph.node))):
        if node.op_type != "Conv":
            continue
        outputs, inputs = tensors[node.input[1]].dims[:2]
        missing = -outputs % CHANNEL_BLOCK
        if missing == 0 or inputs < FEWEST_CHANNELS:
            continue
        for name in node.input[1:]:
            values = numpy_helper.to_array(tensors[name])
            tensors[name].CopyFrom(numpy_helper.from_array(np.concatenate([values, np.zeros((missing, *values.shape[1:]), values.dtype)]), name))
        whole, bounds = f"{node.output[0]}_filled", [f"{node.name}_{bound}" for bound in ("first", "end", "axis")]
        model.graph.initializer.extend(numpy_helper.from_array(np.array([value], np.int64), name) for name, value in zip(bounds, (0, outputs, 1)))
        model.graph.node.insert(at + 1, helper.make_node("Slice", [whole, *bounds], [node.output[0]], f"{node.name}_cut"))
        node.output[0] = whole
    del model.graph.value_info[:]


def name_relus_of_sums(model: ModelProto) -> None:
    """Renames ReLUs that follow no convolution, which swallows them: the runtime has one of 8-bit numbers as a leaky one that leaks nothing."""
    makers = makers_of(model)
    for node in model.graph.node:
        maker = makers.get(node.input[0])
        if node.op_type == "Relu" and (maker is None or maker.op_type != "Conv"):
            node.op_type = "LeakyRelu"
            node.attribute.append(helper.make_attribute("alpha", 0.0))


def join_in_8_bits(model: ModelProto) -> None:
    """Rounds what is joined before it is joined, and takes constant factors of it into the step."""
    graph, makers, tensors = model.graph, makers_of(model), tensors_of(model)
    for rounding in [node for node in graph.node if node.op_type == "QuantizeLinear"]:
        join = makers.get(rounding.input[0])
        while join is not None and join.op_type in ("Transpose", "Unsqueeze"):
            join = makers.get(join.input[0])
        if join is None or join.op_type != "Concat" or readers_of(model, join.output[0]) != 1:
            continue
        step = numpy_helper.to_array(tensors[rounding.input[1]])
        parts = []
        for at, name in enumerate(join.input):
            scaled = makers.get(name)
            source, own_step = name, step
            if scaled is not None and scaled.op_type == "Mul" and scaled.input[1] in tensors and readers_of(model, name) == 1:
                source, own_step = scaled.input[0], step / numpy_helper.to_array(tensors[scaled.input[1]])
                graph.node.remove(scaled)
            step_name, part = f"{rounding.name}_step_{at}", f"{rounding.name}_part_{at}"
            graph.initializer.append(numpy_helper.from_array(np.asarray(own_step, np.float32), step_name))
            parts.append(helper.make_node("QuantizeLinear", [source, step_name, rounding.input[2]], [part], f"{rounding.name}_{at}"))
            join.input[at] = part
        place = list(graph.node).index(join)
        rename_inputs(model, {rounding.output[0]: rounding.input[0]})
        graph.node.remove(rounding)
        for part in reversed(parts):
            graph.node.insert(place, part)
    del graph.value_info[:]


def turn_stems(model: ModelProto) -> None:
    """Brings what a float convolution gives into the order of 8-bit ones, channels last, by an operator that the runtime does not see through. Left to
    itself it keeps residual sums in the stem's order and turns what each convolution reads and gives: a tenth of the time of 64 channels."""
    graph, makers, tensors = model.graph, makers_of(model), tensors_of(model)
    for rounding in [node for node in graph.node if node.op_type == "QuantizeLinear"]:
        maker = makers.get(rounding.input[0])
        if maker is None or maker.op_type != "Conv" or maker.input[1] not in tensors:
            continue
        turned, back = f"{rounding.input[0]}_turned", f"{rounding.output[0]}_turned"
        place = list(graph.node).index(rounding)
        graph.node.insert(place, helper.make_node("Einsum", [rounding.input[0]], [turned], f"{rounding.name}_turn", equation="bchw->bhwc"))
        graph.node.insert(place + 2, helper.make_node("Transpose", [back], [rounding.output[0]], f"{rounding.name}_turn_back", perm=[0, 3, 1, 2]))
        rounding.input[0], rounding.output[0] = turned, back
