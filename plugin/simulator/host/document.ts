/**
 * The file that stays open between runs of the plugin: nodes, selection, viewport, images, client storage. The canvas
 * and the tests drive it as a user would; a run (run.ts) drives it as a plugin.
 */
import { checkImage, type ImageSize } from "./image.ts";
import type { NodeRecord } from "./node-record.ts";
import { NodeFactory } from "./nodes.ts";
import { sha1Hex } from "./sha1.ts";
import { createClientStorage, type TextStore } from "./storage.ts";
import { SimTree } from "./tree.ts";

export interface StoredImage extends ImageSize {
  readonly hash: string;
  readonly bytes: Uint8Array;
}

export class SimDocument {
  readonly tree: SimTree;
  readonly nodes: NodeFactory;
  readonly images = new Map<string, StoredImage>();
  readonly clientStorage: ClientStorageAPI;
  /** Page coordinates at the middle of the screen, and screen pixels a page pixel. */
  viewport = { x: 0, y: 0, zoom: 1 };
  /** Visible size in screen pixels; the page keeps it up to date. */
  screen = { width: 900, height: 700 };
  #selection: readonly string[] = [];
  #changeListeners = new Set<() => void>();
  #selectionListeners = new Set<() => void>();
  #isScheduled = false;

  constructor(store: TextStore) {
    this.tree = new SimTree(() => this.changed());
    this.nodes = new NodeFactory(this.tree);
    this.clientStorage = createClientStorage(store);
  }

  /** Calls back, coalesced, after nodes, selection or viewport changed. */
  onChange(listener: () => void): void {
    this.#changeListeners.add(listener);
  }

  onSelectionChange(listener: () => void): () => void {
    this.#selectionListeners.add(listener);
    return () => this.#selectionListeners.delete(listener);
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
    return this.#selection.filter((id) => this.tree.find(id) !== undefined);
  }

  select(ids: readonly string[]): void {
    this.#selection = [...ids];
    this.changed();
    void Promise.resolve().then(() => {
      for (const listener of this.#selectionListeners) listener();
    });
  }

  /** What the Text tool does; its own undo step. */
  addText(characters: string, x: number, y: number): string {
    const id = this.tree.create("TEXT", {
      name: characters,
      characters,
      x: Math.round(x),
      y: Math.round(y),
      width: Math.max(24, Math.round(characters.length * 11.5)),
      height: 28,
    });
    this.tree.commit();
    return id;
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

  /** Position on the page, whatever the nesting. */
  absolute(record: NodeRecord): { x: number; y: number } {
    let { x, y } = record;
    for (let up = record.parent; up !== null; ) {
      const parent = this.tree.get(up);
      x += parent.x;
      y += parent.y;
      up = parent.parent;
    }
    return { x, y };
  }

  /** Centres the nodes and zooms out, or in to at most 100 %, until they fit with a margin. */
  zoomTo(ids: readonly string[]): void {
    const boxes = ids.map((id) => {
      const record = this.tree.get(id);
      return { ...this.absolute(record), width: record.width, height: record.height };
    });
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
