/**
 * Accents: in a style of lines in one ink with some in other colours, an answer of one ink gets these on pieces that take about as much of
 * it as accents take in the style's icons. Pieces of one size, such as two wheels, get the same colour. It is no more than a rule: the flow
 * does not say which piece that is. Pure; planes are premultiplied RGBA [4, pixels].
 */
import { decidedShare } from "../decide-ink.ts";
import type { Ink } from "../ink-colour.ts";
import { resampleSquare } from "../resample-square.ts";
import { wholePiecesOf } from "./whole-strokes.ts";

export interface Accent {
  readonly ink: Ink;
  /** Of what is drawn in an icon that has it. */
  readonly share: number;
}

/** Relative difference up to which pieces are of one size. */
const sameSize = 0.15;
/** Share of the drawing that an accent may take, and how many times more or less than in the style. */
const [shareMost, timesMost] = [0.55, 4];
/** Gain on log-odds of the share of an accent at its border. */
const gain = 4;

/** What paints drawings of one ink with accents, where the first one has them. @param of planes [4, sizePx, sizePx] */
export function withAccents(
  of: Float32Array,
  ink: Ink,
  accents: readonly Accent[],
): (planes: Float32Array) => Float32Array {
  const pixels = of.length / 4;
  const side = Math.sqrt(pixels);
  const { labels, areas } = wholePiecesOf(of.subarray(3 * pixels), side);
  const total = areas.reduce((sum, area) => sum + area, 0);
  const free = kindsOf(areas);
  const painted = accents.flatMap((accent) => {
    const fits = free.map((kind) => fitOf(kind.area / total, accent.share));
    const best = fits.indexOf(Math.min(...fits));
    const kind = free[best];
    if (!kind || fits[best]! > Math.log(timesMost)) return [];
    free.splice(best, 1);
    return [{ ink: accent.ink, plane: grown(labels, kind.pieces, side) }];
  });
  return (planes) => {
    const large = planes.length / 4;
    const coloured = planes.slice();
    const shares = painted.map(({ plane }) =>
      resampleSquare(plane, { left: 0, top: 0, sidePx: side }, Math.sqrt(large)).map((share) =>
        decidedShare(share, gain),
      ),
    );
    for (let at = 0; at < large; at += 1)
      for (const [channel, own] of ink.entries()) {
        let value = own;
        for (const [index, share] of shares.entries()) value += share[at]! * (painted[index]!.ink[channel]! - value);
        coloured[channel * large + at] = value * planes[3 * large + at]!;
      }
    return coloured;
  };
}

/** How far a share is from the one that is wanted, as a logarithm of their ratio; infinite where it is too much. */
const fitOf = (share: number, wanted: number): number =>
  share > shareMost ? Number.POSITIVE_INFINITY : Math.abs(Math.log(share / wanted));

export interface Kind {
  readonly pieces: ReadonlySet<number>;
  readonly area: number;
}

/** Pieces of one size together, the smallest first. */
export function kindsOf(areas: readonly number[]): Kind[] {
  const sorted = [...areas.keys()]
    .filter((piece) => areas[piece]! > 0)
    .sort((one, other) => areas[one]! - areas[other]!);
  const kinds: Array<{ pieces: Set<number>; area: number; first: number }> = [];
  for (const piece of sorted) {
    const [area, last] = [areas[piece]!, kinds.at(-1)];
    if (last && area <= last.first * (1 + sameSize)) {
      last.pieces.add(piece);
      last.area += area;
    } else kinds.push({ pieces: new Set([piece]), area, first: area });
  }
  return kinds;
}

/** 1 on the pieces and on nothing nearby, whose edges have their colour too; soft where they meet others. */
function grown(labels: Uint16Array, pieces: ReadonlySet<number>, side: number): Float32Array {
  return Float32Array.from(labels, (_, at) => {
    const [x, y] = [at % side, Math.floor(at / side)];
    let [own, all] = [0, 0];
    for (let down = -2; down <= 2; down += 1)
      for (let right = -2; right <= 2; right += 1) {
        if (x + right < 0 || x + right >= side || y + down < 0 || y + down >= side) continue;
        const label = labels[at + down * side + right]!;
        if (label === 0) continue;
        all += 1;
        if (pieces.has(label)) own += 1;
      }
    return all === 0 ? 0 : own / all;
  });
}
