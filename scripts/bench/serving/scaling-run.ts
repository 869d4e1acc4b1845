/** Jobs of one kind for a cluster: how many a second it ends, and the processor time that a job takes in each process. */
import { encodePng } from "../../../server/images/codec.ts";
import { decodePicture } from "../../../server/images/picture.ts";
import type { InferenceClient } from "../../../server/inference/protocol.ts";
import { ResolvedUpscaleSchema } from "../../../shared/contract/upscaling.ts";
import type { WorkKind } from "../../../shared/contract/workers.ts";
import { limits } from "../../../shared/limits.ts";
import { birdRequests } from "./bird-request.ts";
import type { Ask, Cluster } from "./cluster.ts";
import { allProcessorsMs } from "./processor-time.ts";

export interface Work {
  /** What a job is, for the table. */
  readonly what: string;
  readonly kind: WorkKind;
  /** Jobs of a round for each worker. */
  readonly jobs: number;
  /** Jobs that wait or run for each worker: more than it takes at once. */
  readonly open: number;
  /** Where jobs are asked for. */
  readonly path: string;
  /** @returns the body of a job */
  prepare(ask: Ask): Promise<(seed: number) => object>;
  /** The same by a child without anything around it. */
  readonly bare: {
    /** Jobs that a child has at once. */
    readonly parallel: number;
    drawnBy(): Promise<(client: InferenceClient, seed: number) => Promise<void>>;
  };
}

const drop = { onImage: () => undefined };

export const generations = (images: number, jobs: number): Work => ({
  what: `a caption to ${images} images of 128 px`,
  ...{ kind: "generations", jobs, open: 10, path: "/v1/generations" },
  prepare: async () => (seed) => ({ condition: { caption: "a red bird" }, count: images, seed }),
  bare: {
    parallel: limits.jobsParallelMax,
    drawnBy: async () => {
      const { requestOf } = await birdRequests();
      return (client, seed) => client.generate(requestOf(images, seed), drop);
    },
  },
});

/** Nearly all of the work is the network's: one picture, and no more than a PNG, a record and an answer beside it. */
export const upscales = (sidePx: number): Work => ({
  what: `a picture of ${sidePx} px enlarged to ${4 * sidePx} px`,
  ...{ kind: "upscales", jobs: 3, open: 3, path: "/v1/upscales" },
  async prepare(ask) {
    const image = await upload(ask, await encodePng(discs(sidePx), sidePx, sidePx));
    return (seed) => ({ image, scale: 4, seed });
  },
  bare: {
    parallel: limits.upscalesParallelMax,
    drawnBy: async () => {
      const { pixels } = await decodePicture(await encodePng(discs(sidePx), sidePx, sidePx));
      const requestOf = (seed: number) => ResolvedUpscaleSchema.parse({ image: "0".repeat(64), scale: 4, seed });
      return (client, seed) => client.upscale(requestOf(seed), pixels, drop);
    },
  },
});

/** Discs on a gradient: edges and areas, as drawings have them. Straight RGBA. */
const discs = (sidePx: number): Uint8Array =>
  Uint8Array.from({ length: sidePx ** 2 * 4 }, (_, index) => {
    const [x, y, channel] = [(index >> 2) % sidePx, Math.floor((index >> 2) / sidePx), index % 4];
    if (channel === 3) return 255;
    const isDisc = ((x % 64) - 32) ** 2 + ((y % 64) - 32) ** 2 < 24 ** 2;
    return isDisc ? 40 + 70 * channel : Math.round((255 * (channel === 0 ? x : y)) / sidePx);
  });

/** @returns its digest */
async function upload(ask: Ask, png: Uint8Array): Promise<string> {
  const body = png as Uint8Array<ArrayBuffer>;
  const response = await ask("/v1/images", { method: "POST", body, headers: { "Content-Type": "image/png" } });
  return ((await response.json()) as { digest: string }).digest;
}

export interface Measured {
  readonly perSecond: number;
  /** Processor time of a job in each kind of process, in milliseconds. */
  readonly processorMs: Readonly<Record<string, number>>;
  /** Of all processors' time, what programs took that are none of these. */
  readonly others?: number;
}

/** @param firstSeed of those that follow one another */
export async function measure(cluster: Cluster, work: Work, firstSeed: number): Promise<Measured> {
  const bodyOf = await work.prepare(cluster.ask);
  const jobs = cluster.workers * work.jobs;
  const sum = (parts: Readonly<Record<string, number>>): number => Object.values(parts).reduce((a, b) => a + b, 0);
  const [before, allBefore] = [cluster.spentMs(), allProcessorsMs()];
  const seconds = await draw(cluster, work, bodyOf, { jobs, firstSeed });
  const [after, allAfter] = [cluster.spentMs(), allProcessorsMs()];
  const spentMs = Object.fromEntries(Object.entries(after).map(([part, ms]) => [part, ms - before[part]!]));
  return {
    perSecond: jobs / seconds,
    processorMs: Object.fromEntries(Object.entries(spentMs).map(([part, ms]) => [part, ms / jobs])),
    others: Math.max(0, allAfter.busy - allBefore.busy - sum(spentMs)) / (allAfter.all - allBefore.all),
  };
}

/** Has so many jobs done, with as many open as keep all workers busy. @returns seconds */
async function draw(
  { ask, workers }: Cluster,
  { path, open }: Work,
  bodyOf: (seed: number) => object,
  { jobs, firstSeed }: { readonly jobs: number; readonly firstSeed: number },
): Promise<number> {
  const started = performance.now();
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < jobs) {
      const body = JSON.stringify(bodyOf(firstSeed + next++));
      const response = await ask(path, { method: "POST", body });
      if (response.status !== 202) throw new Error(`expected 202, got ${response.status}: ${await response.text()}`);
      const events = await (await ask(`${response.headers.get("location")}/events`)).text();
      if (!events.includes('"state":"done"')) throw new Error(`expected done, got ${events.slice(-400)}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, workers * open) }, client));
  return (performance.now() - started) / 1000;
}
