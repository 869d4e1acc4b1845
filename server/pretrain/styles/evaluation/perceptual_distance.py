"""LPIPS 0.1 on AlexNet (Zhang et al. 2018, arXiv 1801.03924) between drawings, by the graph that ../../super-resolution/fetch_lpips.py makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort
from torch import Tensor

GRAPH = Path(__file__).parents[2] / ".cache" / "super-resolution" / "lpips-alexnet.onnx"


class PerceptualDistance:
    """Premultiplied RGBA [n, 4, h, w] twice, shown on white, to distances [n]."""

    def __init__(self, threads: int, path: Path = GRAPH) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = ort.InferenceSession(path, options)

    def maps_of(self, image: Tensor) -> list[np.ndarray]:
        on_white = (image[:3] + 1 - image[3:]).clamp(0, 1)
        return self.session.run(None, {self.session.get_inputs()[0].name: on_white[None].contiguous().numpy()})

    def __call__(self, a: Tensor, b: Tensor) -> np.ndarray:
        pairs = ((self.maps_of(one), self.maps_of(other)) for one, other in zip(a, b))
        return np.array([sum(float(np.square(u - v).sum(1).mean()) for u, v in zip(*maps)) for maps in pairs])
