/** Finished jobs of the server as sets of results: their images fetched, ranked by likelihood, and where each goes. */

import type { Generation, ImageInfo } from "../../../shared/contract/generations/generation.ts";
import type { Provenance } from "../../../shared/contract/generations/provenance.ts";
import type { Upscale } from "../../../shared/contract/upscaling.ts";
import { limits } from "../../../shared/limits.ts";
import { isDoubtful } from "../doubt.ts";
import type { Destination, ResultImage, ResultSet, Step } from "../state/results.ts";
import { type DrawJob, digestsIn, drawnOf, type EnlargeJob } from "./jobs.ts";
import type { RunOptions } from "./run-options.ts";
import { contentOf, urlOf, urlOfSvg } from "./vector-sets.ts";

/** The result set of a finished generation, with its images fetched. */
export async function drawnSet(
  options: Pick<RunOptions, "client" | "packId" | "signal">,
  report: (step: Step) => void,
  job: Pick<
    DrawJob,
    "index" | "title" | "nodeIds" | "isNamed" | "onlyIndex" | "drawn" | "pictures" | "vector" | "sizesPx"
  >,
  done: Generation,
): Promise<ResultSet> {
  const ranks = rankByLikelihood(done.images);
  const doubts = done.outOfDistribution.map(({ field }) => field);
  const { namedLabels, unfoundWords } = done;
  // What may show something else goes on the canvas only if somebody wants it there.
  const isKept = !isDoubtful({ doubts, unfoundWords });
  const infos = done.images.filter(({ index }) => job.onlyIndex === undefined || job.onlyIndex === index);
  const set = await fetchImages(options, report, { ...job, id: done.id }, infos, async (info, bytes, key) => {
    const nodeId = job.nodeIds[job.onlyIndex === undefined ? info.index : 0];
    const svg =
      job.vector &&
      info.vector &&
      new TextDecoder().decode(await options.client.readImage(info.vector.path, options.signal));
    const vector = job.vector && svg ? contentOf(svg, job.vector, job.sizesPx) : undefined;
    return {
      key,
      seed: info.seed,
      bytes,
      url: vector ? urlOfSvg(vector.svg) : urlOf(bytes),
      ...(vector === undefined ? {} : { vector }),
      ...(job.isNamed && { name: job.title }),
      isKept,
      destination: nodeId === undefined ? { kind: "artboard" } : { kind: "layer", nodeId },
      drawn: {
        rank: ranks.get(info.index)!,
        natsPerDimension: info.natsPerDimension,
        typicalityPercentile: info.typicalityPercentile,
        provenance: remembering(provenanceOf(done, info, options.packId), job),
      },
    };
  });
  // The most likely first; layers and the steps of a blend keep their order.
  const isOrdered = job.nodeIds.length > 0 || done.request.blendWith !== undefined;
  const images = isOrdered ? set.images : [...set.images].sort((a, b) => a.drawn!.rank! - b.drawn!.rank!);
  return { ...set, images, generationId: done.id, doubts, namedLabels, ...(unfoundWords && { unfoundWords }) };
}

export async function fetchImages<Info extends { readonly index: number; readonly path: string }>(
  { client, signal }: Pick<RunOptions, "client" | "signal">,
  report: (step: Step) => void,
  { index, title, id }: { readonly index: number; readonly title: string; readonly id?: string },
  infos: readonly Info[],
  make: (info: Info, bytes: Uint8Array, key: string) => ResultImage | Promise<ResultImage>,
): Promise<ResultSet> {
  const images: ResultImage[] = [];
  for (const info of infos) {
    report({ stage: "fetching", completed: images.length, total: infos.length });
    images.push(await make(info, await client.readImage(info.path, signal), `${id ?? info.path}/${info.index}`));
  }
  return { index, title, images, doubts: [], namedLabels: [] };
}

export function enlargedImage(
  { fills }: EnlargeJob,
  { request, packDigest }: Upscale,
  { kind, index, seed }: Upscale["images"][0],
  bytes: Uint8Array,
  key: string,
): ResultImage {
  const ownSeed = seed ?? request.seed;
  // The plugin requests factors only.
  const scale = request.scale!;
  const provenance = {
    format: 1,
    scale,
    detail: request.detail,
    clean: request.clean,
    ...(request.letters === false && { letters: false }),
    seed: ownSeed,
    packDigest,
  } as const;
  const destination: Destination = kind === "variance" ? { kind: "none" } : { kind: "fills", fills, provenance };
  // One hypothesis fits a fill: the first, until a person chooses another.
  return { key, seed: ownSeed, bytes, url: urlOf(bytes), isKept: index === 0, destination };
}

/** Rank of each image in its set by exact log-likelihood, 1 = most likely; equal scores share the earlier place. */
export function rankByLikelihood(images: readonly Pick<ImageInfo, "index" | "logLikelihood">[]): Map<number, number> {
  const sorted = [...images].sort((a, b) => b.logLikelihood - a.logLikelihood || a.index - b.index);
  return new Map(sorted.map(({ index }, place) => [index, place + 1]));
}

/** With the pictures that it names, then the mask or the layout, as far as all is not too long to be remembered. */
function remembering(made: Provenance, { drawn, pictures = {} }: Pick<DrawJob, "drawn" | "pictures">): Provenance {
  const named = digestsIn(made).filter((digest) => digest in pictures);
  const parts: ((to: Provenance) => Provenance)[] = named.map((digest) => (to) => ({
    ...to,
    pictures: { ...to.pictures, [digest]: pictures[digest]! },
  }));
  parts.push((to) => ({ ...to, ...drawnOf({ drawn }) }));
  return parts.reduce((kept, add) => {
    const whole = add(kept);
    const { length } = new TextEncoder().encode(JSON.stringify(whole));
    return length > limits.provenanceMaxBytes ? kept : whole;
  }, made);
}

export function provenanceOf(
  { request, packDigest, upscalerDigest, lenderDigest }: Generation,
  info: ImageInfo,
  packId: string,
): Provenance {
  const { count, blendWith, ...rest } = request;
  return {
    ...rest,
    format: 1,
    packId,
    packDigest,
    ...(upscalerDigest === undefined ? {} : { upscalerDigest }),
    ...(lenderDigest === undefined ? {} : { lenderDigest }),
    seed: info.seed,
    logLikelihood: info.logLikelihood,
    ...(info.sources && { sources: info.sources }),
    ...(blendWith === undefined ? {} : { blendWith, frame: { index: info.index, count } }),
  };
}
