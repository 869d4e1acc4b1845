"""Exports the networks of letters to packs/default/super-resolution/letters/ and checks them: the finder with weights in 16 bits, reader and drawer in 8 bits.

finder.onnx: luma [1, 1, h, w] in [0, 1] -> text [1, 1, ceil(h / CELL_PX), ceil(w / CELL_PX)], probabilities. reader.onnx: luma [1, 1, h, w] in [0, 1] -> letters [1, h, w, CLASSES], bytes,
step [1], by which logits differ where bytes differ by 1, and ways [1, 2, h, w] to middles, px. drawer.onnx: luma [1, 1, h, w] and letters [1, 3, h, w] (class, way to the right, way down)
-> drawn [1, 1, FACTOR · h, FACTOR · w]. Margins lie in about.json beside them. Any h and w. Ranges of 8 bits are those of pages of lines.
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import ModelProto, TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from atomic_file import write_atomically  # noqa: E402
from draw_lines import CACHE, CLASSES, COLUMNS, FACTOR, ROWS  # noqa: E402
from export_upscaler import export  # noqa: E402
from letter_networks import LetterDrawer, LetterReader, TextFinder, moments_around  # noqa: E402
from onnx_graphs import makers_of, session_of, with_half_weights  # noqa: E402
from operators import Bicubic  # noqa: E402
from quantise import CHANNEL_BLOCK, quantise  # noqa: E402
from timed_training import load_net  # noqa: E402
from train_details import PACK  # noqa: E402
from train_letters import Lines, coloured, shrunk, shrunk_alike  # noqa: E402


PAGES, PAGE_LINES, PAGE_COLUMNS = 6, 32, 4
"""Pages that ranges of 8 bits are seen on, the samples on each, and how many lie beside each other."""


def pages(lines: Lines) -> list[dict[str, np.ndarray]]:
    """Inputs of the drawer."""
    bicubic, made = Bicubic(FACTOR), []
    for page in range(PAGES):
        rng = np.random.default_rng(page)
        ink, classes, ways = lines.batch(rng.integers(0, len(lines.samples), PAGE_LINES))
        luma = shrunk(coloured(ink, rng), bicubic, rng)
        letters = torch.cat([classes[:, None].float(), ways], dim=1)
        made.append({name: as_page(planes).numpy() for name, planes in (("luma", luma), ("letters", letters))})
    return made


def as_page(planes: Tensor) -> Tensor:
    """Planes of samples [n, c, h, w] as those of one picture, [1, c, n / PAGE_COLUMNS · h, PAGE_COLUMNS · w]."""
    count, channels, height, width = planes.shape
    rows = planes.reshape(count // PAGE_COLUMNS, PAGE_COLUMNS, channels, height, width)
    return rows.permute(2, 0, 3, 1, 4).reshape(1, channels, count // PAGE_COLUMNS * height, PAGE_COLUMNS * width)


class Found(nn.Module):
    """Probabilities of the finder."""

    def __init__(self, net: TextFinder) -> None:
        super().__init__()
        self.net = net

    def forward(self, luma: Tensor) -> Tensor:
        return torch.sigmoid(self.net(luma))


class Read(nn.Module):
    """The reader as 8 bits are fast: its first layer as products of windows, which are in the order of 8-bit layers, channels last, and its last layer as two, whose
    ranges differ."""

    def __init__(self, net: LetterReader) -> None:
        super().__init__()
        self.net = net
        stem, head = net.stem, net.head
        self.register_buffer("taps", stem.weight.flatten(1).T.contiguous())
        self.letters = nn.Conv2d(stem.out_channels, CLASSES, 1)
        self.ways = nn.Conv2d(stem.out_channels, 2, 1)
        for part, rows in ((self.letters, slice(CLASSES)), (self.ways, slice(CLASSES, None))):
            part.weight, part.bias = (nn.Parameter(values[rows].clone(), requires_grad=False) for values in (head.weight, head.bias))

    def forward(self, luma: Tensor) -> tuple[Tensor, Tensor]:
        mean, deviation = moments_around(luma)
        height, width = luma.shape[2:]
        padded = F.pad((luma - mean) / deviation, (1, 1, 1, 1))
        shifted = [padded[:, :, down : down + height, right : right + width].reshape(height, width, 1) for down in range(3) for right in range(3)]
        rows = torch.cat(shifted, dim=2).reshape(-1, 9) @ self.taps + self.net.stem.bias
        x = F.silu(self.net.blocks(rows.reshape(1, height, width, -1).permute(0, 3, 1, 2)))
        return self.letters(x).permute(0, 2, 3, 1), self.ways(x)


def with_bytes(model: ModelProto, name: str, step: str) -> ModelProto:
    """The same graph with an output as the bytes that it is made of, and their step as another output."""
    graph, makers = model.graph, makers_of(model)
    last = makers[name]
    widened = makers[last.input[0]]
    if (last.op_type, widened.op_type) != ("Transpose", "DequantizeLinear"):
        raise SystemExit(f"{name}: expected what a DequantizeLinear and a Transpose give, got {widened.op_type} and {last.op_type}")
    last.input[0] = widened.input[0]
    next(output for output in graph.output if output.name == name).type.tensor_type.elem_type = TensorProto.UINT8
    graph.node.append(helper.make_node("Reshape", [widened.input[1], f"{step}_shape"], [step]))
    graph.initializer.append(numpy_helper.from_array(np.array([1], np.int64), f"{step}_shape"))
    graph.output.append(helper.make_tensor_value_info(step, TensorProto.FLOAT, [1]))
    graph.node.remove(widened)
    onnx.checker.check_model(model)
    return model


def require_bytes(floats: Path, content: bytes, example: dict[str, np.ndarray]) -> None:
    """Exits unless bytes times their step differ as the logits do from class to class."""
    letters, wanted = session_of(content).run(["letters", "step"], example), session_of(floats).run(["letters"], example)[0]
    got = letters[0].astype(np.float32) * letters[1]
    apart = np.abs((got - got[..., :1]) - (wanted - wanted[..., :1])).max()
    if not apart < 1e-3:
        raise SystemExit(f"{floats}: expected bytes to say what logits say, got {apart} between them")


def filled(net: LetterDrawer) -> LetterDrawer:
    """The same network with silent channels up to whole blocks of 8 bits, which would have to be cut off behind each layer else."""
    channels = net.config["channels"]
    wide = LetterDrawer(**net.config | {"channels": channels + -channels % CHANNEL_BLOCK})
    for name, values in wide.state_dict().items():
        known = net.state_dict()[name]
        values.zero_()[tuple(slice(size) for size in known.shape)] = known
    return wide.eval().requires_grad_(False)


class Drawn(nn.Module):
    """The drawer on planes of chosen letters."""

    def __init__(self, net: LetterDrawer) -> None:
        super().__init__()
        self.net = net

    def forward(self, luma: Tensor, letters: Tensor) -> Tensor:
        return self.net(luma, letters[:, 0].long(), letters[:, 1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trained", type=Path, default=CACHE, help="folder of held-out.u8 and the checkpoints")
    parser.add_argument("--out", type=Path, default=PACK / "letters")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    ink, classes, ways = Lines(arguments.trained / "held-out.u8").batch(range(1))
    luma = shrunk_alike(ink)
    letters = torch.cat([classes[:, None].float(), ways], dim=1)
    part = lambda planes: planes[..., : ROWS - 8, : COLUMNS // 2].contiguous()
    sides = {2: "height", 3: "width"}
    finder = load_net(arguments.trained / "finder.pt", TextFinder)
    float32 = arguments.trained / "finder.onnx"
    axes = {"luma": sides, "text": {2: "rows", 3: "columns"}}
    export(float32, Found(finder), (luma,), (part(luma),), ["luma"], ["text"], axes)
    write_atomically(arguments.out / "finder.onnx", with_half_weights(onnx.load(float32)).SerializeToString())
    reader = load_net(arguments.trained / "reader.pt", LetterReader)
    drawer = filled(load_net(arguments.trained / "drawer.pt", LetterDrawer))
    float32 = arguments.trained / "reader.onnx"
    axes = {"luma": sides, "letters": {1: "height", 2: "width"}, "ways": sides}
    export(float32, Read(reader), (luma,), (part(luma),), ["luma"], ["letters", "ways"], axes)
    seen = pages(Lines(arguments.trained / "lines.u8"))
    in_8_bits = arguments.trained / "reader-8-bits.onnx"
    quantise(float32, in_8_bits, [{"luma": page["luma"]} for page in seen])
    content = with_bytes(onnx.load(in_8_bits), "letters", "step").SerializeToString()
    require_bytes(in_8_bits, content, {"luma": seen[0]["luma"]})
    write_atomically(arguments.out / "reader.onnx", content)
    float32 = arguments.trained / "drawer.onnx"
    axes = {"luma": sides, "letters": sides, "drawn": {2: "high height", 3: "high width"}}
    export(float32, Drawn(drawer), (luma, letters), (part(luma), part(letters)), ["luma", "letters"], ["drawn"], axes)
    quantise(float32, arguments.out / "drawer.onnx", seen)
    about = {"finderMarginPx": finder.margin_px, "readerMarginPx": reader.margin_px, "classes": CLASSES, "drawerMarginPx": drawer.margin_px}
    write_atomically(arguments.out / "about.json", f"{json.dumps(about)}\n".encode())
    print(about)


if __name__ == "__main__":
    main()
