/** A style of one's own by a search over codes: never worse than its start, published at once, and a pack like any other. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { spreadOf } from "../../../server/engine/pixels/colour-spread.ts";
import { encodePng } from "../../../server/images/codec.ts";
import { readManifest } from "../../../server/manifest/read-manifest.ts";
import { Catalogue } from "../../../server/packs/catalogue.ts";
import { loadPacks } from "../../../server/packs/load.ts";
import { styleBaseIn } from "../../../server/packs/style-pack.ts";
import { fitStyleCode } from "../../../server/training/style/fit-style-code.ts";
import { learnStyle } from "../../../server/training/style/learn-style.ts";
import { inInkOfMost, isOfFlatColours } from "../../../server/training/style/style-icons.ts";
import { worseBy } from "../../../server/training/style/style-judge.ts";
import { StylePairs } from "../../../server/training/style/style-pairs.ts";
import { trainStyle } from "../../../server/training/style/train-style.ts";
import { findTranslation } from "../../../shared/contract/translation-rules.ts";
import { AppError } from "../../../shared/problem.ts";
import { testProgram } from "../../fixtures/processes/test-program.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { styleSizePx, writeTinyStylePack } from "../../fixtures/tiny-style-pack.ts";
import { untilExit } from "../../fixtures/until-exit.ts";

const root = temporaryFolder("learn-style");
const shipped = join(root, "shipped");
await writeTinyStylePack(shipped);

async function iconsIn(folder: string, count: number): Promise<string> {
  await mkdir(folder);
  for (let icon = 0; icon < count; icon += 1) {
    const rgba = Uint8Array.from({ length: 4 * styleSizePx ** 2 }, (_, at) =>
      at % 4 === 3 ? 255 : (at * (icon + 3)) % 251,
    );
    await writeFile(join(folder, `${icon}.png`), await encodePng(rgba, styleSizePx, styleSizePx));
  }
  await writeFile(join(folder, "broken.png"), "no picture");
  return folder;
}

const learn = async (
  folder: string,
  name: string,
  stop?: { readonly at: string; readonly done: number; readonly abort: AbortController },
) => {
  const [entry] = (await Catalogue.open(shipped)).entries;
  const stages: string[] = [];
  const shown: Array<readonly [tried: number, samples: number, caption: string]> = [];
  const seen = (stage: string, done: number): void => {
    stages.push(stage);
    if (stage === stop?.at && done === stop.done) stop.abort.abort();
  };
  const packs = join(root, "packs");
  const base = styleBaseIn(entry!)!;
  const learned = await learnStyle({
    ...{ folder, base, name, label: "My icons", packs, tries: 12, seed: 1 },
    ...(stop && { signal: stop.abort.signal }),
    onStage: seen,
    onPublished: (_, isFirst) => {
      if (isFirst) seen("published", 1);
    },
    onSamples: (samples, tried) => void shown.push([tried, samples.length, samples[0]!.caption]),
  });
  return { ...learned, stages, shown, packs };
};

test("a search over codes finds better ones, never worse ones, and the same ones again", async () => {
  const wanted = [0.4, -0.2, 0.1];
  const readings = [
    [0, 0, 0],
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ].map((code) => Float32Array.from(code));
  const natsOf = async (code: Float32Array) => wanted.reduce((sum, value, axis) => sum + (value - code[axis]!) ** 2, 0);
  const search = { readings, natsOf, tries: 80, seed: 3 };
  const found = await fitStyleCode(search);
  assert.ok(found.nats < 0.05 * found.startNats, `${found.nats} of ${found.startNats}`);
  assert.deepEqual(await fitStyleCode(search), found);
  const best = await fitStyleCode({ ...search, natsOf: async (code) => (code === readings[0] ? 0 : 1) });
  assert.deepEqual([best.code, best.nats], [readings[0], 0]);
  for (const tries of [1, 2, 9]) {
    let tried = 0;
    await fitStyleCode({ ...search, tries, natsOf: async (code) => natsOf(code).finally(() => (tried += 1)) });
    assert.equal(tried, tries);
  }
});

test("a search over codes of thousands of values improves in as few tries, because it moves between readings", async () => {
  const dims = 3840;
  const valueAt = (reading: number, axis: number) => Math.sin(1 + axis * (reading + 1.7)) / Math.sqrt(dims);
  const readings = Array.from({ length: 8 }, (_, reading) =>
    Float32Array.from({ length: dims }, (_, axis) => valueAt(reading, axis)),
  );
  const wanted = readings[0]!.map((_, axis) => (valueAt(3, axis) + valueAt(5, axis)) / 2);
  const natsOf = async (code: Float32Array) => code.reduce((sum, value, axis) => sum + (value - wanted[axis]!) ** 2, 0);
  const found = await fitStyleCode({ readings, natsOf, tries: 60, seed: 1 });
  assert.ok(found.nats < 0.4 * found.startNats, `${found.nats} of ${found.startNats}`);
});

test("a style is published before the search, and after it only when held-out icons gain and the judge loses nothing", async () => {
  const { pack, icons, heldOut, issues, search, stages, shown, packs } = await learn(
    await iconsIn(join(root, "twenty"), 20),
    "mine",
  );
  assert.equal(icons, 20);
  assert.ok(heldOut > 0 && search);
  assert.ok(stages.indexOf("published") < stages.indexOf("searching"));
  assert.deepEqual([issues[0]!.kind, issues.length], ["unreadable_image", 1]);
  assert.deepEqual(
    shown.map(([tried, samples]) => [tried, samples]),
    search.isBetter
      ? [
          [0, 4],
          [12, 4],
        ]
      : [[0, 4]],
  );
  assert.match(shown[0]![2], /^\d+$/);
  const judged = (share: number) => ({ share, pictures: heldOut });
  const fault = worseBy(
    { nats: search.startNats, judge: judged(search.startJudge) },
    { nats: search.foundNats, judge: judged(search.foundJudge) },
  );
  assert.deepEqual([search.isBetter, search.worseBy, pack.version], [!fault, fault, fault ? "0.1.0" : "0.2.0"]);
  const catalogue = await Catalogue.open(shipped, packs);
  assert.deepEqual(catalogue.faults, []);
  const { translation } = findTranslation(catalogue.packs(), "mine");
  assert.deepEqual(translation.styles, [{ id: "mine", label: "My icons", kind: "colour" }]);
  const { translations } = await loadPacks(catalogue, { threads: 1 });
  const expert = translations.find(({ id }) => id === "mine")!.conditions.find(({ name }) => name === "style")!.expert;
  assert.ok((await expert.encode([{ kind: "text", text: "mine" }])).some((value) => value !== 0));
  const { isOneInk, ink, spread } = expert.styleInk!("mine")!;
  assert.deepEqual([isOneInk, ink], [false, undefined]);
  // The icons' channels run over 0 to 250.
  for (const value of spread!.mean) assert.ok(Math.abs(value - 0.5) < 0.1, String(spread!.mean));
  for (const value of spread!.deviation) assert.ok(Math.abs(value - 0.29) < 0.06, String(spread!.deviation));
});

test("a style that was killed right after its better code was published goes on from that code, and other icons from theirs", async () => {
  const folder = await iconsIn(join(root, "killed"), 24);
  const packs = join(root, "packs");
  const options = { folder, basePack: join(shipped, "tiny-styles"), name: "killed", packs, settings: { seed: 1 } };
  const order = { options, moment: { stage: "publishing", done: 1, time: 2 }, isStyle: true };
  const child = spawn(process.execPath, [...testProgram("fixtures/processes/killed-training"), JSON.stringify(order)]);
  assert.equal(await untilExit(child), "SIGKILL");
  const published = async () => {
    const { manifest } = await readManifest(join(packs, "killed"));
    const expert = manifest.experts["style"]!;
    assert.ok(expert.kind === "drawing-style");
    const { metrics } = manifest.translations[0]!;
    return { version: manifest.version, codes: expert.codes, nats: metrics!["heldOutNats"] };
  };
  const better = await published();
  assert.equal(better.version, "0.2.0");
  const versions: string[] = [];
  const stop = new AbortController();
  const train = (onFirst = () => {}) =>
    trainStyle({
      ...options,
      signal: stop.signal,
      onProgress({ published: first }) {
        if (!first) return;
        versions.push(first.version);
        onFirst();
      },
    });
  const { isBetter, startNats, finalNats } = await train();
  assert.deepEqual(versions, ["0.2.0"]);
  const after = await published();
  // Codes are kept in float16.
  const most = better.nats! + 0.01;
  assert.ok(isBetter && finalNats < startNats && finalNats <= most, `${startNats} ${finalNats} ${better.nats}`);
  assert.ok(after.nats! <= most);
  assert.equal(after.version === "0.2.0", after.codes === better.codes);
  await rm(join(folder, "0.png"));
  await assert.rejects(train(() => stop.abort()));
  assert.notEqual(versions[1], after.version);
});

test("icons of one colour teach the same style in any colour, which the pack keeps", async () => {
  const inColour = async (name: string, red: number) => {
    const folder = join(root, `icons-${name}`);
    await mkdir(folder);
    for (let icon = 0; icon < 7; icon += 1) {
      const rgba = new Uint8Array(4 * styleSizePx ** 2);
      for (let at = 0; at < styleSizePx ** 2; at += 1)
        if ((at * (icon + 3)) % 7 < 4) rgba.set([red, 40, 200, 255], 4 * at);
      await writeFile(join(folder, `${icon}.png`), await encodePng(rgba, styleSizePx, styleSizePx));
    }
    return learn(folder, name);
  };
  const learned = [await inColour("blue", 20), await inColour("purple", 160)];
  const catalogue = await Catalogue.open(shipped, learned[0]!.packs);
  const { translations } = await loadPacks(catalogue, { threads: 1 });
  const styleOf = (name: string) =>
    translations.find(({ id }) => id === name)!.conditions.find((condition) => condition.name === "style")!.expert;
  const inks = ["blue", "purple"].map((name) => styleOf(name).styleInk!(name));
  assert.deepEqual(inks, [
    { isOneInk: true, ink: [20 / 255, 40 / 255, 200 / 255], lines: { isAll: false }, liveArea: 1, largest: 1 },
    { isOneInk: true, ink: [160 / 255, 40 / 255, 200 / 255], lines: { isAll: false }, liveArea: 1, largest: 1 },
  ]);
  const [blue, purple] = await Promise.all(
    ["blue", "purple"].map((name) => styleOf(name).encode([{ kind: "text", text: name }])),
  );
  for (const [axis, value] of blue!.entries()) assert.ok(Math.abs(value - purple![axis]!) < 2e-3, `at ${axis}`);
});

test("drawings of one ink on tiles teach a style of that ink, and the pack keeps the tiles and their colours", async () => {
  const folder = join(root, "tiles");
  await mkdir(folder);
  for (let icon = 0; icon < 10; icon += 1) {
    const rgba = new Uint8Array(4 * styleSizePx ** 2);
    const tile = icon % 2 === 0 ? [220, 40, 20, 255] : [20, 60, 200, 255];
    for (let at = 0; at < styleSizePx ** 2; at += 1) rgba.set(tile, 4 * at);
    for (let at = 0; at < 3; at += 1)
      rgba.set([255, 255, 255, 255], 4 * (styleSizePx * (2 + (icon >> 2)) + 2 + ((icon >> 1) % 2) + at));
    await writeFile(join(folder, `${icon}.png`), await encodePng(rgba, styleSizePx, styleSizePx));
  }
  assert.equal(await isOfFlatColours(folder, styleSizePx), true);
  const { packs, icons } = await learn(folder, "tiled");
  assert.equal(icons, 10);
  const { translations } = await loadPacks(await Catalogue.open(shipped, packs), { threads: 1 });
  const own = translations.find(({ id }) => id === "tiled")!;
  const { expert } = own.conditions.find((condition) => condition.name === "style")!;
  const { isOneInk, ink, ground } = expert.styleInk!("tiled")!;
  assert.deepEqual([isOneInk, ink, ground!.sizePx], [true, undefined, styleSizePx]);
  assert.ok(ground!.mask.every((alpha) => alpha === 1));
  assert.deepEqual(
    new Set(ground!.looks.map(({ ground: tile, ink: on }) => `${tile.map((value) => 255 * value)} ${on}`)),
    new Set(["220,40,20 1,1,1", "20,60,200 1,1,1"]),
  );
});

test("lines of one ink with some in a second colour teach a style of one ink, and the pack keeps the accent", async () => {
  const folder = join(root, "accented");
  await mkdir(folder);
  for (let icon = 0; icon < 12; icon += 1) {
    const rgba = new Uint8Array(4 * styleSizePx ** 2);
    for (let x = 0; x < styleSizePx; x += 1) {
      for (const y of [0, 2, 4]) rgba.set([20, 20, 20, 255], 4 * (styleSizePx * (y + (icon % 2)) + x));
      if (x >= icon % 6) rgba.set([30, 90, icon < 6 ? 230 : 232, 255], 4 * (styleSizePx * 7 + x));
    }
    await writeFile(join(folder, `${icon}.png`), await encodePng(rgba, styleSizePx, styleSizePx));
  }
  assert.equal(await isOfFlatColours(folder, styleSizePx), true);
  const { packs, icons } = await learn(folder, "accents");
  assert.equal(icons, 12);
  const { translations } = await loadPacks(await Catalogue.open(shipped, packs), { threads: 1 });
  const { conditions } = translations.find(({ id }) => id === "accents")!;
  const { isOneInk, ink, accents, lines } = conditions.find(({ name }) => name === "style")!.expert.styleInk!(
    "accents",
  )!;
  assert.deepEqual([isOneInk, ink!.map((value) => Math.round(255 * value))], [true, [20, 20, 20]]);
  assert.ok(lines?.isAll && Math.abs(styleSizePx * lines.width! - 1) < 0.2, `${JSON.stringify(lines)}`);
  assert.equal(accents!.length, 1);
  const { ink: accent, share } = accents![0]!;
  assert.ok(Math.abs(accent[2]! - 231 / 255) < 0.01 && share > 0.05 && share < 0.4, `${accent} ${share}`);
});

test("a folder is of one colour where nine of ten icons are, which then are the style without the others", async () => {
  const [sizePx, blue, red] = [styleSizePx, [0, 0.2, 0.8], [0.9, 0, 0]] as const;
  const iconOf = (colour: readonly number[], alpha: number, key: string) => ({
    kind: "image" as const,
    key,
    sizePx,
    planes: Float32Array.from({ length: 4 * sizePx ** 2 }, (_, at) =>
      at % sizePx < 3 ? alpha * (colour[Math.floor(at / sizePx ** 2)] ?? 1) : 0,
    ),
  });
  const many = (count: number, colour: readonly number[], alpha = 1) =>
    Array.from({ length: count }, (_, at) => iconOf(colour, alpha, `${colour} ${at}`));
  const mostly = inInkOfMost([...many(10, blue), ...many(1, red)]);
  assert.deepEqual([mostly.icons.length, mostly.styleInk.isOneInk], [10, true]);
  assert.ok(mostly.icons.every(({ key }) => key.endsWith(" in ink")));
  assert.equal(inInkOfMost(many(10, blue, 0.4)).styleInk.isOneInk, false);
  assert.ok(inInkOfMost(many(10, blue, 0.4)).styleInk.ink);
  const mixed = [...many(5, blue), ...many(5, red)];
  const several = { isOneInk: false, spread: spreadOf(mixed), liveArea: 1, largest: 1 };
  assert.deepEqual(inInkOfMost(mixed), { icons: mixed, styleInk: several });
  assert.deepEqual(inInkOfMost([]), { icons: [], styleInk: { isOneInk: false, spread: spreadOf([]) } });
  assert.equal(await isOfFlatColours(join(root, "twenty"), sizePx), false);
  assert.equal(await isOfFlatColours(join(root, "icons-blue"), sizePx), true);
});

test("what is shown of a style of several colours has their mean and spread, as its answers do", async () => {
  const { translations } = await loadPacks(await Catalogue.open(shipped), { threads: 1 });
  const pairs = new StylePairs(translations[0]!, 0.3);
  const planes = Float32Array.from({ length: 4 * styleSizePx ** 2 }, (_, at) => (at % 5) / 4);
  const icon = { kind: "image", key: "icon", sizePx: styleSizePx, planes } as const;
  const code = await pairs.codeOf("outline");
  const shown = await pairs.pairsOf([icon], code, [await pairs.codeOf("filled")]);
  const reds = async (mean: number): Promise<number> => {
    const spread = { mean: [mean, 0.5, 0.5], deviation: [0.02, 0.02, 0.02] } as const;
    const [image] = await pairs.drawn(shown, code, { isOneInk: false, spread });
    const [red, alpha] = [0, 3].map((channel) =>
      image!.planes
        .subarray(channel * styleSizePx ** 2, (channel + 1) * styleSizePx ** 2)
        .reduce((sum, value) => sum + value, 0),
    );
    return red! / alpha!;
  };
  const [low, high] = [await reds(0.2), await reds(0.8)];
  assert.ok(low < 0.3 && high > low + 0.3, `${low}, ${high}`);
});

test("three icons are a style without a search, and none is refused by the folder's name", async () => {
  const { search, heldOut, pack } = await learn(await iconsIn(join(root, "three"), 3), "few");
  assert.deepEqual([search, heldOut, pack.version], [undefined, 0, "0.1.0"]);
  await assert.rejects(learn(await iconsIn(join(root, "empty"), 0), "none"), /empty: expected at least one SVG, PNG/);
});

test("a style that is stopped says whether it is published, also when the search is over and the judge at work", async () => {
  const folder = await iconsIn(join(root, "ten"), 10);
  for (const [at, done, message] of [
    ["reading", 2, /^stopped; the packs are as they were$/],
    ["published", 1, /^stopped; style stopped 0.1.0 is published and can be used$/],
    ["searching", 12, /^stopped; style stopped 0.1.0 is published and can be used$/],
  ] as const)
    await assert.rejects(
      learn(folder, "stopped", { at, done, abort: new AbortController() }),
      (error) => error instanceof AppError && error.code === "cancelled" && message.test(error.message),
    );
});

test("a style never gets the name of the pack or the translation that it is learned on", async () => {
  for (const name of ["tiny-styles", "restyle"])
    await assert.rejects(
      learn(join(root, "ten"), name),
      (error) => error instanceof AppError && error.code === "config_invalid" && error.message.includes(name),
    );
});
