/** The port through which the queue of one process keeps its jobs on the disk. */
import type { Idempotency, JobBody } from "./job-queue.ts";

export interface HistoryRecord<Body extends JobBody, Request = Body["request"]> {
  readonly revision: number;
  readonly body: Body;
  /** Of an open job: what its worker needs. */
  readonly request?: Request | undefined;
  readonly idempotency?: Idempotency | undefined;
}

export interface JobRecords<Body extends JobBody, Request = Body["request"]> {
  /** Keeps a job before it is accepted; absent where only finished ones are kept. @throws AppError storage_full */
  create?(record: HistoryRecord<Body, Request>): Promise<void>;
  /** Keeps a later state of a job. @throws AppError storage_full */
  save(record: HistoryRecord<Body, Request>): Promise<void>;
  remove(id: string): Promise<void>;
  /** Removes what only an open job needs, once the job ended and no worker has it. */
  free?(id: string): Promise<void>;
}
