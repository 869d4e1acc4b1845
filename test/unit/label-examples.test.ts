/**
 * Labels that stand for examples: what is gathered of a set, what counts for a request and what is left out, how training and requests
 * get the same, and files that do not fit.
 */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { encodeConditions } from "../../server/engine/conditions.ts";
import { cached } from "../../server/experts/cached.ts";
import { LabelExpert } from "../../server/experts/label.ts";
import { type ExamplesContent, LabelExamples, writeExamples } from "../../server/experts/label-examples.ts";
import { digestSet } from "../../server/flow/checkpoint.ts";
import { BatchSampler, type ConditionTable, createBatchBuffers, fillHeldOut } from "../../server/flow/training-set.ts";
import { copyEntry } from "../../server/flow/vector-table.ts";
import { writeTensorFile } from "../../server/onnx/tensor-file.ts";
import { withoutStyles } from "../../server/training/base-pack.ts";
import { encodeSet } from "../../server/training/encode-set.ts";
import { fitOutside } from "../../server/training/fit-outside.ts";
import { gatherExamples } from "../../server/training/gather-examples.ts";
import { type ImageItem, openImageSet } from "../../server/training/image-set.ts";
import { selectTranslation } from "../../server/training/pack-draft.ts";
import { openSetExperts } from "../../server/training/pack-experts.ts";
import { digestExperts } from "../../server/training/publish.ts";
import { tinyFullDraft, tinyLabels, tinySizePx, tinyStyles, writeTinyPack } from "../fixtures/tiny-pack.ts";
import { tinyItems, writeTinySet } from "../fixtures/tiny-set.ts";

const root = await mkdtemp(join(tmpdir(), "tau-examples-"));
after(() => rm(root, { recursive: true }));

const near = (actual: ArrayLike<number> | undefined, expected: readonly number[], most = 1e-6): void => {
  assert.equal(actual?.length, expected.length);
  for (const [axis, value] of expected.entries())
    assert.ok(Math.abs(actual![axis]! - value) <= most, `axis ${axis}: ${actual![axis]}, expected about ${value}`);
};

/** Label 0 in three styles, label 1 in one. */
const content: ExamplesContent = {
  dims: 2,
  styles: ["flat", "round", "sharp"],
  examples: [
    { label: 0, style: "flat" },
    { label: 0, style: "round" },
    { label: 0, style: "sharp" },
    { label: 1, style: "round" },
  ],
  values: Int8Array.of(10, 0, 0, 20, -30, 0, 5, 5),
  step: 0.1,
  affinities: Float32Array.of(0, Math.log(3), 0, Math.log(3), 0, 0, 0, 0, 0),
};

describe("examples of a label", () => {
  const examples = new LabelExamples(content);

  it("count alike without a style", () => {
    near(examples.vectorOf(0), [(1 + 0 - 3) / 3, 2 / 3]);
    near(examples.vectorOf(1), [0.5, 0.5]);
  });

  it("are weighed by the style that is asked for, whose own are left out", () => {
    near(examples.vectorOf(0, { style: "flat" }), [(3 * 0 - 3) / 4, (3 * 2) / 4]);
    near(examples.vectorOf(0, { style: "sharp" }), [1 / 2, 2 / 2]);
    near(examples.vectorOf(0, { style: "of another pack" }), [-2 / 3, 2 / 3]);
  });

  it("can be left out without a style that is asked for", () => {
    near(examples.vectorOf(0, { leftOut: "sharp" }), [0.5, 1]);
    near(examples.vectorOf(0, { style: "flat", leftOut: "round" }), [-3, 0]);
  });

  it("give nothing where none counts, or the label has none", () => {
    assert.equal(examples.vectorOf(1, { style: "round" }), undefined);
    assert.equal(examples.vectorOf(2), undefined);
  });

  it("are the same from their file", async () => {
    const path = join(root, "examples.safetensors");
    await writeExamples(path, content);
    const read = await LabelExamples.open(path, 2, 2);
    for (const style of [undefined, ...content.styles])
      assert.deepEqual(read.vectorOf(0, { style }), examples.vectorOf(0, { style }));
  });

  it("are refused with the file and what did not fit", async () => {
    const path = join(root, "broken.safetensors");
    const refused = async (message: RegExp, dims = 2, labels = 2): Promise<void> =>
      assert.rejects(LabelExamples.open(path, dims, labels), { code: "pack_corrupt", message });
    await refused(/broken\.safetensors: expected a file of examples \(.*ENOENT/);
    await writeFile(path, "no tensors");
    await refused(/expected a file of examples/);
    await writeExamples(path, content);
    await refused(/expected 12 values of 4 examples, got 8/, 3);
    await refused(/expected indices of 1 labels and 3 styles, got 1/, 2, 1);
    await writeExamples(path, { ...content, affinities: Float32Array.of(1) });
    await refused(/expected 9 values in "affinities", got 1/);
    const labels = new Map([["labels", Float32Array.of(0)]]);
    await writeTensorFile(path, labels, { styles: "[]" });
    await refused(/expected 1 values in "styles", got none/);
    for (const styles of ["flat", "[1]"]) {
      await writeTensorFile(path, labels, { styles });
      await refused(/expected its styles as a list of texts, got/);
    }
  });
});

describe("a label expert with examples", () => {
  const vocabulary = ["apple", "pear"].map((id) => ({ id, label: id }));
  const entry = { kind: "label", vocabulary, examples: { file: "examples.safetensors", dims: 2 } } as const;
  const style = new LabelExpert(
    { kind: "label", vocabulary: content.styles.map((id) => ({ id, label: id })) },
    "style",
  );
  const asked = async (given: Parameters<typeof encodeConditions>[1]) => {
    const label = cached(await LabelExpert.open(root, { ...entry, vocabulary: [...vocabulary] }, "label"));
    assert.equal(label.dims, 2);
    return encodeConditions(
      {
        id: "test",
        conditions: [
          { name: "caption", expert: { dims: 1, encode: async () => Float32Array.of(1) } },
          { name: "style", expert: style },
          { name: "label", expert: label, isReadFromCaption: true },
        ],
      },
      given,
    );
  };
  const text = (value: string) => ({ kind: "text", text: value }) as const;

  it("looks at a request's style, whether the label is given or named by the caption", async () => {
    near((await asked({ label: text("apple") })).label?.vector, [-2 / 3, 2 / 3]);
    near((await asked({ label: text("apple"), style: text("sharp") })).label?.vector, [0.5, 1]);
    const named = await asked({ caption: text("a red apple"), style: text("flat") });
    near(named.label?.vector, [-0.75, 1.5]);
    assert.equal(named.label?.named, "apple");
    near((await asked({ caption: text("apple") })).label?.vector, [-2 / 3, 2 / 3]);
  });

  it("is absent where no example counts, as in training, and refuses words that it does not know", async () => {
    assert.equal((await asked({ label: text("pear"), style: text("round") })).label, undefined);
    assert.equal((await asked({ caption: text("pear"), style: text("round") })).label, undefined);
    await assert.rejects(asked({ label: text("plum") }), { code: "label_unknown", message: /apple, pear; got "plum"/ });
  });
});

describe("gathering examples", () => {
  const item = (row: number, style: string, concept: string, more: Partial<ImageItem> = {}): ImageItem => ({
    row,
    id: `${row}`,
    style,
    concept,
    captions: [concept],
    split: "train",
    ...more,
  });
  const items = [
    item(0, "flat", "apple"),
    item(1, "flat", "apple"),
    item(2, "flat", "pear"),
    item(3, "round", "apple"),
    item(4, "round", "plum"),
    item(5, "flat", "apple", { augmentedFrom: "0" }),
    item(6, "flat", "apple", { split: "heldOutPair" }),
    item(7, "unknown", "apple"),
  ];
  const latents = Float32Array.from([1, 0, 3, 0, 2, 3, 0, 4, 0, 8, 100, 100, 100, 100, 100, 100]);
  const gathered = gatherExamples({ items, latents, dims: 2, labels: ["apple", "pear"], styles: ["flat", "round"] });

  it("takes the mean of a label in a style, less the middle of the style, of drawn training images alone", () => {
    assert.deepEqual(gathered.examples, [
      { label: 0, style: "flat" },
      { label: 0, style: "round" },
      { label: 1, style: "flat" },
    ]);
    const unit = gathered.step * Math.sqrt(2);
    near(
      [...gathered.values].map((value) => value * unit),
      [0, -1, 0, -2, 0, 2],
      unit / 2 + 1e-6,
    );
  });

  it("calls two styles neither alike nor unlike while they share few labels, and alike where they draw alike", () => {
    assert.deepEqual([...gathered.affinities], [0, 0, 0, 0]);
    const many = Array.from({ length: 60 }, (_, row) =>
      item(row, ["flat", "round", "sharp"][row % 3]!, `${Math.floor(row / 3)}`),
    );
    // Flat and round draw each thing the same, sharp the other way round.
    const drawn = Float32Array.from(
      many.flatMap(({ concept, style }) => {
        const sign = style === "sharp" ? -1 : 1;
        return [sign * Math.cos(Number(concept)), sign * Math.sin(Number(concept))];
      }),
    );
    const labels = Array.from({ length: 20 }, (_, label) => `${label}`);
    const { affinities } = gatherExamples({
      items: many,
      latents: drawn,
      dims: 2,
      labels,
      styles: ["flat", "round", "sharp"],
    });
    near([...affinities], [0, 12, -12, 12, 0, -12, -12, -12, 0], 0.01);
  });
});

describe("training with examples", async () => {
  const examples = { file: "label/examples.safetensors", dims: 8 };
  const { pack } = await writeTinyPack(join(root, "pack"), tinyFullDraft);
  const label = { ...tinyFullDraft.experts["label"]!, examples } as (typeof tinyFullDraft.experts)[string];
  const draft = selectTranslation({ ...tinyFullDraft, experts: { ...tinyFullDraft.experts, label } }, pack);
  const folder = await writeTinySet(join(root, "set"));
  const images = await openImageSet(folder, tinySizePx);
  after(() => images.close());
  const plain = selectTranslation(tinyFullDraft, pack);
  const own = await openSetExperts({ pack, draft: plain, files: await digestExperts(pack, plain) }, { threads: 1 });
  const oneHot = await encodeSet({ folder, images, experts: own, drawnRepeats: 1 });
  const gathered = gatherExamples({
    items: images.items,
    latents: oneHot.latents,
    dims: 8,
    labels: tinyLabels,
    styles: tinyStyles,
  });
  await mkdir(join(pack, "label"), { recursive: true });
  await writeExamples(join(pack, examples.file), gathered);
  const experts = await openSetExperts({ pack, draft, files: await digestExperts(pack, draft) }, { threads: 1 });
  const set = await encodeSet({ folder, images, experts, drawnRepeats: 1 });
  const at = set.conditions.findIndex(({ name }) => name === "label");
  const table = set.conditions[at]!;
  const vectorIn = ({ dims, table: vectors }: ConditionTable, entry: number): number[] => {
    const vector = new Float32Array(dims);
    copyEntry(vectors, entry, vector, 0);
    return [...vector];
  };

  it("gives each image what a request of its concept and style gets, without the examples of its own style", () => {
    const read = new LabelExamples(gathered);
    for (const row of [0, 17, 59, 60]) {
      const { concept, style } = tinyItems[row]!;
      const index = tinyLabels.indexOf(concept);
      assert.deepEqual(vectorIn(table, table.options[row]![0]!), [...read.vectorOf(index, { style })!]);
      assert.deepEqual(vectorIn(table, table.apart!.options[row]![0]!), [...read.vectorOf(index, { leftOut: style })!]);
    }
    assert.equal(table.apart!.from, "style");
    assert.notEqual(
      digestSet(set),
      digestSet({ ...set, conditions: set.conditions.map(({ apart: _, ...rest }) => rest) }),
    );
  });

  it("takes the label from a caption that names it, where images come without concepts", async () => {
    const own = await writeTinySet(join(root, "folder"), {
      items: tinyItems.map((item) => ({
        ...item,
        concept: "unknown",
        style: "",
        captions: [`a ${item.concept} icon`],
      })),
    });
    const images = await openImageSet(own, tinySizePx);
    const { conditions } = await encodeSet({ folder: own, images, experts, drawnRepeats: 1 });
    await images.close();
    const named = conditions[at]!;
    const read = new LabelExamples(gathered);
    for (const row of [0, 17])
      assert.deepEqual(vectorIn(named, named.options[row]![0]!), [
        ...read.vectorOf(tinyLabels.indexOf(tinyItems[row]!.concept))!,
      ]);
  });

  it("keeps labels that stand for examples in a translation of a new style, and no others", () => {
    const names = (of: typeof draft) => withoutStyles(of).translation.conditions.map(({ name }) => name);
    assert.deepEqual([names(draft).includes("label"), names(draft).includes("style")], [true, false]);
    assert.deepEqual([names(plain).includes("label"), names(plain).includes("style")], [false, false]);
  });

  it("draws the one beside a style and the other without", () => {
    const sampler = new BatchSampler(set, { batch: 16, seed: 1, plainestRate: 1, conditionNoise: 0 });
    const buffers = createBatchBuffers(set, 16);
    const style = set.conditions.findIndex(({ name }) => name === "style");
    const seen = new Set<string>();
    for (let step = 0; step < 40; step += 1) {
      const rows = sampler.fill(buffers, step);
      for (const [index, row] of rows.entries()) {
        const [given, beside] = [at, style].map((condition) => buffers.conditions[condition]!.present[index] === 1);
        if (!given) continue;
        const { options } = beside ? table : table.apart!;
        const values = buffers.conditions[at]!.values.subarray(index * 8, (index + 1) * 8);
        assert.deepEqual([...values], vectorIn(table, options[row]![0]!));
        seen.add(`${beside}`);
      }
    }
    assert.deepEqual([...seen].sort(), ["false", "true"]);
    const row = set.heldOutRows.slice(0, 1);
    for (const [names, { options }] of [
      [["label"], table.apart!],
      [["label", "style"], table],
    ] as const) {
      const held = createBatchBuffers(set, 1);
      fillHeldOut(set, held, row, { given: new Set(names) });
      assert.deepEqual([...held.conditions[at]!.values], vectorIn(table, options[row[0]!]![0]!));
    }
  });

  it("calibrates no test for labels outside what was learned: a vocabulary is closed", async () => {
    const rows = Int32Array.from({ length: 60 }, (_, row) => row);
    const named = { ...table, name: "label" as const, expert: experts.conditions[at]!.expert };
    assert.equal(await fitOutside(named, { ...set, heldOutRows: rows }, tinySizePx), undefined);
  });
});
