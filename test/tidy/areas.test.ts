/** Layouts as areas: cells with smooth borders, and pictures with the colours and the places that they have. */
import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import { channelsOfHex } from "../../server/engine/pixels/hex-colour.ts";
import { decodeFitted } from "../../server/images/codec.ts";
import { drawnAreas } from "../../server/tidy/areas/draw-areas.ts";
import { drawnCells } from "../../server/tidy/areas/draw-cells.ts";
import { usualLayout } from "../../shared/contract/usual-layout.ts";
import { cellsOf, house, slope } from "./cells.ts";

const sizePx = 128;
const palette = usualLayout.palette.map(({ hex }) => hex);
const hexOf = (id: string): string => usualLayout.palette.find((colour) => colour.id === id)!.hex;

const drawn = (labels: readonly number[], liveArea?: number): Float32Array =>
  drawnCells({ ...usualLayout, palette, labels }, sizePx, liveArea)!;
const alphaOf = (planes: Float32Array): Float32Array => planes.subarray(3 * sizePx ** 2);

async function picture(shapes: string, liveArea?: number): Promise<Float32Array> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256" viewBox="0 0 16 16">${shapes}</svg>`;
  const planes = await decodeFitted(await sharp(Buffer.from(svg)).png().toBuffer(), sizePx);
  return drawnAreas({ planes, sizePx }, palette, sizePx, liveArea)!;
}

/** Straight colour of a point in shares of the side; undefined where nothing is. */
function colourAt(planes: Float32Array, x: number, y: number): number[] | undefined {
  const at = Math.floor(y * sizePx) * sizePx + Math.floor(x * sizePx);
  const alpha = alphaOf(planes)[at]!;
  return alpha < 0.5 ? undefined : [0, 1, 2].map((channel) => planes[channel * sizePx ** 2 + at]! / alpha);
}

function assertColour(planes: Float32Array, [x, y]: readonly [number, number], id: string | undefined): void {
  const found = colourAt(planes, x, y);
  if (id === undefined) {
    assert.equal(found, undefined, `${x} ${y}`);
    return;
  }
  const wanted = channelsOfHex(hexOf(id));
  const off = Math.max(...wanted.map((value, channel) => Math.abs(value - (found?.[channel] ?? 9))));
  assert.ok(off < 0.02, `${x} ${y}: expected ${id}, got ${found}`);
}

/** The longer side of what is drawn, of the picture's. */
function extentOf(planes: Float32Array): number {
  const inked = [...alphaOf(planes).keys()].filter((at) => alphaOf(planes)[at]! >= 0.5);
  const spread = (places: readonly number[]): number => Math.max(...places) - Math.min(...places) + 1;
  return Math.max(spread(inked.map((at) => at % sizePx)), spread(inked.map((at) => Math.floor(at / sizePx)))) / sizePx;
}

/** Where the ink of each column begins, in pixels and parts of them, from above. */
const topsOf = (planes: Float32Array, columns: readonly number[]): number[] =>
  columns.map((x) => {
    let empty = 0;
    for (let y = 0; y < sizePx && alphaOf(planes)[y * sizePx + x]! < 1; y += 1)
      empty += 1 - alphaOf(planes)[y * sizePx + x]!;
    return empty;
  });

/** How far points lie off the straight line between the first and the last, at most. */
const bendOf = (heights: readonly number[]): number =>
  Math.max(
    ...heights.map((height, at) => {
      const share = at / (heights.length - 1);
      return Math.abs(height - (1 - share) * heights[0]! - share * heights.at(-1)!);
    }),
  );

test("cells keep their colours and their places", () => {
  const planes = drawn(house, 1);
  for (const [x, y, id] of [
    [0.5, 0.2, "red"],
    [0.1, 0.46, "red"],
    [0.2, 0.6, "yellow"],
    [0.31, 0.69, "black"],
    [0.62, 0.85, "brown"],
    [0.03, 0.8, undefined],
    [0.1, 0.1, undefined],
  ] as const)
    assertColour(planes, [x, y], id);
  assert.ok(Math.abs(extentOf(planes) - 1) < 0.02);
  assert.ok(Math.abs(extentOf(drawn(house, 0.75)) - 0.75) < 0.02);
});

test("stairs become a slope, and what was straight stays so, with round corners", () => {
  const planes = drawn(slope, 1);
  const stairs = topsOf(
    planes,
    Array.from({ length: 55 }, (_, at) => 40 + at),
  );
  assert.ok(bendOf(stairs) < 1, `${bendOf(stairs)} px off a slope; a stair's half step is 8`);
  const square = drawn(cellsOf(...Array.from({ length: 8 }, () => "rrrrrrrr")), 1);
  assert.equal(
    bendOf(
      topsOf(
        square,
        Array.from({ length: 100 }, (_, at) => 14 + at),
      ),
    ),
    0,
  );
  assert.equal(alphaOf(square)[0], 0);
});

test("a cell alone is a dot, and nearly an ellipse is one", () => {
  const rows = ["..yyyy..", ".yyyyyy.", "yyyyyyyy", "yyyyyyyy", "yyyyyyyy", "yyyyyyyy", ".yyyyyy.", "..yyyy.."];
  for (const labels of [
    cellsOf("........", "..r.....", ...Array.from({ length: 6 }, () => "........")),
    cellsOf(...rows),
  ]) {
    const alpha = alphaOf(drawn(labels, 0.8));
    const off = alpha.map((share, at) => {
      const far = Math.hypot((at % sizePx) + 0.5 - sizePx / 2, Math.floor(at / sizePx) + 0.5 - sizePx / 2);
      return Math.abs(share - Math.min(1, Math.max(0, 0.4 * sizePx - far + 0.5)));
    });
    assert.ok(off.filter((value) => value > 0.5).length < 8, `${off.filter((value) => value > 0.5).length} pixels`);
  }
});

test("edges are soft in the pixels that they run through alone", () => {
  const soft = alphaOf(drawn(house, 1)).filter((share) => share > 0 && share < 1).length;
  assert.ok(soft > 0 && soft < 5 * sizePx, `${soft} of the pixels around a house of four sides and a roof`);
});

test("the areas of a picture keep colours and proportions, as large as is wanted, in the middle", async () => {
  const [red, brown] = [hexOf("red"), hexOf("brown")];
  const planes = await picture(
    `<rect x="2" y="3" width="4" height="2" fill="${red}"/><rect x="3" y="5" width="2" height="2" fill="${brown}"/>`,
    0.5,
  );
  assert.ok(Math.abs(extentOf(planes) - 0.5) < 0.02);
  for (const [x, y, id] of [
    [0.3, 0.3, "red"],
    [0.7, 0.45, "red"],
    [0.5, 0.7, "brown"],
    [0.3, 0.7, undefined],
    [0.5, 0.2, undefined],
  ] as const)
    assertColour(planes, [x, y], id);
  const mixed = alphaOf(planes).filter((share) => share > 0 && share < 1).length;
  assert.ok(mixed < 200, `${mixed} soft pixels of edges three times as large`);
});

test("gradients become flat, and of a photo a palette makes a few areas", async () => {
  const gradient = await picture(
    '<defs><linearGradient id="a"><stop stop-color="#2f6fdb"/><stop offset="1" stop-color="#4f8fff"/></linearGradient></defs><circle cx="8" cy="8" r="7" fill="url(#a)"/>',
  );
  assert.deepEqual(colourAt(gradient, 0.3, 0.5), colourAt(gradient, 0.7, 0.5));
  const bytes = await sharp("docs/examples/wren.png").resize(sizePx, sizePx).png().toBuffer();
  const photo = drawnAreas({ planes: await decodeFitted(bytes, sizePx), sizePx }, palette, sizePx)!;
  const counts = new Map<string, number>();
  const opaque = [...alphaOf(photo).keys()].filter((at) => alphaOf(photo)[at] === 1);
  for (const at of opaque) {
    const key = [0, 1, 2].map((channel) => photo[channel * sizePx ** 2 + at]!.toFixed(3)).join(" ");
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const largest = [...counts.values()].sort((one, other) => other - one).slice(0, palette.length);
  const flat = largest.reduce((sum, count) => sum + count, 0) / opaque.length;
  assert.ok(counts.size > 1 && flat > 0.7, `${flat} of the photo in ${counts.size} colours`);
});

test("without a cell or an area nothing is drawn", () => {
  assert.equal(drawnCells({ ...usualLayout, palette, labels: new Array(64).fill(0) }, sizePx), undefined);
  assert.equal(drawnAreas({ planes: new Float32Array(4 * 16 ** 2), sizePx: 16 }, palette, sizePx), undefined);
});

test("marks too small for areas are drawn, and faint areas as they look on white, in the size of all of them", async () => {
  const dots = await picture(
    '<rect x="1" y="8" width=".25" height=".25" fill="#f00"/><rect x="12" y="8" width=".25" height=".25" fill="#f00"/>',
  );
  assert.ok(
    alphaOf(dots).some((alpha) => alpha >= 0.5),
    "nothing is drawn",
  );
  const faint = '<rect x="2" y="2" width="12" height="12" fill="#2f6fdb" opacity=".4"/>';
  const doored = await picture(`${faint}<rect x="7" y="9" width="2" height="5" fill="#7d4b32"/>`);
  assert.ok(extentOf(doored) < 0.9, `${extentOf(doored)}`);
  const [red, green, blue] = colourAt(doored, 0.25, 0.25)!;
  const off = [
    red! - (0.4 * 47 + 0.6 * 255) / 255,
    green! - (0.4 * 111 + 0.6 * 255) / 255,
    blue! - (0.4 * 219 + 0.6 * 255) / 255,
  ];
  assert.ok(
    off.every((one) => Math.abs(one) < 0.02),
    `${off}`,
  );
});
