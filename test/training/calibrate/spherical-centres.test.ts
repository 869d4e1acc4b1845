/** Spherical k-means: finds groups that are there, gives unit vectors, the same each time. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { distanceToCentres, distanceToLearned } from "../../../server/engine/calibration.ts";
import { dot, lengthOf } from "../../../server/engine/edits/sphere.ts";
import { TrainingRandom } from "../../../server/flow/random.ts";
import { sphericalCentres } from "../../../server/training/calibrate/spherical-centres.ts";

const dims = 6;

/** Vectors of various lengths close to the axes, `each` an axis. */
function groups(axes: number, each: number): Float32Array[] {
  const random = new TrainingRandom(3, 0, "evaluation");
  return Array.from({ length: axes * each }, (_, index) => {
    const vector = random.fillNormal(new Float32Array(dims), 0.03);
    vector[index % axes]! += 1;
    return vector.map((value) => value * (0.5 + (index % 3)));
  });
}

const rowsOf = (centres: Float32Array): Float32Array[] =>
  Array.from({ length: centres.length / dims }, (_, row) => centres.subarray(row * dims, (row + 1) * dims));

describe("spherical centres", () => {
  it("spherical centres of one group are its direction, whatever the lengths", () => {
    const vectors = groups(1, 40);
    const [centre] = rowsOf(sphericalCentres(vectors, 1));
    assert.ok(Math.abs(lengthOf(centre!) - 1) < 1e-6, `${lengthOf(centre!)}`);
    const sum = vectors.reduce((all, vector) => all.map((value, axis) => value + vector[axis]!));
    for (const [axis, value] of centre!.entries()) assert.ok(Math.abs(value - sum[axis]! / lengthOf(sum)) < 1e-5);
  });

  it("spherical centres cover every group, unit vectors all, the same each time", () => {
    const vectors = groups(4, 50);
    const centres = sphericalCentres(vectors, 12);
    assert.deepEqual(sphericalCentres(vectors, 12), centres);
    for (const centre of rowsOf(centres)) assert.ok(Math.abs(lengthOf(centre) - 1) < 1e-5);
    for (const vector of vectors) {
      const cosine = Math.max(...rowsOf(centres).map((centre) => dot(vector, centre) / lengthOf(vector)));
      assert.ok(cosine > 0.98, `${cosine}`);
    }
  });

  it("spherical centres leave no vector closer to another centre than the one whose group made it, once settled", () => {
    // Two groups and two centres that both begin in one of them still end apart or in the middle of what they hold.
    const vectors = groups(2, 30);
    const [first, second] = rowsOf(sphericalCentres(vectors, 2)) as [Float32Array, Float32Array];
    for (const centre of [first, second]) {
      const own = vectors.filter((vector) => dot(vector, centre) >= dot(vector, centre === first ? second : first));
      const sum = own.reduce((all, vector) => all.map((value, axis) => value + vector[axis]!), new Float32Array(dims));
      assert.ok(own.length === 0 || dot(sum, centre) / lengthOf(sum) > 0.999);
    }
  });

  it("spherical centres stay numbers where vectors of zeros are among them, which count as far from everything", () => {
    const vectors = [...groups(2, 8), ...Array.from({ length: 8 }, () => new Float32Array(dims))];
    for (const count of [1, 6, 24]) {
      const centres = sphericalCentres(vectors, count);
      assert.ok(centres.every(Number.isFinite), `${count}`);
      assert.equal(distanceToCentres(new Float32Array(dims), centres), 1);
      assert.ok(distanceToCentres(vectors[0]!, centres) < 1);
    }
  });

  it("spherical centres count a vector longer than usual as farther, a shorter one as no nearer, and no length where none was learned", () => {
    const centres = sphericalCentres(groups(3, 8), 3);
    const vector = groups(1, 1)[0]!;
    const usual = lengthOf(vector);
    const scoreOf = (factor: number, length?: number) =>
      distanceToLearned(
        vector.map((value) => factor * value),
        { centres, length },
      );
    const plain = distanceToCentres(vector, centres);
    assert.ok(Math.abs(scoreOf(1, usual) - plain) < 1e-5);
    assert.ok(Math.abs(scoreOf(0.5, usual) - plain) < 1e-5);
    assert.ok(Math.abs(scoreOf(2, usual) - plain - 2 * Math.log(2)) < 1e-5);
    assert.ok(Math.abs(scoreOf(2) - plain) < 1e-5);
  });

  it("spherical centres take vectors themselves where there are as many centres", () => {
    const vectors = groups(3, 1);
    const centres = rowsOf(sphericalCentres(vectors, 3));
    for (const vector of vectors)
      assert.ok(centres.some((centre) => dot(vector, centre) / lengthOf(vector) > 1 - 1e-6));
  });
});
