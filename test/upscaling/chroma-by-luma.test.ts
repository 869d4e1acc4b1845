/** Chroma at half size: its samples come back out of what a decoder made of them, and it ends where luma has an edge. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { followLuma, samplesOf } from "../../server/upscaling/input/chroma-by-luma.ts";
import type { Plane } from "../../server/upscaling/input/clean-plane.ts";

const pause = async (): Promise<void> => {};

/** What libjpeg makes of samples along a line, seen from a block that begins at `phase`. */
const decoded = (samples: readonly number[], phase: number, widthPx: number): Float32Array =>
  Float32Array.from({ length: widthPx * 4 }, (_, at) => {
    const x = (at % widthPx) + phase;
    const sampleAt = (index: number): number => samples[Math.max(0, Math.min(samples.length - 1, index))]!;
    return 0.75 * sampleAt(x >> 1) + 0.25 * sampleAt((x >> 1) + (x % 2 === 0 ? -1 : 1));
  });

const plane = (widthPx: number, heightPx: number): Plane => ({
  values: new Float32Array(widthPx * heightPx),
  widthPx,
  heightPx,
});

describe("chroma that a JPEG keeps at half its size", () => {
  for (const phase of [0, 1])
    it(`its samples are found again in blocks that begin at ${phase}`, async () => {
      const samples = [0, 0, 40, 40, -30, 0, 20, 20];
      const widthPx = 16 - phase;
      const seen = { values: decoded(samples, phase, widthPx), widthPx, heightPx: 4 };
      const { values } = await samplesOf(seen, { left: phase, top: 0 }, pause);
      for (const [at, sample] of samples.entries())
        assert.ok(Math.abs(values[at]! - sample) < 4, `${at}: ${values[at]}, not ${sample}`);
    });

  it("it ends where luma has an edge, between two samples as well", async () => {
    const isDark = (at: number): boolean => at % 24 < 11;
    const luma = Float32Array.from({ length: 24 * 24 }, (_, at) => (isDark(at) ? 40 : 180));
    const truth = luma.map((_, at) => (isDark(at) ? 60 : -20));
    const chroma = Float32Array.from({ length: 12 * 12 }, (_, at) => (at % 12 < 5 ? 60 : at % 12 > 5 ? -20 : 20));
    const followed = await followLuma(
      { values: chroma, widthPx: 12, heightPx: 12 },
      { values: luma, widthPx: 24, heightPx: 24 },
      { left: 0, top: 0 },
      pause,
    );
    for (const [at, value] of followed.entries())
      assert.ok(Math.abs(value - truth[at]!) < 1, `${at % 24}: ${value}, not ${truth[at]}`);
  });

  it("it stays even where luma says nothing about it", async () => {
    const luma = Float32Array.from({ length: 100 }, (_, at) => 100 + (at % 2));
    const chroma = { values: new Float32Array(25).fill(12), widthPx: 5, heightPx: 5 };
    const followed = await followLuma(chroma, { values: luma, widthPx: 10, heightPx: 10 }, { left: 0, top: 0 }, pause);
    for (const value of followed) assert.ok(Math.abs(value - 12) < 1e-3);
  });

  it("work on a high picture pauses all along, and ends at any pause that throws", async () => {
    const [luma, chroma] = [plane(8, 320), plane(4, 160)];
    const grid = { left: 0, top: 0 };
    for (const work of [
      (between: typeof pause) => samplesOf(luma, grid, between),
      (between: typeof pause) => followLuma(chroma, luma, grid, between),
    ]) {
      let pauses = 0;
      await work(async () => {
        pauses += 1;
      });
      assert.ok(pauses >= 40, `${pauses} pauses`);
      for (const last of [1, 15, pauses]) {
        let left = last;
        const stopping = async (): Promise<void> => {
          left -= 1;
          if (left === 0) throw new Error("stopped");
        };
        await assert.rejects(work(stopping), { message: "stopped" });
      }
    }
  });
});
