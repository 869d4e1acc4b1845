/** What the parts of the queue of many processes are given. */
import type { JobKind } from "../job-kinds.ts";
import type { HistoryBounds, JobBody } from "../job-queue.ts";
import type { EndPatch } from "../job-reports.ts";
import type { LineTimings } from "./bull-line.ts";
import type { Connections } from "./connection.ts";

export interface BullTimings extends LineTimings {
  /** Longest pause between two looks for a job, in milliseconds; a message ends it. */
  readonly lookMs: number;
  /** Least time between two writes of a running job that has a new image; its end does not wait. */
  readonly reportMs: number;
  /** The same where it reports progress alone. */
  readonly progressMs: number;
  /** Time between two looks for jobs whose process died before they stood in line. */
  readonly repairMs: number;
}

export interface BullQueueOptions<Body extends JobBody, Request = Body["request"]> extends HistoryBounds {
  readonly kind: JobKind<Body, Request>;
  readonly connections: Connections;
  /** Of all keys; a hash tag keeps them on one node of a cluster. */
  readonly prefix: string;
  readonly queueMax: number;
  /** Slow jobs that this process has at once; absent = any number. */
  readonly slowParallelMax?: number;
  /** Whether this process has the pack of a digest; absent = it has all. */
  readonly hasPack?: (digest: string) => boolean;
  readonly timings: BullTimings;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called with the digest of stored bytes that no job names any more. */
  readonly onForgotten?: (sha256: string) => void;
  /** Called with the end of a job that no worker had: cancelled, or without a worker that has its packs. */
  readonly onEndedWaiting?: (ended: EndPatch) => void;
  readonly onError: (error: unknown) => void;
}

/** What a worker must have for a line, and whether its jobs are slow. */
export interface AboutLine {
  readonly packs: readonly string[];
  readonly isSlow: boolean;
}
