"""Reference values of the text expert by independent implementations: the Rust tokenizer and Python's onnxruntime.

Usage: python test/reference/text_reference.py server/packs/default/icons/text > test/reference/text-reference.json
Needs the packages tokenizers, onnxruntime and numpy. The captions are chosen to be awkward: accents, other scripts, emoji, no spaces, length.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

MAX_TOKENS = 128
CAPTIONS = [
    "red apple",
    "A Purple OCTOPUS, smiling!",
    "café crème brûlée",
    "東京タワー and a cat",
    "rocket 🚀 launch",
    "antidisestablishmentarianism-like_thing",
    "a" * 120,
    "one two three four five " * 30,
]


def main() -> None:
    """Prints token ids and pooled unit vectors (first eight values) as JSON."""
    folder = Path(sys.argv[1])
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options)
    names = {i.name for i in session.get_inputs()}
    cases = []
    for caption in CAPTIONS:
        ids = tokenizer.encode(caption.strip()).ids
        feeds = {
            "input_ids": np.array([ids], dtype=np.int64),
            "attention_mask": np.ones((1, len(ids)), dtype=np.int64),
            "token_type_ids": np.zeros((1, len(ids)), dtype=np.int64),
        }
        hidden = session.run(None, {k: v for k, v in feeds.items() if k in names})[0][0]
        vector = hidden.mean(0)
        vector = vector / np.linalg.norm(vector)
        cases.append({"caption": caption.strip(), "ids": ids, "start": [round(float(x), 5) for x in vector[:8]]})
    json.dump({"maxTokens": MAX_TOKENS, "cases": cases}, sys.stdout, ensure_ascii=False)
    print()


main()
