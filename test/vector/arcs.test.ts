/** Arcs between lines go along the points that they are fitted to. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { distanceOf } from "../../server/engine/outlines/polyline.ts";
import { arcBetween } from "../../server/vector/curves/arcs.ts";
import type { Point } from "../../shared/vectors/vector-path.ts";

it("a few points between lines that bend the other way are no arc around a whole circle", () => {
  // Of the end of a gap in an icon: the points turn left, the lines beside them right.
  const points: Point[] = [
    [177.55, 95.64],
    [177.17, 95.05],
    [176.79, 94.46],
    [176.39, 93.89],
  ];
  const [before, after]: readonly Point[] = [
    [-0.7322, -0.6811],
    [-0.3694, -0.9293],
  ];
  assert.equal(arcBetween({ points, before, after, room: [12.3, 6.3] }, 0.554), undefined);
});

it("most of a circle is an arc, where its points go around", () => {
  const points = Array.from({ length: 50 }, (_, at): Point => [20 * Math.cos(at / 10), 20 * Math.sin(at / 10)]);
  const arc = arcBetween({ points, room: [0, 0] }, 0.5);
  assert.ok(distanceOf(arc!.segments.at(-1)!.to, points.at(-1)!) < 1e-6);
});
