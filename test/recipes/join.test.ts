/** A published flow joined with its experts as a pack that is served, with tiny networks of random weights. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { measureLatents } from "../../server/engine/translation.ts";
import { evaluate } from "../../server/evaluation/evaluate.ts";
import { importExpert } from "../../server/importers/import-expert.ts";
import { readCalibration } from "../../server/packs/calibration-file.ts";
import { Catalogue, readEntry } from "../../server/packs/catalogue.ts";
import { loadTranslations } from "../../server/packs/load-translations.ts";
import { verifyPack } from "../../server/packs/verify.ts";
import { joinPublished } from "../../server/recipes/join-published.ts";
import { calibratePack } from "../../server/training/calibrate/calibrate-pack.ts";
import { openImageSet } from "../../server/training/dataset/image-set.ts";
import { guidanceOn } from "../../shared/contract/translation-rules.ts";
import { limits } from "../../shared/limits.ts";
import { type TauResult, tauIn } from "../cli/run-tau.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { writeTinySet } from "../fixtures/tiny-set.ts";
import { writeCheckpoint, writeMirror, writeWeights } from "./tiny-experts.ts";

const folder = temporaryFolder("join");
for (const [reference, kind] of [
  ["net2net-flow", "net2net-flow"],
  ["basicae", "basicae"],
] as const) {
  const path = join(folder, `${reference}.safetensors`);
  await writeCheckpoint(reference, path);
  await importExpert(path, { to: folder, kind });
}
const tau = tauIn(folder);
const labels = ["oil", "photo", "ink", "anime", "chalk"];
const joined = {
  experts: folder,
  flow: "net2net-flow",
  target: "basicae",
  name: "style",
  id: "domains",
  to: folder,
} as const;

/** The pack of the flow, joined once more. */
async function openJoined() {
  const entry = await readEntry(await joinPublished({ ...joined, labels }), true);
  const [translation] = await loadTranslations(entry, { threads: 1 });
  return { entry, ...translation! };
}

/** Images of every label, grey levels of their row: 50 to train on and 25 held out. */
async function writeDomains(set: string, sizePx: number): Promise<string> {
  const items = Array.from({ length: 75 }, (_, row) => {
    const [style, concept] = [labels[row % labels.length]!, `thing ${row % 3}`];
    const split = row < 50 ? "train" : "heldOutPair";
    return { row, id: `${style}-${row}`, style, concept, captions: [concept], split };
  });
  const pixels = new Uint8Array(items.length * sizePx ** 2 * 4);
  for (const { row } of items) pixels.fill(100 + 2 * row, row * sizePx ** 2 * 4, (row + 1) * sizePx ** 2 * 4);
  return writeTinySet(set, { items, pixels });
}

describe("a published flow", () => {
  it("joined with its experts verifies, loads and undoes itself under every label", async () => {
    const { entry, ...translation } = await openJoined();
    await verifyPack(entry.folder, entry.manifest);
    const { flow, target, conditions } = translation;
    const planes = Float32Array.from({ length: 4 * target.imageSizePx ** 2 }, (_, at) => 0.5 + 0.5 * Math.sin(at));
    const latent = await target.encode(planes, 1);
    const residuals: string[] = [];
    for (const label of labels) {
      const vector = (await conditions[0]!.expert.encode([{ kind: "text", text: label }])).slice();
      const given = { style: { vector, presence: 1 } };
      const [measured] = await measureLatents(translation, [latent], [given]);
      assert.ok(Number.isFinite(measured!.logLikelihood));
      residuals.push([...measured!.residual].join());
      const batch = { style: { values: vector, present: Float32Array.of(1) } };
      const forward = await flow.forward(latent, batch, 1);
      const back = await flow.inverse(measured!.residual, batch, 1);
      for (const [at, value] of back.values.entries()) assert.ok(Math.abs(value - latent[at]!) < 1e-4);
      assert.ok(Math.abs(back.logDet![0]! + forward.logDet[0]!) < 1e-4);
    }
    assert.equal(new Set(residuals).size, labels.length);
  });

  it("follows no guidance, which its translation says, and what insists on some is refused", async () => {
    const { flow } = await openJoined();
    const [info] = (await Catalogue.open(folder)).packs().flatMap(({ translations }) => translations);
    assert.equal(info!.hasGuidance, false);
    assert.equal(guidanceOn(info!, { guidance: limits.guidanceDefault }), 0);
    const expected = {
      code: "invalid_request",
      message: /^guidance: expected 0, because the flow of domains .*, got 2$/,
    };
    assert.throws(() => guidanceOn(info!, { guidance: 2 }), expected);
    assert.throws(
      () => guidanceOn(info!, { guidance: 0, guidanceOf: { style: 1 } }),
      /^AppError: guidanceOf\.style: expected 0/,
    );
    const style = { values: new Float32Array(labels.length), present: Float32Array.of(1) };
    const term = { weight: 1, without: ["style"] };
    await assert.rejects(flow.inverse(new Float32Array(flow.dims), { style }, 1, [[term]]), /guidance: expected 0/);
  });

  it("is calibrated and evaluated like one that was trained here", async () => {
    const { entry, target } = await openJoined();
    const set = await writeDomains(join(folder, "set"), target.imageSizePx);
    const images = await openImageSet(set, target.imageSizePx);
    const { calibration } = await calibratePack({ pack: entry.folder, folder: set, images, threads: 1 }).finally(() =>
      images.close(),
    );
    // It never was without its condition, so nothing is said of images without one.
    assert.deepEqual(
      (await readCalibration(entry.folder, calibration)).typicality.map(({ conditions }) => conditions),
      [["style"]],
    );
    const report = await evaluate({
      entry: await readEntry(entry.folder, true),
      set,
      work: join(folder, "work"),
      settings: { seed: 1, limit: 8, temperature: 0.8, guidance: limits.guidanceDefault, retrieval: 0 },
      threads: 1,
      onProgress: () => undefined,
    });
    assert.equal(report.settings.guidance, 0);
    const ran = report.sections.map(({ id }) => id);
    for (const id of ["held-out", "curves", "restyle", "memorisation"])
      assert.ok(ran.includes(id), `${id} of ${ran.join()}`);
    const titles = report.sections.flatMap(({ tables }) => tables.map(({ title }) => title));
    assert.ok(titles.includes("Temperature") && !titles.includes("Guidance"), titles.join());
  });

  it("is refused with experts of another size, naming both", async () => {
    const pack = await joinPublished({ ...joined, id: "wrong", labels: labels.slice(1) });
    await assert.rejects(
      loadTranslations(await readEntry(pack, true), { threads: 1 }),
      /expected a flow for z 6, style 4, as the experts are, got z 6, style 5/,
    );
  });

  it("is requested by name", async () => {
    await assert.rejects(joinPublished({ ...joined, flow: "basicae", labels }), /expected the import of a flow/);
    await assert.rejects(joinPublished({ ...joined, target: "bigae", labels }), /expected an import "bigae", got/);
  });
});

describe("tau recipes and experts", () => {
  it("run as the page has them: import, fetch from a mirror, join", async () => {
    const home = join(folder, "tiny");
    await writeWeights(join(home, "weights"));
    await writeMirror(join(home, "mirror"));
    const page = await readFile(new URL("../../docs/published-experts.md", import.meta.url), "utf8");
    const commands = [...page.matchAll(/^npm run -s tau -- ((?:experts|recipes join) .+)$/gm)];
    assert.deepEqual(
      commands.map(([, command]) => command!.split(" ", 2).join(" ")),
      ["experts import", "experts import", "experts fetch", "experts import", "experts import", "recipes join"],
    );
    const results: TauResult[] = [];
    for (const [, command] of commands) {
      const result = await tau(...(command!.replaceAll("/tmp/tiny", home).split(" ") as [string, ...string[]]));
      assert.equal(result.code, 0, `${command}: ${result.err}`);
      results.push(result);
    }
    assert.match(results[0]!.out, /safetensors, basicae, SHA-256 [0-9a-f]{64}\n {2}wrote basicae-encoder\.onnx/);
    const pack = await readEntry(results.at(-1)!.out.trim(), true);
    assert.deepEqual((await loadTranslations(pack, { threads: 1 })).length, 1);
    const wrong = await tau("experts", "import", join(home, "weights/basicae.ckpt"), "--as", "resnet", "--to", home);
    assert.equal(wrong.code, 1);
    assert.match(wrong.err, /expected a checkpoint of kind resnet/);
  });

  it("list the paper's systems, and refuse what they do not know", async () => {
    const list = await tau(...["recipes", "list"]);
    assert.match(list.out, /bert-to-biggan\n.*\n {2}needs biggan or biggan-deep, sentence-encoder/);
    for (const args of [
      ["recipes"],
      ["recipes", "run", "cake"],
      ["recipes", "figure", "cake"],
      ["experts", "fetch", "one"],
    ])
      assert.equal((await tau(...args)).code, 2, args.join(" "));
  });
});
