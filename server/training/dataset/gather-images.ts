/**
 * Selects the entries of a retrieval index (server/retrieval/retrieval-index.ts) from the latents of drawn training images: one
 * for each label and style, then at most five a label that serve every style. Measures how similar two styles draw the same
 * labels.
 */
import { AppError } from "../../../shared/problem.ts";
import { dot } from "../../engine/edits/sphere.ts";
import { meanRow } from "../../platform/mean-row.ts";
import type { IndexContent, IndexEntry } from "../../retrieval/index-file.ts";
import type { ImageItem } from "./image-set.ts";

export interface IndexSource {
  readonly items: readonly ImageItem[];
  /** Posterior means of all items, [items, dims]. */
  readonly latents: Float32Array;
  readonly dims: number;
  /** Ids of labels and styles, in the order of their vocabularies. */
  readonly labels: readonly string[];
  readonly styles: readonly string[];
}

export type GatheredEntries = Pick<IndexContent, "styles" | "labels" | "styleMeans" | "entries" | "affinities"> & {
  /** Latents minus the mean of their style, in the order of the entries. */
  readonly values: readonly Float32Array[];
};

/** Two styles with fewer common labels get similarity 0. */
const sharedMin = 20;
/**
 * Log-weight of an entry per unit of similarity. At 24, a style that is 0.1 more similar weighs eleven times as much; averaging
 * over many styles would blur. At 12 and 36 the results are further from held-out drawings by features, or equally near
 * (server/pretrain/NOTES.md).
 */
const inverseTemperature = 24;
/** Most entries of a label: more of them hardly improve the best match of each style, and they make the pack larger. */
const perLabelMax = 5;

export function gatherEntries(source: IndexSource): GatheredEntries {
  const { latents, dims, labels, styles } = source;
  const drawn = drawnItems(source);
  const meanOf = (rows: readonly number[]): Float32Array => meanRow(latents, dims, rows);
  const means = new Map([...rowsBy(drawn, ({ style }) => style)].map(([style, rows]) => [style, meanOf(rows)]));
  const drawings = rowsBy(drawn, keyOf);
  const all = labels.flatMap((concept, label) =>
    styles.flatMap((id, style) => {
      const rows = drawings.get(keyOf({ concept, style: id }));
      const mean = means.get(id)!;
      return rows ? [{ label, style, value: meanOf(rows).map((of, axis) => of - mean[axis]!) }] : [];
    }),
  );
  const affinities = similarityOfStyles(all, styles.length).map((value) => inverseTemperature * value);
  const kept = labels.flatMap((_, label) =>
    facilityLocationSubset(
      all.filter((entry) => entry.label === label),
      affinities,
      styles.length,
    ),
  );
  const none = new Float32Array(dims);
  const overallMean = drawn.length > 0 ? meanOf(drawn.map(({ row }) => row)) : none;
  const meanRows = [...styles.map((style) => means.get(style) ?? none), overallMean];
  return {
    labels,
    styles,
    styleMeans: Float32Array.from(meanRows.flatMap((row) => [...row])),
    entries: kept.map(({ label, style }) => ({ label, style })),
    values: kept.map(({ value }) => value),
    affinities,
  };
}

interface Found extends IndexEntry {
  readonly value: Float32Array;
}

/** The rows of the set that each entry is the mean of. */
export function rowsOfEntries(
  source: Pick<IndexSource, "items" | "styles" | "labels">,
  entries: readonly IndexEntry[],
): Array<readonly number[]> {
  const drawings = rowsBy(drawnItems(source), keyOf);
  return entries.map(({ label, style }) => {
    const [concept, id] = [source.labels[label]!, source.styles[style]!];
    const rows = drawings.get(keyOf({ concept, style: id }));
    if (!rows)
      throw new AppError("dataset_invalid", `retrieval index: expected a drawing of ${concept} in ${id}, got none`);
    return rows;
  });
}

const drawnItems = ({ items, styles }: Pick<IndexSource, "items" | "styles">): ImageItem[] =>
  items.filter(
    ({ split, augmentedFrom, style }) => split === "train" && augmentedFrom === undefined && styles.includes(style),
  );

const keyOf = ({ concept, style }: Pick<ImageItem, "concept" | "style">): string => JSON.stringify([concept, style]);

/** Groups the rows of the items by key. */
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

/** Mean cosine of two styles' entries of the same label, [styles, styles]; 0 with fewer than `sharedMin` common labels. */
function similarityOfStyles(entries: readonly Found[], count: number): Float32Array {
  const [sums, shared] = [new Float32Array(count * count), new Float32Array(count * count)];
  const lengths = entries.map(({ value }) => Math.hypot(...value) || 1);
  for (let first = 0; first < entries.length; first += 1)
    // The entries of a label are consecutive.
    for (let second = first + 1; entries[second]?.label === entries[first]!.label; second += 1) {
      const [a, b] = [entries[first]!, entries[second]!];
      const cosine = dot(a.value, b.value) / (lengths[first]! * lengths[second]!);
      for (const at of [a.style * count + b.style, b.style * count + a.style]) {
        sums[at]! += cosine;
        shared[at]! += 1;
      }
    }
  return sums.map((sum, at) => (shared[at]! >= sharedMin ? sum / shared[at]! : 0));
}

/**
 * Selects the entries of a label that give every style its best match: greedy facility location, which adds the entry with the
 * largest gain summed over styles (Nemhauser, Wolsey, Fisher 1978). Keeps their order.
 */
function facilityLocationSubset(entries: readonly Found[], affinities: Float32Array, styles: number): readonly Found[] {
  if (entries.length <= perLabelMax) return entries;
  const kept = new Set<Found>();
  const best = new Float32Array(styles).fill(Number.NEGATIVE_INFINITY);
  // A style's own entry does not count: what it drew itself is left to the flow.
  const utility = (style: number, entry: Found): number =>
    entry.style === style ? Number.NEGATIVE_INFINITY : Math.exp(affinities[style * styles + entry.style]!);
  while (kept.size < perLabelMax) {
    const gain = (entry: Found): number =>
      best.reduce((sum, value, style) => sum + Math.max(0, utility(style, entry) - Math.max(0, value)), 0);
    const left = entries.filter((entry) => !kept.has(entry));
    const next = left.reduce((a, b) => (gain(b) > gain(a) ? b : a));
    kept.add(next);
    for (const [style, value] of best.entries()) best[style] = Math.max(value, utility(style, next));
  }
  return entries.filter((entry) => kept.has(entry));
}
