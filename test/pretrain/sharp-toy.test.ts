/**
 * The training of the pack `sharp` from nothing to a pack that enlarges, on toy sizes: patches drawn by the script, both stages, export,
 * flows, details, manifest. Needs Python with PyTorch (server/pretrain/README.md) and is skipped, saying so, where there is none.
 */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEntry } from "../../server/packs/catalogue.ts";
import { loadUpscaler } from "../../server/packs/load-upscaler.ts";
import { verifyPack } from "../../server/packs/verify.ts";
import { itWithPython, runNode, runPython } from "./python.ts";

itWithPython("the pack sharp is trained, exported and loaded, on toy sizes", 900_000, async (python) => {
  const folder = await mkdtemp(join(tmpdir(), "tau-sharp-"));
  const [trained, pack] = [folder, join(folder, "pack")];
  const script = (name: string, ...flags: string[]) => runPython(python, join("sharp", name), flags);
  try {
    const patches = join(trained, "patches.u8");
    await script("cut_patches.py", "--drawn-only", "120", "--out", patches);
    const net = [
      "--channels",
      "32",
      "--blocks",
      "1",
      "--batch",
      "4",
      "--side",
      "48",
      "--minutes",
      "0.08",
      "--patches",
      patches,
    ];
    const stage = (number: number): string => join(trained, `stage-${number}.pt`);
    await script("train_upscaler.py", "--stage", "1", ...net, "--out", stage(1));
    await script("train_upscaler.py", "--stage", "1", ...net, "--out", stage(1), "--minutes", "0.12", "--resume");
    await script("train_upscaler.py", "--stage", "2", ...net, "--out", stage(2), "--before", stage(1));
    await script("export_upscaler.py", "--trained", trained, "--out", pack);
    const flows = [
      "--trained",
      trained,
      "--pack",
      pack,
      "--patches",
      "24",
      "--batch",
      "256",
      "--steps",
      "40",
      "--threads",
      "1",
    ];
    await runNode("server/pretrain/sharp/train-flows.mts", flows);
    await runNode("server/pretrain/sharp/export-inverses.mts", ["--pack", pack, "--out", trained]);
    const details = ["--batch", "4", "--side", "48", "--minutes", "0.08", "--perceptual", "0", "--trained", trained];
    await script("train_details.py", "--stage", "1", ...details);
    await script("train_details.py", "--stage", "2", ...details, "--before", join(trained, "details-1.pt"));
    await script(
      "train_details.py",
      "--stage",
      "2",
      ...details,
      "--before",
      join(trained, "details-1.pt"),
      "--minutes",
      "0.12",
      "--resume",
    );
    await script("export_upscaler.py", "--details", "--trained", trained, "--out", pack);
    const shipped = (): Promise<Buffer[]> =>
      Promise.all(["network", "details"].map((name) => readFile(join(pack, `stage-2/${name}.onnx`))));
    const before = await shipped();
    await script("export_upscaler.py", "--again", "--stages", "2", "--trained", trained, "--out", pack);
    await script("export_upscaler.py", "--again", "--stages", "2", "--details", "--trained", trained, "--out", pack);
    assert.deepEqual(await shipped(), before, "graphs without checkpoints give the pack that checkpoints gave");
    await runNode("server/pretrain/sharp/write-manifest.mts", [pack]);

    const metrics = JSON.parse(await readFile(join(trained, "stage-1.json"), "utf8"));
    assert.ok(Number.isFinite(metrics.headDb) && metrics.steps >= 2, JSON.stringify(metrics));
    const entry = await readEntry(pack, true);
    assert.deepEqual(
      entry.manifest.upscaler!.stages.map((stage) => stage.details?.graph),
      ["stage-1/details.onnx", "stage-2/details.onnx"],
    );
    await verifyPack(pack, entry.manifest);
    const upscaler = await loadUpscaler(entry, { threads: 1 });
    const image = { rgba: new Uint8Array(4 * 20 * 12).fill(255), widthPx: 20, heightPx: 12 };
    image.rgba.fill(90, 0, 4 * 20 * 3);
    const { rgba, widthPx, heightPx } = await upscaler.upscale(image, { scale: 4, temperature: 0.5, seed: 1 });
    assert.deepEqual([widthPx, heightPx, rgba.length], [80, 48, 4 * 80 * 48]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
