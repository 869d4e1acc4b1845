/** Enlarged pictures put into image fills, in the built main code in a QuickJS machine: what changes and what stays. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type UpscaleRecord, upscalesKey } from "../../../shared/messages/upscale-messages.ts";
import { bytesOf, image, pngOf, type Sent, solid, useScene } from "./image-fill-scene.ts";

const { evaluate, fromUi, addImage, addLayer, lastSent } = useScene();

type Fill = Partial<ReturnType<typeof image>> & Record<string, unknown>;
const fillsOf = (id: string): Fill[] => evaluate<Fill[]>(`sim.tree.get(${JSON.stringify(id)}).fills`);
const recordsOf = (id: string): UpscaleRecord[] =>
  evaluate(`JSON.parse(sim.tree.get("${id}").pluginData["${upscalesKey}"] || "[]")`);

interface Result {
  readonly nodeId: string;
  readonly imageHash: string;
  readonly paintIndex?: number;
  readonly scale?: 2 | 4;
  readonly png?: Uint8Array;
  readonly packDigest?: string;
}
let nextApplyId = 1;
/** Hands over one picture a result, as the UI does. */
function apply(results: readonly Result[]): Sent<"upscales-applied"> {
  const applyId = nextApplyId++;
  const upscales = results.map(
    ({ nodeId, imageHash, paintIndex = 0, scale = 2, png, packDigest = "digest" }, index) => {
      const bytes = bytesOf(png ?? pngOf(100 * applyId + index, 16, 16));
      fromUi(`{ type: "image", applyId: ${applyId}, key: "u${index}", bytes: ${bytes} }`);
      const provenance = { format: 1, scale, detail: 0.5, seed: 40 + index, packDigest };
      return { key: `u${index}`, nodeId, paintIndex, imageHash, provenance };
    },
  );
  fromUi(JSON.stringify({ type: "apply-upscales", applyId, upscales }));
  return lastSent("upscales-applied");
}
const reasonsOf = ({ refused }: Sent<"upscales-applied">) => refused.map(({ reason }) => reason);

test("an upscale changes the image alone: crop, rotation, filters, opacity, blend mode and visibility stay", () => {
  const hash = addImage(pngOf(1, 8, 8));
  const look = {
    filters: { exposure: 0.4, contrast: -0.2, tint: 1 },
    opacity: 0.5,
    blendMode: "MULTIPLY",
    visible: false,
  };
  const fills = [
    image(hash, {
      ...look,
      scaleMode: "CROP",
      imageTransform: [
        [0.5, 0, 0.1],
        [0, 0.25, 0.2],
      ],
    }),
    image(hash, { ...look, scaleMode: "FIT", rotation: 90 }),
    image(hash, { ...look, scaleMode: "FILL", rotation: 270, scalingFactor: 0.5 }),
  ];
  const layer = addLayer("photo", fills, { x: 5, width: 77 });
  for (const paintIndex of fills.keys()) apply([{ nodeId: layer, imageHash: hash, paintIndex }]);
  const now = fillsOf(layer);
  assert.deepEqual(
    now.map((fill) => ({ ...fill, imageHash: hash })),
    fills,
  );
  assert.ok(now.every(({ imageHash }) => imageHash !== hash));
  assert.deepEqual(evaluate(`(({ name, x, width }) => [name, x, width])(sim.tree.get("${layer}"))`), ["photo", 5, 77]);
});

test("a tile looks as large as before: its scaling factor is divided by the scale", () => {
  const hash = addImage(pngOf(1, 8, 8));
  const tile = image(hash, { scaleMode: "TILE", scalingFactor: 0.6, rotation: 90 });
  const layers = [addLayer("double", [tile]), addLayer("fourfold", [tile])] as const;
  apply([
    { nodeId: layers[0], imageHash: hash, scale: 2 },
    { nodeId: layers[1], imageHash: hash, scale: 4 },
  ]);
  for (const [index, scalingFactor] of [0.3, 0.15].entries()) {
    const [fill] = fillsOf(layers[index]!);
    assert.deepEqual({ ...fill, imageHash: hash }, { ...tile, scalingFactor });
  }
});

test("of several fills only the one that was requested is replaced", () => {
  const [first, second] = [addImage(pngOf(1, 8, 8)), addImage(pngOf(2, 8, 8))];
  const layer = addLayer("photo", [image(first), solid, image(second), image(first)]);
  const { appliedCount } = apply([{ nodeId: layer, imageHash: first, paintIndex: 3 }]);
  assert.equal(appliedCount, 1);
  const now = fillsOf(layer);
  assert.deepEqual(now.slice(0, 3), [image(first), solid, image(second)]);
  assert.notEqual(now[3]?.imageHash, first);
});

test("a set is one undo step, also over several layers and several fills of one, and the window hears of its undo", () => {
  const hash = addImage(pngOf(1, 8, 8));
  const one = addLayer("one", [image(hash), image(hash)]);
  const two = addLayer("two", [image(hash)], {}, "TEXT");
  const result = apply([
    { nodeId: one, imageHash: hash, paintIndex: 0 },
    { nodeId: one, imageHash: hash, paintIndex: 1 },
    { nodeId: two, imageHash: hash },
  ]);
  assert.deepEqual([result.appliedCount, result.refused], [3, []]);
  assert.equal(recordsOf(one).length, 2);
  evaluate("sim.undo()");
  assert.deepEqual([fillsOf(one), fillsOf(two)], [[image(hash), image(hash)], [image(hash)]]);
  assert.deepEqual([recordsOf(one), recordsOf(two)], [[], []]);
  assert.equal(lastSent("unapplied").applyId, nextApplyId - 1);
});

test("layers that changed, were deleted or locked meanwhile are reported and untouched, the others are applied", () => {
  const [hash, other] = [addImage(pngOf(1, 8, 8)), addImage(pngOf(2, 8, 8))];
  const add = (name: string): string => addLayer(name, [image(hash)]);
  const [fine, changed, emptied, mixed, removed, locked] = ["a", "b", "c", "d", "e", "f"].map(add) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  evaluate(`void sim.tree.change("${changed}", { fills: [${JSON.stringify(image(other))}] })`);
  evaluate(`void sim.tree.change("${emptied}", { fills: [] })`);
  evaluate(`void sim.tree.change("${mixed}", { hasMixedFills: true })`);
  evaluate(`void sim.tree.remove("${removed}")`);
  evaluate(`void (sim.tree.change("${locked}", { locked: true }), sim.tree.commit())`);
  const ids = [changed, emptied, mixed, removed, locked, fine];
  const result = apply(ids.map((nodeId) => ({ nodeId, imageHash: hash })));
  assert.equal(result.appliedCount, 1);
  assert.deepEqual(reasonsOf(result), ["changed", "changed", "changed", "gone", "locked"]);
  assert.deepEqual(
    result.refused.map(({ nodeId }) => nodeId),
    [changed, emptied, mixed, removed, locked],
  );
  assert.match(result.refused[0]!.detail, new RegExp(`“b”: expected image ${hash}, got image ${other}`));
  assert.deepEqual([fillsOf(changed), fillsOf(locked)], [[image(other)], [image(hash)]]);
  for (const id of [changed, emptied, mixed, locked]) assert.deepEqual(recordsOf(id), []);
  assert.notEqual(fillsOf(fine)[0]?.imageHash, hash);
});

test("a fill that is named twice in a set is replaced once", () => {
  const hash = addImage(pngOf(1, 8, 8));
  const layer = addLayer("photo", [image(hash)]);
  const result = apply([
    { nodeId: layer, imageHash: hash },
    { nodeId: layer, imageHash: hash },
  ]);
  assert.deepEqual([result.appliedCount, reasonsOf(result)], [1, ["changed"]]);
});

test("a picture above Figma's limit is refused with Figma's reason, and leaves no undo step", () => {
  const hash = addImage(pngOf(1, 2049, 8));
  const layer = addLayer("photo", [image(hash)]);
  const before = evaluate("sim.tree.get(sim.tree.pageId).children.length");
  const result = apply([{ nodeId: layer, imageHash: hash, png: pngOf(2, 4098, 16) }]);
  assert.deepEqual([result.appliedCount, reasonsOf(result)], [0, ["image"]]);
  assert.match(result.refused[0]!.detail, /“photo”: .*too large: 4098 × 16, at most 4096/);
  assert.deepEqual([fillsOf(layer), recordsOf(layer)], [[image(hash)], []]);
  // The step before this one was the layer itself.
  evaluate("sim.undo()");
  assert.equal(evaluate("sim.tree.get(sim.tree.pageId).children.length"), (before as number) - 1);
});

test("bytes that never came, and a record that Figma refuses to keep, leave the fill as it was", () => {
  const hash = addImage(pngOf(1, 8, 8));
  const layer = addLayer("photo", [image(hash)]);
  const provenance = { format: 1, scale: 2, detail: 0, seed: 1, packDigest: "digest" };
  const upscales = [{ key: "none", nodeId: layer, paintIndex: 0, imageHash: hash, provenance }];
  fromUi(JSON.stringify({ type: "apply-upscales", applyId: 999, upscales }));
  assert.match(lastSent("upscales-applied").refused[0]!.detail, /expected the bytes of image none/);
  // 100 kB is the most that one entry of plugin data may hold.
  assert.deepEqual(reasonsOf(apply([{ nodeId: layer, imageHash: hash, packDigest: "x".repeat(120_000) }])), ["image"]);
  assert.deepEqual([fillsOf(layer), recordsOf(layer)], [[image(hash)], []]);
});

test("a layer with a fill style leaves it when it is upscaled, which is no fault, and keeps it when it is not", () => {
  const hash = addImage(pngOf(1, 8, 8));
  const layer = addLayer("photo", [image(hash)], { fillStyleId: "S:1" });
  const styleOf = () => evaluate(`sim.tree.get("${layer}").fillStyleId`);
  assert.deepEqual(reasonsOf(apply([{ nodeId: layer, imageHash: hash, packDigest: "x".repeat(120_000) }])), ["image"]);
  assert.equal(styleOf(), "S:1");
  const { appliedCount, refused } = apply([{ nodeId: layer, imageHash: hash }]);
  assert.deepEqual([appliedCount, refused, styleOf()], [1, [], ""]);
});

test("a fill that Figma refuses to set leaves what the layer remembers as it was", () => {
  const hash = addImage(pngOf(1, 8, 8));
  const layer = addLayer("photo", [image(hash)]);
  apply([{ nodeId: layer, imageHash: hash }]);
  const [records, upscaled] = [recordsOf(layer), String(fillsOf(layer)[0]?.imageHash)];
  const fills = [image(upscaled, { rotation: 45 })];
  evaluate(`void sim.tree.change("${layer}", { fills: ${JSON.stringify(fills)} })`);
  assert.deepEqual(reasonsOf(apply([{ nodeId: layer, imageHash: upscaled }])), ["image"]);
  assert.deepEqual([recordsOf(layer), fillsOf(layer)], [records, fills]);
});

test("a layer remembers how each fill was upscaled and from which original, and forgets fills that are gone", () => {
  const [hash, other] = [addImage(pngOf(1, 8, 8)), addImage(pngOf(2, 8, 8))];
  const layer = addLayer("photo", [image(hash), image(other)], { pluginData: { [upscalesKey]: "damaged" } });
  apply([{ nodeId: layer, imageHash: hash, scale: 4 }]);
  const first = String(fillsOf(layer)[0]?.imageHash);
  const made = { format: 1, detail: 0.5, seed: 40, packDigest: "digest" };
  const toFirst = { ...made, scale: 4, originalHash: hash, upscaledHash: first };
  assert.deepEqual(recordsOf(layer), [toFirst]);
  // An upscale of an upscale keeps the whole way back.
  apply([{ nodeId: layer, imageHash: first }]);
  const second = String(fillsOf(layer)[0]?.imageHash);
  const toSecond = { ...made, scale: 2, originalHash: first, upscaledHash: second };
  assert.deepEqual(recordsOf(layer), [toFirst, toSecond]);
  evaluate(`void sim.tree.change("${layer}", { fills: [${JSON.stringify(image(other))}] })`);
  apply([{ nodeId: layer, imageHash: other }]);
  assert.deepEqual(
    recordsOf(layer).map(({ originalHash }) => originalHash),
    [other],
  );
});

test("the host is as strict as Figma with fills", () => {
  const hash = addImage(pngOf(1, 8, 8));
  addLayer("photo", [image(hash)]);
  const throws = (expression: string, reason: RegExp): void => {
    const code = `(() => { "use strict"; const node = figma.currentPage.children[0]; ${expression}; })()`;
    assert.throws(() => evaluate(code), reason, expression);
  };
  throws(`node.fills[0].imageHash = "x"`, /read-only/);
  throws(`node.fills.push({})`, /extensible/);
  const wrong = { scaleMode: ["STRETCH"], rotation: [45], opacity: [2], scalingFactor: [0], filters: [{ tint: 2 }] };
  for (const [key, [value]] of Object.entries(wrong))
    throws(`node.fills = [${JSON.stringify(image(hash, { [key]: value }))}]`, /in set_fills/);
  assert.equal(evaluate(`figma.getImageByHash("${"0".repeat(40)}")`), null);
});
