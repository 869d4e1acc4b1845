"""Exports the networks of letters to packs/default/super-resolution/letters/ and checks them, weights in 16 bits.

finder.onnx: luma [1, 1, h, w] in [0, 1] -> text [1, 1, ceil(h / CELL_PX), ceil(w / CELL_PX)], probabilities. reader.onnx: luma [1, 1, h, w] in [0, 1] -> letters [1, CLASSES, h, w], logits, and ways [1, 2, h, w] to middles, px. drawer.onnx: luma [1, 1, h, w] and letters
[1, 3, h, w] (class, way to the right, way down) -> drawn [1, 1, FACTOR · h, FACTOR · w]. Margins lie in about.json beside them. Any h and w.
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from atomic_file import write_atomically  # noqa: E402
from draw_lines import CACHE, CLASSES, COLUMNS, ROWS  # noqa: E402
from export_upscaler import export  # noqa: E402
from letter_networks import LetterDrawer, LetterReader, TextFinder  # noqa: E402
from onnx_graphs import with_half_weights  # noqa: E402
from timed_training import load_net  # noqa: E402
from train_details import PACK  # noqa: E402
from train_letters import Lines, shrunk_alike  # noqa: E402


class Found(nn.Module):
    """Probabilities of the finder."""

    def __init__(self, net: TextFinder) -> None:
        super().__init__()
        self.net = net

    def forward(self, luma: Tensor) -> Tensor:
        return torch.sigmoid(self.net(luma))


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
    drawer = load_net(arguments.trained / "drawer.pt", LetterDrawer)
    float32 = arguments.trained / "reader.onnx"
    export(float32, reader, (luma,), (part(luma),), ["luma"], ["letters", "ways"], {name: sides for name in ("luma", "letters", "ways")})
    write_atomically(arguments.out / "reader.onnx", with_half_weights(onnx.load(float32)).SerializeToString())
    float32 = arguments.trained / "drawer.onnx"
    axes = {"luma": sides, "letters": sides, "drawn": {2: "high height", 3: "high width"}}
    export(float32, Drawn(drawer), (luma, letters), (part(luma), part(letters)), ["luma", "letters"], ["drawn"], axes)
    write_atomically(arguments.out / "drawer.onnx", with_half_weights(onnx.load(float32)).SerializeToString())
    about = {"finderMarginPx": finder.margin_px, "readerMarginPx": reader.margin_px, "classes": CLASSES, "drawerMarginPx": drawer.margin_px}
    write_atomically(arguments.out / "about.json", f"{json.dumps(about)}\n".encode())
    print(about)


if __name__ == "__main__":
    main()
