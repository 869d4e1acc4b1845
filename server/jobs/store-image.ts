/** Stores an image that a job made as a PNG under its digest, and then names it in the job. */

import { sha256Of } from "../platform/sha256.ts";
import type { ImageOf, Job, JobBody } from "./job-queue.ts";

/** An image as the inference child gives it: its entry in the body but for what storing adds, with straight RGBA pixels. */
export type DrawnImage<Body extends JobBody> = Omit<ImageOf<Body>, "sha256" | "bytes" | "path"> & {
  readonly index: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rgba: Uint8Array;
};

export interface ImageStoreDeps {
  /** Path at which a client finds an image of a job, by its index. */
  readonly imagePath: (id: string, index: number) => string;
  readonly results: { put(bytes: Uint8Array): Promise<string> };
  /** Straight RGBA [height, width, 4] → PNG. */
  readonly encodePng: (rgba: Uint8Array, widthPx: number, heightPx: number) => Promise<Uint8Array>;
}

/** @throws AppError storage_full, or the signal's reason */
export async function storeImage<Body extends JobBody>(
  job: Job<Body>,
  image: DrawnImage<Body>,
  { imagePath, results, encodePng }: ImageStoreDeps,
  signal: AbortSignal,
): Promise<void> {
  const { rgba, ...about } = image;
  const png = await encodePng(rgba, image.widthPx, image.heightPx);
  signal.throwIfAborted();
  const sha256 = sha256Of(png);
  job.reserve(sha256);
  await results.put(png);
  if (signal.aborted) return;
  const stored = { sha256, bytes: png.byteLength, path: imagePath(job.id, image.index) };
  // The compiler can't see that the parts of an `Omit` make the whole again.
  job.addImage({ ...about, ...stored } as unknown as ImageOf<Body>);
}
