/**
 * The training of the style pack on toy sizes, from SVG to a flow that restyles: target expert 2 with a resumed run, latents, the three kinds of flow,
 * ONNX files. Needs Python with PyTorch (server/pretrain/README.md) and is skipped, saying so, where there is none.
 */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drawToyStyles } from "./draw-toy-styles.ts";
import { itWithPython, runPython } from "./python.ts";

/** A script's metrics, all of which must be finite. */
async function metricsOf(path: string): Promise<Record<string, number>> {
  const metrics: Record<string, number> = JSON.parse(await readFile(path, "utf8"));
  for (const [name, value] of Object.entries(metrics)) assert.ok(Number.isFinite(value), `${path}: ${name} ${value}`);
  return metrics;
}

itWithPython(
  "target expert 2 and the flow between styles are trained and exported, on toy sizes",
  600_000,
  async (python) => {
    const folder = await mkdtemp(join(tmpdir(), "tau-styles-"));
    const script = (name: string, ...flags: string[]) =>
      runPython(python, `styles/${name}.py`, ["--styles", folder, "--threads", "1", ...flags]);
    try {
      await drawToyStyles(folder);
      await script("train_target", "--toy", "--minutes", "0.08");
      const first = await metricsOf(join(folder, "target-toy.json"));
      const minutes = String(first["minutes"]! + 0.1);
      await script("train_target", "--toy", "--minutes", minutes, "--resume", "--small-until", "0");
      const resumed = await metricsOf(join(folder, "target-toy.json"));
      assert.ok(resumed["steps"]! > first["steps"]! && first["steps"]! > 0, JSON.stringify([first, resumed]));
      await script("encode_styles", "--checkpoint", join(folder, "target-toy.pt"), "--without-words");
      for (const rest of ["none", "grid", "causal"]) {
        await script("train_style_flow", "--toy", "--rest", rest, "--minutes", "0.05");
        const figures = await metricsOf(join(folder, `flow-${rest}-toy.json`));
        assert.ok(figures["familiesNats"]! > 0 && figures["steps"]! > 0, JSON.stringify(figures));
        assert.ok((await stat(join(folder, `flow-${rest}-toy.png`))).size > 1000);
      }
      const { stdout } = await script("check_style_flow");
      assert.match(stdout, /grid: v again within [\d.e-]+, causal: v again within [\d.e-]+/);
      await script(
        "export_styles",
        "--target",
        join(folder, "target-toy.pt"),
        "--flow",
        join(folder, "flow-grid-toy.pt"),
        "--out",
        join(folder, "onnx"),
      );
      for (const name of ["encoder", "decoder", "restyle"])
        assert.ok((await stat(join(folder, "onnx", `${name}.onnx`))).size > 1000);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
