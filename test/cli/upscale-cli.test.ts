/** `tau upscale` as a user runs it: what it refuses, by the flag or the file that is wrong, before it loads anything; what it makes. */
import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";
import { keepInference } from "../../server/cli/cli-session.ts";
import { encodePng, probeImage } from "../../server/images/codec.ts";
import { packsHome } from "../../server/packs/catalogue.ts";
import { stripes } from "../fixtures/networks/small-upscaler.ts";
import { writeTinyPack } from "../fixtures/tiny-pack.ts";
import { interruptTau, linesOf, tauIn } from "./run-tau.ts";

interface Line {
  readonly file: string;
  readonly kind: "hypothesis" | "variance";
  readonly seed?: number;
  readonly lrPsnrDb?: number;
  readonly meanDeviation?: number;
  readonly widthPx?: number;
  readonly milliseconds: number;
}

const folder = await mkdtemp(join(tmpdir(), "tau-upscale-cli-"));
const packs = join(folder, "packs");
await writeTinyPack(packs);
after(keepInference());
after(() => rm(folder, { recursive: true }));

const write = async (name: string, widthPx: number, heightPx: number): Promise<void> =>
  writeFile(join(folder, name), await encodePng(stripes(widthPx, heightPx).rgba, widthPx, heightPx));
await write("small.png", 12, 8);
await write("large.png", 1500, 2);
// Of many levels, so that there is room for details.
const grass = Uint8Array.from({ length: 4 * 12 * 8 }, (_, at) => (at % 4 === 3 ? 255 : (at * at * 37) % 211));
await writeFile(join(folder, "grass.png"), await encodePng(grass, 12, 8));
await writeFile(join(folder, "words.png"), "no picture");

const tau = tauIn(folder);
const out = join(folder, "out");

describe("tau upscale", () => {
  const refusals: Array<[what: string, args: string[], code: number, message: RegExp]> = [
    [
      "a factor that is none of 2, 3 and 4",
      ["--scale", "5"],
      1,
      /: invalid_request: --scale: expected 1, 2, 3 or 4, got 5\n$/,
    ],
    [
      "a width that is no enlargement",
      ["--width", "12"],
      1,
      /: invalid_request: --width: expected a width of 13 to 48 px, .*, got 12 px for an image of 12 × 8 px\n$/,
    ],
    ["a width in words", ["--width", "wide"], 1, /: invalid_request: --width: expected a number, got "wide"\n$/],
    ["a factor in words", ["--scale", "four"], 1, /: invalid_request: --scale: expected a number, got "four"\n$/],
    ["too much detail", ["--detail", "2"], 1, /: invalid_request: --detail: expected at most 1, got 2\n$/],
    ["detail in words", ["--detail", "much"], 1, /: invalid_request: --detail: expected a number, got "much"\n$/],
    ["hypotheses without detail", ["--count", "3"], 1, /--count: expected 1 with detail 0, .*, got 3\n$/],
    ["too many hypotheses", ["--count", "9", "--detail", "1"], 1, /--count: expected at most 8, got 9\n$/],
    ["outlines without a map", ["--outlines"], 1, /--outlines: expected variance, whose map they are drawn in/],
    ["a seed below 0", ["--seed=-1"], 1, /--seed: expected at least 0, got -1\n$/],
    ["a second file", ["large.png"], 2, /expected one image file, got 2/],
    ["an unknown flag", ["--sharpness", "1"], 2, /--sharpness/],
  ];
  for (const [what, args, code, message] of refusals)
    it(`tau upscale refuses ${what}`, async () => {
      const scale = ["--scale", "--width"].includes(args[0]!) ? [] : ["--scale", "2"];
      const result = await tau("upscale", "small.png", ...scale, ...args, "--packs", packs, "--out", out);
      assert.deepEqual([result.code, result.out], [code, ""]);
      assert.match(result.err, message);
    });

  it("tau upscale names what it can't do without", async () => {
    for (const [args, message] of [
      [["--scale", "2", "--out", out], /expected one image file, got 0/],
      [["small.png", "--out", out], /expected --scale 1, 2, 3 or 4, or --width PX, got neither/],
      [["small.png", "--scale", "2", "--width", "20", "--out", out], /expected --scale .*, got both/],
      [["small.png", "--scale", "2"], /expected --out DIR, got none/],
    ] as const) {
      const result = await tau("upscale", ...args);
      assert.deepEqual([result.code, result.out], [2, ""]);
      assert.match(result.err, message);
    }
  });

  it("tau upscale names the file that is missing, no picture or too large, with the factor that fits, and leaves nothing", async () => {
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

  it("tau upscale refuses an --out that can't be a folder before it loads a pack, and so do the commands that draw", async () => {
    const damaged = join(folder, "damaged");
    const { pack } = await writeTinyPack(damaged);
    await writeFile(join(pack, "flow/caption.onnx"), "loading it fails");
    const image = join(folder, "small.png");
    const cases: Array<[blocked: string, name: string, ...args: string[]]> = [
      [image, "upscale", image, "--scale", "2"],
      [join(image, "below"), "upscale", image, "--scale", "2"],
      [image, "generate", "--caption", "red", "--count", "1"],
      [image, "invert", image],
    ];
    for (const [blocked, name, ...args] of cases) {
      const result = await tau(name, ...args, "--packs", damaged, "--out", blocked);
      assert.deepEqual([result.code, result.out], [1, ""], name);
      const expected = `tau ${name}: invalid_request: --out: expected a folder that can be made, got "${blocked}"\n`;
      assert.equal(result.err, expected);
    }
  });

  it("tau upscale ends with a message where the file system refuses a folder, also in /proc", {
    skip: process.platform === "linux" ? false : "there is no /proc",
  }, async () => {
    const args = ["--scale", "2", "--packs", packs, "--out", "/proc/nope/below"];
    const result = await Promise.race([tau("upscale", "small.png", ...args), sleep(60_000)]);
    assert.ok(result, "expected an end within a minute, got none");
    assert.deepEqual([result.code, result.out], [1, ""]);
    assert.match(result.err, /--out: expected a folder that can be made, got "\/proc\/nope\/below"\n$/);
  });

  it("tau upscale says so when no pack has an upscaler, and so does tau generate --upscale", async () => {
    const alone = await tau("upscale", "small.png", "--scale", "2", "--packs", packs, "--out", out);
    assert.deepEqual([alone.code, alone.out], [1, ""]);
    assert.match(alone.err, /^tau upscale: pack_unavailable: .*no pack with an upscaler\n$/);
    const generate = (scale: string) =>
      tau("generate", "--caption", "red", "--count", "1", "--upscale", scale, "--packs", packs, "--out", out);
    const within = await generate("2");
    assert.match(within.err, /^tau generate: pack_unavailable: --upscale: .*no pack with an upscaler\n$/);
    assert.match((await generate("5")).err, /^tau generate: invalid_request: --upscale: expected 2, 3 or 4, got 5\n$/);
    assert.deepEqual(await readdir(out), []);
  });
});

/** Stripes of two pixels may be met less exactly, and count as drawn. */
const perhapsRinging =
  /^((?:small|grass)\.png: (?:fine structure: an exact match would ring|drawn at its size: [a-z ]+ than it has), so lrPsnrDb is \d+\.\d\n)*$/;

describe("tau upscale with the pack that ships", async () => {
  // Loaded sooner than together with the others.
  const alone = join(folder, "alone");
  await cp(join(packsHome(), "super-resolution"), join(alone, "super-resolution"), { recursive: true });

  it("tau upscale with the pack that ships writes the accurate answer under the image's name and factor, and says what was done to the image", async () => {
    const turned = await sharp(join(folder, "small.png")).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    await writeFile(join(folder, "turned.jpg"), turned);
    const result = await tau("upscale", "turned.jpg", "--scale", "4", "--out", "accurate");
    assert.deepEqual([result.code, result.err], [0, "turned.jpg: turned upright, as its EXIF orientation says\n"]);
    const [line, ...more] = linesOf<Line>(result);
    assert.deepEqual(more, []);
    assert.equal(line!.file, join("accurate", "turned-x4.png"));
    assert.ok(line!.kind === "hypothesis" && line!.lrPsnrDb! > 30 && line!.milliseconds >= 0);
    const probed = await probeImage(await readFile(join(folder, line!.file)));
    assert.deepEqual(probed, { widthPx: 32, heightPx: 48, mediaType: "image/png" });
    assert.deepEqual(await readdir(join(folder, "accurate")), ["turned-x4.png"]);
  });

  it("tau upscale with the pack that ships makes ×3 and any width, named by it", async () => {
    for (const [args, name, widthPx, heightPx] of [
      [["--scale", "3"], "small-x3.png", 36, 24],
      [["--width", "20"], "small-w20.png", 20, 13],
    ] as const) {
      const result = await tau("upscale", "small.png", ...args, "--packs", alone, "--out", "sizes");
      assert.equal(result.code, 0);
      assert.match(result.err, perhapsRinging);
      const [line] = linesOf<Line>(result);
      assert.equal(line!.file, join("sizes", name));
      assert.ok(line!.lrPsnrDb! > 25, `${line!.lrPsnrDb} dB`);
      assert.deepEqual(await probeImage(await readFile(join(folder, line!.file))), {
        widthPx,
        heightPx,
        mediaType: "image/png",
      });
    }
  });

  it("tau upscale with the pack that ships loads that pack alone: a damaged pack beside it, which draws icons, does not matter", async () => {
    const both = join(folder, "both");
    const { pack } = await writeTinyPack(both);
    await cp(join(packsHome(), "super-resolution"), join(both, "super-resolution"), { recursive: true });
    await writeFile(join(pack, "flow/caption.onnx"), "loading it fails");
    const upscaled = await tau("upscale", "small.png", "--scale", "2", "--packs", both, "--out", "needed");
    assert.equal(upscaled.code, 0);
    assert.match(upscaled.err, perhapsRinging);
    const drawn = await tau("generate", "--caption", "red", "--count", "1", "--packs", both, "--out", "needed");
    assert.match(drawn.err, /^tau generate: pack_corrupt: /);
    await writeFile(join(pack, "manifest.json"), JSON.stringify({ id: "tiny", version: 7 }));
    const beside = await tau("upscale", "small.png", "--scale", "2", "--packs", both, "--out", "needed");
    assert.equal(beside.code, 0, beside.err);
  });

  it("tau upscale with the pack that ships refuses a damaged file of it, also one that the picture does not need, and writes nothing", async () => {
    const damaged = join(folder, "damaged-upscaler");
    await cp(alone, damaged, { recursive: true });
    const file = join(damaged, "super-resolution", "x2", "network.onnx");
    const bytes = await readFile(file);
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(file, bytes);
    const result = await tau("upscale", "small.png", "--scale", "4", "--packs", damaged, "--out", "never");
    assert.deepEqual([result.code, result.out], [1, ""]);
    assert.match(
      result.err,
      /^tau upscale: pack_corrupt: pack super-resolution@.*, x2\/network\.onnx: expected SHA-256 /,
    );
    assert.deepEqual(await readdir(join(folder, "never")), []);
  });

  it("tau upscale with the pack that ships names hypotheses and map by all that they depend on, so that none overwrites another", async () => {
    const draw = (...args: string[]) =>
      tau("upscale", "grass.png", "--scale", "2", "--packs", alone, "--out", "lively", ...args);
    const result = await draw("--detail", "0.5", "--seed", "7", "--count", "2", "--variance");
    assert.equal(result.code, 0);
    assert.match(result.err, perhapsRinging);
    const lines = linesOf<Line>(result);
    assert.deepEqual(
      lines.map(({ file, kind, seed }) => [file, kind, seed]),
      [
        [join("lively", "grass-x2-d0.5-seed7.png"), "hypothesis", 7],
        [join("lively", "grass-x2-d0.5-seed8.png"), "hypothesis", 8],
        [join("lively", "grass-x2-d0.5-seed7-variance.png"), "variance", undefined],
      ],
    );
    const files = await Promise.all(lines.map(({ file }) => readFile(join(folder, file))));
    assert.equal(new Set(files.map((file) => file.toString("base64"))).size, 3);
    for (const file of files)
      assert.deepEqual(await probeImage(file), { widthPx: 24, heightPx: 16, mediaType: "image/png" });
    assert.ok(lines[2]!.meanDeviation! > 0);
    assert.equal((await draw("--detail", "1", "--seed", "7")).code, 0);
    assert.equal((await draw("--detail", "0.5", "--seed", "9", "--variance")).code, 0);
    assert.deepEqual((await readdir(join(folder, "lively"))).sort(), [
      "grass-x2-d0.5-seed7-variance.png",
      "grass-x2-d0.5-seed7.png",
      "grass-x2-d0.5-seed8.png",
      "grass-x2-d0.5-seed9-variance.png",
      "grass-x2-d0.5-seed9.png",
      "grass-x2-d1-seed7.png",
    ]);
    assert.deepEqual(await readFile(join(folder, lines[0]!.file)), files[0], "the first is as it was");
  });

  it("tau upscale with the pack that ships leaves whole pictures alone after Ctrl-C, each with its line", async () => {
    await write("larger.png", 256, 192);
    const args = ["--scale", "2", "--detail", "1", "--count", "8", "--packs", alone, "--out", "stopped"];
    const result = await interruptTau(folder, "upscale", "larger.png", ...args);
    assert.equal(result.code, 1);
    assert.match(result.err, /^tau upscale: cancelled: .*\n$/);
    const files = (await readdir(join(folder, "stopped"))).map((name) => join("stopped", name));
    assert.ok(files.length > 0 && files.length < 8, files.join(", "));
    assert.deepEqual(
      files.sort(),
      linesOf<Line>(result)
        .map(({ file }) => file)
        .sort(),
    );
    for (const file of files) await sharp(join(folder, file)).raw().toBuffer();
  });
});
