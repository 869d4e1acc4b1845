/** One node as plain immutable data; the tree maps ids to these. */

export type NodeType = "PAGE" | "FRAME" | "SECTION" | "RECTANGLE" | "TEXT";

export interface NodeRecord {
  readonly id: string;
  readonly type: NodeType;
  readonly name: string;
  readonly parent: string | null;
  readonly children: readonly string[];
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly fills: readonly Paint[];
  /** Empty without a style. */
  readonly fillStyleId: string;
  /** Of a text: its letters have different fills, so that a plugin reads `figma.mixed`. */
  readonly hasMixedFills: boolean;
  readonly locked: boolean;
  readonly cornerRadius: number;
  readonly characters: string;
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
