/** The background that the images of a folder share: estimated where there is one, and drawings composited on it, pixel by pixel. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ImagePixels } from "../../../server/training/dataset/image-set.ts";
import { type Colour, estimateBackground } from "../../../server/training/transfer/background-template.ts";
import { compositeOn, highestContrast } from "../../../server/training/transfer/composite.ts";
import { near } from "../../fixtures/near.ts";

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
  estimateBackground(folderOf(pictures), rows);

/** Things of four places and sizes within [10, 8, 22, 20]. */
const things = [
  block(10, 8, 14, 20, white),
  block(18, 8, 22, 20, white),
  block(10, 8, 22, 12, white),
  block(10, 16, 22, 20, white),
];
const discColours = [red, blue, yellow, red];
const onDiscs = things.map((thing, index) => picture(disc(discColours[index]!), thing));

describe("the background of a folder", () => {
  const where = { left: 10, top: 8, right: 22, bottom: 20 };

  it("the background of a folder is the disc that all things lie on, with its colours, and the place where they stand", async () => {
    const { empty, box } = (await groundIn(onDiscs))!;
    assert.deepEqual(box, where);
    for (const [index, { colour, planes }] of empty.entries()) {
      assert.deepEqual(colour, discColours[index]);
      near(planes, [...picture(disc(colour))]);
    }
  });

  it("the background of a folder is a tile where images fill the square in one colour", async () => {
    const tile = (colour: Colour): Paint => block(0, 0, sizePx, sizePx, colour);
    const { empty, box } = (await groundIn(things.map((thing, index) => picture(tile(discColours[index]!), thing))))!;
    assert.deepEqual(box, where);
    for (const { colour, planes } of empty) near(planes, [...picture(tile(colour))]);
  });

  it("the background of a folder has its soft edge, outline and shadow, which are no things", async () => {
    const far = (x: number, y: number): number => Math.hypot(x - 15.5, y - 15.5);
    const soft =
      (colour: Colour, radius: number): Paint =>
      (x, y) => {
        const alpha = Math.min(1, Math.max(0, radius + 0.5 - far(x, y)));
        return alpha > 0 ? [...colour, alpha] : undefined;
      };
    const outline: Paint = (x, y) => (far(x, y) <= 13.5 && far(x, y) > 12.4 ? [0.2, 0.2, 0.2, 1] : undefined);
    const shadow: Paint = (x, y) => (far(x, y) < 15.8 ? [0, 0, 0, 0.4] : undefined);
    for (const layersOf of [
      (colour: Colour) => [soft(colour, 13.3)],
      (colour: Colour) => [soft(colour, 13.3), outline],
      (colour: Colour) => [shadow, disc13(colour)],
    ]) {
      const pictures = things.map((thing, index) => picture(...layersOf(discColours[index]!), thing));
      const { empty, box } = (await groundIn(pictures))!;
      assert.deepEqual(box, where);
      for (const [index, { planes }] of empty.entries()) near(planes, [...picture(...layersOf(discColours[index]!))]);
    }
  });

  it("the background of a folder is nothing where things stand free, however much alike their styleMeans are", async () => {
    const arms = [
      block(0, 8, 7, 24, red),
      block(25, 8, 32, 24, red),
      block(8, 0, 24, 7, blue),
      block(8, 25, 24, 32, blue),
    ];
    for (const pictures of [
      things.map((thing) => picture(thing)),
      arms.map((arm, index) => picture(arm, block(7, 7, 25, 25, white), block(8 + index, 8, 16 + index, 24, red))),
    ])
      assert.deepEqual((await groundIn(pictures))?.empty, []);
    assert.deepEqual((await groundIn(things.map((thing) => picture(thing))))!.box, where);
  });

  it("the background of a folder is not there where images fill the square, or a shape that all have, with something else each time", async () => {
    assert.equal(await groundIn([1, 2, 3, 4, 5].map((seed) => picture(noise(seed)))), undefined);
    const round: Paint = (x, y) => (Math.hypot(x - 15.5, y - 15.5) < 15 ? undefined : [0, 0, 0, 0]);
    assert.equal(await groundIn([1, 2, 3, 4, 5].map((seed) => picture(noise(seed), round))), undefined);
  });

  it("the background of a folder forgives one image in five without it, not two in four, and looks at the rows that it is given alone", async () => {
    const coloursOf = async (...from: Parameters<typeof groundIn>) =>
      (await groundIn(...from))?.empty.map(({ colour }) => colour);
    const strange = picture(noise(1));
    assert.deepEqual(await coloursOf([...onDiscs, strange]), discColours);
    assert.deepEqual((await coloursOf([onDiscs[0]!, onDiscs[1]!, strange, picture(noise(2))])) ?? [], []);
    assert.deepEqual(await coloursOf([strange, ...onDiscs, picture(noise(2))], [1, 2, 3, 4]), discColours);
  });
});

function disc13(colour: Colour): Paint {
  return (x, y) => (Math.hypot(x - 15.5, y - 15.5) < 13.3 ? [...colour, 1] : undefined);
}

describe("a composited drawing", async () => {
  const ground = (await groundIn(onDiscs))!;
  const on = (colour: Colour) => ground.empty.find((empty) => empty.colour.join() === colour.join())!;
  const at = (planes: Float32Array, x: number, y: number): number[] =>
    [0, 1, 2, 3].map((channel) => planes[channel * pixels + y * sizePx + x]!);

  it("a composited drawing is shrunk into the place of things, in proportion, and lies in its middle", () => {
    // 24 × 12 from (2, 10), so 12 × 6 from (10, 11).
    const result = compositeOn(ground, picture(block(2, 10, 26, 22, white)), on(blue));
    near(result, [...picture(disc(blue), block(10, 11, 22, 17, white))]);
  });

  it("a composited drawing keeps its size where it is smaller than that place", () => {
    const result = compositeOn(ground, picture(block(0, 0, 4, 2, white)), on(red));
    near(result, [...picture(disc(red), block(14, 13, 18, 15, white))]);
  });

  it("a composited drawing lets the ground shine through what is half transparent, and is all there is where there is no ground", () => {
    const half = picture((x, y) => (x >= 4 && x < 28 && y >= 4 && y < 28 ? [1, 1, 1, 0.5] : undefined));
    near(at(compositeOn(ground, half, on(red)), 16, 14), [1, 0.5, 0.5, 1]);
    near(at(compositeOn(ground, half, undefined), 16, 14), [0.5, 0.5, 0.5, 0.5]);
    near(at(compositeOn(ground, half, undefined), 4, 16), [0, 0, 0, 0]);
    near(compositeOn(ground, new Float32Array(4 * pixels), on(red)), [...picture(disc(red))]);
  });

  it("a composited drawing stays within what can be shown where a decoder gives more colour than opacity", () => {
    const glowing = picture(block(0, 0, 32, 32, white)).map((value, index) => (index < 3 * pixels ? value : 0.3));
    assert.ok(compositeOn(ground, glowing, on(yellow)).every((value) => value <= 1));
  });

  it("a composited drawing gets the ground that it stands out from", () => {
    const drawing = picture(block(4, 4, 28, 28, red), block(4, 4, 28, 10, blue));
    assert.deepEqual(highestContrast(drawing, [on(red), on(blue), on(yellow)])?.colour, yellow);
    assert.deepEqual(highestContrast(drawing, [on(red), on(blue)])?.colour, blue);
    assert.equal(highestContrast(drawing, []), undefined);
  });
});
