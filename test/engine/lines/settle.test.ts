/** Smears in the part of a picture that is drawn anew become ink or nothing, and edges go on from its rim. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { settleIn } from "../../../server/engine/edits/crisp-part.ts";
import { lineWidthOf } from "../../../server/engine/lines/line-width.ts";
import { inOneWidth, settled } from "../../../server/engine/lines/settle.ts";
import { shapeOf } from "../../../server/engine/lines/shape.ts";
import { channelsOfHex } from "../../../server/engine/pixels/hex-colour.ts";
import { usualInk } from "../../../server/engine/pixels/usual-ink.ts";
import { box, disc, drawn, pixels, ring, sizePx } from "../drawn-layers.ts";

const ink = channelsOfHex(usualInk);
const alphasOf = (planes: Float32Array): Float32Array => planes.subarray(3 * pixels);
const hole = alphasOf(drawn([box(20, 8, 44, 56), ink]).planes).map(Math.round);
const all = [...hole.keys()];

/** A grey answer to a drawing: nowhere nothing, nowhere ink. */
const smeared = (planes: Float32Array): Float32Array => planes.map((value) => 0.12 + 0.6 * value);

describe("a part that is drawn anew", () => {
  it("a part's smears become ink or nothing, and its edges go on from those around", () => {
    const bar = drawn([box(4, 24, 60, 40), ink]).planes;
    const settle = settleIn({ hole }, bar, sizePx, { isOneInk: true })!;
    const made = settle(smeared(bar));
    const wanted = alphasOf(bar);
    for (const [at, alpha] of alphasOf(made).entries()) {
      assert.ok(Math.abs(alpha - wanted[at]!) < (hole[at] === 1 ? 0.2 : 1e-6), `${at}: ${alpha}, not ${wanted[at]}`);
      assert.ok(Math.abs(made[at]! - ink[0] * alpha) < 1e-6, `${at} is in the usual ink`);
    }
  });

  it("a part has a tint where the style has one, and lines of the drawing's width in a style of lines", () => {
    const drawing = drawn([box(4, 24, 60, 40), ink, 0.25]).planes;
    const tinted = settleIn({ hole, lines: { isAll: true, tint: 0.25 } }, drawing, sizePx, { ink })!;
    const made = alphasOf(tinted(drawing.map((value) => 0.04 + 0.8 * value)));
    assert.ok(Math.abs(made[32 * sizePx + 32]! - 0.25) < 0.02, `${made[32 * sizePx + 32]}`);
    assert.ok(made[12 * sizePx + 32]! < 0.02, `${made[12 * sizePx + 32]}`);
    const circle = drawn([ring(20, 5), ink]).planes;
    const settle = settleIn({ hole, lines: { isAll: true, width: 5 / sizePx } }, circle, sizePx, { isOneInk: true })!;
    const broad = settle(drawn([ring(20, 9), ink]).planes);
    const width = lineWidthOf(shapeOf(alphasOf(broad), sizePx), sizePx)!;
    assert.ok(width.spread < 0.2 && Math.abs(width.width * sizePx - 5) < 0.7, JSON.stringify(width));
  });

  it("a part that lies on a ground is where the ground shows it", () => {
    const bar = drawn([box(4, 24, 60, 40), ink]).planes;
    const place = { left: 16, top: 0, sidePx: 32 };
    const ground = { sizePx, mask: new Float32Array(pixels).fill(1), place, looks: [] };
    const all = new Float32Array(4 * pixels).fill(1);
    const made = alphasOf(settleIn({ hole }, bar, sizePx, { isOneInk: true, ground })!(all));
    assert.ok(made[12 * sizePx + 4]! < 0.02, `${made[12 * sizePx + 4]}`);
    assert.ok(made[32 * sizePx + 24]! > 0.98, `${made[32 * sizePx + 24]}`);
  });

  it("a part of lines goes on with them where the answer says little, and as the other half has it", () => {
    const line = drawn([box(0, 30, 64, 35), ink], [disc(6, 10, 50), ink]).planes;
    const faint = new Float32Array(4 * pixels).fill(0.3);
    const part = alphasOf(drawn([box(24, 22, 44, 44), ink]).planes).map(Math.round);
    const made = alphasOf(settleIn({ hole: part }, line, sizePx, { isOneInk: true })!(faint));
    assert.ok(made[32 * sizePx + 34]! > 0.98, `${made[32 * sizePx + 34]}`);
    assert.ok(made[25 * sizePx + 34]! < 0.02, `${made[25 * sizePx + 34]}`);
    const eyes = drawn([ring(24, 5), ink], [disc(4, 24, 26), ink], [disc(4, 40, 26), ink]).planes;
    const half = alphasOf(drawn([box(33, 16, 60, 40), ink]).planes).map(Math.round);
    const mirrored = alphasOf(settleIn({ hole: half }, eyes, sizePx, { isOneInk: true })!(faint));
    const apart = mirrored.reduce((most, alpha, at) => Math.max(most, Math.abs(alpha - alphasOf(eyes)[at]!)), 0);
    assert.ok(apart < 1e-6, `${apart}`);
  });

  it("a part of a drawing of nothing is left as it is in a style of several colours", () => {
    assert.equal(settleIn({ hole }, new Float32Array(4 * pixels), sizePx, { isOneInk: false }), undefined);
  });
});

describe("settled shares", () => {
  const sharesOf = (alphas: Float32Array) => [alphas, alphas.map((alpha) => 1 - alpha)];

  it("specks go, broad areas stay as large, and what is likeliest stays where nothing is likely", () => {
    const drawing = alphasOf(drawn([disc(16), ink], [disc(1.2, 58, 58), ink]).planes);
    const [made] = settled(sharesOf(drawing), all, sizePx, 2, false);
    assert.ok(made![58 * sizePx + 58]! < 0.01, `${made![58 * sizePx + 58]}`);
    const area = made!.reduce((sum, share) => sum + share, 0);
    assert.ok(Math.abs(area / (Math.PI * 16 ** 2) - 1) < 0.05, `${area}`);
    const unsure = alphasOf(drawn([box(10, 28, 54, 36), ink]).planes).map((alpha) => 0.45 * alpha);
    for (const isUnsure of [true, false]) {
      const [line] = settled(sharesOf(unsure), all, sizePx, 1, isUnsure);
      assert.ok(
        Math.abs(line![32 * sizePx + 32]! - Number(isUnsure)) < 0.02,
        `${isUnsure}: ${line![32 * sizePx + 32]}`,
      );
    }
  });

  it("lines of one width lie in the middle of what was ink, and what they leave goes to the other phases", () => {
    const [made, rest] = inOneWidth(sharesOf(alphasOf(drawn([box(8, 24, 56, 40), ink]).planes)), all, sizePx, 4);
    for (const [y, share] of [
      [32, 1],
      [26, 0],
    ] as const)
      assert.ok(Math.abs(made![y * sizePx + 32]! - share) < 0.03, `${y}: ${made![y * sizePx + 32]}`);
    assert.ok(
      made!.every((share, at) => Math.abs(share + rest![at]! - 1) < 1e-5),
      "shares add up to 1",
    );
  });
});
