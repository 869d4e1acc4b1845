/** One node as plain immutable data; the tree maps ids to these. */

export type NodeType =
  | "PAGE"
  | "SLIDE"
  | "FRAME"
  | "COMPONENT"
  | "COMPONENT_SET"
  | "INSTANCE"
  | "GROUP"
  | "SECTION"
  | "RECTANGLE"
  | "ELLIPSE"
  | "VECTOR"
  | "TEXT"
  | "STICKY"
  | "SHAPE_WITH_TEXT";

export interface NodeRecord {
  readonly id: string;
  readonly type: NodeType;
  readonly name: string;
  readonly parent: string | null;
  readonly children: readonly string[];
  /** Of the top-left corner, also of a rotated layer, in the parent's px. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Degrees, counterclockwise about the top-left corner, from -180 to 180. */
  readonly rotation: number;
  /** Upside down before it is turned; flipped from left to right, a layer is turned by 180° too. */
  readonly isFlipped: boolean;
  readonly opacity: number;
  readonly visible: boolean;
  readonly locked: boolean;
  /** Shows nothing itself: the layers above it in its group show only inside its outline. */
  readonly isMask: boolean;
  readonly fills: readonly Paint[];
  /** Empty without a style. */
  readonly fillStyleId: string;
  /** Of a text: its letters have different fills, so that a plugin reads `figma.mixed`. */
  readonly hasMixedFills: boolean;
  readonly strokes: readonly Paint[];
  readonly strokeWeight: number;
  readonly strokeCap: "NONE" | "ROUND";
  readonly strokeJoin: "MITER" | "ROUND";
  readonly strokeAlign: "CENTER" | "INSIDE" | "OUTSIDE";
  readonly dashPattern: readonly number[];
  readonly effects: readonly Effect[];
  readonly constraints: Constraints;
  readonly cornerRadius: number;
  /** Of a text, a sticky or a shape with text. */
  readonly characters: string;
  /** Of a vector, as SVG path data in the layer's own px. */
  readonly vectorPaths: readonly VectorPath[];
  /** Of an instance: its component. Of a layer inside one: the component's layer that it shows. */
  readonly mainId: string | null;
  /** Of an instance and of layers inside one: members that no longer follow the component. */
  readonly overrides: readonly string[];
  /** Of a component or a set of them. */
  readonly description: string;
  /** By collection; layers inside have it too unless they say otherwise. */
  readonly explicitVariableModes: Readonly<Record<string, string>>;
  /** Any edit is refused, as of a layer in a library that is open elsewhere. */
  readonly isReadOnly: boolean;
  readonly layoutMode: "NONE" | "HORIZONTAL" | "VERTICAL";
  readonly layoutWrap: "NO_WRAP" | "WRAP";
  readonly primaryAxisSizingMode: "FIXED" | "AUTO";
  readonly counterAxisSizingMode: "FIXED" | "AUTO";
  readonly itemSpacing: number;
  readonly counterAxisSpacing: number;
  readonly paddingTop: number;
  readonly paddingRight: number;
  readonly paddingBottom: number;
  readonly paddingLeft: number;
  readonly pluginData: Readonly<Record<string, string>>;
  readonly relaunchData: Readonly<Record<string, string>>;
}

/** What a new node is before anything says otherwise. */
export const blankRecord: Omit<NodeRecord, "id" | "type"> = {
  name: "",
  parent: null,
  children: [],
  x: 0,
  y: 0,
  width: 100,
  height: 100,
  rotation: 0,
  isFlipped: false,
  opacity: 1,
  visible: true,
  locked: false,
  isMask: false,
  fills: [],
  fillStyleId: "",
  hasMixedFills: false,
  strokes: [],
  strokeWeight: 1,
  strokeCap: "NONE",
  strokeJoin: "MITER",
  strokeAlign: "CENTER",
  dashPattern: [],
  effects: [],
  constraints: { horizontal: "MIN", vertical: "MIN" },
  cornerRadius: 0,
  characters: "",
  vectorPaths: [],
  mainId: null,
  overrides: [],
  description: "",
  explicitVariableModes: {},
  isReadOnly: false,
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
};

/** Types whose nodes hold others. */
export const holdsChildren = (type: NodeType): boolean =>
  ["PAGE", "SLIDE", "FRAME", "COMPONENT", "COMPONENT_SET", "INSTANCE", "GROUP", "SECTION"].includes(type);
