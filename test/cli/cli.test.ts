/**
 * `tau generate` and `tau packs` as a user runs them, on a tiny pack: exit codes, one JSON line an image. What draws and what fails a
 * check runs in a process of its own, refusals run in this one.
 */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { probeImage } from "../../server/images/codec.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { tinySizePx, writeTinyPack } from "../fixtures/tiny-pack.ts";
import { linesOf, tauIn, tauProcessIn } from "./run-tau.ts";

const folder = temporaryFolder("cli");
const packs = join(folder, "packs");
const { pack, digest } = await writeTinyPack(packs);

const tau = tauIn(folder);
const tauProcess = tauProcessIn(folder);

describe("tau generate", () => {
  it("tau generate writes PNG files and prints one JSON line an image, nothing else", async () => {
    const out = join(folder, "out");
    const generate = (...more: string[]) =>
      tauProcess("generate", "--packs", packs, "--caption", "red apple", "--style", "flat", ...more);
    const result = await generate("--count", "3", "--seed", "7", "--out", out);
    assert.deepEqual([result.code, result.err], [0, ""]);
    const lines = linesOf<{ file: string; seed: number; logLikelihood: number; milliseconds: number }>(result);
    assert.deepEqual(
      lines.map(({ seed }) => seed),
      [7, 8, 9],
    );
    assert.deepEqual(
      lines.map(({ file }) => file),
      ["000-7.png", "001-8.png", "002-9.png"].map((name) => join(out, name)),
    );
    assert.deepEqual((await readdir(out)).length, 3);
    for (const { file, logLikelihood, milliseconds } of lines) {
      assert.ok(Number.isFinite(logLikelihood) && milliseconds >= 0);
      const probed = await probeImage(await readFile(file));
      assert.deepEqual(probed, { widthPx: tinySizePx, heightPx: tinySizePx, mediaType: "image/png" });
    }
    const again = join(folder, "again");
    const alone = await generate("--count", "1", "--seed", "9", "--out", again);
    assert.equal(alone.code, 0);
    assert.deepEqual(await readFile(join(again, "000-9.png")), await readFile(join(out, "002-9.png")));
  });

  it("tau generate says in one line what is wrong, with its code, and writes nothing", async () => {
    const out = join(folder, "nothing");
    const cases: Array<[args: string[], code: number, message: RegExp]> = [
      [
        ["--caption", "cat", "--count", "0", "--out", out],
        1,
        /^tau generate: invalid_request: --count: expected at least 1, got 0\n$/,
      ],
      [["--caption", " ", "--out", out], 1, /^tau generate: caption_empty: .*\n$/],
      [
        ["--caption", "cat", "--style", "cubist", "--out", out],
        1,
        /^tau generate: style_unknown: --style: expected one of flat, round, sharp, got "cubist"\n$/,
      ],
      [
        ["--caption", "cat", "--temperature", "hot", "--out", out],
        1,
        /^tau generate: invalid_request: --temperature: expected a number, got "hot"\n$/,
      ],
      [
        ["--out", out],
        1,
        /^tau generate: invalid_request: condition: expected at least one of caption, .*, got none\n$/,
      ],
      [
        ["--caption", "cat", "--label", "cow", "--out", out],
        1,
        /invalid_request: --label: expected only caption, style /,
      ],
      [["--caption", "-10% off", "--seed", "-2", "--out", out], 1, /--seed: expected .*, got -2\n$/],
      [["--caption", "cat"], 2, /expected --out DIR/],
      [["--caption", "cat", "--colour", "red", "--out", out], 2, /--colour/],
    ];
    for (const [args, code, message] of cases) {
      const result = await tau("generate", "--packs", packs, ...args);
      assert.deepEqual([result.code, result.out], [code, ""], args.join(" "));
      assert.match(result.err, message);
    }
    const missing = await tau("generate", "--packs", join(folder, "nowhere"), "--caption", "cat", "--out", out);
    assert.equal(missing.code, 1);
    assert.match(missing.err, /^tau generate: pack_unavailable: /);
    assert.deepEqual(await readdir(out).catch(() => []), []);
  });
});

describe("tau packs", () => {
  it("tau packs lists what is installed, and as JSON what GET /v1/meta says", async () => {
    const list = await tau("packs", "list", "--packs", packs);
    assert.equal(list.code, 0);
    assert.match(list.out, /tiny@0\.0\.1/);
    const json = JSON.parse((await tau("packs", "list", "--json", "--packs", packs)).out) as Array<{ digest: string }>;
    assert.equal(json[0]?.digest, digest);
  });

  it("tau packs verifies every file, and exits 1 with the fault named when one differs", async () => {
    const good = await tau("packs", "verify", "--packs", packs);
    assert.deepEqual([good.code, good.err], [0, ""]);
    const file = join(pack, "text/model.onnx");
    const bytes = await readFile(file);
    await writeFile(file, bytes.with(50, bytes[50]! ^ 1));
    const bad = await tauProcess("packs", "verify", "--packs", packs);
    await writeFile(file, bytes);
    assert.deepEqual([bad.code, bad.out], [1, ""]);
    assert.match(bad.err, /^tau packs: pack_corrupt: pack tiny@0\.0\.1, text\/model\.onnx: expected SHA-256/);
    assert.equal((await tau("packs", "destroy")).code, 2);
  });
});
