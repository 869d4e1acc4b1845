/**
 * One set of promises for every flow that ships, whatever wrote its graph: v → z → v comes back, a row does not depend on its neighbours or
 * on the run, and the likelihood is that of a change of variables: log |det| is that of a Jacobian found by differences. Where there are
 * too many dimensions for that, other tests stand in: default-pack.test.ts compares the flow of icons with one in double precision,
 * flow-conformance.test.ts any trained flow at a small size.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { ConditionBatches, Flow } from "../../server/engine/interfaces.ts";
import { normals } from "../../server/engine/random.ts";
import { createFlow } from "../../server/flow/flow-sessions.ts";
import { readFlowFile } from "../../server/flow/weights.ts";
import { Catalogue, packsHome } from "../../server/packs/catalogue.ts";
import { openFlow } from "../../server/packs/load-translations.ts";

/** Of values of the size of 1; weights are half precision. */
const sameWithin = 2e-3;
/** Beyond so many dimensions a Jacobian by differences takes long, and the 8-bit steps of activations show in the differences. */
const jacobianMost = 64;

interface Shipped {
  readonly name: string;
  readonly open: () => Promise<Flow & { dispose(): Promise<void> }>;
}

const { entries } = await Catalogue.open(packsHome());
const shipped: Shipped[] = entries.flatMap(({ folder, manifest }): Shipped[] => {
  const options = { provider: "cpu" as const, threads: 1 };
  const translations = manifest.translations.map((entry) => ({
    name: `${manifest.id}: ${entry.id}`,
    open: () => openFlow(folder, entry, manifest.experts, { ...options, label: entry.id }),
  }));
  const factors = Object.values(manifest.upscaler?.factors ?? {}).map(({ flow }) => ({
    name: `${manifest.id}: ${flow}`,
    open: async () => createFlow(readFlowFile(await readFile(join(folder, flow)), flow), { ...options, label: flow }),
  }));
  return [...translations, ...factors];
});

/** Conditions of each row, the same for all rows. */
function conditionsOf({ conditions }: Flow, rows: number): ConditionBatches {
  return Object.fromEntries(
    conditions.map(({ name, dims }, at) => {
      const values = new Float32Array(rows * dims);
      const one = normals(25, at + 1, dims).map((value) => 0.3 * value);
      for (let row = 0; row < rows; row += 1) values.set(one, row * dims);
      return [name, { values, present: new Float32Array(rows).fill(1) }];
    }),
  );
}

const largest = (one: Float32Array, other: Float32Array): number =>
  one.reduce((most, value, at) => Math.max(most, Math.abs(value - other[at]!)), 0);

/** log |det| of a square matrix by elimination with row exchanges. */
function logDetOf(matrix: Float64Array[], size: number): number {
  let sum = 0;
  for (let column = 0; column < size; column += 1) {
    let pivot = column;
    for (let row = column + 1; row < size; row += 1)
      if (Math.abs(matrix[row]![column]!) > Math.abs(matrix[pivot]![column]!)) pivot = row;
    [matrix[column], matrix[pivot]] = [matrix[pivot]!, matrix[column]!];
    const top = matrix[column]!;
    sum += Math.log(Math.abs(top[column]!));
    for (let row = column + 1; row < size; row += 1) {
      const factor = matrix[row]![column]! / top[column]!;
      if (factor === 0) continue;
      const below = matrix[row]!;
      for (let at = column; at < size; at += 1) below[at]! -= factor * top[at]!;
    }
  }
  return sum;
}

for (const { name, open } of shipped)
  describe(`the flow ${name}`, () => {
    let flow: Awaited<ReturnType<Shipped["open"]>>;
    before(async () => {
      flow = await open();
    });
    after(() => flow.dispose());

    // Goal Q2.
    it(`the flow ${name} brings v back from z, the same in every run and beside other rows`, async () => {
      const v = normals(7, 1, flow.dims).map((value) => 0.5 * value);
      const { values: z } = await flow.inverse(v, conditionsOf(flow, 1), 1);
      const { values: back } = await flow.forward(z, conditionsOf(flow, 1), 1);
      assert.ok(largest(back, v) < sameWithin * Math.max(1, Math.sqrt(flow.dims) / 4), `${largest(back, v)}`);
      assert.deepEqual((await flow.inverse(v, conditionsOf(flow, 1), 1)).values, z);
      const two = new Float32Array(2 * flow.dims);
      two.set(v);
      two.set(normals(8, 1, flow.dims), flow.dims);
      const beside = (await flow.inverse(two, conditionsOf(flow, 2), 2)).values.subarray(0, flow.dims);
      assert.ok(largest(beside, z) < 1e-4, `${largest(beside, z)}`);
    });

    it(`the flow ${name} has the likelihood of a change of variables`, async (context) => {
      const { dims } = flow;
      if (dims > jacobianMost) return context.skip(`${dims} dimensions are too many for differences`);
      const z = normals(9, 1, dims).map((value) => 0.5 * value);
      const { logDet } = await flow.forward(z, conditionsOf(flow, 1), 1);
      const step = 4e-3;
      const atOnce = Math.min(dims, 64);
      const jacobian = Array.from({ length: dims }, () => new Float64Array(dims));
      for (let from = 0; from < dims; from += atOnce) {
        const count = Math.min(atOnce, dims - from);
        const rows = new Float32Array(2 * count * dims);
        for (let at = 0; at < count; at += 1)
          for (const [side, sign] of [1, -1].entries()) {
            const row = 2 * at + side;
            rows.set(z, row * dims);
            rows[row * dims + from + at]! += sign * step;
          }
        const { values } = await flow.forward(rows, conditionsOf(flow, 2 * count), 2 * count);
        for (let at = 0; at < count; at += 1)
          for (let axis = 0; axis < dims; axis += 1)
            jacobian[axis]![from + at] =
              (values[2 * at * dims + axis]! - values[(2 * at + 1) * dims + axis]!) / (2 * step);
      }
      const found = logDetOf(jacobian, dims);
      assert.ok(Math.abs(found - logDet[0]!) < 0.01 * dims, `by differences ${found}, by the flow ${logDet[0]}`);
    });
  });
