/** A job of the queue of one process as its worker has it. What becomes of the line and of the history is the queue's. */
import type { JobKind } from "../job-kinds.ts";
import type { Job, JobBody } from "../job-queue.ts";
import { type EndPatch, patchOf, reportsOf } from "../job-reports.ts";
import type { QueueEntry } from "./queue-entry.ts";

interface QueueSteps<Body extends JobBody> {
  /** The first end counts. */
  end(patch: EndPatch): Promise<Body>;
  giveBack(): Promise<void>;
  /** Puts an open job into the line again. */
  waitAgain(): Promise<void>;
}

export function createJob<Body extends JobBody, Request>(
  entry: QueueEntry<Body, Request>,
  kind: JobKind<Body, Request>,
  { end, giveBack, waitAgain }: QueueSteps<Body>,
): Job<Body, Request> {
  const { id, abort } = entry;
  const fresh = () => kind.fresh(entry.body.request);
  return {
    id,
    get body() {
      return entry.body;
    },
    // Whatever stands in line has its request.
    request: entry.job.request as Request,
    signal: abort.signal,
    ...reportsOf(kind, entry),
    reportFindings: (findings) => {
      // What the next attempt finds out anew need not wait for the disk.
      const isFoundAnew = Object.keys(findings).every((name) => name in fresh());
      if (isFoundAnew) entry.change(findings as Partial<Body>);
      else entry.keep(findings as Partial<Body>);
    },
    reserve: (sha256) => void entry.reserved.add(sha256),
    beginCommit: () => entry.beginCommit(),
    rollBackCommit: () => entry.settleCommit(false),
    finish: async (outcome) => {
      const ended = await end(patchOf(outcome));
      await giveBack();
      return ended;
    },
    putBack: async () => {
      const isOpen = entry.ending === undefined;
      entry.keep({ ...fresh(), state: "queued" }, -1);
      await giveBack();
      if (isOpen) await waitAgain();
    },
  };
}
