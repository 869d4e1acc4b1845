/** Letters of small text: found by votes for their middles, drawn by seed as often as they are likely, added in the ink's colours. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addLetters } from "../../server/upscaling/letters/add-letters.ts";
import { boxesOfMarks } from "../../server/upscaling/letters/boxes-of-marks.ts";
import { chooseLetter } from "../../server/upscaling/letters/choose-letter.ts";
import { findLetters, type LetterReading } from "../../server/upscaling/letters/find-letters.ts";
import { findText, type TextFinder } from "../../server/upscaling/letters/find-text.ts";
import { inksOf } from "../../server/upscaling/letters/inks.ts";
import { coverInto } from "../../server/upscaling/letters/letter-cover.ts";
import { PictureLetters } from "../../server/upscaling/letters/picture-letters.ts";
import { type LetterDrawer, type LetterReader, readLetters } from "../../server/upscaling/letters/read-letters.ts";

const classes = 4;

/** A row of boxes [from, to, class] in a picture of 12 × 5 pixels, rows 1 to 3: each pixel votes for its box's middle. */
const [widthPx, heightPx] = [12, 5];
const pixels = widthPx * heightPx;
/** Logits in halves. */
const step = 0.5;
function reading(
  boxes: ReadonlyArray<readonly [number, number, number]>,
  kinds = classes - 1,
  other = 0,
): LetterReading {
  const letters = new Uint8Array((kinds + 1) * pixels).fill(other);
  const ways = new Float32Array(2 * pixels);
  for (let at = 0; at < pixels; at += 1) letters[at * (kinds + 1)] = 8;
  for (const [from, to, kind] of boxes)
    for (let y = 1; y <= 3; y += 1)
      for (let x = from; x < to; x += 1) {
        const at = y * widthPx + x;
        letters[at * (kinds + 1)] = 0;
        letters[at * (kinds + 1) + kind] = 8;
        ways[at] = (from + to - 1) / 2 - x;
        ways[pixels + at] = 2 - y;
      }
  return { letters, step, ways };
}

const everywhere = new Uint8Array(pixels).fill(1);

describe("letters of a picture", () => {
  it("pixels that vote for one middle are a letter, and what touches it is another", () => {
    const found = findLetters(
      reading([
        [1, 4, 1],
        [4, 6, 2],
        [9, 11, 3],
      ]),
      everywhere,
      widthPx,
    );
    assert.deepEqual(
      found.map(({ x, y, pixels: { length } }) => [x, y, length]),
      [
        [2, 2, 9],
        [4.5, 2, 6],
        [9.5, 2, 6],
      ],
    );
    const likeliest = found.map(({ scores }) => scores.indexOf(Math.max(...scores)));
    assert.deepEqual(likeliest, [1, 2, 3]);
    for (const { scores } of found) {
      const sum = scores.reduce((total, score) => total + Math.exp(score), 0);
      assert.ok(Math.abs(sum - 1) < 1e-5, `${sum}`);
      assert.equal(scores[0], Number.NEGATIVE_INFINITY);
    }
  });

  it("nothing is found where no letter is likelier than none, where there can't be text, where no word is, nor of large letters", () => {
    assert.deepEqual(findLetters(reading([]), everywhere, widthPx), []);
    const boxes = [
      [1, 4, 1],
      [4, 6, 2],
      [9, 11, 3],
    ] as const;
    assert.deepEqual(findLetters(reading(boxes), new Uint8Array(pixels), widthPx), []);
    assert.deepEqual(findLetters(reading(boxes.slice(0, 2)), everywhere, widthPx), []);
    // Of three classes any may be meant, of twelve none is.
    const unsure = (kinds: number): LetterReading => {
      const read = reading(boxes, kinds, 8);
      for (let at = 0; at < pixels; at += 1)
        if (read.letters[at * (kinds + 1)] === 8) read.letters.fill(0, at * (kinds + 1) + 1, (at + 1) * (kinds + 1));
      return read;
    };
    assert.equal(findLetters(unsure(3), everywhere, widthPx).length, 3);
    assert.deepEqual(findLetters(unsure(12), everywhere, widthPx), []);
    // A letter is likelier than each other, but not than none.
    const faint = reading(boxes);
    for (let at = 0; at < pixels; at += 1) faint.letters[at * classes] = 9;
    assert.deepEqual(findLetters(faint, everywhere, widthPx), []);
    const large = reading(boxes);
    large.ways.fill(6, pixels);
    assert.deepEqual(findLetters(large, everywhere, widthPx), []);
  });

  it("letters lie in the core alone, and their middles in the picture, so that tiles do not matter", async () => {
    const boxes = [
      [1, 4, 1],
      [6, 8, 2],
      [9, 11, 3],
    ] as const;
    const reader: LetterReader = { marginPx: 0, read: async () => reading(boxes) };
    const finder: TextFinder = { marginPx: 0, find: async () => new Float32Array(6).fill(1) };
    const whole = { left: 20, top: 30, widthPx, heightPx };
    const core = { left: 20, top: 30, widthPx: 7, heightPx };
    const read = await readLetters({ finder, reader }, new Float32Array(3 * pixels), {
      whole,
      isDrawn: new Uint8Array(pixels).fill(1),
      core,
    });
    assert.deepEqual([...read.subarray(2 * 7, 3 * 7)], [0, 1, 1, 1, 0, 0, 2]);
    assert.deepEqual([...read.subarray(7 * heightPx + 2 * 7, 7 * heightPx + 3 * 7)], [0, 1, 0, -1, 0, 0, 0.5]);
    // The third letter lies beside the core.
    const rows = read.subarray(3 * 7 * heightPx);
    assert.equal(rows.length, 2 * (2 + classes));
    assert.deepEqual([...rows.subarray(0, 2)], [22, 32]);
    assert.deepEqual([...rows.subarray(2 + classes, 4 + classes)], [26.5, 32]);
    assert.ok(rows[3]! > rows[4]! && rows[4 + classes + 1]! < rows[4 + classes + 2]!, `${rows}`);
    const blank: TextFinder = { ...finder, find: async () => new Float32Array(6) };
    const everyPixel = new Uint8Array(pixels).fill(1);
    const none = await readLetters({ finder: blank, reader }, new Float32Array(3 * pixels), {
      whole,
      isDrawn: everyPixel,
      core,
    });
    assert.equal(none.length, 0);
  });
});

describe("where text may be", () => {
  const whole = { left: 10, top: 5, widthPx: 30, heightPx: 20 };
  /** Says that there is text around the pixel (24, 16) of the picture. */
  const finderAt = (left: number, top: number): TextFinder => ({
    marginPx: 0,
    async find(_, width, height) {
      const columns = Math.ceil(width / 4);
      const cells = new Float32Array(columns * Math.ceil(height / 4));
      cells[((16 - top) / 4) * columns + (24 - left) / 4] = 0.5;
      return cells;
    },
  });

  it("cells lie at multiples of four of the picture, whatever the tile", async () => {
    const luma = new Float32Array(600);
    const isTold = await findText(finderAt(12, 8), luma, whole);
    const text = { left: 18, top: 10, widthPx: 13, heightPx: 13 };
    assert.deepEqual(boxesOfMarks(isTold, whole, whole, 0), [text]);
    assert.equal(
      isTold.reduce((sum, value) => sum + value, 0),
      169,
    );
    const other = { left: 12, top: 8, widthPx: 25, heightPx: 17 };
    const told = await findText(finderAt(12, 8), luma.subarray(0, 425), other);
    assert.deepEqual(boxesOfMarks(told, other, other, 0), [text]);
  });
});

describe("boxes of marks", () => {
  const whole = { left: 100, top: 50, widthPx: 300, heightPx: 200 };
  const marked = (boxes: ReadonlyArray<readonly [number, number, number, number]>): Uint8Array => {
    const marks = new Uint8Array(whole.widthPx * whole.heightPx);
    for (const [left, top, width, height] of boxes)
      for (let y = top; y < top + height; y += 1) marks.fill(1, y * 300 + left, y * 300 + left + width);
    return marks;
  };
  const boxed = (marks: Uint8Array, marginPx = 0, part = whole) =>
    boxesOfMarks(marks, whole, part, marginPx).map(({ left, top, widthPx: width, heightPx: height }) => [
      left - whole.left,
      top - whole.top,
      width,
      height,
    ]);

  it("words of a line share a box, and what is far apart has its own, unless margins cost more", () => {
    const captions = [
      [10, 10, 40, 9],
      [58, 11, 30, 9],
      [200, 150, 50, 9],
    ] as const;
    assert.deepEqual(boxed(marked(captions)), [
      [10, 10, 78, 10],
      [200, 150, 50, 9],
    ]);
    assert.deepEqual(boxed(marked(captions), 300), [[10, 10, 240, 149]]);
    // 15 px beside each other they are one, however many pixels that takes; 40 px are too far.
    const tall = [114, 0, 100, 100] as const;
    assert.deepEqual(boxed(marked([[0, 0, 100, 5], tall])), [[0, 0, 214, 100]]);
    assert.deepEqual(boxed(marked([[0, 0, 74, 5], tall])), [[0, 0, 74, 5], tall]);
    assert.deepEqual(boxed(marked([])), []);
  });

  it("marks of the part alone count, and what they cross is cut there", () => {
    const marks = marked([
      [10, 10, 40, 9],
      [200, 150, 50, 9],
    ]);
    const part = { left: 130, top: 50, widthPx: 100, heightPx: 100 };
    assert.deepEqual(boxed(marks, 0, part), [[30, 10, 20, 9]]);
  });

  it("of any marks each lies in one box, boxes may be grown by a pixel, and marks within 16 px share one", () => {
    let state = 1;
    const next = (below: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    for (let round = 0; round < 40; round += 1) {
      // Words, or dots.
      const [wide, high, most] = round % 2 === 0 ? [40, 20, 14] : [2, 2, 60];
      const made = Array.from(
        { length: 1 + next(most) },
        () => [next(260), next(180), 1 + next(wide), 1 + next(high)] as const,
      );
      const marks = marked(made);
      const boxes = boxed(marks, next(40));
      const holders = (x: number, y: number, by = 0): number[] =>
        boxes.flatMap(([left, top, width, height], at) =>
          x >= left! - by && y >= top! - by && x < left! + width! + by && y < top! + height! + by ? [at] : [],
        );
      for (let at = 0; at < marks.length; at += 1) {
        const [x, y] = [at % 300, Math.floor(at / 300)];
        assert.ok(holders(x, y, 1).length <= 1, `round ${round}: ${x}, ${y}`);
        if (marks[at] === 0) continue;
        assert.equal(holders(x, y).length, 1, `round ${round}: ${x}, ${y}`);
        for (const [right, down] of [
          [15, 0],
          [0, 15],
          [15, 15],
          [11, 14],
        ] as const)
          if (x + right < 300 && marks[at + down * 300 + right] === 1)
            assert.deepEqual(holders(x + right, y + down), holders(x, y), `round ${round}: ${x}, ${y}`);
      }
    }
  });
});

describe("the choice of a letter", () => {
  const letter = (probabilities: readonly number[], x = 3, y = 5) => ({
    x,
    y,
    scores: Float32Array.from([Number.NEGATIVE_INFINITY, ...probabilities.map(Math.log)]),
  });

  it("each letter is drawn as often as it is likely", () => {
    const counts = [0, 0, 0, 0];
    for (let seed = 0; seed < 4000; seed += 1) counts[chooseLetter(letter([0.6, 0.3, 0.1]), seed)]! += 1;
    for (const [at, wanted] of [0, 2400, 1200, 400].entries())
      assert.ok(Math.abs(counts[at]! - wanted) < 120, `${counts}`);
  });

  it("what is certain is drawn by every seed, what is likeliest without noise, and a seed always draws the same", () => {
    for (let seed = 0; seed < 200; seed += 1) assert.equal(chooseLetter(letter([1e-9, 1 - 2e-9, 1e-9]), seed), 2);
    const open = letter([0.4, 0.3, 0.3]);
    for (let seed = 0; seed < 50; seed += 1) assert.equal(chooseLetter(open, seed, 0), 1);
    assert.equal(chooseLetter(open, 17), chooseLetter({ ...open }, 17));
  });

  it("letters beside each other are drawn apart", () => {
    const drawn = Array.from({ length: 60 }, (_, at) => chooseLetter(letter([0.5, 0.5, 1e-9], 3 + 2 * at), 4));
    const ones = drawn.filter((index) => index === 1).length;
    assert.ok(ones > 15 && ones < 45, `${ones} of 60`);
  });
});

describe("letters of a whole picture", () => {
  it("come back from any box as they were chosen, and boxes without any have none", () => {
    const letters = new PictureLetters({ widthPx: 10, heightPx: 4 });
    assert.ok(letters.isEmpty);
    assert.equal(letters.choose(1, 1).within({ left: 0, top: 0, widthPx: 10, heightPx: 4 }), undefined);
    const core = { left: 4, top: 1, widthPx: 2, heightPx: 2 };
    const [never, sure] = [Number.NEGATIVE_INFINITY, 0];
    const planes = [2, 0, 0, 1, /* right */ -1.5, 0, 0, 0.25, /* down */ 2, 0, 0, -0.75];
    letters.put(Float32Array.from([...planes, 5, 2, never, sure, -30, -30, 4, 1, never, -30, -30, sure]), core);
    // Letters of the next core follow.
    const beside = { left: 8, top: 0, widthPx: 1, heightPx: 1 };
    letters.put(Float32Array.from([1, 0, 0, 8, 0, never, -30, sure, -30]), beside);
    letters.put(new Float32Array(), { left: 0, top: 0, widthPx: 4, heightPx: 4 });
    assert.ok(!letters.isEmpty);
    const chosen = letters.choose(1, 1);
    assert.deepEqual([...chosen.within({ left: 4, top: 1, widthPx: 1, heightPx: 1 })!], [3, -1.5, 2]);
    const wide = chosen.within({ left: 0, top: 2, widthPx: 10, heightPx: 1 })!;
    assert.deepEqual([wide[5], wide[15], wide[25]], [1, 0.25, -0.75]);
    assert.equal(chosen.within(beside)![0], 2);
    assert.equal(chosen.within({ left: 0, top: 0, widthPx: 4, heightPx: 4 }), undefined);
  });

  it("cover the pixels of the result in them, and fade to their sides", () => {
    const map = new Float32Array(9);
    map[4] = 1;
    const box = { left: 0, top: 0, widthPx: 3, heightPx: 3 };
    const cover = new Float32Array(16);
    assert.ok(coverInto(cover, map, box, 1, 1, 4));
    assert.ok(Math.max(...cover) < 1 && Math.min(...cover) > 0.3, `${cover}`);
    assert.ok(coverInto(cover, map, box, 2, 1, 4));
    assert.ok(cover[4]! > cover[5]! && cover[6] === 0, `${cover}`);
    assert.ok(!coverInto(cover, new Float32Array(9), box, 1, 1, 4));
  });
});

describe("inks", () => {
  /** Ink of a colour in each third column of white, and how each channel follows luma in the middle. */
  const slopesOf = (ink: readonly number[]): number[] => {
    const colours = Float32Array.from({ length: 3 * 81 }, (_, at) => (at % 3 === 0 ? ink[Math.floor(at / 81)]! : 1));
    const luma = Float32Array.from({ length: 81 }, (_, at) =>
      at % 3 === 0 ? 0.299 * ink[0]! + 0.587 * ink[1]! + 0.114 * ink[2]! : 1,
    );
    return inksOf(colours, luma, { widthPx: 9, heightPx: 9 })(4, 4).colours.map(({ slope }) => slope);
  };

  it("one plane of a picture without colours has the inks of three that are the same", () => {
    const plane = Float32Array.from({ length: 81 }, (_, at) => 0.5 + 0.004 * ((at * 7) % 5));
    const size = { widthPx: 9, heightPx: 9 };
    const [one, three] = [plane, Float32Array.from([...plane, ...plane, ...plane])].map((colours) =>
      inksOf(colours, plane, size)(4, 4),
    );
    assert.deepEqual(one, three);
    // A plane that does not follow takes from the share.
    const odd = Float32Array.from([...plane, ...plane, ...plane.map((value, at) => value + (at % 2) / 5)]);
    assert.ok(inksOf(odd, plane, size)(4, 4).share < one!.share);
  });

  it("each channel follows luma as it does around, where two of them are alike, too", () => {
    // Luma falls by the ink's share of it; a channel that is 1 in the ink does not follow.
    for (const [ink, wanted] of [
      [
        [0, 0, 0],
        [1, 1, 1],
      ],
      [
        [1, 1, 0],
        [0, 0, 1 / 0.114],
      ],
      [
        [1, 0, 1],
        [0, 1 / 0.587, 0],
      ],
      [
        [0, 1, 1],
        [1 / 0.299, 0, 0],
      ],
    ] as const)
      for (const [channel, slope] of slopesOf(ink).entries())
        assert.ok(Math.abs(slope - wanted[channel]!) < 0.05 + 0.06 * wanted[channel]!, `${ink}: ${slopesOf(ink)}`);
  });
});

describe("letters added to a tile", () => {
  const box = { left: 0, top: 0, widthPx: 8, heightPx: 6 };
  const size = box.widthPx * box.heightPx;
  /** Ink in the column 3 of a white page, half covered. */
  const page = (ink: readonly number[]): Float32Array =>
    Float32Array.from({ length: 3 * size }, (_, at) => {
      const isInk = at % box.widthPx === 3;
      return isInk ? (1 + ink[Math.floor(at / size)]!) / 2 : 1;
    });
  const letters = Float32Array.from({ length: 3 * size }, (_, at) =>
    at < size && at % box.widthPx >= 2 && at % box.widthPx <= 4 ? 1 : 0,
  );
  /** Draws a stroke of two pixels of the result in the middle of the column 3. */
  const drawerOf = (ink: number): LetterDrawer => ({
    marginPx: 1,
    draw: async () =>
      Float32Array.from({ length: 16 * size }, (_, at) => {
        const x = at % (4 * box.widthPx);
        return x === 13 || x === 14 ? ink : 1;
      }),
  });
  const enlarge = (tile: Float32Array, factor: 2 | 4): Float32Array =>
    Float32Array.from({ length: factor ** 2 * tile.length }, (_, at) => {
      const [channel, place] = [Math.floor(at / (factor ** 2 * size)), at % (factor ** 2 * size)];
      const [x, y] = [place % (factor * box.widthPx), Math.floor(place / (factor * box.widthPx))];
      return tile[channel * size + Math.floor(y / factor) * box.widthPx + Math.floor(x / factor)]!;
    });
  async function added(
    ink: readonly number[],
    drawn: number,
    factor: 2 | 4 = 4,
  ): Promise<(channel: number, x: number) => number> {
    const tile = page(ink);
    const plain = enlarge(tile, factor);
    const detailed = plain.slice();
    const lettered = { tile, whole: box, picture: box, letters, factor };
    await addLetters(drawerOf(drawn), lettered, { box, detailed, plain });
    return (channel, x) => detailed[channel * factor ** 2 * size + 10 * factor * box.widthPx + x]!;
  }

  it("strokes take the ink's colours, and paper stays paper", async () => {
    // Red of luma 0.299 on white.
    const at = await added([1, 0, 0], 0.5);
    assert.ok(at(0, 13) > 0.97 && at(1, 13) < 0.32 && at(2, 13) < 0.32, `${[0, 1, 2].map((c) => at(c, 13))}`);
    assert.ok(at(1, 12) > 0.9, `${at(1, 12)}`);
    assert.equal(at(1, 24), 1);
  });

  it("no stroke leads far beyond what is around", async () => {
    // Ink of 0.5 on 1: at most 0.4 of that range beyond.
    const at = await added([0, 0, 0], -3);
    assert.ok(Math.abs(at(0, 13) - 0.3) < 1e-5, `${at(0, 13)}`);
  });

  it("twice as large they are the averages of what is drawn four times as large", async () => {
    const at = await added([0, 0, 0], 0.4, 2);
    // The stroke fills a half of both pixels.
    assert.ok(Math.abs(at(0, 6) - 0.7) < 1e-5 && Math.abs(at(0, 7) - 0.7) < 1e-5, `${at(0, 6)}, ${at(0, 7)}`);
    assert.equal(at(0, 12), 1);
  });
});
