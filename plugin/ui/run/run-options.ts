/** What a run needs and whom it informs. */
import type { ApiClient } from "../client/api-client.ts";
import type { RefusedJob, ResultSet, Step } from "../state/results.ts";
import type { DrawJob, Job } from "./jobs.ts";

export interface RunOptions {
  readonly client: ApiClient;
  readonly jobs: readonly Job[];
  /** Pack that holds the translation. */
  readonly packId: string;
  /** Generations that the server takes in one request; undefined: one by one. */
  readonly batchMax?: number | undefined;
  readonly signal: AbortSignal;
  /** Unique for the run: a request sent twice by the network makes one job. */
  readonly idempotencyKey: string;
  /** Sends what a job's request names and the server lost. @returns whether all of it was there to be sent */
  readonly sendAgain?: (job: DrawJob) => Promise<boolean>;
  onStep(title: string, step: Step): void;
  onResult(job: Job, set: ResultSet): void;
  onRefused(refused: RefusedJob): void;
}

/** The server draws as many at once (limits.jobsParallelMax); more would only wait there. */
export const parallelMax = 8;

/** Options of a run with the keys of a batch's jobs. */
export type Working = RunOptions & { readonly keys: Map<Job, string> };
