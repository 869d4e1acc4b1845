/**
 * The training of the pack `super-resolution` from nothing to a pack that enlarges, on toy sizes: patches drawn by the script, both stages, export,
 * flows, details, manifest. Needs Python with PyTorch (server/pretrain/REPRODUCE.md) and is skipped, saying so, where there is none.
 */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TrainingRandom } from "../../server/flow/random.ts";
import { Session } from "../../server/onnx/session.ts";
import { readEntry } from "../../server/packs/catalogue.ts";
import { verifyPack } from "../../server/packs/verify.ts";
import { loadUpscaler } from "../../server/upscaling/load-upscaler.ts";
import { itWithPython, runNode, runPython } from "./python.ts";

/** How far what two graphs of Ψ make of one noise lies apart, root mean square, as a share of its size. */
async function differenceOf(one: Uint8Array, other: Uint8Array): Promise<number> {
  const [heightPx, widthPx] = [24, 20];
  const noise = (dims: number, gain: number) => {
    const data = new TrainingRandom(1, dims, "evaluation").fillNormal(
      new Float32Array(heightPx * widthPx * dims),
      gain,
    );
    return { data, dims: [heightPx, widthPx, dims] };
  };
  const feeds = { features: noise(stageTwoChannels, 1 / Math.sqrt(stageTwoChannels)), latent: noise(12, 0.03) };
  const [a, b] = await Promise.all(
    [one, other].map(async (bytes) => {
      const session = await Session.create(bytes, { label: "details", threads: 1 });
      const { details } = await session.run(feeds);
      await session.dispose();
      return details!.data as Float32Array;
    }),
  );
  const sumOf = (value: (at: number) => number): number => a!.reduce((sum, _, at) => sum + value(at) ** 2, 0);
  return Math.sqrt(sumOf((at) => a![at]! - b![at]!) / sumOf((at) => a![at]!));
}

/** No multiple of the 16 that the runtime takes at once. */
const stageTwoChannels = 40;

itWithPython("the pack super-resolution is trained, exported and loaded, on toy sizes", 900_000, async (python) => {
  const folder = await mkdtemp(join(tmpdir(), "tau-super-resolution-"));
  const [trained, pack] = [folder, join(folder, "pack")];
  const script = (name: string, ...flags: string[]) => runPython(python, join("super-resolution", name), flags);
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
    const narrower = ["--channels", `${stageTwoChannels}`, "--out", stage(2), "--before", stage(1)];
    await script("train_upscaler.py", "--stage", "2", ...net, ...narrower);
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
    await runNode("server/pretrain/super-resolution/train-flows.mts", flows);
    await runNode("server/pretrain/super-resolution/export-inverses.mts", ["--pack", pack, "--out", trained]);
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
    const again = ["--again", "--stages", "2", "--trained", trained, "--out", pack];
    await script("export_upscaler.py", ...again);
    await script("export_upscaler.py", ...again, "--details");
    assert.deepEqual(await shipped(), before, "graphs in float32 give the pack that checkpoints gave");
    const [ownNetwork, ownDetails] = before;
    await writeFile(join(trained, "details-2.onnx"), ownDetails!);
    await script("export_upscaler.py", ...again, "--details");
    const [, anew] = await shipped();
    const apart = await differenceOf(ownDetails!, anew!);
    assert.ok(apart < 0.05, `Ψ of its own 8 bits: ${apart} of its size from what it was`);
    await writeFile(join(trained, "network-2.onnx"), ownNetwork!);
    await script("export_upscaler.py", ...again);
    await writeFile(join(pack, "stage-2/network.onnx"), ownNetwork!);
    await runNode("server/pretrain/super-resolution/write-manifest.mts", [pack]);

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
