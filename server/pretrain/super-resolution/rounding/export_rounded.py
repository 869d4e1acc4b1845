"""Exports Φ of pages of text in 8 bits, as train_rounded.py trained it, to packs/default/super-resolution/x<factor>/text.onnx, and checks it.

image [1, 3, h, w] in [0, 1] -> answers [h·w, 3 · factor²] = (colour, row, column). Any h and w. Blocks run in whole numbers: ONNX Runtime joins each convolution, sum, product or sigmoid with the
roundings around it. Weights and biases are stored as whole numbers, other weights in 16 bits.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).parent.parent))

from export_upscaler import answer_psnr_db, rows_of  # noqa: E402
from operators import Bicubic, unfold  # noqa: E402
from rounded_upscaler import MOST_WEIGHT, RoundedSpan  # noqa: E402
from train_details import PACK  # noqa: E402
from train_upscaler import CACHE, Patches, eight_bits, psnr_db  # noqa: E402
from upscaler import FACTORS  # noqa: E402

from atomic_file import write_atomically  # noqa: E402
from onnx_graphs import drop_unneeded, makers_of, session_of, tensors_of, with_half_weights, with_split_joins  # noqa: E402
from quantise import turn_stems  # noqa: E402
from timed_training import load_net  # noqa: E402

LOST_DB = 0.1
"""Between the graph's answers and the checkpoint's, at most. Where a sum lies halfway between two steps both may round it apart, and what follows differs."""
PICTURES = 64
"""Held-out patches that both are compared on."""


class Answers(nn.Module):
    """Rows of answers of one picture."""

    def __init__(self, net: RoundedSpan) -> None:
        super().__init__()
        self.net = net

    def forward(self, low: Tensor) -> Tensor:
        return rows_of(self.net(low)[1])


def constants_as_weights(model: ModelProto) -> None:
    """Turns Constant nodes into initializers, in place."""
    for node in [node for node in model.graph.node if node.op_type == "Constant"]:
        weight = TensorProto()
        weight.CopyFrom(node.attribute[0].t)
        weight.name = node.output[0]
        model.graph.initializer.append(weight)
        model.graph.node.remove(node)


def is_rounded(node: NodeProto | None) -> bool:
    return node is not None and node.op_type == "DequantizeLinear"


def with_whole_weights(model: ModelProto) -> None:
    """Rounds the weights and biases of convolutions between roundings now, in place. A bias has the step of products."""
    makers, tensors, nodes = makers_of(model), tensors_of(model), []
    for node in model.graph.node:
        rounded = makers.get(node.input[1]) if node.op_type == "Conv" else None
        if is_rounded(rounded):
            weight = tensors[makers[rounded.input[0]].input[0]]
            values, bias = numpy_helper.to_array(weight), numpy_helper.to_array(tensors[node.input[2]])
            given_step = numpy_helper.to_array(tensors[makers[node.input[0]].input[1]])
            steps = (np.maximum(np.abs(values).max((1, 2, 3)), 1e-9) / MOST_WEIGHT).astype(np.float32)
            whole = np.rint(values / steps[:, None, None, None]).astype(np.int8)
            bias_steps = (steps * given_step).astype(np.float32)
            for at, numbers, each in ((1, whole, steps), (2, np.rint(bias / bias_steps).astype(np.int32), bias_steps)):
                names = [f"{node.input[at]}_{what}" for what in ("whole", "steps", "zeros")]
                parts = (numbers, each, np.zeros(len(each), numbers.dtype))
                model.graph.initializer.extend(numpy_helper.from_array(part, name) for part, name in zip(parts, names))
                node.input[at] = f"{weight.name}_{at}_rounded"
                nodes.append(helper.make_node("DequantizeLinear", names, [node.input[at]], node.input[at], axis=0))
        nodes.append(node)
    replace_nodes(model, nodes)


def with_shifted_sigmoids(model: ModelProto) -> None:
    """Takes the 1/2 that is subtracted from a rounded sigmoid into the whole number that stands for 0, in place."""
    makers, tensors, nodes = makers_of(model), tensors_of(model), []
    for node in model.graph.node:
        rounded = makers.get(node.input[0]) if node.op_type == "Sub" else None
        if is_rounded(rounded):
            less = numpy_helper.to_array(tensors[node.input[1]]) / numpy_helper.to_array(tensors[rounded.input[1]])
            zero = numpy_helper.from_array(np.rint(numpy_helper.to_array(tensors[rounded.input[2]]) + less).astype(np.uint8), f"{node.name}_zero")
            model.graph.initializer.append(zero)
            node = helper.make_node("DequantizeLinear", [*rounded.input[:2], zero.name], list(node.output), node.name)
        nodes.append(node)
    replace_nodes(model, nodes)


def replace_nodes(model: ModelProto, nodes: list[NodeProto]) -> None:
    copies = [NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del model.graph.node[:]
    model.graph.node.extend(copies)


def in_whole_numbers(exported: ModelProto) -> ModelProto:
    """The graph of a `RoundedSpan` as ONNX Runtime runs it fastest."""
    constants_as_weights(exported)
    model = with_split_joins(exported)
    with_whole_weights(model)
    with_shifted_sigmoids(model)
    drop_unneeded(model)
    turn_stems(model)
    onnx.checker.check_model(model)
    return with_half_weights(model)


@torch.no_grad()
def psnr_of(net: RoundedSpan, high: Tensor, low: Tensor) -> float:
    """Mean PSNR of a checkpoint's answers, in dB."""
    return psnr_db(torch.cat([unfold(net(part)[1], net.config["factor"]) for part in low.split(16)]).clamp(0, 1), high)


def export_rounded(factor: int, trained: Path, out: Path) -> None:
    """Writes the graph of text-<factor>.pt. Exits where it says something else than the checkpoint, and leaves the pack as it was."""
    net = load_net(trained / f"text-{factor}.pt", RoundedSpan)
    patches = Patches(trained / "patches.u8")
    high = patches.held_out_batch(PICTURES)
    low = eight_bits(Bicubic(factor).shrink(high))
    raw = trained / f"text-{factor}.onnx"
    axes = {"image": {2: "height", 3: "width"}, "answers": {0: "pixels"}}
    torch.onnx.export(Answers(net).eval(), (low[:1],), raw, dynamo=False, input_names=["image"], output_names=["answers"], dynamic_axes=axes, opset_version=18)
    content = in_whole_numbers(onnx.load(raw)).SerializeToString()
    wanted, got = psnr_of(net, high, low), answer_psnr_db(session_of(content), factor, high, low)
    print(f"x{factor}/text.onnx: {len(content)} bytes; held out {got:.2f} dB, the checkpoint {wanted:.2f} dB")
    if not abs(wanted - got) <= LOST_DB:
        raise SystemExit(f"{raw}: expected answers within {LOST_DB} dB of the checkpoint's {wanted:.3f}, got {got:.3f}")
    write_atomically(out / f"x{factor}/text.onnx", content)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--factors", type=int, nargs="+", choices=FACTORS, default=[4])
    parser.add_argument("--trained", type=Path, default=CACHE, help="folder of patches.u8, and the checkpoints")
    parser.add_argument("--out", type=Path, default=PACK)
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    warnings.simplefilter("ignore")
    for factor in arguments.factors:
        export_rounded(factor, arguments.trained, arguments.out)


if __name__ == "__main__":
    main()
