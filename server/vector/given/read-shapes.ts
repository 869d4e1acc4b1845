/**
 * The shapes of an SVG that was given: its paths in the units of its view box, with what they are painted. Clips, masks, uses and gradients are not read: what is read
 * is compared with a picture before it counts (own-nodes.ts). Pure.
 */
import { movedPath, type Path, type Point } from "../../../shared/vectors/vector-path.ts";
import { type Element, elementsOf } from "./elements.ts";
import { ellipsePath, pathsIn, rectPath } from "./path-data.ts";
import { after, type Matrix, matrixIn, scaleOf } from "./transforms.ts";

export interface GivenStroke {
  readonly paint: string;
  /** In units of the view box. */
  readonly width: number;
  readonly cap: "round" | "butt" | "square";
  readonly join: "round" | "miter" | "bevel";
  readonly miterLimit: number;
}

export interface Shape {
  readonly paths: readonly Path[];
  /** Its id, or its group's, as far as these are words; else empty. */
  readonly name: string;
  /** What it says of its fill; absent for none. */
  readonly fill?: { readonly paint: string; readonly rule: "nonzero" | "evenodd" };
  readonly stroke?: GivenStroke;
  /** Its outlines are no longer its own: something cut them. */
  readonly isCut?: boolean;
}

export interface Given {
  /** View box: left, top, width, height. */
  readonly box: readonly [number, number, number, number];
  /** The lowest first. */
  readonly shapes: readonly Shape[];
}

/** Lines and curves, and shapes, of a drawing at most: more are no icon. */
const [segmentsMost, shapesMost] = [4000, 400];
/** How much a transform may stretch strokes: these have one width. */
const stretchMost = 1.001;

const inherited = [
  "fill",
  "fill-rule",
  "stroke",
  "stroke-width",
  "stroke-linecap",
  "stroke-linejoin",
  "stroke-miterlimit",
  "visibility",
] as const;

interface Context {
  readonly looks: ReadonlyMap<string, string>;
  readonly matrix: Matrix;
  readonly name: string;
}

/** Undefined for what is not read as a drawing of shapes. */
export function readShapes(text: string): Given | undefined {
  const svg = elementsOf(text);
  const box = svg && boxOf(svg);
  if (!box) return undefined;
  const shapes: Shape[] = [];
  const isRead = readChildren(svg, { looks: looksOf(svg, new Map()), matrix: [1, 0, 0, 1, 0, 0], name: "" }, shapes);
  const segments = shapes.flatMap(({ paths }) => paths).reduce((sum, path) => sum + path.segments.length, 0);
  return isRead && shapes.length > 0 && shapes.length <= shapesMost && segments <= segmentsMost
    ? { box, shapes }
    : undefined;
}

function boxOf({ attributes }: Element): Given["box"] | undefined {
  const view = attributes
    .get("viewBox")
    ?.trim()
    .split(/[\s,]+/)
    .map(Number);
  const box = view ?? [0, 0, lengthIn(attributes.get("width")), lengthIn(attributes.get("height"))];
  const [left, top, width, height] = box;
  return box.length === 4 && box.every(Number.isFinite) && width! > 0 && height! > 0
    ? [left!, top!, width!, height!]
    : undefined;
}

/** A number, perhaps of px; NaN for another unit. */
const lengthIn = (text: string | undefined, otherwise = 0): number =>
  text === undefined ? otherwise : Number(text.trim().replace(/px$/, "") || Number.NaN);

/** @returns whether all could be read */
function readChildren({ children }: Element, context: Context, shapes: Shape[]): boolean {
  return children.every((child) => {
    const { name, attributes } = child;
    if (["defs", "clipPath", "mask", "symbol", "title", "desc"].includes(name)) return true;
    const looks = looksOf(child, context.looks);
    const isHidden = looks.get("display") === "none" || Number(looks.get("opacity") ?? 1) === 0;
    if (isHidden) return true;
    const own = matrixIn(attributes.get("transform") ?? "");
    if (!own) return false;
    const inside = { looks, matrix: after(context.matrix, own), name: nameOf(attributes) || context.name };
    if (name === "g") return readChildren(child, inside, shapes);
    if (name === "svg") return isPlainBox(child) && readChildren(child, inside, shapes);
    const paths = pathsOf(child);
    if (!paths) return false;
    const shape = shapeOf(paths, inside);
    if (shape === null) return false;
    if (shape) shapes.push(shape);
    return true;
  });
}

/** Whether an inner drawing lies as a group would. */
function isPlainBox(element: Element): boolean {
  const { attributes } = element;
  const view = attributes.get("viewBox") && boxOf(element);
  const [width, height] = ["width", "height"].map((side) => lengthIn(attributes.get(side), view ? view[2] : 0));
  const isAtCorner = ["x", "y"].every((side) => lengthIn(attributes.get(side)) === 0);
  return isAtCorner && (!view || (view[0] === 0 && view[1] === 0 && view[2] === width && view[3] === height));
}

function looksOf({ attributes }: Element, above: ReadonlyMap<string, string>): Map<string, string> {
  const looks = new Map([...above].filter(([key]) => (inherited as readonly string[]).includes(key)));
  const styled = (attributes.get("style") ?? "").split(";").map((part) => part.split(":").map((text) => text.trim()));
  for (const [key, value] of [...attributes, ...styled.filter(({ length }) => length === 2)])
    if (value !== "inherit") looks.set(key!, value!);
  return looks;
}

/** What may be said of a layer: words that Figma and editors show as its name. */
const nameOf = (attributes: ReadonlyMap<string, string>): string => {
  const id = attributes.get("id") ?? "";
  return /^[A-Za-z][\w .-]{0,59}$/.test(id) ? id.trim().replace(/[\s_]+/g, "-") : "";
};

/** The outlines of an element in its own units; undefined for what is no shape, or not understood. */
function pathsOf({ name, attributes }: Element): Path[] | undefined {
  const number = (key: string, otherwise = 0): number => lengthIn(attributes.get(key), otherwise);
  const whole = (path: Path): Path[] | undefined =>
    [path.start, ...path.segments.map(({ to }) => to)].flat().every(Number.isFinite) ? [path] : undefined;
  switch (name) {
    case "path":
      return pathsIn(attributes.get("d") ?? "");
    case "line":
      return whole({
        start: [number("x1"), number("y1")],
        segments: [{ to: [number("x2"), number("y2")] }],
        isOpen: true,
      });
    case "polyline":
    case "polygon": {
      const points = attributes.get("points")?.trim() ?? "";
      return points === "" ? [] : pathsIn(`M${points}${name === "polygon" ? "z" : ""}`);
    }
    case "circle":
      return whole(ellipsePath([number("cx"), number("cy")], number("r"), number("r")));
    case "ellipse":
      return whole(ellipsePath([number("cx"), number("cy")], number("rx"), number("ry")));
    case "rect": {
      const [rx, ry] = [number("rx", number("ry")), number("ry", number("rx"))];
      return whole(rectPath([number("x"), number("y")], [number("width"), number("height")], [rx, ry]));
    }
    default:
      return undefined;
  }
}

/** Undefined for one that shows nothing, null for one that is not understood. */
function shapeOf(paths: readonly Path[], { looks, matrix, name }: Context): Shape | undefined | null {
  const fill = looks.get("fill") ?? "black";
  const stroke = looks.get("stroke") ?? "none";
  const [hasFill, hasStroke] = [fill, stroke].map((paint) => !/^(?:none|transparent)$/i.test(paint));
  const { least, most } = scaleOf(matrix);
  const width = lengthIn(looks.get("stroke-width"), 1);
  const miterLimit = lengthIn(looks.get("stroke-miterlimit"), 4);
  if (looks.get("visibility") === "hidden" || paths.length === 0) return undefined;
  if (hasStroke && (!(width >= 0) || !(miterLimit >= 1) || most > stretchMost * least)) return null;
  if (looks.has("stroke-dasharray") && looks.get("stroke-dasharray") !== "none") return null;
  const isStroked = hasStroke && width > 0;
  if (!hasFill && !isStroked) return undefined;
  const move = ([x, y]: Point): Point => [
    matrix[0] * x + matrix[2] * y + matrix[4],
    matrix[1] * x + matrix[3] * y + matrix[5],
  ];
  return {
    paths: paths.map((path) => movedPath(path, move)),
    name,
    ...(hasFill && { fill: { paint: fill, rule: looks.get("fill-rule") === "evenodd" ? "evenodd" : "nonzero" } }),
    ...(isStroked && {
      stroke: {
        paint: stroke,
        width: width * most,
        cap: oneOf(looks.get("stroke-linecap"), ["round", "square"], "butt"),
        join: oneOf(looks.get("stroke-linejoin"), ["round", "bevel"], "miter"),
        miterLimit,
      },
    }),
  };
}

const oneOf = <One extends string, Other extends string>(
  text: string | undefined,
  values: readonly One[],
  otherwise: Other,
): One | Other => values.find((value) => value === text) ?? otherwise;
