/** Styles drawn by hand: which are, how far they are read to stray, and answers that are bent as far. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bent } from "../../../server/engine/hand-drawn/bent.ts";
import { byHand } from "../../../server/engine/hand-drawn/by-hand.ts";
import { contoursOf } from "../../../server/engine/hand-drawn/contours.ts";
import { type Hand, handOf } from "../../../server/engine/hand-drawn/hand-of-style.ts";
import { countParts } from "../../../server/engine/lines/count-parts.ts";
import { drawLayers, type LayeredImage, oddsPerPx } from "../../../server/engine/pixels/layered-image.ts";
import { linesAndHand, styleInkOf } from "../../../server/engine/pixels/style-ink.ts";
import { inkOfStyle } from "../../../server/engine/read-in-ink.ts";
import { paint } from "../../../server/engine/translation.ts";
import { inInkOfMost } from "../../../server/training/style/style-icons.ts";

const sizePx = 128;
const pixels = sizePx ** 2;
type Box = readonly [left: number, top: number, right: number, bottom: number];

/** Outlines of boxes, of one width, in black on nothing. */
function boxes(width: number, ...all: readonly Box[]): LayeredImage {
  const odds = Float32Array.from({ length: pixels }, (_, at) => {
    const [x, y] = [(at % sizePx) + 0.5, Math.floor(at / sizePx) + 0.5];
    const inside = all.map(([left, top, right, bottom]) => {
      const within = Math.min(x - left, right - x, y - top, bottom - y);
      return width / 2 - Math.abs(within);
    });
    return oddsPerPx * Math.max(-4, ...inside);
  });
  const logits = new Float32Array(2 * pixels);
  logits.set(odds, pixels);
  return { logits, paints: Float32Array.of(0, 0, 0, 1, 0, 0, 0, 0, 0, 0), sizePx };
}

/** Eight drawings of a cabinet, each with its shelf elsewhere. */
const cabinets = Array.from({ length: 8 }, (_, at) =>
  boxes(6, [20, 14, 108, 114], [20, 40 + 5 * at, 108, 114], [50 + at, 14, 108, 40 + 5 * at]),
);
const shown = (images: readonly LayeredImage[]) => images.map((image) => ({ planes: drawLayers(image, 1), sizePx }));
const alphasOf = (images: readonly LayeredImage[]) =>
  shown(images).map(({ planes }) => ({ alphas: planes.subarray(3 * pixels), sizePx }));
const drawnBy = (hand: Hand): LayeredImage[] => cabinets.map((image, seed) => bent(image, hand, seed, 6 / sizePx));
const hand: Hand = { stray: 1.2 / 128, wave: 60 / 128, uneven: 0.16 };

test("edges of ink are found between pixels, with ink on one side", () => {
  const alphas = new Float32Array(16 ** 2);
  for (let y = 4; y < 12; y += 1) alphas.set([0.25, 1, 1, 1, 1, 1, 1, 0.5], 16 * y + 4);
  const [contour, ...others] = contoursOf(alphas, 16);
  assert.equal(others.length, 0);
  const across = contour!.filter((_, at) => at % 2 === 0);
  // In 128ths of the side: half of the ink begins two thirds of a pixel before the middle of the first full one, at 5.5.
  assert.ok(Math.abs(Math.min(...across) - 8 * (5.5 - 2 / 3)) < 0.01, `${Math.min(...across)}`);
  assert.ok(Math.abs(Math.max(...across) - 8 * 11.5) < 0.01, `${Math.max(...across)}`);
});

test("exact drawings are of no hand, also where they are slanted, round or of two widths", () => {
  assert.equal(handOf(alphasOf(cabinets)), undefined);
  const round = Array.from({ length: 8 }, (_, icon) => ({
    alphas: Float32Array.from({ length: pixels }, (_, at) => {
      const [x, y] = [(at % sizePx) - 64, Math.floor(at / sizePx) - 64];
      const ring = 3 - Math.abs(Math.hypot(x, y) - 40 - icon);
      const stroke = Math.min(2 - Math.abs(y - x / 4), 30 - Math.abs(x));
      return Math.min(1, Math.max(0, 0.5 + Math.max(ring, stroke)));
    }),
    sizePx,
  }));
  assert.equal(handOf(round), undefined);
  assert.equal(handOf(alphasOf(drawnBy(hand)).slice(0, 2)), undefined, "two drawings say too little");
});

test("how far a hand strays is read off its drawings, more of what strays more", () => {
  for (const stray of [0.6, 1.2, 2]) {
    const read = handOf(alphasOf(drawnBy({ ...hand, stray: stray / 128 })))!;
    assert.ok(read.stray * 128 > stray / 1.6 && read.stray * 128 < 1.6 * stray, `${stray} as ${read.stray * 128}`);
    assert.ok(read.uneven > 0.08 && read.uneven <= 0.2, `uneven ${read.uneven}`);
  }
  const waves = [30, 110].map((wave) => handOf(alphasOf(drawnBy({ ...hand, wave: wave / 128 })))!.wave * 128);
  assert.ok(waves[0]! < 60 && waves[1]! > 60, `${waves}`);
});

test("lines of a hand are lines, however uneven, and their width is read", () => {
  const { lines, hand: found } = linesAndHand(shown(drawnBy({ ...hand, uneven: 0.3 })), true);
  assert.ok(found);
  assert.equal(lines?.isAll, true);
  assert.ok(Math.abs(lines!.width! * 128 - 6) < 1, `${lines!.width! * 128}`);
});

test("fills that tremble are of a hand, but not once they were taken off a disc or a shadow", () => {
  const blocks = Array.from({ length: 8 }, (_, at) => {
    // So broad that nothing is left within.
    const solid = boxes(24, [36, 32 + at, 58 - at, 88], [72, 52 + 3 * at, 92, 96]);
    return bent(solid, { stray: 1.2 / 128, wave: 20 / 128, uneven: 0 }, at);
  });
  assert.ok(handOf(alphasOf(blocks)));
  const behind = (backOf: (ink: Float32Array, at: number) => number) =>
    alphasOf(blocks).map(({ alphas }, icon) => {
      const planes = Float32Array.from({ length: 4 * pixels }, (_, place) => {
        const ink = alphas[place % pixels]!;
        return Math.floor(place / pixels) % 2 === 0 ? (1 - ink) * backOf(alphas, place % pixels) : 0;
      });
      for (let at = 0; at < pixels; at += 1) planes[3 * pixels + at] = planes[at]! + alphas[at]!;
      return { kind: "image" as const, key: `behind ${icon}`, planes, sizePx };
    });
  const disc = behind((_, at) =>
    Math.min(1, Math.max(0, 64 - Math.hypot((at % 128) - 63.5, Math.floor(at / 128) - 63.5))),
  );
  const shadow = behind((ink, at) => (at % sizePx < 5 ? 0 : (ink[at - 5 * sizePx - 5] ?? 0)));
  for (const [icons, what] of [
    [disc, "ground"],
    [shadow, "shadows"],
  ] as const)
    for (const style of [styleInkOf(icons), inInkOfMost(icons).styleInk]) {
      assert.ok(style[what], what);
      assert.equal(style.hand, undefined, what);
    }
});

test("the same seed is the same hand and another one another, and lines stay whole and apart", () => {
  const grille = boxes(3, ...Array.from({ length: 12 }, (_, at): Box => [20 + 6 * at, 20, 20 + 6 * at, 108]));
  const strong: Hand = { stray: 2 / 128, wave: 40 / 128, uneven: 0.2 };
  const partsOf = (image: LayeredImage) => countParts(drawLayers(image, 1).subarray(3 * pixels), sizePx);
  for (const seed of [1, 2, 3]) {
    const drawn = bent(grille, strong, seed, 3 / 128);
    assert.deepEqual(drawn.logits, bent(grille, strong, seed, 3 / 128).logits);
    assert.notDeepEqual(drawn.logits, bent(grille, strong, seed + 1, 3 / 128).logits);
    assert.equal(partsOf(drawn).pieces, partsOf(grille).pieces);
  }
});

test("what strays already is not bent again, and nothing is where a part of a drawing is drawn anew", () => {
  const [clean, drawn] = [cabinets[0]!, drawnBy({ ...hand, stray: 2 / 128 })[0]!];
  const known = new Float32Array(64).fill(1);
  const given = (image: LayeredImage) => ({ planes: drawLayers(image, 1), known });
  assert.notEqual(byHand(clean, given(clean), { hand, seed: 1 }), clean);
  assert.equal(byHand(drawn, given(drawn), { hand, seed: 1 }), drawn);
  assert.equal(byHand(clean, { ...given(clean), known: known.with(5, 0) }, { hand, seed: 1 }), clean);
});

test("answers in a style that is drawn by hand are bent by their seed, and the same larger", async () => {
  const images = shown(drawnBy(hand)).map((image, at) => ({ ...image, kind: "image" as const, key: `by hand ${at}` }));
  const style = inkOfStyle({ conditions: [] }, { style: { kind: "images", images } });
  assert.ok(style.hand && style.lines);
  const drawing = {
    planes: drawLayers(cabinets[3]!, 1),
    known: new Float32Array(64).fill(1),
    manner: new Float32Array(1),
  };
  const target = {
    latentDims: 1,
    imageSizePx: sizePx,
    encode: () => Promise.reject(new Error("not needed")),
    decode: () => Promise.reject(new Error("not needed")),
  };
  const answer = (seed: number, factor?: number) =>
    paint({ target }, { latent: new Float32Array(1), drawing }, { ...style, seed }, factor);
  const [one, again, other] = [await answer(1), await answer(1), await answer(2)];
  assert.deepEqual(one.planes, again.planes);
  assert.notDeepEqual(one.planes, other.planes);
  const { enlarged } = await answer(1, 2);
  const small = Float32Array.from({ length: pixels }, (_, at) => {
    const from = 3 * 4 * pixels + 2 * sizePx * 2 * Math.floor(at / sizePx) + 2 * (at % sizePx);
    return (
      (enlarged![from]! + enlarged![from + 1]! + enlarged![from + 2 * sizePx]! + enlarged![from + 2 * sizePx + 1]!) / 4
    );
  });
  const apart = small.reduce((sum, value, at) => sum + Math.abs(value - one.planes[3 * pixels + at]!), 0) / pixels;
  const between = small.reduce((sum, value, at) => sum + Math.abs(value - other.planes[3 * pixels + at]!), 0) / pixels;
  assert.ok(apart < 0.01 && between > 3 * apart, `${apart}, ${between}`);
});
