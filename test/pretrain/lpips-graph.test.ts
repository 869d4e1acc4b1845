/** The graph that LPIPS is measured by, of random weights, against the formula of its paper. Needs Python with PyTorch, and is skipped, saying so, where there is none. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { findPython, runFromRoot } from "./python.ts";

const found = findPython();

it("the graph of LPIPS gives what the paper's formula gives, for pictures of any size", {
  skip: "reason" in found ? found.reason : false,
  timeout: 120_000,
}, async () => {
  const { python } = found as { python: string };
  const { stdout } = await runFromRoot(python, ["test/pretrain/check_lpips_graph.py"]);
  assert.match(stdout, /^\d/);
  assert.ok(Number(stdout) < 1e-4, stdout);
});
