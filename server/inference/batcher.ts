/**
 * Joins the images of all running requests into the flow's batches: each round takes one row of each request in turn, until
 * the batch is full or nobody waits (no added delay; Triton's dynamic batching with zero queue delay). Between two runs of a
 * graph it lets messages in, so that a cancel takes effect there.
 */
import type { ResolvedRequest } from "../../shared/contract.ts";
import { AppError } from "../../shared/problem.ts";
import { imageSeed } from "../engine/random.ts";
import {
  type DrawnLatent,
  decodeImage,
  drawLatents,
  type EncodedConditions,
  encodeConditions,
  type Translation,
} from "../engine/translation.ts";
import type { GenerateProgress, ImageResult } from "./protocol.ts";

export interface BatchJob {
  readonly request: ResolvedRequest;
  readonly signal: AbortSignal;
  onProgress(progress: GenerateProgress): void;
  onImage(image: ImageResult): void;
}

interface Running extends BatchJob {
  readonly translation: Translation;
  conditions: EncodedConditions | undefined;
  /** Next image to draw. */
  next: number;
  completed: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** Lets the event loop deliver messages between two runs, which block it. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class Batcher {
  readonly #translations: ReadonlyMap<string, Translation>;
  readonly #batchRows: number;
  readonly #jobs: Running[] = [];
  #isRunning = false;

  constructor(translations: readonly Translation[], batchRows: number) {
    this.#translations = new Map(translations.map((translation) => [translation.id, translation]));
    this.#batchRows = batchRows;
  }

  /** Makes all images of a request. @throws AppError `translation_unknown`, `cancelled`, or an expert's own fault */
  generate(job: BatchJob): Promise<void> {
    const { translation: id } = job.request;
    const translation = this.#translations.get(id);
    if (!translation) {
      const known = [...this.#translations.keys()].join(", ");
      return Promise.reject(
        new AppError("translation_unknown", `translation: expected one of ${known}; got "${id}"`, {
          field: "translation",
          expected: known,
          received: id,
        }),
      );
    }
    return new Promise((resolve, reject) => {
      this.#jobs.push({ ...job, translation, conditions: undefined, next: 0, completed: 0, resolve, reject });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#jobs.length > 0) {
      await breathe();
      this.#dropCancelled();
      await this.#encodeNew();
      const batch = this.#collect();
      if (batch.length > 0) await this.#draw(batch);
    }
    this.#isRunning = false;
  }

  #dropCancelled(): void {
    for (const job of this.#jobs.filter(({ signal }) => signal.aborted))
      this.#end(job, new AppError("cancelled", "generation: cancelled before all images were made"));
  }

  async #encodeNew(): Promise<void> {
    for (const job of this.#jobs.filter(({ conditions }) => !conditions)) {
      await breathe();
      if (job.signal.aborted) continue;
      job.onProgress({ stage: "encoding", completed: 0, total: job.request.count });
      try {
        job.conditions = await encodeConditions(job.translation, job.request.condition);
      } catch (error) {
        this.#end(job, error);
      }
    }
  }

  /** Rows of one translation, taken in turn from all of its jobs. */
  #collect(): Array<{ job: Running; index: number }> {
    // Requests that came in or were cancelled while others were encoded wait for the next round.
    const ready = this.#jobs.filter(({ conditions, signal }) => conditions && !signal.aborted);
    const translation = ready[0]?.translation;
    const candidates = ready.filter((job) => job.translation === translation);
    const rows: Array<{ job: Running; index: number }> = [];
    for (let hasMore = true; hasMore && rows.length < this.#batchRows; ) {
      hasMore = false;
      for (const job of candidates) {
        if (job.next >= job.request.count || rows.length >= this.#batchRows) continue;
        rows.push({ job, index: job.next });
        job.next += 1;
        hasMore = true;
      }
    }
    // The head of the line goes to the back, so that a long request does not always fill the batch first.
    const head = this.#jobs.shift();
    if (head) this.#jobs.push(head);
    return rows;
  }

  async #draw(batch: ReadonlyArray<{ job: Running; index: number }>): Promise<void> {
    const translation = batch[0]!.job.translation;
    for (const job of new Set(batch.map(({ job }) => job))) this.#report(job, "translating");
    let drawn: DrawnLatent[];
    try {
      drawn = await drawLatents(
        translation,
        batch.map(({ job: { request, conditions }, index }) => ({
          seed: imageSeed(request.seed, index),
          temperature: request.temperature,
          guidance: request.guidance,
          conditions: conditions!,
        })),
      );
    } catch (error) {
      for (const job of new Set(batch.map(({ job }) => job))) this.#end(job, error);
      return;
    }
    for (const [row, { job, index }] of batch.entries()) {
      await breathe();
      if (job.signal.aborted || !this.#jobs.includes(job)) continue;
      try {
        const { logLikelihood } = drawn[row]!;
        const image = await decodeImage(translation, drawn[row]!);
        job.completed += 1;
        job.onImage({
          ...image,
          index,
          seed: imageSeed(job.request.seed, index),
          logLikelihood,
          natsPerDimension: -logLikelihood / translation.flow.dims,
        });
        this.#report(job, "decoding");
        if (job.completed === job.request.count) this.#end(job);
      } catch (error) {
        this.#end(job, error);
      }
    }
  }

  #report(job: Running, stage: GenerateProgress["stage"]): void {
    job.onProgress({ stage, completed: job.completed, total: job.request.count });
  }

  #end(job: Running, error?: unknown): void {
    const at = this.#jobs.indexOf(job);
    if (at >= 0) this.#jobs.splice(at, 1);
    if (error === undefined) job.resolve();
    else job.reject(error);
  }
}
