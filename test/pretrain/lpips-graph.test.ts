/** The graph that LPIPS is measured by, of random weights, against the formula of its paper. Needs Python with PyTorch, and is skipped, saying so, where there is none. */
import assert from "node:assert/strict";
import { itWithPython, runFromRoot } from "./python.ts";

itWithPython(
  "the graph of LPIPS gives what the paper's formula gives, for pictures of any size",
  120_000,
  async (python) => {
    const { stdout } = await runFromRoot(python, ["test/pretrain/check_lpips_graph.py"]);
    assert.match(stdout, /^\d/);
    assert.ok(Number(stdout) < 1e-4, stdout);
  },
);
