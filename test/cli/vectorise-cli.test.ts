/** `tau vectorise` as a user runs it: files in, SVG files and one line each out, and what it refuses by name. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import sharp from "sharp";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { linesOf, tauIn } from "./run-tau.ts";

const folder = temporaryFolder("vectorise-cli");
const disc =
  '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><circle cx="32" cy="32" r="25" fill="#c92a2a"/></svg>';
await writeFile(join(folder, "disc.png"), await sharp(Buffer.from(disc)).png().toBuffer());
await writeFile(join(folder, "disc.webp"), await sharp(Buffer.from(disc)).webp({ lossless: true }).toBuffer());
const clear = { create: { width: 8, height: 8, channels: 4, background: "#0000" } } as const;
await writeFile(join(folder, "clear.png"), await sharp(clear).png().toBuffer());
await writeFile(join(folder, "words.png"), "no picture");
const tau = tauIn(folder);

describe("tau vectorise", () => {
  it("writes one SVG a file, the same for the same pixels, and says what it is made of", async () => {
    const result = await tau("vectorise", "disc.png", "--out", "one");
    assert.equal(result.code, 0, result.err);
    const [line] = linesOf<{ file: string; paths: number; segments: number; bytes: number }>(result);
    assert.deepEqual([line!.paths, line!.segments], [1, 4]);
    const svg = await readFile(join(folder, line!.file), "utf8");
    assert.equal(Buffer.byteLength(svg), line!.bytes);
    assert.match(svg, /<path id="red" fill="#c92a2a"/);
    await tau("vectorise", "disc.webp", "--out", "two");
    assert.equal(await readFile(join(folder, "two", "disc.svg"), "utf8"), svg);
    await tau("vectorise", "disc.png", "--out", "three", "--palette", "#0000ff,#ffffff");
    assert.match(await readFile(join(folder, "three", "disc.svg"), "utf8"), /fill="#0000ff"/);
    const handOff = await tau("vectorise", "disc.png", "--out", "four", "--view-box", "24", "--ink", "current");
    assert.equal(handOff.code, 0, handOff.err);
    const inGrid = await readFile(join(folder, "four", "disc.svg"), "utf8");
    assert.match(inGrid, /width="24" height="24" viewBox="0 0 24 24"/);
    assert.match(inGrid, /fill="currentColor"/);
  });

  it("writes every file, also of one name, and names all that can't be traced at the end", async () => {
    for (const place of ["a", "b", "c"]) await mkdir(join(folder, place));
    for (const [place, name] of [
      ["a", "icon"],
      ["b", "icon"],
      ["c", "Icon-2"],
    ])
      await copyFile(join(folder, "disc.png"), join(folder, place!, `${name}.png`));
    const files = ["a/icon.png", "words.png", "b/icon.png", "clear.png", "c/Icon-2.png"];
    const result = await tau("vectorise", ...files, "--out", "many");
    assert.equal(result.code, 1);
    assert.match(result.err, /words\.png: image: expected PNG[\s\S]*\nclear\.png: image: expected a picture/);
    const written = linesOf<{ file: string }>(result).map(({ file }) => file);
    assert.deepEqual(
      written,
      ["icon.svg", "icon-2.svg", "Icon-2-2.svg"].map((name) => join("many", name)),
    );
    assert.deepEqual((await readdir(join(folder, "many"))).length, 3);
  });

  const refusals: Array<[what: string, args: string[], code: number, message: RegExp]> = [
    ["no file", ["--out", "out"], 2, /expected at least one image file, got none/],
    ["no folder", ["disc.png"], 2, /expected --out DIR, got none/],
    ["a file that is no image", ["words.png", "--out", "out"], 1, /unsupported_media: words\.png: image: expected PNG/],
    [
      "a transparent picture",
      ["clear.png", "--out", "out"],
      1,
      /image_rejected: clear\.png: image: expected a picture with something opaque in it, larger than a speck, got 8 × 8 px/,
    ],
    ["a colour in words", ["disc.png", "--out", "out", "--palette", "red"], 1, /invalid_request: --palette/],
    [
      "a viewBox in words",
      ["disc.png", "--out", "out", "--view-box", "big"],
      1,
      /invalid_request: --view-box: expected a number, got "big"/,
    ],
    [
      "an ink that is none",
      ["disc.png", "--out", "out", "--ink", "red"],
      1,
      /--ink: expected one of current, got "red"/,
    ],
    ["a file that is not there", ["none.png", "--out", "out"], 1, /not_found: none\.png/],
  ];
  for (const [what, args, code, message] of refusals)
    it(`refuses ${what}`, async () => {
      const result = await tau("vectorise", ...args);
      assert.deepEqual([result.code, result.out], [code, ""], result.err);
      assert.match(result.err, message);
      assert.ok(!existsSync(join(folder, "out")), "no folder for nothing");
    });
});
