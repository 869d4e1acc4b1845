/**
 * Image sets and their encoding, with the tiny pack's experts: what a set must hold, splits and tables, the cache on disk
 * (used, resumed, remade when broken or older than the pixels).
 */
import assert from "node:assert/strict";
import { readdir, readFile, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, mock } from "node:test";
import type { TargetExpert } from "../../../server/engine/interfaces.ts";
import type { Expert } from "../../../server/experts/expert.ts";
import { asText } from "../../../server/experts/values.ts";
import type { ConditionTable } from "../../../server/flow/training-set.ts";
import { copyEntry } from "../../../server/flow/vector-table.ts";
import { selectTranslation } from "../../../server/manifest/pack-draft.ts";
import { Session } from "../../../server/onnx/session.ts";
import { digestExperts } from "../../../server/packs/publish.ts";
import { type ImageSet, openImageSet, PixelBuffer } from "../../../server/training/dataset/image-set.ts";
import { encodeSet } from "../../../server/training/encode/encode-set.ts";
import type { EncodeProgress } from "../../../server/training/encode/encoded-chunks.ts";
import { openSetExperts, type SetExperts } from "../../../server/training/encode/pack-experts.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { tinyDraft, tinyFullDraft, tinySizePx, tinyStyles, writeTinyPack } from "../../fixtures/tiny-pack.ts";
import { tinyItems, tinyPixels, writeTinySet } from "../../fixtures/tiny-set.ts";

const root = temporaryFolder("encode");
const openTiny = async (name: string, content: typeof tinyDraft): Promise<SetExperts> => {
  const { pack } = await writeTinyPack(join(root, name), content);
  const draft = selectTranslation(content);
  return openSetExperts({ pack, draft, files: await digestExperts(pack, draft) }, { threads: 1 });
};
const experts = await openTiny("words", tinyDraft);
const { target } = experts;
const text = experts.conditions[0]!.expert;

let folders = 0;
const newSet = (content?: Parameters<typeof writeTinySet>[1]): Promise<string> =>
  writeTinySet(join(root, `set-${folders++}`), content);

interface Calls {
  images: number;
  captions: number;
}

/** Encodes a set, counting what reached target and text expert. */
async function encode(folder: string, calls: Calls, changes: Partial<SetExperts> = {}) {
  const images = await openImageSet(folder, tinySizePx);
  const progress: EncodeProgress[] = [];
  const countingTarget: TargetExpert = {
    latentDims: target.latentDims,
    imageSizePx: target.imageSizePx,
    decode: (latents, batch) => target.decode(latents, batch),
    encode(pixels, batch) {
      calls.images += batch;
      return target.encode(pixels, batch);
    },
  };
  const countingText: Expert = {
    dims: text.dims,
    encode: (captions) => text.encode(captions),
    encodeForTraining(captions) {
      calls.captions += captions.length;
      return text.encodeForTraining(captions);
    },
  };
  const [caption, ...others] = experts.conditions;
  try {
    const set = await encodeSet({
      folder,
      images,
      experts: {
        ...experts,
        target: countingTarget,
        conditions: [{ ...caption!, expert: countingText }, ...others],
        ...changes,
      },
      drawnRepeats: 2,
      onProgress: (report) => void progress.push(report),
    });
    return { set, progress };
  } finally {
    await images.close();
  }
}

/** The vector of one entry of a condition's table. */
function vectorOf({ table, dims }: ConditionTable, entry: number): Float32Array {
  const vector = new Float32Array(dims);
  copyEntry(table, entry, vector, 0);
  return vector;
}

const noCalls = (): Calls => ({ images: 0, captions: 0 });
const captionCount = new Set(tinyItems.flatMap(({ captions }) => captions)).size;

/** The cached pieces of a set whose path contains `part`. */
async function pieces(folder: string, part: string): Promise<string[]> {
  const cache = join(folder, ".encoded");
  const names = (await readdir(cache, { recursive: true })).filter((name) => name.includes(part));
  return names.map((name) => join(cache, name));
}

describe("encoding a set", () => {
  it("encoding a set gives every image its expert's latent and every caption its vector, in the splits of the index", async () => {
    const calls = noCalls();
    const { set, progress } = await encode(await newSet(), calls);
    assert.deepEqual(calls, { images: 80, captions: captionCount });
    assert.deepEqual(progress, [
      { what: "captions", done: captionCount, total: captionCount },
      ...[16, 32, 48, 64, 80].map((done) => ({ what: "images", done, total: 80 })),
    ]);
    const pixels = tinyPixels();
    const rowBytes = tinySizePx * tinySizePx * 4;
    for (const row of [0, 17, 79]) {
      const planes = Float32Array.from(
        { length: rowBytes },
        (_, index) => pixels[row * rowBytes + (index % 64) * 4 + Math.floor(index / 64)]! / 255,
      );
      const alone = await target.encode(planes, 1);
      for (const [axis, value] of alone.entries())
        assert.ok(Math.abs(value - set.latents[row * 8 + axis]!) < 1e-5, `row ${row}, axis ${axis}`);
    }
    const [captions, styles] = set.conditions;
    for (const { row, captions: own, style } of tinyItems) {
      const vectors = await text.encode(own.map(asText));
      for (const [index, entry] of captions!.options[row]!.entries())
        assert.deepEqual(vectorOf(captions!, entry), vectors.slice(index * text.dims, (index + 1) * text.dims));
      const at = tinyStyles.indexOf(style);
      assert.deepEqual([...styles!.options[row]!], at < 0 ? [] : [at]);
    }
    assert.deepEqual(
      [0, 1, 2].map((entry) => [...vectorOf(styles!, entry)]),
      [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
    );
    const count = (row: number): number => set.trainRows.filter((other) => other === row).length;
    assert.deepEqual([count(0), count(59), count(78)], [2, 2, 1], "originals twice, recoloured copies once");
    assert.equal(set.trainRows.length, 122);
    const heldOut = [...set.heldOutRows].sort((a, b) => a - b);
    assert.deepEqual(
      heldOut,
      Array.from({ length: 16 }, (_, index) => 60 + index),
    );
  });

  it("encoding a set asks no expert a second time", async () => {
    const folder = await newSet();
    const first = await encode(folder, noCalls());
    const calls = noCalls();
    const second = await encode(folder, calls);
    assert.deepEqual(calls, noCalls());
    assert.deepEqual(second.set, first.set);
  });

  it("encoding a set asks only the expert that was replaced", async () => {
    const folder = await newSet();
    await encode(folder, noCalls());
    const calls = noCalls();
    await encode(folder, calls, { targetDigest: "c".repeat(64) });
    assert.deepEqual(calls, { images: 80, captions: 0 });
  });

  it("encoding a set makes broken, short and foreign pieces again", async () => {
    const folder = await newSet();
    const { set } = await encode(folder, noCalls());
    const damages: Array<[damage: (path: string) => Promise<void>, part: string, calls: Calls]> = [
      [(path) => truncate(path, 100), "images-", { images: 80, captions: 0 }],
      [(path) => writeFile(path, "no tensors"), "captions-", { images: 0, captions: captionCount }],
      [(path) => writeFile(path, ""), "images-", { images: 80, captions: 0 }],
      [
        async (path) => writeFile(path, await readFile((await pieces(folder, "captions-"))[0]!)),
        "images-",
        { images: 80, captions: 0 },
      ],
    ];
    for (const [damage, part, expected] of damages) {
      const [path] = await pieces(folder, part);
      await damage(path!);
      const calls = noCalls();
      assert.deepEqual((await encode(folder, calls)).set, set);
      assert.deepEqual(calls, expected);
    }
  });

  it("encoding a set encodes images again when the pixels were written after the cache", async () => {
    const folder = await newSet();
    const before = await encode(folder, noCalls());
    await writeFile(join(folder, "images.rgba"), tinyPixels().fill(128, 0, 256));
    const later = new Date(Date.now() + 5000);
    await utimes(join(folder, "images.rgba"), later, later);
    const calls = noCalls();
    const { set } = await encode(folder, calls);
    assert.deepEqual(calls, { images: 80, captions: 0 });
    assert.notDeepEqual(set.latents.slice(0, 8), before.set.latents.slice(0, 8));
  });

  it("encoding a set stops between two batches on request, leaves no half piece, and goes on later", async () => {
    const folder = await newSet();
    const abort = new AbortController();
    const calls = noCalls();
    const images = await openImageSet(folder, tinySizePx);
    const stopping: TargetExpert = {
      latentDims: target.latentDims,
      imageSizePx: target.imageSizePx,
      decode: (latents, batch) => target.decode(latents, batch),
      encode(pixels, batch) {
        calls.images += batch;
        if (calls.images >= 32) abort.abort();
        return target.encode(pixels, batch);
      },
    };
    const stopped = encodeSet({
      folder,
      images,
      experts: { ...experts, target: stopping },
      drawnRepeats: 2,
      signal: abort.signal,
    });
    await assert.rejects(stopped, { name: "AbortError" });
    await images.close();
    assert.equal(calls.images, 32);
    assert.deepEqual(await pieces(folder, "images-"), []);
    const later = noCalls();
    await encode(folder, later);
    assert.deepEqual(later, { images: 80, captions: 0 });
  });
});

describe("encoding a set for every condition", async () => {
  const full = await openTiny("full", tinyFullDraft);
  const folder = await newSet();
  /** How often pixels were read, and each session run, by its label. */
  const encodeFull = async () => {
    const opened = await openImageSet(folder, tinySizePx);
    const counts = new Map<string, number>();
    const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
    const { run } = Session.prototype;
    const counted = mock.method(Session.prototype, "run", function (this: Session, ...feeds: Parameters<typeof run>) {
      count(this.label);
      return run.apply(this, feeds);
    });
    const images: ImageSet = {
      ...opened,
      read(start, rows, room) {
        count("pixels");
        return opened.read(start, rows, room);
      },
    };
    try {
      const set = await encodeSet({ folder, images, experts: full, drawnRepeats: 1 });
      return { set, counts, planes: await opened.read(17, 1) };
    } finally {
      counted.mock.restore();
      await opened.close();
    }
  };
  const { set, counts, planes } = await encodeFull();
  const tableOf = (name: string): ConditionTable => set.conditions.find((condition) => condition.name === name)!;

  it("encoding a set for every condition gives each picture condition what its expert makes of the image's own pixels, in the translation's order", async () => {
    assert.deepEqual(
      set.conditions.map(({ name }) => name),
      full.conditions.map(({ name }) => name),
    );
    const value = { kind: "image", planes, sizePx: tinySizePx, key: "row 17 alone" } as const;
    for (const { name, expert } of full.conditions.filter((condition) => tableOf(condition.name).kind === "picture")) {
      const alone = await expert.encodeForTraining([value]);
      const stored = vectorOf(tableOf(name), tableOf(name).options[17]![0]!);
      const difference = Math.max(...alone.map((part, axis) => Math.abs(part - stored[axis]!)));
      assert.ok(difference < 1e-5, `${name}: ${difference}`);
      assert.ok(stored.some((part) => part !== 0));
    }
  });

  it("encoding a set for every condition takes the label from the concept, and gives none where the vocabulary has none", () => {
    const { options } = tableOf("label");
    assert.deepEqual([...options[0]!], [0], "red");
    assert.deepEqual([...options[1]!], [1], "green");
  });

  it("encoding a set for every condition keeps label maps as places, a fraction of the vectors", () => {
    const { table, dims } = tableOf("layout");
    assert.equal(table.kind, "ones");
    assert.ok(table.kind === "ones" && table.perEntry < dims / 2);
  });

  it("encoding a set for every condition reads pixels once for all networks, runs one of several depths once for all of them, and nothing again from the cache", async () => {
    assert.equal(counts.get("pixels"), tinyItems.length / 16);
    const ofDepths = [...counts].filter(([label]) => label.startsWith("image expert"));
    assert.deepEqual(
      ofDepths.map(([, runs]) => runs),
      [tinyItems.length / 4],
    );
    const again = await encodeFull();
    assert.deepEqual(again.set, set);
    assert.deepEqual([...again.counts], []);
  });

  it("encoding a set for every condition asks one network again whose values are gone, and no other", async () => {
    const [sketches] = await pieces(folder, "sketch-");
    await rm(sketches!);
    const again = await encodeFull();
    assert.deepEqual(again.set, set);
    assert.deepEqual(
      [...again.counts.keys()].filter((label) => label !== "pixels").map((label) => label.split(" ")[0]),
      ["sketch"],
    );
  });
});

describe("an image set", () => {
  it("an image set is refused with file, line, expected and received when it does not fit", async () => {
    const change = (row: number, fields: object): object[] =>
      tinyItems.map((item) => (item.row === row ? { ...item, ...fields } : item));
    const cases: Array<[content: Parameters<typeof writeTinySet>[1], message: RegExp]> = [
      [{ pixels: tinyPixels().subarray(0, 900) }, /images\.rgba: expected 20480 bytes for 80 images of 8 px, got 900/],
      [{ items: change(3, { row: 4 }) }, /index\.jsonl:4: row: expected 3, its line, got 4/],
      [{ items: change(3, { captions: [] }) }, /index\.jsonl:4: captions/],
      [{ items: change(70, { split: "test" }) }, /index\.jsonl:71: split/],
      [{ items: [] }, /index\.jsonl:1: expected one JSON object a line, got ""/],
    ];
    for (const [content, message] of cases)
      await assert.rejects(openImageSet(await newSet(content), tinySizePx), { code: "dataset_invalid", message });
    await assert.rejects(openImageSet(join(root, "nowhere"), tinySizePx), {
      code: "dataset_invalid",
      message: /expected the index of an image set/,
    });
  });

  it("an image set reads into room that is used again, whatever was read before", async () => {
    const images = await openImageSet(await newSet(), tinySizePx);
    const room = new PixelBuffer();
    const [many, few] = [await images.read(0, 16), await images.read(33, 3)];
    assert.deepEqual(await images.read(0, 16, room), many);
    const again = await images.read(33, 3, room);
    assert.deepEqual(again, few);
    assert.equal(again.buffer, (await images.read(0, 2, room)).buffer);
    await images.close();
  });

  it("an image set notices pixels that vanish after it was opened", async () => {
    const folder = await newSet();
    const images = await openImageSet(folder, tinySizePx);
    await truncate(join(folder, "images.rgba"), 1000);
    await assert.rejects(images.read(0, 16), {
      code: "dataset_invalid",
      message: /expected 4096 bytes for images 0 to 15, got 1000/,
    });
    await images.close();
  });
});
