/**
 * `exportAsync` as SVG_STRING: shapes, vectors, nested and rotated, with solid fills and strokes. Text and images are
 * left out, which Figma would draw; Tau exports strokes alone.
 */
import { relativeTransform } from "./geometry.ts";
import type { NodeRecord } from "./node-record.ts";
import type { SimTree } from "./tree.ts";

export function exportSvg(tree: SimTree, id: string): string {
  const root = tree.get(id);
  const body = draw(tree, { ...root, x: 0, y: 0, rotation: 0 });
  const { width, height } = root;
  return `<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" fill="none" xmlns="http://www.w3.org/2000/svg">${body}</svg>`;
}

function draw(tree: SimTree, record: NodeRecord): string {
  if (!record.visible) return "";
  const [[a, c, e], [b, d, f]] = relativeTransform(record);
  const inner = `${outline(record)}${tree
    .childrenOf(record.id)
    .map((child) => draw(tree, child))
    .join("")}`;
  if (inner === "") return "";
  return `<g transform="matrix(${[a, b, c, d, e, f].map((part) => +part.toFixed(4)).join(" ")})" opacity="${record.opacity}">${inner}</g>`;
}

function outline(record: NodeRecord): string {
  const paint = `fill="${colourOf(record.fills)}" stroke="${colourOf(record.strokes)}" stroke-width="${record.strokeWeight}"`;
  if (colourOf(record.fills) === "none" && colourOf(record.strokes) === "none") return "";
  const { width, height } = record;
  switch (record.type) {
    case "RECTANGLE":
    case "FRAME":
    case "COMPONENT":
    case "INSTANCE":
      return `<rect width="${width}" height="${height}" rx="${record.cornerRadius}" ${paint}/>`;
    case "ELLIPSE":
      return `<ellipse cx="${width / 2}" cy="${height / 2}" rx="${width / 2}" ry="${height / 2}" ${paint}/>`;
    case "VECTOR":
      return record.vectorPaths
        .map(({ data }) => `<path d="${data}" stroke-linecap="round" stroke-linejoin="round" ${paint}/>`)
        .join("");
    default:
      return "";
  }
}

/** The topmost solid paint that shows. */
export function colourOf(paints: readonly Paint[]): string {
  const paint = paints.filter(({ visible = true }) => visible).at(-1);
  if (paint?.type !== "SOLID") return "none";
  const { r, g, b } = paint.color;
  return `#${[r, g, b]
    .map((part) =>
      Math.round(part * 255)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}
