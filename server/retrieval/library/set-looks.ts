/**
 * How unlike the drawings of two sets look: whether lines end and turn round or sharp, and how much of the picture is ink. Read off some
 * drawings of each set when it is first asked for.
 */
import type { LibraryContent } from "./drawing-library-file.ts";
import { linesAround } from "./library-blocks.ts";
import type { Thumbnails } from "./thumbnails.ts";

/** Of a set's drawings, each the mean of some. */
interface SetLook {
  /** 0 = corners and ends are sharp, 1 = round. */
  readonly roundness: number;
  /** Share of the square around a drawing. */
  readonly ink: number;
}

/** Share of curves among the pieces of outlines from which on all their corners are round. */
const roundFrom = 0.6;
/** What a difference in ink counts for beside one in roundness. */
const inkWeight = 1.5;

/** How round a drawing is, 0 to 1, by its SVG: of lines by their joins and ends, of outlines by how many of their pieces are curves. */
export function roundnessOf(svg: string): number {
  if (/stroke="currentColor"|stroke-width/.test(svg)) return /stroke-line(?:join|cap)="round"/.test(svg) ? 1 : 0;
  let [curves, straight] = [0, 0];
  for (const [, path = ""] of svg.matchAll(/ d="([^"]*)"/g)) {
    curves += piecesOf(path, "cC", 6) + piecesOf(path, "sSqQ", 4) + piecesOf(path, "aA", 7) + piecesOf(path, "tT", 2);
    straight += piecesOf(path, "lLmM", 2) + piecesOf(path, "hHvV", 1);
  }
  if (curves + straight === 0) return /<(?:circle|ellipse)/.test(svg) ? 1 : 0;
  return Math.min(1, curves / (curves + straight) / roundFrom);
}

/** Pieces of a path by some commands, which may go on without being named again. */
function piecesOf(path: string, commands: string, numbersEach: number): number {
  let pieces = 0;
  for (const [, numbers = ""] of path.matchAll(new RegExp(`[${commands}]([^a-df-zA-Z]*)`, "g")))
    pieces += Math.max(1, Math.round((numbers.match(/-?(?:\d+\.?\d*|\.\d+)/g)?.length ?? 0) / numbersEach));
  return pieces;
}

export class SetLooks {
  readonly #content: LibraryContent;
  readonly #thumbnails: Thumbnails | undefined;
  readonly #looks = new Map<string, SetLook>();

  constructor(content: LibraryContent, thumbnails: Thumbnails | undefined) {
    this.#content = content;
    this.#thumbnails = thumbnails;
  }

  /** 0 = alike, about 1 = round beside sharp. */
  differ(one: string, other: string): number {
    if (one === other) return 0;
    const [first, second] = [this.#lookOf(one), this.#lookOf(other)];
    return Math.abs(first.roundness - second.roundness) + inkWeight * Math.abs(first.ink - second.ink);
  }

  #lookOf(id: string): SetLook {
    const known = this.#looks.get(id) ?? this.#read(id);
    this.#looks.set(id, known);
    return known;
  }

  /** Of the drawings that are compressed together with the one in the middle of the set. */
  #read(id: string): SetLook {
    const { sets, entrySets } = this.#content;
    const set = sets.indexOf(id);
    const [first, last] = [entrySets.indexOf(set), entrySets.lastIndexOf(set)];
    if (set < 0 || first < 0) return { roundness: 0.5, ink: 0 };
    const around = linesAround(this.#content, (first + last) >> 1);
    const own = around.filter(({ at }) => entrySets[at] === set);
    const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
    return {
      roundness: mean(own.map(({ line }) => roundnessOf(line))),
      ink: this.#thumbnails ? mean(own.map(({ at }) => this.#thumbnails!.inkOf(at))) : 0,
    };
  }
}
