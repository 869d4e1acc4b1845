"""Writes the small checkpoints of test/fixtures/checkpoints: one of every format, and some that must be refused.

Run from the repository root with PyTorch and safetensors:  python test/checkpoints/write_fixtures.py
The element i of a tensor is i / 4 - 1, so that tests know every value, and every type holds it exactly.
"""

import collections
import io
import os
import pathlib
import pickle
import sys
import zipfile

import torch
from safetensors.torch import save_file

FOLDER = pathlib.Path("test/fixtures/checkpoints")


def ramp(*shape: int) -> torch.Tensor:
    return (torch.arange(int(torch.tensor(shape).prod())) / 4 - 1).reshape(shape)


class ForeignCallback:
    """Stands for the classes that Lightning files name."""


class Unpicklable:
    """Calls a harmless function when a careless reader opens it."""

    def __reduce__(self):
        return (os.getcwd, ())


class Whole(torch.nn.Module):
    """Old files of whole modules carry their source text, which is ours here."""


def tensors() -> dict[str, object]:
    shared = ramp(4, 6)
    return {
        "float32": ramp(2, 3, 4),
        "float64": ramp(5).double(),
        "float16": ramp(5).half(),
        "bfloat16": ramp(5).bfloat16(),
        "int64": torch.arange(7)[torch.tensor([3, 1, 0, 6, 5, 2, 4])],
        "uint8": torch.tensor(1, dtype=torch.uint8),
        "bool": torch.tensor([True, False]),
        "scalar": torch.tensor(0.5),
        "transposed": shared.t(),
        "rows": shared[1:3],
        "columns": shared[:, 2:4],
        "parameter": torch.nn.Parameter(ramp(3)),
        "empty": torch.zeros(0, 3),
    }


def repack(source: pathlib.Path, target: pathlib.Path, replace: dict[str, bytes], method: int) -> None:
    """Writes an archive anew: compressed, or with other contents of some entries."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", method) as new:
        for info in old.infolist():
            name = info.filename
            part = name.split("/", 1)[-1]
            entry = zipfile.ZipInfo(name)
            entry.compress_type = method
            new.writestr(entry, replace.get(part, old.read(name)))


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    module = torch.nn.Sequential(collections.OrderedDict(conv=torch.nn.Conv2d(2, 3, 3), norm=torch.nn.BatchNorm2d(3)))
    state = {name: tensor for name, tensor in tensors().items()}
    zipped = FOLDER / "zip.pth"
    torch.save(state, zipped)
    torch.save(state, FOLDER / "legacy.pth", _use_new_zipfile_serialization=False)
    repack(zipped, FOLDER / "deflated.pth", {}, zipfile.ZIP_DEFLATED)
    flat = {name: tensor.detach().clone().contiguous() for name, tensor in state.items()}
    save_file(flat, FOLDER / "all.safetensors", metadata={"format": "pt"})
    lightning = {
        "epoch": 3,
        "pytorch-lightning_version": "0.9.0",
        "callbacks": {ForeignCallback: {"best_model_score": torch.tensor(1.5), "patience": 2**70}},
        "state_dict": module.state_dict(),
        "optimizer_states": [{"state": {0: {"step": 10, "exp_avg": ramp(4)}}, "param_groups": [{"lr": 1e-4}]}],
    }
    torch.save(lightning, FOLDER / "lightning.ckpt")
    torch.save({"weight": ramp(2), "callback": Unpicklable()}, FOLDER / "calls.pth")
    torch.save(module, FOLDER / "module.pth")
    # The file says where the class was written: not on whose machine.
    sys.modules["__main__"].__file__ = os.path.relpath(__file__)
    torch.save(Whole(), FOLDER / "legacy-module.pth", _use_new_zipfile_serialization=False)
    # An archive whose pickle is another one, and one that unpacks to 300 times its size.
    plain = io.BytesIO()
    pickle.dump({"numbers": [1, 2.5, "three"]}, plain, protocol=2)
    repack(zipped, FOLDER / "no-tensors.pth", {"data.pkl": plain.getvalue()}, zipfile.ZIP_STORED)
    torch.save({"zeros": torch.zeros(400_000)}, FOLDER / "bomb.tmp")
    repack(FOLDER / "bomb.tmp", FOLDER / "bomb.pth", {}, zipfile.ZIP_DEFLATED)
    (FOLDER / "bomb.tmp").unlink()


if __name__ == "__main__":
    main()
