/**
 * Letters of a picture, from what a network reads at each pixel: how likely each letter is there, and the way to its middle. Pixels whose
 * ways lead to one middle are one letter (instances by votes for centres, as Neven et al., CVPR 2019). Pure.
 */

/** Class of pixels that belong to no letter. */
export const noLetter = 0;

/** What is read of a picture. */
export interface LetterReading {
  /** Logits of each class as bytes, [heightPx, widthPx, classes]. */
  readonly letters: Uint8Array;
  /** By which logits differ where bytes differ by 1. */
  readonly step: number;
  /** Pixels from here to the letter's middle, to the right and down, [2, heightPx, widthPx]. */
  readonly ways: Float32Array;
}

export interface Letter {
  /** Its middle, px of the picture. */
  readonly x: number;
  readonly y: number;
  /** Its pixels as indices. */
  readonly pixels: readonly number[];
  /** Log-probability of each class, the mean over its pixels; none for `noLetter`. */
  readonly scores: Float32Array;
}

/** Two neighbours are of one letter when their votes for its middle are this near, px. */
const sameMiddlePx = 0.5;
/** Letters of fewer pixels are left as they are. */
const fewestPixels = 2;
/** Larger letters, about the size of their font, are legible: they are enlarged as all else. */
const largestPx = 11;

/** Letters of words have this many others near to them in their line, px between the middles: what has not is a shape that looks like one. */
const [fewestBeside, besidePx, inLinePx] = [2, 10, 2];
/** Mean entropy of a letter and those near it, nats, above which they are no text: dots and noise have 2.4 to 3.7, the smallest text 1.8. */
const mostOpen = 2.1;

/** @param isTold 1 where there may be text, [heightPx, widthPx] */
export function findLetters(reading: LetterReading, isTold: Uint8Array, widthPx: number): Letter[] {
  const { ways } = reading;
  const pixels = ways.length / 2;
  const { isText, totals } = textPlaces(reading, isTold);
  const [x, y] = [new Float32Array(pixels), new Float32Array(pixels)];
  for (let at = 0, row = 0; at < pixels; row += 1)
    for (let column = 0; column < widthPx; column += 1, at += 1) {
      x[at] = column + ways[at]!;
      y[at] = row + ways[pixels + at]!;
    }
  const letters: Letter[] = [];
  let found: number[] = [];
  const join = (at: number, beside: number): void => {
    if (isText[beside] !== 1) return;
    if (Math.abs(x[at]! - x[beside]!) >= sameMiddlePx || Math.abs(y[at]! - y[beside]!) >= 2 * sameMiddlePx) return;
    isText[beside] = 0;
    found.push(beside);
  };
  for (let start = 0; start < pixels; start += 1) {
    if (isText[start] !== 1) continue;
    isText[start] = 0;
    found = [start];
    let highest = 0;
    for (let next = 0; next < found.length; next += 1) {
      const at = found[next]!;
      const column = at % widthPx;
      highest = Math.max(highest, Math.abs(ways[pixels + at]!));
      if (column > 0) join(at, at - 1);
      if (column < widthPx - 1) join(at, at + 1);
      if (at >= widthPx) join(at, at - widthPx);
      if (at + widthPx < pixels) join(at, at + widthPx);
    }
    if (found.length >= fewestPixels && 2 * highest + 1 <= largestPx)
      letters.push({
        x: meanOf(found, x),
        y: meanOf(found, y),
        pixels: found,
        scores: scoresOf(found, reading, totals),
      });
  }
  return inWords(letters);
}

/** Entropy of which letter it is, nats. */
function opennessOf({ scores }: Letter): number {
  let sum = 0;
  for (let index = 1; index < scores.length; index += 1)
    if (scores[index]! > -50) sum -= Math.exp(scores[index]!) * scores[index]!;
  return sum;
}

/** Letters that others lie beside, by cells: comparing each with all would take long on a full page. */
function inWords(letters: readonly Letter[]): Letter[] {
  const openness = new Map(letters.map((letter) => [letter, opennessOf(letter)]));
  const cells = new Map<number, Letter[]>();
  const cellOf = ({ x, y }: Letter, right = 0, down = 0): number =>
    (Math.floor(y / inLinePx) + down) * 65_536 + Math.floor(x / besidePx) + right;
  for (const letter of letters) {
    const there = cells.get(cellOf(letter));
    if (there) there.push(letter);
    else cells.set(cellOf(letter), [letter]);
  }
  return letters.filter((letter) => {
    let [beside, open] = [0, openness.get(letter)!];
    for (let down = -1; down <= 1; down += 1)
      for (let right = -1; right <= 1; right += 1)
        for (const other of cells.get(cellOf(letter, right, down)) ?? []) {
          if (other === letter) continue;
          if (Math.abs(other.x - letter.x) > besidePx || Math.abs(other.y - letter.y) > inLinePx) continue;
          beside += 1;
          open += openness.get(other)!;
        }
    return beside >= fewestBeside && open <= mostOpen * (beside + 1);
  });
}

/** Of each pixel. */
interface TextPlaces {
  /** 1 where a letter is likelier than none. */
  readonly isText: Uint8Array;
  /** Log-sum of the letters' exponentials there, of logits as steps from 0. */
  readonly totals: Float32Array;
}

/** Exponentials of differences of bytes, from −255 on, are a table. */
function textPlaces({ letters, step }: LetterReading, isTold: Uint8Array): TextPlaces {
  const pixels = isTold.length;
  const classes = letters.length / pixels;
  const isText = new Uint8Array(pixels);
  const totals = new Float32Array(pixels);
  const powers = Float64Array.from({ length: 511 }, (_, at) => Math.exp(step * (at - 255)));
  for (let at = 0, from = 0; at < pixels; at += 1, from += classes) {
    if (isTold[at] === 0) continue;
    let most = 0;
    for (let index = from + 1; index < from + classes; index += 1) if (letters[index]! > most) most = letters[index]!;
    const none = letters[from + noLetter]!;
    // All letters together can't be likelier.
    if (powers[255 + most - none]! * (classes - 1) <= 1) continue;
    let sum = 0;
    for (let index = from + 1; index < from + classes; index += 1) sum += powers[255 + letters[index]! - most]!;
    if (powers[255 + most - none]! * sum <= 1) continue;
    isText[at] = 1;
    totals[at] = step * most + Math.log(sum);
  }
  return { isText, totals };
}

const meanOf = (places: readonly number[], values: Float32Array): number =>
  places.reduce((sum, at) => sum + values[at]!, 0) / places.length;

function scoresOf(places: readonly number[], { letters, step }: LetterReading, totals: Float32Array): Float32Array {
  const classes = letters.length / totals.length;
  const sums = new Float64Array(classes);
  let total = 0;
  for (const at of places) {
    total += totals[at]!;
    for (let index = 1; index < classes; index += 1) sums[index]! += letters[at * classes + index]!;
  }
  const scores = Float32Array.from(sums, (sum) => (step * sum - total) / places.length);
  scores[noLetter] = Number.NEGATIVE_INFINITY;
  return scores;
}
