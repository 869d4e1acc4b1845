/**
 * Colours of the two parts of a composed drawing (arrange.ts), where a caption gives them some: "bell with a red dot". The flow answers in
 * the style's ink; which part a place of the answer shows is told by where the parts lie in the drawing. Pure.
 */
import type { CaptionColour } from "../colour-words.ts";
import { distancesTo } from "../lines/distances.ts";
import { labelAreas } from "../lines/label-areas.ts";
import { longerSide } from "../live-area.ts";
import { decidedShare } from "../pixels/decide-ink.ts";
import type { StackedLayer } from "../pixels/ground/stack.ts";
import { channelsOfHex, hexOfChannels } from "../pixels/hex-colour.ts";
import { inkBy, towardsColour } from "../pixels/recolour.ts";
import { resampleSquare } from "../pixels/resample-square.ts";
import { grown, withoutHoles } from "../pixels/shadows/cover.ts";
import { inkFrom } from "../pixels/strokes.ts";
import { boxOf } from "./layers.ts";

/** What is behind in a drawing, and what is in front, with the colour of each; without one a part keeps the style's. */
export interface PartColours {
  /** Alphas, [side, side]. */
  readonly behind: Float32Array;
  readonly front: Float32Array;
  readonly colours: readonly [behind: CaptionColour | undefined, front: CaptionColour | undefined];
  /** Whether what is in front is filled whole, also in styles of lines. */
  readonly isFrontSolid?: boolean;
}

/** Share of a piece that lies with one part, from which on all of it does: answers move edges by a little. */
const wholeFrom = 0.7;
/** Share of what is in front that an answer has as ink at least; where it has less, it cuts that out. */
const inkedLeast = 0.4;
/** Share of both parts that a piece has from which on these are one in the answer, and how far what is in front may stray in them, of the side. */
const [bothFrom, strayShare] = [0.5, 0.025] as const;
/** Pixels beyond a part's ink that are its soft edge. */
const edgePx = 0.75;
/** Gain on log-odds of the share of a part at its border. */
const gain = 4;

/** What gives both parts of answers their colours. */
export interface PartPainter {
  /** @param drawn premultiplied RGBA [4, pixels] of the answer at any size */
  readonly planes: (drawn: Float32Array) => Float32Array;
  /**
   * Layers of an answer that lie beside each other, as those of both parts.
   * @param painted what `planes` gave of it, as large as they are
   */
  readonly layers: (layers: readonly StackedLayer[], painted: Float32Array) => StackedLayer[];
}

/** @param of planes [4, sizePx, sizePx] of an answer, by which the parts are told */
export function partPainter(of: Float32Array, parts: PartColours): PartPainter {
  const { share, isCutOut } = frontOf(alphasIn(of), parts);
  const shareAt = (pixels: number): Float32Array =>
    pixels === share.length
      ? share
      : resampleSquare(share, wholeOf(share), Math.sqrt(pixels)).map((value) => decidedShare(Math.min(1, value), gain));
  const inked = (planes: Float32Array, shares: Float32Array): Float32Array => {
    if (isCutOut) return withInk(planes, shares);
    return parts.isFrontSolid ? withInk(planes, withoutHolesIn(planes, shares)) : planes;
  };
  const told = inked(of, share);
  const painters = parts.colours.map((colour, part) => {
    const mine = shareOfPart(part, share);
    return (
      colour &&
      towardsColour(
        told.map((value, at) => value * mine[at % mine.length]!),
        colour,
      )
    );
  });
  return {
    planes(drawn) {
      const shares = shareAt(drawn.length / 4);
      const planes = inked(drawn, shares);
      const made = planes.slice();
      for (const [part, paint] of painters.entries()) {
        if (!paint) continue;
        const mine = shareOfPart(part, shares);
        // Elsewhere nothing needs to be painted.
        const painted = paint(planes.map((value, at) => (mine[at % mine.length]! > 0 ? value : 0)));
        for (let at = 0; at < made.length; at += 1) {
          const own = mine[at % mine.length]!;
          if (own > 0) made[at]! += own * (painted[at]! - planes[at]!);
        }
      }
      return made;
    },
    layers(layers, painted) {
      const alphas = alphasIn(painted);
      const shares = shareAt(alphas.length);
      const isAdded = isCutOut || parts.isFrontSolid;
      return painters
        .flatMap((paint, part) => {
          const mine = shareOfPart(part, shares);
          return layers.map((layer, at): StackedLayer => {
            // What is ink besides, as a dot that is filled, goes to the last of the layers in front, which is the most opaque.
            const isAll = part === 1 && isAdded && at === layers.length - 1;
            const cover = layer.cover.map((alpha, place) =>
              Math.round(mine[place]! * (isAll ? 255 * alphas[place]! : alpha)),
            );
            const ink = channelsOfHex(layer.hex);
            return { ...layer, cover, hex: hexOfChannels(paint ? inkBy(paint, ink) : ink) };
          });
        })
        .filter(({ cover }) => cover.some((alpha) => alpha > 0));
    },
  };
}

const shareOfPart = (part: number, shares: Float32Array): Float32Array =>
  part === 1 ? shares : shares.map((share) => 1 - share);

const alphasIn = (planes: Float32Array): Float32Array => planes.subarray((3 * planes.length) / 4);
const wholeOf = (plane: Float32Array) => ({ left: 0, top: 0, sidePx: Math.sqrt(plane.length) });

/** A part with what it encloses. @param shares of the part, [side, side] */
const withoutHolesIn = (planes: Float32Array, shares: Float32Array): Float32Array =>
  withoutHoles(
    alphasIn(planes).map((alpha, at) => alpha * shares[at]!),
    Math.sqrt(shares.length),
  );

/** Planes in which a cover is ink, too, in the mean of theirs. @param cover [side, side] */
function withInk(planes: Float32Array, cover: Float32Array): Float32Array {
  const count = cover.length;
  const sums = [0, 1, 2, 3].map((channel) =>
    planes.subarray(channel * count, (channel + 1) * count).reduce((sum, value) => sum + value, 0),
  );
  if (sums[3] === 0) return planes;
  const alphas = alphasIn(planes);
  return planes.map((value, at) => {
    const added = Math.max(0, cover[at % count]! - alphas[at % count]!);
    return value + (added * sums[Math.floor(at / count)]!) / sums[3]!;
  });
}

/** Which places of an answer are what is in front, with what that encloses. */
interface Front {
  /** [side, side]. */
  readonly share: Float32Array;
  /** Whether the answer leaves it empty, as a style of fills cuts a star out of a disc. */
  readonly isCutOut: boolean;
}

/** @param alphas of the answer, [side, side] */
function frontOf(alphas: Float32Array, parts: PartColours): Front {
  const side = Math.sqrt(alphas.length);
  const placed = inPlaceOf(alphas, parts);
  if (!placed) return { share: new Float32Array(alphas.length), isCutOut: false };
  const drawn = placed(parts.front);
  const [inked, all] = [
    drawn.reduce((sum, own, at) => sum + own * alphas[at]!, 0),
    drawn.reduce((sum, own) => sum + own, 0),
  ];
  if (inked < inkedLeast * all) return { share: drawn, isCutOut: true };
  const behind = placed(parts.behind);
  const nearest = placed(nearerOf(parts)).map((share) => Number(share >= 0.5));
  const ink = Uint8Array.from(alphas, (alpha) => Number(alpha >= inkFrom));
  const pieces = labelAreas(ink, 1, side, true);
  const ofPieces = (values: Float32Array): number[] => {
    const sums: number[] = [];
    for (const [at, piece] of pieces.entries()) sums[piece] = (sums[piece] ?? 0) + values[at]!;
    return sums;
  };
  const [sizes, ofFront] = [ofPieces(Float32Array.from(ink)), ofPieces(nearest)];
  const parted = [ofPieces(drawn), ofPieces(behind)];
  const wholes = [drawn, behind].map((part) => part.reduce((sum, own) => sum + own, 0));
  /** Whether the answer has drawn both parts as one piece. */
  const isBoth = (piece: number): boolean => parted.every((sums, part) => sums[piece]! >= bothFrom * wholes[part]!);
  const whole = grown(withoutHoles(drawn, side), side, strayShare * side);
  const front = nearest.map((own, at) => {
    const piece = pieces[at]!;
    if (piece === 0) return 0;
    const share = ofFront[piece]! / sizes[piece]!;
    const isParted = isBoth(piece) || (share < wholeFrom && share > 1 - wholeFrom);
    return isParted ? own * whole[at]! : Number(share >= wholeFrom);
  });
  return { share: grown(withoutHoles(front, side), side, edgePx), isCutOut: false };
}

/** 1 where what is in front is nearer than what is behind. */
function nearerOf({ behind, front }: PartColours): Float32Array {
  const side = Math.sqrt(front.length);
  const away = (part: Float32Array): Float32Array =>
    distancesTo(
      1,
      Uint8Array.from(part, (alpha) => Number(alpha >= inkFrom)),
      side,
      2 * side,
    );
  const [toFront, toBehind] = [away(front), away(behind)];
  return toFront.map((distance, at) => Number(distance < toBehind[at]!));
}

/** What moves planes of the drawing to where the answer is, which styles draw smaller; undefined where either is empty. */
function inPlaceOf(
  alphas: Float32Array,
  { behind, front }: PartColours,
): ((plane: Float32Array) => Float32Array) | undefined {
  const all = boxOf(front.map((alpha, at) => Math.max(alpha, behind[at]!)));
  const own = boxOf(alphas);
  if (!all || !own) return undefined;
  const side = Math.sqrt(alphas.length);
  const scale = longerSide(own) / longerSide(all);
  const start = (low: number, high: number, from: number, to: number) => (from + to) / 2 - (low + high) / 2 / scale;
  const square = {
    left: start(own.left, own.right, all.left, all.right),
    top: start(own.top, own.bottom, all.top, all.bottom),
    sidePx: side / scale,
  };
  return (plane) => resampleSquare(plane, square, side);
}
