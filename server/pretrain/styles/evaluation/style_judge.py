"""A judge that saw none of the flow: features of EfficientNet-Lite0 (the pack's image expert), how near two pictures are in them, and whose style a picture has.

The style judge is linear discriminant analysis with a shrunk covariance on the features of early and middle depth of real drawings.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort
from torch import Tensor

IMAGE_EXPERT = Path(__file__).parents[3] / "packs" / "default" / "icons" / "image" / "encoder.onnx"
DEPTHS = ("early", "middle", "last")
SHRINKAGE = 0.3


class Features:
    """Pictures, premultiplied RGBA [n, 4, 128, 128], to features of three depths, each [n, 256]."""

    def __init__(self, threads: int, path: Path = IMAGE_EXPERT) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = ort.InferenceSession(path, options)

    def __call__(self, images: Tensor) -> dict[str, np.ndarray]:
        parts = [self.session.run(list(DEPTHS), {"image": part.contiguous().numpy()}) for part in images.split(32)]
        return {name: np.concatenate([part[at] for part in parts]) for at, name in enumerate(DEPTHS)}


def cosine_distance(a: dict[str, np.ndarray], b: dict[str, np.ndarray], spread: dict[str, tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Mean over depths of 1 − cosine, after each feature has mean 0 and deviation 1 over real drawings; [n]."""
    total = np.zeros(len(a[DEPTHS[0]]))
    for name in DEPTHS:
        mean, deviation = spread[name]
        u, v = (a[name] - mean) / deviation, (b[name] - mean) / deviation
        total += 1 - (u * v).sum(1) / (np.linalg.norm(u, axis=1) * np.linalg.norm(v, axis=1) + 1e-9)
    return total / len(DEPTHS)


def spread_of(features: dict[str, np.ndarray]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Mean and deviation of each feature."""
    return {name: (value.mean(0), value.std(0) + 1e-3) for name, value in features.items()}


class StyleJudge:
    """Names the style of a picture among those it was fitted on."""

    def __init__(self, features: dict[str, np.ndarray], styles: np.ndarray) -> None:
        self.names = np.unique(styles)
        values = self.vectors(features)
        self.mean = values.mean(0)
        centres = np.stack([values[styles == name].mean(0) for name in self.names])
        inside = np.concatenate([values[styles == name] - centres[at] for at, name in enumerate(self.names)])
        covariance = inside.T @ inside / len(inside)
        shrunk = (1 - SHRINKAGE) * covariance + SHRINKAGE * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
        self.weights = np.linalg.solve(shrunk, centres.T)
        self.bias = -0.5 * (centres.T * self.weights).sum(0)

    @staticmethod
    def vectors(features: dict[str, np.ndarray]) -> np.ndarray:
        return np.concatenate([features["early"], features["middle"]], axis=1).astype(np.float64)

    def name(self, features: dict[str, np.ndarray]) -> np.ndarray:
        """The likeliest style of each picture, [n]."""
        return self.names[(self.vectors(features) @ self.weights + self.bias).argmax(1)]
