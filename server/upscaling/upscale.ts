/**
 * Upscaling as translation between networks: Φ reads features at every pixel and predicts a mean. τ draws the missing details,
 * given the features, folded to 3 · factor² values a pixel (idea of a flow for details: SRFlow, Lugmayr et al. 2020). Ψ decodes
 * them so that neighbours agree. ×2 and ×4 have networks of their own; temperature 0 uses the mean alone. Last a projection
 * moves the picture towards what shrinks to the input, softly (projection/soft-projection.ts). Colour and alpha are enlarged separately. Sizes between
 * the factors are area averages of the next one.
 */
import {
  enlargedSize,
  type NetworkScale,
  networkScaleFor,
  networkScales,
  type UpscaleTarget,
} from "../../shared/contract/upscale-scales.ts";
import { requireFits } from "../../shared/contract/upscaling.ts";
import { limits } from "../../shared/limits.ts";
import type { Pixels, UpscaleOptions, Upscaler } from "../engine/interfaces.ts";
import { mapConcurrent } from "../platform/map-concurrent.ts";
import { yieldToEventLoop } from "../platform/yield-to-event-loop.ts";
import { refuseCancelled } from "./cancelled.ts";
import { isDecoded, type Temperature } from "./details/draw-details.ts";
import { fillColour } from "./fill-colour.ts";
import { type ChosenLetters, PictureLetters } from "./letters/picture-letters.ts";
import { letterReachPx } from "./letters/read-letters.ts";
import {
  alphaOf,
  clearInvisible,
  coloursOf,
  countPlanes,
  emptyPlanes,
  onePlaneOf,
  type Planes,
  readBox,
  type WriteTile,
  writeAlpha,
  writeBox,
  writeColours,
} from "./picture-planes.ts";
import { type DrawnPlaces, drawnWithin, findDrawnPlaces } from "./places/drawn-places.ts";
import { drawSmoothPlaces } from "./places/smooth-places.ts";
import { isTextAlone } from "./places/text-places.ts";
import { shrinkArea } from "./shrink-area.ts";
import { countTiles, enlargeBox, growBox, type Tile, type TileLimits, tilesOf } from "./tiles.ts";
import type { Reader, TileDrawer } from "./upscale-tile.ts";

/**
 * Side of the largest core of a tile: the smallest by which six tiles cover 512 px. Twelve smaller tiles would cost 1.3 times as much, for
 * their margins; four larger ones would need 40 MB more a thread, and save nothing in a server's child.
 */
const defaultCorePx = 174;

/** Cores of letters are so many times as wide, since their networks have narrow layers and wide margins. */
const letterCores = 2.5;

type Size = Pick<Pixels, "widthPx" | "heightPx">;

/** Parameters of a run. */
interface Run extends Omit<UpscaleOptions, "temperature" | "foreignness" | "isShrunkDrawing" | keyof UpscaleTarget> {
  /** Drawn by networks. */
  readonly scale: NetworkScale;
  readonly temperature: Temperature;
  /** How far a projection may move (projection/soft-projection.ts); 0 = no projection. */
  readonly largestShare: number;
  readonly reader: Reader;
  /** Of whom the letters of these planes are kept for its next hypothesis. */
  readonly of?: Pixels;
}

/**
 * Share of the local range by which a projection moves. Photographs that were shrunk by its kernel lose 0.03 dB to it, icons
 * and interfaces gain 0.2 to 2 dB (docs/upscaling.md).
 */
const usualShare = 0.03;

export interface UpscalerOptions {
  /** Largest side of a tile's core, px of the input; larger on a GPU, smaller in tests. */
  readonly corePx?: number | undefined;
}

export function createUpscaler(drawer: TileDrawer, { corePx = defaultCorePx }: UpscalerOptions = {}) {
  const { margins, concurrency, knowsForeign, knowsLetters, knowsText } = drawer;
  const lettersOf = new WeakMap<Pixels, PictureLetters>();
  const letterTiles: TileLimits = { corePx: letterCores * corePx, marginPx: margins.reader, concurrency };

  /** The same tiles with details and without, which need a narrower margin. */
  function networkTiles(factor: NetworkScale): TileLimits {
    const { network, details } = margins.factors[factor];
    return { corePx, marginPx: network + details, concurrency };
  }

  /** Where Φ of text may serve, it is decided by tile, so tiles are the same on all machines. */
  const textTiles = (factor: NetworkScale): TileLimits => ({
    corePx: defaultCorePx,
    marginPx: margins.factors[factor].network,
  });

  /** Larger than a network's, because a projection has fewer buffers. */
  const projectionTiles = (factor: NetworkScale): TileLimits => ({
    corePx: (4 * corePx) / factor,
    marginPx: margins.consistency[factor],
    concurrency,
  });

  /** Enlarges the planes of one picture by 2 or 4 and passes the result to `write` tile by tile. */
  async function enlarge(low: Planes, run: Run, write: WriteTile): Promise<void> {
    const drawn = findDrawnPlaces(low);
    await makeConsistent(await runNetworks(low, drawn, run), low, drawn, run, write);
  }

  async function runNetworks(low: Planes, drawn: DrawnPlaces, run: Run): Promise<Planes> {
    const { widthPx, heightPx } = low;
    const { seed, temperature, scale: factor, reader } = run;
    const to = emptyPlanes(factor * widthPx, factor * heightPx, countPlanes(low));
    const letters = temperature === "centre" ? undefined : await chooseLetters(low, drawn, run, temperature);
    const mayBeText = letters !== undefined && temperature === 0 && reader !== "network" && knowsText(factor);
    const around = margins.factors[factor];
    const marginPx = around.network + (isDecoded(temperature) ? around.details : letters ? around.letters : 0);
    const texts = mayBeText
      ? textsAmong([...tilesOf(widthPx, heightPx, textTiles(factor), marginPx)], low, letters)
      : [];
    const tiles = texts.some(({ isText }) => isText)
      ? texts
      : [...tilesOf(widthPx, heightPx, networkTiles(factor), marginPx)].map((tile) => ({ ...tile, isText: false }));
    await eachTile(
      tiles,
      run,
      async ({ core, whole, isText }, isAlone) => {
        const tile = readBox(low, whole);
        const about = { factor, whole, core, picture: { widthPx, heightPx }, seed, temperature, reader, isAlone };
        const chosen = letters?.within(whole);
        const seen = { isText, isDrawn: drawnWithin(drawn, whole) };
        const enlarged = enlargeBox(core, factor);
        writeBox(
          to,
          await drawer.draw({ kind: "enlarge", tile, ...seen, ...about, ...(chosen && { letters: chosen }) }),
          enlarged,
          enlarged,
        );
      },
      countTiles(widthPx, heightPx, networkTiles(factor)),
    );
    return to;
  }

  /** Letters of drawn places by seed; undefined where there are none. They are read once for all hypotheses of a picture. */
  async function chooseLetters(
    low: Planes,
    drawn: DrawnPlaces,
    run: Run,
    temperature: number,
  ): Promise<ChosenLetters | undefined> {
    if (!knowsLetters) return undefined;
    const { seed, leavesLetters = false, of } = run;
    const known = of && lettersOf.get(of);
    const letters = known ?? new PictureLetters(low);
    await eachTile(tilesOf(low.widthPx, low.heightPx, letterTiles), run, async ({ core, whole }) => {
      if (known || leavesLetters || !drawnWithin(drawn, growBox(core, letterReachPx, low)).includes(1)) return;
      const [tile, isDrawn] = [readBox(low, whole), drawnWithin(drawn, whole)];
      letters.put(await drawer.draw({ kind: "letters", tile, isDrawn, whole, core, isAlone: false }), core);
    });
    if (leavesLetters) return undefined;
    if (of) lettersOf.set(of, letters);
    return letters.isEmpty ? undefined : letters.choose(seed, temperature / limits.upscaleTemperatureMax);
  }

  async function makeConsistent(
    picture: Planes,
    low: Planes,
    drawn: DrawnPlaces,
    run: Run,
    write: WriteTile,
  ): Promise<void> {
    const { scale: factor, largestShare } = run;
    const tiles = tilesOf(low.widthPx, low.heightPx, projectionTiles(factor));
    await eachTile(tiles, run, async ({ core, whole }, isAlone) => {
      const outer = enlargeBox(whole, factor);
      const { widthPx, heightPx } = whole;
      const planes = { picture: readBox(picture, outer), low: readBox(low, whole), isDrawn: drawnWithin(drawn, whole) };
      write(
        await drawer.draw({ kind: "projection", factor, isAlone, ...planes, widthPx, heightPx, largestShare }),
        outer,
        enlargeBox(core, factor),
      );
    });
  }

  /**
   * Tiles do not overlap, so their order does not matter. After a cancel no tile begins, and those that ran have ended.
   * @param counted tiles that are told, where others were counted before
   */
  async function eachTile<Kind extends Tile>(
    tiles: Iterable<Kind>,
    run: Run,
    work: (tile: Kind, isAlone: boolean) => Promise<void>,
    counted?: number,
  ): Promise<void> {
    const all = [...tiles];
    let [drawn, told] = [0, 0];
    await mapConcurrent(all, concurrency, async (tile) => {
      refuseCancelled(run.signal);
      await work(tile, all.length === 1);
      refuseCancelled(run.signal);
      drawn += 1;
      for (const due = Math.floor((drawn * (counted ?? all.length)) / all.length); told < due; ) {
        told += 1;
        await run.onTile?.();
      }
    });
  }

  const countAll = ({ widthPx, heightPx }: Size, scale: NetworkScale): number =>
    (knowsLetters ? countTiles(widthPx, heightPx, letterTiles) : 0) +
    countTiles(widthPx, heightPx, networkTiles(scale)) +
    countTiles(widthPx, heightPx, projectionTiles(scale));

  async function upscalePixels(image: Pixels, run: Run): Promise<Pixels> {
    const { isOpaque, isEmpty, isGrey } = inspect(image);
    const [widthPx, heightPx] = [run.scale * image.widthPx, run.scale * image.heightPx];
    // Zeros take no memory until they are written, and the networks need the most beside a picture.
    const result: Pixels = { rgba: new Uint8Array(4 * widthPx * heightPx), widthPx, heightPx };
    if (isEmpty) return result;
    const colours = isOpaque ? coloursOf(image) : fillColour(image);
    const low = isGrey ? onePlaneOf(colours) : colours;
    await enlarge(low, { ...run, of: image }, writeColours(result, { isOpaque }));
    if (isOpaque) return result;
    // Alpha uses the mean prediction, because an outline should be accurate; only colours are drawn. It is drawn at its size, never shrunk.
    await enlarge(
      alphaOf(image),
      { ...run, temperature: 0, largestShare: 0, reader: "foreignNetwork" },
      writeAlpha(result),
    );
    await drawSmoothPlaces(result, image, pauseOf(run.signal));
    clearInvisible(result);
    return result;
  }

  return {
    scales: networkScales,
    knowsForeign,
    knowsLetters,
    tilesOf(image: Pixels, target: UpscaleTarget): number {
      const { isOpaque, isEmpty } = inspect(image);
      return isEmpty ? 0 : countAll(image, networkScaleFor(image, target)) * (isOpaque ? 1 : 2);
    },
    async upscale(
      image: Pixels,
      { scale, widthPx, foreignness = 0, isShrunkDrawing = false, ...options }: UpscaleOptions,
    ): Promise<Pixels> {
      const target = { scale, widthPx };
      requireFits(image, target);
      const drawn = await upscalePixels(image, {
        ...options,
        scale: networkScaleFor(image, target),
        largestShare: usualShare * (1 - foreignness),
        reader: isShrunkDrawing ? "drawnNetwork" : foreignness === 1 ? "foreignNetwork" : "network",
      });
      return shrinkArea(drawn, enlargedSize(image, target), pauseOf(options.signal));
    },
    /** The result of τ at v = 0, to compare with Φ's mean prediction. */
    centreOf: (image: Pixels, scale: NetworkScale): Promise<Pixels> =>
      upscalePixels(image, { scale, temperature: "centre", seed: 0, largestShare: usualShare, reader: "network" }),
  } satisfies Upscaler & { centreOf: unknown };
}

/** Which tiles hold little but letters. A single tile is drawn in a moment by the exact network, too. */
const textsAmong = (
  tiles: readonly Tile[],
  low: Planes,
  letters: ChosenLetters,
): Array<Tile & { readonly isText: boolean }> =>
  tiles.map(({ core, whole }) => {
    const chosen = tiles.length > 1 ? letters.within(whole) : undefined;
    return { core, whole, isText: chosen !== undefined && isTextAlone(readBox(low, whole), chosen, whole, core) };
  });

const pauseOf = (signal: AbortSignal | undefined) => async (): Promise<void> => {
  await yieldToEventLoop();
  refuseCancelled(signal);
};

function inspect({ rgba }: Pixels): { isOpaque: boolean; isEmpty: boolean; isGrey: boolean } {
  let [isOpaque, isEmpty, isGrey] = [true, true, true];
  for (let at = 0; at < rgba.length; at += 4) {
    const alpha = rgba[at + 3]!;
    if (alpha !== 255) isOpaque = false;
    if (alpha === 0) continue;
    isEmpty = false;
    if (rgba[at] !== rgba[at + 1] || rgba[at] !== rgba[at + 2]) isGrey = false;
  }
  return { isOpaque, isEmpty, isGrey };
}
