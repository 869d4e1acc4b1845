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

export function isShrunkDrawing({ rgba, widthPx, heightPx }: Pixels): boolean {
  let [ringing, level] = [0, 0];
  for (const step of [4, -4, 4 * widthPx, -4 * widthPx])
    for (let y = 4; y < heightPx - 4; y += 1)
      for (let x = 4, at = 4 * (y * widthPx + x) + 1; x < widthPx - 4; x += 1, at += 4) {
        // Three pixels of one level, one that may ring, the edge's first, and one across it.
        const [flat, across] = [rgba[at - 3 * step]!, rgba[at + step]!];
        if (rgba[at - 2 * step] !== flat || rgba[at - 4 * step] !== flat) continue;
        if (Math.abs(across - flat) < edgeLevels || !isOpaqueAlong(rgba, at + 2, step)) continue;
        const ring = ringAt(flat, rgba[at - step]!, rgba[at]!, across);
        if (ring > 0) ringing += 1;
        else if (ring === 0) level += 1;
      }
  return ringing + level >= edgesMin && ringing >= ringingShare * (ringing + level);
}

function isOpaqueAlong(rgba: Uint8Array, at: number, step: number): boolean {
  for (let place = -4; place <= 1; place += 1) if (rgba[at + place * step] !== 255) return false;
  return true;
}

/**
 * By how many levels an area rings beside an edge; negative where that is not known: from a level where a ring would leave 8 bits, and where
 * the edge is none.
 */
function ringAt(flat: number, next: number, first: number, across: number): number {
  const direction = Math.sign(across - flat);
  const most = ringShare * Math.abs(across - flat);
  if ((direction > 0 ? flat : 255 - flat) < most || direction * (first - flat) < 0) return -1;
  const beyond = direction * (flat - next);
  if (beyond === 0) return first === flat ? -1 : 0;
  return beyond >= 1 && beyond <= most ? beyond : -1;
}
