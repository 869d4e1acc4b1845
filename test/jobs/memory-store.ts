/** Jobs in memory alone, for tests of what queues do with any store. */
import { captionFilter } from "../../server/jobs/caption-search.ts";
import type { JobKind } from "../../server/jobs/job-kinds.ts";
import type { HistoryBounds } from "../../server/jobs/job-queue.ts";
import { filesOf, isFinal, type JobBody, type JobQuery } from "../../server/jobs/job-queue.ts";
import type { Dropped, JobStore, StoredJob } from "../../server/jobs/local/job-store.ts";

export class MemoryStore<Body extends JobBody, Request = Body["request"]> implements JobStore<Body, Request> {
  readonly durability = "memory";
  readonly #kind: Pick<JobKind<Body, Request>, "textOf">;
  /** In order of age, oldest first. */
  readonly #jobs = new Map<string, StoredJob<Body, Request>>();

  constructor(kind: Pick<JobKind<Body, Request>, "textOf">) {
    this.#kind = kind;
  }

  open(): StoredJob<Body, Request>[] {
    return [...this.#jobs.values()].filter(({ body }) => !isFinal(body));
  }

  newestId(): string | undefined {
    return [...this.#jobs.keys()].at(-1);
  }

  get(id: string): StoredJob<Body, Request> | undefined {
    return this.#jobs.get(id);
  }

  ofKey(key: string): StoredJob<Body, Request> | undefined {
    return [...this.#jobs.values()].find(({ idempotency }) => idempotency?.key === key);
  }

  list({ q = "", limit, before, starred, owner }: JobQuery): Body[] {
    const isWanted = captionFilter(q);
    const bodies = [...this.#jobs.values()].reverse().map(({ body }) => body);
    return bodies
      .filter(({ id }) => before === undefined || id < before)
      .filter((body) => isWanted(this.#kind.textOf(body)) && (!starred || body.isStarred))
      .filter((body) => owner === undefined || body.owner === owner)
      .slice(0, limit + 1);
  }

  names(sha256: string): boolean {
    return this.#finished().some((body) => filesOf(body).some((file) => file.sha256 === sha256));
  }

  save(job: StoredJob<Body, Request>): void {
    this.#jobs.set(job.body.id, job);
  }

  finish(job: StoredJob<Body, Request>, bounds: HistoryBounds, now: number): Dropped {
    this.save(job);
    const ids: string[] = [];
    const digests: string[] = [];
    for (;;) {
      const finished = this.#finished();
      const oldest = finished.find(({ id, isStarred }) => id !== job.body.id && !isStarred);
      if (!oldest || !isTooMuch(finished, oldest, bounds, now)) return { ids, digests };
      const dropped = this.remove(oldest.id);
      ids.push(...dropped.ids);
      digests.push(...dropped.digests);
    }
  }

  remove(id: string): Dropped {
    const files = filesOf(this.#jobs.get(id)?.body ?? {});
    this.#jobs.delete(id);
    const digests = [...new Set(files.map(({ sha256 }) => sha256))];
    return { ids: [id], digests: digests.filter((sha256) => !this.names(sha256)) };
  }

  #finished(): Body[] {
    return [...this.#jobs.values()].map(({ body }) => body).filter(isFinal);
  }
}

function isTooMuch(
  finished: readonly JobBody[],
  oldest: JobBody,
  { historyMax, historyMaxBytes, historyMaxAgeMs }: HistoryBounds,
  now: number,
): boolean {
  const sizes = new Map(finished.flatMap((body) => filesOf(body).map(({ sha256, bytes }) => [sha256, bytes])));
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  return (
    finished.length > historyMax ||
    bytes > (historyMaxBytes ?? Number.POSITIVE_INFINITY) ||
    now - Date.parse(oldest.finishedAt ?? "") > (historyMaxAgeMs ?? Number.POSITIVE_INFINITY)
  );
}
