/**
 * Letters of a picture, from what a network reads at each pixel: how likely each letter is there, and the way to its middle. Pixels whose
 * ways lead to one middle are one letter (instances by votes for centres, as Neven et al., CVPR 2019). Pure.
 */

/** Class of pixels that belong to no letter. */
export const noLetter = 0;

/** What is read of a picture. */
export interface LetterReading {
  /** Logits of each class, [classes, heightPx, widthPx]. */
  readonly logits: Float32Array;
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
export function findLetters({ logits, ways }: LetterReading, isTold: Uint8Array, widthPx: number): Letter[] {
  const pixels = ways.length / 2;
  const classes = logits.length / pixels;
  const isText = textPlaces(logits, isTold, classes);
  const [x, y] = [new Float32Array(pixels), new Float32Array(pixels)];
  for (let at = 0; at < pixels; at += 1) {
    x[at] = (at % widthPx) + ways[at]!;
    y[at] = Math.floor(at / widthPx) + ways[pixels + at]!;
  }
  const isOne = (a: number, b: number): boolean =>
    isText[b] === 1 && Math.abs(x[a]! - x[b]!) < sameMiddlePx && Math.abs(y[a]! - y[b]!) < 2 * sameMiddlePx;
  const letters: Letter[] = [];
  for (let start = 0; start < pixels; start += 1) {
    if (isText[start] !== 1) continue;
    isText[start] = 0;
    const found = [start];
    for (let next = 0; next < found.length; next += 1) {
      const at = found[next]!;
      const column = at % widthPx;
      for (const beside of [
        column > 0 ? at - 1 : -1,
        column < widthPx - 1 ? at + 1 : -1,
        at - widthPx,
        at + widthPx < pixels ? at + widthPx : -1,
      ])
        if (beside >= 0 && isOne(at, beside)) {
          isText[beside] = 0;
          found.push(beside);
        }
    }
    const heightPx = 2 * found.reduce((most, at) => Math.max(most, Math.abs(ways[pixels + at]!)), 0) + 1;
    if (found.length >= fewestPixels && heightPx <= largestPx)
      letters.push({
        x: meanOf(found, x),
        y: meanOf(found, y),
        pixels: found,
        scores: scoresOf(found, logits, pixels, classes),
      });
  }
  return inWords(letters);
}

/** Entropy of which letter it is, nats. */
const opennessOf = ({ scores }: Letter): number =>
  scores.reduce((sum, score) => (score > -50 ? sum - Math.exp(score) * score : sum), 0);

/** Letters that others lie beside, by columns of `besidePx`: comparing each with all would take long on a full page. */
function inWords(letters: readonly Letter[]): Letter[] {
  const openness = new Map(letters.map((letter) => [letter, opennessOf(letter)]));
  const columns = new Map<number, Letter[]>();
  for (const letter of letters) {
    const column = Math.floor(letter.x / besidePx);
    const there = columns.get(column);
    if (there) there.push(letter);
    else columns.set(column, [letter]);
  }
  const isNear = (one: Letter, other: Letter): boolean =>
    one !== other && Math.abs(other.x - one.x) <= besidePx && Math.abs(other.y - one.y) <= inLinePx;
  return letters.filter((letter) => {
    const column = Math.floor(letter.x / besidePx);
    const near = [column - 1, column, column + 1].flatMap((at) => columns.get(at) ?? []);
    const beside = near.filter((other) => isNear(letter, other));
    if (beside.length < fewestBeside) return false;
    return [letter, ...beside].reduce((sum, each) => sum + openness.get(each)!, 0) <= mostOpen * (beside.length + 1);
  });
}

/** 1 where a letter is likelier than none. */
function textPlaces(logits: Float32Array, isTold: Uint8Array, classes: number): Uint8Array {
  const pixels = isTold.length;
  const isText = isTold.slice();
  const odds = new Float32Array(pixels);
  for (let index = 1; index < classes; index += 1) {
    const start = index * pixels;
    for (let at = 0; at < pixels; at += 1)
      if (isTold[at] === 1) odds[at]! += Math.exp(logits[start + at]! - logits[at]!);
  }
  for (let at = 0; at < pixels; at += 1) if (odds[at]! <= 1) isText[at] = 0;
  return isText;
}

const meanOf = (places: readonly number[], values: Float32Array): number =>
  places.reduce((sum, at) => sum + values[at]!, 0) / places.length;

function scoresOf(places: readonly number[], logits: Float32Array, pixels: number, classes: number): Float32Array {
  const scores = new Float32Array(classes);
  for (const at of places) {
    let total = 0;
    for (let index = 1; index < classes; index += 1) total += Math.exp(logits[index * pixels + at]!);
    const all = Math.log(total);
    for (let index = 1; index < classes; index += 1)
      scores[index]! += (logits[index * pixels + at]! - all) / places.length;
  }
  scores[noLetter] = Number.NEGATIVE_INFINITY;
  return scores;
}
