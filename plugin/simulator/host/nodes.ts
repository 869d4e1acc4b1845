/**
 * Node objects as a plugin sees them: one per id, not extensible, reading and writing the tree. Only the members that
 * Tau uses exist; a plugin that reaches for another gets `undefined` or a TypeError here, not silence in Figma.
 * Members live on one prototype a type, so that a page of 10,000 layers is read as fast as the tree.
 */
import { absoluteBox, absoluteTransform, placedBy, relativeTransform } from "./geometry.ts";
import { holdsChildren, type NodeRecord, type NodeType } from "./node-record.ts";
import { copyPaints, mixed, takeEffects, takePaints } from "./paints.ts";
import { exportSvg } from "./svg.ts";
import { localPath, type Matrix, transformedPath } from "./svg-path.ts";
import type { SimTree } from "./tree.ts";

/** Figma's limit on plugin id, key and value of one entry of plugin data, in bytes. */
const pluginDataMaxBytes = 100_000;
const pluginId = "tau-caption-to-artboard";

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

const common = ["name", "x", "y", "locked", "visible"] as const;
const shape = [...common, "rotation", "opacity", "isMask", "strokeWeight", "constraints"] as const;
const frame = [...shape, "cornerRadius", ...layoutKeys] as const;
const component = [...frame, "description"] as const;
const writable: Record<NodeType, readonly (keyof NodeRecord)[]> = {
  PAGE: ["name"],
  SLIDE: ["name"],
  FRAME: frame,
  COMPONENT: component,
  COMPONENT_SET: component,
  INSTANCE: frame,
  GROUP: [...common, "rotation", "opacity", "isMask"],
  SECTION: common,
  RECTANGLE: [...shape, "cornerRadius"],
  ELLIPSE: shape,
  VECTOR: [...shape, "vectorPaths", "strokeCap", "strokeJoin", "strokeAlign", "dashPattern"],
  TEXT: [...shape, "characters"],
  STICKY: [...common, "opacity"],
  SHAPE_WITH_TEXT: [...common, "opacity", "rotation"],
};
/** What an instance fixes for the layers inside it. */
const fixedInInstance: ReadonlySet<string> = new Set([
  "x",
  "y",
  "rotation",
  "relativeTransform",
  "constraints",
  "vectorPaths",
  ...layoutKeys,
]);

type Self = { readonly id: string };

export class NodeFactory {
  #tree: SimTree;
  #cache = new Map<string, BaseNode>();
  #prototypes = new Map<NodeType, object>();

  constructor(tree: SimTree) {
    this.#tree = tree;
  }

  node(id: string): BaseNode {
    const cached = this.#cache.get(id);
    if (cached !== undefined) return cached;
    const { type } = this.#tree.get(id);
    const prototype = this.#prototypes.get(type) ?? this.#describe(type);
    this.#prototypes.set(type, prototype);
    const own = Object.create(prototype) as { id: string };
    own.id = id;
    // Setters of the prototype work all the same.
    const node = Object.freeze(own) as unknown as BaseNode;
    this.#cache.set(id, node);
    return node;
  }

  /** @throws Error as Figma does for layers that can't be edited. */
  #change(id: string, key: string, patch: Partial<NodeRecord>): void {
    if (this.#tree.get(id).isReadOnly) throw new Error(`in set_${key}: Cannot write to node: it is read-only`);
    if (fixedInInstance.has(key) && this.#tree.isInsideInstance(id))
      throw new Error(`in set_${key}: This property cannot be overriden in an instance`);
    this.#tree.change(id, patch);
  }

  #describe(type: NodeType): object {
    const tree = this.#tree;
    const nodeOf = (id: string): BaseNode => this.node(id);
    const node: Record<string, unknown> = {};
    const get = (key: string, read: (record: NodeRecord) => unknown): void => {
      Object.defineProperty(node, key, {
        enumerable: true,
        get(this: Self) {
          return read(tree.get(this.id));
        },
      });
    };
    const change = (id: string, key: string, patch: Partial<NodeRecord>): void => this.#change(id, key, patch);
    node["type"] = type;
    Object.defineProperty(node, "removed", {
      enumerable: true,
      get(this: Self) {
        return tree.find(this.id) === undefined;
      },
    });
    get("parent", ({ parent }) => (parent === null ? null : this.node(parent)));
    if (type !== "PAGE") {
      for (const key of ["width", "height"] as const) get(key, (record) => record[key]);
      Object.defineProperty(node, "relativeTransform", {
        enumerable: true,
        get(this: Self): Transform {
          const record = tree.get(this.id);
          const { x, y } = tree.originOf(record.parent ?? tree.pageId);
          return relativeTransform({ ...record, x: record.x + x, y: record.y + y });
        },
        set(this: Self, value: Transform) {
          const placed = placedBy(value);
          const { x, y } = tree.originOf(tree.get(this.id).parent ?? tree.pageId);
          change(this.id, "relativeTransform", { ...placed, x: placed.x - x, y: placed.y - y });
        },
      });
      get("absoluteTransform", (record) => absoluteTransform(tree, record));
      get("absoluteBoundingBox", (record) => absoluteBox(tree, record));
      for (const key of ["fills", "strokes"] as const) this.#addPaints(node, key);
      Object.defineProperty(node, "effects", {
        enumerable: true,
        get(this: Self) {
          return Object.freeze([...tree.get(this.id).effects]);
        },
        set(this: Self, value: readonly Effect[]) {
          change(this.id, "effects", { effects: takeEffects(value) });
        },
      });
      get("resolvedVariableModes", ({ id }) => ({ ...tree.modesOf(id) }));
      get("explicitVariableModes", ({ explicitVariableModes }) => ({ ...explicitVariableModes }));
    }
    for (const key of writable[type])
      Object.defineProperty(node, key, {
        enumerable: true,
        get(this: Self) {
          const record = tree.get(this.id);
          return key === "x" || key === "y"
            ? record[key] + tree.originOf(record.parent ?? tree.pageId)[key]
            : record[key];
        },
        set(this: Self, value: unknown) {
          checkValue(key, value);
          if (key === "vectorPaths") change(this.id, key, drawnPaths(tree.get(this.id), value as VectorPaths));
          else if (key === "x" || key === "y")
            change(this.id, key, {
              [key]: (value as number) - tree.originOf(tree.get(this.id).parent ?? tree.pageId)[key],
            });
          else change(this.id, key, { [key]: value });
        },
      });
    if (type === "STICKY" || type === "SHAPE_WITH_TEXT") get("text", ({ characters }) => ({ characters }));
    if (type === "INSTANCE")
      node["getMainComponentAsync"] = async function (this: Self) {
        const { mainId } = tree.get(this.id);
        return mainId === null || tree.find(mainId) === undefined ? null : nodeOf(mainId);
      };
    if (holdsChildren(type)) {
      get("children", ({ children }) => Object.freeze(children.map((child) => this.node(child))));
      node["appendChild"] = function (this: Self, child: SceneNode): void {
        checkParent(type, child);
        tree.append(this.id, child.id);
      };
      node["insertChild"] = function (this: Self, index: number, child: SceneNode): void {
        checkParent(type, child);
        tree.append(this.id, child.id, index);
      };
    }
    if (type === "COMPONENT") {
      node["createInstance"] = function (this: Self): BaseNode {
        return nodeOf(tree.instantiate(this.id));
      };
      get("variantProperties", ({ name, parent }) =>
        parent !== null && tree.get(parent).type === "COMPONENT_SET" ? variantOf(name) : null,
      );
    }
    addMethods(node, tree, type, change);
    return node;
  }

  #addPaints(node: Record<string, unknown>, key: "fills" | "strokes"): void {
    const tree = this.#tree;
    const change = (id: string, patch: Partial<NodeRecord>): void => this.#change(id, key, patch);
    Object.defineProperty(node, key, {
      enumerable: true,
      get(this: Self) {
        const record = tree.get(this.id);
        return key === "fills" && record.hasMixedFills ? mixed : copyPaints(tree.resolved(record)[key]);
      },
      set(this: Self, value: unknown) {
        const paints = takePaints(value);
        // A layer whose fills are set leaves its fill style, whatever they are.
        change(
          this.id,
          key === "fills" ? { fills: paints, fillStyleId: "", hasMixedFills: false } : { strokes: paints },
        );
      },
    });
  }
}

/** @throws Error as the editor does for what is no text, or too long */
export function requirePluginData(key: string, value: unknown): void {
  if (typeof value !== "string") throw new Error("in setPluginData: Expected the value to be a string");
  if (utf8Length(pluginId) + utf8Length(key) + utf8Length(value) > pluginDataMaxBytes)
    throw new Error("in setPluginData: The plugin data is too large, at most 100 kB for one entry");
}

type Change = (id: string, key: string, patch: Partial<NodeRecord>) => void;

function addMethods(node: Record<string, unknown>, tree: SimTree, type: NodeType, change: Change): void {
  Object.assign(node, {
    setPluginData(this: Self, key: string, value: string): void {
      requirePluginData(key, value);
      const { [key]: _old, ...rest } = tree.get(this.id).pluginData;
      change(this.id, "pluginData", { pluginData: value === "" ? rest : { ...rest, [key]: value } });
    },
    getPluginData(this: Self, key: string): string {
      return tree.get(this.id).pluginData[key] ?? "";
    },
    getPluginDataKeys(this: Self): string[] {
      return Object.keys(tree.get(this.id).pluginData);
    },
    setRelaunchData(this: Self, data: Record<string, string>): void {
      for (const text of Object.values(data))
        if (text.length > 1000) throw new Error("in setRelaunchData: A description has at most 1000 characters");
      change(this.id, "relaunchData", { relaunchData: { ...data } });
    },
    getRelaunchData(this: Self): Record<string, string> {
      return { ...tree.get(this.id).relaunchData };
    },
  });
  if (type === "PAGE") return;
  Object.assign(node, {
    setExplicitVariableModeForCollection(this: Self, { id }: VariableCollection, modeId: string): void {
      const { explicitVariableModes } = tree.get(this.id);
      change(this.id, "mode", { explicitVariableModes: { ...explicitVariableModes, [id]: modeId } });
    },
    remove(this: Self): void {
      if (tree.isInsideInstance(this.id)) throw new Error("in remove: Removing this node is not allowed");
      tree.remove(this.id);
    },
    async exportAsync(this: Self, settings: ExportSettings | ExportSettingsSVGString): Promise<string> {
      if (!tree.get(this.id).visible)
        throw new Error("in exportAsync: Failed to export node. This node may not have any visible layers.");
      if (settings.format !== "SVG_STRING") throw new Error(`in exportAsync: ${settings.format} is not simulated`);
      return exportSvg(tree, this.id);
    },
  });
  const resize = function (this: Self, width: number, height: number): void {
    if (!(width >= 0.01 && height >= 0.01)) throw new Error("in resize: Expected sizes of at least 0.01");
    const record = tree.get(this.id);
    const isLaidOut = record.layoutMode !== "NONE";
    if (type === "VECTOR" && record.width > 0 && record.height > 0) {
      const scale: Matrix = [width / record.width, 0, 0, height / record.height, 0, 0];
      const vectorPaths = record.vectorPaths.map((path) => ({ ...path, data: transformedPath(path.data, scale) }));
      change(this.id, "resize", { width, height, vectorPaths });
      return;
    }
    const fixed = { primaryAxisSizingMode: "FIXED", counterAxisSizingMode: "FIXED" } as const;
    change(this.id, "resize", { width, height, ...(isLaidOut ? fixed : {}) });
  };
  // Of layers with constraints inside; the playground's have none that a resize would move.
  node["resizeWithoutConstraints"] = resize;
  if (type !== "SECTION") node["resize"] = resize;
}

/** Geometry that is set anew sets the layer's size, and moves it by where its paths begin. */
function drawnPaths({ x, y }: NodeRecord, paths: VectorPaths): Partial<NodeRecord> {
  const boxes = paths.flatMap(({ data }) => localPath(data, [1, 0, 0, 1, 0, 0]) ?? []);
  if (boxes.length === 0) return { vectorPaths: paths };
  const [left, top] = [Math.min(...boxes.map((box) => box.x)), Math.min(...boxes.map((box) => box.y))];
  const width = Math.max(...boxes.map((box) => box.x + box.width)) - left;
  const height = Math.max(...boxes.map((box) => box.y + box.height)) - top;
  const move: Matrix = [1, 0, 0, 1, -left, -top];
  const vectorPaths = paths.map((path) => ({ ...path, data: transformedPath(path.data, move) }));
  return { vectorPaths, x: x + left, y: y + top, width, height };
}

/** `Size=16, Style=Flat` */
const variantOf = (name: string): Record<string, string> =>
  Object.fromEntries(name.split(",").map((part) => part.split("=").map((word) => word.trim()) as [string, string]));

function checkParent(type: NodeType, child: SceneNode): void {
  if (type === "COMPONENT_SET" && child.type !== "COMPONENT")
    throw new Error("in appendChild: Cannot move node. A component set cannot have children of this type");
  if (type === "INSTANCE")
    throw new Error("in appendChild: Cannot move node. New parent is an instance or is inside of an instance");
}

/** Bytes of a text in UTF-8; QuickJS has no TextEncoder. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}

function checkValue(key: string, value: unknown): void {
  if (["name", "characters"].includes(key) && typeof value !== "string")
    throw new Error(`in set_${key}: Expected a string, got ${typeof value}`);
  if (["x", "y", "rotation", "opacity", "itemSpacing", "counterAxisSpacing"].includes(key) && !Number.isFinite(value))
    throw new Error(`in set_${key}: Expected a number, got ${String(value)}`);
  if ((key === "locked" || key === "visible") && typeof value !== "boolean")
    throw new Error(`in set_${key}: Expected a boolean, got ${typeof value}`);
}
