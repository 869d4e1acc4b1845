/**
 * Upscaling as translation between networks: Φ reads features at every pixel and predicts a mean. τ draws the missing details,
 * given the features, folded to 2 · 2 · 3 values a pixel (idea of a flow for details: SRFlow, Lugmayr et al. 2020). Ψ decodes
 * them so that neighbours agree. Two stages of ×2 make ×4; temperature 0 uses the mean alone. After each stage a projection
 * moves the picture towards what shrinks to the input, softly (soft-projection.ts). Colour and alpha are enlarged separately. Sizes between
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
import type { Pixels, UpscaleOptions, Upscaler } from "../engine/interfaces.ts";
import { mapConcurrent } from "../platform/map-concurrent.ts";
import { yieldToEventLoop } from "../platform/yield-to-event-loop.ts";
import { refuseCancelled } from "./cancelled.ts";
import { fillColour } from "./fill-colour.ts";
import {
  alphaOf,
  clearInvisible,
  coloursOf,
  emptyPlanes,
  type Planes,
  readBox,
  type WriteTile,
  writeAlpha,
  writeBox,
  writeColours,
} from "./picture-planes.ts";
import { shrinkArea } from "./shrink-area.ts";
import { countTiles, enlargeBox, type Tile, tilesOf } from "./tiles.ts";
import { isDecoded, type Temperature, type TileDrawer } from "./upscale-tile.ts";

/**
 * Default side of a tile's core: it keeps a stage's buffers at a few MB, in the CPU's cache. Smaller tiles are mostly margin.
 */
const defaultCorePx = 128;

/** Parameters of a run. */
interface Run extends Omit<UpscaleOptions, "temperature" | "foreignness" | keyof UpscaleTarget> {
  /** Drawn by networks. */
  readonly scale: NetworkScale;
  readonly temperature: Temperature;
  /** How far a projection may move (soft-projection.ts); 0 = no projection. */
  readonly largestShare: number;
}

/**
 * Share of the local range by which a projection moves. Photographs that were shrunk by its kernel lose 0.03 dB to it, icons
 * and interfaces gain 0.2 to 2 dB (docs/upscaling.md).
 */
const usualShare = 0.03;

export interface UpscalerOptions {
  /** Largest side of a tile's core, px of a stage's input; larger on a GPU, smaller in tests. */
  readonly corePx?: number | undefined;
}

export function createUpscaler(drawer: TileDrawer, { corePx = defaultCorePx }: UpscalerOptions = {}) {
  const { margins, concurrency } = drawer;

  /** Enlarges one colour picture by 2 or 4 and passes the result to `write` tile by tile. */
  async function enlarge(low: Planes, run: Run, write: WriteTile): Promise<void> {
    let picture = await runStage(low, 0, run);
    if (run.scale === 4) {
      const twice = emptyPlanes(picture.widthPx, picture.heightPx);
      await makeConsistent(picture, low, 2, run, (tile, outer, inner) => writeBox(twice, tile, outer, inner));
      picture = await runStage(twice, 1, run);
    }
    await makeConsistent(picture, low, run.scale, run, write);
  }

  async function runStage(from: Planes, stage: number, run: Run): Promise<Planes> {
    const { widthPx, heightPx } = from;
    const to = emptyPlanes(2 * widthPx, 2 * heightPx);
    const { network, details = 0 } = margins.stages[stage]!;
    const marginPx = network + (isDecoded(run.temperature) ? details : 0);
    const { seed, temperature } = run;
    await eachTile(tilesOf(widthPx, heightPx, corePx, marginPx, concurrency), run, async ({ core, whole }, isAlone) => {
      const tile = readBox(from, whole);
      const about = { stage, whole, core, picture: { widthPx, heightPx }, seed, temperature, isAlone };
      const twice = enlargeBox(core, 2);
      writeBox(to, await drawer.draw({ kind: "stage", tile, ...about }), twice, twice);
    });
    return to;
  }

  async function makeConsistent(
    picture: Planes,
    low: Planes,
    factor: NetworkScale,
    run: Run,
    write: WriteTile,
  ): Promise<void> {
    const tiles = tilesOf(low.widthPx, low.heightPx, projectedPx(factor), margins.consistency[factor], concurrency);
    await eachTile(tiles, run, async ({ core, whole }, isAlone) => {
      const outer = enlargeBox(whole, factor);
      const { widthPx, heightPx } = whole;
      const { largestShare } = run;
      const planes = { picture: readBox(picture, outer), low: readBox(low, whole) };
      write(
        await drawer.draw({ kind: "projection", factor, isAlone, ...planes, widthPx, heightPx, largestShare }),
        outer,
        enlargeBox(core, factor),
      );
    });
  }

  /** Tiles do not overlap, so their order does not matter. */
  async function eachTile(
    tiles: Iterable<Tile>,
    run: Run,
    work: (tile: Tile, isAlone: boolean) => Promise<void>,
  ): Promise<void> {
    const all = [...tiles];
    await mapConcurrent(all, concurrency, async (tile) => {
      refuseCancelled(run.signal);
      await work(tile, all.length === 1);
      await run.onTile?.();
    });
  }

  /** Side of a projection's core, px of the input: larger than a network's, because it has fewer buffers and a wider margin. */
  const projectedPx = (factor: NetworkScale): number => (6 * corePx) / factor;

  function countAll({ widthPx, heightPx }: Pixels, scale: NetworkScale): number {
    const count = (times: number, sidePx: number): number =>
      countTiles(times * widthPx, times * heightPx, sidePx, concurrency);
    const twice = count(1, corePx) + count(1, projectedPx(2));
    return scale === 2 ? twice : twice + count(2, corePx) + count(1, projectedPx(4));
  }

  async function upscalePixels(image: Pixels, run: Run): Promise<Pixels> {
    const { isOpaque, isEmpty, isGrey } = inspect(image);
    const [widthPx, heightPx] = [run.scale * image.widthPx, run.scale * image.heightPx];
    const result: Pixels = { rgba: new Uint8Array(4 * widthPx * heightPx), widthPx, heightPx };
    if (isEmpty) return result;
    if (isOpaque) result.rgba.fill(255);
    await enlarge(isOpaque ? coloursOf(image) : fillColour(image), run, writeColours(result, isGrey));
    if (isOpaque) return result;
    // Alpha uses the mean prediction, because an outline should be accurate; only colours are drawn. It is drawn at its size, never shrunk.
    await enlarge(alphaOf(image), { ...run, temperature: 0, largestShare: 0 }, writeAlpha(result));
    clearInvisible(result);
    return result;
  }

  return {
    scales: networkScales,
    tilesOf(image: Pixels, target: UpscaleTarget): number {
      const { isOpaque, isEmpty } = inspect(image);
      return isEmpty ? 0 : countAll(image, networkScaleFor(image, target)) * (isOpaque ? 1 : 2);
    },
    async upscale(image: Pixels, { scale, widthPx, foreignness = 0, ...options }: UpscaleOptions): Promise<Pixels> {
      const target = { scale, widthPx };
      requireFits(image, target);
      const drawn = await upscalePixels(image, {
        ...options,
        scale: networkScaleFor(image, target),
        largestShare: usualShare * (1 - foreignness),
      });
      return shrinkArea(drawn, enlargedSize(image, target), async () => {
        await yieldToEventLoop();
        refuseCancelled(options.signal);
      });
    },
    /** The result of τ at v = 0, to compare with Φ's mean prediction. */
    centreOf: (image: Pixels, scale: NetworkScale): Promise<Pixels> =>
      upscalePixels(image, { scale, temperature: "centre", seed: 0, largestShare: usualShare }),
  } satisfies Upscaler & { centreOf: unknown };
}

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
