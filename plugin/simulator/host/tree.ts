/**
 * The document's nodes as immutable records by id, with undo and redo as snapshots of the whole map. Node objects (nodes.ts)
 * are views on it, so that undo changes what they show, as in Figma.
 */
import { followComponent, type Records } from "./instances.ts";
import { fitGroup, layoutFrame } from "./layout.ts";
import { blankRecord, type NodeRecord, type NodeType } from "./node-record.ts";
import type { ImportedNode } from "./svg-import.ts";
import { SimVariables } from "./variables.ts";

export class SimTree {
  /** The page in view; new nodes land on it. */
  #pageId = "0:1";
  readonly variables: SimVariables;
  /** Instances of each component that has any. */
  #instances = new Map<string, Set<string>>();
  #records = new Map<string, NodeRecord>();
  #undo: ReadonlyMap<string, NodeRecord>[] = [];
  #redo: ReadonlyMap<string, NodeRecord>[] = [];
  #committed: ReadonlyMap<string, NodeRecord>;
  #nextId = 1;
  #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    this.variables = new SimVariables(onChange);
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
    const id = `1:${this.#nextId++}`;
    this.#records.set(id, { ...blankRecord, ...patch, id, type, parent: null, children: [] });
    this.append(parent, id);
    return id;
  }

  /** An instance of a component, with a copy of every layer inside it, whose ids say where they come from. */
  instantiate(componentId: string): string {
    const component = this.get(componentId);
    const patch = { ...component, mainId: componentId, x: component.x + component.width + 40, overrides: ["x", "y"] };
    const instance = this.create("INSTANCE", { ...patch, pluginData: {}, relaunchData: {} });
    this.#instances.set(componentId, (this.#instances.get(componentId) ?? new Set()).add(instance));
    this.#follow(componentId);
    return instance;
  }

  /** A component with the layers of a frame, in its place; other layers are put into a component of their size. */
  componentFrom(id: string): string {
    const { id: _id, type, parent, children, ...rest } = this.get(id);
    const index = this.get(parent!).children.indexOf(id);
    const isFrame = type === "FRAME" || type === "GROUP";
    const { name, x, y, width, height } = rest;
    const component = this.create("COMPONENT", isFrame ? rest : { name, x, y, width, height }, parent!);
    for (const child of isFrame ? children : [id]) this.append(component, child);
    if (isFrame) this.remove(id);
    else this.change(id, { x: 0, y: 0 });
    this.append(parent!, component, index);
    return component;
  }

  /** The layers of an SVG, in a frame on the page. */
  insert({ type, patch, children }: ImportedNode, parent?: string): string {
    // The drawing counts from its frame; groups move while they are filled.
    const { x, y } = parent === undefined ? { x: 0, y: 0 } : this.originOf(parent);
    const id = this.create(type, { ...patch, x: (patch.x ?? 0) - x, y: (patch.y ?? 0) - y }, parent);
    for (const child of children) this.insert(child, id);
    return id;
  }

  /** Where the layers inside count from, in px of the container: groups have no coordinates of their own in Figma. */
  originOf(parentId: string): { readonly x: number; readonly y: number } {
    const { type, parent, x, y } = this.get(parentId);
    if (type !== "GROUP" || parent === null) return { x: 0, y: 0 };
    const around = this.originOf(parent);
    return { x: around.x + x, y: around.y + y };
  }

  /** The modes that a layer shows variables in, by collection. */
  modesOf(id: string): Readonly<Record<string, string>> {
    const { parent, explicitVariableModes } = this.get(id);
    return parent === null ? explicitVariableModes : { ...this.modesOf(parent), ...explicitVariableModes };
  }

  /** The record with the colours that bound paints show. */
  resolved(record: NodeRecord): NodeRecord {
    const modes = (): Readonly<Record<string, string>> => this.modesOf(record.id);
    const [fills, strokes] = [
      this.variables.resolved(record.fills, modes),
      this.variables.resolved(record.strokes, modes),
    ];
    return fills === record.fills && strokes === record.strokes ? record : { ...record, fills, strokes };
  }

  /** A layer inside an instance: its look can be overridden, its place can't. */
  isInsideInstance(id: string): boolean {
    return id.startsWith("I");
  }

  change(id: string, patch: Partial<NodeRecord>): void {
    const before = this.get(id);
    const isOverride = before.type === "INSTANCE" || this.isInsideInstance(id);
    const overrides = isOverride ? [...new Set([...before.overrides, ...Object.keys(patch)])] : before.overrides;
    this.#set(id, { ...before, ...patch, overrides });
  }

  #set(id: string, record: NodeRecord): void {
    this.#records.set(id, record);
    this.#layout(record.parent);
    this.#layout(id);
    this.#followAround(id);
    this.#onChange();
  }

  /** @param index among the children; absent: on top */
  append(parentId: string, id: string, index?: number): void {
    const before = this.get(id).parent;
    this.#detach(id);
    if (before !== parentId) this.#leave(before);
    const parent = this.get(parentId);
    const children = [...parent.children];
    children.splice(index ?? children.length, 0, id);
    this.#records.set(parentId, { ...parent, children });
    this.#set(id, { ...this.get(id), parent: parentId });
  }

  remove(id: string): void {
    const record = this.get(id);
    for (const child of record.children) this.remove(child);
    // A group has gone with the last of them.
    if (!this.#records.has(id)) return;
    this.#detach(id);
    this.#records.delete(id);
    this.#layout(record.parent);
    this.#leave(record.parent);
    this.#onChange();
  }

  /** What a lost child means for its parent: an empty group goes. */
  #leave(parentId: string | null): void {
    const parent = this.#records.get(parentId ?? "");
    if (parent?.type === "GROUP" && parent.children.length === 0) this.remove(parent.id);
    else if (parent !== undefined) this.#followAround(parent.id);
  }

  /** Brings the instances of the component around a layer up to date. */
  #followAround(id: string): void {
    if (this.#instances.size === 0) return;
    for (
      let at: NodeRecord | undefined = this.#records.get(id);
      at !== undefined;
      at = this.#records.get(at.parent ?? "")
    )
      if (at.type === "COMPONENT") this.#follow(at.id);
  }

  #follow(componentId: string): void {
    for (const instance of this.#instances.get(componentId) ?? [])
      followComponent(this.#records as Records, componentId, instance);
  }

  #findInstances(): void {
    this.#instances.clear();
    for (const { id, type, mainId } of this.#records.values())
      if (type === "INSTANCE" && mainId !== null)
        this.#instances.set(mainId, (this.#instances.get(mainId) ?? new Set()).add(id));
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
    this.#findInstances();
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
    this.#findInstances();
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
    this.#findInstances();
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
    if (frame?.type === "GROUP" && frame.children.length > 0) {
      for (const fitted of fitGroup(frame, this.childrenOf(frame.id))) this.#records.set(fitted.id, fitted);
      this.#layout(frame.parent);
    }
    if (frame === undefined || frame.layoutMode === "NONE") return;
    const result = layoutFrame(frame, this.childrenOf(frame.id));
    this.#records.set(frame.id, { ...frame, ...result.size });
    result.positions.forEach((position, index) => {
      const child = this.get(frame.children[index]!);
      if (child.x !== position.x || child.y !== position.y) this.#records.set(child.id, { ...child, ...position });
    });
  }
}
