/** Lines that become tubes: outlined fills, where a style of several flat colours draws lines so. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { drawnInAreas } from "../../../server/engine/areas/drawn-in-areas.ts";
import { styleAreasOf } from "../../../server/engine/areas/style-areas.ts";
import { shapeOf } from "../../../server/engine/lines/shape.ts";
import { asTubes, tubesAmong } from "../../../server/engine/lines/tubes.ts";
import { channelsOfHex } from "../../../server/engine/pixels/hex-colour.ts";
import type { Ink } from "../../../server/engine/pixels/ink-colour.ts";
import { drawLayers } from "../../../server/engine/pixels/layered-image.ts";
import { styleInkOf } from "../../../server/engine/pixels/style-ink.ts";
import { usualInk } from "../../../server/engine/pixels/usual-ink.ts";
import { areasOfEntry, entryOfAreas } from "../../../server/experts/style-entries/areas-entry.ts";
import { box, disc, drawn, inks, type Layer, pixels, ring, sizePx } from "../drawn-layers.ts";

const ink = channelsOfHex(usualInk);
const { navy, red, sky } = inks;
const colourOf = (at: number): Ink => [red, sky][at % 2]!;
/** A circle, 9 px broad with its outlines of 2 px. */
const tube = (radius: number, fill: Ink) => drawn([ring(radius, 9), navy], [ring(radius, 5), fill]);
const body = (half: number, fill: Ink) =>
  drawn([box(32 - half, 26, 32 + half, 54), navy], [box(34 - half, 28, 30 + half, 52), fill]);
const bodies = [14, 16, 18, 20].map((half, at) => body(half, colourOf(at)));
const tubes = [12, 15, 18].map((radius, at) => tube(radius, colourOf(at)));
/** As broad bars, which enclose nothing. */
const bars = [16, 20, 24].map((half, at) =>
  drawn([box(32 - half, 27, 32 + half, 36), navy], [box(34 - half, 29, 30 + half, 34), colourOf(at)]),
);
const plain = [24, 28].map((half) => drawn([box(32 - half, 31, 32 + half, 33), navy]));
const alphasOf = ({ planes }: { readonly planes: Float32Array }): Float32Array => planes.subarray(3 * pixels);
const known = new Float32Array(pixels).fill(1);
const at = (planes: Float32Array, x: number, y: number): number[] =>
  [0, 1, 2, 3].map((channel) => planes[channel * pixels + y * sizePx + x]!);
const isNear = (got: readonly number[], wanted: readonly number[]): boolean =>
  wanted.every((value, place) => Math.abs(got[place]! - value) < 0.06);

/** A line drawing as the style draws it, where the flow's answer fills all that lines enclose. */
async function made(drawings: Parameters<typeof styleAreasOf>[0], ...layers: Layer[]): Promise<Float32Array> {
  const { planes } = drawn(...layers);
  const answer = drawn([disc(28), red]).planes;
  const style = areasOfEntry(entryOfAreas(styleAreasOf(drawings)!));
  const layered = await drawnInAreas({ planes, known }, sizePx, style, async () => answer);
  return drawLayers(layered!, 1);
}

describe("tubes", () => {
  it("a style has them where its lines have fills, and none where it has plain lines too", () => {
    for (const some of [bars, tubes]) {
      const { outline } = styleAreasOf([...bodies, ...some])!;
      assert.ok(Math.abs(outline!.tubes!.width * sizePx - 9) < 1.2, `${outline!.tubes!.width * sizePx}`);
      assert.equal(outline!.tubes!.isAll, some === tubes, "lines around areas are tubes where the style's are");
    }
    assert.equal(styleAreasOf([...bodies, ...tubes, ...plain])!.outline?.tubes, undefined);
    assert.equal(styleAreasOf(bodies)!.outline?.tubes, undefined);
    assert.equal(styleAreasOf([...tubes, ...tubes])!.outline?.tubes?.isAll, true);
  });

  it("a narrow colour between lines of another is a fill, no line, and such a style is drawn by areas", () => {
    const bar = (half: number, core: number) =>
      drawn([box(32 - half, 28, 32 + half, 36), navy], [box(35 - half, 32 - core, 29 + half, 32 + core), sky]);
    const lengths = [10, 14, 18, 20, 24, 26];
    const read = styleInkOf(lengths.map((half) => bar(half, 1)));
    assert.deepEqual([read.isOneInk, read.accents?.length], [true, 1], "two colours of lines");
    assert.equal(read.lines, undefined);
    assert.ok(Math.abs(read.areas!.outline!.tubes!.width * sizePx - 8) < 1);
    // Two such bars among lines of both colours say too little.
    const beside = (half: number) =>
      drawn([box(32 - half, 28, 32 + half, 31), navy], [box(32 - half, 33, 32 + half, 36), sky]);
    const mixed = styleInkOf([...lengths.map(beside), bar(20, 1), bar(24, 1)]);
    assert.deepEqual([mixed.isOneInk, mixed.areas], [true, undefined]);
    assert.ok(mixed.lines);
  });

  it("a broad bar without a fill of its own is none", () => {
    const broad = [20, 26].map((half) => ({
      alphas: alphasOf(drawn([box(32 - half, 28, 32 + half, 36), ink])),
      sizePx,
      isFilled: false,
    }));
    assert.equal(tubesAmong(broad, 2 / sizePx), undefined);
    const filled = broad.map((bar) => ({ ...bar, isFilled: true }));
    assert.ok(Math.abs(tubesAmong(filled, 2 / sizePx)!.width * sizePx - 8) < 1);
  });

  it("lines whose outlines close say nothing of a style", () => {
    const closed = [10, 14, 18, 22].map((radius) => ({
      alphas: alphasOf(drawn([ring(radius, 4), ink])),
      sizePx,
      isFilled: false,
    }));
    const open = [16, 20].map((radius) => ({
      alphas: alphasOf(drawn([ring(radius, 8), ink])),
      sizePx,
      isFilled: true,
    }));
    assert.ok(Math.abs(tubesAmong([...open, ...closed], 2 / sizePx)!.width * sizePx - 8) < 1);
    assert.equal(tubesAmong(closed, 2 / sizePx), undefined);
    // Of half that width they are plain lines.
    assert.equal(tubesAmong([...open, ...closed], 4 / sizePx), undefined);
  });

  it("a line becomes a fill between outlines, and what it encloses stays empty", async () => {
    const planes = await made([...bodies, ...tubes], [ring(18, 6), ink]);
    assert.ok(isNear(at(planes, 32, 32), [0, 0, 0, 0]), `${at(planes, 32, 32)}`);
    // Across the line: outline, fill, outline.
    assert.ok(
      [red, sky].some((fill) => isNear(at(planes, 50, 32), [...fill, 1])),
      `${at(planes, 50, 32)}`,
    );
    for (const x of [46, 53]) assert.ok(isNear(at(planes, x, 32), [...navy, 1]), `${x}: ${at(planes, x, 32)}`);
  });

  it("thin lines around areas stay outlines", async () => {
    const cross: Layer[] = [
      [ring(20, 2.5), ink],
      [box(31, 14, 33, 50), ink],
      [box(14, 31, 50, 33), ink],
    ];
    const planes = await made([...bodies, ...bars], ...cross);
    assert.ok(isNear(at(planes, 51, 32), [...navy, 1]), `${at(planes, 51, 32)}`);
    assert.ok(at(planes, 42, 24)[3]! > 0.9, "what they enclose is filled");
  });

  it("thin lines around areas are tubes where the style's lines around areas are", async () => {
    const planes = await made([...bodies, ...tubes], [ring(18, 3), ink]);
    assert.ok(
      [red, sky].some((fill) => isNear(at(planes, 50, 32), [...fill, 1])),
      `${at(planes, 50, 32)}`,
    );
    assert.ok(isNear(at(planes, 32, 32), [0, 0, 0, 0]), `${at(planes, 32, 32)}`);
  });

  it("a drawing that would reach beyond the picture gets smaller, unless its lines have too little room then", () => {
    const style = { width: 9 / sizePx, isAll: true, outline: 2 / sizePx };
    const frame = alphasOf(drawn([ring(29, 5), ink]));
    const got = asTubes(frame, sizePx, shapeOf(frame, sizePx), style)!;
    assert.ok(Math.abs(got.width * sizePx - 9) < 1.2, `${got.width * sizePx}`);
    assert.ok(got.alphas[32 * sizePx]! < 0.9, "it ends at the picture's border");
    assert.ok(got.alphas[32 * sizePx + 4]! > 0.9);
    const narrow = { ...style, outline: 5 / sizePx };
    assert.equal(asTubes(frame, sizePx, shapeOf(frame, sizePx), narrow), undefined);
  });
});
