/** A job of the queue of one process as its worker has it. What becomes of the line and of the history is the queue's. */
import type { JobKind } from "./job-kinds.ts";
import type { Job, JobBody, JobOutcome } from "./job-queue.ts";
import type { QueueEntry } from "./queue-entry.ts";

/** What an end changes in a body. */
export type EndPatch = Partial<JobBody> & Pick<JobBody, "state">;

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
    reportFindings: (findings) => entry.keep(findings as Partial<Body>),
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

/** What a worker reports, as changes of the body. */
export const reportsOf = <Body extends JobBody, Request>(
  kind: JobKind<Body, Request>,
  entry: { readonly body: Body; change(patch: Partial<Body> | Partial<JobBody>): void },
): Pick<Job<Body, Request>, "beginAttempt" | "report" | "addImage"> => ({
  beginAttempt: () => {
    const first = kind.fresh(entry.body.request);
    entry.change({ ...first, progress: { ...first.progress, stage: kind.firstStage } });
  },
  report: ({ total = entry.body.progress.total, ...report }) =>
    entry.change({ progress: { ...report, completed: countOf(report.completed, total, entry.body), total } }),
  addImage: (image) => {
    const { progress, images: former = [] } = entry.body;
    const images = [...former.filter((other) => other.index !== image.index), image];
    images.sort((a, b) => a.index - b.index);
    const completed = countOf(progress.completed, progress.total, { images });
    entry.change({ images, progress: { ...progress, completed } });
  },
});

export function patchOf<Body extends JobBody>(outcome: JobOutcome<Body>): EndPatch {
  if (outcome.state === "failed") return outcome;
  const { findings, ...rest } = outcome;
  return { ...findings, ...rest };
}

/** Units completed: every image that is there counts for one at least. */
const countOf = (completed: number, total: number, { images = [] }: Pick<JobBody, "images">): number =>
  Math.min(total, Math.max(completed, images.length));
