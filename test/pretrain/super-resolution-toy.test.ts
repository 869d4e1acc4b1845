/**
 * The training of the pack `super-resolution` from nothing to a pack that enlarges, on toy sizes: patches drawn by the script, Φ of both factors, export,
 * Φ of text in 8 bits, flows, details, letters, manifest. Needs Python with PyTorch (server/pretrain/REPRODUCE.md) and is skipped, saying so, where there is none.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readEntry } from "../../server/packs/catalogue.ts";
import { verifyPack } from "../../server/packs/verify.ts";
import { loadUpscaler } from "../../server/upscaling/load-upscaler.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { itWithPython, runNode, runPython } from "./python.ts";

itWithPython("the pack super-resolution is trained, exported and loaded, on toy sizes", 900_000, async (python) => {
  const folder = temporaryFolder("super-resolution");
  const [trained, pack] = [folder, join(folder, "pack")];
  const script = (name: string, ...flags: string[]) => runPython(python, join("super-resolution", name), flags);
  const patches = join(trained, "patches.u8");
  await script("cut_patches.py", "--drawn-only", "120", "--out", patches);
  const briefly = ["--batch", "4", "--side", "48", "--minutes", "0.08"];
  const net = [...briefly, "--channels", "32", "--blocks", "1", "--rate", "1e-3", "--patches", patches];
  const trainedTo = (name: string): string[] => ["--out", join(trained, name)];
  for (const factor of ["2", "4"])
    await script("train_upscaler.py", "--factor", factor, ...net, ...trainedTo(`network-${factor}.pt`));
  const longer = ["--minutes", "0.12", "--resume"];
  await script("train_upscaler.py", "--factor", "2", ...net, ...trainedTo("network-2.pt"), ...longer);
  await script("export_upscaler.py", "--trained", trained, "--out", pack);
  const folders = ["--trained", trained, "--pack", pack];
  const flows = [...folders, "--patches", "24", "--batch", "256", "--steps", "40", "--threads", "1"];
  await runNode("server/pretrain/super-resolution/train-flows.mts", flows);
  await runNode("server/pretrain/super-resolution/export-inverses.mts", ["--pack", pack, "--out", trained]);
  const details = [...folders, ...briefly, "--perceptual", "0"];
  for (const factor of ["2", "4"]) await script("train_details.py", "--factor", factor, ...details);
  await script("train_details.py", "--factor", "4", ...details, ...longer);
  await script("export_upscaler.py", "--details", "--trained", trained, "--out", pack);
  // Φ of shrunk drawings goes on from the network that was exported, with pictures shrunk in every way.
  const ofDrawings = ["--start", join(pack, "x4/network.onnx"), "--letters", patches, "--spoiled", "1"];
  await script("train_upscaler.py", "--factor", "4", ...net, ...ofDrawings, ...trainedTo("drawn-4.pt"), "--batch", "8");
  await script("export_upscaler.py", "--foreign", "--trained", trained, "--out", pack);
  const lines = join(folder, "letters");
  await script("letters/draw_lines.py", "--count", "24", "--held-out", "8", "--out", lines);
  // Φ of text learns from that of foreign pictures, for which that of drawings stands in here.
  await runNode("server/pretrain/super-resolution/draw-interfaces.mts", ["--count", "60", "--out", trained]);
  const lessons = [
    "--lines",
    lines,
    "--patches",
    patches,
    "--letters",
    patches,
    "--pairs",
    join(trained, "interfaces-4.u8"),
  ];
  const teacher = ["--teacher", join(trained, "drawn-4.onnx"), ...trainedTo("text-4.pt")];
  await script("rounding/train_rounded.py", ...briefly, "--batch", "8", ...lessons, ...teacher);
  await script("rounding/export_rounded.py", "--trained", trained, "--out", pack);
  const letters = ["--lines", lines, "--batch", "8", "--minutes", "0.05", "--channels", "32"];
  for (const part of ["finder", "reader", "drawer"])
    await script("letters/train_letters.py", "--part", part, ...letters);
  await script("letters/export_letters.py", "--trained", lines, "--out", join(pack, "letters"));
  await runNode("server/pretrain/super-resolution/write-manifest.mts", [pack]);

  const metrics = JSON.parse(await readFile(join(trained, "network-2.json"), "utf8"));
  assert.ok(Number.isFinite(metrics.answerDb) && metrics.steps >= 1, JSON.stringify(metrics));
  const entry = await readEntry(pack, true);
  assert.deepEqual(
    ([2, 4] as const).map((factor) => entry.manifest.upscaler!.factors[factor].details?.graph),
    ["x2/details.onnx", "x4/details.onnx"],
  );
  assert.equal(entry.manifest.upscaler!.factors[4].drawnNetwork, "x4/drawn.onnx");
  assert.equal(entry.manifest.upscaler!.factors[4].textNetwork, "x4/text.onnx");
  assert.equal(entry.manifest.upscaler!.letters?.reader, "letters/reader.onnx");
  await verifyPack(pack, entry.manifest);
  const upscaler = await loadUpscaler(entry, { threads: 1 });
  const image = { rgba: new Uint8Array(4 * 20 * 12).fill(255), widthPx: 20, heightPx: 12 };
  image.rgba.fill(90, 0, 4 * 20 * 3);
  const drawing = { scale: 4, temperature: 0.5, seed: 1, isShrunkDrawing: true } as const;
  const { rgba, widthPx, heightPx } = await upscaler.upscale(image, drawing);
  assert.deepEqual([widthPx, heightPx, rgba.length], [80, 48, 4 * 80 * 48]);
});
