/** Layers in a gradient that are known before they are traced, beside the colours that a request gives. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { finish } from "../../server/engine/pixels/finish.ts";
import { gradientIn } from "../../server/engine/pixels/gradients/in-gradient.ts";
import { channelsOfHex } from "../../server/engine/pixels/hex-colour.ts";
import { inkDistance } from "../../server/engine/pixels/ink-colour.ts";
import { toStraightRgba } from "../../server/engine/pixels/pixels.ts";
import { vectorise } from "../../server/vector/vectorise.ts";
import { box, drawn, sizePx } from "../engine/drawn-layers.ts";

const requested = ["#e02020", "#2020e0"] as const;
const own = {
  ink: [0.5, 0.5, 0.5] as const,
  gradient: { slopes: [[0.6, 0, -0.6] as const, [0, 0, 0] as const] as const, isOverBox: true },
};

test("a vector in two requested colours keeps the gradient between them, and in a palette it is solid", () => {
  const [first, second] = requested.map(channelsOfHex);
  const { planes, stack } = finish(drawn([box(0, 20, 64, 40), [0, 0, 0]]).planes, {
    isOneInk: true,
    ...gradientIn(own, [first!, second!]),
  });
  const pixels = { ...toStraightRgba(planes, sizePx), stack: stack!(planes) };
  const kept = vectorise(pixels, { palette: requested, keepsGradients: true });
  const stops = [...kept.svg.matchAll(/stop-color="(#[0-9a-f]{6})"/g)].map(([, hex]) => hex!);
  assert.equal(stops.length, 2);
  for (const [at, hex] of stops.entries())
    assert.ok(
      inkDistance(channelsOfHex(hex), channelsOfHex(requested[at]!)) < 0.03,
      `expected ${requested}, got ${stops}`,
    );
  const solid = vectorise(pixels, { palette: requested });
  assert.deepEqual(
    solid.layers.map(({ isGradient, hex }) => [isGradient, requested.some((colour) => colour === hex)]),
    [[false, true]],
  );
});
