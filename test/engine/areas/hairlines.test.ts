/** Drawings of hairlines in styles of several colours, where the answer is a smear. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { drawnInAreas } from "../../../server/engine/areas/drawn-in-areas.ts";
import type { StyleAreas } from "../../../server/engine/areas/style-areas.ts";
import { channelsOfHex } from "../../../server/engine/pixels/hex-colour.ts";
import { drawLayers } from "../../../server/engine/pixels/layered-image.ts";
import { usualInk } from "../../../server/engine/pixels/usual-ink.ts";
import { disc, drawn, inks, palette, pixels, ring, sizePx } from "../drawn-layers.ts";

const ink = channelsOfHex(usualInk);
const { red, yellow } = inks;
const known = new Float32Array(pixels).fill(1);
const mixed: StyleAreas = { palettes: [palette(red, yellow)], isOfFills: false, hasGrounds: false };
/** Two circles beside each other, of which one is smaller. */
const circles = drawn([ring(12, 1.2, 16, 32), ink], [ring(9, 1.2, 46, 32), ink]);
/** @param alphas of what the answer has in each circle */
async function madeOf(alphas: readonly [left: number, right: number], style = mixed) {
  const grey = [0.55, 0.45, 0.4] as const;
  const answer = drawn([disc(13, 16, 32), grey, alphas[0]], [disc(10, 46, 32), grey, alphas[1]]).planes;
  const layers = await drawnInAreas({ planes: circles.planes, known }, sizePx, style, async () => answer);
  const planes = layers && drawLayers(layers, 1);
  return (x: number, y: number): number | undefined => planes?.[3 * pixels + y * sizePx + x];
}

describe("hairlines in a style of several colours", () => {
  it("what they enclose is filled to its outer edge, however pale the answer is there", async () => {
    const alphaAt = await madeOf([0.2, 0.2]);
    for (const x of [5, 16, 27, 46]) assert.ok(alphaAt(x, 32)! > 0.95, `${x}: ${alphaAt(x, 32)}`);
    for (const x of [1, 32, 60]) assert.ok(alphaAt(x, 32)! < 0.05, `${x}: ${alphaAt(x, 32)}`);
    assert.ok((await madeOf([0.08, 0.08]))(16, 32)! > 0.95);
  });

  it("they stay around what the answer leaves empty", async () => {
    const alphaAt = await madeOf([0.8, 0.02]);
    assert.ok(alphaAt(16, 32)! > 0.95 && alphaAt(46, 32)! < 0.05);
    assert.ok(alphaAt(46, 23)! > 0.9, `${alphaAt(46, 23)}`);
  });

  it("in a style with outlines they are outlines", async () => {
    const outlined = { ...mixed, outline: { ink: red, width: 1.2 / sizePx } };
    const alphaAt = await madeOf([0.8, 0.02], outlined);
    assert.ok(alphaAt(16, 20)! > 0.9 && alphaAt(46, 23)! > 0.9 && alphaAt(46, 32)! < 0.05);
  });
});
