/**
 * `createNodeFromSvg`: a frame of the drawing's size, groups for `g`, a vector layer for every shape, named by its id. Solid colours
 * and linear gradients, fills and strokes, transforms, opacity, clip paths of one shape. No text, images, masks, styles or `use`, which
 * Figma reads too.
 */
import type { NodeRecord, NodeType } from "./node-record.ts";
import { type LocalPath, localPath, type Matrix } from "./svg-path.ts";

export interface ImportedNode {
  readonly type: NodeType;
  readonly patch: Partial<NodeRecord>;
  readonly children: readonly ImportedNode[];
}

interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
}

/** Attributes that children inherit. */
interface Context {
  readonly matrix: Matrix;
  readonly style: Readonly<Record<string, string>>;
  readonly gradients: ReadonlyMap<string, Element>;
  readonly clips: ReadonlyMap<string, Element>;
}

const identity: Matrix = [1, 0, 0, 1, 0, 0];
const inherited = [
  "fill",
  "fill-rule",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-linecap",
  "stroke-linejoin",
];

/** @throws Error as Figma does for what is no SVG */
export function importSvg(text: string): ImportedNode {
  const root = parse(text).children.find(({ tag }) => tag === "svg");
  if (root === undefined) throw new Error("in createNodeFromSvg: Failed to parse SVG");
  const view = (root.attributes["viewBox"] ?? "").split(/[\s,]+/).map(Number);
  const [left = 0, top = 0, viewWidth = Number.NaN, viewHeight = Number.NaN] = view;
  const width = lengthOf(root.attributes["width"], viewWidth);
  const height = lengthOf(root.attributes["height"], viewHeight);
  const scale = Number.isFinite(viewWidth) ? Math.min(width / viewWidth, height / viewHeight) : 1;
  const [dx, dy] = Number.isFinite(viewWidth)
    ? [(width - scale * viewWidth) / 2, (height - scale * viewHeight) / 2]
    : [0, 0];
  const matrix: Matrix = [scale, 0, 0, scale, dx - scale * left || 0, dy - scale * top || 0];
  const named = (kind: string): ReadonlyMap<string, Element> =>
    new Map(all(root).flatMap((element) => (element.tag === kind ? [[element.attributes["id"] ?? "", element]] : [])));
  const gradients = named("linearGradient");
  const context = { matrix, style: styleOf(root, {}), gradients, clips: named("clipPath") };
  return {
    type: "FRAME",
    patch: { name: root.attributes["id"] ?? "Frame", width, height, fills: [] },
    children: root.children.flatMap((child) => nodesOf(child, context)),
  };
}

const lengthOf = (text: string | undefined, otherwise: number): number => {
  const value = Number.parseFloat(text ?? "");
  return Number.isFinite(value) ? value : Number.isFinite(otherwise) ? otherwise : 100;
};

const all = (element: Element): Element[] => element.children.flatMap((child) => [child, ...all(child)]);

/** Tags and attributes; text between them is dropped. */
function parse(text: string): Element {
  const root: Element = { tag: "", attributes: {}, children: [] };
  const open = [root];
  for (const [, closing, tag, body = "", selfClosing] of text.matchAll(
    /<!--[\s\S]*?-->|<[?!][^>]*>|<(\/?)([\w:-]+)((?:[^>"'/]|"[^"]*"|'[^']*'|\/(?!>))*)(\/?)>/g,
  )) {
    if (tag === undefined) continue;
    if (closing === "/") {
      if (open.length < 2 || open.pop()!.tag !== tag) throw new Error("in createNodeFromSvg: Failed to parse SVG");
      continue;
    }
    const attributes = Object.fromEntries(
      [...body.matchAll(/([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(([, key, double, single]) => [
        key!,
        (double ?? single)!,
      ]),
    );
    const element = { tag, attributes, children: [] };
    open.at(-1)!.children.push(element);
    if (selfClosing !== "/") open.push(element);
  }
  if (open.length > 1) throw new Error("in createNodeFromSvg: Failed to parse SVG");
  return root;
}

function styleOf({ attributes }: Element, parent: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const css = Object.fromEntries(
    (attributes["style"] ?? "").split(";").flatMap((rule) => {
      const [key, value] = rule.split(":");
      return value === undefined ? [] : [[key!.trim(), value.trim()]];
    }),
  );
  const own = { ...attributes, ...css };
  return {
    ...parent,
    ...Object.fromEntries(inherited.flatMap((key) => (own[key] === undefined ? [] : [[key, own[key]!]]))),
  };
}

/** What is clipped becomes a group: the clip's shape as mask below, what it clips above. */
function nodesOf(element: Element, context: Context): ImportedNode[] {
  const nodes = drawnNodes(element, context);
  const clip = context.clips.get(referenceIn(element.attributes["clip-path"]));
  const matrix = multiply(context.matrix, transformOf(element.attributes["transform"] ?? ""));
  const [mask] = clip?.children.flatMap((child) => drawnNodes(child, { ...context, matrix, style: {} })) ?? [];
  if (mask === undefined || nodes.length === 0) return nodes;
  const below = { ...mask, patch: { ...mask.patch, isMask: true } };
  return [{ type: "GROUP", patch: { name: "Clip path group" }, children: [below, ...nodes] }];
}

function drawnNodes(element: Element, context: Context): ImportedNode[] {
  const { matrix, style: parentStyle, gradients } = context;
  const { tag, attributes } = element;
  const style = styleOf(element, parentStyle);
  const own = multiply(matrix, transformOf(attributes["transform"] ?? ""));
  const opacity = Number(attributes["opacity"] ?? 1);
  if (tag === "g") {
    const children = element.children.flatMap((child) => nodesOf(child, { ...context, matrix: own, style }));
    // Figma drops empty groups.
    return children.length === 0
      ? []
      : [{ type: "GROUP", patch: { name: attributes["id"] ?? "Group", opacity }, children }];
  }
  const data = outlineOf(element);
  const path = data === undefined ? undefined : localPath(data, own);
  if (path === undefined) return [];
  const { x, y, width, height } = path;
  const scale = Math.sqrt(Math.abs(own[0] * own[3] - own[1] * own[2]));
  const paint = (key: "fill" | "stroke", otherwise: string): readonly Paint[] =>
    paintOf(style[key] ?? otherwise, Number(style[`${key}-opacity`] ?? 1), path, own, gradients);
  const patch: Partial<NodeRecord> = {
    name: attributes["id"] ?? "Vector",
    ...{ x, y, width, height, opacity },
    vectorPaths: [{ windingRule: style["fill-rule"] === "evenodd" ? "EVENODD" : "NONZERO", data: path.data }],
    fills: paint("fill", "#000000"),
    strokes: paint("stroke", "none"),
    strokeCap: style["stroke-linecap"] === "round" ? "ROUND" : "NONE",
    strokeJoin: style["stroke-linejoin"] === "round" ? "ROUND" : "MITER",
    strokeWeight: Number.parseFloat(style["stroke-width"] ?? "1") * scale,
  };
  return [{ type: "VECTOR", patch, children: [] }];
}

function outlineOf({ tag, attributes }: Element): string | undefined {
  const n = (key: string): number => Number.parseFloat(attributes[key] ?? "0");
  const ring = (cx: number, cy: number, rx: number, ry: number): string =>
    `M${cx - rx} ${cy}A${rx} ${ry} 0 1 0 ${cx + rx} ${cy}A${rx} ${ry} 0 1 0 ${cx - rx} ${cy}Z`;
  switch (tag) {
    case "path":
      return attributes["d"];
    case "rect":
      return `M${n("x")} ${n("y")}h${n("width")}v${n("height")}h${-n("width")}Z`;
    case "circle":
      return ring(n("cx"), n("cy"), n("r"), n("r"));
    case "ellipse":
      return ring(n("cx"), n("cy"), n("rx"), n("ry"));
    case "line":
      return `M${n("x1")} ${n("y1")}L${n("x2")} ${n("y2")}`;
    case "polyline":
      return `M${attributes["points"] ?? ""}`;
    case "polygon":
      return `M${attributes["points"] ?? ""}Z`;
    default:
      return undefined;
  }
}

const multiply = ([a, b, c, d, e, f]: Matrix, [g, h, i, j, k, l]: Matrix): Matrix => [
  a * g + c * h,
  b * g + d * h,
  a * i + c * j,
  b * i + d * j,
  a * k + c * l + e,
  b * k + d * l + f,
];

function transformOf(text: string): Matrix {
  return [...text.matchAll(/(\w+)\s*\(([^)]*)\)/g)].reduce<Matrix>((matrix, [, name, list]) => {
    const [a = 0, b, c = 0, d = 0, e = 0, f = 0] = list!
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(Number);
    const angle = (a * Math.PI) / 180;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const known: Readonly<Record<string, Matrix>> = {
      matrix: [a, b ?? 0, c, d, e, f],
      translate: [1, 0, 0, 1, a, b ?? 0],
      scale: [a, 0, 0, b ?? a, 0, 0],
      rotate: [cos, sin, -sin, cos, (b ?? 0) * (1 - cos) + c * sin, c * (1 - cos) - (b ?? 0) * sin],
    };
    return multiply(matrix, known[name!] ?? identity);
  }, identity);
}

function paintOf(
  text: string,
  opacity: number,
  box: LocalPath,
  matrix: Matrix,
  gradients: ReadonlyMap<string, Element>,
): readonly Paint[] {
  const gradient = gradients.get(referenceIn(text));
  if (gradient !== undefined) return [gradientOf(gradient, opacity, box, matrix)];
  const color = colourOf(text);
  return color === undefined ? [] : [{ type: "SOLID", color, ...(opacity < 1 ? { opacity } : {}) }];
}

/** The id in `url(#id)`; empty without one. */
const referenceIn = (text = ""): string => /^url\(["']?#([^"')]+)/.exec(text)?.[1] ?? "";

const names: Readonly<Record<string, string>> = {
  black: "#000000",
  white: "#ffffff",
  red: "#ff0000",
  green: "#008000",
  blue: "#0000ff",
  currentColor: "#000000",
};

function colourOf(text: string): RGB | undefined {
  const hex = (names[text] ?? text).replace(/^#(.)(.)(.)$/, "#$1$1$2$2$3$3");
  if (/^#[0-9a-f]{6}$/i.test(hex)) {
    const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255) as [
      number,
      number,
      number,
    ];
    return { r, g, b };
  }
  const [r, g, b] =
    /^rgb\(([^)]+)\)$/
      .exec(text)?.[1]
      ?.split(",")
      .map((part) => Number(part) / 255) ?? [];
  return r === undefined || g === undefined || b === undefined ? undefined : { r, g, b };
}

/** Along the line from start to end; across it as wide as long, as Figma has it. */
function gradientOf({ attributes, children }: Element, opacity: number, box: LocalPath, matrix: Matrix): GradientPaint {
  const n = (key: string, otherwise: number): number => lengthOf(attributes[key], otherwise);
  const isOfPage = attributes["gradientUnits"] === "userSpaceOnUse";
  const [width, height] = [box.width || 1, box.height || 1];
  const place = (x: number, y: number): readonly [number, number] =>
    isOfPage
      ? [matrix[0] * x + matrix[2] * y + matrix[4] - box.x, matrix[1] * x + matrix[3] * y + matrix[5] - box.y]
      : [x * width, y * height];
  const [[fx, fy], [tx, ty]] = [place(n("x1", 0), n("y1", 0)), place(n("x2", isOfPage ? 0 : 1), n("y2", 0))];
  const [dx, dy] = [tx - fx, ty - fy];
  const square = dx * dx + dy * dy || 1;
  return {
    type: "GRADIENT_LINEAR",
    gradientTransform: [
      [(width * dx) / square, (height * dy) / square, -(fx * dx + fy * dy) / square],
      [(-width * dy) / square, (height * dx) / square, (fx * dy - fy * dx) / square + 0.5],
    ],
    gradientStops: children
      .filter(({ tag }) => tag === "stop")
      .map(({ attributes: stop }) => ({
        position: Number.parseFloat(stop["offset"] ?? "0") / (stop["offset"]?.endsWith("%") ? 100 : 1),
        color: {
          ...(colourOf(stop["stop-color"] ?? "#000000") ?? { r: 0, g: 0, b: 0 }),
          a: Number(stop["stop-opacity"] ?? 1),
        },
      })),
    ...(opacity < 1 ? { opacity } : {}),
  };
}
