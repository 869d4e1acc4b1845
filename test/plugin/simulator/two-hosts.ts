/**
 * The same work on Tau's simulator and on OpenPencil's host (second-host.ts): what lies on the page afterwards, and what the
 * window receives, has to be equal. Rotation is left out, which OpenPencil turns about another point than Figma.
 */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before } from "node:test";
import { SimDocument } from "../../../plugin/simulator/host/document.ts";
import { createRun } from "../../../plugin/simulator/host/run.ts";
import { memoryStore } from "../../../plugin/simulator/host/storage.ts";
import { buildPlugin } from "../../../scripts/build-plugin.mjs";
import type { Provenance } from "../../../shared/contract/generations/provenance.ts";
import type { ApplyTarget, DroppedImage, MainMessage, UiMessage } from "../../../shared/messages/messages.ts";
import { drawPng } from "../png.ts";
import { countedTimers } from "./counted-timers.ts";
import { startSecondHost } from "./second-host.ts";
import { readVariants, resolvedColour } from "./second-host-sets.ts";

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
  | "variables"
>;
export interface Host {
  readonly figma: Api;
  readonly sent: readonly MainMessage[];
  /** Without waiting for what comes of it. */
  post(message: UiMessage): void;
  send(message: UiMessage): Promise<void>;
  /** Something of the window dropped on the page. */
  drop(place: { readonly x: number; readonly y: number }, dropped: DroppedImage): Promise<void>;
  layOut(): void;
  /** The colour that a solid fill of a layer shows, in the layer's mode. */
  shown(node: SceneNode & MinimalFillsMixin, index: number): RGB;
  /** Properties of a set's variants, as read from their names, and the name of its default. */
  variantsOf(set: ComponentSetNode): readonly [properties: readonly unknown[], defaultName: string | undefined];
}

const solidOf = ({ fills }: MinimalFillsMixin, index: number) => (fills as readonly SolidPaint[])[index]!;

export async function simulator(): Promise<Host> {
  const sim = new SimDocument(memoryStore());
  const sent: MainMessage[] = [];
  const hooks = {
    showUi: () => undefined,
    toUi: (message: unknown) => sent.push(message as MainMessage),
    notify: () => undefined,
    closed: () => undefined,
  };
  const run = createRun(sim, hooks, "caption-to-artboard");
  const { setTimeout, settle } = countedTimers();
  new Function("figma", "__html__", "setTimeout", await readFile(mainFile, "utf8"))(run.figma, "", setTimeout);
  run.start("caption-to-artboard");
  await settle();
  return {
    figma: run.figma,
    sent,
    layOut: () => undefined,
    shown: (node, index) => solidOf(node, index).color,
    // Figma's default is the one in the top left corner.
    variantsOf: ({ children }) => [
      children.map((child) => (child as ComponentNode).variantProperties),
      [...children].sort((one, other) => one.y - other.y || one.x - other.x)[0]?.name,
    ],
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
async function openPencil(): Promise<Host> {
  const host = await startSecondHost(mainFile, "caption-to-artboard");
  const shown: Host["shown"] = (node, index) => {
    const paint = solidOf(node, index);
    return resolvedColour(host.graph, node, index, paint) ?? paint.color;
  };
  const variantsOf: Host["variantsOf"] = ({ id }) => readVariants(host.graph, host.figma, id);
  return { ...host, shown, variantsOf } as unknown as Host;
}

export interface Shape {
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
export const roundColour = ({ r, g, b }: RGB) => [r, g, b].map((part) => Math.round(part * 255));
const read = (nodes: readonly SceneNode[], images: string[] = []): Shape[] =>
  nodes.map((node) => ({
    type: node.type,
    name: node.name,
    place: [node.x, node.y, node.width, node.height],
    fills: "fills" in node ? (node.fills as readonly Paint[]).map((paint) => paintOf(paint, images)) : [],
    children: "children" in node ? read(node.children, images) : [],
  }));

export const provenance = (caption: string, seed: number) =>
  ({ format: 1, condition: { caption }, seed }) as unknown as Provenance;
let applies = 0;
export async function apply(
  host: Host,
  captions: Readonly<Record<string, number>>,
  target: ApplyTarget,
): Promise<void> {
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

export const lastSent = <Type extends MainMessage["type"]>(
  { sent }: Host,
  type: Type,
): Extract<MainMessage, { type: Type }> =>
  sent.findLast((message): message is Extract<MainMessage, { type: Type }> => message.type === type)!;

/** Does the same on both hosts and compares what is on the page, and what the work answers with. */
export async function agree(
  work: (host: Host) => Promise<unknown>,
  compared: (page: readonly Shape[]) => unknown = (page) => page,
): Promise<Shape[]> {
  const [ours, theirs] = [await simulator(), await openPencil()];
  const pages = [];
  for (const host of [ours, theirs]) {
    applies = 0;
    const answer = (await work(host)) ?? null;
    const page = read(host.figma.currentPage.children);
    // As JSON: lists made in another realm are no equals of ours.
    pages.push(JSON.parse(JSON.stringify({ page, answer })) as { page: Shape[]; answer: unknown });
  }
  const [one, other] = pages.map(({ page, answer }) => ({ page: compared(page), answer }));
  assert.deepEqual(one, other);
  return pages[0]!.page;
}

/** Layers named after things: empty, painted, locked, hidden, with an image. */
export function addNamedLayers({ figma }: Host): SceneNode[] {
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
