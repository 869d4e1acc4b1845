/**
 * The queue of many processes, on Valkey or Redis: any number of them add, follow and cancel, any number work. Records are kept by
 * scripts, each change at once; BullMQ hands jobs out and takes back those of lost workers. What it keeps lasts as long as the
 * server's data does: see docs/scaling.md.
 */
import { AppError } from "../../../shared/problem.ts";
import { captionFilter } from "../caption-search.ts";
import { firstBody } from "../job-bodies.ts";
import { idOfTime } from "../job-id.ts";
import {
  type Idempotency,
  type Job,
  type JobBody,
  type JobPage,
  type JobQuery,
  type JobQueue,
  type JobRequest,
  queueFull,
  requireSameRequest,
  type Snapshot,
  shuttingDown,
} from "../job-queue.ts";
import { BullLines } from "./bull-lines.ts";
import { withQueueErrors } from "./connection.ts";
import { Endings } from "./endings.ts";
import { Followers } from "./followers.ts";
import { joinReads } from "./join-reads.ts";
import type { AboutLine, BullQueueOptions } from "./options.ts";
import { Records } from "./records.ts";
import * as scripts from "./scripts.ts";
import { Taker } from "./taker.ts";
import { Unserved } from "./unserved.ts";

/** Records that a search reads at a time. */
const searchBatch = 1000;

export class BullQueue<Body extends JobBody, Request = Body["request"]> implements JobQueue<Body, Request> {
  readonly durability = "disk";
  readonly #options: BullQueueOptions<Body, Request>;
  readonly #records: Records<Body, Request>;
  readonly #endings: Endings<Body, Request>;
  readonly #lines: BullLines<Body, Request>;
  readonly #taker: Taker<Body, Request>;
  readonly #unserved: Unserved<Body, Request>;
  #followers!: Followers<Body>;
  #isClosed = false;

  private constructor(options: BullQueueOptions<Body, Request>) {
    this.#options = options;
    const records = new Records(options.kind, options.prefix);
    const endings = new Endings(options, records);
    const lines = new BullLines(options, records, endings);
    this.#records = records;
    this.#endings = endings;
    this.#lines = lines;
    this.#taker = new Taker(options, { records, lines, endings });
    this.#unserved = new Unserved(options, { records, lines, endings });
  }

  /** @throws AppError queue_unavailable */
  static async open<Body extends JobBody, Request>(
    options: BullQueueOptions<Body, Request>,
  ): Promise<BullQueue<Body, Request>> {
    const queue = new BullQueue(options);
    const { asking, listening } = options.connections;
    const records = queue.#records;
    try {
      queue.#followers = await withQueueErrors(() =>
        Followers.open<Body>(
          listening,
          records.key("events"),
          joinReads((ids) => records.getEach(asking, ids)),
          (news) => queue.#taker.hear(news),
        ),
      );
      await withQueueErrors(() => queue.#lines.repair());
      return queue;
    } catch (error) {
      // Not awaited: without its server it goes when the connections are closed.
      void queue.disconnect();
      throw error;
    }
  }

  replayOf(idempotency: Idempotency | undefined): Promise<Body | undefined> {
    return withQueueErrors(async () => {
      const id = idempotency && (await this.#asking.hget(this.#records.key("keys"), idempotency.key));
      return id ? this.#replay(id, idempotency) : undefined;
    });
  }

  add(asking: JobRequest<Body, Request>): Promise<{ body: Body; isNew: boolean }> {
    const { kind, queueMax, now } = this.#options;
    const { request, idempotency, owner = "", urgency = "interactive", share = 1 } = asking;
    return withQueueErrors(async () => {
      if (this.#isClosed) throw shuttingDown(kind.retryAfterSeconds);
      const time = Number(await this.#run(scripts.nextTime, now()));
      const body = firstBody(kind, idOfTime(time), asking, now());
      const { id } = body;
      const isSlow = kind.isSlow?.(body.request) ?? false;
      const packs = [...new Set(kind.packsOf(body))].sort();
      const line = lineOf(kind.many, packs, isSlow);
      const claim = kind.claim?.of(body.request) ?? "";
      const first = urgency === "interactive" ? 0 : scripts.placesPerUrgency;
      const [how, what] = (await this.#run(
        scripts.add,
        ...[id, this.#records.textOf(body), JSON.stringify(request), kind.textOf(body)],
        ...[idempotency?.key ?? "", idempotency?.fingerprint ?? "", owner, line],
        ...[JSON.stringify({ packs, isSlow } satisfies AboutLine), first, turnOf(share)],
        ...[[...new Set(kind.uploadsIn(request))].join(" "), claim, queueMax],
      )) as [string, string];
      if (how === "former") return { body: await this.#replay(what, idempotency), isNew: false };
      if (how === "claimed") throw kind.claim!.taken(claim);
      if (how === "full") throw queueFull(kind, queueMax, Number(what));
      await this.#lines.of(line).add(id, Number(what));
      return { body: (await this.#records.get(this.#asking, id))?.body ?? body, isNew: true };
    });
  }

  get(id: string): Promise<Snapshot<Body> | undefined> {
    return withQueueErrors(() => this.#records.get(this.#asking, id));
  }

  list({ q = "", limit, before, starred, owner }: JobQuery): Promise<JobPage<Body>> {
    return withQueueErrors(async () => {
      const of = owner === undefined ? "all" : `of:${owner}`;
      const isKept = starred ? await this.#starred() : () => true;
      const key = this.#records.key(starred && owner === undefined ? "starred" : of);
      const isWanted = captionFilter(q);
      const ids: string[] = [];
      const batch = q === "" && !starred ? limit + 1 : searchBatch;
      for (let from = before; ids.length <= limit; ) {
        const next = await this.#asking.zrevrangebylex(
          key,
          from === undefined ? "+" : `(${from}`,
          "-",
          "LIMIT",
          0,
          batch,
        );
        if (next.length === 0) break;
        from = next.at(-1)!;
        const texts = q === "" ? [] : await this.#asking.hmget(this.#records.key("texts"), ...next);
        ids.push(...next.filter((id, index) => isKept(id) && (q === "" || isWanted(texts[index] ?? ""))));
      }
      const page = await this.#records.getAll(this.#asking, ids.slice(0, limit));
      const jobs = page.map(({ body }) => body);
      return ids.length > limit ? { jobs, nextBefore: ids[limit - 1]! } : { jobs };
    });
  }

  cancel(id: string): Promise<Body | undefined> {
    return withQueueErrors(async () => {
      for (;;) {
        const record = await this.#records.open(this.#asking, id);
        if (!record) return (await this.get(id))?.body;
        const { body, revision } = record;
        const patch = { state: "cancelled" } as const;
        const { how } = await this.#endings.end(this.#asking, { id, revision }, body, patch);
        if (how === "committing") await this.#whenNewer(id, revision);
        if (how !== "ended") continue;
        // One that a worker has is taken out by that worker.
        if (record.holder === "") {
          this.#options.onEndedWaiting?.(patch);
          await this.#lines
            .of(record.line)
            .remove(id)
            .catch(() => undefined);
        }
        return (await this.get(id))?.body;
      }
    });
  }

  star(id: string, isStarred: boolean): Promise<Body | undefined> {
    return withQueueErrors(async () => {
      const isThere = (await this.#run(scripts.star, id, isStarred ? "1" : "0")) === 1;
      return isThere ? (await this.get(id))?.body : undefined;
    });
  }

  remove(id: string): Promise<boolean> {
    return withQueueErrors(async () => {
      const [how, ...released] = (await this.#run(scripts.remove, id)) as string[];
      if (how !== "removed") return false;
      this.#endings.release(released);
      return true;
    });
  }

  subscribe(id: string, listener: (snapshot: Snapshot<Body> | undefined) => void, known = 0): () => void {
    return this.#followers.add(id, listener, known);
  }

  needsUpload(digest: string): Promise<boolean> {
    return withQueueErrors(async () => (await this.#asking.hexists(this.#records.key("uploads"), digest)) === 1);
  }

  /** Whether any job names an image, or is about to. */
  names(sha256: string): Promise<boolean> {
    return withQueueErrors(async () => (await this.#asking.hexists(this.#records.key("uses"), sha256)) === 1);
  }

  depth(): Promise<{ waiting: number; running: number }> {
    return withQueueErrors(async () => {
      const counts = await Promise.all(["queued", "running"].map((set) => this.#asking.zcard(this.#records.key(set))));
      return { waiting: counts[0]!, running: counts[1]! };
    });
  }

  take(): Promise<Job<Body, Request> | undefined> {
    return this.#taker.take();
  }

  /** Looks for jobs of lost workers from now on, also while it takes none. */
  watch(): Promise<void> {
    return this.#taker.watch();
  }

  /**
   * Ends waiting jobs whose packs no worker had for `awaitMs`.
   * @param isServed whether a live worker has all of these packs, by digest @returns how many
   */
  endUnserved(isServed: (packs: readonly string[]) => boolean, awaitMs: number): Promise<number> {
    return withQueueErrors(() => this.#unserved.end(isServed, awaitMs));
  }

  /** Resolves when everything that workers of this process reported is on the server. */
  flush(): Promise<void> {
    return this.#taker.flush();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#taker.close();
  }

  /**
   * Lets go of the server, also while it is away.
   * @returns ids of jobs that this process still holds: they go to another worker when their holds have ended
   */
  async disconnect(): Promise<string[]> {
    const left = this.#taker.letGo();
    this.#followers?.close();
    await this.#lines.close();
    return left;
  }

  async #starred(): Promise<(id: string) => boolean> {
    const ids = new Set(await this.#asking.zrange(this.#records.key("starred"), 0, -1));
    return (id) => ids.has(id);
  }

  get #asking() {
    return this.#options.connections.asking;
  }

  #run(script: { run: typeof scripts.add.run }, ...args: ReadonlyArray<string | number>): Promise<unknown> {
    return script.run(this.#asking, this.#records.prefix, ...args);
  }

  async #replay(id: string, idempotency: Idempotency | undefined): Promise<Body> {
    requireSameRequest(await this.#records.idempotencyOf(this.#asking, id), idempotency);
    const former = await this.#records.get(this.#asking, id);
    if (!former) throw new AppError("internal", "expected the job of an idempotency key, got none");
    return former.body;
  }

  /** Resolves when the job has another revision, or is gone: a commit that ends or is rolled back makes one. */
  #whenNewer(id: string, revision: number): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.#followers.add(
        id,
        () => {
          stop();
          resolve();
        },
        revision,
      );
    });
  }
}

const turnOf = (share: number): number => Math.max(1, Math.round(scripts.turnLength / share));

const lineOf = (many: string, packs: readonly string[], isSlow: boolean): string =>
  [many, ...packs.map((digest) => digest.slice(0, 16)), ...(isSlow ? ["slow"] : [])].join("-");
