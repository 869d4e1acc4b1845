/** Drawings that start from retrieved drawings, made by a real child on a tiny pack that brings some. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { keepInference } from "../../server/cli/cli-session.ts";
import { createInferenceClient } from "../../server/inference/client.ts";
import type { ImageResult } from "../../server/inference/protocol.ts";
import { readTensorFile } from "../../server/platform/files/tensor-file.ts";
import { ResolvedRequestSchema } from "../../shared/contract/generations/generation-request.ts";
import { limits } from "../../shared/limits.ts";
import { tauIn } from "../cli/run-tau.ts";
import { tinyFullDraft, tinyLayout, withRetrieval, writeTinyPack } from "../fixtures/tiny-pack.ts";
import "../fixtures/processes/programs.ts";

const folder = await mkdtemp(join(tmpdir(), "tau-retrieval-"));
const packsDir = join(folder, "packs");
await writeTinyPack(packsDir, withRetrieval(tinyFullDraft));
/** The layout of one of its retrieval, two cells a byte. */
const { bytes } = await readTensorFile(join(packsDir, "tiny", "retrieval/index.safetensors"));
const drawnCells = Array.from(
  { length: tinyLayout.columns * tinyLayout.rows },
  (_, cell) => (bytes.get("picture.layout")![cell >> 1]! >> (4 * (cell % 2))) & 15,
);
const client = createInferenceClient({ packsDir, provider: "cpu", threads: 1 });
after(keepInference());
after(async () => {
  await client.close();
  await rm(folder, { recursive: true });
});

async function generate(fields: object): Promise<ImageResult[]> {
  const images: ImageResult[] = [];
  const request = ResolvedRequestSchema.parse({
    condition: { caption: "red", label: "red", style: "flat" },
    count: 1,
    seed: 5,
    ...fields,
  });
  await client.generate(request, { onImage: (image) => void images.push(image) });
  return images;
}

/** Draws one image by the command line without the share, with none and with the default: only none differs. */
async function assertDefaultShare(...requested: readonly string[]): Promise<void> {
  const tau = tauIn(folder);
  const draw = async (...flags: string[]): Promise<Buffer> => {
    const out = await mkdtemp(join(folder, "out-"));
    const fixed = ["--seed", "5", "--count", "1"];
    const result = await tau("generate", "--packs", packsDir, ...requested, ...fixed, ...flags, "--out", out);
    assert.deepEqual([result.code, result.err], [0, ""]);
    return readFile(join(out, "000-5.png"));
  };
  const usual = await draw();
  assert.notDeepEqual(await draw("--retrieval", "0"), usual);
  assert.deepEqual(await draw("--retrieval", `${limits.retrievalDefault}`), usual);
}

it("tau generate --retrieval says how much of them is kept", () =>
  assertDefaultShare("--caption", "red", "--label", "red", "--style", "flat"));

it("tau generate --sketch starts from those that look like it", async () => {
  const sketch = join(folder, "sketch.svg");
  const line = '<path d="M1 1L8 4" stroke="black"/>';
  await writeFile(sketch, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">${line}</svg>`);
  await assertDefaultShare("--sketch", sketch);
});

describe("a generation in a child whose pack has retrieval", () => {
  before(async () => {
    await client.start();
  });

  it("a generation in a child whose pack has retrieval gives another image for each share, and the same bytes for the same request", async () => {
    const shares = [0, 0.5, limits.retrievalDefault, 1];
    const drawn: string[] = [];
    for (const retrieval of shares) {
      const [[image], [again]] = [await generate({ retrieval }), await generate({ retrieval })];
      assert.deepEqual(again, image);
      drawn.push(Buffer.from(image!.rgba).toString("hex"));
    }
    assert.equal(new Set(drawn).size, shares.length);
  });

  it("a generation in a child whose pack has retrieval starts from them where nothing is said, in one batch with others or alone", async () => {
    const [image] = await generate({});
    assert.deepEqual(image, (await generate({ retrieval: limits.retrievalDefault }))[0]);
    const [several] = await Promise.all([
      generate({ count: 3, seed: 3 }),
      generate({ count: 7, retrieval: 0 }),
      generate({ count: 2, condition: { style: "round" } }),
    ]);
    assert.deepEqual({ ...several[2], index: 0 }, image);
  });

  it("a generation in a child whose pack has retrieval starts from those with the colours of a layout, with words and without", async () => {
    const layout = { cells: drawnCells };
    for (const condition of [{ layout }, { layout, caption: "red", label: "red" }]) {
      const [image] = await generate({ condition });
      assert.deepEqual((await generate({ condition }))[0], image);
      assert.notDeepEqual((await generate({ condition, retrieval: 0 }))[0]!.rgba, image!.rgba);
    }
  });

  it("a generation in a child whose pack has retrieval draws what they don't know as without them", async () => {
    const condition = { style: "sharp" };
    assert.deepEqual(await generate({ condition }), await generate({ condition, retrieval: 0 }));
  });
});
