/** `tau evaluate` as a user runs it: tiny packs, a tiny set, the whole report, and nothing left behind by failures. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { evaluate, sectionIds } from "../../server/evaluation/evaluate.ts";
import type { Report, TimedSection } from "../../server/evaluation/report.ts";
import { encodePng, probeImage } from "../../server/images/codec.ts";
import { readEntry } from "../../server/packs/catalogue.ts";
import { costCard } from "../../server/training/cost-card.ts";
import { tauIn } from "../cli/run-tau.ts";
import { cliProgram } from "../fixtures/processes/programs.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { tinyDraft, tinyFullDraft, tinySizePx, withRetrieval, writeTinyPack } from "../fixtures/tiny-pack.ts";
import { tinyItems, tinyPixels, writeTinySet } from "../fixtures/tiny-set.ts";

const folder = temporaryFolder("evaluate");
const { pack: full } = await writeTinyPack(join(folder, "full"), tinyFullDraft);
const { pack: small } = await writeTinyPack(join(folder, "small"));
const set = await writeTinySet(join(folder, "set"));

/** In this process, or in one of its own that `onStart` gets. */
function tau(args: string[], onStart?: (child: ReturnType<typeof spawn>) => void) {
  if (onStart === undefined) return tauIn(folder)("evaluate", ...args);
  const child = spawn(process.execPath, [cliProgram, "evaluate", ...args], { cwd: folder });
  let [out, err] = ["", ""];
  child.stdout.on("data", (text) => (out += text));
  child.stderr.on("data", (text) => (err += text));
  onStart(child);
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, out, err })),
  );
}

const options = {
  work: join(folder, "work"),
  settings: { seed: 1, limit: 8, temperature: 0.2, guidance: 1, retrieval: 0.9 },
  onProgress: () => {},
};

const readReport = async (out: string): Promise<Report> =>
  JSON.parse(await readFile(join(out, "report.json"), "utf8")) as Report;

const rowOf = ({ tables }: TimedSection, what: RegExp) =>
  tables.flatMap(({ rows }) => rows).find((row) => what.test(row.what))!;

describe("tau evaluate", () => {
  it("tau evaluate writes every section of a pack with every expert, and all figures that the report shows", async () => {
    const out = join(folder, "report");
    const result = await tau([full, "--set", set, "--out", out, "--limit", "8"]);
    assert.deepEqual([result.code, result.out, result.err], [0, `${join(out, "report.md")}\n`, ""]);
    const report = await readReport(out);
    assert.deepEqual(
      report.sections.map(({ id }) => id),
      sectionIds.filter((id) => id !== "cost"),
    );
    assert.deepEqual(
      report.leftOut.map(({ id }) => id),
      ["cost"],
    );
    const markdown = await readFile(join(out, "report.md"), "utf8");
    const figures = [...markdown.matchAll(/!\[.*?\]\((.+?)\)/g)].map(([, file]) => file!);
    assert.deepEqual([...figures, "report.json", "report.md"].sort(), (await readdir(out)).sort());
    for (const file of figures.filter((name) => name.endsWith(".png")))
      assert.equal((await probeImage(await readFile(join(out, file)))).mediaType, "image/png");
    for (const { tables } of report.sections) for (const { rows } of tables) for (const { n } of rows) assert.ok(n > 0);
  });

  it("tau evaluate gives the same numbers for the same seed, alone or among others", async () => {
    const entry = await readEntry(full, true);
    const run = (only: readonly string[]) => evaluate({ ...options, entry, set, only });
    const together = await run(["colours", "distribution", "sketch"]);
    const alone = await run(["sketch"]);
    assert.deepEqual(alone.sections[0]!.tables, together.sections[2]!.tables);
  });

  it("tau evaluate measures real images and exact inversion as what they are", async () => {
    const entry = await readEntry(full, true);
    const only = ["layout", "sketch", "low-resolution", "soundness", "memorisation", "held-out"];
    const { sections } = await evaluate({ ...options, entry, set, only });
    const sectionOf = (id: string): TimedSection => sections.find((section) => section.id === id)!;
    for (const id of ["layout", "sketch"]) assert.equal(rowOf(sectionOf(id), /^real images$/).values["score"], 1);
    assert.equal(rowOf(sectionOf("low-resolution"), /^real images$/).values["score"], 100);
    assert.ok(rowOf(sectionOf("soundness"), /held-out/).values["error"]! < 1e-3);
    // The tiny set draws the same squares for training and for holding out.
    assert.equal(rowOf(sectionOf("memorisation"), /^held-out images/).values["median"], 0);
    const nats = (what: RegExp): number => rowOf(sectionOf("held-out"), what).values["nats"]!;
    assert.ok(nats(/posterior/) < nats(/diagonal Gaussian/));
    const explained = (what: RegExp): number => rowOf(sectionOf("held-out"), what).values["explained"]!;
    for (const what of [/^all conditions$/, /^nothing/]) assert.ok(explained(what) < 1, `${what} ${explained(what)}`);
    assert.deepEqual([explained(/posterior/), explained(/diagonal Gaussian/)], [1, 0]);
  });

  it("tau evaluate requests words and a picture together and apart, with guidance off and on for each", async () => {
    const entry = await readEntry(full, true);
    const { sections } = await evaluate({ ...options, entry, set, only: ["sketch", "layout", "low-resolution"] });
    for (const { tables, figures, id } of sections) {
      const given = tables[0]!.rows.map(({ what, values }) => [what, values["words"], values["picture"]]);
      const name = id.replace("-", " ");
      assert.deepEqual(given.slice(0, 8), [
        ["words alone", 0, undefined],
        ["words alone", 2, undefined],
        [`${name} alone`, undefined, 0],
        [`${name} alone`, undefined, 2],
        [`words and ${name}`, 0, 0],
        [`words and ${name}`, 2, 0],
        [`words and ${name}`, 0, 2],
        [`words and ${name}`, 2, 2],
      ]);
      for (const { values } of tables[0]!.rows) assert.ok(values["both"]! <= values["precision"]!);
      assert.equal(rowOf({ tables } as TimedSection, /^real images$/).values["both"], 1);
      assert.deepEqual(
        figures.map(({ file }) => file),
        [`${id}.png`],
      );
    }
  });

  it("tau evaluate shows what the share of retrieval does where a pack brings some, and else what the flow does by itself", async () => {
    const { pack } = await writeTinyPack(join(folder, "exampled"), withRetrieval(tinyFullDraft));
    const curvesOf = async (path: string) => {
      const entry = await readEntry(path, true);
      const { sections } = await evaluate({ ...options, entry, set, only: ["curves"] });
      return sections[0]!.tables;
    };
    const [[share, ...exampled], plain] = [await curvesOf(pack), await curvesOf(full)];
    assert.equal(share?.title, "Share of retrieval");
    assert.deepEqual(exampled, plain);
    const gains = share!.rows.map(({ values }) => values["gain"]);
    assert.equal(new Set(gains).size, gains.length, `${gains}`);
  });

  it("tau evaluate sets the flow alone beside sketches and layouts that start from retrieved drawings, and beside no others", async () => {
    const { pack } = await writeTinyPack(join(folder, "sketched"), withRetrieval(tinyFullDraft));
    const entry = await readEntry(pack, true);
    const tablesOf = async (only: readonly string[], own: Partial<typeof options.settings> = {}) => {
      const settings = { ...options.settings, ...own };
      const { sections } = await evaluate({ ...options, entry, set, only, settings });
      return sections.map(({ tables }) => tables[0]!.rows);
    };
    const [sketch, layout, small] = await tablesOf(["sketch", "layout", "low-resolution"]);
    const isControl = ({ what }: { readonly what: string }): boolean => what.endsWith(", without retrieval");
    for (const [name, rows] of Object.entries({ sketch: sketch!, layout: layout! })) {
      assert.deepEqual(
        rows.filter(isControl).map(({ what, role }) => [what, role]),
        [
          [`${name} alone, without retrieval`, "control"],
          [`words and ${name}, without retrieval`, "control"],
        ],
      );
      const both = rows.filter(
        ({ what, values }) => what.startsWith("words and") && !values["words"] && !values["picture"],
      );
      assert.equal(new Set(both.map(({ values }) => values["score"])).size, 2);
    }
    assert.deepEqual(small!.filter(isControl), []);
    const [flowAlone] = await tablesOf(["sketch"], { retrieval: 0 });
    assert.deepEqual(flowAlone!.filter(isControl), []);
    const scoreOf = (rows: typeof sketch, what: string): number | undefined =>
      rows!.find((row) => row.what === what)!.values["score"];
    assert.equal(scoreOf(flowAlone, "sketch alone"), scoreOf(sketch, "sketch alone, without retrieval"));
  });

  it("tau evaluate requests words and a picture of concepts never seen as well, without guidance, where there are some", async () => {
    const items = tinyItems.map((item) =>
      item.row >= 60 && item.row < 68 ? { ...item, split: "heldOutConcept" } : item,
    );
    const strange = await writeTinySet(join(folder, "strange"), { items });
    const entry = await readEntry(full, true);
    const settings = { ...options.settings, limit: 16 };
    const of = async (from: string) =>
      (await evaluate({ ...options, settings, entry, set: from, only: ["sketch"] })).sections[0]!;
    const [table] = (await of(strange)).tables.slice(1);
    assert.equal(table?.title, "Sketch consistency, concepts never seen");
    assert.deepEqual(
      table.rows.map(({ what, n }) => [what, n]),
      [
        "words alone",
        "sketch alone",
        "words and sketch",
        "real images of others",
        "reconstructions",
        "real images",
      ].map((what) => [what, 9]),
    );
    assert.equal((await of(set)).tables.length, 1);
  });

  it("tau evaluate measures a translation that reads a sketch and no words by the sketch alone", async () => {
    const [translation] = tinyFullDraft.translations;
    const conditions = [{ name: "sketch", expert: "sketch" } as const];
    const draft = { ...tinyFullDraft, translations: [{ ...translation!, conditions }] };
    const { pack } = await writeTinyPack(join(folder, "wordless"), draft);
    const { sections, leftOut } = await evaluate({ ...options, entry: await readEntry(pack, true), set });
    assert.deepEqual(
      sections.map(({ id }) => id),
      ["held-out", "distribution", "memorisation", "sketch", "soundness"],
    );
    assert.match(leftOut.find(({ id }) => id === "curves")!.reason, /reads no words/);
    const { rows } = sections.find(({ id }) => id === "sketch")!.tables[0]!;
    assert.deepEqual(
      rows.map(({ what }) => what),
      ["sketch alone", "sketch alone", "real images of others", "reconstructions", "real images"],
    );
  });

  it("tau evaluate pairs shuffled conditions with other images also where the images fill whole batches", async () => {
    const many = Array.from({ length: 320 }, (_, row) => ({
      ...tinyItems[row % 60]!,
      row,
      id: `many-${row}`,
      split: row < 64 ? "train" : "heldOutPair",
    }));
    const rowBytes = 4 * tinySizePx ** 2;
    const pixels = new Uint8Array(many.length * rowBytes);
    const tiny = tinyPixels();
    for (const { row } of many)
      pixels.set(tiny.subarray((row % 60) * rowBytes, ((row % 60) + 1) * rowBytes), row * rowBytes);
    const large = await writeTinySet(join(folder, "large"), { items: many, pixels });
    const entry = await readEntry(full, true);
    const settings = { ...options.settings, limit: 256 };
    const { sections } = await evaluate({ ...options, settings, entry, set: large, only: ["held-out"] });
    const [own, shuffled] = [/^all conditions$/, /^all conditions, shuffled$/].map((what) => rowOf(sections[0]!, what));
    assert.equal(own!.n, 256);
    assert.notEqual(own!.values["nats"], shuffled!.values["nats"]);
  });

  it("tau evaluate measures what needs no set without one, and says why the rest is left out", async () => {
    const out = join(folder, "without-set");
    assert.equal((await tau([small, "--out", out])).code, 0);
    const { sections, leftOut } = await readReport(out);
    assert.deepEqual(
      sections.map(({ id }) => id),
      ["colours", "soundness"],
    );
    assert.equal(sections.length + leftOut.length, sectionIds.length);
    for (const { reason } of leftOut) assert.match(reason, /^needs|^the translation reads no|^the pack has no/);
  });

  it("tau evaluate leaves out what a translation of fewer conditions can't answer", async () => {
    const entry = await readEntry(small, true);
    const { leftOut } = await evaluate({ ...options, entry, set });
    assert.deepEqual(
      leftOut.map(({ id }) => id),
      ["alignment", "distribution", "sketch", "layout", "low-resolution", "depths", "cost"],
    );
    assert.match(leftOut[0]!.reason, /feature net/);
    assert.match(leftOut[2]!.reason, /reads no sketch/);
  });

  it("tau evaluate reads a folder of captioned images as training does, and judges its held-out ones", async () => {
    const images = join(folder, "images");
    await mkdir(images);
    for (let at = 0; at < 90; at += 1) {
      const rgba = new Uint8Array(tinySizePx ** 2 * 4).fill(255);
      for (const pixel of [at % 61, (7 * at) % 61, (11 * at) % 61]) rgba.set([at, 255 - at, 2 * at], 4 * pixel);
      await writeFile(
        join(images, `dot ${String.fromCharCode(97 + (at % 26), 97 + Math.floor(at / 26))}.png`),
        await encodePng(rgba, tinySizePx, tinySizePx),
      );
    }
    const entry = await readEntry(full, true);
    const only = ["held-out", "memorisation", "restyle"];
    const { set: read, sections, leftOut } = await evaluate({ ...options, entry, set: images, only });
    assert.equal(read?.folder, images);
    const heldOut = sections.find(({ id }) => id === "held-out")!;
    assert.ok(rowOf(heldOut, /^all conditions$/).n >= 8);
    assert.deepEqual(
      leftOut.map(({ id }) => id),
      ["restyle"],
    );
    assert.match(leftOut[0]!.reason, /another style/);
  });

  it("tau evaluate shows the cost card and the loss curve that training left in a pack", async () => {
    const { pack } = await writeTinyPack(join(folder, "trained"));
    const records = join(pack, "training", tinyDraft.version);
    await mkdir(records, { recursive: true });
    const cost = costCard({ wallSeconds: 100, cpuSeconds: 240 });
    await writeFile(join(records, "cost.json"), JSON.stringify(cost));
    await writeFile(join(records, "loss.svg"), "<svg/>");
    const report = await evaluate({ ...options, entry: await readEntry(pack, true), only: ["cost"] });
    const [section] = report.sections;
    assert.deepEqual(rowOf(section!, /this translation/).values, {
      wall: 100,
      cpu: 240,
      kwh: cost.kwh,
      euros: cost.euros,
      co2Kg: cost.co2Grams / 1000,
    });
    assert.equal(rowOf(section!, /cINN/).values["kwh"], 14.4);
    assert.equal(section!.figures[0]!.file, "loss.svg");
    await writeFile(join(records, "cost.json"), "{");
    const broken = await evaluate({ ...options, entry: await readEntry(pack, true), only: ["cost"] });
    assert.deepEqual([broken.sections.length, broken.leftOut.length], [0, 1]);
  });

  it("tau evaluate says in one line what is wrong, and leaves no folder", async () => {
    const home = join(folder, "wrong");
    await mkdir(home);
    const out = join(home, "out");
    const cases: Array<[args: string[], code: number, message: RegExp]> = [
      [[], 2, /expected one PACK, got none/],
      [[join(folder, "nowhere"), "--out", out], 1, /^tau evaluate: pack_unavailable: PACK: expected a folder/],
      [[full, "--only", "beauty", "--out", out], 1, /^tau evaluate: config_invalid: --only: expected some of held-out/],
      [[full, "--limit", "7", "--out", out], 1, /^tau evaluate: config_invalid: --limit/],
      [[full, "--translation", "poem", "--out", out], 1, /translation_unknown: --translation: expected one of caption/],
      [[full, "--set", home, "--out", out], 1, /^tau evaluate: dataset_invalid: /],
      [[full, "--out", set], 1, /^tau evaluate: config_invalid: --out: expected a new folder/],
    ];
    for (const [args, code, message] of cases) {
      const result = await tau(args);
      assert.deepEqual([result.code, result.out], [code, ""], args.join(" "));
      assert.match(result.err, message);
    }
    assert.deepEqual(await readdir(home), []);
  });

  it("tau evaluate leaves nothing when a set breaks off in the middle", async () => {
    const broken = join(folder, "broken");
    await mkdir(broken);
    await copyFile(join(set, "index.jsonl"), join(broken, "index.jsonl"));
    await writeFile(join(broken, "images.rgba"), (await readFile(join(set, "images.rgba"))).subarray(4));
    const out = join(folder, "never");
    const result = await tau([full, "--set", broken, "--out", out]);
    assert.deepEqual([result.code, result.out], [1, ""]);
    assert.match(result.err, /dataset_invalid: .*images\.rgba: expected \d+ bytes/);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.startsWith("never")),
      [],
    );
  });

  it("tau evaluate stops between two steps when asked to", async () => {
    const abort = new AbortController();
    const entry = await readEntry(full, true);
    const onProgress = (text: string): void => {
      if (text.startsWith("colours")) abort.abort();
    };
    await assert.rejects(evaluate({ ...options, entry, set, signal: abort.signal, onProgress }), { code: "cancelled" });
  });
});
