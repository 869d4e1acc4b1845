"""Enlarges pictures by the networks of fetch_ncnn.py, on the processor, for `tau evaluate super-resolution` (server/evaluation/upscaling/ncnn-baselines.ts).

A line of JSON in, {baseline, scale, widthPx, heightPx, rgb}, gives a line of JSON out, {rgb, seconds, peakBytes} or {error}; rgb is base64 of [height, width, 3].
Their packages run on Vulkan; this is the same arithmetic by the PyPI package `ncnn`, of one whole picture without tiles.
"""

from __future__ import annotations

import base64
import json
import resource
import sys
import time
from pathlib import Path

import ncnn
import numpy as np

FOLDER = Path(__file__).parents[2] / ".cache/super-resolution/ncnn"
CUNET_BORDER_PX = 18
"""Pixels to each side that waifu2x' network cuts off."""


class Network:
    """One network in ncnn's format, RGB [3, height, width] in [0, 1] to the same, enlarged."""

    def __init__(self, name: str, threads: int) -> None:
        self.net = ncnn.Net()
        self.net.opt.num_threads, self.net.opt.use_vulkan_compute = threads, False
        if self.net.load_param(str(FOLDER / f"{name}.param")) != 0 or self.net.load_model(str(FOLDER / f"{name}.bin")) != 0:
            raise FileNotFoundError(f"{FOLDER / name}: expected .param and .bin; fetch_ncnn.py gets them")
        self.ends = ("Input1", "Eltwise4") if name.startswith("waifu2x") else ("data", "output")

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        extractor = self.net.create_extractor()
        extractor.input(self.ends[0], ncnn.Mat(np.ascontiguousarray(picture)).clone())
        _, result = extractor.extract(self.ends[1])
        return np.array(result)


class Baselines:
    """One network is kept open."""

    def __init__(self, threads: int) -> None:
        self.threads, self.name, self.network = threads, "", None

    def open(self, name: str) -> Network:
        if self.name != name:
            self.name, self.network = name, Network(name, self.threads)
        return self.network

    def draw(self, baseline: str, scale: int, rgb: np.ndarray) -> tuple[np.ndarray, float]:
        """The enlarged picture and seconds without opening. @raises ValueError for what a network does not do"""
        picture = rgb.transpose(2, 0, 1).astype(np.float32) / 255
        if baseline == "waifu2x-cunet" and scale in (2, 4):
            network, rounds, border = self.open("waifu2x-cunet-x2"), scale // 2, CUNET_BORDER_PX
        elif baseline == "realesrgan-x4plus" and scale == 4:
            network, rounds, border = self.open(baseline), 1, 0
        elif baseline == "realesr-animevideov3" and scale in (2, 4):
            network, rounds, border = self.open(f"{baseline}-x{scale}"), 1, 0
        else:
            raise ValueError(f"expected a network and a factor that it has, got {baseline} and {scale}")
        started = time.perf_counter()
        for _ in range(rounds):
            # waifu2x wants sides that four divides.
            rows, columns = (-side % 4 if border else 0 for side in picture.shape[1:])
            height, width = picture.shape[1:]
            padded = np.pad(picture, ((0, 0), (border, border + rows), (border, border + columns)), mode="edge")
            enlarged = network(padded)
            factor = 2 if border else scale
            picture = enlarged[:, : factor * height, : factor * width].clip(0, 1)
        seconds = time.perf_counter() - started
        return (picture * 255).round().astype(np.uint8).transpose(1, 2, 0), seconds


def main() -> None:
    baselines = Baselines(int(sys.argv[1]))
    for line in sys.stdin:
        try:
            asked = json.loads(line)
            rgb = np.frombuffer(base64.b64decode(asked["rgb"]), np.uint8).reshape(asked["heightPx"], asked["widthPx"], 3)
            drawn, seconds = baselines.draw(asked["baseline"], asked["scale"], rgb)
            peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            answer = {"rgb": base64.b64encode(drawn.tobytes()).decode(), "seconds": seconds, "peakBytes": peak}
        except Exception as error:  # noqa: BLE001 - said to the evaluation
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
