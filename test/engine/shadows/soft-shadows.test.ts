/** Soft shadows: found in icons with their blur, taken off them, drawn behind answers at any size, and as blurred paths. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { finish } from "../../../server/engine/pixels/finish.ts";
import type { Ink } from "../../../server/engine/pixels/ink-colour.ts";
import { blurred } from "../../../server/engine/pixels/shadows/blur.ts";
import type { Shadow } from "../../../server/engine/pixels/shadows/shadow.ts";
import { softShadowOf } from "../../../server/engine/pixels/shadows/soft-shadow.ts";
import { withShadows } from "../../../server/engine/pixels/shadows/with-shadows.ts";
import { shadowsOf } from "../../../server/engine/pixels/shadows/without-shadows.ts";
import { styleInkOf } from "../../../server/engine/pixels/style-ink.ts";
import { inkOfStyle, looksOf } from "../../../server/engine/read-in-ink.ts";
import { entryOfShadow, shadowOfEntry } from "../../../server/experts/style-entries/shadow-entry.ts";
import { vectorise } from "../../../server/vector/vectorise.ts";
import { blursOf, sharpSvg } from "../../../shared/vectors/vector-svg.ts";
import { box, disc, drawn, pixels, ring, sizePx } from "../drawn-layers.ts";
import { twiceAsLarge } from "../twice-as-large.ts";

const [blue, dark]: [Ink, Ink] = [
  [0.1, 0.3, 0.8],
  [0.06, 0.09, 0.16],
];
/** Rings with a bar, and discs. */
const plain = Array.from({ length: 9 }, (_, at) => {
  const [x, y] = [24 + (at % 5), 22 + (at % 4)];
  const bar = box(12 + (at % 6), 42 + (at % 3), 48 - (at % 4), 48) as Parameters<typeof drawn>[0][0];
  if (at % 3 === 1) return drawn([disc(13 + (at % 3), x + 6, y + 6), blue]);
  return drawn([ring(11 + (at % 3), 5, x, y), blue], [bar, blue]);
});
const soft: Shadow = {
  paint: { ink: dark, alpha: 0.45 },
  isFilled: false,
  right: 0,
  down: 3 / sizePx,
  blur: 2 / sizePx,
};
const cast = (...shadows: Shadow[]) => plain.map(({ planes }) => ({ planes: withShadows(planes, shadows), sizePx }));
const apart = (one: ArrayLike<number>, other: ArrayLike<number>): number =>
  Array.from(one).reduce((sum, value, at) => sum + Math.abs(value - other[at]!), 0) / one.length;

test("a blur keeps all that lies away from the border, about where it was, and has the deviation that is asked for", () => {
  const side = 63;
  const point = new Float32Array(side ** 2);
  point[31 * side + 31] = 1;
  for (const deviation of [0.5, 1, 2.7, 5]) {
    const soft = blurred(point, side, deviation);
    const moment = (of: (x: number, y: number) => number): number =>
      soft.reduce((sum, value, at) => sum + value * of((at % side) - 31, Math.floor(at / side) - 31), 0);
    assert.ok(Math.abs(moment(() => 1) - 1) < 1e-4);
    assert.ok(Math.abs(moment((x) => x)) < 1e-4 && Math.abs(moment((_, y) => y)) < 1e-4);
    for (const squares of [moment((x) => x * x), moment((_, y) => y * y)])
      assert.ok(Math.abs(Math.sqrt(squares) - deviation) < 0.01, `${deviation}: ${Math.sqrt(squares)}`);
  }
});

test("a soft shadow and a glow are found with their blur, shift and paint; icons alone, a sharp tint and a shadow of each icon's own are none", () => {
  const glow: Shadow = { ...soft, paint: { ink: [0.9, 0.4, 0.1], alpha: 0.5 }, down: 0, blur: 3 / sizePx };
  for (const wanted of [soft, glow, { ...soft, right: -2 / sizePx }]) {
    const found = softShadowOf(cast(wanted))!;
    for (const of of ["right", "down"] as const) assert.ok(Math.abs(found[of] - wanted[of]) * sizePx < 0.6, of);
    assert.ok(Math.abs(found.blur! / wanted.blur! - 1) < 0.2, `${found.blur! * sizePx}`);
    assert.ok(Math.abs(found.paint.alpha - wanted.paint.alpha) < 0.06, `${found.paint.alpha}`);
    assert.ok(apart(found.paint.ink, wanted.paint.ink) < 0.04);
  }
  assert.equal(softShadowOf(plain), undefined);
  assert.equal(softShadowOf(cast(soft).slice(0, 3)), undefined);
  const { blur: _, ...sharp } = soft;
  assert.equal(softShadowOf(cast(sharp)), undefined);
  const elsewhere = plain.map(({ planes }, at) => {
    const own = { ...soft, right: (((at * 5) % 7) - 3) / 30, down: (((at * 3) % 7) - 3) / 30 };
    return { planes: withShadows(planes, [own]), sizePx };
  });
  assert.equal(softShadowOf(elsewhere), undefined);
});

test("icons come off a soft shadow as they were, also off a margin before it, and are read as any style", () => {
  const margin: Shadow = {
    ...{ paint: { ink: [1, 1, 1], alpha: 1 }, isFilled: false },
    ...{ right: 0, down: 0, around: 3 / sizePx },
  };
  for (const shadows of [[soft], [margin, soft]]) {
    const found = shadowsOf(cast(...shadows))!;
    assert.deepEqual(
      found.shadows.map(({ blur }) => blur !== undefined),
      shadows.map(({ blur }) => blur !== undefined),
    );
    for (const [at, { planes }] of found.alone.entries()) assert.ok(apart(planes, plain[at]!.planes) < 0.012, `${at}`);
  }
  const style = styleInkOf(cast(soft));
  assert.ok(style.isOneInk && apart(style.ink!, blue) < 0.02);
});

test("answers have it at every size, and what is traced has it as a blurred path of its colour beneath the drawing", () => {
  const { planes } = plain[0]!;
  const { planes: small, again, apart: parted } = finish(planes, { ink: blue, shadows: [soft] });
  assert.ok(apart(small, withShadows(planes, [soft])) < 0.01);
  const large = again(twiceAsLarge(planes, sizePx));
  assert.ok(apart(large, twiceAsLarge(small, sizePx)) < 0.02);
  const { planes: alone, beneath } = parted!(twiceAsLarge(planes, sizePx));
  const rgba = new Uint8Array(16 * pixels);
  for (let at = 0; at < 4 * pixels; at += 1) if (alone[12 * pixels + at]! >= 0.5) rgba.set([26, 77, 204, 255], 4 * at);
  const traced = { rgba, widthPx: 2 * sizePx, heightPx: 2 * sizePx, beneath };
  const { svg } = vectorise(traced);
  assert.match(svg, /<path id="[\w-]+-behind" filter="url\(#blur-1-[0-9a-f]{8}\)" fill="#0f1729" fill-opacity="0.45"/);
  assert.deepEqual([...blursOf(svg)], [[0, 4]]);
  const twice = vectorise(traced, { shown: { widthPx: 4 * sizePx, heightPx: 4 * sizePx } }).svg;
  assert.deepEqual([...blursOf(twice)], [[0, 8]]);
  assert.ok(!/filter|blur/i.test(sharpSvg(svg)));
  assert.deepEqual([...blursOf(sharpSvg(svg))], []);
});

test("requested colours leave a soft shadow as it is, and a manifest keeps it", () => {
  const images = cast(soft).map((drawing, at) => ({ kind: "image" as const, ...drawing, key: `soft ${at}` }));
  const style = { kind: "images" as const, images };
  const colours = { kind: "colours" as const, colours: ["#ff0000", "#00ff00"] };
  const looks = looksOf({ conditions: [] }, { style, colours }, inkOfStyle({ conditions: [] }, { style, colours }));
  assert.deepEqual(looks.ink, [1, 0, 0]);
  assert.ok(apart(looks.shadows![0]!.paint.ink, dark) < 0.04);
  const kept = shadowOfEntry(entryOfShadow(soft));
  assert.ok(Math.abs(kept.blur! - soft.blur!) < 1e-4 && Math.abs(kept.down - soft.down) < 1e-4);
});

test("a badge's own shadow is its ground's, in one ink and in several", () => {
  const badge = (at: number, extra: boolean) => {
    const bar = box(24 - (at % 3), 28, 40 + (at % 4), 36 + (at % 3));
    return drawn(
      [disc(22), [0.9, 0.2, 0.2]],
      [bar, [1, 1, 1]],
      ...(extra ? ([[disc(4 + (at % 3), 30 + (at % 5), 42), [0.1, 0.8, 0.3]]] as const) : []),
    );
  };
  for (const extra of [false, true]) {
    const badges = Array.from({ length: 12 }, (_, at) => badge(at, extra)).map(({ planes }) => ({
      planes: withShadows(planes, [soft]),
      sizePx,
    }));
    assert.equal(softShadowOf(badges), undefined);
    assert.equal(styleInkOf(badges).shadows, undefined);
  }
});
