/** What the UI puts on the canvas: kept results, other colours for the selection, previews of a training, an image that is dropped. Main does the work. */
import type { Training } from "../../../shared/contract/training.ts";
import type { VectorContent } from "../../../shared/messages/vector-messages.ts";
import { Failure } from "../client/failure.ts";
import { changesFor, recordOf, withPalette } from "../palettes.ts";
import { rememberedOf } from "../plans/drawings.ts";
import { paletteOfForm } from "../plans/prepare.ts";
import { appliedSet, isDrawnAsLayers, isUntraced } from "../run/applied-set.ts";
import { traceImages } from "../run/vector-sets.ts";
import type { ResultImage } from "../state/results.ts";
import { keptImages } from "../state/state.ts";
import type { Connection } from "./connection.ts";
import type { SceneReader } from "./scene-reader.ts";
import type { DropPlace, Store } from "./store.ts";

/** Ids of the layers that images are for. */
const layersIn = (images: readonly ResultImage[]): ReadonlySet<string> =>
  new Set(
    images.flatMap(({ destination }) =>
      destination.kind === "layer"
        ? [destination.nodeId]
        : destination.kind === "fills"
          ? destination.fills.map(({ nodeId }) => nodeId)
          : [],
    ),
  );

export class Canvas {
  readonly #store: Store;
  readonly #connection: Connection;
  readonly #scenes: SceneReader;

  constructor(store: Store, connection: Connection, scenes: SceneReader) {
    this.#store = store;
    this.#connection = connection;
    this.#scenes = scenes;
  }

  /** Hands the kept images to main: one message an image, then one for the set. */
  apply(): void {
    const kept = keptImages(this.#store.state);
    if (kept.length === 0 || this.#store.state.applyId !== undefined || this.#store.state.run !== undefined) return;
    const applyId = this.#store.nextId();
    this.#store.dispatch({ type: "applying", applyId });
    const untraced = kept.filter((image) => isUntraced(image, this.#store.state));
    if (untraced.length === 0) this.#hand(applyId);
    else void this.#traceFirst(applyId, untraced);
  }

  /** Images that were drawn as such and shall become vectors. */
  async #traceFirst(applyId: number, untraced: readonly ResultImage[]): Promise<void> {
    try {
      const traced = await this.#trace(untraced);
      if (this.#store.state.applyId !== applyId) return;
      this.#store.dispatch({ type: "traced", traced });
      this.#hand(applyId);
    } catch (error) {
      if (this.#store.state.applyId === applyId) this.#connection.fail(error);
    }
  }

  /** @throws Failure */
  #trace(images: readonly ResultImage[]): Promise<ReadonlyMap<string, VectorContent>> {
    const { state } = this.#store;
    return traceImages(this.#store.client(), images, paletteOfForm(state), state.form.recolourHow);
  }

  #hand(applyId: number): void {
    const { images, message, unbound } = appliedSet(this.#store.state, applyId);
    for (const { key, bytes } of images) this.#store.around.post({ type: "image", applyId, key, bytes });
    this.#store.dispatch({ type: "unbound", unbound });
    this.#store.around.post(message);
  }

  /** Main has applied the set. */
  afterApply(): void {
    // Layers show other images now, which the next run must start from.
    if (
      this.#store.state.work === "recolour" ||
      keptImages(this.#store.state).some(({ destination }) => destination.kind !== "artboard")
    )
      this.#scenes.read(this.#store.state.work);
    const { skipped, refusedFills, refused } = this.#store.state;
    const isAllDone =
      skipped.length + refusedFills.length + refused.length === 0 &&
      layersIn(keptImages(this.#store.state)).size >= this.#store.quickLayerCount;
    // What was left untouched must be seen before the window goes.
    if (this.#store.closesAfterApply && isAllDone) this.#store.around.post({ type: "close" });
  }

  /** Other colours for what is selected; without a server. */
  recolour(): void {
    const { scene, form, collections, applyId } = this.#store.state;
    if (applyId !== undefined) return;
    try {
      const palette = paletteOfForm({ form: withPalette(form, collections), collections });
      if (palette === undefined) throw new Failure("palette_empty", "");
      const { used = [] } = scene;
      if (used.length === 0) throw new Failure("selection_missing", "");
      const changes = changesFor(used, palette, form.recolourHow);
      if (changes.length === 0) throw new Failure("nothing_to_do", "");
      const changed = new Set(changes.map(({ from }) => from));
      const id = this.#store.nextId();
      const record = { ...recordOf(palette, form.recolourHow), palette: [...new Set(changes.map(({ to }) => to))] };
      this.#store.dispatch({ type: "applying", applyId: id });
      this.#store.dispatch({ type: "unbound", unbound: used.flatMap(({ hex }) => (changed.has(hex) ? [] : [hex])) });
      this.#store.around.post({ type: "recolour", applyId: id, changes, record });
    } catch (error) {
      this.#connection.fail(error);
    }
  }

  /** Samples of a training as an artboard, to look at beside what they were learned from. */
  placePreviews(
    name: string,
    { id }: Training,
    shots: readonly { readonly caption: string; readonly bytes: Uint8Array }[],
  ): void {
    if (this.#store.state.applyId !== undefined || this.#store.state.run !== undefined) return;
    const applyId = this.#store.nextId();
    this.#store.dispatch({ type: "applying", applyId });
    const images = shots.map(({ caption, bytes }, index) => ({ key: `${id} ${index}`, name: caption, bytes }));
    for (const { key, bytes } of images) this.#store.around.post({ type: "image", applyId, key, bytes });
    const artboards = [{ caption: name, images: images.map(({ key, name: own }) => ({ key, name: own })) }];
    const target = { kind: "artboards" as const, tilePx: this.#store.state.form.tilePx, keepsSelection: true };
    this.#store.around.post({ type: "apply", applyId, artboards, target });
  }

  /** An image dragged out of the window: what adding it would make of it, an image or vectors, lands where it is dropped. @throws Failure */
  async dropImage(image: ResultImage, title: string, place: DropPlace): Promise<void> {
    const { around, state } = this.#store;
    const traced = isUntraced(image, state) ? (await this.#trace([image])).get(image.key) : undefined;
    const vector = traced ?? (isDrawnAsLayers(image, state) ? image.vector : undefined);
    const applyId = this.#store.nextId();
    const { drawn, bytes, name = title } = image;
    const about = { applyId, key: `drop/${applyId}`, name, tilePx: state.form.tilePx };
    if (vector === undefined) around.post({ type: "image", applyId, key: about.key, bytes });
    around.drop(place, {
      ...about,
      ...(drawn && rememberedOf(state.meta, drawn)),
      ...(vector && { vector: { svg: vector.svg, record: vector.record } }),
    });
  }
}
