/** The measure for early stopping and for published packs: mean nats per dimension over the held-out images. */
import { type Batch, createBatchBuffers, fillHeldOut, type HeldOutOptions, type TrainingSet } from "./training-set.ts";

/** Most held-out rows that are measured; more take time and change the third decimal. */
const heldOutLimit = 1024;

/** Rows of one evaluation run. */
export const evaluationBatch = (set: TrainingSet): number => Math.min(128, set.heldOutRows.length);

/** The measured held-out rows: whole batches, at most `heldOutLimit` rows. */
export function measuredRows(set: TrainingSet): Int32Array {
  const rows = evaluationBatch(set);
  return set.heldOutRows.slice(0, rows * Math.floor(Math.min(heldOutLimit, set.heldOutRows.length) / rows));
}

/**
 * Mean nats per dimension over the measured rows, given all conditions or a subset of them, the row's own or (`shift` > 0)
 * another image's.
 */
export async function heldOutNats(
  set: TrainingSet,
  evaluate: (batch: Batch) => Promise<Float32Array>,
  options: HeldOutOptions = {},
): Promise<number> {
  const rows = evaluationBatch(set);
  const batch = createBatchBuffers(set, rows);
  const measured = measuredRows(set);
  let sum = 0;
  for (let start = 0; start < measured.length; start += rows) {
    fillHeldOut(set, batch, measured.slice(start, start + rows), options);
    for (const nats of await evaluate(batch)) sum += nats;
  }
  return sum / measured.length;
}
