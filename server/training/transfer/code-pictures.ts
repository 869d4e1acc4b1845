/** Quantizes the encoded pictures of an image set, by which retrieval finds entries (server/retrieval/quantized-codes.ts). */
import { type FlowConditionName, isPictureQuery } from "../../../shared/contract/conditions.ts";
import type { ConditionTable } from "../../flow/training-set.ts";
import type { VectorTable } from "../../flow/vector-table.ts";
import { meanRow } from "../../platform/mean-row.ts";
import { packNibbles, quantizeInt4 } from "../../retrieval/int4.ts";
import { classesMax, type QuantizedCodes } from "../../retrieval/quantized-codes.ts";

/**
 * One code an entry for each picture condition that retrieval searches by: the mean of its rows' vectors, or the label map of
 * its first row.
 * @param rows rows of each entry, at least one
 */
export function codePictures(
  conditions: readonly ConditionTable[],
  rows: readonly (readonly number[])[],
): Map<string, QuantizedCodes> {
  return new Map(
    conditions.flatMap(({ name, table }) => {
      const codes = isPictureQuery(name as FlowConditionName) ? codesOf(table, rows) : undefined;
      return codes ? [[name, codes]] : [];
    }),
  );
}

/** Undefined for label maps with too many classes for 4 bits, and for vectors of odd width. */
function codesOf(table: VectorTable, rows: readonly (readonly number[])[]): QuantizedCodes | undefined {
  const { dims } = table;
  if (table.kind === "dense") {
    if (dims % 2 !== 0) return undefined;
    const means = rows.map((of) => meanRow(table.values, dims, of));
    return { kind: "dense", dims, ...quantizeInt4(means, dims) };
  }
  const { places, perEntry: cells } = table;
  const classes = dims / cells;
  if (classes > classesMax || cells % 2 !== 0) return undefined;
  const classOf = (entry: number, cell: number): number => places[rows[entry]![0]! * cells + cell]! - cell * classes;
  return { kind: "cells", dims, cells, bytes: packNibbles(rows.length, cells, classOf) };
}
