/** Drawings of sets with padding of their own, rendered as large as those of the requested style. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { boxOfInk, longerSide, sizesOf } from "../../server/engine/live-area.ts";
import { renderSvg } from "../../server/images/codec.ts";
import { alphasInLiveArea, renderInLiveArea } from "../../server/images/in-live-area.ts";
import { meanDifference } from "../../server/platform/mean-difference.ts";

const sizePx = 96;
const svgOf = (viewBox: string, body: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${viewBox}" width="128" height="128">${body}</svg>`;
/** A rectangle in the usual grid of 24, given by its edges. */
const boxed = (left: number, top: number, right: number, bottom: number): string =>
  svgOf("0 0 24 24", `<path d="M${left} ${top}H${right}V${bottom}H${left}z"/>`);

const shareOf = (planes: Float32Array): number => longerSide(boxOfInk({ planes, sizePx })!) / sizePx;
const shareIn = async (svg: string, own?: number, wanted?: number): Promise<number> =>
  shareOf(await renderInLiveArea(svg, sizePx, { own, wanted }));
const isNear = (value: number, expected: number): void =>
  assert.ok(Math.abs(value - expected) <= 1.5 / sizePx, `expected ${expected}, got ${value}`);

describe("a drawing in a style's live area", () => {
  it("is as large as the style's icons, whatever padding its set leaves", async () => {
    isNear(await shareIn(boxed(0, 0, 24, 24), 1, 0.75), 0.75);
    isNear(await shareIn(boxed(4, 4, 20, 20), 2 / 3, 0.75), 0.75);
    isNear(await shareIn(svgOf("-8 -8 16 16", '<circle r="8"/>'), 1, 0.75), 0.75);
  });

  it("stays small beside others of its set where it is small there", async () => {
    isNear(await shareIn(boxed(9, 6, 15, 18), 1, 0.75), 0.375);
  });

  it("does not reach further than others where it does so in its set", async () => {
    isNear(await shareIn(boxed(0, 6, 24, 18), 0.75, 0.75), 0.81);
  });

  it("is as even as keylines where another drew the style: squares no larger, what is a little small larger, and small signs as small", async () => {
    const evened = async (svg: string): Promise<number> =>
      shareOf(await renderInLiveArea(svg, sizePx, { own: 0.75, wanted: 0.75, isEvened: true }));
    isNear(await evened(boxed(1, 1, 23, 23)), 0.75);
    isNear(await evened(boxed(1, 6, 23, 18)), 0.81);
    isNear(await evened(boxed(4.5, 4.5, 19.5, 19.5)), 0.9 * 0.75);
    isNear(await evened(boxed(6, 6, 18, 18)), 0.5);
  });

  it("is whole where it lies beside the middle", async () => {
    const planes = await renderInLiveArea(boxed(1, 8, 9, 16), sizePx, { own: 0.6, wanted: 0.84 });
    const { left, right } = boxOfInk({ planes, sizePx })!;
    assert.equal(left, 2);
    isNear((right - left) / sizePx, (0.96 * 12) / 11 / 3);
  });

  it("is as its set has it where a live area is unknown, nearly the same, or nothing is drawn", async () => {
    const svg = boxed(1, 1, 23, 23);
    const plain = await renderSvg(svg, sizePx);
    for (const [own, wanted] of [
      [undefined, 0.8],
      [0.8, undefined],
      [0.9, 0.91],
    ] as const)
      assert.deepEqual(await renderInLiveArea(svg, sizePx, { own, wanted }), plain);
    const nothing = svgOf("0 0 24 24", '<path fill="none" d="M0 0h24v24z"/>');
    assert.deepEqual(
      await renderInLiveArea(nothing, sizePx, { own: 1, wanted: 0.8 }),
      new Float32Array(4 * sizePx ** 2),
    );
  });
});

describe("the alpha of a drawing in a style's live area, for a comparison", () => {
  const alphasOf = async (svg: string, own?: number, wanted?: number): Promise<Float32Array> =>
    (await renderInLiveArea(svg, 32, { own, wanted })).slice(3 * 32 ** 2);

  it("is nearly as it is rendered there, larger and smaller", async () => {
    const svg = boxed(5, 8, 13, 16);
    for (const [own, wanted] of [
      [0.6, 0.84],
      [1, 0.75],
    ] as const) {
      const [rendered, asItIs] = [await alphasOf(svg, own, wanted), await alphasOf(svg)];
      const resampled = await alphasInLiveArea(svg, 32, { own, wanted });
      assert.ok(meanDifference(rendered, resampled) < meanDifference(rendered, asItIs) / 2);
    }
  });

  it("is the drawing's own where a live area is unknown", async () => {
    const svg = boxed(5, 8, 13, 16);
    assert.deepEqual(await alphasInLiveArea(svg, 32, { own: undefined, wanted: 0.75 }), await alphasOf(svg));
  });
});

describe("the live area of drawings", () => {
  const drawn = (svgs: readonly string[]) =>
    Promise.all(svgs.map(async (svg) => ({ planes: await renderSvg(svg, sizePx), sizePx })));

  it("is what most of them take, small ones and one that reaches further aside", async () => {
    const usual = Array.from({ length: 5 }, () => boxed(2, 4, 22, 20));
    const sizes = sizesOf(await drawn([...usual, boxed(10, 8, 14, 16), boxed(9, 9, 15, 15), boxed(0, 0, 24, 24)]));
    isNear(sizes!.liveArea, 20 / 24);
    isNear(sizes!.largest, 1);
  });

  it("is unknown of two drawings, and of such that show nothing", async () => {
    assert.equal(sizesOf(await drawn([boxed(2, 2, 22, 22), boxed(2, 2, 22, 22)])), undefined);
    const nothing = svgOf("0 0 24 24", '<path fill="none" d="M0 0h24v24z"/>');
    assert.equal(sizesOf(await drawn([nothing, nothing, nothing])), undefined);
  });
});
