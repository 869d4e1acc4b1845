/**
 * Whether a drawing was shrunk. Kernels with negative lobes, bicubic and Lanczos, lead a flat area beside an edge a little beyond its level, away
 * from what lies across the edge (ringing). What was drawn at its size, or shrunk by areas, runs into its edges at one level. Pure.
 */
import type { Pixels } from "../../engine/interfaces.ts";

/** Levels of green that make an edge. */
const edgeLevels = 24;
/** Rings are at most this share of the edge. */
const ringShare = 0.12;
/** Edges with fewer of them say nothing. */
const edgesMin = 8;
/** Share of edges that ring above which a drawing was shrunk: 127 of 127 drawings and pages that were have more, 2 of 229 that were not. */
const ringingShare = 0.5;

/** Levels at an edge, in the order of its direction. */
interface Levels {
  /** Of a run of three pixels. */
  readonly flat: number;
  /** Of the next pixels: a ring or still flat; the edge's first; across it. */
  readonly next: number;
  readonly first: number;
  readonly across: number;
}

export function isShrunkDrawing({ rgba, widthPx, heightPx }: Pixels): boolean {
  let [ringing, level] = [0, 0];
  const look = (at: number, step: number): void => {
    const levels = levelsAt(rgba, at, step);
    if (!levels) return;
    const kind = edgeKind(levels);
    if (kind === "ringing") ringing += 1;
    if (kind === "level") level += 1;
  };
  for (let y = 4; y < heightPx - 4; y += 1)
    for (let x = 4; x < widthPx - 4; x += 1) for (const step of [1, -1, widthPx, -widthPx]) look(y * widthPx + x, step);
  return ringing + level >= edgesMin && ringing >= ringingShare * (ringing + level);
}

function levelsAt(rgba: Uint8Array, at: number, step: number): Levels | undefined {
  const green = (place: number): number => rgba[4 * (at + place * step) + 1]!;
  const flat = green(-3);
  if (Math.abs(green(1) - flat) < edgeLevels || green(-2) !== flat || green(-4) !== flat) return undefined;
  for (let place = -4; place <= 1; place += 1) if (rgba[4 * (at + place * step) + 3] !== 255) return undefined;
  return { flat, next: green(-1), first: green(0), across: green(1) };
}

/** Nothing is known of an edge from a level where a ring would leave 8 bits. */
function edgeKind({ flat, next, first, across }: Levels): "ringing" | "level" | undefined {
  const direction = Math.sign(across - flat);
  const most = ringShare * Math.abs(across - flat);
  if ((direction > 0 ? flat : 255 - flat) < most || direction * (first - flat) < 0) return undefined;
  const beyond = direction * (flat - next);
  if (beyond >= 1 && beyond <= most) return "ringing";
  return beyond === 0 && first !== flat ? "level" : undefined;
}
