/**
 * Runs an upscale: estimates what the input is and cleans it, draws hypotheses one after another, each from its own seed and with its LR-PSNR, and finally the map of
 * where they differ. It never holds more than one hypothesis beside the map's sums.
 */
import { cleanScale, enlargedSize, networkScaleFor } from "../../shared/contract/upscale-scales.ts";
import {
  type ResolvedUpscale,
  requireFits,
  temperatureOf,
  type UpscaleImage,
  varianceHypotheses,
} from "../../shared/contract/upscaling.ts";
import type { Picture, Pixels, UpscaleOptions, Upscaler } from "../engine/interfaces.ts";
import { imageSeed } from "../engine/random.ts";
import { refuseCancelled } from "./cancelled.ts";
import { hasTransparency, lrPsnrDb } from "./consistency.ts";
import { disagreementOf, otherReading } from "./doubt/disagreement.ts";
import { doubtGroupOf, doubtOf } from "./doubt/doubt.ts";
import { drawDoubt } from "./doubt/doubt-map.ts";
import { PixelStd } from "./doubt/pixel-std.ts";
import { cleanJpeg } from "./input/clean-jpeg.ts";
import { estimateInput } from "./input/input-kind.ts";

/** A finished picture before it is stored. */
export type EnlargedPicture = Omit<UpscaleImage, "sha256" | "bytes" | "path"> & { readonly rgba: Uint8Array };

export interface HypothesesHandlers {
  readonly signal?: AbortSignal;
  /** Finished tiles over all hypotheses. */
  onProgress?(progress: { readonly completed: number; readonly total: number }): void;
  /** Awaited before the next hypothesis is drawn. Hypotheses come in the order of their index, the variance map comes last. */
  onImage(picture: EnlargedPicture): void | Promise<void>;
  /** Yields to other work between two blocking steps. */
  pause(): Promise<void>;
}

/** How a picture is read. */
type Reading = Pick<UpscaleOptions, "foreignness" | "isShrunkDrawing" | "leavesLetters">;

/** @throws AppError `upscale_too_large`, `cancelled`, or the upscaler's own error */
export async function drawHypotheses(
  upscaler: Upscaler,
  image: Picture,
  request: Pick<
    ResolvedUpscale,
    "scale" | "widthPx" | "detail" | "clean" | "letters" | "seed" | "count" | "variance" | "outlines"
  >,
  handlers: HypothesesHandlers,
): Promise<void> {
  const { scale, widthPx, detail, clean, letters, count, variance, outlines } = request;
  const { signal, onProgress, onImage, pause } = handlers;
  const target = { scale, widthPx };
  requireFits(image, target);
  const size = enlargedSize(image, target);
  const { kind: inputKind, jpegQuality, compression, shrunkBy, foreignness, isShrunkDrawing } = estimateInput(image);
  const found = {
    inputKind,
    ...(jpegQuality === undefined ? {} : { jpegQuality }),
    ...(shrunkBy === undefined ? {} : { shrunkBy }),
  };
  const cleaned = compression ? await cleanJpeg(image, compression, clean, pause) : image;
  if (scale === cleanScale) {
    const about = { index: 0, kind: "hypothesis", seed: request.seed, ...size, ...found } as const;
    await onImage({ ...about, lrPsnrDb: await lrPsnrDb(image, cleaned, pause), rgba: cleaned.rgba });
    return;
  }
  // The doubt comes from the liveliest hypotheses, whatever the requested detail, and from the accurate answers of both networks, where there are two.
  const isLiveliest = detail === 1;
  const shared = isLiveliest ? Math.min(count, varianceHypotheses) : 0;
  const readsLetters = letters && upscaler.knowsLetters;
  const opinions = !upscaler.knowsForeign ? 0 : detail === 0 && !readsLetters ? 1 : 2;
  const drawn = count + (variance ? varianceHypotheses - shared + opinions : 0);
  const total = drawn * upscaler.tilesOf(image, target);
  let completed = 0;
  const onTile = (): Promise<void> => {
    completed += 1;
    onProgress?.({ completed, total });
    return pause();
  };
  const deviation = variance ? new PixelStd(size.widthPx, size.heightPx, hasTransparency(image)) : undefined;
  onProgress?.({ completed, total });
  const reading = { foreignness, isShrunkDrawing, leavesLetters: !letters };
  const draw = async (index: number, temperature: number, readAs: Reading = reading): Promise<Pixels> => {
    refuseCancelled(signal);
    const drawing = { ...target, temperature, seed: imageSeed(request.seed, index), ...readAs };
    const hypothesis = await upscaler.upscale(cleaned, { ...drawing, onTile, ...(signal ? { signal } : {}) });
    await pause();
    return hypothesis;
  };
  let accurate: Pixels | undefined;
  for (let index = 0; index < count; index += 1) {
    const hypothesis = await draw(index, temperatureOf(detail));
    if (index < shared) deviation?.add(hypothesis);
    if (deviation && detail === 0 && !readsLetters) accurate = hypothesis;
    const about = { index, kind: "hypothesis", seed: imageSeed(request.seed, index), ...size, ...found } as const;
    await onImage({ ...about, lrPsnrDb: await lrPsnrDb(image, hypothesis, pause), rgba: hypothesis.rgba });
  }
  if (!deviation) return;
  for (let index = shared; index < varianceHypotheses; index += 1) deviation.add(await draw(index, temperatureOf(1)));
  let disagreement: Uint16Array = new Uint16Array(size.widthPx * size.heightPx);
  if (upscaler.knowsForeign) {
    // Letters would be the same by both networks, however unsure they are.
    const leavesLetters = true;
    accurate ??= await draw(0, 0, { ...reading, leavesLetters });
    disagreement = disagreementOf(accurate, await draw(0, 0, { ...otherReading(foreignness), leavesLetters }));
  }
  refuseCancelled(signal);
  const unmarked = compression && clean < 1 ? await cleanJpeg(image, compression, 1, pause) : cleaned;
  const doubted = { spread: deviation.spread(), disagreement, ...size, image: unmarked, marked: image };
  const doubts = await doubtOf(doubted, doubtGroupOf(inputKind, networkScaleFor(image, target)), pause);
  await pause();
  await onImage({ index: count, kind: "variance", ...size, ...drawDoubt(doubts, size, image, outlines) });
}
