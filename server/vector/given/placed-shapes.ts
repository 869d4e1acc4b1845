/** The shapes of a drawing that was given, where they lie in an answer's pixels. Pure. */
import { movedPath, type Path, type Point, pointsOf } from "../../../shared/vectors/vector-path.ts";
import type { TracedPixels } from "../../engine/interfaces.ts";
import type { VectorOptions } from "../vector-options.ts";
import { type Given, readShapes, type Shape } from "./read-shapes.ts";

/** How far points may lie outside, in sides of the picture: a curve beyond has too many points to draw. */
const outsideMost = 4;

/** Undefined where none was given, it is not read, or its lines shall be outlines. */
export function placedShapes(
  { widthPx, heightPx }: Pick<TracedPixels, "widthPx" | "heightPx">,
  { given, lines }: Pick<VectorOptions, "given" | "lines">,
): Shape[] | undefined {
  const drawing = given === undefined || widthPx !== heightPx ? undefined : readShapes(given);
  if (!drawing || (lines === "outlines" && drawing.shapes.some(({ stroke }) => stroke))) return undefined;
  const placed = placedIn(drawing, widthPx);
  return placed.every(({ paths }) => paths.every((path) => isNear(path, widthPx))) ? placed : undefined;
}

/** Its shapes in the pixels of the answer, in the middle of the square. */
function placedIn({ box: [left, top, width, height], shapes }: Given, sidePx: number): Shape[] {
  const scale = sidePx / Math.max(width, height);
  const move = ([x, y]: Point): Point => [
    (x - left) * scale + (sidePx - width * scale) / 2,
    (y - top) * scale + (sidePx - height * scale) / 2,
  ];
  return shapes.map(({ stroke, paths, ...shape }) => ({
    ...shape,
    paths: paths.map((path) => movedPath(path, move)),
    ...(stroke && { stroke: { ...stroke, width: stroke.width * scale } }),
  }));
}

const isNear = (path: Path, sidePx: number): boolean =>
  pointsOf(path)
    .flat()
    .every((place) => Math.abs(place) <= outsideMost * sidePx);
