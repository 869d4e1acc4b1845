/** Lines of drawings: how broad they are, the same drawn with another width, and what an answer says of the pieces between them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decidePieces } from "../../../server/engine/lines/by-pieces.ts";
import { countParts } from "../../../server/engine/lines/count-parts.ts";
import { distancesTo, distancesToOther } from "../../../server/engine/lines/distances.ts";
import { drawnInLines } from "../../../server/engine/lines/drawn-in-lines.ts";
import { isLines, linesOfStyle, lineWidthOf } from "../../../server/engine/lines/line-width.ts";
import { outlineOf } from "../../../server/engine/lines/outline.ts";
import { movedEdge, redrawLines } from "../../../server/engine/lines/redraw-lines.ts";
import { edgedOf, shapeOf } from "../../../server/engine/lines/shape.ts";
import { partsAsInk } from "../../../server/engine/lines/tinted.ts";
import { drawLayers } from "../../../server/engine/pixels/layered-image.ts";
import { paint } from "../../../server/engine/translation.ts";
import { meanDifference } from "../../../server/platform/mean-difference.ts";
import { disc, drawn, type Inside, joined, ring, sizePx, stroke } from "./drawn-shapes.ts";

const widthOf = (alphas: Float32Array) => lineWidthOf(shapeOf(alphas, sizePx), sizePx);

describe("distances", () => {
  it("distances are those to the nearest cell, up to the reach", () => {
    const side = 23;
    const mask = Uint8Array.from({ length: side ** 2 }, (_, at) => ((at * 7919) % 31 === 0 ? 1 : 0));
    const found = distancesTo(1, mask, side, 6);
    for (let at = 0; at < mask.length; at += 1) {
      let nearest = 6;
      for (let to = 0; to < mask.length; to += 1)
        if (mask[to] === 1)
          nearest = Math.min(
            nearest,
            Math.hypot((at % side) - (to % side), Math.floor(at / side) - Math.floor(to / side)),
          );
      assert.ok(Math.abs(found[at]! - nearest) < 1e-5, `${at}: ${found[at]} instead of ${nearest}`);
    }
  });
});

describe("width of lines", () => {
  it("width of lines is found to half a pixel, round, straight and slanted", () => {
    for (const width of [2.5, 4, 6.3])
      for (const [what, shape] of [
        ["round", ring(20, width)],
        ["straight", stroke(10, 20, 54, 20, width)],
        ["slanted", stroke(10, 12, 50, 47, width)],
      ] as const) {
        const found = widthOf(drawn(shape));
        assert.ok(
          isLines(found) && Math.abs(sizePx * found.width - width) < 0.5,
          `${what} ${width}: ${sizePx * found!.width}`,
        );
      }
  });

  it("width of lines is that of no disc, nor of lines of two widths", () => {
    assert.equal(isLines(widthOf(drawn(disc(20)))), false);
    assert.equal(isLines(widthOf(drawn(joined(stroke(8, 14, 56, 14, 2), stroke(8, 40, 56, 40, 7))))), false);
  });

  it("lines of a style are all of it, beside fills, or unknown", () => {
    const lines = [ring(20, 4), stroke(8, 20, 56, 40, 4), ring(12, 4.2), stroke(10, 50, 50, 12, 3.9)].map(drawn);
    const fills = [disc(20), disc(12), disc(25), disc(16)].map(drawn);
    const of = (drawings: readonly Float32Array[]) => linesOfStyle(drawings.map((alphas) => ({ alphas, sizePx })));
    const all = of(lines);
    assert.ok(all?.isAll && Math.abs(sizePx * all.width! - 4) < 0.5);
    const some = of([lines[0]!, drawn(ring(23, 4)), ...fills]);
    assert.ok(some && !some.isAll && Math.abs(sizePx * some.width! - 4) < 0.5);
    const mixed = of(
      [...[18, 20, 22].map((radius) => drawn(ring(radius, 4))), drawn(disc(20)), ...lines.slice(2)].map((alphas, at) =>
        at > 3 ? drawn(ring(6, 9)) : alphas,
      ),
    );
    assert.ok(mixed && !mixed.isAll && Math.abs(sizePx * mixed.width! - 4) < 0.5, "few fills beside lines");
    assert.deepEqual(of(fills), { isAll: false });
    const uneven = of([2, 4, 6, 8].map((width) => drawn(ring(20, width))));
    assert.deepEqual(uneven, { isAll: false, outlinedShare: 1 });
    const faint = lines.map((alphas) => alphas.map((alpha) => 0.3 * alpha));
    assert.equal(of(faint), undefined);
    assert.equal(of([drawn(disc(0.7)), new Float32Array(sizePx ** 2)]), undefined);
  });
});

describe("hairlines", () => {
  const hair = [0, 0.25, 0.5, 0.75].map((by) =>
    drawn(joined(stroke(8, 20 + by, 56, 20 + by, 1.3), ring(18, 1.3, 32 + by, 40))),
  );

  it("hairlines of a style are lines of one width, wherever they lie among pixels", () => {
    const found = linesOfStyle(hair.map((alphas) => ({ alphas, sizePx })));
    assert.ok(found?.isAll && Math.abs(sizePx * found.width! - 1.3) < 0.4, `${sizePx * (found?.width ?? 0)}`);
  });

  it("hairlines of about the style's width stay as broad as they are", () => {
    for (const alphas of hair)
      assert.ok(meanDifference(redrawLines(alphas, sizePx, 1.7 / sizePx)!.alphas, alphas) < 0.01);
  });
});

describe("distances of any grid", () => {
  it("distances of any grid are those to the nearest cell of the other kind, whatever its side and the reach", () => {
    for (const [side, reach] of [
      [12, 5],
      [13, 5],
      [20, 2.5],
      [16, 300],
      [24, 126],
    ] as const) {
      const mask = Uint8Array.from({ length: side ** 2 }, (_, at) => Number((at * at + 3 * at) % 37 < 9));
      const found = distancesToOther(mask, side, reach);
      const toInk = distancesTo(1, mask, side, reach);
      for (let at = 0; at < mask.length; at += 1) {
        const aways = [...mask.keys()]
          .filter((near) => mask[near] !== mask[at])
          .map((near) => Math.hypot((near % side) - (at % side), Math.floor(near / side) - Math.floor(at / side)));
        const wanted = Math.fround(Math.min(reach, ...aways));
        assert.ok(Math.abs(found[at]! - wanted) < 1e-5, `side ${side}, reach ${reach}, cell ${at}`);
        assert.equal(toInk[at], mask[at] === 1 ? 0 : found[at]);
      }
    }
    assert.deepEqual([...new Set(distancesToOther(new Uint8Array(144), 12, 6))], [6]);
  });
});

describe("lines with another width", () => {
  it("lines with another width are where they were, thinner and broader", () => {
    for (const [from, to] of [
      [6, 3],
      [3, 6],
      [4, 4],
    ] as const) {
      const shape = (width: number) => drawn(joined(ring(22, width), stroke(24, 32, 40, 32, width)));
      const redrawn = redrawLines(shape(from), sizePx, to / sizePx);
      const off = redrawn && meanDifference(redrawn.alphas, shape(to));
      assert.ok(off !== undefined && off < 0.012, `${from} to ${to}: ${off}`);
    }
  });

  it("dots are as large as they were, and lines beside dots are not", () => {
    const places = [12, 32, 52].flatMap((x) => [12, 32, 52].map((y) => disc(3.5, x, y)));
    const dots = drawn(joined(...places));
    assert.ok(meanDifference(redrawLines(dots, sizePx, 3 / sizePx)!.alphas, dots) < 0.01);
    const list = drawn(joined(disc(3.5, 12, 32), stroke(24, 32, 56, 32, 7)));
    assert.ok(Math.abs(redrawLines(list, sizePx, 4 / sizePx)!.width - 4 / sizePx) < 0.01);
  });

  it("lines with another width stay whole where they are thinner than the others", () => {
    const shape = drawn(joined(ring(22, 6), stroke(26, 32, 38, 32, 2.5)));
    const redrawn = redrawLines(shape, sizePx, 2.5 / sizePx);
    assert.deepEqual(countParts(redrawn!.alphas, sizePx), countParts(shape, sizePx));
  });

  it("lines with another width get no broader than leaves them apart", () => {
    const shape = drawn(joined(stroke(8, 28, 56, 28, 4), stroke(8, 35, 56, 35, 4)));
    const redrawn = redrawLines(shape, sizePx, 8 / sizePx);
    const found = redrawn && widthOf(redrawn.alphas);
    assert.ok(found && sizePx * found.width > 4.5 && sizePx * found.width < 7);
    assert.equal(countParts(redrawn.alphas, sizePx).pieces, 2);
  });

  it("lines with another width fill a few small holes, as eyes are, but none that is larger", () => {
    const face = (radius: number): Float32Array =>
      drawn(joined(ring(25, 1.5), ring(radius, 1.5, 22, 26), ring(radius, 1.5, 42, 26)));
    const eyes = redrawLines(face(2.2), sizePx, 8 / sizePx)!;
    assert.ok(Math.abs(eyes.width * sizePx - 8) < 0.1, `${eyes.width * sizePx}`);
    assert.ok(eyes.alphas[26 * sizePx + 22]! > 0.95 && eyes.alphas[32 * sizePx + 32]! < 0.05);
    const rings = redrawLines(face(4), sizePx, 10 / sizePx)!;
    assert.ok(rings.width * sizePx < 9 && rings.alphas[26 * sizePx + 22]! < 0.5, `${rings.width * sizePx}`);
  });

  it("lines with another width may reach the border of the picture", () => {
    const shape = drawn(joined(ring(29, 6), stroke(0, 32, 64, 32, 6)));
    const redrawn = redrawLines(shape, sizePx, 3 / sizePx);
    assert.ok(redrawn && Math.abs(sizePx * redrawn.width - 3) < 0.1);
  });

  it("lines with another width are none of a drawing of fills", () => {
    assert.equal(redrawLines(drawn(disc(20)), sizePx, 4 / sizePx), undefined);
  });
});

describe("pieces", () => {
  const outline = drawn(joined(ring(22, 4), stroke(24, 32, 40, 32, 4)));
  const decided = (drawing: Float32Array, answer: Float32Array, levels?: readonly number[]) =>
    decidePieces(redrawLines(drawing, sizePx)!, answer, sizePx, levels).map(({ alphas }) => alphas);
  const of = (inside: Inside, answer: Inside) => decided(drawn(inside), drawn(answer))[0]!;

  it("pieces that an answer fills or empties mostly are so with the drawing's own edges", () => {
    const smear = drawn((x, y) => Math.min(disc(23.5)(x, y) + Math.sin(x + y), -stroke(25, 33, 41, 33, 4)(x, y)));
    const solid = drawn((x, y) => Math.min(disc(24)(x, y), -stroke(24, 32, 40, 32, 4)(x, y)));
    assert.ok(meanDifference(smear, solid) > 0.02);
    assert.ok(meanDifference(decided(outline, smear)[0]!, solid) < 0.005);
  });

  it("pieces of which an answer fills a part are whole", () => {
    const mark = stroke(24, 32, 40, 32, 4);
    const torn = drawn((x, y) => Math.min(disc(24)(x, y), y - 26, -mark(x, y)));
    const solid = drawn((x, y) => Math.min(disc(24)(x, y), -mark(x, y)));
    assert.ok(meanDifference(decided(outline, torn)[0]!, solid) < 0.005);
    const less = drawn((x, y) => Math.max(ring(22, 4)(x, y), Math.min(disc(24)(x, y), y - 42)));
    assert.ok(meanDifference(decided(outline, less)[0]!, outline) < 0.005);
  });

  it("a gap ends straight where the outline of its fill begins, and makes no cracks beside it", () => {
    const box: Inside = (x, y) => Math.min(24 - Math.abs(x - 32), 24 - Math.abs(y - 32));
    const within: Inside = (x, y) => Math.min(20 - Math.abs(x - 32), 20 - Math.abs(y - 32));
    const lines: Inside = (x, y) => Math.min(box(x, y), Math.max(-within(x, y), 2 - Math.abs(x - 32)));
    const [gap, broader] = [2, 1.2].map(
      (half): Inside =>
        (x, y) =>
          Math.min(box(x, y), -Math.min(within(x, y), half - Math.abs(x - 32))),
    ) as [Inside, Inside];
    const found = of(lines, broader);
    // The four corners of the gap may be round by part of a pixel.
    const wanted = drawn(gap);
    let farthest = 0;
    for (const [at, alpha] of found.entries()) farthest = Math.max(farthest, Math.abs(alpha - wanted[at]!));
    assert.ok(farthest < 0.5, `${farthest} at one pixel`);
    assert.ok(meanDifference(found, wanted) < 0.002, `${meanDifference(found, wanted)}`);
  });

  it("a mark shows in a fill, also a small one, even where the answer has it filled too", () => {
    const decide = (radius: number): Float32Array => {
      const alphas = drawn(joined(ring(26, 4), disc(radius)));
      const field = movedEdge(shapeOf(alphas, sizePx), sizePx, 0, 0);
      const { inside } = edgedOf(field, sizePx);
      return decidePieces({ alphas, inside, field, width: 4 / sizePx }, drawn(disc(28)), sizePx)[0]!.alphas;
    };
    const middle = 32 * sizePx + 32;
    assert.deepEqual(
      [decide(10), decide(3)].map((alphas) => Math.round(alphas[middle]!)),
      [0, 0],
    );
  });

  it("gaps between hairlines stay", () => {
    const hair: Inside = (x, y) =>
      Math.max(ring(22, 1.5)(x, y), Math.min(stroke(10, 32, 54, 32, 1.5)(x, y), disc(22)(x, y)));
    const answer: Inside = (x, y) =>
      Math.min(disc(22.75)(x, y), -Math.min(disc(21)(x, y), stroke(8, 32, 56, 32, 1.5)(x, y)));
    const middle = of(hair, answer).slice(32 * sizePx + 16, 32 * sizePx + 48);
    assert.ok(Math.max(...middle) < 0.5, [...middle].join(" "));
  });

  it("lines between parts of a fill are gaps, which end at its outline, or of the fill where the answer surely has them", () => {
    const crossed = joined(ring(22, 4), stroke(10, 32, 54, 32, 4));
    const gap: Inside = (x, y) => Math.min(disc(24)(x, y), -Math.min(disc(20)(x, y), stroke(10, 32, 54, 32, 4)(x, y)));
    const answer: Inside = (x, y) => Math.min(disc(24)(x, y), -stroke(10, 32, 54, 32, 2.5)(x, y));
    assert.ok(meanDifference(of(crossed, answer), drawn(gap)) < 0.01);
    assert.ok(meanDifference(of(crossed, disc(24)), drawn(disc(24))) < 0.005);
    const shallow = drawn(disc(24)).map((share, at) => share * (1 - 0.15 * drawn(stroke(8, 32, 56, 32, 8))[at]!));
    assert.ok(meanDifference(decided(drawn(crossed), shallow)[0]!, drawn(gap)) < 0.01, "from a mean of 0.95 on");
  });

  it("an answer with its outline elsewhere leaves the drawing as it is", () => {
    assert.ok(meanDifference(decided(outline, drawn(disc(17)))[0]!, outline) < 0.005);
  });

  it("a bay that lines nearly enclose is filled as far as the answer has it", () => {
    const open: Inside = (x, y) => Math.min(ring(22, 4)(x, y), -stroke(32, 50, 32, 60, 5)(x, y));
    const filled: Inside = (x, y) => Math.min(disc(24)(x, y), -stroke(32, 50, 32, 60, 5)(x, y));
    // The corners beside the opening are rounded.
    assert.ok(meanDifference(of(open, filled), drawn(filled)) < 0.012);
    assert.ok(meanDifference(of(open, open), drawn(open)) < 0.005);
  });

  it("parts of a style with a tint are ink or tint as wholes, and marks in a tint are ink", () => {
    const body = ring(16, 4, 32, 40);
    const drawing = drawn(joined(body, stroke(26, 40, 38, 40, 4), stroke(16, 10, 48, 10, 4)));
    const smear = drawn(disc(17.5, 32, 40)).map(
      (share, at) => share * (0.45 + 0.1 * Math.sin(at)) + drawn(stroke(16, 10, 48, 10, 4))[at]!,
    );
    const [ink, all] = decided(drawing, smear, [1, 0.5]) as [Float32Array, Float32Array];
    assert.ok(meanDifference(ink, drawn(joined(stroke(26, 40, 38, 40, 4), stroke(16, 10, 48, 10, 4)))) < 0.01);
    assert.ok(meanDifference(all, drawn(joined(disc(18, 32, 40), stroke(16, 10, 48, 10, 4)))) < 0.01);
  });
});

describe("drawings with a tint", () => {
  it("drawings of ink and tint are of one ink, but for parts within the other", () => {
    const [body, mark, handle] = [disc(16, 32, 40), disc(5, 32, 40), stroke(16, 10, 48, 10, 4)];
    const [bodies, marks, handles] = [drawn(body), drawn(mark), drawn(handle)];
    const tinted = bodies.map((share, at) => 0.5 * share + 0.5 * marks[at]! + handles[at]!);
    const expected = drawn((x, y) => Math.max(Math.min(body(x, y), -mark(x, y)), handle(x, y)));
    assert.ok(meanDifference(partsAsInk(tinted, sizePx, 0.5), expected) < 0.005);
    const inked = bodies.map((share, at) => share - 0.5 * marks[at]! + 0.5 * handles[at]!);
    assert.ok(meanDifference(partsAsInk(inked, sizePx, 0.5), expected) < 0.01);
  });
});

describe("outlines", () => {
  const mark = (width: number) => stroke(24, 32, 40, 32, width);
  const solid = drawn((x, y) => Math.min(disc(24)(x, y), -mark(4)(x, y)));
  const lines = drawn(joined(ring(22.5, 3), mark(3)));

  it("outlines of a fill are bands inside of its edge, and its marks are lines, whatever trembles in the answer", () => {
    const rough = drawn((x, y) => joined(ring(22, 3.5), mark(3))(x, y) + Math.sin(x * 1.3) * Math.cos(y * 1.1));
    assert.ok(meanDifference(rough, lines) > 0.02);
    const outline = outlineOf(solid, rough, sizePx, 3 / sizePx);
    const off = outline && meanDifference(outline.alphas, lines);
    assert.ok(off !== undefined && off < 0.012, `${off}`);
  });

  it("outlines leave out a mark that the answer has empty, and its edge is one of the fill", () => {
    const outline = outlineOf(solid, drawn(ring(22.5, 3)), sizePx, 3 / sizePx)!;
    const alpha = (x: number, y: number): number => outline.alphas[y * sizePx + x]!;
    assert.ok(alpha(32, 32) < 0.05 && alpha(32, 28) > 0.95 && alpha(32, 20) < 0.05);
  });

  it("outlines go on beside a narrow place that the answer has in ink for the most part only, as between a fill and a line that comes near", () => {
    const [fill, post]: [Inside, Inside] = [disc(16, 40, 32), stroke(21, 10, 21, 54, 4)];
    const nearest: Inside = (x, y) => Math.min(8.5 - Math.abs(y - 32), 32 - x, x - 21);
    const answer = drawn(joined(ring(14.5, 3, 40, 32), post, nearest));
    const outline = outlineOf(drawn(joined(fill, post)), answer, sizePx, 3 / sizePx)!;
    const off = meanDifference(outline.alphas, drawn(joined(ring(14.5, 3, 40, 32), post)));
    assert.ok(off < 0.01, `${off}`);
  });

  it("outlines go on beside marks, and nothing else is between them, however near they come", () => {
    const box =
      (halfWidth: number, halfHeight: number): Inside =>
      (x, y) =>
        Math.min(halfWidth - Math.abs(x - 32), halfHeight - Math.abs(y - 32));
    for (const [halfWidth, halfHeight, width] of [
      [10, 18, 5],
      [10, 18, 6],
      [15, 15, 6],
    ] as const) {
      const mark = box(halfWidth, halfHeight);
      const fill = drawn((x, y) => Math.min(box(26, 26)(x, y), -mark(x, y)));
      const frame: Inside = (x, y) => Math.min(box(26, 26)(x, y), -box(26 - width, 26 - width)(x, y));
      const wanted = drawn(joined(frame, mark));
      const off = meanDifference(outlineOf(fill, wanted, sizePx, width / sizePx)!.alphas, wanted);
      assert.ok(off < 0.002, `${halfWidth} × ${halfHeight}, ${width}: ${off}`);
    }
  });

  it("outlines are as large as the answer, where it draws the same larger, smaller or aside", () => {
    for (const [radius, x] of [
      [20, 32],
      [28, 32],
      [24, 38],
    ] as const) {
      const wanted = drawn(joined(ring(radius - 1.5, 3, x), stroke(x - 8, 32, x + 8, 32, 3)));
      const off = meanDifference(outlineOf(solid, wanted, sizePx, 3 / sizePx)!.alphas, wanted);
      assert.ok(off < 0.03, `${radius} at ${x}: ${off}`);
    }
  });

  it("outlines are those of the drawing where the answer is a smear, which has its ink anywhere", () => {
    const smear = drawn(disc(24)).map((alpha, at) => (at % sizePx > 50 ? alpha : 0.35 * alpha));
    const off = meanDifference(outlineOf(solid, smear, sizePx, 3 / sizePx)!.alphas, drawn(ring(22.5, 3)));
    assert.ok(off < 0.09, `${off}`);
    assert.equal(outlineOf(solid, drawn(disc(9, 46, 32)), sizePx, 3 / sizePx), undefined);
  });

  it("outlines are so, too, where it draws soft blots in place of lines", () => {
    const [whole, blots] = [drawn(disc(24)), joined(ring(24, 7), disc(8, 54, 54), disc(8, 10, 10))];
    assert.equal(outlineOf(whole, drawn(blots), sizePx, 3 / sizePx), undefined);
    const outline = outlineOf(
      whole,
      drawn((x, y) => blots(x, y) / 6),
      sizePx,
      3 / sizePx,
    );
    assert.ok(outline && meanDifference(outline.alphas, drawn(ring(22.5, 3))) < 0.005);
  });

  it("outlines are none of lines, and none where the answer has much ink elsewhere", () => {
    assert.equal(outlineOf(lines, lines, sizePx, 3 / sizePx), undefined);
    assert.equal(outlineOf(solid, drawn(disc(14)), sizePx, 3 / sizePx), undefined);
  });
});

describe("an answer in the drawing's lines", () => {
  const planesOf = (alphas: Float32Array): Float32Array => {
    const planes = new Float32Array(4 * alphas.length);
    planes.set(alphas, 3 * alphas.length);
    return planes;
  };
  const shape = (width: number) => drawn(joined(ring(22, width), stroke(24, 32, 40, 32, width)));
  const shown = { planes: planesOf(shape(5)), known: new Float32Array(16).fill(1) };
  const never = (): never => assert.fail("the answer is not needed");

  it("an answer in the drawing's lines needs no decoder where the style is of lines alone, at any size", async () => {
    const layers = await drawnInLines(shown, sizePx, { width: 3 / sizePx, isAll: true }, never);
    const alphas = drawLayers(layers!, 1).subarray(3 * sizePx ** 2);
    assert.ok(meanDifference(alphas, shape(3)) < 0.02);
    assert.equal(drawLayers(layers!, 4).length, 16 * 4 * sizePx ** 2);
  });

  it("an answer in the drawing's lines has an even tint in the areas that are tinted mostly", async () => {
    const answer = planesOf(drawn(disc(20)).map((share, at) => share * ((at % 3) * 0.05 + 0.15)));
    const lines = { width: 5 / sizePx, isAll: true, tint: 0.25 };
    const layers = await drawnInLines(shown, sizePx, lines, async () => answer);
    const alpha = (x: number, y: number): number => drawLayers(layers!, 1)[(3 * sizePx + y) * sizePx + x]!;
    assert.ok(Math.abs(alpha(32, 20) - 0.25) < 0.01, `${alpha(32, 20)}`);
    assert.ok(alpha(32, 10) > 0.95 && alpha(2, 2) < 0.01);
  });

  it("an answer in the drawing's lines on a ground is known as layers where it is drawn larger", async () => {
    const ground = {
      ...{ sizePx, mask: new Float32Array(sizePx ** 2).fill(1), place: { left: 0, top: 0, sidePx: sizePx } },
      looks: [{ ground: [0, 0, 1], ink: [1, 1, 1] }] as const,
    };
    const target = { imageSizePx: sizePx, decode: never } as unknown as Parameters<typeof paint>[0]["target"];
    const lines = { width: 3 / sizePx, isAll: true };
    const drawn = { latent: new Float32Array(), drawing: { ...shown, manner: new Float32Array() } };
    const { enlarged, known } = await paint({ target }, drawn, { isOneInk: true, ground, lines }, 2);
    assert.equal(enlarged!.length, 4 * (2 * sizePx) ** 2);
    assert.deepEqual(
      known!.stack!.map(({ hex, cover }) => [hex, cover.length]),
      ["#0000ff", "#ffffff"].map((hex) => [hex, (2 * sizePx) ** 2]),
    );
    assert.equal((await paint({ target }, drawn, { isOneInk: true, lines }, 2)).known?.stack, undefined);
  });

  it("an answer in the drawing's lines is none where a part is drawn anew", async () => {
    const lines = { width: 3 / sizePx, isAll: true };
    assert.equal(await drawnInLines({ ...shown, known: new Float32Array(16) }, sizePx, lines, never), undefined);
  });

  it("a drawing of several colours gets the ink of the flow's answer, crisp and without its specks; with a tint it stays the flow's", async () => {
    const planes = shown.planes.slice();
    for (let at = 0; at < sizePx ** 2; at += 1) planes[at] = at % 2 === 0 ? planes[3 * sizePx ** 2 + at]! : 0;
    const coloured = { ...shown, planes };
    const lines = { width: 3 / sizePx, isAll: true };
    assert.equal(await drawnInLines(coloured, sizePx, { ...lines, tint: 0.25 }, never), undefined);
    const wanted = drawn(disc(16));
    // What is unsure is grey, and there is a speck.
    const smear = drawn(joined(disc(16), disc(1.2, 58, 58))).map((alpha) => 0.15 + 0.6 * alpha);
    const layers = await drawnInLines(coloured, sizePx, lines, async () => planesOf(smear));
    const alphas = drawLayers(layers!, 1).subarray(3 * sizePx ** 2);
    assert.ok(meanDifference(alphas, wanted) < 0.01, `${meanDifference(alphas, wanted)}`);
    assert.ok(alphas[58 * sizePx + 58]! < 0.02, `${alphas[58 * sizePx + 58]}`);
  });
});
