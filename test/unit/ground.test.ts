/** What the images of a folder lie on: found where they have something in common, and drawings laid on it, pixel by pixel. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Colour, clearest, groundOf, layOn } from "../../server/training/ground.ts";
import type { ImagePixels } from "../../server/training/image-set.ts";
import { near } from "../fixtures/near.ts";

const sizePx = 32;
const pixels = sizePx ** 2;
type Paint = (x: number, y: number) => readonly [number, number, number, number] | undefined;

/** Premultiplied planes; the last of `layers` that paints a pixel is what it shows. */
function picture(...layers: readonly Paint[]): Float32Array {
  const planes = new Float32Array(4 * pixels);
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const [x, y] = [pixel % sizePx, Math.floor(pixel / sizePx)];
    const painted = layers.map((paint) => paint(x, y)).findLast((value) => value !== undefined) ?? [0, 0, 0, 0];
    for (const [channel, value] of painted.entries())
      planes[channel * pixels + pixel] = channel < 3 ? value * painted[3]! : value;
  }
  return planes;
}

const [red, blue, yellow, white] = [
  [1, 0, 0],
  [0, 0, 1],
  [1, 1, 0],
  [1, 1, 1],
] as const satisfies readonly Colour[];
const disc =
  (colour: Colour): Paint =>
  (x, y) =>
    Math.hypot(x - 15.5, y - 15.5) < 15 ? [...colour, 1] : undefined;
const block =
  (left: number, top: number, right: number, bottom: number, colour: Colour): Paint =>
  (x, y) =>
    x >= left && x < right && y >= top && y < bottom ? [...colour, 1] : undefined;
const noise =
  (seed: number): Paint =>
  (x, y) =>
    [0, 1, 2, 3].map((channel) =>
      channel === 3 ? 1 : ((Math.imul(x + 31 * y + 977 * seed + 7 * channel, 2_654_435_761) >>> 8) % 256) / 255,
    ) as [number, number, number, number];

const folderOf = (pictures: readonly Float32Array[]): ImagePixels => ({
  folder: "",
  digest: "",
  count: pictures.length,
  sizePx,
  pixelsChangedMs: 0,
  read: async (start) => pictures[start]!.slice(),
  close: async () => {},
});
const groundIn = (pictures: readonly Float32Array[], rows = pictures.map((_, row) => row)) =>
  groundOf(folderOf(pictures), rows);

/** Things of four places and sizes within [10, 8, 22, 20]. */
const things = [
  block(10, 8, 14, 20, white),
  block(18, 8, 22, 20, white),
  block(10, 8, 22, 12, white),
  block(10, 16, 22, 20, white),
];
const discColours = [red, blue, yellow, red];
const onDiscs = things.map((thing, index) => picture(disc(discColours[index]!), thing));

describe("the ground of a folder", () => {
  it("is the disc that all things lie on, with its colours, and the place where they stand", async () => {
    const ground = (await groundIn(onDiscs))!;
    assert.deepEqual(ground.colours, discColours);
    assert.deepEqual(ground.box, { left: 10, top: 8, right: 22, bottom: 20 });
    const alone = picture(disc(red));
    assert.deepEqual(ground.coverage, alone.subarray(3 * pixels));
  });

  it("is a tile where images fill the square in one colour", async () => {
    const tile = (colour: Colour): Paint => block(0, 0, sizePx, sizePx, colour);
    const ground = (await groundIn(things.map((thing, index) => picture(tile(discColours[index]!), thing))))!;
    assert.deepEqual([ground.colours, ground.box], [discColours, { left: 10, top: 8, right: 22, bottom: 20 }]);
    assert.ok(ground.coverage.every((value) => value === 1));
  });

  it("is nothing where things stand free, however much alike their middles are", async () => {
    for (const pictures of [
      things.map((thing) => picture(thing)),
      things.map((thing, index) => picture(block(8, 8, 24, 24, discColours[index]!), noise(index), thing, outside)),
    ]) {
      const ground = (await groundIn(pictures))!;
      assert.equal(ground.colours.length, 0);
      assert.ok(ground.coverage.every((value) => value === 0));
    }
    const { box } = (await groundIn(things.map((thing) => picture(thing))))!;
    assert.deepEqual(box, { left: 10, top: 8, right: 22, bottom: 20 });
  });

  it("is not there where images fill the square with something else each time", async () => {
    assert.equal(await groundIn([1, 2, 3, 4, 5].map((seed) => picture(noise(seed)))), undefined);
  });

  it("forgives one image in five without it, not two in four, and looks at the rows that it is given alone", async () => {
    const strange = picture(noise(1));
    assert.deepEqual((await groundIn([...onDiscs, strange]))?.colours, discColours);
    assert.equal((await groundIn([onDiscs[0]!, onDiscs[1]!, strange, picture(noise(2))]))?.colours.length ?? 0, 0);
    assert.deepEqual((await groundIn([strange, ...onDiscs, picture(noise(2))], [1, 2, 3, 4]))?.colours, discColours);
  });
});

/** Leaves nothing outside a middle of 16 × 16. */
function outside(x: number, y: number): readonly [number, number, number, number] | undefined {
  return x < 8 || y < 8 || x >= 24 || y >= 24 ? [0, 0, 0, 0] : undefined;
}

describe("a drawing that is laid", async () => {
  const ground = (await groundIn(onDiscs))!;
  const laid = (drawing: Float32Array, colour: Colour | undefined) => layOn(ground, drawing, colour);
  const at = (planes: Float32Array, x: number, y: number): number[] =>
    [0, 1, 2, 3].map((channel) => planes[channel * pixels + y * sizePx + x]!);

  it("is shrunk into the place of things, in proportion, and lies in its middle", () => {
    // 24 × 12 from (2, 10), so 12 × 6 from (10, 11).
    const result = laid(picture(block(2, 10, 26, 22, white)), blue);
    const expected = picture(disc(blue), block(10, 11, 22, 17, white));
    near(result, [...expected]);
  });

  it("keeps its size where it is smaller than that place", () => {
    near(laid(picture(block(0, 0, 4, 2, white)), red), [...picture(disc(red), block(14, 13, 18, 15, white))]);
  });

  it("lets the ground shine through what is half transparent, and is all there is where there is no ground", () => {
    const half = picture((x, y) => (x >= 4 && x < 28 && y >= 4 && y < 28 ? [1, 1, 1, 0.5] : undefined));
    near(at(laid(half, red), 16, 14), [1, 0.5, 0.5, 1]);
    near(at(laid(half, undefined), 16, 14), [0.5, 0.5, 0.5, 0.5]);
    near(at(laid(half, undefined), 4, 16), [0, 0, 0, 0]);
    near(laid(new Float32Array(4 * pixels), red), [...picture(disc(red))]);
  });

  it("gets the colour that it stands out from", () => {
    const drawing = picture(block(4, 4, 28, 28, red), block(4, 4, 28, 10, blue));
    assert.deepEqual(clearest(drawing, [red, blue, yellow]), yellow);
    assert.deepEqual(clearest(drawing, [red, blue]), blue);
    assert.equal(clearest(drawing, []), undefined);
  });
});
