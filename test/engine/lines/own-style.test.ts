/** A drawing in its own style: when it is, and that its edges stay. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { drawnInLines } from "../../../server/engine/lines/drawn-in-lines.ts";
import { drawLayers } from "../../../server/engine/pixels/layered-image.ts";
import { looksOf } from "../../../server/engine/read-in-ink.ts";

const sizePx = 64;

/** Premultiplied planes of black with these alphas. */
const planesOf = (alphaAt: (x: number, y: number) => number): Float32Array =>
  Float32Array.from({ length: 4 * sizePx ** 2 }, (_, at) => {
    const pixel = at - 3 * sizePx ** 2;
    return pixel < 0 ? 0 : Math.min(1, Math.max(0, alphaAt((pixel % sizePx) + 0.5, Math.floor(pixel / sizePx) + 0.5)));
  });
const disc = (radius: number) => (x: number, y: number) => 0.5 + radius - Math.hypot(x - 32, y - 32);
const ring = (x: number, y: number): number => 3 - Math.abs(Math.hypot(x - 32, y - 32) - 22);
const bar = (x: number, y: number): number => Math.min(3.5 - Math.abs(y - 56), 25 - Math.abs(x - 32));
const ringPlanes = planesOf(ring);

it("a drawing that is in the style already stays as it is, lines, fills and tints", async () => {
  const lines = { width: 3 / sizePx, corners: { ends: "flat" as const }, isOwn: true };
  const known = new Float32Array(16).fill(1);
  for (const [what, planes] of Object.entries({
    lines: ringPlanes,
    fills: planesOf((x, y) => Math.max(disc(14)(x, y), bar(x, y))),
    tints: planesOf((x, y) => Math.max(ring(x, y), 0.3 * Math.min(1, disc(22)(x, y)))),
  }))
    for (const isAll of [true, false]) {
      const layers = await drawnInLines({ planes, known }, sizePx, { ...lines, isAll }, () => assert.fail("no answer"));
      const made = drawLayers(layers!, 1).subarray(3 * sizePx ** 2);
      const off = made.reduce((sum, alpha, at) => sum + Math.abs(alpha - planes[at + 3 * sizePx ** 2]!), 0);
      assert.ok(off / sizePx ** 2 < 0.01, `${what}: ${off / sizePx ** 2}`);
    }
});

it("a drawing is in the style already where its own is requested, by name or by images, or where it is one of them", () => {
  const image = (key: string) => ({ kind: "image" as const, key, planes: ringPlanes, sizePx });
  const images = (...keys: string[]) => ({ kind: "images" as const, images: keys.map(image) });
  const text = (name: string) => ({ kind: "text" as const, text: name });
  const styleInk = { isOneInk: true, lines: { width: 3 / sizePx, isAll: true } };
  type Style = ReturnType<typeof images> | ReturnType<typeof text>;
  const isOwn = (own: Style, style?: Style): boolean => {
    const requested = { drawing: image("a"), "drawing-style": own, ...(style && { style }) };
    return looksOf({ conditions: [] }, requested, styleInk).lines?.isOwn === true;
  };
  assert.ok(isOwn(images("a")) && isOwn(images("b", "c"), images("b", "c")) && isOwn(text("thin"), text("thin")));
  assert.ok(isOwn(images("a"), images("a", "b")));
  assert.ok(!isOwn(images("b", "c"), images("b", "d")) && !isOwn(text("thin"), text("bold")));
  assert.ok(!isOwn(images("b"), text("thin")));
  assert.equal(looksOf({ conditions: [] }, {}, styleInk).lines?.isOwn, undefined);
});

it("lines with tints beside them keep these where they are, also open ones, in another style with a tint", async () => {
  // A half disc of the tint that its line goes around but on one side.
  const open = (x: number, y: number): number =>
    Math.max(Math.min(ring(x, y), 50 - x), 0.3 * Math.min(1, disc(22)(x, y)));
  const lines = { width: 4 / sizePx, isAll: true, tint: 0.2 };
  const known = new Float32Array(16).fill(1);
  const layers = await drawnInLines({ planes: planesOf(open), known }, sizePx, lines, () =>
    Promise.resolve(new Float32Array(4 * sizePx ** 2)),
  );
  const alphas = drawLayers(layers!, 1).subarray(3 * sizePx ** 2);
  const at = (x: number, y: number): number => alphas[y * sizePx + x]!;
  assert.ok(Math.abs(at(32, 32) - 0.2) < 0.02, `within ${at(32, 32)}`);
  assert.ok(at(10, 32) > 0.95, `line ${at(10, 32)}`);
  const faint = alphas.filter((alpha, pixel) => {
    const far = Math.hypot((pixel % sizePx) + 0.5 - 32, Math.floor(pixel / sizePx) + 0.5 - 32);
    return alpha > 0.04 && far > 25.5;
  });
  assert.equal(faint.length, 0, "no tint outside of the line");
  assert.ok(at(6, 32) < 0.05, `where the broader line was ${at(6, 32)}`);
});
