/** `tau restyle` on a tiny pack that translates between styles: files and styles from folders, in the real child. */
import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { keepInference } from "../../server/cli/cli-session.ts";
import { decodeRgba, probeImage } from "../../server/images/codec.ts";
import type { FittingDrawing } from "../../shared/contract/generations/drawings.ts";
import { tinyFullDraft, withRetrieval, writeTinyPack } from "../fixtures/tiny-pack.ts";
import { styleSizePx, tinyStyleDraft, writeTinyStylePack } from "../fixtures/tiny-style-pack.ts";
import { greyPng } from "../http/images.ts";
import { linesOf, tauIn } from "./run-tau.ts";

const folder = await mkdtemp(join(tmpdir(), "tau-restyle-cli-"));
const at = (name: string): string => join(folder, name);
const tau = tauIn(folder);
const restyle = (...args: string[]) =>
  tau("restyle", "--packs", at("packs"), "--seed", "3", "--out", at("out"), ...args);
after(keepInference());
after(() => rm(folder, { recursive: true }));

before(async () => {
  await writeTinyStylePack(at("packs"));
  await mkdir(at("own"));
  for (const [name, grey] of [
    ["a", 20],
    ["b", 120],
    ["c", 250],
  ] as const)
    await writeFile(join(at("own"), `${name}.png`), greyPng(styleSizePx, grey, 0));
  await writeFile(
    at("square.svg"),
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M1 1h5v5H1z" fill="currentColor"/></svg>',
  );
  await writeFile(at("grey.png"), greyPng(styleSizePx, 90, 0));
  await mkdir(at("empty"));
});

it("tau restyle draws files, SVG too, in the style of a folder's icons, which differs from one of the pack", async () => {
  const files: Buffer[] = [];
  for (const style of [
    ["--style-from", at("own")],
    ["--style", "filled"],
    ["--style-from", at("own"), "--one-style"],
  ]) {
    const result = await restyle(at("square.svg"), at("grey.png"), ...style);
    assert.equal(result.code, 0, result.err);
    const lines = linesOf<{ file: string; seed: number }>(result);
    assert.deepEqual(lines.map(({ file }) => file).sort(), [at("out/000-square.png"), at("out/001-grey.png")]);
    for (const { file } of lines) {
      const bytes = await readFile(file);
      assert.equal((await probeImage(bytes)).widthPx, styleSizePx);
      files.push(bytes);
    }
  }
  assert.equal(new Set(files.map((bytes) => bytes.toString("base64"))).size, files.length);
});

it("tau generate --start-from is the request's drawing, and refused where it names none", async () => {
  const generate = (...args: string[]) => tau("generate", "--packs", at("packs"), "--out", at("out"), ...args);
  const caption = ["--translation", "restyle", "--caption", "piggy bank"];
  const { code, err } = await generate(...caption, "--start-from", "piggy-bank");
  assert.notEqual(code, 0);
  assert.match(err, /--start-from: expected the id of a drawing such as lucide:piggy-bank/);
  // In the words of the API.
  assert.match(
    (await generate(...caption, "--start-from", "lucide:piggy-bank")).err,
    /--start-from: expected a translation whose captions find drawings of a library, got restyle, which has none/,
  );
  const unknown = await tau("generate", ...caption, "--start-from", "lucide:none", "--out", at("out"));
  assert.notEqual(unknown.code, 0);
  assert.match(
    unknown.err,
    /--start-from: expected the id of a drawing of the library, such as lucide:piggy-bank, got lucide:none/,
  );
});

it("tau drawings lists what a caption may start from, in a style, and says where there is none", async () => {
  const list = async (...args: string[]) => {
    const result = await tau("drawings", ...args);
    assert.equal(result.code, 0, result.err);
    return linesOf<FittingDrawing>(result);
  };
  const found = await list("piggy bank", "--style", "Lucide", "--count", "3");
  assert.equal(found.length, 3);
  const { svg, ...first } = found[0]!;
  assert.deepEqual(
    [first.id, first.icon, first.set, first.licence],
    ["lucide:piggy-bank", "piggy-bank", "lucide", "ISC"],
  );
  assert.match(svg, /^<svg/);
  for (const { licence } of await list("piggy bank", "--licences", "Apache-2.0")) assert.equal(licence, "Apache-2.0");
  for (const [args, said, code] of [
    [[], /expected one caption, got 0/, 2],
    [["a", "b"], /expected one caption, got 2/, 2],
    [["bell", "--style", "lucide", "--style-from", at("own")], /got both/, 2],
    [["bell", "--count", "49"], /--count: /, 1],
    [["bell", "--licences", "x"], /--licences: /, 1],
    [["zorgle blimf"], /caption_unknown: CAPTION: expected words that name a drawing/, 1],
    [["bell", "--packs", at("packs")], /expected only style, /, 1],
  ] as const) {
    const refused = await tau("drawings", ...args);
    assert.match(refused.err, said);
    assert.equal(refused.code, code);
  }
});

it("tau restyle --style-from leaves out icons that can't be read, each with a line, and fails where none can be", async () => {
  await mkdir(at("mixed"));
  const words = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><text>a</text></svg>';
  for (const [name, bytes] of [
    ["a.png", await readFile(at("own/a.png"))],
    ["words.svg", Buffer.from(words)],
    ["z.png", Buffer.from("no picture")],
  ] as const)
    await writeFile(join(at("mixed"), name), bytes);
  const mixed = await restyle(at("square.svg"), "--style-from", at("mixed"));
  assert.equal(mixed.code, 0, mixed.err);
  const left = mixed.err.match(/^--style-from: leaves out .*$/gm) ?? [];
  assert.equal(left.length, 2, mixed.err);
  assert.match(left[0]!, /mixed\/words\.svg: svg: expected only .*, got <text>$/);
  assert.match(left[1]!, /mixed\/z\.png: image: expected PNG/);
  const drawn = await readFile(at("out/000-square.png"));
  await rm(join(at("mixed"), "words.svg"));
  await rm(join(at("mixed"), "z.png"));
  assert.equal((await restyle(at("square.svg"), "--style-from", at("mixed"))).code, 0);
  assert.deepEqual(await readFile(at("out/000-square.png")), drawn);
  await rm(join(at("mixed"), "a.png"));
  await writeFile(join(at("mixed"), "words.svg"), words);
  const none = await restyle(at("square.svg"), "--style-from", at("mixed"));
  assert.equal(none.code, 1);
  assert.match(none.err, /^tau restyle: image_rejected: .*words\.svg: svg: expected only/m);
});

it("tau restyle draws all files but those that show nothing, which the error names", async () => {
  await writeFile(
    at("blank.svg"),
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8H0z" fill="#fff"/></svg>',
  );
  await copyFile(at("blank.svg"), at("empty.svg"));
  const files = ["blank.svg", "square.svg", "grey.png", "empty.svg"].map((name) => at(name));
  const result = await restyle(...files, "--style", "filled");
  assert.notEqual(result.code, 0);
  for (const name of ["blank", "empty"])
    assert.match(result.err, new RegExp(`${name}\\.svg: .*expected an image that shows something`));
  const drawn = linesOf<{ file: string }>(result).map(({ file }) => file);
  assert.deepEqual(drawn.sort(), [at("out/001-square.png"), at("out/002-grey.png")]);
});

it("tau restyle --colours draws in the requested colours, and refuses what is none by its flag", async () => {
  const drawn = async (colours: string) => {
    const result = await restyle(at("square.svg"), "--colours", colours);
    assert.equal(result.code, 0, result.err);
    const { rgba } = await decodeRgba(await readFile(at("out/000-square.png")));
    return [...rgba];
  };
  const [red, blue] = [await drawn("#ff0000"), await drawn("#0000ff")];
  const isPainted = red.some((value, place) => place % 4 === 3 && value > 0);
  assert.ok(isPainted);
  for (let place = 0; place < red.length; place += 4) {
    assert.equal(red[place + 3], blue[place + 3]);
    if (red[place + 3]! === 0) continue;
    assert.deepEqual(red.slice(place, place + 3), [255, 0, 0]);
    assert.deepEqual(blue.slice(place, place + 3), [0, 0, 255]);
  }
  const refused = await restyle(at("grey.png"), "--colours", "red");
  assert.match(refused.err, /--colours/);
  assert.notEqual(refused.code, 0);
});

it("tau restyle takes the pack that knows the style by name, and tau generate --style-from the one that reads styles from images", async () => {
  const [translation] = tinyStyleDraft.translations;
  await writeTinyPack(at("both"), withRetrieval(tinyFullDraft));
  await writeTinyStylePack(at("both"), {
    ...tinyStyleDraft,
    translations: [{ ...translation!, captions: { translation: "caption", styles: ["flat"] } }],
  });
  const both = ["--packs", at("both"), "--seed", "3", "--out", at("chosen")];
  // A kept residual has no temperature, so that the complaint says which translation was chosen.
  const refused = await tau("restyle", at("grey.png"), "--style", "flat", "--temperature", "0", ...both);
  assert.match(
    refused.err,
    /--temperature: expected a translation that reads drawings, got one that keeps the residual/,
  );
  const kept = await tau("restyle", at("grey.png"), "--style", "flat", ...both);
  assert.equal(kept.code, 0, kept.err);
  const restyled = await tau("restyle", at("grey.png"), "--style", "filled", "--temperature", "0", ...both);
  assert.equal(restyled.code, 0, restyled.err);
  const drawn = await tau("generate", "--caption", "red", "--style-from", at("own"), "--temperature", "0", ...both);
  assert.equal(drawn.code, 0, drawn.err);
  const [{ file }] = linesOf<{ file: string }>(drawn) as [{ file: string }];
  assert.equal((await probeImage(await readFile(file))).widthPx, styleSizePx);
});

it("tau family draws names in a style of that pack, by its name or as icons show it", async () => {
  const names = ["red", "green"];
  const drawn: Record<string, Buffer[]> = {};
  for (const style of [
    ["--style", "filled"],
    ["--style-from", at("own")],
  ]) {
    const out = at(`family${style[0]}`);
    const result = await tau(
      "family",
      ...names,
      ...style,
      "--packs",
      at("both"),
      "--seed",
      "3",
      "--format",
      "png",
      "--out",
      out,
    );
    assert.equal(result.code, 0, result.err);
    const lines = linesOf<{ file?: string; name?: string }>(result);
    assert.deepEqual(lines.map(({ name }) => name).slice(0, 2), names);
    drawn[style[0]!] = await Promise.all(lines.slice(0, 2).map(({ file }) => readFile(file!)));
  }
  assert.notDeepEqual(drawn["--style"], drawn["--style-from"]);
  const byName = await tau(
    "generate",
    "--caption",
    "red",
    "--style",
    "filled",
    "--count",
    "1",
    "--packs",
    at("both"),
    "--seed",
    "3",
    "--temperature",
    "0",
    "--out",
    at("family-one"),
  );
  assert.equal(byName.code, 0, byName.err);
  const [{ file }] = linesOf<{ file: string }>(byName) as [{ file: string }];
  const pixels = await Promise.all(
    [file, join(at("family--style"), "red.png")].map(async (path) => (await decodeRgba(await readFile(path))).rgba),
  );
  assert.deepEqual(pixels[0], pixels[1], "a member is what its name alone gives");
  const both = await tau(
    "family",
    "red",
    "--style",
    "filled",
    "--style-from",
    at("own"),
    "--packs",
    at("both"),
    "--out",
    at("none"),
  );
  assert.deepEqual([both.code, /got both/.test(both.err)], [2, true]);
});

it("tau family draws the names that can be drawn, and fails with the others by name", async () => {
  const given = ["red", "zzzzz", "green", "qqqqq", "--style", "filled", "--packs", at("both"), "--format", "png"];
  const result = await tau("family", ...given, "--out", at("some"));
  assert.equal(result.code, 1);
  const lines = linesOf<{ file?: string; name?: string; refused?: object[] }>(result);
  const left = ["zzzzz", "qqqqq"].map((name) => ({ name, code: "caption_unknown" }));
  assert.deepEqual(
    lines.map(({ file, name, refused }) => file ?? name ?? refused),
    [at("some/red.png"), at("some/green.png"), left],
  );
  assert.match(
    result.err,
    /^tau family: caption_unknown: names\.1: expected .*"zzzzz"; names\.3: expected .*"qqqqq"$/m,
  );
});

it("tau restyle loads the pack whose drawings captions find for a caption alone", async () => {
  const [translation] = tinyStyleDraft.translations;
  const { pack } = await writeTinyPack(at("lent"), withRetrieval(tinyFullDraft));
  await writeTinyStylePack(at("lent"), {
    ...tinyStyleDraft,
    translations: [{ ...translation!, captions: { translation: "caption", styles: ["flat"] } }],
  });
  await writeFile(join(pack, "flow/caption.onnx"), "loading it fails");
  const lent = ["--packs", at("lent"), "--seed", "3", "--out", at("without")];
  const restyled = await tau("restyle", at("grey.png"), "--style", "filled", ...lent);
  assert.equal(restyled.code, 0, restyled.err);
  const drawn = await tau("generate", "--caption", "red", "--style-from", at("own"), ...lent);
  assert.match(drawn.err, /^tau generate: pack_corrupt: .*flow\/caption\.onnx/);
});

it("tau restyle refuses two styles, a folder without images, a mask for several files and a pack that reads no drawings, each by its flag", async () => {
  const refused = async (...args: string[]) => {
    const result = await restyle(...args);
    assert.notEqual(result.code, 0);
    return result.err;
  };
  const file = at("grey.png");
  assert.match(
    await refused(file, "--style", "filled", "--style-from", at("own")),
    /--style NAME or --style-from DIR, got both/,
  );
  assert.match(await refused(file, "--style-from", at("empty")), /--style-from: expected images .* got none/);
  assert.match(await refused(file, file, "--style", "filled", "--mask", file), /one image file beside --mask, got 2/);
  assert.match(
    await refused(file, "--style", "cubist"),
    /style: expected one of outline, filled, duotone, got "cubist"/,
  );
});

it("tau restyle names an SVG that is refused, alone and beside others", async () => {
  const wrong = at("script.svg");
  await writeFile(wrong, '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><script/></svg>');
  for (const files of [[wrong], [wrong, at("grey.png")]]) {
    const { code, err } = await restyle(...files, "--style", "filled", "--format", "svg", "--out", at("named"));
    assert.notEqual(code, 0);
    assert.match(err, /^tau restyle: image_rejected: \S*script\.svg: expected only svg, g, .*, got <script>$/m);
  }
});

it("tau generate draws a sketch in a style that only the translation between styles has, and in one that a folder shows", async () => {
  const house = "M20 90L98 28L172 86L168 168L33 172z";
  await writeFile(
    at("sketch.svg"),
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200"><path d="${house}" fill="none" stroke="#000" stroke-width="6"/></svg>`,
  );
  for (const style of [
    ["--style", "filled"],
    ["--style-from", at("own")],
  ]) {
    const result = await tau(
      ...["generate", "--packs", at("packs"), "--sketch", at("sketch.svg"), ...style],
      ...["--seed", "3", "--out", at("sketched")],
    );
    assert.equal(result.code, 0, result.err);
    const lines = linesOf<{ file: string }>(result);
    assert.equal(lines.length, 1);
    assert.equal((await probeImage(await readFile(lines[0]!.file))).widthPx, styleSizePx);
  }
});

it("tau generate draws a layout of cells, or a picture, by the translation that knows the style, in one image, and refuses an empty one", async () => {
  const generate = (layout: string, ...style: string[]) =>
    tau(
      ...["generate", "--packs", at("packs"), "--layout", layout, ...style],
      ...["--seed", "3", "--out", at("laid-out")],
    );
  const cells = (label: number) => Array.from({ length: 64 }, (_, cell) => (cell % 8 < 4 ? label : 0));
  await writeFile(at("cells.json"), JSON.stringify(cells(4)));
  await writeFile(at("no-cells.json"), JSON.stringify(cells(0)));
  await writeFile(at("few-cells.json"), "[1, 2]");
  for (const layout of [at("cells.json"), at("grey.png")])
    for (const style of [
      ["--style", "filled"],
      ["--style-from", at("own")],
    ]) {
      const result = await generate(layout, ...style);
      assert.equal(result.code, 0, result.err);
      assert.equal(linesOf(result).length, 1);
    }
  const refused = async (file: string) => (await generate(at(file), "--style", "filled")).err;
  assert.match(
    await refused("no-cells.json"),
    /layout_invalid: --layout: expected .* one colour, got cells that are all/,
  );
  assert.match(await refused("few-cells.json"), /layout_invalid: --layout: expected 8 × 8 cells, got 2/);
});

it("tau restyle refuses a badge by its flag where no library draws it", async () => {
  const badged = await restyle(at("square.svg"), "--badge", "a heart");
  assert.equal(badged.code, 1);
  assert.match(badged.err, /--badge: expected only style, .*, got caption/);
});
