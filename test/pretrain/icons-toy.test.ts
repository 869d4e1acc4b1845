/**
 * The training of the pack `icons` from rendered icons to a pack that draws, on toy sizes: autoencoder, small experts, flow, a decoder
 * trained further, calibration. Needs Python with PyTorch (server/pretrain/REPRODUCE.md) and is skipped, saying so, where there is none.
 * Beside it, a few icons of each set through the renderer, where its packages are installed.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { appendFile, cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { createInferenceClient } from "../../server/inference/client.ts";
import type { ImageResult } from "../../server/inference/protocol.ts";
import { packsHome, readEntry } from "../../server/packs/catalogue.ts";
import { recordsFolder } from "../../server/packs/made-files.ts";
import { verifyPack } from "../../server/packs/verify.ts";
import { joinTwins } from "../../server/pretrain/data/concepts.mjs";
import type { ImageItem } from "../../server/training/dataset/image-set.ts";
import { ResolvedRequestSchema } from "../../shared/contract/generations/generation-request.ts";
import { tauIn } from "../cli/run-tau.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { drawToyIcons } from "./draw-toy-icons.ts";
import { itWithPython, pretrain, runNode, runPython } from "./python.ts";

const data = "server/pretrain/data";
const rowBytes = 4 * 128 * 128;

/** A script's metrics, all of which must be finite. */
async function metricsOf(path: string): Promise<Record<string, number>> {
  const metrics: Record<string, number> = JSON.parse(await readFile(path, "utf8"));
  for (const [name, value] of Object.entries(metrics)) assert.ok(Number.isFinite(value), `${path}: ${name} ${value}`);
  return metrics;
}

const readIndex = async (folder: string): Promise<ImageItem[]> =>
  (await readFile(join(folder, "index.jsonl"), "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

itWithPython("the pack icons is trained, exported and drawn with, on toy sizes", 900_000, async (python) => {
  const folder = temporaryFolder("icons");
  const [icons, home] = [join(folder, "icons"), join(folder, "packs")];
  const [pack, target] = [join(home, "icons"), join(home, "icons/target")];
  const script = (name: string, ...flags: string[]) =>
    runPython(python, `icons/${name}.py`, ["--icons", icons, ...flags]);
  const train = (name: string, ...flags: string[]) => script(name, "--toy", "--threads", "1", ...flags);
  const tau = async (...args: string[]) => {
    const { code, err } = await tauIn(folder)(...args, "--threads", "1");
    assert.equal(code, 0, err);
  };
  const verify = async () => verifyPack(pack, (await readEntry(pack, true)).manifest);
  await drawToyIcons(icons);
  await mkdir(pack, { recursive: true });
  for (const part of ["manifest.json", "text", "image"])
    await cp(join(packsHome(), "icons", part), join(pack, part), { recursive: true });

  // The autoencoder; a resumed run goes on from the steps of the first, beside a discriminator.
  await train("train_autoencoder", "--minutes", "0.05");
  const first = await metricsOf(join(icons, "autoencoder-toy.json"));
  const minutes = String(first["minutes"]! + 0.12);
  await train("train_autoencoder", "--minutes", minutes, "--resume", "--adversarial-from", "0");
  const resumed = await metricsOf(join(icons, "autoencoder-toy.json"));
  assert.ok(resumed["steps"]! > first["steps"]! && first["steps"]! > 0, JSON.stringify([first, resumed]));
  assert.match(await readFile(join(icons, "autoencoder-toy.log"), "utf8"), /judge \d/);
  await script("export_autoencoder", "--checkpoint", join(icons, "autoencoder-toy.pt"), "--out", target);

  // The experts that are trained here; the others need no training or are not ours.
  await runNode(`${data}/sketches.mts`, ["--icons", icons]);
  for (const expert of ["sketch", "low-resolution"]) {
    await train("train_small_autoencoders", "--expert", expert, "--minutes", "0.05");
    await metricsOf(join(icons, `${expert}-toy.json`));
    const files = ["--checkpoint", join(icons, `${expert}-toy.pt`), "--out", join(pack, expert)];
    await script("export_small_autoencoders", "--expert", expert, ...files);
  }
  // The image expert is the one that ships, in 8 bits already.
  const quantise = (...experts: string[]) => script("quantise_experts", "--pack", pack, "--experts", ...experts);
  assert.match((await quantise("target", "sketch", "low-resolution")).stdout, /target, 8 bits: [\d.]+ dB/);
  await assert.rejects(quantise("image"), /expected float weights, got a graph in 8 bits/);
  await runNode(`${data}/declare-experts.mjs`, ["--icons", icons, "--pack", pack, "--styles-min", "3"]);
  const writeIndex = (...flags: string[]) =>
    runNode(`${data}/retrieval-index.mts`, ["--icons", icons, "--pack", pack, "--threads", "1", ...flags]);
  assert.match((await writeIndex()).stdout, /^[1-9]\d* entries of [1-9]\d* labels/);

  await tau("train", icons, "--pack", pack, "--steps", "3", "--batch", "16", "--keep", "last");
  await verify();
  const { manifest } = await readEntry(pack, true);
  const labels = manifest.experts["label"];
  assert.ok(labels?.kind === "label" && labels.vocabulary.some(({ id }) => id === "circle"));
  const { conditions, retrieval } = manifest.translations[0]!;
  assert.equal(retrieval, "retrieval/index.safetensors");
  assert.equal(conditions.length, 9);
  assert.equal(conditions.find(({ name }) => name === "label")?.readFrom, "caption");
  const styles = manifest.experts["style"];
  assert.ok(styles?.kind === "label" && styles.vocabulary.every(({ group }) => group !== undefined));
  for (const [name, value] of Object.entries(manifest.translations[0]!.metrics ?? {}))
    assert.ok(Number.isFinite(value), `${name} ${value}`);

  // A decoder that is trained further replaces the first one under the flow, if nothing else has changed.
  const guesses = ["--pack", pack, "--icons", icons, "--count", "64", "--batch", "32", "--threads", "1"];
  await runNode(`${data}/guesses.mts`, guesses);
  await train("train_decoder", "--target", target, "--blocks", "1", "2", "1", "--minutes", "0.05");
  await metricsOf(join(icons, "decoder-toy.json"));
  await script("export_autoencoder", "--decoder", join(icons, "decoder-toy.pt"), "--out", target);
  await assert.rejects(verify(), { code: "pack_corrupt", message: /target\/decoder\.onnx/ });
  const publish = () => runNode("server/pretrain/publish-graphs.mts", ["--pack", pack, "--of", "decoder"]);
  const encoder = await readFile(join(target, "encoder.onnx"));
  await appendFile(join(target, "encoder.onnx"), "more");
  await assert.rejects(publish(), /target\/encoder\.onnx: expected \d+ bytes/);
  await writeFile(join(target, "encoder.onnx"), encoder);
  await publish();
  // The same of encoders, where the decoder may not change.
  const publishEncoders = () => runNode("server/pretrain/publish-graphs.mts", ["--pack", pack, "--of", "encoders"]);
  assert.match((await publishEncoders()).stdout, /"replaced":\["text\/model\.onnx"/);
  await assert.rejects(runNode("server/pretrain/publish-graphs.mts", ["--of", "flow"]), /expected decoder or encoders/);
  await tau("calibrate", pack, "--set", icons);
  await verify();
  assert.ok((await readEntry(pack, true)).manifest.translations[0]!.calibration);

  // The index may come with a new version, under which the pack's records are found again.
  await writeIndex("--version", "9.0.0");
  await verify();
  const again = (await readEntry(pack, true)).manifest;
  assert.deepEqual([again.version, again.translations[0]!.retrieval], ["9.0.0", retrieval]);
  assert.deepEqual(
    await readdir(join(pack, recordsFolder(again.version))),
    await readdir(join(pack, recordsFolder(manifest.version))),
  );

  const client = createInferenceClient({ packsDir: home, provider: "cpu", threads: 1 });
  try {
    await client.start();
    const images: ImageResult[] = [];
    const condition = { caption: "red circle", style: "twemoji" };
    for (const share of [{}, { examples: 0 }]) {
      const request = ResolvedRequestSchema.parse({ condition, seed: 1, count: 1, ...share });
      await client.generate(request, { onImage: (image) => void images.push(image) });
    }
    const [{ widthPx, heightPx, rgba }, plain] = images as [ImageResult, ImageResult];
    assert.deepEqual([images.length, widthPx, heightPx, rgba.length], [2, 128, 128, rowBytes]);
    assert.notDeepEqual(rgba, plain.rgba);
  } finally {
    await client.close();
  }
});

it("copies of one picture follow the one that is held out most", () => {
  const twins = ["train", "heldOutConcept", "heldOutPair"].map((split) => ({ split }));
  joinTwins(twins);
  assert.deepEqual(new Set(twins.map(({ split }) => split)), new Set(["heldOutConcept"]));
});

const packages = join(pretrain, "data/node_modules");

it("the renderer writes a row of pixels for each line, and copies of one picture to one side of the split", {
  skip: existsSync(packages) ? false : `no icon sets: looked for ${packages} (npm install in ${data})`,
  timeout: 300_000,
}, async () => {
  const folder = temporaryFolder("render");
  await runNode(`${data}/render-icons.mjs`, ["--out", folder, "--per-set", "6"]);
  const items = await readIndex(folder);
  const pixels = await readFile(join(folder, "images.rgba"));
  assert.equal(pixels.length, items.length * rowBytes);
  assert.deepEqual(
    items.map(({ row }) => row),
    items.map((_, line) => line),
  );
  const byId = new Map(items.map((item) => [item.id, item]));
  const splitsOf = new Map<string, Set<string>>();
  for (const { row, split, augmentedFrom, captions } of items) {
    assert.ok(["train", "heldOutPair", "heldOutConcept", "heldBackStyle"].includes(split), split);
    assert.ok(captions.length > 0);
    if (augmentedFrom !== undefined) assert.deepEqual([split, byId.get(augmentedFrom)?.split], ["train", "train"]);
    const digest = createHash("sha256")
      .update(pixels.subarray(row * rowBytes, (row + 1) * rowBytes))
      .digest("hex");
    splitsOf.set(digest, (splitsOf.get(digest) ?? new Set()).add(split));
  }
  for (const splits of splitsOf.values()) assert.equal(splits.size, 1, [...splits].join());
  assert.ok(splitsOf.size < items.length, "at least one picture is in two styles");
});
