/** `tau upscale` as a user runs it: what it refuses, by the flag or the file that is wrong, before it loads anything. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { encodePng } from "../../server/images/codec.ts";
import { stripes } from "../fixtures/small-upscaler.ts";
import { writeTinyPack } from "../fixtures/tiny-pack.ts";
import { tauIn } from "./run-tau.ts";

const folder = await mkdtemp(join(tmpdir(), "tau-upscale-cli-"));
const packs = join(folder, "packs");
await writeTinyPack(packs);
after(() => rm(folder, { recursive: true }));

const write = async (name: string, widthPx: number, heightPx: number): Promise<void> =>
  writeFile(join(folder, name), await encodePng(stripes(widthPx, heightPx).rgba, widthPx, heightPx));
await write("small.png", 12, 8);
await write("large.png", 1500, 2);
await writeFile(join(folder, "words.png"), "no picture");

const tau = tauIn(folder);
const out = join(folder, "out");

describe("tau upscale", () => {
  const refusals: Array<[what: string, args: string[], code: number, message: RegExp]> = [
    ["a factor that is neither 2 nor 4", ["--scale", "3"], 1, /: invalid_request: --scale: expected 2 or 4, got 3\n$/],
    ["a factor in words", ["--scale", "four"], 1, /: invalid_request: --scale: expected 2 or 4, got NaN\n$/],
    ["too much detail", ["--detail", "2"], 1, /: invalid_request: --detail: expected at most 1, got 2\n$/],
    [
      "detail in words",
      ["--detail", "much"],
      1,
      /: invalid_request: --detail: expected a value of type number, got NaN\n$/,
    ],
    ["hypotheses without detail", ["--count", "3"], 1, /--count: expected 1 with detail 0, .*, got 3\n$/],
    ["too many hypotheses", ["--count", "9", "--detail", "1"], 1, /--count: expected at most 8, got 9\n$/],
    ["a map without detail", ["--variance"], 1, /--variance: expected a detail above 0, .*, got 0\n$/],
    ["a seed below 0", ["--seed=-1"], 1, /--seed: expected at least 0, got -1\n$/],
    ["a second file", ["large.png"], 2, /expected one image file, got 2/],
    ["an unknown flag", ["--sharpness", "1"], 2, /--sharpness/],
  ];
  for (const [what, args, code, message] of refusals)
    it(`refuses ${what}`, async () => {
      const scale = args[0] === "--scale" ? [] : ["--scale", "2"];
      const result = await tau("upscale", "small.png", ...scale, ...args, "--packs", packs, "--out", out);
      assert.deepEqual([result.code, result.out], [code, ""]);
      assert.match(result.err, message);
    });

  it("asks for what it can't do without", async () => {
    for (const [args, message] of [
      [["--scale", "2", "--out", out], /expected one image file, got 0/],
      [["small.png", "--out", out], /expected --scale 2 or 4, got none/],
      [["small.png", "--scale", "2"], /expected --out DIR, got none/],
    ] as const) {
      const result = await tau("upscale", ...args);
      assert.deepEqual([result.code, result.out], [2, ""]);
      assert.match(result.err, message);
    }
  });

  it("names the file that is missing, no picture or too large, with the factor that fits, and leaves nothing", async () => {
    for (const [file, message] of [
      ["gone.png", /: not_found: gone\.png: expected a file that can be read/],
      ["words.png", /: unsupported_media: words\.png: image: expected PNG, JPEG, WebP or GIF/],
      ["large.png", /: upscale_too_large: large\.png: image: .*got 1500 × 2 px, which fits ×2\n$/],
    ] as const) {
      const result = await tau("upscale", file, "--scale", "4", "--packs", packs, "--out", out);
      assert.deepEqual([result.code, result.out], [1, ""], file);
      assert.match(result.err, message);
    }
    assert.deepEqual(await readdir(out).catch(() => []), []);
  });

  it("says so when no pack has an upscaler, and so does tau generate --upscale", async () => {
    const alone = await tau("upscale", "small.png", "--scale", "2", "--packs", packs, "--out", out);
    assert.deepEqual([alone.code, alone.out], [1, ""]);
    assert.match(alone.err, /^tau upscale: pack_unavailable: .*no pack with an upscaler\n$/);
    const generate = (scale: string) =>
      tau("generate", "--caption", "red", "--count", "1", "--upscale", scale, "--packs", packs, "--out", out);
    const within = await generate("2");
    assert.match(within.err, /^tau generate: pack_unavailable: --upscale: .*no pack with an upscaler\n$/);
    assert.match((await generate("3")).err, /^tau generate: invalid_request: --upscale: expected 2 or 4, got 3\n$/);
    assert.deepEqual(await readdir(out), []);
  });
});
