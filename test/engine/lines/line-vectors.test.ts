/** Drawings in a style of lines become vectors whose strokes have the style's width, whatever the drawing's lines were. */
import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import type { ShownDrawing } from "../../../server/engine/interfaces.ts";
import { toStraightRgba } from "../../../server/engine/pixels/pixels.ts";
import { paint } from "../../../server/engine/translation.ts";
import { vectorise } from "../../../server/vector/vectorise.ts";

const sizePx = 128;
const target = {
  latentDims: 1,
  imageSizePx: sizePx,
  encode: () => Promise.reject(new Error("not needed")),
  decode: () => Promise.reject(new Error("not needed")),
};

async function drawingOf(body: string, width: number): Promise<ShownDrawing> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${sizePx}" height="${sizePx}" fill="none"><g stroke="#000" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round">${body}</g></svg>`;
  const pixels = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer();
  const planes = new Float32Array(4 * sizePx ** 2);
  for (let at = 0; at < sizePx ** 2; at += 1) planes[3 * sizePx ** 2 + at] = pixels[4 * at + 3]! / 255;
  return { planes, known: new Float32Array(sizePx ** 2 / 256).fill(1), manner: new Float32Array(1) };
}

const bodies = {
  "a window": '<rect x="20" y="24" width="88" height="80" rx="12"/><path d="M20 52h88"/>',
  "a clock": '<circle cx="64" cy="64" r="46"/><path d="M64 36v28l18 12"/>',
  "an arrow": '<path d="M22 64h84M74 32l32 32-32 32"/>',
};

for (const [name, body] of Object.entries(bodies))
  test(`${name} in a style of lines becomes strokes of exactly its width, at the size that is shown`, async () => {
    for (const [own, wanted] of [
      [6, 10],
      [12, 8],
    ] as const) {
      const drawing = await drawingOf(body, own);
      const lines = { width: wanted / sizePx, isAll: true };
      const { enlarged, known } = await paint({ target }, { latent: new Float32Array(1), drawing }, { lines }, 2);
      assert.equal(known!.linePx, 2 * wanted);
      const traced = { ...toStraightRgba(enlarged!, 2 * sizePx), ...known };
      const { svg, strokePx } = vectorise(traced, { shown: { widthPx: sizePx, heightPx: sizePx } });
      assert.deepEqual(
        [...svg.matchAll(/stroke-width="([\d.]+)"/g)].map(([, width]) => Number(width)),
        [wanted],
        svg,
      );
      assert.equal(strokePx, wanted);
      assert.doesNotMatch(svg, /fill-rule/);
    }
  });
