/**
 * The base's drawings beside a folder: two of each label, the most similar, composited on the folder's background and encoded
 * like its images. Progress is reported, and the work is repeated only when its result would differ.
 */
import assert from "node:assert/strict";
import { cp, readFile, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { cosine } from "../../../server/engine/edits/sphere.ts";
import { openBasePack, withoutLabelConditions } from "../../../server/packs/base-pack.ts";
import { indexWidths, readIndexFile } from "../../../server/retrieval/index-file.ts";
import { accumulateInt4 } from "../../../server/retrieval/int4.ts";
import { openImageSet } from "../../../server/training/dataset/image-set.ts";
import { encodeFolder, type FolderProgress } from "../../../server/training/encode/encode-folder.ts";
import { openSetExperts } from "../../../server/training/encode/pack-experts.ts";
import { estimateBackground } from "../../../server/training/transfer/background-template.ts";
import { compositeOn } from "../../../server/training/transfer/composite.ts";
import { StyleTransferJob } from "../../../server/training/transfer/style-transfer-job.ts";
import { writeBoxes } from "../../fixtures/image-folder.ts";
import { near } from "../../fixtures/near.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import {
  tinyFullDraft,
  tinyLabels,
  tinySizePx,
  tinyStyles,
  withRetrieval,
  writeTinyPack,
} from "../../fixtures/tiny-pack.ts";

const root = temporaryFolder("transfer");
const { pack } = await writeTinyPack(join(root, "ship"), withRetrieval(tinyFullDraft));
const base = await openBasePack(pack);
const draft = withoutLabelConditions(base.draft);
const source = { pack, draft, files: base.files };
const experts = await openSetExperts(source, { threads: 1 });
const entries = await readIndexFile(join(pack, base.draft.translation.retrieval!), indexWidths(base.flow.architecture));
const folder = await writeBoxes(join(root, "boxes"), 40);

const encode = (
  set: string,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (progress: FolderProgress) => void } = {},
) =>
  encodeFolder({
    ...{ folder, set, sizePx: tinySizePx, source, threads: 1, signal, onProgress },
    openExperts: async () => experts,
    findDrawings: (images) => StyleTransferJob.for(base, entries, images),
  });

const set = join(root, "set");
const reported: FolderProgress[] = [];
const encoded = await encode(set, { onProgress: (progress) => void reported.push(progress) });
const drawings = encoded.drawings!;
const laidFile = join(set, "drawings", "images.rgba");

/** Decoded entries composited on the folder's background. */
async function compositedBy(which: readonly number[]): Promise<Float32Array[]> {
  const images = await openImageSet(set, tinySizePx);
  const ground = (await estimateBackground(images, encoded.set.trainRows))!;
  await images.close();
  const { dims, styleMeans, values } = entries;
  const latents = which.map((at) => {
    const latent = styleMeans.slice(entries.entries[at]!.style * dims, (entries.entries[at]!.style + 1) * dims);
    accumulateInt4(values, at, dims, 1, latent);
    return latent;
  });
  return Promise.all(
    latents.map(async (latent) => compositeOn(ground, await experts.target.decode(latent, 1), undefined)),
  );
}

const meanOf = (vectors: readonly Float32Array[]): Float32Array =>
  vectors[0]!.map((_, axis) => vectors.reduce((sum, vector) => sum + vector[axis]!, 0) / vectors.length);

describe("drawings beside a folder", () => {
  it("drawings beside a folder are two of each label, in the styles that look most like the folder's images once they are composited as those are", async () => {
    // Opened again, because experts keep what they made of an image by its key.
    const { conditions } = await openSetExperts(source, { threads: 1 });
    const judges = conditions.filter(({ entry }) => entry.kind === "image");
    assert.equal(judges.length, 3);
    const likeness: number[] = [];
    for (const style of tinyStyles.keys()) {
      const composited = await compositedBy(
        [...entries.entries.keys()].filter((at) => entries.entries[at]!.style === style),
      );
      let sum = 0;
      for (const { name, expert } of judges) {
        const { table } = encoded.set.conditions.find((condition) => condition.name === name)!;
        assert.ok(table.kind === "dense");
        const own = [...encoded.set.trainRows].map((row) =>
          table.values.subarray(row * expert.dims, (row + 1) * expert.dims),
        );
        const codes = await expert.encodeForTraining(
          composited.map((planes, index) => ({ kind: "image", planes, sizePx: tinySizePx, key: `${style} ${index}` })),
        );
        sum += cosine(
          meanOf(own),
          meanOf(composited.map((_, row) => codes.subarray(row * expert.dims, (row + 1) * expert.dims))),
        );
      }
      likeness.push(sum);
    }
    assert.ok(new Set(likeness.map((value) => value.toFixed(3))).size > 1, likeness.join());
    near(drawings.transferred.similarity, likeness);
    const [first, second] = [...tinyStyles.keys()].sort((a, b) => likeness[b]! - likeness[a]!);
    assert.deepEqual(
      drawings.transferred.entries,
      [...tinyLabels.keys()].flatMap((label) => [first, second].map((style) => ({ label, style: style! }))),
    );
  });

  it("drawings beside a folder are captioned with the names of their labels, and encoded by every expert as the folder's images are", async () => {
    const images = await openImageSet(join(set, "drawings"), tinySizePx);
    assert.deepEqual(
      images.items.map(({ captions }) => captions),
      tinyLabels.flatMap((label) => [[label], [label]]),
    );
    const at = drawings.transferred.entries.map(({ label, style }) =>
      entries.entries.findIndex((one) => one.label === label && one.style === style),
    );
    for (const [row, planes] of (await compositedBy(at)).entries()) {
      const stored = await images.read(row, 1);
      assert.ok(stored.every((value, index) => Math.abs(value - planes[index]!) <= 0.5 / 255 + 1e-6));
      const latent = await experts.target.encode(stored, 1);
      near(drawings.set.latents.subarray(row * latent.length, (row + 1) * latent.length), [...latent]);
    }
    await images.close();
    assert.deepEqual(
      drawings.set.conditions.map(({ name }) => name),
      encoded.set.conditions.map(({ name }) => name),
    );
    assert.equal(drawings.set.trainRows.length, 2 * tinyLabels.length);
  });

  it("drawings beside a folder are part of the progress of encoding, which never runs backwards and reaches its end", () => {
    const encoding = reported.filter(({ stage }) => stage === "encoding");
    assert.ok(encoding.every(({ done }, at) => done >= (encoding[at - 1]?.done ?? 0)));
    const captions = 40;
    const total = captions + 40 + (2 + 1 + 2) * tinyLabels.length;
    assert.deepEqual([...new Set(encoding.map((progress) => progress.total))], [total]);
    assert.equal(encoding.at(-1)!.done, total);
  });

  it("drawings beside a folder are composited once, and again for another base or translation", async () => {
    const long = new Date(2026, 0, 1);
    await utimes(laidFile, long, long);
    const again = await encode(set);
    assert.equal((await stat(laidFile)).mtimeMs, long.getTime());
    assert.deepEqual(again.drawings, drawings);
    const place = join(set, "drawings", "transferred.json");
    const { key } = JSON.parse(await readFile(place, "utf8")) as { key: string };
    assert.ok(key.includes(base.digest));
    const { translation } = base.draft;
    for (const other of [
      { ...base, digest: "another" },
      { ...base, draft: { ...base.draft, translation: { ...translation, id: "another" } } },
    ]) {
      const { drawings: again } = await encodeFolder({
        ...{ folder, set, sizePx: tinySizePx, source, threads: 1 },
        openExperts: async () => experts,
        findDrawings: (images) => StyleTransferJob.for(other, entries, images),
      });
      assert.ok((await stat(laidFile)).mtimeMs > long.getTime());
      assert.deepEqual(again!.transferred, drawings.transferred);
      await utimes(laidFile, long, long);
    }
  });

  it("drawings beside a folder are stopped with everything else, and made by the next run", async () => {
    const stopped = join(root, "stopped");
    await cp(set, stopped, { recursive: true, preserveTimestamps: true });
    await rm(join(stopped, "drawings"), { recursive: true });
    const abort = new AbortController();
    const stopAtDrawings = ({ stage, done }: FolderProgress): void => {
      if (stage === "encoding" && done >= 80) abort.abort(new Error("stopped here"));
    };
    await assert.rejects(encode(stopped, { signal: abort.signal, onProgress: stopAtDrawings }), /stopped here/);
    await assert.rejects(stat(join(stopped, "drawings", "transferred.json")), { code: "ENOENT" });
    assert.deepEqual((await encode(stopped)).drawings, drawings);
  });

  it("drawings beside a folder are none where the base has none, or has some on a ground of their own", async () => {
    const images = await openImageSet(set, tinySizePx);
    assert.equal(await StyleTransferJob.for(base, undefined, images), undefined);
    assert.equal(
      await StyleTransferJob.for(base, { ...entries, ownAffinities: new Float32Array(tinyStyles.length) }, images),
      undefined,
    );
    assert.equal(await StyleTransferJob.for(base, { ...entries, entries: [] }, images), undefined);
    assert.equal((await StyleTransferJob.for(base, entries, images))!.count, 2 * tinyLabels.length);
    await images.close();
  });
});
