/**
 * The training set of a flow: latents and, for each condition, a table of encoded values and the entries of each image (an
 * image has several captions; one is drawn a step). The frozen experts encode it once; see server/training/.
 */
import { AppError } from "../../shared/problem.ts";
import { type NamedCondition, subsetSampler } from "./condition-subsets.ts";
import { TrainingRandom } from "./random.ts";
import { copyEntry, type VectorTable } from "./vector-table.ts";

export interface ConditionTable extends NamedCondition {
  readonly dims: number;
  readonly table: VectorTable;
  /**
   * The entries that describe each row of the set; the first one is the main caption. Plain arrays, because half a million
   * small typed arrays keep the garbage collector busy while the runtime needs the cores.
   */
  readonly options: ReadonlyArray<readonly number[]>;
}

export interface TrainingSet {
  readonly dims: number;
  /** Posterior means of z, [rows, dims]. */
  readonly latents: Float32Array;
  readonly posteriorStd: number;
  readonly conditions: readonly ConditionTable[];
  readonly trainRows: Int32Array;
  readonly heldOutRows: Int32Array;
  /** Rows mixed into the batches (`BatchOptions.rehearsed`), so that the flow does not forget them; absent = none. */
  readonly rehearsedRows?: Int32Array;
}

/** One batch; its buffers are reused from step to step. */
export interface Batch {
  readonly latents: Float32Array;
  readonly conditions: ReadonlyArray<{
    readonly name: string;
    readonly values: Float32Array;
    readonly present: Float32Array;
  }>;
}

export interface BatchOptions {
  readonly batch: number;
  /** Number of rows of a batch from `rehearsedRows`; the others are from `trainRows`. */
  readonly rehearsed: number;
  readonly seed: number;
  /** Share of draws that use the first caption: a name describes one shape, its tags and synonyms many. */
  readonly firstCaptionRate: number;
  /**
   * Standard deviation of the noise added to picture codes, in units of each value's own. With exact codes a network learns
   * which image it is instead of what it shows. Source: conditioning augmentation (Ho et al. 2022, arXiv 2106.15282).
   */
  readonly conditionNoise: number;
}

/** @throws AppError `dataset_invalid` when there is too little to train on or to hold out */
export function checkTrainingSet(
  set: TrainingSet,
  { batch, rehearsed }: Pick<BatchOptions, "batch" | "rehearsed">,
): void {
  const own = batch - rehearsed;
  if (set.trainRows.length < own || own < 1)
    throw new AppError(
      "dataset_invalid",
      `training set: expected at least one batch of ${own} images, got ${set.trainRows.length}`,
    );
  if (rehearsed > 0 && !set.rehearsedRows?.length)
    throw new AppError(
      "dataset_invalid",
      `training set: expected rehearsed rows for ${rehearsed} of each batch, got none`,
    );
  if (set.heldOutRows.length < 8)
    throw new AppError(
      "dataset_invalid",
      `training set: expected at least 8 held-out images for early stopping, got ${set.heldOutRows.length}`,
    );
}

export function createBatchBuffers(set: TrainingSet, batch: number): Batch {
  return {
    latents: new Float32Array(batch * set.dims),
    conditions: set.conditions.map(({ name, dims }) => ({
      name,
      values: new Float32Array(batch * dims),
      present: new Float32Array(batch),
    })),
  };
}

/** Draws training batches. A batch depends on (seed, step) alone, so resuming needs no state. */
export class BatchSampler {
  readonly #set: TrainingSet;
  readonly #options: BatchOptions;
  readonly #drawSubset: ReturnType<typeof subsetSampler>;
  #epoch = -1;
  #order: number[] = [];

  constructor(set: TrainingSet, options: BatchOptions) {
    this.#set = set;
    this.#options = options;
    this.#drawSubset = subsetSampler(set.conditions);
  }

  /** Rows of a batch without the rehearsed ones. */
  get #own(): number {
    return this.#options.batch - this.#options.rehearsed;
  }

  get stepsPerEpoch(): number {
    return Math.floor(this.#set.trainRows.length / this.#own);
  }

  /**
   * Fills `target` with the batch of `step`: each image once an epoch, then rehearsed rows at random; each time with a new
   * caption, new posterior noise and a new subset of conditions. Returns the drawn rows.
   */
  fill(target: Batch, step: number): Int32Array {
    const { seed, batch, firstCaptionRate } = this.#options;
    const own = this.#own;
    const epoch = Math.floor(step / this.stepsPerEpoch);
    if (epoch !== this.#epoch) {
      this.#order = new TrainingRandom(seed, epoch, "order").permutation(this.#set.trainRows.length);
      this.#epoch = epoch;
    }
    const start = (step % this.stepsPerEpoch) * own;
    const rehearsal = new TrainingRandom(seed, step, "rehearsal");
    const { trainRows, rehearsedRows = trainRows } = this.#set;
    const rows = Int32Array.from({ length: batch }, (_, index) =>
      index < own ? trainRows[this.#order[start + index]!]! : rehearsedRows[rehearsal.below(rehearsedRows.length)]!,
    );
    fillLatents(this.#set, target, rows, new TrainingRandom(seed, step, "posterior"));
    const random = new TrainingRandom(seed, step, "captions");
    const given = Array.from(rows, () => this.#drawSubset(random));
    fillConditions(this.#set, target, rows, (at, options, index) => {
      const isPlainest = random.uniform() < firstCaptionRate;
      const entry = random.below(options.length);
      if (!given[index]![at]) return -1;
      return isPlainest ? options[0]! : options[entry]!;
    });
    this.#addNoise(target, new TrainingRandom(seed, step, "conditions"));
    return rows;
  }

  #addNoise({ conditions }: Batch, random: TrainingRandom): void {
    const { conditionNoise, batch } = this.#options;
    if (conditionNoise === 0) return;
    for (const [at, { kind, dims, table }] of this.#set.conditions.entries()) {
      // Label maps have no values between two labels.
      if (kind !== "picture" || table.kind !== "dense") continue;
      const { values, present } = conditions[at]!;
      const noise = new Float32Array(dims);
      for (let row = 0; row < batch; row += 1) {
        if (present[row] === 0) continue;
        random.fillNormal(noise, conditionNoise / Math.sqrt(dims));
        for (const [axis, value] of noise.entries()) values[row * dims + axis]! += value;
      }
    }
  }
}

export interface HeldOutOptions {
  /** Pairs row i with the conditions of row i + shift, which measures the cost of ignoring conditions. */
  readonly shift?: number;
  /** Names of the given conditions; absent = all. */
  readonly given?: ReadonlySet<string>;
}

/** Fills `target` for evaluation: fixed noise, first caption. */
export function fillHeldOut(
  set: TrainingSet,
  target: Batch,
  rows: Int32Array,
  { shift = 0, given }: HeldOutOptions = {},
): void {
  fillLatents(set, target, rows, new TrainingRandom(0, rows[0]!, "evaluation"));
  const shifted = rows.map((_, index) => rows[(index + shift) % rows.length]!);
  const isGiven = set.conditions.map(({ name }) => given?.has(name) ?? true);
  fillConditions(set, target, shifted, (at, options) => (isGiven[at] ? options[0]! : -1));
}

function fillLatents(set: TrainingSet, target: Batch, rows: Int32Array, random: TrainingRandom): void {
  random.fillNormal(target.latents, set.posteriorStd);
  for (const [index, row] of rows.entries())
    for (let axis = 0; axis < set.dims; axis += 1)
      target.latents[index * set.dims + axis]! += set.latents[row * set.dims + axis]!;
}

/** Fills every condition `at` of every row `index` with the entry that `choose` returns; −1 = absent. */
function fillConditions(
  set: TrainingSet,
  target: Batch,
  rows: Int32Array,
  choose: (at: number, options: readonly number[], index: number) => number,
): void {
  for (const [at, { dims, table, options }] of set.conditions.entries()) {
    const { values, present } = target.conditions[at]!;
    for (const [index, row] of rows.entries()) {
      const candidates = options[row]!;
      const entry = candidates.length > 0 ? choose(at, candidates, index) : -1;
      present[index] = entry < 0 ? 0 : 1;
      if (entry < 0) values.fill(0, index * dims, (index + 1) * dims);
      else copyEntry(table, entry, values, index * dims);
    }
  }
}
