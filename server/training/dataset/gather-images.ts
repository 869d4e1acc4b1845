/**
 * Gathers examples (server/retrieval/retrieval-index.ts) from the latents of drawn training images: one for each label and style, as few a label as
 * serve every style, and how much alike two styles draw the same things.
 */
import { AppError } from "../../../shared/problem.ts";
import { dot } from "../../engine/sphere.ts";
import { meanRow } from "../../platform/mean-row.ts";
import type { IndexContent, IndexEntry } from "../../retrieval/index-file.ts";
import type { ImageItem } from "./image-set.ts";

export interface IndexSource {
  readonly items: readonly ImageItem[];
  /** Posterior means of all of them, [items, dims]. */
  readonly latents: Float32Array;
  readonly dims: number;
  /** Ids of labels and styles, in the order of their vocabularies. */
  readonly labels: readonly string[];
  readonly styles: readonly string[];
}

export type GatheredEntries = Pick<IndexContent, "styles" | "labels" | "styleMeans" | "entries" | "affinities"> & {
  /** Latents less their styles' middles, in the order of the examples. */
  readonly values: readonly Float32Array[];
};

/** Two styles that draw fewer labels in common count as neither alike nor unlike. */
const sharedMin = 20;
/**
 * Log-weight of an example for each unit of likeness. At 24, an example of a style that is 0.1 liker counts eleven times as much: a mean of
 * many is a blur. At 12 and 36 what comes out is further from and as near to held-out drawings by features (server/pretrain/NOTES.md).
 */
const inverseTemperature = 24;
/** Examples of a label at most: what further ones add to the likest that each style finds is little, and they fill the pack. */
const perLabelMax = 5;

export function gatherEntries(source: IndexSource): GatheredEntries {
  const { latents, dims, labels, styles } = source;
  const drawn = drawnItems(source);
  const meanOf = (rows: readonly number[]): Float32Array => meanRow(latents, dims, rows);
  const middles = new Map([...rowsBy(drawn, ({ style }) => style)].map(([style, rows]) => [style, meanOf(rows)]));
  const drawings = rowsBy(drawn, keyOf);
  const all = labels.flatMap((concept, label) =>
    styles.flatMap((id, style) => {
      const rows = drawings.get(keyOf({ concept, style: id }));
      const middle = middles.get(id)!;
      return rows ? [{ label, style, value: meanOf(rows).map((of, axis) => of - middle[axis]!) }] : [];
    }),
  );
  const affinities = likeness(all, styles.length).map((value) => inverseTemperature * value);
  const kept = labels.flatMap((_, label) =>
    facilityLocationSubset(
      all.filter((example) => example.label === label),
      affinities,
      styles.length,
    ),
  );
  const none = new Float32Array(dims);
  const everything = drawn.length > 0 ? meanOf(drawn.map(({ row }) => row)) : none;
  const middleRows = [...styles.map((style) => middles.get(style) ?? none), everything];
  return {
    labels,
    styles,
    styleMeans: Float32Array.from(middleRows.flatMap((row) => [...row])),
    entries: kept.map(({ label, style }) => ({ label, style })),
    values: kept.map(({ value }) => value),
    affinities,
  };
}

interface Found extends IndexEntry {
  readonly value: Float32Array;
}

/** Rows of the set that examples, which were gathered from it, are the means of. */
export function rowsOfEntries(
  source: Pick<IndexSource, "items" | "styles" | "labels">,
  examples: readonly IndexEntry[],
): Array<readonly number[]> {
  const drawings = rowsBy(drawnItems(source), keyOf);
  return examples.map(({ label, style }) => {
    const [concept, id] = [source.labels[label]!, source.styles[style]!];
    const rows = drawings.get(keyOf({ concept, style: id }));
    if (!rows) throw new AppError("dataset_invalid", `examples: expected a drawing of ${concept} in ${id}, got none`);
    return rows;
  });
}

const drawnItems = ({ items, styles }: Pick<IndexSource, "items" | "styles">): ImageItem[] =>
  items.filter(
    ({ split, augmentedFrom, style }) => split === "train" && augmentedFrom === undefined && styles.includes(style),
  );

const keyOf = ({ concept, style }: Pick<ImageItem, "concept" | "style">): string => JSON.stringify([concept, style]);

/** Rows of the items of each key. */
function rowsBy(items: readonly ImageItem[], keyOf: (item: ImageItem) => string): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  for (const item of items) {
    const key = keyOf(item);
    const of = rows.get(key) ?? [];
    rows.set(key, of);
    of.push(item.row);
  }
  return rows;
}

/** Mean cosine of two styles' examples of the same label, [styles, styles]; 0 where they share few. */
function likeness(examples: readonly Found[], count: number): Float32Array {
  const [sums, shared] = [new Float32Array(count * count), new Float32Array(count * count)];
  const lengths = examples.map(({ value }) => Math.hypot(...value) || 1);
  for (let first = 0; first < examples.length; first += 1)
    // Examples of a label follow one another.
    for (let second = first + 1; examples[second]?.label === examples[first]!.label; second += 1) {
      const [a, b] = [examples[first]!, examples[second]!];
      const cosine = dot(a.value, b.value) / (lengths[first]! * lengths[second]!);
      for (const at of [a.style * count + b.style, b.style * count + a.style]) {
        sums[at]! += cosine;
        shared[at]! += 1;
      }
    }
  return sums.map((sum, at) => (shared[at]! >= sharedMin ? sum / shared[at]! : 0));
}

/**
 * Of a label's examples those that leave every style the likest one it can have: each time the one that adds most to the sum over
 * styles (greedy choice of facilities, Nemhauser, Wolsey, Fisher 1978). In their order.
 */
function facilityLocationSubset(
  examples: readonly Found[],
  affinities: Float32Array,
  styles: number,
): readonly Found[] {
  if (examples.length <= perLabelMax) return examples;
  const kept = new Set<Found>();
  const best = new Float32Array(styles).fill(Number.NEGATIVE_INFINITY);
  // A style has no use for its own example.
  const worth = (asked: number, { style }: Found): number =>
    asked === style ? Number.NEGATIVE_INFINITY : Math.exp(affinities[asked * styles + style]!);
  while (kept.size < perLabelMax) {
    const gain = (example: Found): number =>
      best.reduce((sum, value, asked) => sum + Math.max(0, worth(asked, example) - Math.max(0, value)), 0);
    const left = examples.filter((example) => !kept.has(example));
    const next = left.reduce((a, b) => (gain(b) > gain(a) ? b : a));
    kept.add(next);
    for (const [asked, value] of best.entries()) best[asked] = Math.max(value, worth(asked, next));
  }
  return examples.filter((example) => kept.has(example));
}
