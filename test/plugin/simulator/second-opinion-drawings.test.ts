/**
 * A second opinion on blends, sketches, layouts, vectors and colours: the built main code on OpenPencil's host too. It puts the
 * outlines of an SVG into one layer, so of vectors the frames around them are compared; its variables belong to nodes, not to
 * paints, so colours are compared as hex values.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import type { ArtboardImage } from "../../../shared/messages/messages.ts";
import { drawPng } from "../png.ts";
import { addNamedLayers, agree, type Host, lastSent, provenance, type Shape } from "./two-hosts.ts";

// What Figma adds by itself, OpenPencil needs as an argument.
const solid = (r: number, g: number, b: number) =>
  ({ type: "SOLID", color: { r, g, b }, opacity: 1, visible: true }) as const;
const [red, blue, white] = [solid(1, 0, 0), solid(0, 0, 1), solid(1, 1, 1)];

test("a blend reads both pictures, and its steps lie in one row", async () => {
  const [, , , , strip] = await agree(async (host) => {
    const layers = addNamedLayers(host);
    (layers[0] as RectangleNode).fills = [{ type: "IMAGE", scaleMode: "FILL", imageHash: imageOf(host, 7) }];
    host.figma.currentPage.selection = [layers[0]!, layers[3]!];
    await host.send({ type: "read-upscale-sources", readId: 1 });
    const { sources } = lastSent(host, "upscale-sources");
    const images = Array.from({ length: 5 }, (_, frame) => {
      host.post({ type: "image", applyId: 1, key: `${frame}`, bytes: new Uint8Array(drawPng(frame, 8)) });
      return { key: `${frame}`, provenance: { ...provenance("red apple", 1), frame: { index: frame, count: 5 } } };
    });
    const artboards = [{ caption: "red apple – key", isStrip: true, images }];
    const target = { kind: "artboards", tilePx: 64, keepsSelection: true } as const;
    await host.send({ type: "apply", applyId: 1, artboards, target });
    host.layOut();
    return sources.map(({ nodeName, widthPx, heightPx }) => [nodeName, widthPx, heightPx]);
  });
  assert.equal(new Set(strip!.children.map(({ place }) => place[1])).size, 1, "one row");
});

const imageOf = ({ figma }: Host, seed: number): string => figma.createImage(new Uint8Array(drawPng(seed, 8))).hash;

/** What is seen of a drawing, in 48 × 48 px on white. */
const seen = (svg: string): Promise<Buffer> =>
  sharp(Buffer.from(svg), { density: 144 })
    .resize(48, 48, { fit: "fill" })
    .flatten({ background: "#fff" })
    .removeAlpha()
    .raw()
    .toBuffer();

for (const [name, draw] of [
  ["a sketch", addStrokes],
  ["a layout", addPatches],
] as const)
  test(`${name} on the canvas is handed over under its name, and looks the same`, async () => {
    const drawings: string[] = [];
    await agree(async (host) => {
      host.figma.currentPage.selection = [draw(host)];
      await host.send({ type: "read-drawing", readId: 1 });
      const drawing = lastSent(host, "drawing");
      drawings.push(drawing.svg);
      return drawing.name;
    });
    const [ours, theirs] = await Promise.all(drawings.map(seen));
    const difference = ours!.reduce((sum, value, at) => sum + Math.abs(value - theirs![at]!), 0) / ours!.length;
    assert.ok(difference < 3, `a mean difference below 3 of 255, got ${difference}`);
    assert.ok(ours!.some((value) => value < 128) && ours!.some((value) => value > 250), "something is drawn");
  });

function addStrokes({ figma }: Host): SceneNode {
  const frame = figma.createFrame();
  frame.name = "window";
  frame.resize(80, 80);
  frame.fills = [];
  for (const [x, y] of [
    [8, 8],
    [24, 30],
  ] as const) {
    const pane = figma.createRectangle();
    pane.resize(40, 40);
    pane.fills = [];
    // OpenPencil keeps width and place of a stroke in its paint.
    pane.strokes = [{ ...solid(0, 0, 0), weight: 4, align: "CENTER" } as SolidPaint];
    pane.strokeWeight = 4;
    frame.appendChild(pane);
    pane.x = x;
    pane.y = y;
  }
  return frame;
}

function addPatches({ figma }: Host): SceneNode {
  const frame = figma.createFrame();
  frame.name = "flag";
  frame.resize(80, 80);
  frame.fills = [white];
  for (const [index, fill] of [red, blue].entries()) {
    const patch = figma.createRectangle();
    patch.resize(60, 20);
    patch.fills = [fill];
    frame.appendChild(patch);
    patch.x = 10;
    patch.y = 10 + 30 * index;
  }
  return frame;
}

const icon = (fill: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" viewBox="0 0 64 64" fill="none"><path id="body" fill="${fill}" d="M4 4h56v56h-56z"/></svg>`;
const vectorOf = (name: string, fill = "#0b7285"): ArtboardImage => ({
  key: name,
  name,
  provenance: provenance(name, 1),
  vector: { svg: icon(fill), record: {} },
});
/** Without what is inside the icons. */
const frames = (shapes: readonly Shape[], depth: number): unknown =>
  shapes.map(({ type, name, place, children }) => [type, name, place, depth > 0 ? frames(children, depth - 1) : []]);

test("a family as vectors has the same grid of named frames, and restyled ones keep place, size and name", async () => {
  await agree(
    async (host) => {
      const images = ["rocket", "house", "key"].map((name) => vectorOf(name));
      const target = { kind: "artboards", tilePx: 48 } as const;
      await host.send({ type: "apply", applyId: 1, artboards: [{ caption: "family", images }], target });
      host.layOut();
      const [board] = host.figma.currentPage.children as readonly FrameNode[];
      const nodeIds = board!.children.slice(0, 2).map(({ id }) => id);
      const restyled = ["rocket", "house"].map((name) => vectorOf(name, "#ff5a5f"));
      await host.send({
        type: "apply",
        applyId: 2,
        artboards: [{ caption: "", images: restyled }],
        target: { kind: "replace", nodeIds, scaleMode: "FILL" },
      });
      const { imageCount, skipped } = lastSent(host, "applied");
      assert.equal(imageCount, 2);
      return { imageCount, skipped, isSame: nodeIds.every((id, at) => board!.children[at]!.id === id) };
    },
    (shapes) => frames(shapes, 1),
  );
});

test("recolouring reports the same colours, and changes the same fills, strokes and stops of gradients", async () => {
  await agree(async (host) => {
    const { figma } = host;
    const frame = addPatches(host) as FrameNode;
    const [patch, locked] = frame.children as readonly RectangleNode[];
    patch!.strokes = [blue];
    locked!.locked = true;
    const shaded = figma.createRectangle();
    shaded.name = "shaded";
    shaded.resize(40, 40);
    const stop = (position: number, color: RGB): ColorStop => ({ position, color: { ...color, a: 1 } });
    shaded.fills = [
      {
        type: "GRADIENT_LINEAR",
        gradientTransform: [
          [1, 0, 0],
          [0, 1, 0],
        ],
        gradientStops: [stop(0, red.color), stop(1, { r: 0, g: 1, b: 0 })],
      },
    ];
    figma.currentPage.selection = [frame, shaded];
    await host.send({ type: "read-colours", readId: 1 });
    const { used, skippedIcons } = lastSent(host, "colours") as never as Record<string, unknown>;
    const changes = [
      { from: "#ff0000", to: "#087e8b" },
      { from: "#0000ff", to: "#ff5a5f" },
    ];
    await host.send({ type: "recolour", applyId: 1, changes, record: {} });
    const { imageCount, skipped } = lastSent(host, "applied");
    const hex = ({ r, g, b }: RGB): string => [r, g, b].map((part) => Math.round(part * 255)).join();
    return {
      used,
      skippedIcons,
      imageCount,
      skipped: skipped.map(({ nodeName, reason }) => [nodeName, reason]),
      strokes: (patch!.strokes as readonly SolidPaint[]).map(({ color }) => hex(color)),
      stops: (shaded.fills as readonly GradientPaint[])[0]!.gradientStops.map(({ color }) => hex(color)),
    };
  });
});
