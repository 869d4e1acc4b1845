/**
 * Node objects as a plugin sees them: one per id, not extensible, reading and writing the tree. Only the members that
 * Tau uses exist; a plugin that reaches for another gets `undefined` or a TypeError here, not silence in Figma.
 */
import type { NodeRecord, NodeType } from "./node-record.ts";
import { copyPaints, mixed, takePaints } from "./paints.ts";
import type { SimTree } from "./tree.ts";

/** Figma's limit on id, key and value of one entry of plugin data. */
const pluginDataMaxChars = 100_000;

const layoutKeys = [
  "layoutMode",
  "layoutWrap",
  "primaryAxisSizingMode",
  "counterAxisSizingMode",
  "itemSpacing",
  "counterAxisSpacing",
  "paddingTop",
  "paddingRight",
  "paddingBottom",
  "paddingLeft",
] as const;

const writable: Record<NodeType, readonly (keyof NodeRecord)[]> = {
  PAGE: ["name"],
  FRAME: ["name", "x", "y", "locked", "cornerRadius", ...layoutKeys],
  SECTION: ["name", "x", "y", "locked"],
  RECTANGLE: ["name", "x", "y", "locked", "cornerRadius"],
  TEXT: ["name", "x", "y", "locked", "characters"],
};

export class NodeFactory {
  #tree: SimTree;
  #cache = new Map<string, BaseNode>();

  constructor(tree: SimTree) {
    this.#tree = tree;
  }

  node(id: string): BaseNode {
    const cached = this.#cache.get(id);
    if (cached !== undefined) return cached;
    const node = this.#build(id, this.#tree.get(id).type);
    this.#cache.set(id, node);
    return node;
  }

  #build(id: string, type: NodeType): BaseNode {
    const tree = this.#tree;
    const node: Record<string, unknown> = {};
    const getter = (key: string, get: () => unknown): void => {
      Object.defineProperty(node, key, { get, enumerable: true });
    };
    getter("id", () => id);
    getter("type", () => type);
    getter("removed", () => tree.find(id) === undefined);
    getter("parent", () => {
      const parent = tree.get(id).parent;
      return parent === null ? null : this.node(parent);
    });
    if (type !== "PAGE") {
      getter("width", () => tree.get(id).width);
      getter("height", () => tree.get(id).height);
      Object.defineProperty(node, "fills", {
        enumerable: true,
        get: () => (tree.get(id).hasMixedFills ? mixed : copyPaints(tree.get(id).fills)),
        // A layer whose fills are set leaves its fill style, whatever they are.
        set: (value: unknown) => tree.change(id, { fills: takePaints(value), fillStyleId: "", hasMixedFills: false }),
      });
    }
    for (const key of writable[type]) {
      Object.defineProperty(node, key, {
        enumerable: true,
        get: () => tree.get(id)[key],
        set: (value: unknown) => {
          checkValue(key, value);
          tree.change(id, { [key]: value });
        },
      });
    }
    if (type === "PAGE" || type === "FRAME" || type === "SECTION") this.#addParent(node, id, getter);
    this.#addMethods(node, id, type);
    return Object.preventExtensions(node) as unknown as BaseNode;
  }

  #addParent(node: Record<string, unknown>, id: string, getter: (key: string, get: () => unknown) => void): void {
    getter("children", () => Object.freeze(this.#tree.get(id).children.map((child) => this.node(child))));
    node["appendChild"] = (child: SceneNode): void => this.#tree.append(id, child.id);
  }

  #addMethods(node: Record<string, unknown>, id: string, type: NodeType): void {
    const tree = this.#tree;
    node["setPluginData"] = (key: string, value: string): void => {
      if (typeof value !== "string") throw new Error("in setPluginData: Expected the value to be a string");
      if (id.length + key.length + value.length > pluginDataMaxChars)
        throw new Error("in setPluginData: The plugin data is too large, at most 100 kB for one entry");
      const { [key]: _old, ...rest } = tree.get(id).pluginData;
      tree.change(id, { pluginData: value === "" ? rest : { ...rest, [key]: value } });
    };
    node["getPluginData"] = (key: string): string => tree.get(id).pluginData[key] ?? "";
    node["getPluginDataKeys"] = (): string[] => Object.keys(tree.get(id).pluginData);
    node["setRelaunchData"] = (data: Record<string, string>): void => {
      for (const text of Object.values(data))
        if (text.length > 1000) throw new Error("in setRelaunchData: A description has at most 1000 characters");
      tree.change(id, { relaunchData: { ...data } });
    };
    node["getRelaunchData"] = (): Record<string, string> => ({ ...tree.get(id).relaunchData });
    if (type === "PAGE") return;
    node["remove"] = (): void => tree.remove(id);
    const resize = (width: number, height: number): void => {
      if (!(width >= 0.01 && height >= 0.01)) throw new Error("in resize: Expected sizes of at least 0.01");
      const isLaidOut = tree.get(id).layoutMode !== "NONE";
      const fixed = { primaryAxisSizingMode: "FIXED", counterAxisSizingMode: "FIXED" } as const;
      tree.change(id, { width, height, ...(isLaidOut ? fixed : {}) });
    };
    if (type === "SECTION") node["resizeWithoutConstraints"] = resize;
    else node["resize"] = resize;
  }
}

function checkValue(key: string, value: unknown): void {
  if (["name", "characters"].includes(key) && typeof value !== "string")
    throw new Error(`in set_${key}: Expected a string, got ${typeof value}`);
  else if (["x", "y", "itemSpacing", "counterAxisSpacing"].includes(key) && !Number.isFinite(value))
    throw new Error(`in set_${key}: Expected a number, got ${String(value)}`);
  else if (key === "locked" && typeof value !== "boolean")
    throw new Error(`in set_${key}: Expected a boolean, got ${typeof value}`);
}
