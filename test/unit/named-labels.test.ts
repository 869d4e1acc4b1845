/** Labels that captions name: which caption names which label, and where one is followed, left out, replaced and learned. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { encodeConditions } from "../../server/engine/conditions.ts";
import { restyledConditions } from "../../server/engine/restyle.ts";
import type { Translation } from "../../server/engine/translation.ts";
import { LabelExpert } from "../../server/experts/label.ts";
import { LabelNames } from "../../server/experts/label-names.ts";
import { asText } from "../../server/experts/values.ts";
import { conditionValues } from "../../server/inference/condition-values.ts";
import { planGeneration } from "../../server/inference/plan.ts";
import { PackManifestSchema } from "../../server/packs/manifest.ts";
import { styleless } from "../../server/training/base-pack.ts";
import { encodeSet } from "../../server/training/encode-set.ts";
import { openImageSet } from "../../server/training/image-set.ts";
import { selectTranslation } from "../../server/training/pack-draft.ts";
import { openSetExperts } from "../../server/training/pack-experts.ts";
import { digestExperts } from "../../server/training/publish.ts";
import { ResolvedRequestSchema } from "../../shared/contract.ts";
import { tinyFullDraft, tinySizePx, writeTinyPack } from "../fixtures/tiny-pack.ts";
import { tinyItems, writeTinySet } from "../fixtures/tiny-set.ts";

const vocabulary = [
  { id: "apple", label: "Apple" },
  { id: "red-apple", label: "Red apple", names: ["macintosh"] },
  { id: "car", label: "Car", names: ["red apple", "auto mobile"] },
  { id: "twelve-oclock", label: "Twelve oclock" },
];

describe("a caption", () => {
  const names = new LabelNames(vocabulary);
  const cases: ReadonlyArray<readonly [caption: string, label: string | undefined]> = [
    ["apple", "apple"],
    ["  A blue APPLE icon ", "apple"],
    ["the red apple", "red-apple"],
    ["a picture of a green, dark car!", "car"],
    ["Auto-Mobile", "car"],
    ["macintosh emoji", "red-apple"],
    ["twelve o’clock", "twelve-oclock"],
    ["ápple", "apple"],
    ["apple pie", undefined],
    ["pine apple", undefined],
    ["red", undefined],
    ["icon", undefined],
    ["a", undefined],
    ["constructor", undefined],
  ];
  for (const [caption, label] of cases)
    it(`"${caption}" names ${label ?? "no label"}`, () => assert.equal(names.labelIn(caption), label));
});

const dims = 2;
const same = async (values: Float32Array) => ({ values, logDet: new Float32Array(values.length / dims) });
const label = new LabelExpert({ kind: "label", vocabulary }, "label");

/** Knows captions, and labels that they name. */
const translation: Translation = {
  id: "caption",
  flow: { dims, conditions: [], forward: same, inverse: same },
  target: {
    latentDims: dims,
    imageSizePx: 1,
    encode: async () => new Float32Array(dims),
    decode: async () => new Float32Array(4),
  },
  conditions: [
    { name: "caption", expert: { dims: 1, encode: async () => Float32Array.of(1) } },
    { name: "label", expert: label, isReadFromCaption: true },
  ],
};

const image = "a".repeat(64);
const images = new Map([[image, { planes: new Float32Array(4), sizePx: 1 }]]);
const planned = async (fields: object) => {
  const plan = await planGeneration(translation, ResolvedRequestSchema.parse({ seed: 1, count: 1, ...fields }), images);
  const { label: followed } = plan.rowOf(0, 0).conditions;
  return { labels: plan.namedLabels, at: followed ? followed.vector.indexOf(1) : undefined };
};

describe("a label that the caption names", () => {
  it("is followed as if it had been given, and told", async () => {
    const asked = { condition: { caption: "blue car" } };
    assert.deepEqual(await planned(asked), { labels: ["car"], at: 2 });
    const [read, given] = await Promise.all([
      encodeConditions(translation, { caption: asText("blue car") }),
      encodeConditions(translation, { caption: asText("blue car"), label: asText("car") }),
    ]);
    assert.deepEqual(read.label, { ...given.label, named: "car" });
    assert.equal(given.label?.named, undefined);
  });

  it("gives way to the request's own label, and to null", async () => {
    assert.deepEqual(await planned({ condition: { caption: "car", label: "apple" } }), { labels: [], at: 0 });
    assert.deepEqual(await planned({ condition: { caption: "car", label: null } }), { labels: [], at: undefined });
    assert.deepEqual(conditionValues({ label: null }, images), { label: { kind: "none" } });
  });

  it("is left out where nothing says that captions bring labels along", async () => {
    const [caption, plain] = translation.conditions;
    const conditions = [caption!, { ...plain!, isReadFromCaption: false }];
    const encoded = await encodeConditions({ ...translation, conditions }, { caption: asText("car") });
    assert.deepEqual(Object.keys(encoded), ["caption"]);
  });

  it("is left out where an attribute moves the caption away from its words", async () => {
    const attribute = { towards: "happy" };
    assert.deepEqual(await planned({ condition: { caption: "car" }, attribute }), { labels: [], at: undefined });
    assert.equal((await planned({ condition: { caption: "car", label: "car" }, attribute })).at, 2);
  });

  it("changes with the caption of an edit; a label of its own stays", async () => {
    const from = (condition: object) => ({ keepResidualOf: { image, condition } });
    const edited = { condition: { caption: "apple" }, ...from({ caption: "car" }) };
    assert.deepEqual(await planned(edited), { labels: ["car", "apple"], at: 0 });
    assert.equal((await planned({ ...edited, ...from({ caption: "car", label: "car" }) })).at, 2);
    assert.equal((await planned({ condition: { caption: "boat" }, ...from({ caption: "car" }) })).at, undefined);
    const own = conditionValues({ caption: "car", label: "car" }, images);
    assert.deepEqual(restyledConditions(own, { label: { kind: "none" } }).label, { kind: "none" });
  });

  it("asks for nothing by itself: null alone is no condition", () => {
    const parsed = ResolvedRequestSchema.safeParse({ seed: 1, condition: { label: null } });
    assert.equal(parsed.error?.issues[0]?.path.join("."), "condition");
  });
});

describe("a pack whose captions bring labels along", async () => {
  const root = await mkdtemp(join(tmpdir(), "tau-named-labels-"));
  after(() => rm(root, { recursive: true }));
  const [first] = tinyFullDraft.translations;
  const conditions = first!.conditions.map((condition) =>
    condition.name === "label" ? { ...condition, readFrom: "caption" as const } : condition,
  );
  const content = { ...tinyFullDraft, translations: [{ ...first!, conditions }] };

  it("hands the label on to a translation of one's own, which has no style", () => {
    const names = (draft: typeof content) =>
      styleless(selectTranslation(draft, "tiny")).translation.conditions.map(({ name }) => name);
    assert.deepEqual(names(content).slice(0, 2), ["caption", "label"]);
    assert.deepEqual(names(tinyFullDraft as typeof content).slice(0, 2), ["caption", "sketch"]);
  });

  it("learns a label by the concept of an image, else by its plainest caption", async () => {
    const { pack } = await writeTinyPack(join(root, "pack"), content);
    const draft = selectTranslation(content, pack);
    const experts = await openSetExperts(pack, draft, await digestExperts(pack, draft), { threads: 1 });
    const items = tinyItems.map((item, row) =>
      row === 0
        ? { ...item, concept: "unknown", captions: ["a blue square", "red"] }
        : row === 1
          ? { ...item, concept: "unknown", captions: ["a blue", "red"] }
          : item,
    );
    const folder = await writeTinySet(join(root, "set"), { items });
    const set = await openImageSet(folder, tinySizePx);
    try {
      const { conditions: tables } = await encodeSet({ folder, images: set, experts, drawnRepeats: 1 });
      const { options } = tables.find(({ name }) => name === "label")!;
      assert.deepEqual(options.slice(0, 3), [[], [2], [["red", "green", "blue"].indexOf(items[2]!.concept)]]);
    } finally {
      await set.close();
    }
  });

  it("is refused where no caption is there to read, and where it is no label", () => {
    const faults = (changed: object[]): string => {
      const draft = { ...tinyFullDraft, translations: [{ ...first!, conditions: changed }], files: [] };
      const parsed = PackManifestSchema.safeParse(draft);
      return (parsed.error?.issues ?? []).map(({ message }) => message).join("\n");
    };
    const expected = /expected readFrom of a label beside a caption alone/;
    assert.match(faults([{ name: "label", expert: "label", readFrom: "caption" }]), expected);
    assert.match(
      faults([
        { name: "caption", expert: "text" },
        { name: "style", expert: "style", readFrom: "caption" },
      ]),
      expected,
    );
  });
});
