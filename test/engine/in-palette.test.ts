/** Layered pictures in given colours. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inPalette } from "../../server/engine/pixels/in-palette.ts";
import { drawLayers, type LayeredImage, paintValues } from "../../server/engine/pixels/layered-image.ts";
import { toStraightRgba } from "../../server/engine/pixels/pixels.ts";
import { hexOf } from "../../shared/colour/oklab.ts";

const sizePx = 32;
type Paint = readonly [red: number, green: number, blue: number, alpha: number];

/** Layers of paints; `layerAt` says which one a pixel is of, 0 = nothing. */
function layered(paints: readonly Paint[], layerAt: (x: number, y: number) => number): LayeredImage {
  const logits = new Float32Array((paints.length + 1) * sizePx ** 2);
  for (let at = 0; at < sizePx ** 2; at += 1)
    logits[layerAt(at % sizePx, Math.floor(at / sizePx)) * sizePx ** 2 + at] = 9;
  const all = new Float32Array(paints.length * paintValues);
  for (const [layer, paint] of paints.entries()) all.set(paint, layer * paintValues);
  return { logits, paints: all, sizePx };
}

/** Opaque colours with the pixels that they have. */
function coloursOf(image: LayeredImage, factor = 1): Map<string, number> {
  const { rgba } = toStraightRgba(drawLayers(image, factor), factor * sizePx);
  const counts = new Map<string, number>();
  for (let at = 0; at < rgba.length; at += 4) {
    if (rgba[at + 3]! < 250) continue;
    const hex = hexOf((rgba[at]! << 16) | (rgba[at + 1]! << 8) | rgba[at + 2]!);
    counts.set(hex, (counts.get(hex) ?? 0) + 1);
  }
  return counts;
}

const [navy, cream, orange] = ["#0b2545", "#f7f7ff", "#ff6b35"] as const;
const [dark, light, shade]: readonly Paint[] = [
  [0.1, 0.1, 0.1, 1],
  [0.9, 0.9, 0.9, 1],
  [0.82, 0.85, 0.9, 1],
];
/** A light square with a dark border of 4 pixels. */
const framed = (x: number, y: number): number => {
  const inside = Math.min(x, y, sizePx - 1 - x, sizePx - 1 - y);
  return inside < 2 ? 0 : inside < 6 ? 1 : 2;
};

describe("a layered picture in given colours", () => {
  it("where two parts win single pixels by turns, the one that has more of the surroundings gets them all", () => {
    const picture = layered([dark!, light!], framed);
    const isMixed = (x: number, y: number): boolean => Math.min(x, y, 31 - x, 31 - y) >= 11;
    for (let at = 0; at < sizePx ** 2; at += 1) {
      const [x, y] = [at % sizePx, Math.floor(at / sizePx)];
      if (isMixed(x, y)) picture.logits[sizePx ** 2 + at] = (x + y) % 2 === 0 ? 9.2 : 7.5;
    }
    const { rgba } = toStraightRgba(drawLayers(inPalette(picture, [navy, cream]), 1), sizePx);
    for (let at = 0; at < sizePx ** 2; at += 1)
      if (isMixed(at % sizePx, Math.floor(at / sizePx)))
        assert.ok(rgba[4 * at]! > 200, `${at}: ${rgba.slice(4 * at, 4 * at + 4)}`);
  });

  it("each part gets one of the given colours as it is, what is dark the darker one in whatever order, at every size", () => {
    const picture = layered([dark!, light!], framed);
    for (const colours of [
      [navy, cream],
      [cream, navy],
    ])
      for (const factor of [1, 2]) {
        const counts = coloursOf(inPalette(picture, colours), factor);
        assert.ok(counts.get(cream)! > 0.7 * (20 * factor) ** 2, String([...counts]));
        const exact = counts.get(navy)! + counts.get(cream)!;
        const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
        assert.ok(exact >= (factor === 1 ? all : 0.8 * all), `${exact} of ${all}`);
      }
  });

  it("layers of like colours are one part, and with fewer colours than parts the nearest parts share one", () => {
    const alike = layered([dark!, light!, shade!], (x, y) => (framed(x, y) === 2 && x > 15 ? 3 : framed(x, y)));
    assert.deepEqual([...coloursOf(inPalette(alike, [navy, cream, orange])).keys()].sort(), [navy, cream].sort());
    const red: Paint = [0.9, 0.3, 0.2, 1];
    const three = layered([dark!, light!, red], (x, y) => (framed(x, y) === 2 && x > 15 ? 3 : framed(x, y)));
    const inThree = coloursOf(inPalette(three, [navy, cream, orange]));
    assert.deepEqual([...inThree.keys()].sort(), [navy, cream, orange].sort());
    assert.equal(coloursOf(inPalette(three, [navy, cream])).size, 2);
  });

  it("a part that is nowhere thicker than an edge gets no colour of its own", () => {
    const edged = layered([dark!, light!, [0.5, 0.5, 0.55, 1]], (x, y) => {
      const inside = Math.min(x, y, sizePx - 1 - x, sizePx - 1 - y);
      return inside === 6 ? 3 : framed(x, y);
    });
    assert.deepEqual([...coloursOf(inPalette(edged, [navy, orange, cream])).keys()].sort(), [navy, cream].sort());
  });

  it("one colour paints a drawing of one colour, tints as thin as they were, and leaves one of several as it is", () => {
    const tinted = layered([[0.1, 0.1, 0.1, 0.4]], (x, y) => Math.min(1, framed(x, y)));
    const planes = drawLayers(inPalette(tinted, [orange]), 1);
    const middle = (sizePx / 2) * (sizePx + 1);
    const at = (channel: number): number => planes[channel * sizePx ** 2 + middle]!;
    assert.ok(Math.abs(at(3) - 0.4) < 0.01, String(at(3)));
    assert.ok(Math.abs(at(0) / at(3) - 1) < 0.01 && Math.abs(at(2) / at(3) - 0x35 / 255) < 0.01);
    const several = layered([dark!, light!], framed);
    assert.equal(inPalette(several, [orange]), several);
  });
});
