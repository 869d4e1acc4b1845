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


def with_split_joins(model: ModelProto) -> ModelProto:
    """The same graph without joined maps: a 1 × 1 convolution of a Concat becomes a sum of one convolution a map. Joined maps are copied, and reordered, as
    a whole, which is the most memory that such a graph needs. The weights stay one tensor, of which a session cuts parts when it loads."""
    split = ModelProto()
    split.CopyFrom(model)
    makers, tensors, nodes = makers_of(split), tensors_of(split), []
    for node in split.graph.node:
        joined = makers.get(node.input[0]) if node.op_type == "Conv" else None
        weight = tensors.get(node.input[1]) if joined is not None and joined.op_type == "Concat" else None
        if weight is None or list(weight.dims[2:]) != [1, 1] or weight.dims[1] % len(joined.input):
            nodes.append(node)
            continue
        width, (out,), terms = weight.dims[1] // len(joined.input), node.output, []
        for at, given in enumerate(joined.input):
            names = [f"{out}_{what}_{at}" for what in ("start", "end", "weight", "term")]
            bounds = [numpy_helper.from_array(np.array([place], np.int64), name) for place, name in zip((at * width, (at + 1) * width), names)]
            axis = numpy_helper.from_array(np.array([1], np.int64), f"{out}_axis_{at}")
            split.graph.initializer.extend([*bounds, axis])
            nodes.append(helper.make_node("Slice", [weight.name, *names[:2], axis.name], [names[2]]))
            # The bias belongs to the first.
            nodes.append(helper.make_node("Conv", [given, names[2], *node.input[2:][: 1 if at == 0 else 0]], [names[3]], kernel_shape=[1, 1]))
            terms.append(names[3])
        for at in range(1, len(terms)):
            total = out if at == len(terms) - 1 else f"{out}_sum_{at}"
            nodes.append(helper.make_node("Add", [terms[0] if at == 1 else f"{out}_sum_{at - 1}", terms[at]], [total]))
    copies = [NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del split.graph.node[:]
    split.graph.node.extend(copies)
    drop_unneeded(split)
    return split


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
