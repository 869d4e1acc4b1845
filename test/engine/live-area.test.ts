/** How large drawings get in a style: as its own are, compared with those of their set. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { borderOf, boxOfInk, longerSide, scaleInStyle, sizesIn, withinBorder } from "../../server/engine/live-area.ts";
import type { Ink } from "../../server/engine/pixels/ink-colour.ts";
import type { Shadow } from "../../server/engine/pixels/shadows/shadow.ts";
import { inkOfStyle, readInInk } from "../../server/engine/read-in-ink.ts";
import { box, disc, drawn, ring, sizePx } from "./drawn-layers.ts";

const blue: Ink = [0.1, 0.3, 0.8];
const [large, small] = [0.9, 0.7].map((share) =>
  Array.from({ length: 9 }, (_, at) => {
    const radius = (share * sizePx) / 2 - (at % 2);
    const middle = sizePx / 2;
    return at % 3 === 0
      ? drawn([ring(radius - 2, 4), blue])
      : at % 3 === 1
        ? drawn([disc(radius, middle, middle), blue])
        : drawn([box(middle - radius, middle - 5, middle + radius, middle + 5), blue]);
  }),
);
const plain = { isOneInk: true };
const soft: Shadow = {
  ...{ paint: { ink: [0, 0, 0], alpha: 0.4 }, isFilled: false },
  ...{ right: 0, down: 0.08, blur: 0.03 },
};

test("a drawing gets as small as those of the style where all are smaller than usual ones of its set, and never larger", () => {
  const [one] = large!;
  const sizes = sizesIn({}, small!);
  const own = sizesIn({}, large!).liveArea!;
  const scale = scaleInStyle(one!, { ...plain, ...sizes }, own);
  assert.ok(Math.abs(scale - 0.7 / 0.9) < 0.02, `${scale}`);
  assert.equal(scaleInStyle(small![0]!, { ...plain, ...sizesIn({}, large!) }, sizes.liveArea), 1);
  // What differs by a little is measured, not meant.
  assert.equal(scaleInStyle(one!, { ...plain, liveArea: 0.92 * own, largest: 0.94 * own }, own), 1);
  // Among small drawings some are as large as the set's.
  assert.equal(scaleInStyle(one!, { ...plain, ...sizes, largest: own }, own), 1);
  assert.equal(scaleInStyle(one!, { ...plain, ...sizes, ground: {} as never }, own), 1);
});

test("a drawing gets smaller for a style's shadow only where the style's own drawings leave room for it", () => {
  const [one] = large!;
  const hard: Shadow = { paint: { ink: [0, 0, 0], alpha: 0.2 }, isFilled: true, right: 0.06, down: 0.06 };
  const own = 1.05 * sizesIn({}, large!).liveArea!;
  const scaleWith = (shadow: Shadow): number => {
    const shadows = [shadow];
    return scaleInStyle(one!, { ...plain, shadows, ...sizesIn({ shadows }, large!) }, own);
  };
  assert.ok(scaleWith(hard) < 0.96, `${scaleWith(hard)}`);
  // Its icons reach to where a shadow as far as this ends.
  assert.equal(scaleWith({ ...hard, right: 0.12 }), 1);
});

test("where its set is not known a drawing is no larger than the style's largest, and its shadow has room", () => {
  const [one] = large!;
  const sizes = sizesIn({}, small!);
  const scale = scaleInStyle(one!, { ...plain, ...sizes }, undefined);
  assert.ok(scale < 0.86 && scale > 0.7, `${scale}`);
  assert.equal(scaleInStyle(small![0]!, { ...plain, ...sizes }, undefined), 1);
  const shaded = { ...plain, shadows: [soft], liveArea: 0.8, largest: 0.9 };
  const withShadow = scaleInStyle(one!, shaded, undefined);
  const box = boxOfInk(one!)!;
  assert.ok(withShadow < 0.93 && (longerSide(box) / sizePx) * withShadow > 0.799, `${withShadow}`);
  // Usual drawings of the style have no more.
  const usual = { planes: withinBorder(one!, borderOf(one!, withShadow)), sizePx };
  assert.equal(scaleInStyle(usual, shaded, undefined), 1);
});

test("it is shrunk about the middle, and so are the icons of its own style; what is drawn anew in part stays", () => {
  const made = withinBorder(large![1]!, borderOf(large![1]!, 0.75));
  const [before, after] = [boxOfInk(large![1]!)!, boxOfInk({ planes: made, sizePx })!];
  assert.ok(Math.abs(longerSide(after) / longerSide(before) - 0.75) < 0.04);
  assert.ok(Math.abs(after.left + after.right - sizePx) <= 1 && Math.abs(after.top + after.bottom - sizePx) <= 1);
  const shown = (drawings: typeof small, key: string) => ({
    kind: "images" as const,
    images: drawings!.map((drawing, at) => ({ kind: "image" as const, ...drawing, key: `${key} ${at}` })),
  });
  const readers = { conditions: [] };
  const [style, own] = [shown(small, "small"), shown(large, "large")];
  const read = (hole?: Float32Array) => {
    const drawing = { ...own.images[1]!, ...(hole && { hole }) };
    const values = { style, drawing, "drawing-style": own };
    return readInInk(readers, values, inkOfStyle(readers, values));
  };
  const sideOf = (image: { readonly planes: Float32Array }): number => longerSide(boxOfInk({ ...image, sizePx })!);
  const { drawing, "drawing-style": ownStyle } = read();
  assert.ok(drawing?.kind === "image" && ownStyle?.kind === "images");
  assert.ok(sideOf(drawing) < 0.82 * sideOf(large![1]!));
  assert.ok(sideOf(ownStyle.images[0]!) < 0.82 * sideOf(large![0]!));
  const holed = read(new Float32Array(sizePx ** 2)).drawing;
  assert.ok(holed?.kind === "image");
  assert.equal(sideOf(holed), sideOf(large![1]!));
});

test("conditions that an image was made in keep the size of their own style, whatever is requested next", () => {
  const images = (drawings: typeof small, key: string) =>
    drawings!.map((drawing, at) => ({ kind: "image" as const, ...drawing, key: `${key} ${at}` }));
  const readers = { conditions: [] };
  const [wanted, own] = [images(small, "wanted"), images(large, "own")].map((shown) => ({
    kind: "images" as const,
    images: shown,
  }));
  const values = { style: own!, drawing: own!.images[1]!, "drawing-style": own! };
  const requested = inkOfStyle(readers, { ...values, style: wanted! });
  const sideOf = (read: ReturnType<typeof readInInk>): number => {
    assert.ok(read.drawing?.kind === "image");
    return longerSide(boxOfInk(read.drawing)!);
  };
  assert.equal(sideOf(readInInk(readers, values, requested)), longerSide(boxOfInk(large![1]!)!));
  assert.ok(sideOf(readInInk(readers, { ...values, style: wanted! }, requested)) < 0.82 * sizePx * 0.9);
});
