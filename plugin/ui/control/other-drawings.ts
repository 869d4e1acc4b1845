/**
 * Other drawings for an image of words: lists them, draws the image from the one that is chosen, and puts it where the former was: in the
 * results, and on the canvas where that lies there, as one undo step. Beside the runs, which end it.
 */
import type { FittingDrawing } from "../../../shared/contract/generations/drawings.ts";
import { shownCaption } from "../../../shared/contract/shown-caption.ts";
import type { MainMessage } from "../../../shared/messages/messages.ts";
import { Failure } from "../client/failure.ts";
import { wait } from "../client/wait.ts";
import { captionProblem, captionsOf } from "../plans/captions.ts";
import { drawingOf, drawingsRequest, pickableLayers, planFromDrawing, rememberedOf } from "../plans/drawings.ts";
import { sendAgain } from "../plans/kept-pictures.ts";
import { runJobs } from "../run/run.ts";
import type { Pickable, Picking } from "../state/picking.ts";
import type { ResultImage, ResultSet } from "../state/results.ts";
import type { SceneReader } from "./scene-reader.ts";
import { uploadShown } from "./shown-styles.ts";
import type { Store } from "./store.ts";
import type { ThumbDrawing } from "./thumb-drawing.ts";

/** Quiet after a letter before a search. */
const typedMs = 300;

/** What went to the canvas, and the results before, for its undo. */
interface Put {
  /** Of a result: its key. */
  readonly key?: string;
  readonly before?: ResultSet;
}

export class OtherDrawings {
  readonly #store: Store;
  readonly #thumbs: ThumbDrawing;
  readonly #scenes: SceneReader;
  #searching = new AbortController();
  #drawing = new AbortController();
  readonly #puts = new Map<number, Put>();
  /** What the open choice was last checked against. */
  #seen: readonly unknown[] = [];

  constructor(store: Store, thumbs: ThumbDrawing, scenes: SceneReader) {
    this.#store = store;
    this.#thumbs = thumbs;
    this.#scenes = scenes;
    store.subscribe(() => this.#follow());
  }

  /** Shows the drawings for an image. */
  open(pickable: Pickable): void {
    this.#stop();
    const words = shownCaption(pickable.made.condition) ?? pickable.title;
    this.#set({ ...pickable, words, isSearching: true });
    void this.#search(words);
  }

  close(): void {
    this.#stop();
    this.#set(undefined);
  }

  /** Other words to look for. */
  type(words: string): void {
    this.#change({ words });
    void this.#search(words, typedMs);
  }

  retry(): void {
    const { picking } = this.#store.state;
    if (picking !== undefined) void this.#search(picking.words);
  }

  /** Takes back what is being drawn. */
  cancel(): void {
    this.#drawing.abort();
    const { drawing: _, ...picking } = this.#store.state.picking ?? {};
    if ("of" in picking) this.#set(picking);
  }

  /** Draws the image from a drawing, which takes the place of the former one. */
  async choose(id: string): Promise<void> {
    const { picking, run, applyId } = this.#store.state;
    if (picking === undefined || run !== undefined || applyId !== undefined) return;
    this.cancel();
    if (drawingOf(picking.made) === id) return;
    this.#thumbs.stop();
    const drawing = new AbortController();
    this.#drawing = drawing;
    const { signal } = drawing;
    const { state, around } = this.#store;
    const { failure: _, isPut: _put, skipped: _skipped, ...open } = this.#store.state.picking!;
    this.#set({ ...open, drawing: { id, step: { stage: "sending" } } });
    try {
      const client = this.#store.client();
      await runJobs({
        client,
        jobs: [planFromDrawing(picking, id)],
        packId: picking.made.packId,
        signal,
        sendAgain: (job) => sendAgain(job, state, client, around.rasterise, signal),
        idempotencyKey: `${around.randomSeed().toString(36)}-${Date.now().toString(36)}`,
        onStep: (_, step) => this.#change({ drawing: { id, step } }),
        onResult: (_, set) => this.#take(set),
        onRefused: () => undefined,
      });
    } catch (error) {
      if (signal.aborted) return;
      this.cancel();
      this.#change({ failure: failureOf(error) });
    } finally {
      this.#thumbs.drawSoon();
    }
  }

  /** Messages of main about what was put on the canvas here. @returns whether it was one */
  receive(message: MainMessage): boolean {
    if (message.type !== "applied" && message.type !== "unapplied" && message.type !== "apply-failed") return false;
    const { applyId } = message;
    const put = this.#puts.get(applyId);
    if (put === undefined) return false;
    if (message.type === "applied") this.#afterPut(put, message);
    else {
      this.#puts.delete(applyId);
      if (message.type === "apply-failed")
        this.#change({ isPut: false, failure: new Failure("apply_failed", message.detail) });
      else this.#undo(put);
    }
    return true;
  }

  async #search(words: string, afterMs = 0): Promise<void> {
    this.#searching.abort();
    const searching = new AbortController();
    this.#searching = searching;
    const { signal } = searching;
    const [line = ""] = captionsOf(words);
    const { picking } = this.#store.state;
    if (picking === undefined) return;
    const { failure: _, ...open } = picking;
    const problem = captionProblem(line);
    this.#set({ ...open, isSearching: problem === undefined });
    if (problem !== undefined) return;
    try {
      if (afterMs > 0) await wait(afterMs, signal);
      const found = await this.#find(picking, line, signal);
      this.#change({ found, isSearching: false });
    } catch (error) {
      if (!signal.aborted) this.#change({ found: [], isSearching: false, failure: failureOf(error) });
    }
  }

  async #find({ made }: Picking, words: string, signal: AbortSignal): Promise<readonly FittingDrawing[]> {
    const client = this.#store.client();
    const request = drawingsRequest(made, words);
    return client.drawings(request, signal).catch(async (error: unknown) => {
      const isLost = error instanceof Failure && error.code === "image_unknown";
      if (!isLost) throw error;
      // The pictures that show the style: the file has them.
      for (const style of this.#store.state.shown) await uploadShown(style, client, signal);
      return client.drawings(request, signal);
    });
  }

  /** The image is drawn: it takes the place of the former one. */
  #take(set: ResultSet): void {
    const { picking, results } = this.#store.state;
    const [image] = set.images;
    if (picking === undefined || image === undefined) return;
    const made = image.drawn!.provenance;
    const { of, title } = picking;
    this.cancel();
    if (of.kind === "layer") {
      this.#change({ made });
      this.#put(of.nodeId, image, title, {});
      return;
    }
    // Of the images beside it, none was drawn for the same.
    const { rank: _, ...drawn } = image.drawn!;
    const fresh = { ...set, images: [{ ...image, drawn }] };
    const before = results.find(({ images }) => images.some(({ key }) => key === of.key));
    const former = before?.images.find(({ key }) => key === of.key);
    if (before === undefined || former === undefined) return;
    this.#store.dispatch({ type: "redrawn", key: of.key, set: fresh });
    this.#change({ made });
    this.#store.saveNow();
    const single = { ...before, images: [former] };
    if (former.placedId !== undefined) this.#put(former.placedId, image, title, { key: of.key, before: single });
  }

  #put(nodeId: string, { key, bytes, vector, drawn }: ResultImage, title: string, put: Put): void {
    const { around, state } = this.#store;
    const applyId = this.#store.nextId();
    this.#puts.set(applyId, put);
    if (vector === undefined) around.post({ type: "image", applyId, key, bytes });
    around.post({
      ...{ type: "apply", applyId },
      artboards: [
        { caption: title, images: [{ key, ...rememberedOf(state.meta, drawn!), ...(vector && { vector }) }] },
      ],
      target: { kind: "replace", nodeIds: [nodeId], scaleMode: state.form.scaleMode },
    });
  }

  #afterPut({ key }: Put, { skipped, placed = [] }: Extract<MainMessage, { type: "applied" }>): void {
    const { picking, work } = this.#store.state;
    this.#change({ isPut: skipped.length === 0, skipped });
    const nodeId = placed[0]?.nodeId;
    if (nodeId === undefined) return;
    if (key !== undefined) this.#store.dispatch({ type: "placed", placed: [{ key, nodeId }] });
    else if (picking?.of.kind === "layer") this.#change({ of: { kind: "layer", nodeId } });
    this.#scenes.read(work);
  }

  /** It was taken back on the canvas: so it is in the results. */
  #undo({ key, before }: Put): void {
    this.#change({ isPut: false });
    this.#scenes.read(this.#store.state.work);
    if (key === undefined || before === undefined) return;
    const [former] = before.images;
    this.#store.dispatch({ type: "redrawn", key, set: before });
    const { picking } = this.#store.state;
    if (picking?.of.kind === "result" && picking.of.key === key) this.#change({ made: former!.drawn!.provenance });
  }

  /** In the command on the selection one of its icons is open; elsewhere what was closed by a run or a command stops. */
  #follow(): void {
    const { work, scene, meta, picking } = this.#store.state;
    if (picking === undefined) this.#stop();
    const seen = [work, scene.icons, meta];
    if (work !== "drawings" || seen.every((one, at) => one === this.#seen[at])) {
      if (work !== "drawings") this.#seen = [];
      return;
    }
    this.#seen = seen;
    if (scene.icons === undefined || meta === undefined) return;
    const layers = pickableLayers(this.#store.state);
    const { of } = picking ?? {};
    const same = layers.find(
      (layer) => of?.kind === "layer" && layer.of.kind === "layer" && layer.of.nodeId === of.nodeId,
    );
    const next = same ?? layers[0];
    if (next === undefined) {
      if (picking !== undefined) this.close();
    } else if (same === undefined) this.open(next);
    else {
      const { icon: _, ...pickable } = same;
      this.#change(pickable);
    }
  }

  #stop(): void {
    this.#searching.abort();
    this.#drawing.abort();
  }

  #set(picking: Picking | undefined): void {
    this.#store.dispatch({ type: "picking", picking });
  }

  #change(change: Partial<Picking>): void {
    const { picking } = this.#store.state;
    if (picking !== undefined) this.#set({ ...picking, ...change });
  }
}

const failureOf = (error: unknown): Failure =>
  error instanceof Failure ? error : new Failure("internal", String(error));
