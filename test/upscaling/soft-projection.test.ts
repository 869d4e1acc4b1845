/** The soft projection: how far it moves, and that nothing goes beyond a flat area. Grain that is left after it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { normals, streams } from "../../server/engine/random.ts";
import { joinFlatAreas, joinReachPx } from "../../server/upscaling/projection/join-flat-areas.ts";
import { grainReachPx, takeOffGrain } from "../../server/upscaling/projection/level-grain.ts";
import { softenProjection } from "../../server/upscaling/projection/soft-projection.ts";

const [widthPx, heightPx, factor] = [16, 16, 2] as const;
const pixels = widthPx * heightPx;

/** Three equal channels of a picture. */
function planes(side: number, levelAt: (x: number, y: number) => number): Float32Array {
  const plane = Array.from({ length: side ** 2 }, (_, at) => levelAt(at % side, Math.floor(at / side)) / 255);
  return Float32Array.from([...plane, ...plane, ...plane]);
}
const soften = (
  projected: Float32Array,
  answer: Float32Array,
  low: Float32Array,
  largestShare: number,
): Float32Array => {
  const result = projected.slice();
  softenProjection(result, answer, low, { widthPx, heightPx, largestShare });
  return result;
};
/** Levels of the first channel, rounded, at the row and column given. */
const levelAt = (picture: Float32Array, x: number, y: number): number =>
  Math.round(255 * picture[y * factor * widthPx + x]!);

describe("the soft projection", () => {
  it("the soft projection moves a value by its share of the local range at most, and half a level", () => {
    const draw = (seed: number, length: number) =>
      normals(seed, streams.pixels, length).map((value) => 0.5 + 0.15 * value);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), fc.constantFrom(0, 0.03, 0.5), (seed, share) => {
        const low = draw(seed, 3 * pixels);
        const [answer, projected] = [
          draw(seed + 1, factor ** 2 * low.length),
          draw(seed + 2, factor ** 2 * low.length),
        ];
        const most = share * (Math.max(...low) - Math.min(...low)) + 0.5 / 255 + 1e-6;
        const clamped = answer.map((value) => Math.max(0, Math.min(1, value)));
        for (const [at, value] of soften(projected, clamped, low, share).entries())
          assert.ok(Math.abs(value - clamped[at]!) <= most, `value ${at}`);
      }),
      { numRuns: 20, seed: 5 },
    );
  });

  it("an edge does not fade into a flat area beside it, but into a sky it does", () => {
    const low = (slope: number) => planes(widthPx, (x) => (x < 8 ? 30 : 200 + slope * (x - 8)));
    const answer = planes(factor * widthPx, (x) => (x < 16 ? 30 : x < 18 ? 120 : 195));
    const at = (slope: number, x: number): number => levelAt(soften(answer, answer, low(slope), 0), x, 16);
    assert.deepEqual([at(0, 15), at(0, 17), at(0, 18)], [30, 120, 200]);
    assert.equal(at(1, 18), 195);
  });

  it("the soft projection leaves paper beside letters without a halo, on light and on dark", () => {
    for (const [paper, ink, halo] of [
      [236, 30, 250],
      [36, 220, 0],
    ] as const) {
      const isInk = (x: number, y: number): boolean => y >= 4 && y < 12 && (x === 6 || x === 7 || x === 9);
      const low = planes(widthPx, (x, y) => (isInk(x, y) ? ink : paper));
      const ringing = planes(factor * widthPx, (x, y) => (isInk(x >> 1, y >> 1) ? ink : halo));
      const result = soften(ringing, ringing, low, 1);
      for (let y = 5; y < 27; y += 1)
        for (let x = 8; x < 22; x += 1)
          if (!isInk(x >> 1, y >> 1)) assert.equal(levelAt(result, x, y), paper, `${x}, ${y} on ${paper}`);
    }
  });

  it("the soft projection lets a thin line be darker than its pixels, which may be mixtures", () => {
    const low = planes(widthPx, (_, y) => (y === 7 || y === 8 ? 120 : 240));
    const sharp = planes(factor * widthPx, (_, y) => (y === 15 || y === 16 ? 10 : 240));
    assert.equal(levelAt(soften(sharp, sharp, low, 0), 16, 15), 10);
  });

  it("a colour joins a flat area only where the others belong to it, too, so that an outline keeps its hue", () => {
    const [paper, body, outline] = [
      [255, 255, 255],
      [0, 112, 60],
      [10, 70, 60],
    ] as const;
    const [low, answer] = [1, factor].map((scale) =>
      Float32Array.from(
        [0, 1, 2].flatMap((channel) =>
          Array.from({ length: scale ** 2 * pixels }, (_, at) => {
            const x = Math.floor((at % (scale * widthPx)) / scale);
            return (x < 7 ? paper : x === 7 ? outline : body)[channel]! / 255;
          }),
        ),
      ),
    );
    const result = soften(answer!, answer!, low!, 0);
    assert.deepEqual([levelAt(result, 14, 16), levelAt(result, 16, 16)], [10, 0]);
    const mixed = answer!.slice();
    for (let at = 0; at < mixed.length; at += 1) if (at % (factor * widthPx) === 22) mixed[at]! += 3 / 255;
    assert.equal(levelAt(soften(mixed, mixed, low!, 0), 22, 16), 3);
  });

  it("a flat area ends at its level although the kernel's lobes led the input a little below it", () => {
    const low = planes(widthPx, (x) => (x < 8 ? 250 : x === 8 ? 94 : 100));
    const answer = planes(factor * widthPx, (x) => (x < 16 ? 250 : x < 18 ? 92 : 100));
    assert.equal(levelAt(soften(answer, answer, low, 0), 17, 16), 100);
  });
});

describe("grain", () => {
  /** A photograph's places, and a drawing's, of an input. */
  const photograph = (side: number): Uint8Array => new Uint8Array(side ** 2);
  const drawing = (side: number): Uint8Array => photograph(side).fill(1);

  it("grain of a level is taken off flat areas and slopes, up to an edge that stays", () => {
    const noise = normals(3, streams.pixels, 32 ** 2).map((value) => Math.max(-1, Math.min(1, value)));
    const clean = planes(32, (x) => (x < 16 ? 60 + x / 4 : 200));
    const grainy = clean.map((value, at) => value + (0.4 * noise[at % noise.length]!) / 255);
    const result = grainy.slice();
    takeOffGrain(result, photograph(8), 8, 4);
    const awayFrom = (picture: Float32Array): number =>
      255 * Math.sqrt(picture.reduce((sum, value, at) => sum + (value - clean[at]!) ** 2, 0) / picture.length);
    assert.ok(awayFrom(result) < 0.5 * awayFrom(grainy), `${awayFrom(result)}, ${awayFrom(grainy)}`);
    assert.ok(Math.abs(255 * result[15]! - 63.75) < 1 && Math.abs(255 * result[16]! - 200) < 1);
  });

  it("differences of several levels are no grain", () => {
    const texture = planes(32, (x, y) => ((x + y) % 2 === 0 ? 90 : 94));
    const result = texture.slice();
    takeOffGrain(result, drawing(16), 16, 2);
    assert.deepEqual(result, texture);
  });

  it("what an edge blurs by four levels is grain where the picture is drawn, and none in a photograph", () => {
    const picture = planes(32, (x) => (x < 14 ? 40 : x < 16 ? 196 : 200));
    const farthest = (isDrawn: Uint8Array): number => {
      const result = picture.slice();
      takeOffGrain(result, isDrawn, 8, 4);
      return 200 - 255 * result[32 * 16 + 15]!;
    };
    const [drawn, photographed] = [farthest(drawing(8)), farthest(photograph(8))];
    assert.ok(drawn < 3.2, `${drawn} levels are left`);
    assert.ok(photographed > 3.9, `${photographed} levels are left`);
  });

  describe("rims of flat areas", () => {
    const [side, factor] = [32, 4];
    /** The middle row of a picture whose columns have these levels. */
    const joined = (levelAtX: (x: number) => number, isDrawn = drawing(side / factor)): number[] => {
      const plane = Float32Array.from({ length: side ** 2 }, (_, at) => levelAtX(at % side) / 255);
      joinFlatAreas(plane, isDrawn, side / factor, factor);
      return [...plane.slice(side * 16, side * 17)].map((value) => 255 * value);
    };
    const rim = (x: number): number => (x < 14 ? 40 : Math.min(200, 199 + (x - 14) / 3));

    it("a rim a level off joins the flat area beside it, and the edge stays", () => {
      const line = joined(rim);
      assert.ok(
        line.slice(15).every((value) => value > 199.9),
        line.join(" "),
      );
      assert.ok(
        line.slice(0, 14).every((value) => Math.abs(value - 40) < 0.01),
        line.join(" "),
      );
    });

    it("slopes stay, and so does what lies two levels off or is not drawn", () => {
      const stays = (levelAtX: (x: number) => number, line: number[]): void => {
        for (const [x, value] of line.entries())
          assert.ok(Math.abs(value - levelAtX(x)) < 0.01, `${x}: ${value}, not ${levelAtX(x)}`);
      };
      const [slope, step] = [(x: number) => 60 + x / 2, (x: number) => (x < 16 ? 100 : 102)];
      stays(slope, joined(slope));
      stays(step, joined(step));
      stays(rim, joined(rim, photograph(side / factor)));
    });

    it("rims join alike in a part of a picture and in the whole, as far as their reach says", () => {
      const noise = normals(4, streams.pixels, side ** 2);
      const plane = Float32Array.from(noise, (value, at) =>
        at % side > 17 ? 50 / 255 : (at % side > 15 ? 99.2 : 100 + Math.round(value) / 40) / 255,
      );
      const [from, across] = [8, 20];
      const cut = plane.filter((_, at) => {
        const [x, y] = [at % side, Math.floor(at / side)];
        return x >= from && x < from + across && y >= from && y < from + across;
      });
      const [whole, part] = [plane.slice(), cut.slice()];
      joinFlatAreas(whole, drawing(side / factor), side / factor, factor);
      joinFlatAreas(part, drawing(across / factor), across / factor, factor);
      assert.notDeepEqual(part, cut);
      const reachPx = joinReachPx(factor);
      for (let y = reachPx; y < across - reachPx; y += 1)
        for (let x = reachPx; x < across - reachPx; x += 1)
          assert.equal(part[y * across + x], whole[(from + y) * side + from + x], `${x}, ${y}`);
    });
  });

  for (const scale of [2, 4] as const)
    it(`grain at ×${scale} is taken off alike in a part of a picture and in the whole, as far as its reach says`, () => {
      const [side, off] = [72 / scale + 20, 12 / scale];
      const cut = scale * grainReachPx(scale);
      const enlarged = normals(8, streams.pixels, 3 * (scale * side) ** 2).map((value) => 0.5 + (2 * value) / 255);
      // Drawn places beside others.
      const isDrawn = photograph(side).map((_, at) => Math.floor((at % side) / 9) % 2);
      const isInPart = (at: number, line: number, from: number): boolean =>
        at % line >= from && Math.floor(at / line) % line >= from;
      const partOf = (picture: Float32Array, line: number, from: number): Float32Array =>
        picture.filter((_, at) => isInPart(at, line, from));
      const [line, rest] = [scale * side, scale * (side - off)];
      const [whole, part] = [enlarged.slice(), partOf(enlarged, line, scale * off)];
      takeOffGrain(whole, isDrawn, side, scale);
      const drawnInPart = isDrawn.filter((_, at) => isInPart(at, side, off));
      takeOffGrain(part, drawnInPart, side - off, scale);
      let compared = 0;
      for (const [at, value] of partOf(whole, line, scale * off).entries())
        if (at % rest >= cut && Math.floor(at / rest) % rest >= cut) {
          assert.equal(part[at], value);
          compared += 1;
        }
      assert.ok(compared > 1000, `${compared} values`);
    });
});
