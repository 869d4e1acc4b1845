/**
 * Batches the images of all running requests: each round takes one row of each request in turn until the batch is full or no
 * request is left (Triton's dynamic batching with zero queue delay). Where other threads decode, the next batch is drawn meanwhile.
 * Between two runs it lets messages in, so that a cancel takes effect there.
 */
import type { ResolvedRequest } from "../../shared/contract/generations/generation-request.ts";
import { AppError } from "../../shared/problem.ts";
import { typicalityPercentile } from "../engine/calibration.ts";
import { type DecodedImage, type DrawnLatent, drawLatents, type Row, type Translation } from "../engine/translation.ts";
import { yieldToEventLoop } from "../platform/yield-to-event-loop.ts";
import { sourcesOf } from "../retrieval/sources.ts";
import { decodeHere, type ImageDecoder } from "./decoding/image-decoder.ts";
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
  /** Settles when all images that are being decoded were passed on. */
  passed: Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

interface Picked {
  readonly job: Running;
  readonly group: number;
  readonly row: Row;
}

/** A candidate that becomes an image. */
interface Chosen extends Picked {
  readonly candidate: number;
  readonly drawn: DrawnLatent;
}

export class Batcher {
  readonly #batchRows: number;
  readonly #decoder: ImageDecoder;
  readonly #jobs: Running[] = [];
  /** Images that are being decoded, until they are passed on. */
  readonly #decoding = new Set<Promise<void>>();
  #isRunning = false;
  #onArrival = (): void => {};
  #drawn: Drawn = { runs: 0, rows: 0 };

  constructor(batchRows: number, decoder: ImageDecoder = decodeHere) {
    this.#batchRows = batchRows;
    this.#decoder = decoder;
  }

  /** Generates all images of a request. @throws AppError `cancelled`, `invalid_request`, or an expert's own error */
  generate(translation: Translation, job: BatchJob): Promise<void> {
    return new Promise((resolve, reject) => {
      const fresh = { plan: undefined, next: 0, candidates: [], completed: 0, passed: Promise.resolve() };
      this.#jobs.push({ ...job, ...fresh, translation, resolve, reject });
      this.#onArrival();
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
      else if (this.#decoding.size > 0 && this.#jobs.every(({ plan }) => plan))
        await Promise.race([...this.#decoding, this.#arrival()]);
    }
    this.#isRunning = false;
  }

  /** Resolves with the next request. */
  #arrival(): Promise<void> {
    return new Promise((resolve) => {
      this.#onArrival = resolve;
    });
  }

  #dropCancelled(): void {
    for (const job of this.#jobs.filter(({ signal }) => signal.aborted))
      this.#end(job, new AppError("cancelled", "generation: cancelled before all images were made"));
  }

  /** Plans the next request, and more as long as they fit into the next batch. */
  async #planNew(): Promise<void> {
    let planned = 0;
    for (const job of this.#jobs.filter(({ plan }) => !plan)) {
      if (planned > 0 && this.#readyRows() >= this.#batchRows) break;
      planned += 1;
      await yieldToEventLoop();
      if (job.signal.aborted) continue;
      job.onProgress({ stage: "encoding", completed: 0, total: job.request.count });
      try {
        job.plan = await planGeneration(job.translation, job.request, job.images, job.signal);
        const { outOfDistribution, namedLabels, unfoundWords = [] } = job.plan;
        if (outOfDistribution.length + namedLabels.length + unfoundWords.length > 0)
          job.onFindings({ outOfDistribution, namedLabels, unfoundWords });
      } catch (error) {
        // One that was cancelled is dropped in the next round.
        if (!job.signal.aborted) this.#end(job, error);
      }
    }
  }

  /** Rows that are planned and not drawn. */
  #readyRows(): number {
    return this.#jobs.reduce((sum, { plan, next }) => sum + (plan ? plan.groups * plan.candidates - next : 0), 0);
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
    const { translation } = batch[0]!.job;
    const jobs = new Set(batch.map(({ job }) => job));
    for (const job of jobs) this.#report(job, "translating");
    // Images of one request are decoded while the next are drawn. Rows of several requests are drawn first, which takes less time for all of them.
    const parts = translation.flow.areRowsApart && jobs.size === 1 ? batch.map((picked) => [picked]) : [batch];
    let begun = 0;
    for (const [at, part] of parts.entries()) {
      const chosen = await this.#chosenOf(translation, part, at === 0);
      // One image alone is decoded sooner by all cores here.
      const isAlone = begun + chosen.length === 1 && at === parts.length - 1 && this.#decoding.size === 0;
      begun += chosen.length;
      for (const one of chosen) await this.#decode(one, isAlone ? decodeHere : this.#decoder);
    }
  }

  /** Draws rows that still are wanted. @param isFirst of a batch, which counts as one run @returns those to decode */
  async #chosenOf(translation: Translation, part: readonly Picked[], isFirst: boolean): Promise<Chosen[]> {
    const wanted = part.filter(({ job }) => !job.signal.aborted && this.#jobs.includes(job));
    if (wanted.length === 0) return [];
    try {
      const drawn = await drawLatents(
        translation,
        wanted.map(({ row }) => row),
      );
      const { runs, rows } = this.#drawn;
      this.#drawn = { runs: runs + Number(isFirst), rows: rows + wanted.length };
      return wanted.flatMap((picked, at) => this.#take(picked, drawn[at]!));
    } catch (error) {
      for (const { job } of wanted) this.#end(job, error);
      return [];
    }
  }

  /** Keeps a candidate. @returns those of its group that were chosen, when it is the last one */
  #take(picked: Picked, drawn: DrawnLatent): Chosen[] {
    const { job } = picked;
    job.candidates.push(drawn);
    if (job.candidates.length < job.plan!.candidates) return [];
    const candidates = job.candidates.splice(0);
    return job.plan!.choose(candidates).map((at) => ({ ...picked, candidate: at, drawn: candidates[at]! }));
  }

  /** Begins to decode an image, and ends when there is room for the next one. */
  async #decode(chosen: Chosen, decoder: ImageDecoder): Promise<void> {
    const { job } = chosen;
    await yieldToEventLoop();
    if (job.signal.aborted || !this.#jobs.includes(job)) return;
    const decoded = decodedBy(decoder, chosen);
    // It may fail while the image before it is still awaited.
    decoded.catch(() => {});
    const passed = job.passed.then(() => this.#pass(chosen, decoded)).catch((error: unknown) => this.#end(job, error));
    job.passed = passed;
    this.#decoding.add(passed);
    void passed.then(() => this.#decoding.delete(passed));
    const most = decoder.concurrencyOf(job.translation);
    while (this.#decoding.size >= most) await Promise.race(this.#decoding);
  }

  /** Passes a decoded image on. Groups, and the images of each, come in their order. */
  async #pass({ job, group, row, candidate, drawn }: Chosen, decoded: Promise<DecodedImage>): Promise<void> {
    const pixels = await decoded;
    if (job.signal.aborted || !this.#jobs.includes(job)) return;
    const { logLikelihood, conditionGain } = drawn;
    // A kept residual comes from the mean of a posterior, so its image counts as inverted.
    const kind = job.request.keepResidualOf ? "inverted" : "drawn";
    const percentile = typicalityPercentile(job.translation.calibration, row.conditions, logLikelihood, kind);
    const { prior } = job.plan!.rowOf(group, candidate);
    const sources = job.plan!.sourcesOf?.(group, candidate) ?? sourcesOf(prior?.drawings, job.translation.drawings);
    job.onImage({
      ...pixels,
      index: job.completed,
      seed: job.plan!.seedOf(group, candidate),
      logLikelihood,
      natsPerDimension: -logLikelihood / job.translation.flow.dims,
      conditionGain,
      ...(sources && { sources }),
      ...(percentile === undefined ? {} : { typicalityPercentile: percentile }),
    });
    job.completed += 1;
    this.#report(job, "decoding");
    if (job.completed === job.request.count) this.#end(job);
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

async function decodedBy(decoder: ImageDecoder, { job, group, candidate, drawn }: Chosen): Promise<DecodedImage> {
  const { translation, plan, request } = job;
  const enlargedBy = request.format === "svg" ? tracedFactor : undefined;
  const finish = { ...plan!.finishOf(group, candidate), seed: plan!.seedOf(group, candidate), enlargedBy };
  return decoder.decode(translation, drawn, finish);
}
