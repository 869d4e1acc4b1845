/** The doubt about an answer: the deviation it follows from, that it grows with what it should, and its map with legend and outlines. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Pixels } from "../../server/engine/interfaces.ts";
import { disagreementOf, otherReading } from "../../server/upscaling/doubt/disagreement.ts";
import { doubtOf } from "../../server/upscaling/doubt/doubt.ts";
import { brightestDoubt, drawDoubt } from "../../server/upscaling/doubt/doubt-map.ts";
import { PixelStd, partsPerLevel } from "../../server/upscaling/doubt/pixel-std.ts";

const flat = (levels: readonly number[], widthPx: number, heightPx: number): Pixels => ({
  rgba: Uint8Array.from({ length: 4 * widthPx * heightPx }, (_, at) => levels[at % 4]!),
  widthPx,
  heightPx,
});
const doubtsOf = (levels: number, size: number): Uint16Array => new Uint16Array(size).fill(partsPerLevel * levels);

describe("the doubt", () => {
  it("the deviation is that of textbooks, over channels", () => {
    const deviation = new PixelStd(1, 2, false);
    // The first pixel has (10, 14, 18) in one channel: deviation 4, over three channels 4 / √3.
    for (const red of [10, 14, 18])
      deviation.add({ rgba: Uint8Array.of(red, 5, 5, 255, 9, 9, 9, 255), widthPx: 1, heightPx: 2 });
    const { deviations, levels } = deviation.spread();
    assert.deepEqual([...deviations], [Math.round((partsPerLevel * 4) / Math.sqrt(3)), 0]);
    assert.deepEqual([...levels], [8, 9]);
    const unseen = new PixelStd(1, 1, true);
    for (const red of [0, 255]) unseen.add(flat([red, 7, 7, 0], 1, 1));
    assert.equal(unseen.mean(), 0);
  });

  it("the doubt is greater at an edge than on paper, and greater where hypotheses differ or networks disagree, for every kind and factor", async () => {
    let pauses = 0;
    const pause = async (): Promise<void> => {
      pauses += 1;
    };
    const image = { ...flat([200, 200, 200, 255], 16, 16) };
    for (let y = 0; y < 16; y += 1) image.rgba.fill(40, 4 * (16 * y + 8), 4 * (16 * y + 9) + 3);
    for (let at = 3; at < image.rgba.length; at += 4) image.rgba[at] = 255;
    for (const kind of ["photograph", "jpeg", "drawn"] as const)
      for (const factor of [2, 4] as const) {
        const side = 16 * factor;
        const levels = new Uint8Array(side ** 2).fill(200);
        for (let y = 0; y < side; y += 1) levels.fill(40, side * y + 8 * factor, side * y + 9 * factor);
        const deviations = new Uint16Array(side ** 2).fill(partsPerLevel / 2);
        const at = (x: number): number => side * (side / 2) + x * factor;
        const doubted = {
          widthPx: side,
          heightPx: side,
          image,
          marked: image,
          disagreement: new Uint16Array(side ** 2),
        };
        pauses = 0;
        const calm = await doubtOf({ ...doubted, spread: { deviations, levels } }, `${kind}-${factor}`, pause);
        // More than once for each 32 rows of the answer.
        assert.ok(pauses > (2 * side) / 32, `${pauses} pauses`);
        const lively = await doubtOf(
          { ...doubted, spread: { deviations: deviations.map((d) => 12 * d), levels } },
          `${kind}-${factor}`,
          pause,
        );
        assert.ok(
          calm[at(8)]! > 1.5 * calm[at(2)]!,
          `${kind} ×${factor}: ${calm[at(8)]} at the edge, ${calm[at(2)]} on paper`,
        );
        const disputed = await doubtOf(
          { ...doubted, disagreement: doubtsOf(8, side ** 2), spread: { deviations, levels } },
          `${kind}-${factor}`,
          pause,
        );
        assert.ok(disputed[at(8)]! > calm[at(8)]!, `${kind} ×${factor}: ${disputed[at(8)]} where networks disagree`);
        assert.ok(lively[at(8)]! > calm[at(8)]!, `${kind} ×${factor}: ${lively[at(8)]}, calm ${calm[at(8)]}`);
      }
  });

  it("on flat drawings, where networks agree, the doubt is alike whatever the image has, and at an edge beside them greater", async () => {
    const [side, image] = [64, flat([250, 250, 250, 255], 16, 16)];
    for (let y = 0; y < 16; y += 1) image.rgba.fill(20, 4 * (16 * y + 8), 4 * (16 * y + 16));
    for (let at = 3; at < image.rgba.length; at += 4) image.rgba[at] = 255;
    const levels = Uint8Array.from({ length: side ** 2 }, (_, at) => (at % side < 32 ? 250 : 20));
    const [deviations, disagreement] = [new Uint16Array(side ** 2), new Uint16Array(side ** 2)];
    for (let y = 0; y < side; y += 1) disagreement.fill(2 * partsPerLevel, side * y + 31, side * y + 33);
    const doubted = {
      spread: { deviations, levels },
      disagreement,
      widthPx: side,
      heightPx: side,
      image,
      marked: image,
    };
    for (const factor of [2, 4] as const) {
      const doubts = await doubtOf(doubted, `drawn-${factor}`, async () => {});
      const line = doubts.slice(side * 20, side * 21);
      const paper = [...line.slice(0, 28), ...line.slice(36)];
      assert.equal(new Set(paper).size, 1, `×${factor}: ${[...new Set(paper)]}`);
      assert.ok(paper[0]! < 0.5 * partsPerLevel && line[31]! > 3 * paper[0]!, `×${factor}: ${line[31]}, ${paper[0]}`);
    }
  });

  it("networks disagree by the mean difference of their colours, as much as is visible of it", () => {
    const [one, other] = [flat([100, 50, 0, 255], 2, 1), flat([103, 44, 9, 255], 2, 1)];
    one.rgba[7] = 51;
    assert.deepEqual([...disagreementOf(one, other)], [6 * partsPerLevel, 1.2 * partsPerLevel].map(Math.round));
    assert.deepEqual(
      [0, 0.4, 1].map((foreignness) => otherReading(foreignness)),
      [1, 1, 0].map((foreignness) => ({ foreignness, isShrunkDrawing: false })),
    );
  });

  it("the map has fixed colours, whatever the largest doubt is, and says the mean in levels", () => {
    const image = { widthPx: 8, heightPx: 8 };
    const size = { widthPx: 16, heightPx: 16 };
    const [calm, wild] = [4, 64].map((levels) => drawDoubt(doubtsOf(levels, 256), size, image, false));
    assert.deepEqual([calm!.meanDeviation, wild!.meanDeviation, calm!.brightestDeviation], [4, 64, brightestDoubt]);
    assert.ok(calm!.rgba[0]! < 80 && wild!.rgba[0]! > 250);
  });

  it("the map has a legend in its corner, from black to the brightest, where there is room", () => {
    const size = { widthPx: 240, heightPx: 120 };
    const { rgba } = drawDoubt(doubtsOf(10, 240 * 120), size, { widthPx: 60, heightPx: 30 }, false);
    const row = Array.from({ length: 52 }, (_, x) => rgba[4 * (240 * (120 - 16 + 5) + x)]!);
    assert.deepEqual([Math.min(...row), Math.max(...row)], [0, 254]);
    assert.ok(rgba[4 * 239]! > 0 && rgba[4 * 239]! < 200);
  });

  it("outlines go round areas of high doubt, not round single pixels, and only on request", () => {
    const [size, image] = [
      { widthPx: 64, heightPx: 64 },
      { widthPx: 32, heightPx: 32 },
    ];
    const doubts = doubtsOf(1, 64 * 64);
    for (let y = 20; y < 36; y += 1) doubts.fill(40 * partsPerLevel, 64 * y + 20, 64 * y + 40);
    for (const at of [64 * 4 + 4, 64 * 4 + 5, 64 * 5 + 4, 64 * 5 + 5]) doubts[at] = 40 * partsPerLevel;
    const cyan = ({ rgba }: { rgba: Uint8Array }): number[] =>
      Array.from({ length: 64 * 64 }, (_, at) => at).filter((at) => rgba[4 * at] === 0 && rgba[4 * at + 1] === 214);
    assert.deepEqual(cyan(drawDoubt(doubts, size, image, false)), []);
    const drawn = cyan(drawDoubt(doubts, size, image, true));
    assert.equal(drawn.length, 2 * 20 + 2 * 14);
    assert.ok(drawn.every((at) => at % 64 >= 20 && at % 64 < 40 && at >= 64 * 20 && at < 64 * 36));
  });
});
