/** What an HTTP process knows of its workers: read again every few seconds, so that it answers at once. */
import type { PackInfo } from "../../../shared/contract/meta.ts";
import type { WorkKind } from "../../../shared/contract/workers.ts";
import { limits } from "../../../shared/limits.ts";
import { AppError } from "../../../shared/problem.ts";
import type { InferenceStatus } from "../../http/deps.ts";
import type { Connection } from "../../jobs/bull/connection.ts";
import { type Known, type ReadPacks, readKnown } from "../../jobs/bull/worker-registry.ts";

export class KnownWorkers {
  readonly #client: Connection;
  readonly #prefix: string;
  readonly #timer: ReturnType<typeof setInterval>;
  #known: Known = { workers: [], packs: [] };
  readonly #read: ReadPacks = new Map();
  #isReached = true;

  private constructor(client: Connection, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
    this.#timer = setInterval(() => void this.refresh(), limits.workerAnnounceMs / 2);
  }

  static async open(client: Connection, prefix: string): Promise<KnownWorkers> {
    const known = new KnownWorkers(client, prefix);
    await known.refresh();
    return known;
  }

  /** Keeps what it knows while the queue server is away. */
  async refresh(): Promise<void> {
    try {
      this.#known = await readKnown(this.#client, this.#prefix, Date.now(), this.#read);
      this.#isReached = true;
    } catch {
      this.#isReached = false;
    }
  }

  get workers(): Known["workers"] {
    return this.#known.workers;
  }

  packs(): readonly PackInfo[] {
    return this.#known.packs;
  }

  isShipped(id: string): boolean {
    return this.#known.workers.some(({ shippedPacks }) => shippedPacks.includes(id));
  }

  /** Whether a live worker takes jobs of a kind and has all these packs. */
  isServed(kind: WorkKind, digests: readonly string[]): boolean {
    return this.#known.workers.some(
      ({ isLive, kinds, packs }) =>
        isLive && kinds.includes(kind) && digests.every((digest) => packs.some((pack) => pack.digest === digest)),
    );
  }

  /** For what a client waits for. @throws AppError pack_unavailable when no live worker would take it */
  requireWorker(kind: WorkKind, digest: string): void {
    if (this.isServed(kind, [digest])) return;
    throw new AppError("pack_unavailable", `expected a worker that takes ${kind} with this pack, got none`, {
      retryAfterSeconds: limits.workerAnnounceMs / 1000,
    });
  }

  /** Jobs for workers that are away wait for them; without any known one there is nothing to request. */
  status(): InferenceStatus {
    // The queue says so itself to who asks for something, and at once when it is back.
    if (!this.#isReached) return { state: "starting", detail: "the queue server is away" };
    const live = this.#known.workers.filter(({ isLive }) => isLive);
    if (live.length > 0)
      return { state: "ready", provider: [...new Set(live.map(({ provider }) => provider))].sort().join(", ") };
    if (this.#known.packs.length > 0)
      return {
        state: "starting",
        detail: `no worker is there; jobs wait ${limits.workerAwaitMs / 60_000} minutes for one`,
      };
    return { state: "unavailable", detail: "no worker was ever there: start one with tau worker" };
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
