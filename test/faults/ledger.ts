/**
 * What was acknowledged, and the check that ends every fault: each job has one end, each image of one that is done has its bytes,
 * the list has each once, and no file has no job.
 */
import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Generation, GenerationList } from "../../shared/contract/generations/generation.ts";
import type { Tau } from "./tau-process.ts";

const isFinal = ({ state }: Generation): boolean => state === "done" || state === "failed" || state === "cancelled";

export class Ledger {
  readonly #ids = new Map<string, string>();

  get size(): number {
    return this.#ids.size;
  }

  get ids(): string[] {
    return [...this.#ids.values()];
  }

  /** Keys that were requested and not acknowledged: the server may have them or not. */
  readonly unanswered = new Set<string>();

  /** Jobs that a client cancelled: those that had ended were deleted by it. */
  readonly #deleted = new Set<string>();

  /** Of what was acknowledged, so many jobs are not there any more, as a client asked. */
  removed = 0;

  /** Before a DELETE, whose answer may be lost. */
  mayDelete(id: string): void {
    this.#deleted.add(id);
  }

  /** @throws Error where a key was acknowledged as another job before */
  note(key: string, { id }: Generation): void {
    const former = this.#ids.get(key);
    if (former !== undefined && former !== id) throw new Error(`key ${key}: expected job ${former}, got ${id}`);
    this.#ids.set(key, id);
    this.unanswered.delete(key);
  }

  /**
   * Waits for every end.
   * @param dataDir whose files must all have a job, where the server keeps them in a data folder
   * @throws Error for a job that is lost, doubled or half
   */
  async settle(tau: Tau, dataDir?: string): Promise<{ done: number; failed: number; cancelled: number }> {
    const count = { done: 0, failed: 0, cancelled: 0 };
    const digests = new Set<string>();
    const gone = new Set<string>();
    for (const id of this.#ids.values()) {
      if (this.#deleted.has(id) && (await tau.ask(`/v1/generations/${id}`)).status === 404) {
        gone.add(id);
        continue;
      }
      const { state, images, request } = await tau.until(id, isFinal);
      count[state as keyof typeof count]++;
      if (state === "done" && images.length !== request.count) throw new Error(`${id}: ${images.length} images`);
      for (const { path, sha256 } of images) {
        const bytes = new Uint8Array(await (await tau.ask(path)).arrayBuffer());
        if (createHash("sha256").update(bytes).digest("hex") !== sha256) throw new Error(`${id}: ${path} is damaged`);
        digests.add(sha256);
      }
    }
    const listed = await allIds(tau);
    this.removed = gone.size;
    const expected = this.ids
      .filter((id) => !gone.has(id))
      .sort()
      .reverse();
    if (listed.join() !== expected.join()) throw new Error(`expected ${expected.length} jobs, got ${listed.length}`);
    if (dataDir === undefined) return count;
    const stray = (await readdir(join(dataDir, "results"))).filter((name) => !digests.has(name));
    if (stray.length > 0) throw new Error(`files without a job: ${stray.join()}`);
    return count;
  }
}

async function allIds(tau: Tau): Promise<string[]> {
  const ids: string[] = [];
  for (let before = ""; ; ) {
    const page = (await (await tau.ask(`/v1/generations?limit=100${before}`)).json()) as GenerationList;
    ids.push(...page.generations.map(({ id }) => id));
    if (page.nextBefore === undefined) return ids;
    before = `&before=${page.nextBefore}`;
  }
}
