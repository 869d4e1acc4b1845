/** One job as the queue of one process holds it: its body, who follows it, and what its end waits for. */

import type { JobState } from "../../shared/job-fields.ts";
import { type Idempotency, isFinal, type JobBody, type Snapshot } from "./job-queue.ts";

export interface Entry<Body> {
  body: Body;
  revision: number;
  readonly idempotency: Idempotency | undefined;
  readonly abort: AbortController;
  readonly listeners: Set<(snapshot: Snapshot<Body>) => void>;
  readonly reserved: Set<string>;
  /** Set when the end is decided, which is before it is recorded and announced. */
  ending: Promise<Body> | undefined;
}

export const createEntry = <Body extends { readonly state: JobState }>(
  body: Body,
  idempotency: Idempotency | undefined,
  revision: number,
): Entry<Body> => ({
  body,
  revision,
  idempotency,
  abort: new AbortController(),
  listeners: new Set(),
  reserved: new Set(),
  ending: isFinal(body) ? Promise.resolve(body) : undefined,
});

/** Units completed: every image that is there counts for one at least. */
export const countOf = (completed: number, total: number, images: readonly unknown[]): number =>
  Math.min(total, Math.max(completed, images.length));

/** Bytes of the images of jobs; what several of them share is stored once. */
export function imageBytesOf(entries: ReadonlyArray<{ readonly body: JobBody }>): number {
  const sizes = new Map(entries.flatMap(({ body }) => body.images.map(({ sha256, bytes }) => [sha256, bytes])));
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
}
