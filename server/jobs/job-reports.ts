/** What workers report and how they finish, as changes of a body: the same whichever queue has the job. */
import type { JobKind } from "./job-kinds.ts";
import type { Job, JobBody, JobOutcome } from "./job-queue.ts";

/** What an end changes in a body. */
export type EndPatch = Partial<JobBody> & Pick<JobBody, "state">;

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
