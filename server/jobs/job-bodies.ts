/** Bodies of jobs at the turns of their lives, the same whichever queue has them. */
import type { JobKind } from "./job-kinds.ts";
import type { JobBody, JobRequest } from "./job-queue.ts";
import type { EndPatch } from "./job-reports.ts";

/** @param createdAt milliseconds since 1970 */
export function firstBody<Body extends JobBody, Request>(
  kind: JobKind<Body, Request>,
  id: string,
  { request, idempotency: _, urgency: __, share: ___, ...facts }: JobRequest<Body, Request>,
  createdAt: number,
): Body {
  const shown = kind.shown(request);
  return {
    id,
    state: "queued",
    request: shown,
    ...facts,
    createdAt: new Date(createdAt).toISOString(),
    ...kind.fresh(shown),
  } as unknown as Body;
}

/** As a job waits again. */
export const waitingBody = <Body extends JobBody, Request>(kind: JobKind<Body, Request>, body: Body): Body => ({
  ...body,
  ...kind.fresh(body.request),
  state: "queued" as const,
});

/** As a worker gets it. */
export function runningBody<Body extends JobBody, Request>(kind: JobKind<Body, Request>, body: Body): Body {
  const waiting = waitingBody(kind, body);
  return { ...waiting, state: "running" as const, progress: { ...waiting.progress, stage: kind.firstStage } };
}

/** A cancelled or failed job no longer names the images that it had. @param finishedAt milliseconds since 1970 */
export const endedBody = <Body extends JobBody, Request>(
  kind: JobKind<Body, Request>,
  body: Body,
  patch: EndPatch,
  finishedAt: number,
): Body => ({
  ...body,
  ...patch,
  ...(body.images && patch.state !== "done" && { images: [] }),
  finishedAt: new Date(finishedAt).toISOString(),
  progress: kind.lastProgress(body.progress, patch.state),
});
