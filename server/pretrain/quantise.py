"""Convolutions in 8 bits, for graphs that are all convolutions: about half the time on processors with 8-bit dot products.

Static quantisation of ONNX Runtime: activations unsigned with ranges seen on examples, weights signed, a scale a channel. Weights keep to
7 bits, because the products of older processors (AVX2) saturate with 8 (onnxruntime.ai, "Quantize ONNX models"), and pictures
should not depend on the processor more than rounding makes them.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from atomic_file import write_atomically

FEWEST_CHANNELS = 16
"""Convolutions from or to fewer channels stay in float32: colours and details need more than 256 values, and cost little."""


class Examples(CalibrationDataReader):
    """Inputs one by one."""

    def __init__(self, feeds: list[dict[str, np.ndarray]]) -> None:
        self.left = iter(feeds)

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self.left, None)


def unquantised(path: Path) -> list[str]:
    """Names of the convolutions of a graph that read or write colours or details."""
    graph = onnx.load(path).graph
    shapes = {tensor.name: tensor.dims for tensor in graph.initializer}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    return [node.name for node in convolutions if min(shapes[node.input[1]][:2]) < FEWEST_CHANNELS]


def quantise(float32: Path, out: Path, examples: list[dict[str, np.ndarray]]) -> None:
    """Writes `float32` to `out` with the convolutions of its trunk in 8 bits."""
    with TemporaryDirectory(dir=float32.parent) as folder:
        prepared, part = Path(folder) / "prepared.onnx", Path(folder) / "quantised.onnx"
        quant_pre_process(float32, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            part,
            Examples(examples),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            reduce_range=True,
            op_types_to_quantize=["Conv"],
            nodes_to_exclude=unquantised(prepared),
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        write_atomically(out, part.read_bytes())
