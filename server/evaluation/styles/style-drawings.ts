/**
 * Rendered drawings of many styles (server/pretrain/data/styles/render-styles.mts): what each shows, and which are one thing in other
 * variants of a family. Reads pixels on demand; decides no split.
 */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError } from "../../../shared/problem.ts";
import { sha256Of } from "../../platform/sha256.ts";
import { type ImagePixels, openImagePixels } from "../../training/dataset/image-set.ts";
import { meanSquaredError } from "../metrics/pixels.ts";

const DrawingSchema = z.object({
  row: z.number().int().nonnegative(),
  family: z.string(),
  variant: z.string(),
  set: z.string(),
  /** The name that a thing has in all variants of its family. */
  base: z.string(),
  concept: z.string(),
  words: z.string(),
  split: z.enum(["train", "heldOutConcept", "heldOutStyle", "heldOutFamily", "heldBackStyle"]),
  look: z.string(),
  isColour: z.boolean(),
  isProcedural: z.boolean(),
});
export type StyleDrawing = z.infer<typeof DrawingSchema>;

/** The true variant, and the one that is restyled. */
export interface Pair {
  readonly target: StyleDrawing;
  readonly source: StyleDrawing;
}

/** Drawings of a style that can show it; with fewer a style is not requested. */
const membersLeast = 4;

/** Mean squared error of two drawings, pixel by pixel, below which they are one: of 400 pairs 21 are below, most by far, and none is up to 2.5 times as far. */
const differsFrom = 1e-4;

const renderCommand = "npm run render-styles in server/pretrain/data";

/** A variant, or a made-up style of several variants. */
export const styleOf = ({ variant }: StyleDrawing): string => variant.split("@").at(-1)!;
/** Equal for all variants of one thing. */
export const thingOf = ({ family, base }: Pick<StyleDrawing, "family" | "base">): string => `${family}|${base}`;
/** Names a drawing, in whatever row it was rendered. */
const keyOf = ({ variant, base }: StyleDrawing): string => `${variant}|${base}`;
/** A number of 32 bits that follows from a drawing's name. */
export const numberOf = (drawing: StyleDrawing): number => Number.parseInt(sha256Of(keyOf(drawing)).slice(0, 8), 16);
export const isReal = ({ isProcedural, isColour }: StyleDrawing): boolean => !isProcedural && !isColour;

export class StyleDrawings {
  readonly all: readonly StyleDrawing[];
  /** SHA-256 of the index. */
  readonly digest: string;
  readonly #pixels: ImagePixels;
  readonly #byThing: ReadonlyMap<string, readonly StyleDrawing[]>;
  readonly #byStyle: ReadonlyMap<string, readonly StyleDrawing[]>;

  private constructor(all: readonly StyleDrawing[], pixels: ImagePixels) {
    this.all = all;
    this.digest = pixels.digest;
    this.#pixels = pixels;
    this.#byThing = grouped(all, thingOf);
    this.#byStyle = grouped(all, styleOf);
  }

  /** @throws AppError `dataset_invalid` where there are none */
  static async open(folder: string, sizePx: number): Promise<StyleDrawings> {
    const path = join(folder, "index.jsonl");
    const text = await readFile(path, "utf8").catch((cause: unknown) => {
      const expected = `the index of rendered styles (${renderCommand})`;
      throw new AppError("dataset_invalid", `${path}: expected ${expected}, got no readable file`, { cause });
    });
    const { size } = await stat(join(folder, "images.rgba"));
    const count = Math.floor(size / (4 * sizePx * sizePx));
    const pixels = await openImagePixels({ folder, digest: sha256Of(text), count, sizePx });
    const lines = text.trim().split("\n");
    const all = lines.map((line, at) => parse(line, `${path}:${at + 1}`)).filter(({ row }) => row < count);
    return new StyleDrawings(
      all.sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1)),
      pixels,
    );
  }

  /** Premultiplied planes [4, size, size]. */
  read = ({ row }: StyleDrawing): Promise<Float32Array> => this.#pixels.read(row, 1);

  close = (): Promise<void> => this.#pixels.close();

  /** Other drawings of the same thing in real variants of the family. */
  sourcesOf(target: StyleDrawing): StyleDrawing[] {
    const things = this.#byThing.get(thingOf(target)) ?? [];
    return things.filter(({ variant, isProcedural }) => variant !== target.variant && !isProcedural);
  }

  /** All drawings of a drawing's style. */
  membersOf = (drawing: StyleDrawing): readonly StyleDrawing[] => this.#byStyle.get(styleOf(drawing)) ?? [];

  /** Up to `most` drawings of a drawing's style that show another thing, at random; mostly the same for all of a style, so that codes are read once. */
  examplesOf(drawing: StyleDrawing, most: number, seed: number): StyleDrawing[] {
    return shuffled(this.membersOf(drawing), seed)
      .filter(({ base }) => base !== drawing.base)
      .slice(0, most);
  }

  /** As `pairs`, without those whose source and target are one drawing: there is nothing to restyle, and nothing is nearer to it. */
  async differingPairs(isWanted: (target: StyleDrawing) => boolean, limit: number, seed: number): Promise<Pair[]> {
    const found: Pair[] = [];
    for (const pair of this.pairs(isWanted, Number.POSITIVE_INFINITY, seed)) {
      if (found.length === limit) break;
      const source = (await this.read(pair.source)).slice();
      if (meanSquaredError(source, await this.read(pair.target)) >= differsFrom) found.push(pair);
    }
    return found;
  }

  /** Up to `limit` pairs whose target is wanted, at random. */
  pairs(isWanted: (target: StyleDrawing) => boolean, limit: number, seed: number): Pair[] {
    const targets = this.all.filter(
      (one) => isWanted(one) && this.membersOf(one).length >= membersLeast && this.sourcesOf(one).length > 0,
    );
    return shuffled(targets, seed)
      .slice(0, limit)
      .map((target) => ({ target, source: shuffled(this.sourcesOf(target), seed, target)[0]! }));
  }
}

/**
 * In an order that the seed fixes, by a hash of each name: the rows in which drawings were rendered do not matter, and a drawing that comes or
 * goes moves no other.
 * @param beside for which they are chosen, where each has an order of its own
 */
export function shuffled(drawings: readonly StyleDrawing[], seed: number, beside?: StyleDrawing): StyleDrawing[] {
  const prefix = `${seed}|${beside ? keyOf(beside) : ""}|`;
  return drawings
    .map((drawing) => ({ drawing, hash: sha256Of(prefix + keyOf(drawing)) }))
    .sort((one, other) => (one.hash < other.hash ? -1 : 1))
    .map(({ drawing }) => drawing);
}

export function grouped<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return groups;
}

function parse(line: string, where: string): StyleDrawing {
  try {
    return DrawingSchema.parse(JSON.parse(line));
  } catch (cause) {
    throw new AppError("dataset_invalid", `${where}: expected a rendered drawing, got "${line.slice(0, 40)}"`, {
      cause,
    });
  }
}
