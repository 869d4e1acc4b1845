/** What is read of styles of lines besides their width, and what follows for drawings: how often areas have a tint, lines with edges of their own, widths that occur. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { drawnInLines, type WantedLines } from "../../../server/engine/lines/drawn-in-lines.ts";
import { isWidthOf } from "../../../server/engine/lines/line-width.ts";
import { tintedShare } from "../../../server/engine/lines/tinted.ts";
import { drawLayers } from "../../../server/engine/pixels/layered-image.ts";
import { linesIn } from "../../../server/engine/pixels/style-ink.ts";
import { box, disc, drawn, type Layer, pixels, ring, sizePx } from "../drawn-layers.ts";

const black = [0, 0, 0] as const;
type Layers = readonly Layer[];

/** Alpha of an answer at some places of a row. */
async function alphasAt(drawing: Layers, lines: WantedLines, answer: Layers, columns: readonly number[], row = 32) {
  const known = new Float32Array(16).fill(1);
  const layers = await drawnInLines(
    { planes: drawn(...drawing).planes, known },
    sizePx,
    lines,
    async () => drawn(...answer).planes,
  );
  const alphas = drawLayers(layers!, 1).subarray(3 * pixels);
  return columns.map((column) => Math.round(100 * alphas[row * sizePx + column]!) / 100);
}

const tinted = (radius: number, x0: number, alpha = 0.2) =>
  [
    [disc(radius, x0), black, alpha],
    [ring(radius, 4, x0), black],
  ] as const;
const alphasOf = (...layers: Layers) => ({ alphas: drawn(...layers).planes.subarray(3 * pixels), sizePx });

describe("how often a style's areas have its tint", () => {
  it("is a share by area of what lines enclose, and nothing around counts, nor at the border", () => {
    const half = alphasOf(...tinted(13, 16), [ring(13, 4, 48), black]);
    const share = tintedShare([half], 0.2)!;
    assert.ok(Math.abs(share - 0.5) < 0.03, `${share}`);
    assert.equal(tintedShare([alphasOf(...tinted(22, 32)), alphasOf(...tinted(20, 32))], 0.2), 1);
    assert.equal(tintedShare([alphasOf([ring(22, 4, 64), black])], 0.2), undefined);
    assert.equal(tintedShare([alphasOf([box(10, 30, 54, 34), black])], 0.2), undefined);
  });

  it("counts beside the answer: where all have it an area needs no more, where few have it the answer must be sure", async () => {
    const lines = { width: 4 / sizePx, isAll: true, tint: 0.2 };
    const at = (share: number, answer: number) =>
      alphasAt([[ring(22, 4), black]], { ...lines, tinted: share }, tinted(22, 32, answer), [2, 10, 32]);
    assert.deepEqual(await at(0.97, 0), [0, 1, 0.2]);
    assert.deepEqual(await at(0.5, 0), [0, 1, 0]);
    assert.deepEqual(await at(0.5, 0.15), [0, 1, 0.2]);
    assert.deepEqual(await at(0.1, 0.15), [0, 1, 0]);
  });

  it("in a style of tints the largest area has one, where the answer says none", async () => {
    const lines = { width: 4 / sizePx, isAll: true, tint: 0.2, tinted: 0.7 };
    const two = [
      [ring(16, 4, 20), black],
      [ring(8, 4, 50), black],
    ] as const;
    assert.deepEqual(await alphasAt(two, lines, two, [20, 50, 62]), [0.2, 0, 0]);
    assert.deepEqual(await alphasAt([[box(10, 30, 54, 34), black]], lines, [], [32], 20), [0]);
  });
});

describe("lines between thin edges", () => {
  const edged = (radius: number) =>
    drawn([ring(radius, 6), black, 0.25], [ring(radius - 3, 2), black], [ring(radius + 3, 2), black]);

  it("are read as broad lines of the tint with the width of their edges, where areas with a tint are no lines", () => {
    const read = linesIn([edged(22), edged(20), edged(18), edged(23)], false)!;
    assert.ok(read.isAll && Math.abs(read.width! * sizePx - 8) < 1, `${read.width! * sizePx}`);
    assert.ok(Math.abs(read.edge! * sizePx - 2) < 0.7, `${read.edge! * sizePx}`);
    assert.ok(Math.abs(read.tint! - 0.25) < 0.01, `${read.tint}`);
    const duotones = [18, 20, 22, 23].map((radius) => drawn(...tinted(radius, 32)));
    assert.deepEqual([linesIn(duotones, false)!.edge, linesIn(duotones, false)!.tinted], [undefined, 1]);
  });

  it("are what a drawing of lines becomes, without an answer", async () => {
    const lines = { width: 10 / sizePx, edge: 2 / sizePx, isAll: true, tint: 0.25 };
    // From 5 to 15 px, with an edge on either side.
    const found = await alphasAt([[ring(22, 4), black]], lines, [], [2, 6, 10, 13, 32]);
    assert.deepEqual(
      found.map((alpha) => (alpha > 0.9 ? 1 : alpha)),
      [0, 1, 0.25, 1, 0],
    );
  });

  it("go around fills too, and a drawing that has them already is not doubled", async () => {
    const lines = { width: 9 / sizePx, edge: 2 / sizePx, isAll: true, tint: 0.25 };
    const answer = [
      [ring(21.5, 9), black, 0.25],
      [ring(17.8, 1.6), black],
      [ring(25.2, 1.6), black],
    ] as const;
    const rounded = (found: readonly number[]) => found.map((alpha) => (alpha > 0.8 ? 1 : alpha));
    const columns = [3, 6, 10, 14, 32];
    assert.deepEqual(rounded(await alphasAt([[disc(26), black]], lines, answer, columns)), [0, 1, 0.25, 1, 0]);
    assert.deepEqual(rounded(await alphasAt(answer, lines, answer, columns)), [0, 1, 0.25, 1, 0]);
  });
});

describe("solid parts beside lines, in a style of lines", () => {
  const drawing = [
    [ring(28, 3), black],
    [disc(12), black],
  ] as const;
  const lines = { width: 3 / sizePx, isAll: true };

  it("get an outline where the answer has them empty, and stay where it has them filled", async () => {
    const hollow = [
      [ring(28, 3), black],
      [ring(10.5, 3), black],
    ] as const;
    assert.deepEqual(await alphasAt(drawing, lines, hollow, [4, 12, 21, 32]), [1, 0, 1, 0]);
    assert.deepEqual(await alphasAt(drawing, lines, drawing, [4, 12, 21, 32]), [1, 0, 1, 1]);
  });

  it("get one beside broad lines too", async () => {
    const broad = [
      [ring(28, 5.4), black],
      [disc(18), black],
    ] as const;
    const hollow = [
      [ring(28, 5.4), black],
      [ring(15.3, 5.4), black],
    ] as const;
    const found = await alphasAt(broad, { width: 5.4 / sizePx, isAll: true }, hollow, [4, 11, 17, 32]);
    assert.deepEqual(found, [1, 0, 1, 0]);
  });

  it("stay as they are where an outline would leave next to no room", async () => {
    const small = [
      [ring(28, 3), black],
      [disc(4), black],
    ] as const;
    assert.deepEqual(await alphasAt(small, lines, [[ring(28, 3), black]], [4, 32]), [1, 1]);
  });
});

describe("widths of a style's lines", () => {
  it("that occur in its drawings stay, also where most have others", async () => {
    const widths = [3, 3, 3, 3, 3, 3, 4.5, 4.6].map((width) => width / sizePx);
    assert.ok(isWidthOf({ widths }, 4.4 / sizePx) && !isWidthOf({ widths }, 6 / sizePx));
    assert.ok(!isWidthOf({ widths: [...widths, ...widths.slice(0, 6), ...widths.slice(0, 6)] }, 4.4 / sizePx));
    assert.ok(!isWidthOf({}, 3 / sizePx));
    const inkOf = async (style: readonly number[]) => {
      const lines = { width: 3 / sizePx, widths: style, isAll: true };
      const found = await alphasAt([[ring(20, 4.5), black]], lines, [], [...Array(20).keys()]);
      return found.reduce((sum, alpha) => sum + alpha, 0);
    };
    assert.ok(Math.abs((await inkOf(widths)) - 4.5) < 0.4, `${await inkOf(widths)}`);
    assert.ok(Math.abs((await inkOf(widths.slice(0, 6))) - 3) < 0.4, `${await inkOf(widths.slice(0, 6))}`);
  });
});

describe("lines that a style of outlined fills draws as tubes", () => {
  const tube = (radius: number) =>
    drawn([ring(radius, 8), black, 0.25], [ring(radius - 3, 2), black], [ring(radius + 3, 2), black]);
  const fill = (radius: number) => drawn([disc(radius), black, 0.25], [ring(radius - 1, 2), black]);

  it("are read where two of its drawings show them, and not where lines are plain", () => {
    const fills = [24, 25, 26, 27, 28].map(fill);
    const read = linesIn([...fills, tube(10), tube(12)], false)!;
    assert.ok(read.isAll && read.edge === undefined && Math.abs(read.width! * sizePx - 2) < 0.7, JSON.stringify(read));
    assert.ok(Math.abs(read.tube! * sizePx - 8) < 1.2, `${read.tube! * sizePx}`);
    assert.equal(linesIn([...fills, tube(10)], false)!.tube, undefined);
    const plain = drawn([box(10, 31, 54, 33), black]);
    assert.equal(linesIn([...fills, tube(10), tube(12), plain], false)!.tube, undefined);
  });

  it("are drawn of lines that enclose nothing, or are nearly as broad; others get tints in what they enclose", async () => {
    const lines = { width: 2 / sizePx, isAll: true, tint: 0.25, tinted: 1, tube: 8 / sizePx };
    const at = (drawing: Layers, columns: readonly number[], row?: number) =>
      alphasAt(drawing, lines, tinted(22, 32), columns, row);
    const bar = [[box(10, 30, 54, 34), black]] as const;
    assert.deepEqual(await at(bar, [2, 32]), [0, 0.25]);
    assert.ok((await at(bar, [32], 28))[0]! > 0.9);
    // From border to border, which parts nothing.
    assert.deepEqual(await at([[box(0, 30, 64, 34), black]], [32]), [0.25]);
    assert.deepEqual(await at([[ring(22, 6), black]], [2, 10, 32]), [0, 0.25, 0]);
    const [around, line, within] = await at([[ring(22, 3), black]], [2, 10, 32]);
    assert.ok(around === 0 && line! > 0.9 && within === 0.25, `${[around, line, within]}`);
  });
});
