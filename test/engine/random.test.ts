/** The seeded residual: Philox against its published vectors, normals against stored values and against chance. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { imageSeed, normals, philox4x32 } from "../../server/engine/random.ts";

const hex = (words: readonly number[]): string => words.map((word) => word.toString(16).padStart(8, "0")).join(" ");
const all = 0xffffffff;

describe("Philox4x32-10", () => {
  it("Philox4x32-10 gives the published known answers (Random123, kat_vectors)", () => {
    assert.equal(hex(philox4x32([0, 0, 0, 0], [0, 0])), "6627e8d5 e169c58d bc57ac4c 9b00dbd8");
    assert.equal(hex(philox4x32([all, all, all, all], [all, all])), "408f276d 41c83b0e a20bc7c6 6d5451fd");
    assert.equal(
      hex(philox4x32([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])),
      "d16cfe09 94fdcceb 5001e420 24126ea1",
    );
  });

  it("Philox4x32-10 agrees with the same rounds in 64-bit integers", () => {
    const word = fc.integer({ min: 0, max: all });
    const wide = (counter: bigint[], key: bigint[]): bigint[] => {
      const mask = 0xffffffffn;
      let [c0, c1, c2, c3] = counter as [bigint, bigint, bigint, bigint];
      let [k0, k1] = key as [bigint, bigint];
      for (let round = 0; round < 10; round += 1) {
        const [a, b] = [0xd2511f53n * c0, 0xcd9e8d57n * c2];
        [c0, c1, c2, c3] = [(b >> 32n) ^ c1 ^ k0, b & mask, (a >> 32n) ^ c3 ^ k1, a & mask];
        k0 = (k0 + 0x9e3779b9n) & mask;
        k1 = (k1 + 0xbb67ae85n) & mask;
      }
      return [c0, c1, c2, c3];
    };
    fc.assert(
      fc.property(fc.tuple(word, word, word, word), fc.tuple(word, word), (counter, key) => {
        assert.deepEqual(philox4x32(counter, key).map(BigInt), wide(counter.map(BigInt), key.map(BigInt)));
      }),
      { seed: 20261125, numRuns: 300 },
    );
  });
});

describe("normals", () => {
  it("normals are the same for ever", () => {
    const expected = [0.0757446, 0.5887353, 0.5068528, 0.5885575];
    const got = normals(7, 1, 4);
    for (const [index, value] of expected.entries()) assert.ok(Math.abs(got[index]! - value) < 1e-6, `${[...got]}`);
  });

  it("normals are standard: mean 0, variance 1, a 2 % share beyond 2.326", () => {
    const values = normals(123, 1, 200_000);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    const tails = values.filter((value) => Math.abs(value) > 2.3263).length / values.length;
    assert.ok(
      Math.abs(mean) < 0.01 && Math.abs(variance - 1) < 0.02 && Math.abs(tails - 0.02) < 0.002,
      `${mean} ${variance} ${tails}`,
    );
  });

  it("normals begin alike whatever the count, and differ by seed and stream", () => {
    assert.deepEqual(normals(5, 1, 7), normals(5, 1, 100).slice(0, 7));
    assert.notDeepEqual(normals(5, 1, 8), normals(6, 1, 8));
    assert.notDeepEqual(normals(5, 1, 8), normals(5, 2, 8));
  });

  it("normals take consecutive seeds for the images of a request, wrapping at 2^32", () => {
    assert.equal(imageSeed(41, 1), 42);
    assert.equal(imageSeed(all, 1), 0);
  });
});
