/**
 * The training of the style pack on toy sizes, from SVG to a flow that restyles: target expert 2 with a resumed run, latents, the flow,
 * its decoder further, its figures, ONNX files. Needs Python with PyTorch (server/pretrain/REPRODUCE.md) and is skipped, saying so, where there is none.
 */
import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
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
    const folder = temporaryFolder("styles");
    const script = (name: string, ...flags: string[]) =>
      runPython(python, `styles/${name}.py`, ["--styles", folder, "--threads", "1", ...flags]);
    await drawToyStyles(folder);
    await script("train_target", "--toy", "--minutes", "0.08");
    const first = await metricsOf(join(folder, "target-toy.json"));
    const minutes = String(first["minutes"]! + 0.1);
    await script("train_target", "--toy", "--minutes", minutes, "--resume", "--small-until", "0");
    const resumed = await metricsOf(join(folder, "target-toy.json"));
    assert.ok(resumed["steps"]! > first["steps"]! && first["steps"]! > 0, JSON.stringify([first, resumed]));
    await script("encode_styles", "--checkpoint", join(folder, "target-toy.pt"));
    await script("train_style_flow", "--toy", "--minutes", "0.1");
    const figures = await metricsOf(join(folder, "flow-toy.json"));
    assert.ok(figures["familiesNats"]! > 0 && figures["steps"]! > 0, JSON.stringify(figures));
    assert.ok((await stat(join(folder, "flow-toy.png"))).size > 1000);
    const { stdout } = await script("check_style_flow");
    assert.match(stdout, /0 couplings: v again within [\d.e-]+, 2 couplings: v again within [\d.e-]+/);
    const trained = ["--target", join(folder, "target-toy.pt"), "--flow", join(folder, "flow-toy.pt")];
    await script("train_decoder", ...trained, "--batch", "8", "--kept", "3", "--minutes", "0.1");
    assert.ok((await metricsOf(join(folder, "decoder.json")))["linePsnrDb"]! > 0);
    const [flow, averaged] = [join(folder, "flow-toy.pt"), join(folder, "averaged.pt")];
    const further = join(folder, "flow-further.pt");
    await runPython(python, "average_weights.py", [flow, further, "--share", "0.3", "--out", averaged]);
    const nets = ["--flow", averaged];
    await script("evaluation/evaluate_restyle", ...nets, "--count", "8");
    const measured = await metricsOf(join(folder, "restyle-evaluation.json"));
    assert.ok(measured["familiesAllErrorOfSource"]! > 0, JSON.stringify(measured));
    const out = join(folder, "onnx");
    await script("export_styles", "--target", join(folder, "target-toy.pt"), ...nets, "--out", out);
    for (const name of ["encoder", "decoder", "style", "restyle"])
      assert.ok((await stat(join(out, `${name}.onnx`))).size > 1000);
    const checked = await script("check_exported_flow", "--graph", join(out, "restyle.onnx"), "--batch", "128");
    assert.match(checked.stdout, /^2048 dimensions: .*, difference \d\.\de-0[4-9]$/m);
    const named = JSON.parse(await readFile(join(out, "styles.json"), "utf8"));
    assert.equal((await stat(join(out, "codes.f16"))).size, 2 * named.codeLength * named.styles.length);
  },
);

itWithPython(
  "the weights of the pack that ships go back into checkpoints of the same networks",
  120_000,
  async (python) => {
    const folder = temporaryFolder("weights");
    const { stdout } = await runPython(python, "styles/weights_of_pack.py", ["--styles", folder]);
    assert.match(stdout, /^encoder: .*, style: .*, flow: .*, decoder: .* from the graph$/m);
    for (const name of ["target", "flow"]) assert.ok((await stat(join(folder, `${name}.pt`))).size > 1e6);
  },
);
