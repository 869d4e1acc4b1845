/** Runs of the command at work, also while settings, history or help are in view: started, resumed after a failure, cancelled, and done again. */
import { commandTable } from "../../../shared/commands.ts";
import { isIn } from "../../../shared/relaunch.ts";
import type { ApiClient } from "../client/api-client.ts";
import { canReconnect, Failure } from "../client/failure.ts";
import { isAvailable } from "../client/translations.ts";
import { planMakeAgain, planRedraw } from "../plans/captions.ts";
import { sendAgain, withPictures } from "../plans/kept-pictures.ts";
import { prepareLost } from "../plans/lost-pictures.ts";
import { type Prepared, prepareJobs } from "../plans/prepare.ts";
import type { Job } from "../run/jobs.ts";
import { runJobs } from "../run/run.ts";
import { lostJobs, type State } from "../state/state.ts";
import type { Canvas } from "./canvas.ts";
import { captionPackId } from "./caption-pack.ts";
import type { Connection } from "./connection.ts";
import type { SceneReader } from "./scene-reader.ts";
import type { Store } from "./store.ts";
import type { ThumbDrawing } from "./thumb-drawing.ts";

/** A request with the lost jobs that stay so. */
type PreparedPart = Prepared & { readonly left?: readonly Job[] };

export class Runs {
  readonly #store: Store;
  readonly #connection: Connection;
  readonly #thumbs: ThumbDrawing;
  readonly #canvas: Canvas;
  readonly #scenes: SceneReader;
  #running: AbortController | undefined;
  /** The request of the run in progress, or of the last one. */
  #prepared: Prepared | undefined;
  #finished = new Set<number>();
  /** Jobs that the run in progress, or the last one, leaves without images. */
  #missing: () => readonly Job[] = () => [];
  /** The server came back during the run in progress: what earlier ones left follows it. */
  #resumesNext = false;
  /** What a silence of the server kept from having jobs at all: asked again, while it is still what was asked. */
  #unasked: (() => Promise<void>) | undefined;

  constructor(store: Store, connection: Connection, thumbs: ThumbDrawing, canvas: Canvas, scenes: SceneReader) {
    this.#store = store;
    this.#connection = connection;
    this.#thumbs = thumbs;
    this.#canvas = canvas;
    this.#scenes = scenes;
  }

  /** Runs the command at work on the form and the selection. */
  async generate(): Promise<void> {
    const { work, drawn, scene } = this.#store.state;
    // A training is started by its own form, and drawings are chosen.
    if (work === "learn" || work === "drawings") return;
    if (work === "recolour") {
      await this.#scenes.whenRead(scene);
      return this.#canvas.recolour();
    }
    if (!this.#store.state.form.isSeedFixed)
      this.#store.dispatch({ type: "form", change: { seed: this.#store.around.randomSeed() } });
    await this.#run(async (client, signal) => {
      // Strokes of the pad need nothing of the selection.
      if (drawn === undefined || work === "redraw-part") await this.#scenes.whenRead(scene);
      return prepareJobs(this.#store.state, client, this.#store.around.rasterise, signal);
    });
  }

  /** Live drawing: newer strokes end the run of older ones, and its late replies go nowhere. */
  async generateAfresh(): Promise<void> {
    if (this.#store.state.run !== undefined) {
      this.#running?.abort();
      this.#store.dispatch({ type: "run-done", runId: this.#store.state.run.id });
    }
    await this.generate();
  }

  /** New seeds for the selected layers. */
  async redraw(): Promise<void> {
    const plan = planRedraw(this.#store.state.selection.images, this.#store.state.form);
    if (plan === undefined) return this.#connection.fail(new Failure("selection_missing", ""));
    this.#store.isStyleChosen = true;
    this.#store.dispatch({ type: "redraw", ...plan });
    await this.generate();
  }

  /** The images of the selected layers again, with the same bytes while the pack is the same. */
  async makeAgain(): Promise<void> {
    const jobs = planMakeAgain(this.#store.state.selection.images);
    if (jobs.length === 0) return this.#connection.fail(new Failure("selection_missing", ""));
    await this.#run(async () => ({ packId: captionPackId(this.#store.state), jobs }));
  }

  /** Goes on with the jobs that have no images yet; the images that are there stay. */
  async resume(): Promise<void> {
    const { missing } = this.#store.state;
    const packId = this.#prepared?.packId ?? captionPackId(this.#store.state);
    if (missing.length > 0) await this.#run(async () => ({ packId, jobs: missing }), missing);
  }

  /** The server is back: goes on with what is missing, at once or when the run in progress is done. */
  async goOn(): Promise<void> {
    if (this.#store.state.run !== undefined) this.#resumesNext = true;
    else if (this.#store.state.missing.length > 0) await this.resume();
    else await this.#unasked?.();
  }

  /** Layers whose lost pictures kept them from being drawn, from what they show now. */
  async drawLost(): Promise<void> {
    const lost = lostJobs(this.#store.state);
    const packId = this.#prepared?.packId ?? captionPackId(this.#store.state);
    const { rasterise } = this.#store.around;
    if (lost.length === 0) return;
    const prepare = async (client: ApiClient, signal: AbortSignal): Promise<PreparedPart> => {
      const { icons = [] } = await this.#scenes.readIcons(this.#store.state.scene);
      return { packId, ...(await prepareLost(this.#store.state, lost, icons, client, rasterise, signal)) };
    };
    await this.#run(prepare, lost);
  }

  /** The way on after a failure: connect when that is what failed, go on with what is missing, or do the work again. */
  async retry(): Promise<void> {
    const { meta, missing, failure } = this.#store.state;
    if (meta === undefined) {
      if (await this.#connection.connect()) await this.goOn();
    }
    // Uploads that are gone are sent again by doing all again.
    else if (missing.length > 0 && failure?.code !== "image_unknown") await this.resume();
    else await this.generate();
  }

  /** Takes what is unfinished back from the server; finished images stay, to keep or to discard. */
  cancel(): void {
    this.#running?.abort();
    this.#unasked = undefined;
    this.#connection.stopReconnecting();
    this.#store.closesAfterApply = false;
    this.#store.dispatch({ type: "cancelled", missing: this.#missing() });
  }

  discard(): void {
    revokeUrls(this.#store.state.results);
    this.#store.dispatch({ type: "discarded" });
    this.#store.saveNow();
  }

  /** @param resumed jobs of the last run that this one goes on with; absent: a new run */
  async #run(
    prepare: (client: ApiClient, signal: AbortSignal) => Promise<PreparedPart>,
    resumed?: readonly Job[],
  ): Promise<void> {
    if (this.#store.state.run !== undefined) return;
    this.#connection.stopReconnecting();
    this.#resumesNext = false;
    this.#unasked = undefined;
    this.#thumbs.stop();
    const runId = this.#store.nextId();
    const running = new AbortController();
    this.#running = running;
    this.#finished.clear();
    if (resumed === undefined) this.#prepared = undefined;
    const isResumed = resumed !== undefined;
    const isDone = (job: Job): boolean => resumed?.includes(job) ?? true;
    const others = this.#store.state.missing.filter((job) => !isDone(job));
    let jobs: readonly Job[] = isResumed ? this.#store.state.missing.filter(isDone) : [];
    const unfinished = (): Job[] => jobs.filter(({ index }) => !this.#finished.has(index));
    this.#missing = () => [...others, ...unfinished()];
    try {
      const client = this.#store.client();
      this.#store.dispatch({ type: "run-started", runId, jobs, isResumed: true, missing: others });
      if (this.#store.state.meta === undefined) this.#connection.take(await client.readMeta(running.signal));
      const { work, editor } = this.#store.state;
      const info = commandTable.find(({ id }) => id === work);
      if (info !== undefined && !isIn(info, editor)) throw new Failure("editor_unable", editor);
      if (work !== "upscale" && !isAvailable(this.#store.state.meta!, work))
        throw new Failure("command_unavailable", work);
      this.#store.dispatch({ type: "run-step", runId, title: "", step: { stage: "uploading" } });
      const prepared = await prepare(client, running.signal);
      running.signal.throwIfAborted();
      this.#prepared = prepared;
      jobs = withPictures(prepared.jobs, client.sent);
      const stillRefused = [
        ...this.#store.state.refused.filter(({ job }) => !isDone(job)),
        ...(prepared.left ?? []).map((job) => ({ job, failure: new Failure("image_unknown", "") })),
      ];
      this.#store.dispatch({ type: "run-started", runId, jobs, isResumed, missing: others, refused: stillRefused });
      await runJobs({
        client,
        jobs,
        packId: prepared.packId,
        batchMax: this.#store.state.meta?.limits.batchMax,
        signal: running.signal,
        sendAgain: (job) => sendAgain(job, this.#store.state, client, this.#store.around.rasterise, running.signal),
        idempotencyKey: `${this.#store.around.randomSeed().toString(36)}-${Date.now().toString(36)}`,
        onStep: (title, step) => this.#store.dispatch({ type: "run-step", runId, title, step }),
        onResult: (job, set) => {
          this.#finished.add(job.index);
          if (this.#store.state.areResultsOld) revokeUrls(this.#store.state.results);
          this.#store.dispatch({ type: "run-result", runId, set });
        },
        onRefused: (refused) => {
          this.#finished.add(refused.job.index);
          this.#store.dispatch({ type: "run-refused", runId, refused });
        },
      });
      if (running.signal.aborted) return;
      // Where all was refused, what an earlier run made is there still, and was applied or taken off then.
      const hasMade = !this.#store.state.areResultsOld;
      this.#store.dispatch({ type: "run-done", runId });
      this.#store.saveNow();
      // Its end applies what both made.
      if (this.#resumesNext && this.#store.state.missing.length > 0) return await this.resume();
      this.#thumbs.drawSoon();
      const isApplied = this.#store.closesAfterApply || this.#store.state.settings.applyAutomatically;
      if (hasMade && isApplied) this.#canvas.apply();
    } catch (error) {
      if (running.signal.aborted) return;
      if (error instanceof Failure && error.code === "style_unknown") await this.#connection.refreshStyles();
      if (!isResumed && this.#prepared === undefined && error instanceof Failure && canReconnect(error.code))
        this.#unasked = this.#againIfSame(() => this.#run(prepare));
      const isLost = error instanceof Failure && error.code === "image_unknown";
      const left = isLost ? unfinished().map((job) => ({ ...job, isLost })) : unfinished();
      this.#connection.fail(error, runId, [...others, ...left]);
      if (this.#store.closesAfterApply && error instanceof Failure)
        this.#store.around.post({ type: "notify", text: this.#store.around.describe(error), isError: true });
    }
  }

  /** Another selection, drawing or command since then is another wish, which nobody has uttered yet. */
  #againIfSame(again: () => Promise<void>): () => Promise<void> {
    const { work, scene, drawn, replacements } = this.#store.state;
    return async () => {
      const now = this.#store.state;
      const isSame =
        now.work === work && now.scene === scene && now.drawn === drawn && now.replacements === replacements;
      if (isSame) await again();
    };
  }
}

const revokeUrls = (results: State["results"]): void => {
  for (const { url } of results.flatMap((set) => set.images)) URL.revokeObjectURL(url);
};
