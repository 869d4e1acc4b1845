/** What a variation, and a new drawing of it, asks for: the picture, and what is known of what it shows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { planReplacements } from "../../../plugin/ui/plans/captions.ts";
import {
  planBlend,
  planUpscale,
  planVariations,
  type UploadedIcon,
  type UploadedSource,
} from "../../../plugin/ui/plans/edits.ts";
import { planRestyle } from "../../../plugin/ui/plans/icons.ts";
import { defaultForm } from "../../../plugin/ui/state/form.ts";
import type { Provenance } from "../../../shared/contract/generations/provenance.ts";

const asked = {
  ...{ id: "caption", hasRetrieval: true, hasDiversity: true },
  conditions: ["image", "caption", "label"] as ("image" | "caption" | "label")[],
  labels: [{ id: "house", label: "House" }],
  styles: ["flat", "line"].map((id) => ({ id, label: id })),
};
const numbers = { seed: 1, temperature: 0, guidance: 0, logLikelihood: 0 };
const source = (condition?: object): UploadedIcon => {
  const made = { format: 1, packId: "p", packDigest: "d", translation: "t", condition, ...numbers };
  const provenance = condition === undefined ? "" : JSON.stringify(made);
  return { icon: { nodeId: "1", nodeName: "house 1", provenance } as UploadedIcon["icon"], digest: "d" };
};
const inputOf = (form: object, uploaded: UploadedIcon) =>
  planVariations({ ...defaultForm, style: "flat", ...form }, asked, uploaded)[0]!.input;

test("a variation of an image that Tau made says what it shows, and not in which style that was", () => {
  const made = source({ caption: "house", style: "line" });
  const image = { image: "d", depth: "middle" };
  assert.deepEqual(inputOf({}, made).condition, { image, caption: "house", style: "flat" });
  assert.deepEqual(inputOf({}, source({ label: "house" })).condition, { image, label: "house", style: "flat" });
  assert.deepEqual(inputOf({}, source()).condition, { image, style: "flat" });
});

test("what a person says that a picture shows takes the place of what its layer remembers", () => {
  const { caption, label } = inputOf({ caption: " barn " }, source({ label: "house" })).condition;
  assert.deepEqual([caption, label], ["barn", undefined]);
});

test("words that the translation does not read stay with the layer, in variations and in blends", () => {
  const made = source({ caption: "house", label: "house" });
  const deaf = { ...asked, conditions: ["image" as const] };
  for (const form of [defaultForm, { ...defaultForm, caption: "barn" }])
    assert.deepEqual(planVariations(form, deaf, made)[0]!.input.condition, { image: { image: "d", depth: "middle" } });
  assert.deepEqual(planBlend(defaultForm, deaf, made, made)[0]!.input.blendWith?.condition, {});
  assert.equal(inputOf({}, source({ label: "castle" })).condition.label, undefined, "no label of this translation");
});

test("the same idea starts from drawings of what it shows, which differ; pictures and shapes from the picture alone", () => {
  const made = source({ caption: "house" });
  const idea = inputOf({ depth: "last", retrieval: 0.7, diversity: 0.3 }, made);
  assert.deepEqual([idea.retrieval, idea.diversity], [0.7, 0.3]);
  for (const depth of ["early", "middle"]) {
    const { retrieval, diversity } = inputOf({ depth, retrieval: 0.7 }, made);
    assert.deepEqual([retrieval, diversity], [0, undefined]);
  }
  assert.equal(inputOf({ depth: "last" }, source()).retrieval, 0, "nothing is known to start from");
});

test("an upscale reads small text unless that is switched off, and a picture that is only cleaned has none to read", () => {
  const uploaded = { source: { nodeName: "page", largestScale: 4 } as UploadedSource["source"], digest: "d" };
  const lettersOf = (form: object) => planUpscale({ ...defaultForm, ...form }, [uploaded])[0]!.input.letters;
  assert.deepEqual([lettersOf({}), lettersOf({ readsLetters: false })], [undefined, false]);
  assert.equal(lettersOf({ readsLetters: false, scale: 1 }), undefined);
});

test("a new drawing of a variation or a sketch still follows its picture, unless another translation draws it", () => {
  const image = { image: "d", depth: "last" };
  const made = { translation: "caption", condition: { caption: "house", image, style: "flat" } };
  const replacements = [{ nodeId: "1", provenance: made as unknown as Provenance }];
  const form = { ...defaultForm, captions: "house", style: "line" };
  const [kept] = planReplacements(form, asked, replacements);
  assert.deepEqual(kept?.input.condition, { image, caption: "house", style: "line" });
  const [other] = planReplacements({ ...form, style: "@mine" }, { ...asked, id: "mine" }, replacements);
  assert.deepEqual(other?.input.condition, { caption: "house" });
});

test("a sketch stays one when it is redrawn in an icon set or a pack's style, which words go along with alone", () => {
  const sketch = { svg: "<svg/>" };
  const made = (translation: string, words: object) =>
    [{ nodeId: "1", provenance: { translation, condition: { sketch, ...words } } as unknown as Provenance }] as const;
  const conditions = ["caption", "style", "sketch"] as const;
  const inSet = { ...asked, id: "restyle", conditions: [...conditions, "drawing" as const] };
  for (const was of [made("restyle", { style: "tabler" }), made("caption", { caption: "house", style: "noto" })]) {
    const [other] = planReplacements({ ...defaultForm, style: "~restyle/lucide" }, inSet, was, "lucide");
    assert.deepEqual(other?.input.condition, { sketch, style: "lucide" });
  }
  const inPack = { ...asked, conditions: [...conditions] };
  const [emoji] = planReplacements({ ...defaultForm, style: "noto" }, inPack, made("restyle", { style: "tabler" }));
  assert.deepEqual(emoji?.input.condition, { sketch, style: "noto" });
  const [deaf] = planReplacements({ ...defaultForm, style: "noto" }, asked, made("restyle", { style: "tabler" }));
  assert.deepEqual(deaf?.input.condition, { style: "noto" });
});

test("a style that the translation does not have is no word of a blend or a restyle, and one that it has is", () => {
  for (const [style, read] of [
    ["line", "line"],
    ["tabler", undefined],
    [{ images: ["a".repeat(64)] }, undefined],
  ] as const) {
    const made = source({ style });
    const [blend] = planBlend(defaultForm, asked, made, made);
    const [restyle] = planRestyle(defaultForm, asked, [made]);
    for (const { input } of [blend!, restyle!]) assert.equal(input.keepResidualOf?.condition?.style, read);
    assert.equal(blend!.input.blendWith?.condition?.style, read);
  }
});
