/**
 * Whether the simulator is true: the same built main code, given the same messages, leaves the same names, sizes,
 * positions and fills on OpenPencil's host: artboards, fills, upscales, restyled images, drops, components.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FigmaAPI } from "@open-pencil/core/figma-api";
import { createSVGNodes } from "@open-pencil/core/io";
import { SceneGraph } from "@open-pencil/scene-graph";
import { localPath } from "../../../plugin/simulator/host/svg-path.ts";
import { drawPng } from "../png.ts";
import { addNamedLayers, agree, apply, lastSent, provenance, simulator } from "./two-hosts.ts";

for (const count of [1, 3, 4, 5, 7, 16])
  test(`an artboard of ${count} images has the same grid on both hosts`, async () => {
    const [board] = await agree((host) => apply(host, { "a cat": count }, { kind: "artboards", tilePx: 128 }));
    assert.equal(board?.children.length, count);
  });

test("several artboards of icons, beside what is on the page, lie at the same places", async () => {
  await agree(async (host) => {
    const layer = host.figma.createRectangle();
    layer.name = "Photo";
    layer.resize(400, 300);
    // Figma's new rectangles are grey, OpenPencil's have no fill.
    layer.fills = [];
    await apply(host, { a: 4, b: 2, c: 1, d: 1, e: 3 }, { kind: "artboards", tilePx: 24 });
  });
});

test("images in layers that exist change one paint each, also nested, mixed modes, and locked layers stay", async () => {
  const shapes = await agree(async (host) => {
    const { figma } = host;
    const { hash } = figma.createImage(new Uint8Array(drawPng(99, 8)));
    const frame = figma.createFrame();
    frame.resize(500, 400);
    frame.fills = [];
    const layers = (["FILL", "FIT", "TILE", "CROP"] as const).map((scaleMode, index) => {
      const layer = figma.createRectangle();
      layer.name = scaleMode;
      layer.resize(100, 80);
      frame.appendChild(layer);
      layer.x = 10 + index * 110;
      layer.y = 20;
      const more = {
        ...(scaleMode === "TILE" ? { scalingFactor: 0.5 } : {}),
        ...(scaleMode === "CROP"
          ? {
              imageTransform: [
                [0.5, 0, 0.25],
                [0, 0.5, 0.1],
              ] satisfies Transform,
            }
          : {}),
      };
      layer.fills = [
        { type: "SOLID", color: { r: 1, g: 0, b: 0 } },
        { type: "IMAGE", scaleMode, imageHash: hash, opacity: 0.5, filters: { saturation: -1 }, ...more },
        { type: "SOLID", color: { r: 0, g: 0, b: 1 }, opacity: 0.4 },
      ];
      return layer;
    });
    layers[3]!.locked = true;
    const nodeIds = layers.map(({ id }) => id);
    await apply(host, { "a cat": 4 }, { kind: "replace", nodeIds, scaleMode: "FIT" });
    const applied = host.sent.findLast(({ type }) => type === "applied");
    assert.equal(applied?.type === "applied" && applied.imageCount, 3);
  });
  assert.equal(shapes[0]?.children.length, 4);
});

test("layers are listed by name with what stands in their way, and a label's image goes above the paints of the others", async () => {
  const shapes = await agree(async (host) => {
    const layers = addNamedLayers(host);
    host.figma.currentPage.selection = layers;
    await host.send({ type: "read-layers", readId: 1 });
    const listed = lastSent(host, "layers").layers.map(({ name, problem }) => [name, problem]);
    const nodeIds = layers.map(({ id }) => id);
    await apply(host, { "red apple": 4 }, { kind: "replace", nodeIds, scaleMode: "FIT" });
    const { imageCount, sameCount, skipped } = lastSent(host, "applied");
    return { listed, imageCount, sameCount, skipped: skipped.map(({ nodeName, reason }) => [nodeName, reason]) };
  });
  const kinds = shapes.map(({ fills }) => (fills as Paint[]).map(({ type }) => type));
  assert.deepEqual(kinds, [["IMAGE"], ["SOLID", "IMAGE"], ["SOLID"], ["IMAGE", "SOLID"]]);
});

test("an upscale reads the same sources and changes the same fill, and a second one is refused for a fill that changed", async () => {
  await agree(async (host) => {
    const layers = addNamedLayers(host);
    host.figma.currentPage.selection = layers;
    await host.send({ type: "read-upscale-sources", readId: 1 });
    const { sources, skipped } = lastSent(host, "upscale-sources");
    const { bytes } = lastSent(host, "upscale-image");
    const refusals = [];
    for (const applyId of [1, 2]) {
      host.post({ type: "image", applyId, key: "u", bytes: new Uint8Array(drawPng(applyId, 16)) });
      const made = { format: 1, scale: 2, detail: 0.5, seed: 1, packDigest: "digest" } as const;
      const upscales = sources.map(({ nodeId, paintIndex, imageHash }) => ({
        key: "u",
        nodeId,
        paintIndex,
        imageHash,
        provenance: made,
      }));
      await host.send({ type: "apply-upscales", applyId, upscales });
      const { appliedCount, refused } = lastSent(host, "upscales-applied");
      refusals.push(`${appliedCount} ${refused.map(({ reason }) => reason).join()}`);
    }
    assert.deepEqual(refusals, ["1 ", "0 changed"]);
    return {
      bytes: [...bytes],
      sources: sources.map(({ nodeName, paintIndex, widthPx, heightPx, largestScale }) => [
        nodeName,
        paintIndex,
        widthPx,
        heightPx,
        largestScale,
      ]),
      skipped: skipped.map(({ nodeName, reason }) => [nodeName, reason]),
    };
  });
});

test("a restyled image takes the old one's place, and the layer remembers what it was drawn from", async () => {
  await agree(async (host) => {
    const layer = addNamedLayers(host)[3]!;
    host.figma.currentPage.selection = [layer];
    const sent = [];
    for (const caption of ["a cat", "a dog"]) {
      await host.send({ type: "read-icons", readId: 1 });
      sent.push(
        lastSent(host, "icons").icons.map(({ nodeName, widthPx, heightPx, provenance: kept, problem }) => [
          nodeName,
          widthPx,
          heightPx,
          kept,
          problem,
        ]),
      );
      await apply(host, { [caption]: 1 }, { kind: "replace", nodeIds: [layer.id], scaleMode: "FILL" });
    }
    assert.match(JSON.stringify(sent[1]), /a cat/);
    return sent;
  });
});

test("variations lie beside their picture, which stays selected", async () => {
  await agree(async (host) => {
    const layers = addNamedLayers(host);
    host.figma.currentPage.selection = [layers[3]!];
    await apply(host, { key: 4 }, { kind: "artboards", tilePx: 64, keepsSelection: true });
    return host.figma.currentPage.selection.map(({ name }) => name);
  });
});

test("an image of the history lies with its middle where it was dropped", async () => {
  const shapes = await agree(async (host) => {
    const dropped = { applyId: 1, key: "d", name: "blue fish", provenance: provenance("blue fish", 1), tilePx: 48 };
    host.post({ type: "image", applyId: 1, key: "d", bytes: new Uint8Array(drawPng(7, 8)) });
    await host.drop({ x: 200, y: -50 }, dropped);
    return host.figma.currentPage.selection.map(({ name }) => name);
  });
  assert.deepEqual(
    shapes.map(({ name, place }) => [name, place]),
    [["blue fish", [176, -74, 48, 48]]],
  );
});

test("an SVG is imported to outlines at the same places, whose rules of filling are the same", async () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" viewBox="0 0 64 64" fill="none"><path id="body" fill="#0b7285" fill-rule="evenodd" d="M8 8h48v40h-48z"/><path id="eye" fill="#ffffff" d="M20 20c0-4 8-4 8 0c0 4-8 4-8 0z"/></svg>';
  const ours = ((await simulator()).figma as unknown as PluginAPI).createNodeFromSvg(svg);
  const graph = new SceneGraph();
  const api = new FigmaAPI(graph);
  const theirs = api.getNodeById(createSVGNodes(graph, api.currentPage.id, svg, {})!.id) as unknown as FrameNode;
  // OpenPencil puts the outlines of a drawing into one layer.
  const outlines = ({ children }: FrameNode) =>
    children.flatMap((child) =>
      (child as VectorNode).vectorPaths.map(({ data, windingRule }) => {
        const { x, y, width, height } = localPath(data, [1, 0, 0, 1, child.x, child.y])!;
        return [windingRule, ...[x, y, width, height].map((value) => +value.toFixed(2))];
      }),
    );
  assert.deepEqual(outlines(ours), outlines(theirs));
  assert.deepEqual([ours.width, ours.height], [theirs.width, theirs.height]);
});

test("a component made from a frame takes its place, and an instance of it has its layers", async () => {
  const shapes = await agree(async ({ figma }) => {
    const frame = figma.createFrame();
    frame.name = "icon/key";
    frame.resize(48, 48);
    frame.fills = [];
    frame.x = 30;
    const dot = figma.createRectangle();
    dot.name = "dot";
    dot.resize(12, 12);
    dot.fills = [{ type: "SOLID", color: { r: 1, g: 0, b: 0 } }];
    frame.appendChild(dot);
    dot.x = 6;
    const component = (figma as unknown as PluginAPI).createComponentFromNode(frame);
    const instance = component.createInstance();
    instance.x = 200;
    instance.y = 0;
  });
  assert.deepEqual(
    shapes.map(({ type, name }) => [type, name]),
    [
      ["COMPONENT", "icon/key"],
      ["INSTANCE", "icon/key"],
    ],
  );
});
