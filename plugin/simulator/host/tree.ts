/**
 * The document's nodes as immutable records by id, with undo as snapshots of the whole map. Node objects (nodes.ts)
 * are views on it, so that undo changes what they show, as in Figma.
 */
import { layoutFrame } from "./layout.ts";
import type { NodeRecord, NodeType } from "./node-record.ts";

const blank = {
  name: "",
  parent: null,
  children: [],
  x: 0,
  y: 0,
  width: 100,
  height: 100,
  fills: [],
  fillStyleId: "",
  hasMixedFills: false,
  locked: false,
  cornerRadius: 0,
  characters: "",
  layoutMode: "NONE",
  layoutWrap: "NO_WRAP",
  primaryAxisSizingMode: "AUTO",
  counterAxisSizingMode: "AUTO",
  itemSpacing: 0,
  counterAxisSpacing: 0,
  paddingTop: 0,
  paddingRight: 0,
  paddingBottom: 0,
  paddingLeft: 0,
  pluginData: {},
  relaunchData: {},
} as const;

export class SimTree {
  readonly pageId = "0:1";
  #records = new Map<string, NodeRecord>();
  #undo: ReadonlyMap<string, NodeRecord>[] = [];
  #committed: ReadonlyMap<string, NodeRecord>;
  #nextId = 1;
  #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    this.#records.set(this.pageId, { ...blank, id: this.pageId, type: "PAGE", name: "Page 1" });
    this.#committed = new Map(this.#records);
  }

  find(id: string): NodeRecord | undefined {
    return this.#records.get(id);
  }

  /** @throws Error as Figma does for a node that was removed. */
  get(id: string): NodeRecord {
    const record = this.#records.get(id);
    if (record === undefined) throw new Error(`in get: The node with id "${id}" does not exist`);
    return record;
  }

  childrenOf(id: string): readonly NodeRecord[] {
    return this.get(id).children.map((child) => this.get(child));
  }

  /** New nodes become children of the page, as in Figma. */
  create(type: NodeType, patch: Partial<NodeRecord>): string {
    const id = `1:${this.#nextId++}`;
    this.#records.set(id, { ...blank, ...patch, id, type, parent: null });
    this.append(this.pageId, id);
    return id;
  }

  change(id: string, patch: Partial<NodeRecord>): void {
    const record = { ...this.get(id), ...patch };
    this.#records.set(id, record);
    this.#layout(record.parent);
    this.#layout(id);
    this.#onChange();
  }

  append(parentId: string, id: string): void {
    this.#detach(id);
    const parent = this.get(parentId);
    this.#records.set(parentId, { ...parent, children: [...parent.children, id] });
    this.change(id, { parent: parentId });
  }

  remove(id: string): void {
    const record = this.get(id);
    for (const child of record.children) this.remove(child);
    this.#detach(id);
    this.#records.delete(id);
    this.#layout(record.parent);
    this.#onChange();
  }

  /** Ends one undo step, when anything changed since the last. */
  commit(): void {
    if (!this.#isDirty()) return;
    this.#undo.push(this.#committed);
    this.#committed = new Map(this.#records);
  }

  /** Goes back to the last committed state, or one step further when nothing changed since. */
  undo(): boolean {
    if (!this.#isDirty()) {
      const previous = this.#undo.pop();
      if (previous === undefined) return false;
      this.#committed = previous;
    }
    this.#records = new Map(this.#committed);
    this.#onChange();
    return true;
  }

  get canUndo(): boolean {
    return this.#undo.length > 0 || this.#isDirty();
  }

  #isDirty(): boolean {
    if (this.#records.size !== this.#committed.size) return true;
    for (const [id, record] of this.#records) if (this.#committed.get(id) !== record) return true;
    return false;
  }

  #detach(id: string): void {
    const parent = this.get(id).parent;
    if (parent === null) return;
    const record = this.get(parent);
    this.#records.set(parent, { ...record, children: record.children.filter((child) => child !== id) });
    this.#layout(parent);
  }

  #layout(id: string | null): void {
    const frame = id === null ? undefined : this.#records.get(id);
    if (frame === undefined || frame.layoutMode === "NONE") return;
    const result = layoutFrame(frame, this.childrenOf(frame.id));
    this.#records.set(frame.id, { ...frame, ...result.size });
    result.positions.forEach((position, index) => {
      const child = this.get(frame.children[index]!);
      if (child.x !== position.x || child.y !== position.y) this.#records.set(child.id, { ...child, ...position });
    });
  }
}
