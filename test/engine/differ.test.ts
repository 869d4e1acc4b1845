/** Choosing several that are good and differ: first the best, then by quality against the distance to what was chosen. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { chooseDifferent, onUnitScale } from "../../server/engine/differ.ts";

const at = (quality: number, ...latent: number[]) => ({ quality, latent: Float32Array.from(latent) });

test("the best comes first, and a worse one that differs before a better one that hardly does", () => {
  const from = [at(0.9, 0, 0), at(1, 0.1, 0), at(0.6, 5, 5), at(0.95, 0.1, 0.05)];
  assert.deepEqual(chooseDifferent(from, 2, 0.5), [1, 2]);
  assert.deepEqual(chooseDifferent(from, 3, 0), [1, 3, 0], "without weight of distance: by quality alone");
});

test("as many are chosen as there are, each once, whatever the numbers are (property)", () => {
  const number = fc.oneof(fc.double(), fc.constantFrom(0, 1, Number.NaN));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(number, number)),
      fc.nat(20),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (list, count, weight) => {
        const chosen = chooseDifferent(
          list.map(([quality, value]) => at(quality, value)),
          count,
          weight,
        );
        assert.equal(chosen.length, Math.min(count, list.length));
        assert.equal(new Set(chosen).size, chosen.length);
      },
    ),
    { seed: 7826, numRuns: 300 },
  );
});

test("values come on a scale from 0 to 1; equal ones are all 1", () => {
  assert.deepEqual(onUnitScale([-10, 30, 10]), [0, 1, 0.5]);
  assert.deepEqual(onUnitScale([4, 4]), [1, 1]);
});
