/**
 * Benchmarks of other requests over HTTP, warm: eight images of a known condition, the inversion of an image, and 24 images
 * restyled together. It uses every condition that the first translation of the default pack reads.
 */

import { toStraightRgba } from "../../../server/engine/pixels/pixels.ts";
import { encodePng, renderSvg } from "../../../server/images/codec.ts";
import type { PartialCondition } from "../../../shared/contract/conditions.ts";
import type { TranslationInfo } from "../../../shared/contract/meta.ts";
import { median } from "../measure.ts";
import { sceneSvg } from "../training/picture-folder.ts";
import { type RunningServer, timed, withServer } from "./running-server.ts";

export interface EditsBench {
  /** Fields that the translation reads, all of which `everyCondition` gives. */
  readonly fields: readonly string[];
  readonly eightImagesMs: number;
  readonly everyConditionMs: number;
  readonly inversionMs: number;
  readonly restyleMs: number;
}

const defaultRounds = { generations: 25, inversions: 40, restyles: 7 };
/** Images of one restyle, like layers that a designer selects together. */
export const restyled = 24;

export const benchEdits = ({ generations, inversions, restyles } = defaultRounds): Promise<EditsBench> =>
  withServer(async (server) => {
    const { packs } = await server.meta();
    const translation = packs[0]!.translations[0]!;
    const images = await uploadScenes(server, translation.widthPx, inversions + restyled);
    const words = wordsOf(translation);
    const every = everyCondition(translation, images[0]!);
    const eight = (condition: PartialCondition) =>
      medianOf(generations, (seed) => server.generate({ condition, count: 8, seed }));
    return {
      fields: Object.keys(every),
      eightImagesMs: await eight(words),
      everyConditionMs: await eight(every),
      // Another image each time, with a known condition.
      inversionMs: await medianOf(inversions, (round) => server.invert({ image: images[round]!, condition: words })),
      restyleMs: await medianOf(restyles, (round) => restyleAll(server, translation, images.slice(-restyled), round)),
    };
  });

/** The median of `count` runs after a warm-up. */
async function medianOf(count: number, work: (round: number) => Promise<unknown>): Promise<number> {
  await work(0);
  const times: number[] = [];
  for (let round = 0; round < count; round += 1) times.push(await timed(() => work(round)));
  return median(times);
}

const wordsOf = ({ styles, conditions }: TranslationInfo): PartialCondition => ({
  ...(conditions.includes("caption") && { caption: "red apple" }),
  ...(styles.length > 0 && { style: styles[0]!.id }),
});

function everyCondition(translation: TranslationInfo, image: string): PartialCondition {
  const { conditions, labels, depths } = translation;
  const reads = (field: (typeof conditions)[number]): boolean => conditions.includes(field);
  return {
    ...wordsOf(translation),
    ...(labels.length > 0 && { label: labels[0]!.id }),
    ...(reads("sketch") && { sketch: { image } }),
    ...(reads("layout") && { layout: { image } }),
    ...(depths.length > 0 && { image: { image, depth: depths.at(-1)! } }),
    ...(reads("lowResolution") && { lowResolution: { image } }),
  };
}

/**
 * One generation for each image, all sent at once, like the command line and the plugin do: the batcher joins them into full
 * batches, and an image that fails affects only itself. Each round has another style, so that nothing comes from a cache.
 */
async function restyleAll(
  server: RunningServer,
  { styles }: TranslationInfo,
  images: readonly string[],
  round: number,
): Promise<void> {
  const styleOf = (at: number) => (styles.length > 0 ? { style: styles[at % styles.length]!.id } : {});
  await Promise.all(
    images.map((image) =>
      server.generate({
        condition: { caption: "red apple", ...styleOf(round + 1) },
        keepResidualOf: { image, condition: { caption: "green apple", ...styleOf(0) } },
        count: 1,
        seed: 1,
      }),
    ),
  );
}

async function uploadScenes(server: RunningServer, sizePx: number, count: number): Promise<string[]> {
  const digests: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const { rgba } = toStraightRgba(await renderSvg(sceneSvg(3, index), sizePx), sizePx);
    digests.push(await server.upload(await encodePng(rgba, sizePx, sizePx)));
  }
  return digests;
}
