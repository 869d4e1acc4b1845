/** What main sends the UI of the selection's image fills, in the built main code in a QuickJS machine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { largestScale } from "../../../shared/contract/upscale-scales.ts";
import { limits } from "../../../shared/limits.ts";
import { image, pngOf, type Sent, solid, useScene } from "./image-fill-scene.ts";

const { evaluate, fromUi, addImage, addLayer, lastSent } = useScene();

function read(nodeIds: readonly string[], readId = 1): Sent<"upscale-sources"> {
  evaluate(`sim.select(${JSON.stringify(nodeIds)})`);
  fromUi(JSON.stringify({ type: "read-upscale-sources", readId }));
  return lastSent("upscale-sources");
}

test("each image fill of the selection is a source with its original bytes, size and largest factor", () => {
  const [small, wide] = [pngOf(1, 300, 200), pngOf(2, 1500, 900)];
  const [smallHash, wideHash] = [addImage(small), addImage(wide)];
  const crop = {
    scaleMode: "CROP",
    imageTransform: [
      [0.5, 0, 0.1],
      [0, 0.5, 0.2],
    ],
  };
  const photo = addLayer("photo", [solid, image(smallHash, crop), image(wideHash)]);
  const copy = addLayer("copy", [image(smallHash)]);
  const { sources, skipped, unreadLayerCount } = read([photo, copy], 7);
  const sized = { imageHash: smallHash, widthPx: 300, heightPx: 200, largestScale: 4 };
  assert.deepEqual(sources, [
    { nodeId: photo, nodeName: "photo", paintIndex: 1, ...sized },
    {
      nodeId: photo,
      nodeName: "photo",
      paintIndex: 2,
      imageHash: wideHash,
      widthPx: 1500,
      heightPx: 900,
      largestScale: 2,
    },
    { nodeId: copy, nodeName: "copy", paintIndex: 0, ...sized },
  ]);
  assert.deepEqual([skipped, unreadLayerCount], [[], 0]);
  const images = evaluate<{ hash: string; readId: number; bytes: number[] }[]>(
    `sent.filter(({ type }) => type === "upscale-image").map((m) => ({ ...m, bytes: Array.from(m.bytes) }))`,
  );
  // Once for each image, not once for each fill.
  assert.deepEqual(
    images.map(({ hash, readId, bytes }) => [hash, readId, bytes]),
    [
      [smallHash, 7, [...small]],
      [wideHash, 7, [...wide]],
    ],
  );
});

test("a layer without a source says why", () => {
  const [hash, huge, lost] = [addImage(pngOf(1, 8, 8)), addImage(pngOf(2, 2049, 10)), addImage(pngOf(3, 8, 8))];
  evaluate(`sim.images.delete("${lost}")`);
  const group = addLayer("group", [], { locked: true }, "FRAME");
  const inside = addLayer("in a locked group", [image(hash)]);
  evaluate(`sim.tree.append("${group}", "${inside}")`);
  const video = { type: "VIDEO", scaleMode: "FILL", videoHash: "v" };
  const cases: readonly (readonly [string, object])[] = [
    [addLayer("plain", [solid]), { reason: "no-image" }],
    [addLayer("text", [solid], { hasMixedFills: true }, "TEXT"), { reason: "mixed" }],
    [addLayer("film", [video]), { reason: "video", paintIndex: 0 }],
    [addLayer("lost", [solid, image(lost)]), { reason: "missing", paintIndex: 1 }],
    [addLayer("empty", [image(null)]), { reason: "missing", paintIndex: 0 }],
    [addLayer("locked", [image(hash)], { locked: true }), { reason: "locked" }],
    [inside, { reason: "locked" }],
    [addLayer("huge", [image(huge)]), { reason: "too-large", paintIndex: 0, widthPx: 2049, heightPx: 10 }],
  ];
  const both = addLayer("both", [video, image(hash)]);
  const { sources, skipped } = read([...cases.map(([id]) => id), both]);
  assert.deepEqual(
    skipped.map(({ nodeName, ...rest }) => rest),
    [...cases, [both, { reason: "video", paintIndex: 0 }] as const].map(([nodeId, rest]) => ({ nodeId, ...rest })),
  );
  assert.deepEqual(
    sources.map(({ nodeId, paintIndex }) => [nodeId, paintIndex]),
    [[both, 1]],
  );
});

test("an image that can't be downloaded, and a file above the upload limit, are skipped", () => {
  const layer = addLayer("photo", [image(addImage(pngOf(1, 8, 8)))]);
  const answerWith = (bytes: string): void => {
    evaluate(`void (figma.getImageByHash = () => ({
      getSizeAsync: async () => ({ width: 8, height: 8 }), getBytesAsync: async () => ${bytes} }))`);
  };
  answerWith(`{ throw new Error("offline"); }`);
  assert.deepEqual(
    read([layer]).skipped.map(({ reason }) => reason),
    ["missing"],
  );
  // Made beforehand: a collection of garbage in the middle of an async call leaves QuickJS with lost references.
  evaluate(`void (globalThis.large = new Uint8Array(${limits.uploadMaxBytes + 1}))`);
  answerWith("large");
  assert.deepEqual(read([layer]).skipped, [
    { nodeId: layer, nodeName: "photo", paintIndex: 0, reason: "too-many-bytes", widthPx: 8, heightPx: 8 },
  ]);
  assert.equal(evaluate(`sent.some(({ type }) => type === "upscale-image")`), false);
});

test("of a large selection the first layers are read, and the rest is counted", () => {
  const hash = addImage(pngOf(1, 8, 8));
  const ids = Array.from({ length: 53 }, (_, index) => addLayer(`layer ${index}`, [image(hash)]));
  const { sources, unreadLayerCount } = read(ids);
  assert.deepEqual([sources.length, unreadLayerCount], [50, 3]);
});

test("the largest factor keeps the longer side within 4096 px", () => {
  const cases = [
    [1, 4],
    [1024, 4],
    [1025, 3],
    [1365, 3],
    [1366, 2],
    [2048, 2],
    [2049, undefined],
    [4096, undefined],
  ] as const;
  for (const [sidePx, scale] of cases) {
    assert.equal(largestScale(sidePx, 1), scale, `${sidePx} px wide`);
    assert.equal(largestScale(1, sidePx), scale, `${sidePx} px high`);
  }
});
