"""Prints how far the graph of fetch_lpips.py, of random weights, is from LPIPS written out as in the paper: the largest relative difference."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parents[2] / "server" / "pretrain" / "super-resolution"))

from fetch_lpips import WIDTHS, graph_of  # noqa: E402

rng = np.random.default_rng(1)
KERNELS, STRIDES, PADDINGS = (11, 5, 3, 3, 3), (4, 1, 1, 1, 1), (2, 2, 1, 1, 1)
inward, net, heads = 3, {}, {}
for number, (width, kernel) in enumerate(zip(WIDTHS, KERNELS)):
    scale = 1 / np.sqrt(inward * kernel**2)
    net[f"Conv_{number}"] = {"kernel": scale * rng.standard_normal((kernel, kernel, inward, width)), "bias": 0.1 * rng.standard_normal(width)}
    heads[f"NetLinLayer_{number}"] = {"Conv_0": {"kernel": rng.random((1, 1, width, 1))}}
    inward = width
session = ort.InferenceSession(graph_of({"AlexNet_0": net, **heads}).SerializeToString(), providers=["CPUExecutionProvider"])


def features(image: torch.Tensor) -> list[torch.Tensor]:
    """AlexNet's five activations, each place to unit length."""
    shift, scale = torch.tensor([-0.030, -0.088, -0.188]), torch.tensor([0.458, 0.448, 0.450])
    x, maps = (image * 2 - 1 - shift[:, None, None]) / scale[:, None, None], []
    for number in range(5):
        if number in (1, 2):
            x = F.max_pool2d(x, 3, 2)
        own = net[f"Conv_{number}"]
        kernel, bias = torch.tensor(own["kernel"]).permute(3, 2, 0, 1).float(), torch.tensor(own["bias"]).float()
        x = F.relu(F.conv2d(x, kernel, bias, STRIDES[number], PADDINGS[number]))
        maps.append(x / (x.square().sum(1, keepdim=True).sqrt() + 1e-10))
    return maps


worst = 0.0
for height, width in ((32, 32), (70, 45)):
    a, b = (torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(seed)) for seed in (1, 2))
    truth = 0.0
    for number, (p, q) in enumerate(zip(features(a), features(b))):
        head = torch.tensor(heads[f"NetLinLayer_{number}"]["Conv_0"]["kernel"]).reshape(1, -1, 1, 1).float()
        truth += float(((p - q).square() * head).sum(1).mean())
    seen = [session.run(None, {"image": picture.numpy()}) for picture in (a, b)]
    found = sum(float(np.square(p - q).sum() / (p.shape[2] * p.shape[3])) for p, q in zip(*seen))
    worst = max(worst, abs(found / truth - 1))
print(worst)
