"""Runs the reference networks and writes what they give.

  python test/importers/references/write.py small             writes one JSON a case beside this file, from small networks in float64
  python test/importers/references/write.py full CASE FOLDER  writes a checkpoint of the published size, inputs and outputs, in float32

Weights come from a hash of (tensor, element) that the tests repeat, so that the JSON holds shapes and outputs but no weights.
"""

import json
import pathlib
import sys
from dataclasses import dataclass, field
from typing import Any, Callable

import numpy as np
import torch
import torchvision
from safetensors.torch import save_file

from autoencoder import BasicAutoencoder, BigAutoencoder, BigDecoder, ResNetEncoder
from biggan import BigGan, BigGanDeep
from flow import DenseEmbedder, InvariancesFlow, Net2NetFlow, SpatialEmbedder
from sentence import SentenceEncoder

HERE = pathlib.Path(__file__).parent
OUTPUTS_KEPT = 400
Tensors = dict[str, torch.Tensor]


@dataclass
class Run:
    """One network that the importer writes: its file's ending, what it is fed and what it gives."""

    file: str
    inputs: Tensors
    outputs: Callable[[Tensors], Tensors]


@dataclass
class Case:
    kind: str
    module: torch.nn.Module
    runs: list[Run]
    prefix: str = ""
    legacy: bool = False
    options: dict[str, Any] = field(default_factory=dict)
    config: dict[str, Any] | None = None


def uniform(index: int, count: int) -> np.ndarray:
    """Numbers from -0.5 to 0.5 by MurmurHash3's finaliser."""
    h = (np.arange(count, dtype=np.uint64) + np.uint64(index * 0x9E3779B9)) & np.uint64(0xFFFFFFFF)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, 1)):
        h ^= h >> np.uint64(shift)
        h = (h * np.uint64(factor)) & np.uint64(0xFFFFFFFF)
    return h / 2**32 - 0.5


def rule_of(name: str, tensor: torch.Tensor) -> tuple[float, float]:
    """Scale and offset that keep activations of about unit size."""
    last = name.split(".")[-1]
    if last in ("running_var", "running_vars"):
        return 0.8, 1.0
    if last in ("scale", "gamma") or (last == "weight" and tensor.ndim == 1):
        return 0.6, 1.0
    if tensor.ndim < 2 or last in ("loc", "running_means"):
        return 0.4, 0.0
    fan_in = tensor[0].numel() if "embeddings" not in name.split(".")[-2] else 1
    # Couplings multiply by the exponential of what their nets give; trained ones stay near one.
    gain = 0.4 if ".coupling." in name else 1.0
    return 3.46 * gain / fan_in**0.5, 0.0


def fill(module: torch.nn.Module) -> list[dict[str, Any]]:
    """Gives every tensor its values; describes each for the tests."""
    described = []
    state = module.state_dict()
    for index, (name, tensor) in enumerate(state.items()):
        entry: dict[str, Any] = {"name": name, "shape": list(tensor.shape)}
        if tensor.is_floating_point():
            scale, offset = rule_of(name, tensor)
            values = (offset + scale * uniform(index, tensor.numel())).astype(np.float32)
            tensor.copy_(torch.from_numpy(values).reshape(tensor.shape))
            entry.update(scale=scale, offset=offset)
        else:
            entry.update(values=tensor.flatten().tolist())
        described.append(entry)
    by_name = {entry["name"]: entry for entry in described}
    for name in state:
        # PyTorch's own spectral norm stores the singular vectors that training found.
        if name.endswith("weight_orig"):
            matrix = state[name].flatten(1).double()
            u = state[name.replace("_orig", "_u")].double()
            for _ in range(30):
                v = torch.nn.functional.normalize(matrix.T @ u, dim=0)
                u = torch.nn.functional.normalize(matrix @ v, dim=0)
            for vector, ending in ((u, "_u"), (v, "_v")):
                stored = vector.float()
                state[name.replace("_orig", ending)].copy_(stored)
                entry = by_name[name.replace("_orig", ending)]
                del entry["scale"], entry["offset"]
                entry["values"] = [float(value) for value in stored.tolist()]
    module.load_state_dict(state)
    return described


def noise(index: int, *shape: int, scale: float = 2.0) -> torch.Tensor:
    count = int(np.prod(shape))
    tensor = torch.from_numpy((scale * uniform(1000 + index, count)).astype(np.float32)).reshape(shape)
    tensor.hashed = {"hash": 1000 + index, "scale": scale, "shape": list(shape)}
    return tensor


def one_hot(classes: int, index: int) -> torch.Tensor:
    return torch.nn.functional.one_hot(torch.tensor([index]), classes).float()


def biggan(channels: int, widths: list[int], chunk: int, classes: int, embedding: int) -> Case:
    net = BigGan(channels, widths, chunk, classes, embedding)
    z = noise(1, 1, chunk * len(widths))
    own = noise(2, 1, embedding, scale=1.0)
    return Case(
        "biggan",
        net,
        [
            Run(".onnx", {"z": z, "class": one_hot(classes, 2)}, lambda x: {"image": net(x["z"], x["class"])}),
            Run(
                "-embedding.onnx",
                {"z": torch.cat([z, own], 1)},
                lambda x: {"image": net.from_embedding(x["z"][:, : z.shape[1]], x["z"][:, z.shape[1] :])},
            ),
        ],
    )


def biggan_deep(channels: int, widths: list[int], attention_at: int, latent: int, classes: int, stats: int, row: int) -> Case:
    net = BigGanDeep(channels, widths, attention_at, latent, classes, stats)
    inputs = {"z": noise(1, 1, latent), "class": one_hot(classes, 1)}
    run = Run(".onnx", inputs, lambda x: {"image": net(x["z"], x["class"], row)})
    return Case("biggan-deep", net, [run], legacy=True, options={"truncation": row / (stats - 1)})


def flow_case(kind: str, net: torch.nn.Module, channels: int, condition: tuple[int, ...], prefix: str) -> Case:
    data, given = noise(1, 1, channels), noise(2, 1, *condition)

    def forward(x: Tensors) -> Tensors:
        residual, log_det = net(x["data"], x["condition"])
        return {"residual": residual, "logDet": log_det[:, None]}

    case = Case(kind, net, [Run("-forward.onnx", {"data": data, "condition": given}, forward)], prefix)
    # The way back is right when it undoes the way there, which is the reference's own definition of it.
    case.runs.append(
        Run("-inverse.onnx", {"condition": given}, lambda x: {"data": data.to(x["condition"]), "logDet": -x.pop("logDet")})
    )
    return case


def net2net_flow(count: int, channels: int, condition: int, embedding: int, hidden: int, embedder: int) -> Case:
    net = Net2NetFlow(count, channels, condition, embedding, hidden, 2, embedder)
    return flow_case("net2net-flow", net, channels, (condition,), "state_dict.")


def invariances_dense(widths: list[int], count: int, channels: int, hidden: int) -> Case:
    net = InvariancesFlow(DenseEmbedder(widths), count, channels, widths[-1], hidden, 2)
    return flow_case("invariances-flow", net, channels, (widths[0],), "")


def invariances_spatial(inputs: int, size: int, halvings: int, count: int, channels: int, hidden: int) -> Case:
    net = InvariancesFlow(SpatialEmbedder(inputs, size, halvings, channels), count, channels, channels, hidden, 2)
    return flow_case("invariances-flow", net, channels, (inputs, size, size), "")


def bigae(layers: list[int], width: int, latent: int, hidden: int, classes: int, channels: int, widths: list[int], chunk: int, embedding: int, act_norm: bool) -> Case:
    encoder = ResNetEncoder(latent, layers, width)
    net = BigAutoencoder(encoder, BigDecoder(latent, hidden, classes, channels, widths, chunk, embedding, act_norm))
    side = 4 * 2 ** (len(widths) - 1)

    def encode(x: Tensors) -> Tensors:
        mean, log_variance = net.encoder(x["image"]).chunk(2, 1)
        return {"mean": mean, "log-variance": log_variance}

    runs = [
        Run("-encoder.onnx", {"image": noise(1, 1, 3, side, side)}, encode),
        Run("-decoder.onnx", {"z": noise(2, 1, latent)}, lambda x: {"image": net.decoder(x["z"])}),
    ]
    return Case("bigae", net, runs, "state_dict.first_stage_model.")


def basicae(latent: int, widths: list[int]) -> Case:
    net = torch.nn.ModuleDict({"autoencoder": BasicAutoencoder(latent, widths)})
    own = net["autoencoder"]

    def encode(x: Tensors) -> Tensors:
        mean, log_variance = own.encode(x["image"]).chunk(2, 1)
        return {"mean": mean, "log-variance": log_variance}

    side = 2 * 2 ** len(widths)
    runs = [
        Run("-encoder.onnx", {"image": noise(1, 1, 3, side, side)}, encode),
        Run("-decoder.onnx", {"z": noise(2, 1, latent)}, lambda x: {"image": own.decode(x["z"])}),
    ]
    return Case("basicae", net, runs, "state_dict.cond_stage_model.")


def resnet(net: torchvision.models.ResNet, size: int) -> Case:
    def run(x: Tensors) -> Tensors:
        return {"logits": net(x["image"])}

    return Case("resnet", net, [Run(".onnx", {"image": noise(1, 1, 3, size, size)}, run)], options={"imageSizePx": size})


def deeplab(net: torch.nn.Module, size: int) -> Case:
    def run(x: Tensors) -> Tensors:
        low = net.classifier(net.backbone(x["image"])["out"])
        labels = torch.nn.functional.one_hot(low.argmax(1), low.shape[1]).permute(0, 3, 1, 2)
        return {"out": net(x["image"])["out"], "label-map": labels.to(low)}

    return Case("deeplabv3", net, [Run(".onnx", {"image": noise(1, 1, 3, size, size)}, run)], options={"imageSizePx": size})


def sentence(layout: str, words: int, positions: int, dims: int, inner: int, heads: int, layers: int, tokens: int) -> Case:
    eps = 1e-12 if layout == "bert" else 1e-5
    net = SentenceEncoder(layout, words, positions, dims, inner, heads, layers, eps)
    ids = torch.from_numpy((uniform(1, tokens) + 0.5) * words).long()[None]
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    if layout == "bert":
        inputs["token_type_ids"] = torch.zeros_like(ids)

    def run(x: Tensors) -> Tensors:
        states = net(x["input_ids"])
        return {"last_hidden_state": states, "first_token": states[:, 0]}

    config = {"model_type": layout, "num_attention_heads": heads, "hidden_act": "gelu", "layer_norm_eps": eps}
    return Case("sentence-encoder", net, [Run(".onnx", inputs, run)], config=config)


def small_deeplab() -> torch.nn.Module:
    from torchvision.models._utils import IntermediateLayerGetter
    from torchvision.models.segmentation.deeplabv3 import DeepLabHead, DeepLabV3

    block = torchvision.models.resnet.Bottleneck
    dilated = [False, True, True]
    trunk = torchvision.models.ResNet(block, [1, 1, 2, 2], width_per_group=4, replace_stride_with_dilation=dilated)
    return DeepLabV3(IntermediateLayerGetter(trunk, {"layer4": "out"}), DeepLabHead(2048, 5))


W128, W256 = [16, 16, 8, 4, 2, 1], [16, 16, 8, 8, 4, 2, 1]
DEEP = {128: [16, 16, 16, 16, 8, 8, 4, 4, 2, 2, 1], 256: [16, 16, 16, 16, 8, 8, 8, 8, 4, 4, 2, 2, 1]}
DEEP[512] = [*DEEP[256], 1, 1]

SMALL: dict[str, Callable[[], Case]] = {
    "biggan": lambda: biggan(8, [2, 2, 1], 3, 4, 5),
    "biggan-deep": lambda: biggan_deep(8, [2, 2, 2, 2, 1], 2, 6, 4, 5, 2),
    "net2net-flow": lambda: net2net_flow(3, 6, 5, 4, 8, 7),
    "invariances-dense": lambda: invariances_dense([7, 6, 5, 4], 2, 6, 8),
    "invariances-spatial": lambda: invariances_spatial(3, 8, 2, 2, 6, 8),
    "bigae": lambda: bigae([1, 1, 1, 1], 4, 10, 6, 5, 8, [2, 2, 1], 3, 4, False),
    "bigae-actnorm": lambda: bigae([1, 1, 1, 1], 4, 10, 6, 5, 8, [2, 2, 1], 3, 4, True),
    "basicae": lambda: basicae(6, [4, 6, 8]),
    "resnet": lambda: resnet(torchvision.models.ResNet(torchvision.models.resnet.Bottleneck, [1, 2, 1, 1], 7, width_per_group=4), 64),
    "resnet-basic": lambda: resnet(torchvision.models.ResNet(torchvision.models.resnet.BasicBlock, [1, 1, 1, 1], 7), 64),
    "deeplabv3": lambda: deeplab(small_deeplab(), 96),
    "bert": lambda: sentence("bert", 80, 40, 12, 20, 3, 2, 9),
    "mpnet": lambda: sentence("mpnet", 50, 202, 12, 20, 3, 2, 190),
}

FULL: dict[str, Callable[[], Case]] = {
    "biggan-128": lambda: biggan(96, W128, 20, 1000, 128),
    "biggan-256": lambda: biggan(96, W256, 20, 1000, 128),
    "biggan-deep-128": lambda: biggan_deep(128, DEEP[128], 8, 128, 1000, 51, 20),
    "biggan-deep-256": lambda: biggan_deep(128, DEEP[256], 8, 128, 1000, 51, 20),
    "biggan-deep-512": lambda: biggan_deep(128, DEEP[512], 8, 128, 1000, 51, 20),
    "sbert-to-biggan256": lambda: net2net_flow(24, 268, 768, 268, 1024, 256),
    "domains": lambda: net2net_flow(20, 128, 3, 10, 1024, 256),
    "resnet-avgpool-cinn": lambda: invariances_dense([2048, 1454, 861, 268], 20, 268, 1024),
    "animalfaces-layer-cinn": lambda: invariances_spatial(1024, 8, 3, 20, 128, 1024),
    "bigae-128": lambda: bigae([3, 4, 23, 3], 64, 128, 2000, 1000, 96, W128, 20, 128, False),
    "bigae-256": lambda: bigae([3, 4, 23, 3], 64, 128, 2000, 1000, 96, W256, 20, 128, True),
    "basicae-32": lambda: basicae(128, [64, 128, 256, 512]),
    "resnet50": lambda: resnet(torchvision.models.resnet50(weights=None), 224),
    "resnet101": lambda: resnet(torchvision.models.resnet101(weights=None), 224),
    "deeplabv3-resnet50": lambda: deeplab(torchvision.models.segmentation.deeplabv3_resnet50(weights=None, weights_backbone=None, num_classes=21), 256),
    "deeplabv3-resnet101": lambda: deeplab(torchvision.models.segmentation.deeplabv3_resnet101(weights=None, weights_backbone=None, num_classes=21), 256),
    "minilm-l6": lambda: sentence("bert", 30522, 512, 384, 1536, 12, 6, 24),
    "bert-base": lambda: sentence("bert", 30522, 512, 768, 3072, 12, 12, 24),
    "mpnet-base": lambda: sentence("mpnet", 30527, 514, 768, 3072, 12, 12, 24),
}


def answers(case: Case) -> list[tuple[Run, Tensors, Tensors]]:
    """Each run with the inputs it is fed and its outputs. A flow's way back is fed what the way there gave."""
    done: list[tuple[Run, Tensors, Tensors]] = []
    dtype = torch.get_default_dtype()
    with torch.no_grad():
        for run in case.runs:
            inputs = {name: value.to(dtype) if value.is_floating_point() else value for name, value in run.inputs.items()}
            if run.file == "-inverse.onnx":
                inputs.update(done[0][2])
            outputs = run.outputs(inputs)
            done.append((run, inputs, outputs))
    return done


def plain(tensor: torch.Tensor, keep: int | None = None) -> dict[str, Any]:
    flat = tensor.flatten().tolist()
    step = 1 if keep is None else max(1, len(flat) // keep)
    # Nine digits hold a float32 exactly.
    return {"shape": list(tensor.shape), "step": step, "values": [float(f"{value:.9g}") for value in flat[::step]]}


def described(source: torch.Tensor | None, value: torch.Tensor) -> dict[str, Any]:
    """An input by its hash where it comes of one, else by its values."""
    return getattr(source, "hashed", None) or {**plain(value), "isWhole": not value.is_floating_point()}


def write_small() -> None:
    torch.set_default_dtype(torch.float64)
    for name, make in SMALL.items():
        torch.manual_seed(0)
        case = make()
        tensors = fill(case.module)
        case.module.double().eval()
        runs = [
            {
                "file": run.file,
                "inputs": {key: described(run.inputs.get(key), value) for key, value in inputs.items()},
                "outputs": {key: plain(value, OUTPUTS_KEPT) for key, value in outputs.items()},
            }
            for run, inputs, outputs in answers(case)
        ]
        summary = {
            "kind": case.kind,
            "options": case.options,
            "config": case.config,
            "prefix": case.prefix,
            "tensors": tensors,
            "runs": runs,
        }
        (HERE / f"{name}.json").write_text(json.dumps(summary, separators=(",", ":")) + "\n")


def write_full(name: str, folder: pathlib.Path) -> None:
    torch.manual_seed(0)
    case = FULL[name]()
    fill(case.module)
    case.module.eval()
    folder.mkdir(parents=True, exist_ok=True)
    state: Any = case.module.state_dict()
    if case.config is not None:
        (folder / "config.json").write_text(json.dumps(case.config))
        save_file(dict(state), folder / "checkpoint", metadata={"format": "pt"})
    else:
        parts = [part for part in case.prefix.split(".") if part]
        if parts:
            state = {".".join([*parts[1:], key]): value for key, value in state.items()}
            state = {parts[0]: state, "epoch": 3}
        torch.save(state, folder / "checkpoint", _use_new_zipfile_serialization=not case.legacy)
    tensors: Tensors = {}
    for run, inputs, outputs in answers(case):
        for side, values in (("in", inputs), ("out", outputs)):
            for key, value in values.items():
                tensors[f"{run.file}/{side}/{key}"] = value.contiguous().clone()
    save_file(tensors, folder / "runs.safetensors")
    (folder / "case.json").write_text(json.dumps({"kind": case.kind, "options": case.options}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["small"]:
        write_small()
    elif sys.argv[1:2] == ["full"] and len(sys.argv) == 4:
        write_full(sys.argv[2], pathlib.Path(sys.argv[3]))
    else:
        raise SystemExit(__doc__)
