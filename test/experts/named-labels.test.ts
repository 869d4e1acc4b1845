/** Labels that captions name: which caption names which label, and where one is followed, left out, replaced and learned. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { encodeConditions } from "../../server/engine/conditions.ts";
import { restyledConditions } from "../../server/engine/edits/restyle.ts";
import type { Translation } from "../../server/engine/translation.ts";
import { LabelExpert } from "../../server/experts/label.ts";
import { LabelNames, withoutColours } from "../../server/experts/label-names.ts";
import { asText } from "../../server/experts/values.ts";
import { conditionValues } from "../../server/inference/conditions/condition-values.ts";
import { planGeneration } from "../../server/inference/plan.ts";
import { PackManifestSchema } from "../../server/manifest/manifest.ts";
import { readEntry } from "../../server/packs/catalogue.ts";
import { loadTranslations } from "../../server/packs/load-translations.ts";
import { trainTranslation } from "../../server/training/train-translation.ts";
import { ResolvedRequestSchema } from "../../shared/contract/generations/generation-request.ts";
import type { TranslationInfo } from "../../shared/contract/meta.ts";
import { checkCondition } from "../../shared/contract/translation-rules.ts";
import { writeBoxes } from "../fixtures/image-folder.ts";
import { tinyTranslation } from "../fixtures/networks/one-pixel-translation.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { tinyFullDraft, writeTinyPack } from "../fixtures/tiny-pack.ts";

const vocabulary = [
  { id: "apple", label: "Apple" },
  { id: "red-apple", label: "Red apple", names: ["macintosh"] },
  { id: "car", label: "Car", names: ["red apple", "auto mobile"] },
  { id: "twelve-oclock", label: "Twelve oclock" },
  { id: "star", label: "★", names: ["Apple"] },
];

describe("a caption", () => {
  const names = new LabelNames(vocabulary);
  const cases: ReadonlyArray<readonly [caption: string, label: string | undefined]> = [
    ["apple", "apple"],
    ["  A blue APPLE icon ", "apple"],
    ["the red apple", "red-apple"],
    ["a picture of a dark green car!", "car"],
    ["Auto-Mobile", "car"],
    ["macintosh emoji", "red-apple"],
    ["twelve o’clock", "twelve-oclock"],
    ["ápple", "apple"],
    ["apple pie", undefined],
    ["pine apple", undefined],
    ["drawing car", undefined],
    ["light apple", undefined],
    ["icon car", undefined],
    [`${"icon ".repeat(5000)}car`, undefined],
    ["★", undefined],
    ["blue apple", "apple"],
    ["red", undefined],
    ["icon", undefined],
    ["a", undefined],
    ["constructor", undefined],
  ];
  for (const [caption, label] of cases)
    it(`the caption "${caption}" names ${label ?? "no label"}`, () => assert.equal(names.labelIn(caption), label));
});

describe("a caption without its colours", () => {
  const cases: ReadonlyArray<readonly [caption: string, plain: string | undefined]> = [
    ["Green tree", "tree"],
    ["a dark-red and light blue car", "a and car"],
    ["a light car", undefined],
    ["tree", undefined],
    ["dark green", undefined],
    ["an orange", undefined],
    ["picture of an orange", undefined],
    ["black and white", undefined],
    ["★", undefined],
  ];
  for (const [caption, plain] of cases)
    it(`without its colours the caption "${caption}" is ${plain ?? "the same, or nothing"}`, () =>
      assert.equal(withoutColours(caption), plain));
});

const label = new LabelExpert({ kind: "label", vocabulary }, "label");
const captioned = tinyTranslation([]);

/** Knows captions, and labels that they name. */
const translation: Translation = {
  ...captioned,
  conditions: [...captioned.conditions, { name: "label", expert: label, isReadFromCaption: true }],
};

const image = "a".repeat(64);
const images = new Map([[image, { planes: new Float32Array(4), sizePx: 1 }]]);
const planned = async (fields: object) => {
  const plan = await planGeneration(translation, ResolvedRequestSchema.parse({ seed: 1, count: 1, ...fields }), images);
  const { label: followed } = plan.rowOf(0, 0).conditions;
  return { labels: plan.namedLabels, at: followed ? followed.vector.indexOf(1) : undefined };
};

describe("a label that the caption names", () => {
  it("a label that the caption names is followed as if it had been given, and reported", async () => {
    const requested = { condition: { caption: "blue car" } };
    assert.deepEqual(await planned(requested), { labels: ["car"], at: 2 });
    const [read, given] = await Promise.all([
      encodeConditions(translation, { caption: asText("blue car") }),
      encodeConditions(translation, { caption: asText("blue car"), label: asText("car") }),
    ]);
    assert.deepEqual(read.label, { ...given.label, named: "car" });
    assert.equal(given.label?.named, undefined);
  });

  it("a label that the caption names gives way to the request's own label, and to null", async () => {
    assert.deepEqual(await planned({ condition: { caption: "car", label: "apple" } }), { labels: [], at: 0 });
    assert.deepEqual(await planned({ condition: { caption: "car", label: null } }), { labels: [], at: undefined });
    assert.deepEqual(conditionValues({ label: null }, images), { label: { kind: "none" } });
  });

  it("a label that the caption names is left out where nothing says that captions bring labels along", async () => {
    const [caption, plain] = translation.conditions;
    const conditions = [caption!, { ...plain!, isReadFromCaption: false }];
    const encoded = await encodeConditions({ ...translation, conditions }, { caption: asText("car") });
    assert.deepEqual(Object.keys(encoded), ["caption"]);
  });

  it("a label that the caption names is left out in a style of a group in which no style draws it", async () => {
    const grouped = {
      kind: "label" as const,
      vocabulary: [
        { id: "car", label: "Car", groups: ["emoji"] },
        { id: "black-cat", label: "Black cat", groups: ["emoji"] },
        { id: "cat", label: "Cat" },
        { id: "tau", label: "Tau", groups: [] },
      ],
    };
    const styles = ["emoji", "interface", undefined].map((group, at) => ({
      id: `style-${at}`,
      label: "x",
      ...(group !== undefined && { group }),
    }));
    const conditions = [
      translation.conditions[0]!,
      { name: "label" as const, expert: new LabelExpert(grouped, "label"), isReadFromCaption: true },
      { name: "style" as const, expert: new LabelExpert({ kind: "label", vocabulary: styles }, "style") },
    ];
    const named = async (style: object, caption = "car") => {
      const values = { caption: asText(caption), ...style };
      return (await encodeConditions({ ...translation, conditions }, values)).label?.named;
    };
    assert.equal(await named({}), "car");
    assert.equal(await named({ style: asText("style-0") }), "car");
    assert.equal(await named({ style: asText("style-1") }), undefined);
    assert.equal(await named({ style: asText("style-2") }), "car");
    assert.equal(await named({ style: asText("style-0") }, "black cat"), "black-cat");
    assert.equal(await named({ style: asText("style-1") }, "black cat"), "cat");
    assert.equal(await named({}, "tau"), undefined, "withdrawn");
  });

  it("a label that the caption names fades as an attribute moves the caption away from its words; a label of its own stays", async () => {
    const presence = async (condition: object, strength: number) => {
      const attribute = { towards: "happy", strength };
      const request = ResolvedRequestSchema.parse({ seed: 1, count: 1, condition, attribute });
      const plan = await planGeneration(translation, request, images);
      return plan.rowOf(0, 0).conditions.label?.presence;
    };
    for (const [strength, left] of [
      [0, 1],
      [0.25, 0.75],
      [-0.25, 0.75],
      [1, undefined],
      [-2, undefined],
    ] as const)
      assert.equal(await presence({ caption: "car" }, strength), left);
    assert.equal(await presence({ caption: "car", label: "car" }, 2), 1);
  });

  it("a label that the caption names changes with the caption of an edit; a label of its own stays", async () => {
    const from = (condition: object) => ({ keepResidualOf: { image, condition } });
    const edited = { condition: { caption: "apple" }, ...from({ caption: "car" }) };
    assert.deepEqual(await planned(edited), { labels: ["apple"], at: 0 });
    assert.equal((await planned({ ...edited, ...from({ caption: "car", label: "car" }) })).at, 2);
    assert.equal((await planned({ condition: { caption: "boat" }, ...from({ caption: "car" }) })).at, undefined);
    const own = conditionValues({ caption: "car", label: "car" }, images);
    assert.deepEqual(restyledConditions(own, { label: { kind: "none" } }).label, { kind: "none" });
  });

  it("a label that the caption names requests nothing by itself: null alone is no condition, is read by any translation and can't be guided", () => {
    const complaint = (fields: object) => {
      const parsed = ResolvedRequestSchema.safeParse({ seed: 1, count: 1, ...fields });
      return parsed.error?.issues.map(({ path }) => path.join("."));
    };
    assert.deepEqual(complaint({ condition: { label: null } }), ["condition"]);
    const from = { keepResidualOf: { image, condition: { label: "car" } }, guidanceOf: { label: 1 } };
    assert.deepEqual(complaint({ condition: { label: null }, ...from }), ["guidanceOf.label"]);
    assert.equal(complaint({ condition: {}, ...from }), undefined);
    const captions = { id: "caption", conditions: ["caption"], styles: [], labels: [], depths: [] } as unknown;
    checkCondition(captions as TranslationInfo, { caption: "car", label: null });
    assert.throws(() => checkCondition(captions as TranslationInfo, { label: "car" }), { code: "invalid_request" });
  });
});

describe("a pack whose captions bring labels along", async () => {
  const root = temporaryFolder("named-labels");
  const [first] = tinyFullDraft.translations;
  const conditions = first!.conditions.map((condition) =>
    condition.name === "label" ? { ...condition, readFrom: "caption" as const } : condition,
  );
  const content = { ...tinyFullDraft, translations: [{ ...first!, conditions }] };

  it("a pack whose captions bring labels along hands no label on to a translation of one's own, whose captions then name none", async () => {
    const { pack } = await writeTinyPack(join(root, "base"), content);
    const result = await trainTranslation({
      folder: await writeBoxes(join(root, "boxes"), 40),
      basePack: pack,
      name: "boxes",
      packs: join(root, "packs"),
      work: join(root, "work"),
      threads: 1,
      isForced: true,
      settings: { steps: 10, batch: 16, learningRate: 0.01, warmupSteps: 2, evaluateEvery: 5 },
    });
    const [own] = await loadTranslations(await readEntry(result.pack!.folder, false), { threads: 1 });
    assert.deepEqual(Object.keys(await encodeConditions(own!, { caption: asText("red") })), ["caption"]);
    const [base] = await loadTranslations(await readEntry(pack, false), { threads: 1 });
    assert.equal((await encodeConditions(base!, { caption: asText("red") })).label?.named, "red");
  });

  it("a pack whose captions bring labels along is refused where no caption is there to read, and where it is no label", () => {
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
