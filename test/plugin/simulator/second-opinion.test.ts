/**
 * Whether the simulator tells the truth: the same built main code, given the same messages, leaves the same names, sizes,
 * positions and fills on OpenPencil's host. Rotation is left out, which OpenPencil turns about another point than Figma.
 */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { FigmaAPI } from "@open-pencil/core/figma-api";
import { createSVGNodes } from "@open-pencil/core/io";
import { SceneGraph } from "@open-pencil/scene-graph";
import { SimDocument } from "../../../plugin/simulator/host/document.ts";
import { createRun } from "../../../plugin/simulator/host/run.ts";
import { memoryStore } from "../../../plugin/simulator/host/storage.ts";
import { localPath } from "../../../plugin/simulator/host/svg-path.ts";
import { buildPlugin } from "../../../scripts/build-plugin.mjs";
import type { Provenance } from "../../../shared/contract/generations/provenance.ts";
import type { ApplyTarget, DroppedImage, MainMessage, UiMessage } from "../../../shared/messages/messages.ts";
import { drawPng } from "../png.ts";
import { startSecondHost } from "./second-host.ts";

let outDir: string;
let mainFile: string;
before(async () => {
  outDir = await mkdtemp(path.join(tmpdir(), "tau-opinion-"));
  await buildPlugin({ outDir });
  mainFile = path.join(outDir, "plugin/main.js");
});
after(() => rm(outDir, { recursive: true }));

type Api = Pick<
  PluginAPI,
  | "createComponentFromNode"
  | "createRectangle"
  | "createFrame"
  | "createEllipse"
  | "createText"
  | "createImage"
  | "currentPage"
>;
interface Host {
  readonly figma: Api;
  readonly sent: readonly MainMessage[];
  /** Without waiting for what comes of it. */
  post(message: UiMessage): void;
  send(message: UiMessage): Promise<void>;
  /** Something of the window dropped on the page. */
  drop(place: { readonly x: number; readonly y: number }, dropped: DroppedImage): Promise<void>;
  layOut(): void;
}

async function simulator(): Promise<Host> {
  const sim = new SimDocument(memoryStore());
  const sent: MainMessage[] = [];
  const hooks = {
    showUi: () => undefined,
    toUi: (message: unknown) => sent.push(message as MainMessage),
    notify: () => undefined,
    closed: () => undefined,
  };
  const run = createRun(sim, hooks, "caption-to-artboard");
  new Function("figma", "__html__", await readFile(mainFile, "utf8"))(run.figma, "");
  run.start("caption-to-artboard");
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100));
  await settle();
  return {
    figma: run.figma,
    sent,
    layOut: () => undefined,
    post: (message) => run.fromUi(message),
    send: async (message) => {
      run.fromUi(message);
      await settle();
    },
    drop: async (place, dropped) => {
      run.drop(place, dropped);
      await settle();
    },
  };
}
const openPencil = async (): Promise<Host> =>
  (await startSecondHost(mainFile, "caption-to-artboard")) as unknown as Host;

interface Shape {
  readonly type: string;
  readonly name: string;
  readonly place: readonly number[];
  readonly fills: unknown;
  readonly children: readonly Shape[];
}
/** A paint as both hosts write it: defaults left out, and colours of images, which Figma has none of. */
function paintOf(paint: Paint, images: string[]): object {
  if (paint.type === "SOLID") return { type: paint.type, color: roundColour(paint.color), opacity: paint.opacity ?? 1 };
  if (paint.type !== "IMAGE") return { type: paint.type };
  const { scaleMode, imageHash, opacity = 1, filters = {}, imageTransform, scalingFactor } = paint;
  // Each host has its own name for an image: its place among those seen says the same.
  if (!images.includes(imageHash!)) images.push(imageHash!);
  const image = images.indexOf(imageHash!);
  const tile = scaleMode === "TILE" ? { scalingFactor } : {};
  // OpenPencil keeps the two rows as an object.
  const crop = scaleMode === "CROP" ? { imageTransform: [imageTransform?.[0], imageTransform?.[1]] } : {};
  return { type: paint.type, scaleMode, image, opacity, filters: { ...filters }, ...tile, ...crop };
}
const roundColour = ({ r, g, b }: RGB) => [r, g, b].map((part) => Math.round(part * 255));
const read = (nodes: readonly SceneNode[], images: string[] = []): Shape[] =>
  nodes.map((node) => ({
    type: node.type,
    name: node.name,
    place: [node.x, node.y, node.width, node.height],
    fills: "fills" in node ? (node.fills as readonly Paint[]).map((paint) => paintOf(paint, images)) : [],
    children: "children" in node ? read(node.children, images) : [],
  }));

const provenance = (caption: string, seed: number) =>
  ({ format: 1, condition: { caption }, seed }) as unknown as Provenance;
let applies = 0;
async function apply(host: Host, captions: Readonly<Record<string, number>>, target: ApplyTarget): Promise<void> {
  const applyId = ++applies;
  const artboards = Object.entries(captions).map(([caption, count]) => ({
    caption,
    images: Array.from({ length: count }, (_, i) => ({ key: `${caption}/${i}`, provenance: provenance(caption, i) })),
  }));
  for (const [index, { key }] of artboards.flatMap(({ images }) => images).entries())
    host.post({ type: "image", applyId, key, bytes: new Uint8Array(drawPng(index, 8)) });
  await host.send({ type: "apply", applyId, artboards, target });
  host.layOut();
}

const lastSent = <Type extends MainMessage["type"]>({ sent }: Host, type: Type): Extract<MainMessage, { type: Type }> =>
  sent.findLast((message): message is Extract<MainMessage, { type: Type }> => message.type === type)!;

/** Does the same on both hosts and compares what is on the page, and what the work answers with. */
async function agree(work: (host: Host) => Promise<unknown>): Promise<Shape[]> {
  const [ours, theirs] = [await simulator(), await openPencil()];
  const pages = [];
  for (const host of [ours, theirs]) {
    applies = 0;
    const answer = (await work(host)) ?? null;
    // As JSON: lists made in another realm are no equals of ours.
    const page = read(host.figma.currentPage.children);
    pages.push(JSON.parse(JSON.stringify({ page, answer })) as { page: Shape[]; answer: unknown });
  }
  assert.deepEqual(pages[0], pages[1]);
  return pages[0]!.page;
}

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

/** Layers named after things: empty, painted, locked, hidden, with an image. */
function addNamedLayers({ figma }: Host): SceneNode[] {
  const { hash } = figma.createImage(new Uint8Array(drawPng(98, 8)));
  const red: Paint = { type: "SOLID", color: { r: 1, g: 0, b: 0 } };
  const image: Paint = { type: "IMAGE", scaleMode: "FIT", imageHash: hash, opacity: 0.5 };
  const made = [
    figma.createRectangle(),
    figma.createRectangle(),
    figma.createFrame(),
    figma.createRectangle(),
  ] as const;
  return (["red apple", "tree", "house", "key"] as const).map((name, index) => {
    const layer = made[index]!;
    layer.name = name;
    layer.resize(60 + index, 40);
    layer.x = index * 100;
    layer.fills = [[], [red], [red], [image, red]][index]!;
    layer.locked = index === 2;
    layer.visible = index !== 1;
    return layer;
  });
}

test("layers are told by name with what stands in their way, and a label's image goes above the paints of the others", async () => {
  const shapes = await agree(async (host) => {
    const layers = addNamedLayers(host);
    host.figma.currentPage.selection = layers;
    await host.send({ type: "read-layers", readId: 1 });
    const told = lastSent(host, "layers").layers.map(({ name, problem }) => [name, problem]);
    const nodeIds = layers.map(({ id }) => id);
    await apply(host, { "red apple": 4 }, { kind: "replace", nodeIds, scaleMode: "FIT" });
    const { imageCount, sameCount, skipped } = lastSent(host, "applied");
    return { told, imageCount, sameCount, skipped: skipped.map(({ nodeName, reason }) => [nodeName, reason]) };
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
    const told = [];
    for (const caption of ["a cat", "a dog"]) {
      await host.send({ type: "read-icons", readId: 1 });
      told.push(
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
    assert.match(JSON.stringify(told[1]), /a cat/);
    return told;
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
    const dropped = { applyId: 1, key: "d", title: "blue fish", provenance: provenance("blue fish", 1), tilePx: 48 };
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
