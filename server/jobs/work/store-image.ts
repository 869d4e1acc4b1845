/** Stores an image that a job made as a PNG under its digest, and its vector beside it, and then names them in the job. */
import { attributionOf } from "../../../shared/contract/generations/attribution.ts";
import type { Source } from "../../../shared/contract/generations/sources.ts";
import type { Vector, VectorFacts } from "../../../shared/contract/vectors.ts";
import { sha256Of } from "../../platform/sha256.ts";
import type { ImageOf, Job, JobBody } from "../job-queue.ts";

/** An image as the inference child gives it: its entry in the body but for what storing adds, with straight RGBA pixels. */
export type DrawnImage<Body extends JobBody> = Omit<ImageOf<Body>, "sha256" | "bytes" | "path"> & {
  readonly index: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rgba: Uint8Array;
  readonly enlarged?: Pixels;
};

/** Straight RGBA [height, width, 4]. */
interface Pixels {
  readonly rgba: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Pixels, and perhaps the same enlarged with crisp edges, which is better to trace. */
export interface Drawing extends Pixels {
  readonly enlarged?: Pixels | undefined;
}

export interface ImageStoreDeps {
  /** Path at which a client finds an image of a job, by its index. */
  readonly imagePath: (id: string, index: number) => string;
  readonly results: { put(bytes: Uint8Array): Promise<string> };
  /** Of an image that is to be a vector too; undefined for others. */
  readonly vectorOf?: (request: object, image: Drawing) => Promise<Vector | undefined>;
  /** Straight RGBA [height, width, 4] → PNG. */
  readonly encodePng: (
    rgba: Uint8Array,
    widthPx: number,
    heightPx: number,
    attribution?: string,
  ) => Promise<Uint8Array>;
}

/** @throws AppError storage_full, or the signal's reason */
export async function storeImage<Body extends JobBody>(
  job: Job<Body>,
  image: DrawnImage<Body>,
  { imagePath, results, encodePng, vectorOf }: ImageStoreDeps,
  signal: AbortSignal,
): Promise<void> {
  const { rgba, enlarged: _, ...about } = image;
  const put = async (bytes: Uint8Array, path: string) => {
    const sha256 = sha256Of(bytes);
    job.reserve(sha256);
    await results.put(bytes);
    return { sha256, bytes: bytes.byteLength, path };
  };
  const { sources } = image as { readonly sources?: readonly Source[] };
  // By ids, as in files that were made before: the same request gives the same bytes.
  const text = sources && attributionOf(sources, ({ set }) => set);
  const png = await encodePng(rgba, image.widthPx, image.heightPx, text);
  signal.throwIfAborted();
  const path = imagePath(job.id, image.index);
  const stored = await put(png, path);
  if (signal.aborted) return;
  const traced = await vectorOf?.(job.request, image);
  if (signal.aborted) return;
  const vector = traced && {
    ...factsOf(traced),
    ...(await put(Buffer.from(traced.svg), path.replace(/\.png$/, ".svg"))),
  };
  if (signal.aborted) return;
  // The compiler can't see that the parts of an `Omit` make the whole again.
  job.addImage({ ...about, ...stored, ...(vector && { vector }) } as unknown as ImageOf<Body>);
}

const factsOf = ({ layers, segmentCount, strokePx, leftOutCount, hasOwnNodes }: Vector): VectorFacts => ({
  ...{ layers, segmentCount, strokePx, leftOutCount },
  ...(hasOwnNodes && { hasOwnNodes }),
});
