/** Images for layers that exist, in the built main code: one image paint changes, and nothing else of any layer. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, image, pngOf, solid, useScene } from "./image-fill-scene.ts";

const { evaluate, fromUi, addImage, addLayer, lastSent } = useScene();

const provenance = (seed: number) => ({
  format: 1,
  packId: "default",
  packDigest: "digest",
  translation: "caption",
  condition: { caption: "a cat" },
  seed,
  temperature: 0.2,
  guidance: 1,
  logLikelihood: -100.5,
});
let applies = 0;
function replace(nodeIds: readonly string[], seeds: readonly number[] = nodeIds.map((_, index) => 50 + index)) {
  const applyId = ++applies;
  const images = seeds.map((seed) => ({ key: `k${seed}`, provenance: provenance(seed) }));
  for (const seed of seeds)
    fromUi(`{ type: "image", applyId: ${applyId}, key: "k${seed}", bytes: ${bytesOf(pngOf(seed, 128, 128))} }`);
  const target = { kind: "replace", nodeIds, scaleMode: "FIT" };
  fromUi(JSON.stringify({ type: "apply", applyId, artboards: [{ caption: "a cat", images }], target }));
  return lastSent("applied");
}
interface Read {
  fills: Record<string, unknown>[];
  pluginData: Record<string, string>;
}
const recordOf = (id: string) => evaluate<Read & Record<string, unknown>>(`sim.tree.get(${JSON.stringify(id)})`);

test("a new image takes the place of one image paint; crop, opacity, filters, other paints and the layer stay", () => {
  const old = addImage(pngOf(1, 64, 64));
  const overlay = { ...solid, opacity: 0.4 };
  const crop = image(old, {
    scaleMode: "CROP",
    imageTransform: [
      [0.5, 0, 0.25],
      [0, 0.5, 0.1],
    ],
    opacity: 0.5,
    blendMode: "MULTIPLY",
    filters: { saturation: -1 },
  });
  const effects = [{ type: "LAYER_BLUR", radius: 4, visible: true }];
  const id = addLayer("Avatar", [solid, crop, overlay], { rotation: 30, opacity: 0.8, cornerRadius: 12, effects });
  const before = recordOf(id);
  const sent = replace([id]);
  assert.deepEqual([sent.imageCount, sent.skipped], [1, []]);
  const { fills, pluginData, relaunchData, ...rest } = recordOf(id);
  assert.equal(JSON.parse(pluginData["tau.provenance"]!).seed, 50);
  assert.ok(relaunchData);
  const { fills: _fills, pluginData: _data, relaunchData: _relaunch, ...restBefore } = before;
  assert.deepEqual(rest, restBefore, "nothing of the layer itself changed");
  const { imageHash, ...paint } = fills[1]!;
  const { imageHash: _old, ...paintBefore } = before.fills[1]!;
  assert.notEqual(imageHash, old);
  assert.deepEqual([fills[0], paint, fills[2]], [before.fills[0], paintBefore, before.fills[2]]);
});

test("the paint that Tau made is the one that changes, though a person put another image over it", () => {
  const id = addLayer("Tile", []);
  replace([id], [7]);
  const photo = addImage(pngOf(2, 64, 64));
  const own = recordOf(id).fills[0]!;
  evaluate(`sim.tree.change("${id}", { fills: ${JSON.stringify([own, image(photo)])} })`);
  replace([id], [8]);
  const { fills } = recordOf(id);
  assert.notEqual(fills[0]!["imageHash"], own["imageHash"]);
  assert.equal(fills[1]!["imageHash"], photo);
});

test("a layer without an image gets one above its paints, in the scale mode that was requested", () => {
  const id = addLayer("Placeholder", [solid]);
  replace([id]);
  const { fills } = recordOf(id);
  assert.deepEqual([fills.length, fills[0]!["type"], fills[1]!["scaleMode"]], [2, "SOLID", "FIT"]);
});

test("a tile keeps its size on the canvas though the new image has more pixels", () => {
  const old = addImage(pngOf(1, 64, 64));
  const id = addLayer("Tiles", [image(old, { scaleMode: "TILE", scalingFactor: 0.5 })]);
  replace([id]);
  assert.equal(recordOf(id).fills[0]!["scalingFactor"], 0.25);
});

test("locked, mixed, removed, read-only layers and sections are listed and not touched; the others are filled", () => {
  const old = addImage(pngOf(1, 64, 64));
  const locked = addLayer("Locked", [image(old)], { locked: true });
  const frame = addLayer("Group", [], { locked: true }, "FRAME");
  const inside = evaluate<string>(
    `(() => { const id = sim.tree.create("RECTANGLE", { name: "Inside", fills: [] }, "${frame}"); sim.tree.commit(); return id; })()`,
  );
  const mixed = addLayer("Mixed", [solid], { hasMixedFills: true }, "TEXT");
  const library = addLayer("Library", [image(old)], { isReadOnly: true });
  const section = addLayer("Section", [], {}, "SECTION");
  const gone = addLayer("Gone", []);
  evaluate(`(sim.tree.remove("${gone}"), 0)`);
  const open = addLayer("Open", [image(old)]);
  const ids = [locked, inside, mixed, library, section, gone, open];
  const before = [locked, inside, mixed, library, section].map(recordOf);
  const { imageCount, skipped } = replace(ids);
  assert.equal(imageCount, 1);
  assert.deepEqual(
    skipped.map(({ nodeName, reason }) => [nodeName, reason]),
    [
      ["Locked", "locked"],
      ["Inside", "locked"],
      ["Mixed", "mixed"],
      ["Library", "read-only"],
      ["Section", "no-fills"],
      ["", "gone"],
    ],
  );
  assert.match(skipped[3]!.detail, /read-only/);
  assert.deepEqual([locked, inside, mixed, library, section].map(recordOf), before);
  evaluate("sim.undo()");
  assert.equal(recordOf(open).fills[0]!["imageHash"], old, "one undo step");
});

test("layers inside an instance are filled as overrides, and the component stays", () => {
  const ids = evaluate<{ instance: string; layer: string }>(`(() => {
    const component = sim.tree.create("COMPONENT", { name: "Card" });
    const layer = sim.tree.create("RECTANGLE", { name: "Picture" }, component);
    const instance = sim.tree.instantiate(component);
    sim.tree.commit();
    return { instance, layer };
  })()`);
  const inside = `I${ids.instance};${ids.layer}`;
  assert.equal(replace([inside]).imageCount, 1);
  assert.equal(recordOf(inside).fills.length, 1);
  assert.equal(recordOf(ids.layer).fills.length, 0);
});

test("the same bytes again are counted as such", () => {
  const id = addLayer("Tile", []);
  assert.equal(replace([id], [3]).sameCount, 0);
  assert.equal(replace([id], [3]).sameCount, 1);
});

test("what a layer remembers is taken back when its fill is refused", () => {
  const id = addLayer("Tile", []);
  replace([id], [3]);
  const before = recordOf(id);
  const long = { ...provenance(4), packId: "x".repeat(120_000) };
  const images = [{ key: "k", provenance: long }];
  fromUi(`{ type: "image", applyId: 999, key: "k", bytes: ${bytesOf(pngOf(9, 8, 8))} }`);
  const target = { kind: "replace", nodeIds: [id], scaleMode: "FILL" };
  fromUi(JSON.stringify({ type: "apply", applyId: 999, artboards: [{ caption: "", images }], target }));
  assert.deepEqual([lastSent("applied").imageCount, lastSent("applied").skipped.length], [0, 1]);
  assert.deepEqual(recordOf(id), before);
});

const select = (...ids: string[]): void => void evaluate(`(sim.select(${JSON.stringify(ids)}), 0)`);

test("captions come in the order in which the page reads, also out of frames and of texts that are not quite level", () => {
  const text = (characters: string, x: number, y: number, parent?: string) =>
    evaluate<string>(`sim.addText(${JSON.stringify(characters)}, ${x}, ${y}${parent ? `, "${parent}"` : ""})`);
  const low = addLayer("Low", [], { x: 0, y: 1000 }, "FRAME");
  const high = addLayer("High", [], { x: 0, y: 0 }, "FRAME");
  const ids = [text("last", 0, 20, low), text("third", 5, 300, high), text("second", 200, 96), text("first", 0, 100)];
  select(...ids);
  fromUi(`{ type: "ready" }`);
  const { selection } = lastSent("start");
  assert.deepEqual(
    selection.texts.map(({ text: caption }) => caption),
    ["first", "second", "third", "last"],
  );
});

test("stickies and shapes with text are captions", () => {
  const note = (type: string, characters: string, y: number): string =>
    addLayer(characters, [], { characters, y }, type);
  select(note("SHAPE_WITH_TEXT", "a green tree", 300), note("STICKY", "a red apple", 0), addLayer("plain", []));
  fromUi(`{ type: "ready" }`);
  const { selection } = lastSent("start");
  assert.deepEqual(
    selection.texts.map(({ text }) => text),
    ["a red apple", "a green tree"],
  );
  assert.equal(selection.layerCount, 3);
});
