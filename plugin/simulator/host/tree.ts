/**
 * The document's nodes as immutable records by id, with undo and redo as snapshots of the whole map. Node objects (nodes.ts)
 * are views on it, so that undo changes what they show, as in Figma.
 */
import { layoutFrame } from "./layout.ts";
import { blankRecord, type NodeRecord, type NodeType } from "./node-record.ts";

export class SimTree {
  /** The page in view; new nodes land on it. */
  #pageId = "0:1";
  #records = new Map<string, NodeRecord>();
  #undo: ReadonlyMap<string, NodeRecord>[] = [];
  #redo: ReadonlyMap<string, NodeRecord>[] = [];
  #committed: ReadonlyMap<string, NodeRecord>;
  #nextId = 1;
  #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    this.#records.set(this.pageId, { ...blankRecord, id: this.pageId, type: "PAGE", name: "Page 1" });
    this.#committed = new Map(this.#records);
  }

  get pageId(): string {
    return this.#pageId;
  }

  /** An empty page after the others; its own undo step. */
  addPage(): string {
    const pages = [...this.#records.values()].filter(({ type }) => type === "PAGE").length;
    const id = `0:${pages + 1}`;
    this.#records.set(id, { ...blankRecord, id, type: "PAGE", name: `Page ${pages + 1}` });
    this.commit();
    return id;
  }

  /** The page that a node is on. */
  pageOf(id: string): string {
    for (let record = this.get(id); ; record = this.get(record.parent)) if (record.parent === null) return record.id;
  }

  showPage(id: string): void {
    this.#pageId = this.get(id).id;
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
  create(type: NodeType, patch: Partial<NodeRecord>, parent: string = this.pageId): string {
    return this.#add(`1:${this.#nextId++}`, type, patch, parent);
  }

  #add(id: string, type: NodeType, patch: Partial<NodeRecord>, parent: string): string {
    this.#records.set(id, { ...blankRecord, ...patch, id, type, parent: null, children: [] });
    this.append(parent, id);
    return id;
  }

  /** An instance of a component, with a copy of every layer inside it, whose ids say where they come from. */
  instantiate(componentId: string): string {
    const component = this.get(componentId);
    const patch = { ...component, mainId: componentId, x: component.x + component.width + 40 };
    const instance = this.create("INSTANCE", { ...patch, pluginData: {}, relaunchData: {} });
    const copy = (from: string, to: string): void => {
      for (const child of this.childrenOf(from)) {
        const id = `I${instance};${child.id}`;
        this.#add(id, child.type, { ...child, mainId: child.id }, to);
        copy(child.id, id);
      }
    };
    copy(componentId, instance);
    return instance;
  }

  /** A layer inside an instance: its look can be overridden, its place can't. */
  isInsideInstance(id: string): boolean {
    return id.startsWith("I");
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
    this.#redo = [];
    this.#committed = new Map(this.#records);
  }

  /** Goes back to the last committed state, or one step further when nothing changed since. */
  undo(): boolean {
    const isDirty = this.#isDirty();
    const previous = isDirty ? this.#committed : this.#undo.pop();
    if (previous === undefined) return false;
    this.#redo.push(isDirty ? new Map(this.#records) : this.#committed);
    this.#committed = previous;
    this.#records = new Map(this.#committed);
    this.#onChange();
    return true;
  }

  /** Takes back one undo; any edit since makes that impossible. */
  redo(): boolean {
    const next = this.canRedo ? this.#redo.pop() : undefined;
    if (next === undefined) return false;
    this.#undo.push(this.#committed);
    this.#committed = next;
    this.#records = new Map(next);
    this.#onChange();
    return true;
  }

  get canRedo(): boolean {
    return this.#redo.length > 0 && !this.#isDirty();
  }

  get canUndo(): boolean {
    return this.#undo.length > 0 || this.#isDirty();
  }

  /** All nodes, for storage; what was undone or can be is not among them. */
  save(): readonly NodeRecord[] {
    return [...this.#records.values()];
  }

  /** Opens a stored file in the place of this one. */
  load(records: readonly NodeRecord[]): void {
    this.#records = new Map(records.map((record) => [record.id, { ...blankRecord, ...record }]));
    const numbers = records.map(({ id }) => Number(/^1:(\d+)$/.exec(id)?.[1] ?? 0));
    this.#nextId = 1 + numbers.reduce((most, number) => Math.max(most, number), 0);
    this.#committed = new Map(this.#records);
    this.#pageId = records.find(({ type }) => type === "PAGE")?.id ?? this.#pageId;
    this.#undo = [];
    this.#redo = [];
    this.#onChange();
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
