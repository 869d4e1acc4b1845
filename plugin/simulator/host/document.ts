/**
 * The file that stays open between runs of the plugin: nodes, selection, viewport, images, client storage. The canvas
 * and the tests drive it as a user would; a run (run.ts) drives it as a plugin.
 */
import { absoluteBox } from "./geometry.ts";
import { checkImage, type ImageSize } from "./image.ts";
import type { NodeRecord, NodeType } from "./node-record.ts";
import { NodeFactory } from "./nodes.ts";
import { sha1Hex } from "./sha1.ts";
import { createClientStorage, type TextStore } from "./storage.ts";
import { SimTree } from "./tree.ts";
import type { StoredVariables } from "./variables.ts";

export interface StoredImage extends ImageSize {
  readonly hash: string;
  readonly bytes: Uint8Array;
}

export interface StoredDocument {
  readonly records: readonly NodeRecord[];
  readonly images: readonly StoredImage[];
  readonly viewport: { readonly x: number; readonly y: number; readonly zoom: number };
  /** Absent from a canvas that was kept before there were any. */
  readonly variables?: StoredVariables;
  /** Likewise. */
  readonly pluginData?: Readonly<Record<string, string>>;
}

export class SimDocument {
  readonly tree: SimTree;
  readonly nodes: NodeFactory;
  readonly images = new Map<string, StoredImage>();
  readonly clientStorage: ClientStorageAPI;
  /** Of the document itself, which undo does not take back here. */
  pluginData: Readonly<Record<string, string>> = {};
  /** Page coordinates at the middle of the screen, and screen pixels a page pixel. */
  viewport = { x: 0, y: 0, zoom: 1 };
  /** Visible size in screen pixels; the page keeps it up to date. */
  screen = { width: 900, height: 700 };
  /** In Slides, the slide in view; undefined in the grid of all slides and in other editors. */
  focusedSlide: string | undefined;
  /** Each page has its own. */
  #selections = new Map<string, readonly string[]>();
  #changeListeners = new Set<() => void>();
  #selectionListeners = new Set<() => void>();
  #pageListeners = new Set<() => void>();
  #isScheduled = false;

  constructor(store: TextStore) {
    this.tree = new SimTree(() => this.changed());
    this.nodes = new NodeFactory(this.tree);
    this.clientStorage = createClientStorage(store);
  }

  /** Calls back, coalesced, after nodes, selection or viewport changed. */
  onChange(listener: () => void): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  onSelectionChange(listener: () => void): () => void {
    this.#selectionListeners.add(listener);
    return () => this.#selectionListeners.delete(listener);
  }

  onPageChange(listener: () => void): () => void {
    this.#pageListeners.add(listener);
    return () => this.#pageListeners.delete(listener);
  }

  /** What a click on a page's name does. */
  showPage(id: string): void {
    this.tree.showPage(id);
    this.changed();
    for (const listener of this.#pageListeners) listener();
  }

  changed(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    void Promise.resolve().then(() => {
      this.#isScheduled = false;
      for (const listener of this.#changeListeners) listener();
    });
  }

  /** Selected nodes that still exist: undo may have taken some away. */
  get selection(): readonly string[] {
    return this.selectionOf(this.tree.pageId);
  }

  selectionOf(pageId: string): readonly string[] {
    return (this.#selections.get(pageId) ?? []).filter((id) => this.tree.find(id) !== undefined);
  }

  select(ids: readonly string[], pageId = this.tree.pageId): void {
    this.#selections.set(pageId, [...ids]);
    this.changed();
    void Promise.resolve().then(() => {
      for (const listener of this.#selectionListeners) listener();
    });
  }

  /** What the Text tool does; its own undo step. */
  addText(characters: string, x: number, y: number, parent?: string): string {
    const width = Math.max(24, Math.round(characters.length * 11.5));
    return this.addLayer("TEXT", { name: characters, characters, x, y, width, height: 28 }, parent);
  }

  /** What a drawing tool does; its own undo step. */
  addLayer(type: NodeType, patch: Partial<NodeRecord>, parent?: string): string {
    const { x = 0, y = 0 } = patch;
    const id = this.tree.create(type, { ...patch, x: Math.round(x), y: Math.round(y) }, parent);
    this.tree.commit();
    return id;
  }

  /** A slide of a deck, on which a plugin's new layers land while it is the one in view. */
  addSlide(): string {
    const count = this.tree.childrenOf(this.tree.pageId).length;
    const fills: readonly Paint[] = [{ type: "SOLID", color: { r: 1, g: 1, b: 1 } }];
    const patch = { name: `Slide ${count + 1}`, x: count * 2160, width: 1920, height: 1080, fills };
    this.focusedSlide = this.addLayer("SLIDE", patch);
    return this.focusedSlide;
  }

  addImage(bytes: Uint8Array): StoredImage {
    const size = checkImage(bytes);
    const image = { ...size, hash: sha1Hex(bytes), bytes: bytes.slice() };
    const known = this.images.get(image.hash);
    if (known === undefined) this.images.set(image.hash, image);
    return known ?? image;
  }

  undo(): boolean {
    const done = this.tree.undo();
    if (done) this.select(this.selection);
    return done;
  }

  redo(): boolean {
    const done = this.tree.redo();
    if (done) this.select(this.selection);
    return done;
  }

  /** Everything that a reload must bring back. */
  save(): StoredDocument {
    return {
      records: this.tree.save(),
      images: [...this.images.values()],
      viewport: this.viewport,
      variables: this.tree.variables.save(),
      pluginData: this.pluginData,
    };
  }

  load({
    records,
    images,
    viewport,
    variables = { collections: [], variables: [] },
    pluginData = {},
  }: StoredDocument): void {
    this.pluginData = pluginData;
    this.tree.variables.load(variables);
    this.images.clear();
    for (const image of images) this.images.set(image.hash, image);
    this.tree.load(records);
    this.viewport = viewport;
    this.select([]);
  }

  /** The part of the page that shows, in page px. */
  get bounds(): Rect {
    const { x, y, zoom } = this.viewport;
    const [width, height] = [this.screen.width / zoom, this.screen.height / zoom];
    return { x: x - width / 2, y: y - height / 2, width, height };
  }

  /** Centres the nodes and zooms out, or in to at most 100 %, until they fit with a margin. */
  zoomTo(ids: readonly string[]): void {
    const boxes = ids.map((id) => absoluteBox(this.tree, this.tree.get(id)));
    if (boxes.length === 0) return;
    const left = Math.min(...boxes.map((box) => box.x));
    const top = Math.min(...boxes.map((box) => box.y));
    const right = Math.max(...boxes.map((box) => box.x + box.width));
    const bottom = Math.max(...boxes.map((box) => box.y + box.height));
    const marginPx = 40;
    const fit = Math.min(
      (this.screen.width - 2 * marginPx) / (right - left),
      (this.screen.height - 2 * marginPx) / (bottom - top),
    );
    this.viewport = { x: (left + right) / 2, y: (top + bottom) / 2, zoom: Math.max(0.05, Math.min(1, fit)) };
    this.changed();
  }
}
