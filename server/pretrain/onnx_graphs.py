"""What every script does with ONNX graphs that it edits or compares: looking tensors and makers up, renaming, dropping what nothing needs, running."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper


def session_of(model: ModelProto | bytes | Path, threads: int = 2) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = threads, 3
    content = model.SerializeToString() if isinstance(model, ModelProto) else model.read_bytes() if isinstance(model, Path) else model
    return ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def tensors_of(model: ModelProto) -> dict[str, TensorProto]:
    """The weights of a graph by name."""
    return {tensor.name: tensor for tensor in model.graph.initializer}


def makers_of(model: ModelProto) -> dict[str, NodeProto]:
    """The node that makes a tensor, by the tensor's name."""
    return {name: node for node in model.graph.node for name in node.output}


def rename_inputs(model: ModelProto, names: dict[str, str]) -> None:
    """Has nodes read other tensors, by the names that they read now."""
    for node in model.graph.node:
        for at, name in enumerate(node.input):
            node.input[at] = names.get(name, name)


def drop_unneeded(model: ModelProto) -> None:
    """Drops nodes and weights that no output needs. What was read of the model before is stale afterwards."""
    needed = {output.name for output in model.graph.output}
    kept: list[NodeProto] = []
    for node in reversed(model.graph.node):
        if needed.intersection(node.output):
            kept.insert(0, node)
            needed.update(node.input)
    weights = [tensor for tensor in model.graph.initializer if tensor.name in needed]
    for field, items in ((model.graph.node, kept), (model.graph.initializer, weights)):
        copies = [type(item).FromString(item.SerializeToString()) for item in items]
        del field[:]
        field.extend(copies)


def with_half_weights(model: ModelProto, fewest: int = 64) -> ModelProto:
    """The same graph with weights of `fewest` values and more stored as float16, each followed by a Cast (folded away when a session loads)."""
    half = ModelProto()
    half.CopyFrom(model)
    casts = []
    for weight in half.graph.initializer:
        if weight.data_type != TensorProto.FLOAT or np.prod(weight.dims) < fewest:
            continue
        name = weight.name
        weight.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(weight).astype(np.float16), f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], name=f"{name}_cast", to=TensorProto.FLOAT))
    nodes = [*casts, *half.graph.node]
    del half.graph.node[:]
    half.graph.node.extend(nodes)
    return half
