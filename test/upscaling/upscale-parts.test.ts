/** The parts of upscaling that have an answer to compare with: bicubic shrinking, the residual's numbers, the flow without guidance. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createFlow } from "../../server/flow/flow-sessions.ts";
import { initialWeights } from "../../server/flow/weights.ts";
import { identityWhitening } from "../../server/flow/whitening.ts";
import { shrinkBicubic } from "../../server/upscaling/bicubic.ts";
import { livelyReachPx, livelyShares } from "../../server/upscaling/details/lively-places.ts";
import { createPixelFlow, pixelRows } from "../../server/upscaling/details/pixel-flow.ts";
import { drawPixelResidual, residualDimsOf } from "../../server/upscaling/details/pixel-noise.ts";
import { growBox } from "../../server/upscaling/tiles.ts";
import { cutRows } from "../../server/upscaling/unfold.ts";

describe("bicubic shrinking", () => {
  it("bicubic shrinking gives what PIL gives", () => {
    // Image.fromarray(float32 of (7·i mod 11) / 11, 8 × 4).resize((4, 2) and (2, 1), BICUBIC), Pillow 11.
    const plane = Float32Array.from({ length: 32 }, (_, at) => ((7 * at) % 11) / 11);
    const near = (got: Float32Array, wanted: readonly number[]) => {
      assert.equal(got.length, wanted.length);
      for (const [at, value] of got.entries()) assert.ok(Math.abs(value - wanted[at]!) < 1e-6, `${at}: ${value}`);
    };
    near(
      shrinkBicubic(plane, 8, 4, 2),
      [0.3612897, 0.445331, 0.4559248, 0.6029647, 0.5460031, 0.4085253, 0.4729817, 0.3875605],
    );
    near(shrinkBicubic(plane, 8, 4, 4), [0.442897, 0.4709727]);
  });

  it("bicubic shrinking keeps a flat picture flat up to its border", () => {
    const small = shrinkBicubic(new Float32Array(16 * 12).fill(0.3), 16, 12, 4);
    for (const value of small) assert.ok(Math.abs(value - 0.3) < 1e-6);
  });
});

const residualDims = residualDimsOf(2);

describe("the residual of an upscale", () => {
  it("the residual of an upscale is as wide as N(0, 1) within ±1.5, pixels nearby share half of it, and no other numbers do", () => {
    const box = { left: 3, top: 5, widthPx: 160, heightPx: 120 };
    const values = drawPixelResidual(11, 2, box, 1);
    const mean = (of: (value: number, at: number) => number): number =>
      values.reduce((sum, value, at) => sum + of(value, at), 0) / values.length;
    assert.equal(values.length, 160 * 120 * residualDims);
    assert.ok(Math.abs(mean((value) => value)) < 0.01);
    // Of N(0, 1) within ±1.5: variance 1 − 3·φ(1.5) / (2·Φ(1.5) − 1). The sum of both scales is cut again.
    const variance = mean((value) => value ** 2);
    assert.ok(Math.abs(variance - 0.5515) < 0.06, `${variance}`);
    assert.ok(values.every((value) => Math.abs(value) <= 1.5));
    const shared = (shift: number) => mean((value, at) => value * (values[at + shift] ?? 0)) / variance;
    // Half of the variance is coarse, whose neighbours correlate by 0.93, pixels four apart by 0.29, and eight apart not at all.
    for (const [pixels, wanted] of [
      [1, 0.46],
      [4, 0.145],
    ] as const)
      for (const shift of [pixels * residualDims, pixels * 160 * residualDims])
        assert.ok(Math.abs(shared(shift) - wanted) < 0.03, `shift ${shift}: ${shared(shift)}`);
    for (const shift of [1, 8 * residualDims, 8 * 160 * residualDims])
      assert.ok(Math.abs(shared(shift)) < 0.02, `shift ${shift}: ${shared(shift)}`);
  });

  it("the residual of an upscale belongs to the pixel, not to the tile", () => {
    const whole = drawPixelResidual(5, 4, { left: 0, top: 0, widthPx: 9, heightPx: 7 }, 0.5);
    const part = drawPixelResidual(5, 4, { left: 4, top: 2, widthPx: 3, heightPx: 1 }, 0.5);
    assert.deepEqual(part, whole.slice((2 * 9 + 4) * 48, (2 * 9 + 7) * 48));
  });

  it("the residual of an upscale differs between seeds, and scales with the temperature", () => {
    const box = { left: 0, top: 0, widthPx: 2, heightPx: 2 };
    const one = drawPixelResidual(1, 2, box, 1);
    assert.notDeepEqual(one, drawPixelResidual(2, 2, box, 1));
    assert.deepEqual(
      one.map((value) => value * 0.5),
      drawPixelResidual(1, 2, box, 0.5),
    );
    assert.ok(drawPixelResidual(1, 2, box, 0).every((value) => value === 0));
  });
});

describe("the share of details by place", () => {
  const picture = { left: 0, top: 0, widthPx: 20, heightPx: 6 };
  const photograph = new Uint8Array(20 * 6);
  /** One level on the left, a step of a level in the middle, stripes of forty levels on the right. */
  const rows = new Float32Array(20 * 6 * residualDims);
  for (let at = 0; at < rows.length; at += 1) {
    const x = 2 * (Math.floor(at / residualDims) % 20) + (at % 2);
    rows[at] = (x < 12 ? 100 : x < 26 ? 101 : 100 + 40 * (x % 2)) / 255;
  }

  it("the share of details is none where the answer is of one level or has a step of a single one, and all in texture", () => {
    const shares = livelyShares({ rows, box: picture }, 2, picture, picture, photograph);
    const line = shares.slice(40 * 5, 40 * 6);
    assert.ok(line.slice(0, 10).every((share) => share === 0));
    assert.ok(line.slice(14, 24).every((share) => share === 0));
    // A third of a window is a level higher: a deviation of 0.47 of a level, just too little.
    assert.equal(line[11], 0);
    assert.ok(line.slice(28).every((share) => share === 1));
  });

  it("a flat area gets no details however near a steep edge is, and the edge's own slope does", () => {
    const edge = rows.map((_, at) => {
      const x = 2 * (Math.floor(at / residualDims) % 20) + (at % 2);
      return Math.max(60, Math.min(180, 60 + 20 * (x - 16))) / 255;
    });
    const line = livelyShares({ rows: edge, box: picture }, 2, picture, picture, photograph).slice(40 * 5, 40 * 6);
    // The slope goes from 16 to 22; its ends are of both.
    assert.ok(
      [...line.slice(0, 16), ...line.slice(23)].every((share) => share === 0),
      line.join(" "),
    );
    assert.ok(
      line.slice(18, 21).every((share) => share === 1),
      line.join(" "),
    );
  });

  it("where the picture is drawn, what varies by a level or two gets fewer details, and strong texture all", () => {
    const ripples = rows.map((_, at) => {
      const x = 2 * (Math.floor(at / residualDims) % 20) + (at % 2);
      return (100 + (x < 20 ? 4 : 40) * (x % 2)) / 255;
    });
    const lineOf = (isDrawn: Uint8Array) =>
      livelyShares({ rows: ripples, box: picture }, 2, picture, picture, isDrawn).slice(40 * 5, 40 * 6);
    const [usual, drawn] = [lineOf(photograph), lineOf(photograph.map(() => 1))];
    assert.ok(
      usual.every((share) => share === 1),
      usual.join(" "),
    );
    assert.ok(
      drawn.slice(2, 18).every((share) => share > 0 && share < 0.5),
      drawn.join(" "),
    );
    assert.ok(
      drawn.slice(22).every((share) => share === 1),
      drawn.join(" "),
    );
    // Left half of the picture alone.
    const half = lineOf(photograph.map((_, at) => (at % 20 < 5 ? 1 : 0)));
    assert.deepEqual(half.slice(0, 10), drawn.slice(0, 10));
    assert.deepEqual(half.slice(10), usual.slice(10));
  });

  it("the share of details is the same in a part of a picture as in the whole", () => {
    const whole = livelyShares({ rows, box: picture }, 2, picture, picture, photograph);
    const core = { left: 9, top: 2, widthPx: 5, heightPx: 2 };
    const box = growBox(core, livelyReachPx, picture);
    const part = livelyShares({ rows: cutRows(rows, residualDims, picture, box), box }, 2, core, picture, photograph);
    for (let y = 0; y < 4; y += 1)
      assert.deepEqual(part.slice(10 * y, 10 * y + 10), whole.slice(40 * (4 + y) + 18, 40 * (4 + y) + 28));
  });
});

describe("a flow of pixels", () => {
  const architecture = {
    format: 1,
    dims: residualDims,
    conditions: [{ name: "features", dims: 5 }],
    embeddingDims: 8,
    injector: { hiddenDims: 8, blocks: 1 },
    couplings: { count: 3, hiddenDims: 8, depth: 1, clamp: 1.5 },
    permutationSeed: 1,
  } as const;
  const weights = initialWeights(
    { ...architecture, conditions: [...architecture.conditions] },
    identityWhitening(12),
    3,
  );

  it("a flow of pixels is the inverse that the flow has without guidance, for any number of rows", async () => {
    const rows = pixelRows + 3;
    const residual = Float32Array.from({ length: rows * 12 }, (_, at) => Math.sin(at * 1.7));
    const features = Float32Array.from({ length: rows * 5 }, (_, at) => Math.cos(at * 0.9) / 2);
    const pixels = await createPixelFlow(weights, { label: "test", threads: 1 });
    const got = await pixels.inverse(residual, features, rows);
    const flow = await createFlow(weights, { label: "test", threads: 1 });
    for (const row of [0, 1, pixelRows - 1, pixelRows, rows - 1]) {
      const given = { features: { values: features.slice(row * 5, row * 5 + 5), present: Float32Array.of(1) } };
      const { values } = await flow.inverse(residual.slice(row * 12, row * 12 + 12), given, 1);
      for (let at = 0; at < 12; at += 1) assert.ok(Math.abs(values[at]! - got[row * 12 + at]!) < 1e-5);
    }
    await Promise.all([pixels.dispose(), flow.dispose()]);
  });

  it("a flow of pixels is refused with other conditions than features", async () => {
    const other = { ...architecture, conditions: [{ name: "caption", dims: 5 }] };
    const wrong = initialWeights(other, identityWhitening(12), 3);
    await assert.rejects(
      createPixelFlow(wrong, { label: "test" }),
      /expected a flow with the one condition "features", got caption/,
    );
  });
});
