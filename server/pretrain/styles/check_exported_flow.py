"""Checks the likelihood that an exported flow states: `nats` of restyle.onnx against the Jacobian of its own output `inverted`.

The Jacobian is found column by column by central differences through the file as it ships; its log-determinant is computed in double precision. Prints
both likelihoods and fails where they differ by more than a thousandth of a nat a dimension. The shipped graph has 2,048 columns: some minutes.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import numpy as np
import onnxruntime as ort

PACK = Path(__file__).parents[2] / "packs" / "default" / "styles" / "flow" / "restyle.onnx"
STEP = 0.02
ALLOWED = 1e-3
"""Nats a dimension."""


def given_of(session: ort.InferenceSession, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """One row of every input: conditions of the usual sizes, every place of the source known, and a latent that the flow draws under them."""
    rows = {value.name: rng.normal(size=[1, *value.shape[1:]]).astype(np.float32) for value in session.get_inputs()}
    rows["known"] = np.ones_like(rows["known"])
    rows["palette"] = np.zeros_like(rows["palette"])
    rows["latent"] = session.run(["restyled"], rows)[0]
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--styles", type=Path, help="not used: every script here takes it")
    parser.add_argument("--graph", type=Path, default=PACK)
    parser.add_argument("--batch", type=int, default=32, help="rows of a run")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    options = ort.SessionOptions()
    options.intra_op_num_threads = arguments.threads
    session = ort.InferenceSession(arguments.graph, options)
    given = given_of(session, np.random.default_rng(arguments.seed))
    latent = given.pop("latent")
    dims = latent.size

    def inverted(rows: np.ndarray) -> np.ndarray:
        feeds = {name: np.repeat(value, len(rows), 0) for name, value in given.items()}
        return session.run(["inverted"], feeds | {"latent": rows})[0].reshape(len(rows), -1).astype(np.float64)

    v, nats = session.run(["inverted", "nats"], given | {"latent": latent})
    jacobian = np.empty((dims, dims))
    for first in range(0, dims, arguments.batch):
        columns = np.arange(first, min(dims, first + arguments.batch))
        moves = np.zeros((len(columns), dims), dtype=np.float32)
        moves[np.arange(len(columns)), columns] = STEP
        up, down = ((latent.reshape(1, -1) + sign * moves) for sign in (1, -1))
        width = np.take_along_axis(up - down, columns[:, None], 1).astype(np.float64)
        ahead, behind = (inverted(rows.reshape(-1, *latent.shape[1:])) for rows in (up, down))
        jacobian[:, columns] = ((ahead - behind) / width).T
    logdet = float(np.linalg.slogdet(jacobian)[1])
    expected = (0.5 * float(np.square(v.astype(np.float64)).sum()) + 0.5 * dims * math.log(2 * math.pi) - logdet) / dims
    stated = float(nats.reshape(-1)[0])
    print(f"{dims} dimensions: the graph says {stated:.6f} nats a dimension, its Jacobian {expected:.6f}, difference {abs(stated - expected):.1e}")
    if not abs(stated - expected) <= ALLOWED:
        raise SystemExit(f"{arguments.graph}: expected a likelihood of {expected} nats a dimension, got {stated}")


if __name__ == "__main__":
    main()
