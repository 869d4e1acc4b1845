/** The report on flows between styles in miniature: two tiny packs with random weights, drawings of 8 px, and its measures on pictures that are known. */
import assert from "node:assert/strict";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fitStyleJudge } from "../../server/evaluation/metrics/style-judge.ts";
import { publishReport } from "../../server/evaluation/publish.ts";
import type { Report } from "../../server/evaluation/report.ts";
import { evaluateStyles, stylesSectionIds } from "../../server/evaluation/styles/evaluate-styles.ts";
import { createInferenceClient } from "../../server/inference/client.ts";
import { readEntry } from "../../server/packs/catalogue.ts";
import "../fixtures/processes/programs.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { normals, tinyFullDraft, tinyLabels, tinyStyles, withRetrieval, writeTinyPack } from "../fixtures/tiny-pack.ts";
import { packStyles, styleSizePx, tinyStyleDraft, writeTinyStylePack } from "../fixtures/tiny-style-pack.ts";

const folder = temporaryFolder("evaluate-styles");

/** Things in three variants of two families, of which one is held out, and a concept that nothing is trained on. */
async function writeSet(): Promise<string> {
  const set = join(folder, "set");
  await mkdir(set);
  const lines: object[] = [];
  const pixels: number[] = [];
  const things = [...tinyLabels, ...Array.from({ length: 25 }, (_, at) => `thing ${at}`)];
  for (const [at, words] of things.entries())
    for (const [turn, family] of ["mingcute", "basil"].entries())
      for (const [kind, variant] of ["line", "fill", "bold"].entries()) {
        const split = family === "basil" ? "heldOutFamily" : words === "thing 8" ? "heldOutConcept" : "train";
        const base = words.replace(" ", "-");
        const shown = { set: family, base, concept: base, words, split, look: "flat", isColour: false };
        lines.push({ row: lines.length, family, variant: `${family}/${variant}`, ...shown, isProcedural: false });
        for (let y = 0; y < styleSizePx; y += 1)
          for (let x = 0; x < styleSizePx; x += 1) {
            const isInside = x > turn && x < 3 + (at % 5) && y > kind && y < 7;
            const isInk = isInside && (kind === 1 || (x + y + at) % (2 + kind) === 0);
            pixels.push(...(isInk ? [40, 40, 40, 255] : [0, 0, 0, 0]));
          }
      }
  await writeFile(join(set, "images.rgba"), Uint8Array.from(pixels));
  await writeFile(join(set, "index.jsonl"), `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`);
  return set;
}

/** The tiny style pack beside one that lends it drawings for captions, in one folder. */
async function writePacks(): Promise<string> {
  const packs = join(folder, "packs");
  const { translations, ...lender } = withRetrieval(tinyFullDraft);
  const drawings = [{ set: "mingcute", licence: "Apache-2.0", styles: [...tinyStyles] }];
  await writeTinyPack(packs, { ...lender, translations: [{ ...translations[0]!, drawings }] });
  const [translation] = tinyStyleDraft.translations;
  const style = tinyStyleDraft.experts["style"] as object;
  const vocabulary = packStyles.map((id) => ({ id, label: id, isOneInk: true as const }));
  return writeTinyStylePack(packs, {
    ...tinyStyleDraft,
    experts: { ...tinyStyleDraft.experts, style: { ...style, vocabulary } as never },
    translations: [{ ...translation!, captions: { translation: "caption", styles: tinyStyles } }],
  });
}

const rowsOf = ({ sections }: Report, id: string) =>
  sections.find((section) => section.id === id)!.tables.flatMap(({ rows }) => rows);

describe("tau evaluate of a flow between styles", () => {
  it("every section is measured with floors and ceilings, what is known comes out as known, and the same seed gives the same numbers", async () => {
    const [set, pack] = [await writeSet(), await writePacks()];
    const entry = await readEntry(pack, true);
    const packsDir = join(folder, "packs");
    const options = { entry, packsDir, set, settings: { seed: 1, limit: 6 }, threads: 1, onProgress: () => {} };
    const openClient = (packIds: readonly string[]) => createInferenceClient({ packsDir, packIds, threads: 1 });
    const report = await evaluateStyles({ ...options, openClient });
    assert.deepEqual(
      report.sections.map(({ id }) => id),
      ["targets", ...stylesSectionIds],
    );
    assert.deepEqual(
      report.leftOut.map(({ id }) => id),
      ["lpips"],
    );
    const source = rowsOf(report, "nearness").find(({ what }) => what === "families never seen: the source as it is")!;
    assert.deepEqual([source.values["pixels"], source.values["features"], source.values["error"]], [0, 0, 1]);
    for (const id of ["nearness", "judge", "captions", "holes"]) {
      const roles = new Set(rowsOf(report, id).map(({ role }) => role));
      assert.deepEqual(
        ["measured", "floor", "ceiling"].filter((role) => !roles.has(role as "floor")),
        [],
        id,
      );
    }
    const real = rowsOf(report, "judge").find(({ what }) => what === "real icons")!;
    assert.equal(real.values["ofReal"], 1);
    assert.equal(rowsOf(report, "holes").find(({ what }) => what === "an empty hole")!.values["error"], 1);
    const known = rowsOf(report, "captions")[0]!;
    assert.ok(known.values["found"]! > 0 && known.values["precision"]! <= known.values["found"]!);
    const captions = rowsOf(report, "captions");
    for (const what of ["drawn, the strict judge", "real icons, the strict judge"]) {
      const { values } = captions.find((row) => row.what === `known concepts: ${what}`)!;
      assert.ok(values["precision"]! >= 0 && values["precision"]! <= 1, what);
    }
    const asFound = captions.find(({ what }) => what === "known concepts: the drawing that was found, as it is")!;
    assert.ok(asFound.n > 0 && asFound.n <= known.n, `${asFound.n} of ${known.n}`);
    const [own] = rowsOf(report, "likelihood");
    assert.ok(Number.isFinite(own!.values["nats"]) && own!.values["roundTrip"]! < 1e-3);
    const out = join(folder, "report");
    await publishReport(report, out);
    assert.deepEqual((await readdir(out)).sort(), ["report.json", "report.md", "worst.png"]);
    const only = ["nearness", "seeds"];
    const again = await evaluateStyles({ ...options, only });
    for (const id of only) assert.deepEqual(rowsOf(again, id), rowsOf(report, id));
    await assert.rejects(evaluateStyles({ ...options, only: ["beauty"] }), { code: "config_invalid" });
    await assert.rejects(evaluateStyles({ ...options, set: join(folder, "none") }), {
      code: "dataset_invalid",
      message: /render-styles/,
    });
  });
});

it("the style judge names styles that differ in their features, and only those that may be named", () => {
  const dims = 6;
  const styles = Array.from({ length: 60 }, (_, at) => ["flat", "bold", "thin"][at % 3]!);
  const values = normals(styles.length * dims, 3);
  for (const [row, style] of styles.entries())
    values[row * dims + (style === "flat" ? 0 : style === "bold" ? 1 : 2)]! += 9;
  const features = { values, dims };
  assert.deepEqual(fitStyleJudge(features, styles, ["flat", "bold", "thin"]).name(features), styles);
  const named = fitStyleJudge(features, styles, ["flat", "bold"]).name(features);
  assert.deepEqual(new Set(named), new Set(["flat", "bold"]));
});
