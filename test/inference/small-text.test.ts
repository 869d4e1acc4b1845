/**
 * Small text by the pack `super-resolution` that ships: lines of 4, 5, 7 and 14 px in Open Sans and FreeSerif, which its networks of letters
 * were not trained on, shrunk by areas, beside the text four times as large.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { Pixels } from "../../server/engine/interfaces.ts";
import { rgbPsnrDb } from "../../server/evaluation/metrics/picture-psnr.ts";
import { decodeRgba } from "../../server/images/codec.ts";
import { packsHome, readEntry } from "../../server/packs/catalogue.ts";
import { readingOf } from "../../server/upscaling/input/input-kind.ts";
import { loadUpscaler } from "../../server/upscaling/load-upscaler.ts";
import { shrinkArea } from "../../server/upscaling/shrink-area.ts";
import { temperatureOf } from "../../shared/contract/upscaling.ts";

const picture = async (path: string): Promise<Pixels> => decodeRgba(await readFile(new URL(path, import.meta.url)));

/** Rows of the result: 4 px, 5 px, 7 px and 14 px. */
const bands = { tiny: [0, 74], small: [74, 128], middle: [128, 202], large: [202, 288] } as const;

/** Share of a band's pixels that differ by more than 40 levels, in per cent. */
function differing(a: Pixels, b: Pixels, [top, bottom]: readonly [number, number]): number {
  let count = 0;
  for (let at = 4 * a.widthPx * top; at < 4 * a.widthPx * bottom; at += 4)
    if (Math.abs(a.rgba[at]! - b.rgba[at]!) > 40) count += 1;
  return (100 * count) / (a.widthPx * (bottom - top));
}

const cutRows = ({ rgba, widthPx }: Pixels, [top, bottom]: readonly [number, number]): Pixels => ({
  rgba: rgba.slice(4 * widthPx * top, 4 * widthPx * bottom),
  widthPx,
  heightPx: bottom - top,
});

describe("small text", async () => {
  const upscaler = await loadUpscaler(await readEntry(join(packsHome(), "super-resolution"), true), { threads: 1 });
  const small = await picture("../../docs/examples/small-text.png");
  const truth = await picture("../fixtures/upscaling/small-text-x4.png");
  const draw = (options: {
    detail?: number;
    seed?: number;
    leavesLetters?: boolean;
    scale?: 2 | 4;
  }): Promise<Pixels> => {
    const { detail = 0, seed = 1, leavesLetters = false, scale = 4 } = options;
    return upscaler.upscale(small, {
      scale,
      temperature: temperatureOf(detail),
      seed,
      leavesLetters,
      ...readingOf(small),
    });
  };

  it("small text is much nearer to the truth with its letters read, and large text as it is without", async () => {
    const [read, left] = [await draw({}), await draw({ leavesLetters: true })];
    const gain = (band: readonly [number, number]): number =>
      rgbPsnrDb(cutRows(read, band), cutRows(truth, band), 0) - rgbPsnrDb(cutRows(left, band), cutRows(truth, band), 0);
    const gains = Object.values(bands).map(gain);
    for (const [at, least] of [0.8, 1.2, 2, -0.1].entries()) assert.ok(gains[at]! > least, `${gains}`);
    assert.ok(Math.abs(gains[3]!) < 0.1, `${gains}`);
  });

  it("twice as large, too", async () => {
    const half = await shrinkArea(truth, { widthPx: truth.widthPx / 2, heightPx: truth.heightPx / 2 }, () => {});
    const [read, left] = [await draw({ scale: 2 }), await draw({ scale: 2, leavesLetters: true })];
    const [with_, without] = [rgbPsnrDb(read, half, 0), rgbPsnrDb(left, half, 0)];
    assert.ok(with_ > without + 1.5, `${with_} and ${without} dB`);
  });

  it("seeds give other letters where the input leaves them open, and the same where it does not", async () => {
    const [one, again, other] = [
      await draw({ detail: 1, seed: 1 }),
      await draw({ detail: 1, seed: 1 }),
      await draw({ detail: 1, seed: 2 }),
    ];
    assert.deepEqual(one, again);
    const [tiny, middle, large] = [bands.tiny, bands.middle, bands.large].map((band) => differing(one!, other!, band));
    assert.ok(tiny! > 1, `${tiny} %`);
    assert.ok(middle! < tiny! / 4 && large! < tiny! / 4, `${tiny}, ${middle}, ${large} %`);
  });
});
