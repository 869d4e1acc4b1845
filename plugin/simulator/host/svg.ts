/**
 * `exportAsync` as SVG_STRING: shapes, vectors, groups, nested and rotated, with solid fills, linear gradients, strokes and masks. Text
 * and images are left out, which Figma would draw.
 */
import { absoluteBox, absoluteTransform, relativeTransform } from "./geometry.ts";
import type { NodeRecord } from "./node-record.ts";
import type { SimTree } from "./tree.ts";

export function exportSvg(tree: SimTree, id: string): string {
  const root = tree.get(id);
  const upright = draw(tree, { ...root, x: 0, y: 0, rotation: 0, isFlipped: false });
  // As it looks on the page, in the upright box around it.
  const [[a, c, e], [b, d, f]] = absoluteTransform(tree, root);
  const box = absoluteBox(tree, root);
  const isUpright = a === 1 && d === 1;
  const { width, height } = isUpright ? root : box;
  const body = isUpright ? upright : `<g transform="${matrixOf([a, b, c, d, e - box.x, f - box.y])}">${upright}</g>`;
  const gradients = gradientsIn(tree, root);
  const defs = gradients === "" ? "" : `<defs>${gradients}</defs>`;
  return `<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" fill="none" xmlns="http://www.w3.org/2000/svg">${body}${defs}</svg>`;
}

function draw(tree: SimTree, bare: NodeRecord): string {
  if (!bare.visible) return "";
  const { x, y, rotation, isFlipped } = bare;
  const record = { ...tree.resolved(tree.get(bare.id)), x, y, rotation, isFlipped };
  const inner = `${outline(record)}${drawAll(tree, tree.childrenOf(record.id))}`;
  if (inner === "") return "";
  return `<g transform="${placeOf(record)}" opacity="${record.opacity}">${inner}</g>`;
}

/** Layers of one parent from the lowest up: those above a mask show only inside its outline. */
function drawAll(tree: SimTree, [first, ...above]: readonly NodeRecord[]): string {
  if (first === undefined) return "";
  const rest = drawAll(tree, above);
  if (!first.isMask || !first.visible) return draw(tree, first) + rest;
  const clip = `clip-${first.id.replaceAll(/\W/g, "-")}`;
  const shape = outline(tree.resolved(first));
  return `<clipPath id="${clip}" transform="${placeOf(first)}">${shape}</clipPath><g clip-path="url(#${clip})">${rest}</g>`;
}

function placeOf(record: NodeRecord): string {
  const [[a, c, e], [b, d, f]] = relativeTransform(record);
  return matrixOf([a, b, c, d, e, f]);
}

const matrixOf = (parts: readonly number[]): string => `matrix(${parts.map((part) => +part.toFixed(4)).join(" ")})`;

function outline(record: NodeRecord): string {
  const fill =
    gradientIn(record) === undefined ? colourOf(record.fills) : `url(#paint-${record.id.replaceAll(/\W/g, "-")})`;
  const paint = `fill="${fill}"${opacityOf(record.fills)} stroke="${colourOf(record.strokes)}" stroke-width="${record.strokeWeight}"`;
  if (fill === "none" && colourOf(record.strokes) === "none") return "";
  const { width, height } = record;
  switch (record.type) {
    case "RECTANGLE":
    case "FRAME":
    case "COMPONENT":
    case "COMPONENT_SET":
    case "INSTANCE":
      return `<rect width="${width}" height="${height}" rx="${record.cornerRadius}" ${paint}/>`;
    case "ELLIPSE":
      return `<ellipse cx="${width / 2}" cy="${height / 2}" rx="${width / 2}" ry="${height / 2}" ${paint}/>`;
    case "VECTOR":
      return record.vectorPaths
        .map(
          ({ data, windingRule }) =>
            `<path d="${data}"${windingRule === "EVENODD" ? ' fill-rule="evenodd"' : ""}${strokeLook(record)} ${paint}/>`,
        )
        .join("");
    default:
      return "";
  }
}

const strokeLook = ({ strokeCap, strokeJoin }: NodeRecord): string =>
  `${strokeCap === "ROUND" ? ' stroke-linecap="round"' : ""}${strokeJoin === "ROUND" ? ' stroke-linejoin="round"' : ""}`;

const opacityOf = (paints: readonly Paint[]): string => {
  const { opacity = 1 } = paints.filter(({ visible = true }) => visible).at(-1) ?? {};
  return opacity < 1 ? ` fill-opacity="${opacity}"` : "";
};

/** A linear gradient that shows. */
export function gradientIn({ fills }: NodeRecord): GradientPaint | undefined {
  const paint = fills.filter(({ visible = true }) => visible).at(-1);
  return paint?.type === "GRADIENT_LINEAR" ? paint : undefined;
}

function gradientsIn(tree: SimTree, record: NodeRecord): string {
  const own = gradientIn(tree.resolved(record));
  const inner = tree.childrenOf(record.id).map((child) => gradientsIn(tree, child));
  return [own === undefined ? "" : gradientText(record, own), ...inner].join("");
}

/** In px of the layer: from where the transform is 0 to where it is 1. */
export function gradientText(
  { id, width, height }: NodeRecord,
  { gradientTransform, gradientStops }: GradientPaint,
): string {
  const [[a, b, c], [d, e, f]] = gradientTransform;
  const area = a * e - b * d || 1;
  const place = (along: number): readonly [number, number] => {
    const [u, v] = [along - c, 0.5 - f];
    return [(width * (e * u - b * v)) / area, (height * (a * v - d * u)) / area];
  };
  const [[x1, y1], [x2, y2]] = [place(0), place(1)];
  const stops = gradientStops.map(
    ({ position, color }) =>
      `<stop offset="${position}" stop-color="${hexOf(color)}"${color.a < 1 ? ` stop-opacity="${color.a}"` : ""}/>`,
  );
  const [from, to] = [`x1="${+x1.toFixed(3)}" y1="${+y1.toFixed(3)}"`, `x2="${+x2.toFixed(3)}" y2="${+y2.toFixed(3)}"`];
  return `<linearGradient id="paint-${id.replaceAll(/\W/g, "-")}" gradientUnits="userSpaceOnUse" ${from} ${to}>${stops.join("")}</linearGradient>`;
}

/** The topmost solid paint that shows. */
export function colourOf(paints: readonly Paint[]): string {
  const paint = paints.filter(({ visible = true }) => visible).at(-1);
  if (paint?.type !== "SOLID") return "none";
  return hexOf(paint.color);
}

export function hexOf({ r, g, b }: RGB): string {
  return `#${[r, g, b]
    .map((part) =>
      Math.round(part * 255)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}
