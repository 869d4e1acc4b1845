/**
 * Batches the images of all running requests: each round takes one row of each request in turn until the batch is full or no
 * request is left (Triton's dynamic batching with zero queue delay). Between two runs it lets messages in, so that a cancel
 * takes effect there.
 */
import type { ResolvedRequest } from "../../shared/contract/generations/generation-request.ts";
import { AppError } from "../../shared/problem.ts";
import { typicalityPercentile } from "../engine/calibration.ts";
import { type DrawnLatent, decodeImage, drawLatents, type Row, type Translation } from "../engine/translation.ts";
import { yieldToEventLoop } from "../platform/yield-to-event-loop.ts";
import { sourcesOf } from "../retrieval/sources.ts";
import type { Plan } from "./generation-plan.ts";
import type { Drawn } from "./messages.ts";
import { planGeneration } from "./plan.ts";
import type { ConditionFindings, ConditionImages, GenerateProgress, ImageResult } from "./protocol.ts";

/** Times as large as the target's images are what is traced of layers: at 128 px, what tracing works at. */
const tracedFactor = 2;

export interface BatchJob {
  readonly request: ResolvedRequest;
  readonly images: ConditionImages;
  readonly signal: AbortSignal;
  onProgress(progress: GenerateProgress): void;
  onFindings(findings: ConditionFindings): void;
  onImage(image: ImageResult): void;
}

interface Running extends BatchJob {
  readonly translation: Translation;
  plan: Plan | undefined;
  /** Next row to draw: candidate `next mod candidates` of group `next div candidates`. */
  next: number;
  /** Candidates of the current group. */
  candidates: DrawnLatent[];
  completed: number;
  resolve(): void;
  reject(error: unknown): void;
}

interface Picked {
  readonly job: Running;
  readonly group: number;
  readonly row: Row;
}

export class Batcher {
  readonly #batchRows: number;
  readonly #jobs: Running[] = [];
  #isRunning = false;
  #drawn: Drawn = { runs: 0, rows: 0 };

  constructor(batchRows: number) {
    this.#batchRows = batchRows;
  }

  /** Generates all images of a request. @throws AppError `cancelled`, `invalid_request`, or an expert's own error */
  generate(translation: Translation, job: BatchJob): Promise<void> {
    return new Promise((resolve, reject) => {
      const fresh = { plan: undefined, next: 0, candidates: [], completed: 0 };
      this.#jobs.push({ ...job, ...fresh, translation, resolve, reject });
      if (!this.#isRunning) void this.#run();
    });
  }

  /** Runs of a flow and their images since the last call. */
  takeDrawn(): Drawn {
    const drawn = this.#drawn;
    this.#drawn = { runs: 0, rows: 0 };
    return drawn;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#jobs.length > 0) {
      await yieldToEventLoop();
      this.#dropCancelled();
      await this.#planNew();
      const batch = this.#collect();
      if (batch.length > 0) await this.#draw(batch);
    }
    this.#isRunning = false;
  }

  #dropCancelled(): void {
    for (const job of this.#jobs.filter(({ signal }) => signal.aborted))
      this.#end(job, new AppError("cancelled", "generation: cancelled before all images were made"));
  }

  async #planNew(): Promise<void> {
    for (const job of this.#jobs.filter(({ plan }) => !plan)) {
      await yieldToEventLoop();
      if (job.signal.aborted) continue;
      job.onProgress({ stage: "encoding", completed: 0, total: job.request.count });
      try {
        job.plan = await planGeneration(job.translation, job.request, job.images);
        const { outOfDistribution, namedLabels } = job.plan;
        if (outOfDistribution.length + namedLabels.length > 0) job.onFindings({ outOfDistribution, namedLabels });
      } catch (error) {
        this.#end(job, error);
      }
    }
  }

  /** Rows of one translation, taken in turn from all of its jobs. */
  #collect(): Picked[] {
    // Requests that came or were cancelled while others were encoded wait for the next round.
    const ready = this.#jobs.filter(({ plan, signal }) => plan && !signal.aborted);
    const translation = ready[0]?.translation;
    const waiting = ready.filter((job) => job.translation === translation);
    const rows: Picked[] = [];
    for (let hasMore = true; hasMore && rows.length < this.#batchRows; ) {
      hasMore = false;
      for (const job of waiting) {
        const { groups, candidates, rowOf } = job.plan!;
        if (job.next >= groups * candidates || rows.length >= this.#batchRows) continue;
        const group = Math.floor(job.next / candidates);
        rows.push({ job, group, row: rowOf(group, job.next % candidates) });
        job.next += 1;
        hasMore = true;
      }
    }
    // The first job moves to the end, so that a long request does not always fill the batch first.
    const head = this.#jobs.shift();
    if (head) this.#jobs.push(head);
    return rows;
  }

  async #draw(batch: readonly Picked[]): Promise<void> {
    const translation = batch[0]!.job.translation;
    const jobs = new Set(batch.map(({ job }) => job));
    for (const job of jobs) this.#report(job, "translating");
    let drawn: DrawnLatent[];
    try {
      drawn = await drawLatents(
        translation,
        batch.map(({ row }) => row),
      );
    } catch (error) {
      for (const job of jobs) this.#end(job, error);
      return;
    }
    this.#drawn = { runs: this.#drawn.runs + 1, rows: this.#drawn.rows + batch.length };
    for (const [at, picked] of batch.entries()) await this.#take(picked, drawn[at]!);
  }

  /** Keeps a candidate. With the last one of its group, those that were chosen are decoded and passed on. */
  async #take(picked: Picked, drawn: DrawnLatent): Promise<void> {
    const { job } = picked;
    job.candidates.push(drawn);
    if (job.candidates.length < job.plan!.candidates) return;
    const candidates = job.candidates.splice(0);
    for (const chosen of job.plan!.choose(candidates)) await this.#decode(picked, chosen, candidates[chosen]!);
  }

  async #decode({ job, group, row }: Picked, candidate: number, drawn: DrawnLatent): Promise<void> {
    await yieldToEventLoop();
    if (job.signal.aborted || !this.#jobs.includes(job)) return;
    const { logLikelihood, conditionGain } = drawn;
    try {
      // A kept residual comes from the mean of a posterior, so its image counts as inverted.
      const kind = job.request.keepResidualOf ? "inverted" : "drawn";
      const percentile = typicalityPercentile(job.translation.calibration, row.conditions, logLikelihood, kind);
      const enlargedBy = job.request.format === "svg" ? tracedFactor : undefined;
      const seed = job.plan!.seedOf(group, candidate);
      const looks = job.plan!.finishOf(group, candidate);
      const pixels = await decodeImage(job.translation, drawn, { ...looks, seed, enlargedBy });
      // Groups, and the images of each, come in their order.
      const index = job.completed;
      const { prior } = job.plan!.rowOf(group, candidate);
      const sources = job.plan!.sourcesOf?.(group, candidate) ?? sourcesOf(prior?.drawings, job.translation.drawings);
      job.completed += 1;
      job.onImage({
        ...pixels,
        index,
        seed,
        logLikelihood,
        natsPerDimension: -logLikelihood / job.translation.flow.dims,
        conditionGain,
        ...(sources && { sources }),
        ...(percentile === undefined ? {} : { typicalityPercentile: percentile }),
      });
      this.#report(job, "decoding");
      if (job.completed === job.request.count) this.#end(job);
    } catch (error) {
      this.#end(job, error);
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
