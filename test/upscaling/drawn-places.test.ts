/** Where a picture is drawn. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { emptyPlanes, type Planes } from "../../server/upscaling/picture-planes.ts";
import { drawnWithin, findDrawnPlaces } from "../../server/upscaling/places/drawn-places.ts";

/** A grey picture of 8-bit levels. */
function pictureOf(widthPx: number, heightPx: number, levelAt: (x: number, y: number) => number): Planes {
  const picture = emptyPlanes(widthPx, heightPx);
  for (let at = 0; at < picture.data.length; at += 1) {
    const pixel = at % (widthPx * heightPx);
    picture.data[at] = 257 * Math.round(levelAt(pixel % widthPx, Math.floor(pixel / widthPx)));
  }
  return picture;
}
const shareOf = ({ blocks }: { blocks: Uint8Array }): number =>
  blocks.reduce((sum, block) => sum + block, 0) / blocks.length;

describe("drawn places", () => {
  it("flat areas with edges are drawn; a sky, a flat area without edges and texture are not", () => {
    const share = (levelAt: (x: number, y: number) => number): number =>
      shareOf(findDrawnPlaces(pictureOf(96, 80, levelAt)));
    assert.equal(
      share((x) => (Math.floor(x / 12) % 2 === 0 ? 40 : 200)),
      1,
    );
    assert.equal(
      share((x, y) => 120 + x / 9 + y / 7),
      0,
    );
    assert.equal(
      share(() => 255),
      0,
    );
    assert.equal(
      share((x, y) => 100 + ((37 * x + 91 * y) % 83)),
      0,
    );
    // Steps of five levels may be a sky's.
    assert.equal(
      share((x) => 100 + 5 * (Math.floor(x / 6) % 2)),
      0,
    );
    assert.equal(
      share((x) => 100 + 6 * (Math.floor(x / 6) % 2)),
      1,
    );
  });

  it("one colour is enough for a jump, and all colours must be equal in a run", () => {
    const plane = (levelAt: (x: number) => number) => pictureOf(64, 64, levelAt).data.slice(0, 64 * 64);
    const [steps, even, ramp] = [
      plane((x) => (Math.floor(x / 8) % 2 === 0 ? 40 : 200)),
      plane(() => 90),
      plane((x) => 30 + x),
    ];
    const share = (...colours: Uint16Array[]): number => {
      const data = new Uint16Array(3 * 64 * 64);
      for (const [channel, colour] of colours.entries()) data.set(colour, channel * 64 * 64);
      return shareOf(findDrawnPlaces({ data, widthPx: 64, heightPx: 64 }));
    };
    assert.equal(share(even, even, steps), 1);
    assert.equal(share(ramp, even, even), 0);
    // A run of equal colours in columns alone never jumps.
    assert.equal(share(steps, even, ramp), 0);
  });

  it("a drawing beside a photograph is drawn alone, and a box reads its places", () => {
    const picture = pictureOf(160, 50, (x, y) =>
      x < 80 ? (Math.floor(y / 6) % 2) * 90 + 60 : 120 + ((37 * x + 91 * y) % 83),
    );
    const places = findDrawnPlaces(picture);
    const whole = drawnWithin(places, { left: 0, top: 0, widthPx: 160, heightPx: 50 });
    for (let y = 0; y < 50; y += 1) {
      assert.ok(
        whole.slice(160 * y, 160 * y + 64).every((value) => value === 1),
        `row ${y}`,
      );
      assert.ok(
        whole.slice(160 * y + 104, 160 * (y + 1)).every((value) => value === 0),
        `row ${y}`,
      );
    }
    const box = { left: 61, top: 13, widthPx: 40, heightPx: 9 };
    const part = drawnWithin(places, box);
    for (let y = 0; y < box.heightPx; y += 1)
      assert.deepEqual(
        part.slice(box.widthPx * y, box.widthPx * (y + 1)),
        whole.slice(160 * (box.top + y) + box.left, 160 * (box.top + y) + box.left + box.widthPx),
      );
  });

  it("pictures of a few pixels have no drawn places, and none fails", () => {
    for (const [widthPx, heightPx] of [
      [1, 1],
      [2, 9],
      [9, 2],
    ] as const)
      assert.equal(shareOf(findDrawnPlaces(pictureOf(widthPx, heightPx, (x) => 200 * (x % 2)))), 0);
  });
});
