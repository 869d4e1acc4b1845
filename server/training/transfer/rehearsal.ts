/**
 * Rehearsal: rows of an earlier set are trained beside a new set, so that a flow that learns little new data keeps what it knew
 * (Robins 1995, "Catastrophic forgetting, rehearsal and pseudorehearsal"; the rehearsed rows may come from the network's own
 * memory).
 */

import { joinRows } from "../../engine/join-rows.ts";
import type { ConditionTable, TrainingSet } from "../../flow/training-set.ts";
import type { VectorTable } from "../../flow/vector-table.ts";

/**
 * The rows of `set`, followed by the training rows of `other` as rehearsed rows. Both are encoded by the same experts; neither
 * is changed.
 */
export function withRehearsal(set: TrainingSet, other: TrainingSet): TrainingSet {
  const rows = set.latents.length / set.dims;
  return {
    ...set,
    latents: joinRows([set.latents, other.latents]),
    conditions: set.conditions.map((condition, at) => joinedTables(condition, other.conditions[at]!)),
    rehearsedRows: other.trainRows.map((row) => rows + row),
  };
}

function joinedTables(first: ConditionTable, second: ConditionTable): ConditionTable {
  const entries = entriesOf(first.table);
  return {
    ...first,
    table: joinedVectors(first.table, second.table),
    options: [...first.options, ...second.options.map((options) => options.map((entry) => entries + entry))],
  };
}

const entriesOf = (table: VectorTable): number =>
  table.kind === "dense" ? table.values.length / table.dims : table.places.length / table.perEntry;

function joinedVectors(first: VectorTable, second: VectorTable): VectorTable {
  if (first.kind === "dense" && second.kind === "dense")
    return { ...first, values: joinRows([first.values, second.values]) };
  if (first.kind === "ones" && second.kind === "ones") {
    const places = new Uint16Array(first.places.length + second.places.length);
    places.set(first.places);
    places.set(second.places, first.places.length);
    return { ...first, places };
  }
  throw new TypeError(`rehearsal: expected tables of one kind, got ${first.kind} and ${second.kind}`);
}
