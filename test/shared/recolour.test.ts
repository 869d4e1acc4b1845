import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bitsOfLab, hexOf, labDistance, labOf, labOfHex } from "../../shared/colour/oklab.ts";
import { assignPalette, boundWithin, nearestColour } from "../../shared/colour/recolour.ts";

const hex = fc.integer({ min: 0, max: 0xffffff }).map(hexOf);

test("a colour goes to OKLab and back unchanged", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffff }), (bits) => {
      assert.equal(bitsOfLab(labOf(bits)), bits);
    }),
    { seed: 1 },
  );
});

test("a colour is bound to the nearest variable within the threshold, and to none beyond it", () => {
  const variables = ["#1d4ed8", "#dc2626", "#f8fafc"];
  assert.equal(nearestColour("#1e50d5", variables), 0);
  assert.equal(nearestColour("#16a34a", variables), undefined);
  assert.equal(nearestColour("#16a34a", variables, 2), variables.indexOf(nearest("#16a34a", variables)));
  fc.assert(
    fc.property(hex, fc.array(hex, { maxLength: 12 }), (own, others) => {
      const found = nearestColour(own, others);
      const distances = others.map((other) => labDistance(labOfHex(own), labOfHex(other)));
      if (found === undefined) assert.ok(distances.every((distance) => distance > boundWithin));
      else assert.equal(distances[found], Math.min(...distances));
    }),
    { seed: 2 },
  );
});

const nearest = (own: string, others: readonly string[]): string =>
  others.reduce((best, other) =>
    labDistance(labOfHex(own), labOfHex(other)) < labDistance(labOfHex(own), labOfHex(best)) ? other : best,
  );

test("colours that are in the palette keep their own", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(hex, {
        minLength: 2,
        maxLength: 6,
        comparator: (one, two) => labDistance(labOfHex(one), labOfHex(two)) < 0.1,
      }),
      (palette) => {
        const colours = palette.map((own, index) => ({ hex: own, share: 1 + index }));
        assert.deepEqual(
          assignPalette(colours, palette),
          palette.map((_, index) => index),
        );
      },
    ),
    { seed: 4, numRuns: 60 },
  );
});

test("an icon in two brand colours stays readable: what was darker stays darker, and no two neighbours become one", () => {
  const icon = [
    { hex: "#fde68a", share: 0.4 },
    { hex: "#92400e", share: 0.1 },
    { hex: "#f59e0b", share: 0.2 },
  ];
  const palette = ["#0b3954", "#bfd7ea", "#3e7cb1"];
  assert.deepEqual(
    assignPalette(icon, palette).map((index) => palette[index]),
    ["#bfd7ea", "#0b3954", "#3e7cb1"],
  );
  assert.deepEqual(assignPalette(icon, ["#123456"]), [0, 0, 0]);
});
