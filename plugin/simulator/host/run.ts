/**
 * One run of a plugin: the `figma` global on a document, with the rules of documentAccess "dynamic-page" (synchronous
 * getters throw), Figma's limits, and nothing after closePlugin. Typed by @figma/plugin-typings member by member.
 */
import type { SimDocument } from "./document.ts";
import { imageOf, pageOf, rootOf } from "./document-nodes.ts";
import { mixed } from "./paints.ts";
import { importSvg } from "./svg-import.ts";

/** What the host's surroundings do for a run: the page opens an iframe, a test records. */
export interface RunHooks {
  showUi(html: string, options: ShowUIOptions): void;
  toUi(message: unknown): void;
  resizeUi?(width: number, height: number): void;
  notify(text: string, isError: boolean): void;
  openExternal?(url: string): void;
  closed(): void;
}

export type EditorType = "figma" | "figjam" | "slides";

export interface Suggestions {
  readonly items: readonly { readonly name: string; readonly data: unknown }[];
  readonly error?: string;
}

export interface Run {
  readonly figma: PluginAPI;
  /** Fires the `run` event; call it after the main code was evaluated, as Figma does. */
  start(command: string, parameters?: ParameterValues): void;
  /** Fires the parameters' `input` event and answers with what the plugin suggested. */
  suggest(key: string, query: string, parameters: ParameterValues): Promise<Suggestions>;
  /** Delivers a message that the UI posted. */
  fromUi(message: unknown): void;
  /** Delivers a drop on a layer, or on the page, as one that the UI triggered. @param place within it */
  drop(place: Vector, dropMetadata: unknown, nodeId?: string): void;
  close(): void;
}

type Implemented = Pick<
  PluginAPI,
  | "editorType"
  | "command"
  | "clientStorage"
  | "viewport"
  | "parameters"
  | "mixed"
  | "root"
  | "createImage"
  | "getImageByHash"
  | "createFrame"
  | "createSection"
  | "createRectangle"
  | "createNodeFromSvg"
  | "createComponentFromNode"
  | "combineAsVariants"
  | "variables"
  | "teamLibrary"
  | "getNodeByIdAsync"
  | "getNodeById"
  | "notify"
  | "openExternal"
  | "commitUndo"
  | "triggerUndo"
  | "showUI"
  | "closePlugin"
>;

/** What `notify` shows of a text; the rest is cut off. */
const notifyMaxChars = 100;

export function createRun(
  document: SimDocument,
  hooks: RunHooks,
  command: string,
  editorType: EditorType = "figma",
): Run {
  const { tree, nodes } = document;
  const listeners = new Map<string, Set<(event: never) => unknown>>();
  const on = (type: string, callback: (event: never) => unknown): void => {
    listeners.set(type, (listeners.get(type) ?? new Set()).add(callback));
  };
  const off = (type: string, callback: (event: never) => unknown): void => void listeners.get(type)?.delete(callback);
  const fire = (type: string, event?: unknown): unknown[] =>
    [...(listeners.get(type) ?? [])].map((callback) => callback(event as never));
  let isClosed = false;
  const alive = (member: string): void => {
    if (isClosed) throw new Error(`in ${member}: The plugin was closed`);
  };
  const newParent = (): string | undefined => (editorType === "slides" ? document.focusedSlide : undefined);
  const designOnly = (member: string): void => {
    alive(member);
    if (editorType !== "figma") throw new Error(`in ${member}: Only available in Figma Design`);
  };
  const create = (type: "FRAME" | "SECTION" | "RECTANGLE"): SceneNode => {
    alive("create");
    const parent = newParent();
    const grey = { type: "SOLID", color: { r: 0.85, g: 0.85, b: 0.85 } } as const;
    const white = { type: "SOLID", color: { r: 1, g: 1, b: 1 } } as const;
    const name = type.charAt(0) + type.slice(1).toLowerCase();
    const fills = [type === "RECTANGLE" ? grey : white];
    return nodes.node(tree.create(type, { name, fills }, parent)) as SceneNode;
  };
  const stopSelection = document.onSelectionChange(() => {
    if (!isClosed) fire("selectionchange");
  });
  const stopNodes = document.onChange(() => {
    if (!isClosed) fire(`nodechange ${tree.pageId}`);
  });
  const stopPages = document.onPageChange(() => {
    if (!isClosed) fire("currentpagechange");
  });
  const close = (): void => {
    if (isClosed) return;
    fire("close");
    isClosed = true;
    stopSelection();
    stopNodes();
    stopPages();
    tree.commit();
    hooks.closed();
  };
  const ui = {
    show: () => undefined,
    hide: () => undefined,
    resize: (width: number, height: number) => hooks.resizeUi?.(width, height),
    close: () => undefined,
    postMessage: (message: unknown) => {
      alive("postMessage");
      hooks.toUi(message);
    },
    on: (_type: "message", callback: (message: never) => void) => on("ui", callback),
    off: (_type: "message", callback: (message: never) => void) => off("ui", callback),
  };
  const implemented: Implemented = {
    editorType,
    command,
    mixed,
    root: rootOf(document),
    clientStorage: document.clientStorage,
    parameters: {
      on: (_type, callback) => on("input", callback),
      once: (_type, callback) => on("input", callback),
      off: (_type, callback) => off("input", callback),
    },
    viewport: {
      get center() {
        return { x: document.viewport.x, y: document.viewport.y };
      },
      set center({ x, y }: Vector) {
        document.viewport = { ...document.viewport, x, y };
        document.changed();
      },
      get zoom() {
        return document.viewport.zoom;
      },
      get bounds() {
        return document.bounds;
      },
      get slidesView() {
        return document.focusedSlide === undefined ? "grid" : "single-slide";
      },
      scrollAndZoomIntoView: (wanted: readonly BaseNode[]) => document.zoomTo(wanted.map(({ id }) => id)),
    } as ViewportAPI,
    createImage: (bytes) => {
      alive("createImage");
      return imageOf(document.addImage(bytes));
    },
    getImageByHash: (hash) => {
      const image = document.images.get(hash);
      return image === undefined ? null : imageOf(image);
    },
    createFrame: () => {
      if (editorType === "figjam") throw new Error("in createFrame: Not available in FigJam");
      return create("FRAME") as FrameNode;
    },
    createSection: () => {
      if (editorType === "slides") throw new Error("in createSection: Not available in Slides");
      return create("SECTION") as SectionNode;
    },
    createRectangle: () => create("RECTANGLE") as RectangleNode,
    createNodeFromSvg: (svg) => {
      alive("createNodeFromSvg");
      return nodes.node(tree.insert(importSvg(svg), newParent())) as FrameNode;
    },
    createComponentFromNode: (node) => {
      designOnly("createComponentFromNode");
      return nodes.node(tree.componentFrom(node.id)) as ComponentNode;
    },
    combineAsVariants: (components, parent, index) => {
      designOnly("combineAsVariants");
      if (components.length === 0 || components.some(({ type }) => type !== "COMPONENT"))
        throw new Error("in combineAsVariants: Expected at least one node, and components alone");
      if (components.some(({ id }) => tree.pageOf(id) !== tree.pageOf(parent.id)))
        throw new Error("in combineAsVariants: Expected all nodes to be on the page of their new parent");
      // Figma stacks them in the corner, and gives the set a dashed frame.
      const strokes: readonly Paint[] = [{ type: "SOLID", color: { r: 0.592, g: 0.278, b: 1 } }];
      const patch = { name: components[0]!.name.split("/")[0]!, cornerRadius: 5, strokes };
      const { x, y, width, height } = components[0]!;
      const id = tree.create("COMPONENT_SET", { ...patch, x, y, width, height }, parent.id);
      for (const component of components) {
        tree.append(id, component.id);
        tree.change(component.id, { x: 0, y: 0 });
      }
      tree.append(parent.id, id, index);
      return nodes.node(id) as ComponentSetNode;
    },
    variables: tree.variables.api(),
    teamLibrary: tree.variables.libraries.api(),
    getNodeById: () => {
      throw new Error(
        'in getNodeById: Cannot call with documentAccess: "dynamic-page". Use figma.getNodeByIdAsync instead.',
      );
    },
    getNodeByIdAsync: async (id) => (tree.find(id) === undefined ? null : nodes.node(id)),
    notify: (text, options) => {
      alive("notify");
      hooks.notify(text.slice(0, notifyMaxChars), options?.error === true);
      return { cancel: () => undefined };
    },
    openExternal: (url) => {
      alive("openExternal");
      hooks.openExternal?.(url);
    },
    commitUndo: () => tree.commit(),
    triggerUndo: () => void document.undo(),
    showUI: (html, options = {}) => hooks.showUi(html, options),
    closePlugin: (message) => {
      if (message !== undefined) hooks.notify(message, false);
      close();
    },
  };
  const figma = Object.create(null, Object.getOwnPropertyDescriptors(implemented)) as Record<string, unknown>;
  Object.assign(figma, { ui, on, off, once: on });
  Object.defineProperty(figma, "currentPage", {
    get: () => pageOf(document, on, off),
    set: () => {
      throw new Error('in set_currentPage: Cannot set with documentAccess: "dynamic-page". Use setCurrentPageAsync.');
    },
  });
  return {
    figma: figma as unknown as PluginAPI,
    start: (name, parameters) =>
      void fire("run", parameters === undefined ? { command: name } : { command: name, parameters }),
    suggest: async (key, query, parameters) => {
      let answer: Suggestions = { items: [] };
      const result: SuggestionResults = {
        setSuggestions: (list) => {
          answer = {
            items: list.map((item) =>
              typeof item === "string" ? { name: item, data: item } : { name: item.name, data: item.data ?? item.name },
            ),
          };
        },
        setError: (error) => {
          answer = { items: [], error };
        },
        setLoadingMessage: () => undefined,
      };
      await Promise.all(fire("input", { key, query, parameters, result }));
      // The handler may answer after its own awaits; a few turns let client storage resolve.
      for (let turn = 0; turn < 10 && answer.items.length === 0 && answer.error === undefined; turn++)
        await Promise.resolve();
      return answer;
    },
    fromUi: (message) => {
      if (!isClosed) fire("ui", message);
    },
    drop: ({ x, y }, dropMetadata, nodeId) => {
      const node = nodeId === undefined ? pageOf(document, on, off) : document.nodes.node(nodeId);
      if (!isClosed) fire("drop", { node, x, y, absoluteX: x, absoluteY: y, items: [], files: [], dropMetadata });
    },
    close,
  };
}
