/**
 * The built main code on OpenPencil's Figma-shaped host, which nobody of Tau wrote: a second opinion on names, sizes,
 * positions and fills. What OpenPencil has no word for (messages, client storage, plugin lifecycle, relaunch buttons,
 * images by hash) is added here; layout, paints, tree and transforms are its own.
 */
import { readFile } from "node:fs/promises";
import vm from "node:vm";
import { FigmaAPI } from "@open-pencil/core/figma-api";
import { createSVGNodes, renderNodesToSVG } from "@open-pencil/core/io";
import { computeAllLayouts } from "@open-pencil/core/layout";
import { SceneGraph } from "@open-pencil/scene-graph";
import { checkImage } from "../../../plugin/simulator/host/image.ts";
import type { MainMessage, UiMessage } from "../../../shared/messages/messages.ts";
import { countedTimers } from "./counted-timers.ts";
import { combineAsVariants, setMode, variablesOf } from "./second-host-sets.ts";

type Node = Record<string, unknown> & { readonly id: string };

export interface SecondHost {
  readonly figma: FigmaAPI;
  readonly graph: SceneGraph;
  /** Without waiting for what comes of it. */
  post(message: UiMessage): void;
  send(message: UiMessage): Promise<void>;
  /** Something of the window dropped on the page. */
  drop(place: { readonly x: number; readonly y: number }, dropMetadata: unknown): Promise<void>;
  readonly sent: MainMessage[];
  /** Applies auto layout to what changed, as the editor does between two turns. */
  layOut(): void;
}

export async function startSecondHost(mainFile: string, command: string): Promise<SecondHost> {
  const graph = new SceneGraph();
  const figma = new FigmaAPI(graph);
  const sent: MainMessage[] = [];
  const listeners = new Map<string, (event: unknown) => void>();
  const on = (type: string, callback: (event: unknown) => void): void => void listeners.set(type, callback);
  const images = new Map<string, Uint8Array>();
  const relaunch = new Map<string, Record<string, string>>();
  const stored = new Map<string, unknown>();

  const prototype = Object.getPrototypeOf(figma.createRectangle()) as Record<string, unknown>;
  for (const node of [...figma.currentPage.children]) node.remove();
  Object.assign(prototype, {
    setRelaunchData(this: Node, data: Record<string, string>) {
      relaunch.set(this.id, { ...data });
    },
    getRelaunchData(this: Node) {
      return relaunch.get(this.id) ?? {};
    },
    // Its own export and import of SVG, under Figma's names.
    exportAsync: async function (this: Node) {
      const svg = renderNodesToSVG(graph, figma.currentPage.id, [this.id], { xmlDeclaration: false });
      if (svg === null)
        throw new Error("in exportAsync: Failed to export node. This node may not have any visible layers.");
      return svg;
    },
    setExplicitVariableModeForCollection(this: Node, { id }: VariableCollection, modeId: string) {
      setMode(graph, this.id, id, modeId);
    },
  });
  const page = Object.create(figma.currentPage as object, {
    on: { value: () => undefined },
    selection: {
      get: () => figma.currentPage.selection,
      set: (nodes: never[]) => {
        figma.currentPage.selection = nodes;
      },
    },
  });
  // OpenPencil gives no way back to the bytes.
  const createImage = figma.createImage.bind(figma);
  figma.createImage = (bytes) => {
    const image = createImage(bytes);
    images.set(image.hash, bytes);
    return image;
  };
  const imageOf = (hash: string) => {
    const { width, height } = checkImage(images.get(hash)!);
    return { hash, getBytesAsync: async () => images.get(hash)!, getSizeAsync: async () => ({ width, height }) };
  };
  const bridge = {
    editorType: "figma",
    ui: { postMessage: (message: MainMessage) => sent.push(message), on, resize: () => undefined },
    on,
    parameters: { on },
    showUI: () => undefined,
    closePlugin: () => undefined,
    clientStorage: {
      getAsync: async (key: string) => stored.get(key),
      setAsync: async (key: string, value: unknown) => void stored.set(key, value),
    },
    viewport: {
      center: { x: 0, y: 0 },
      zoom: 1,
      bounds: { x: -450, y: -350, width: 900, height: 700 },
      scrollAndZoomIntoView: () => undefined,
    },
    currentPage: page,
    getNodeByIdAsync: async (id: string) => figma.getNodeById(id),
    createNodeFromSvg: (svg: string) => figma.getNodeById(createSVGNodes(graph, figma.currentPage.id, svg, {})!.id),
    combineAsVariants: combineAsVariants(graph, figma),
    variables: variablesOf(graph, figma),
    createImage: (bytes: Uint8Array) => imageOf(figma.createImage(bytes).hash),
    getImageByHash: (hash: string) => (images.has(hash) ? imageOf(hash) : null),
  };
  // OpenPencil's own members under those that it lacks, or has in another shape.
  const host = new Proxy(figma, {
    get: (target, key) => {
      if (key in bridge) return bridge[key as keyof typeof bridge];
      const value = Reflect.get(target, key) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const { setTimeout, settle } = countedTimers();
  const code = await readFile(mainFile, "utf8");
  vm.runInNewContext(code, { figma: host, __html__: "", setTimeout, Uint8Array });
  listeners.get("run")!({ command });
  await settle();
  return {
    figma: host,
    graph,
    sent,
    layOut: () => computeAllLayouts(graph),
    post: (message) => listeners.get("message")!(message),
    send: async (message) => {
      listeners.get("message")!(message);
      await settle();
    },
    drop: async ({ x, y }, dropMetadata) => {
      listeners.get("drop")!({ node: page, x, y, absoluteX: x, absoluteY: y, items: [], files: [], dropMetadata });
      await settle();
    },
  };
}
