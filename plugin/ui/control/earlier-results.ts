/** Results of earlier generations: shown again, restored at the next start, or taken as a start for new ones. */
import type { CommandId } from "../../../shared/commands.ts";
import type { Generation } from "../../../shared/contract/generations/generation.ts";
import { shownCaption } from "../../../shared/contract/shown-caption.ts";
import type { VectorRecord } from "../../../shared/messages/vector-messages.ts";
import { Failure } from "../client/failure.ts";
import { isRedrawn } from "../client/style-choice.ts";
import { choiceOfRequest } from "../client/translations.ts";
import { paletteOf, recordOf } from "../palettes.ts";
import { canBeVectors } from "../plans/prepare.ts";
import { serverPalette } from "../run/jobs.ts";
import { drawnSet } from "../run/result-sets.ts";
import type { Form } from "../state/form.ts";
import type { ResultImage, ResultSet } from "../state/results.ts";
import type { Session } from "../state/session.ts";
import type { State } from "../state/state.ts";
import { captionPackId } from "./caption-pack.ts";
import type { Connection } from "./connection.ts";
import type { Store } from "./store.ts";

/**
 * The colours of a stored drawing: those of the form, with their variables, where it was traced in them, else its own. Undefined while the
 * file's variables are unknown.
 */
function recordOfStored({ palette }: Generation["request"], { form, collections }: State): VectorRecord | undefined {
  const wanted = paletteOf(form, collections);
  if (wanted?.bindings !== undefined && wanted.hexes.length === 0) return undefined;
  const record = recordOf(wanted, form.recolourHow);
  const own = palette === undefined ? {} : { palette };
  // What was drawn in its own colours keeps them, also those near to the form's.
  return !record.isNear && JSON.stringify(serverPalette(record)) === JSON.stringify(own) ? record : own;
}

/** The server no longer has it. */
const isGone = (error: unknown): boolean => error instanceof Failure && error.code === "not_found";

export class EarlierResults {
  readonly #store: Store;
  readonly #connection: Connection;
  readonly #show: (command: CommandId) => void;
  /** What did not come, to be asked for again while no run has begun since. */
  #failed: { readonly lastRunId: number; readonly failure: Failure | undefined; again(): Promise<void> } | undefined;

  constructor(store: Store, connection: Connection, show: (command: CommandId) => void) {
    this.#store = store;
    this.#connection = connection;
    this.#show = show;
  }

  /** Results of the last time, as far as the server still has them. */
  async restore({ results, asked }: Pick<Session, "results" | "asked">): Promise<void> {
    await this.#load(async () => {
      const client = this.#store.client();
      const sets: ResultSet[] = [];
      for (const [index, { id, title }] of results.entries())
        try {
          const done = await client.read(id);
          if (done.state === "done") sets.push(await this.#setOf(done, title, index));
        } catch (error) {
          // A start without it is as good.
          if (!isGone(error)) throw error;
        }
      return sets;
    }, asked);
  }

  /** Results of an earlier generation, to be added to the canvas again. */
  async showAgain(done: Generation, title: string): Promise<void> {
    if (this.#begin()) await this.#load(async () => [await this.#setOf(done, title)]);
  }

  /** Shows results, or why they did not come. */
  async #load(load: () => Promise<readonly ResultSet[]>, asked?: Form): Promise<void> {
    const over = this.#failed?.failure;
    this.#failed = undefined;
    try {
      this.#store.dispatch({ type: "restored", results: await load(), asked, over });
    } catch (error) {
      this.#connection.fail(error);
      const { lastRunId, failure } = this.#store.state;
      this.#failed = { lastRunId, failure, again: () => this.#load(load, asked) };
    }
  }

  /** Asks again for results that did not come; undefined where all came, or something else was begun since. */
  retry(): Promise<void> | undefined {
    const { lastRunId, results, work } = this.#store.state;
    const isWanted = results.length === 0 && work === "caption-to-artboard" && this.#failed?.lastRunId === lastRunId;
    return isWanted ? this.#failed?.again() : undefined;
  }

  /** One of its images. @throws Failure */
  async imageOf(done: Generation, index: number, title: string): Promise<ResultImage> {
    const images = done.images.filter((image) => image.index === index);
    return (await this.#setOf({ ...done, images }, title)).images[0]!;
  }

  /** Its images, with their drawings as the server keeps them where vectors are wanted; of these one that is gone leaves its image. @throws Failure */
  async #setOf(done: Generation, title: string, index = 0): Promise<ResultSet> {
    const { form, collections } = this.#store.state;
    const isOfFile = paletteOf(form, collections)?.bindings !== undefined;
    if (canBeVectors(this.#store.state) && isOfFile) await this.#store.whenPalettesRead;
    const { state } = this.#store;
    const client = this.#store.client();
    const readImage = (path: string, signal: AbortSignal): Promise<Uint8Array> =>
      client.readImage(path, signal).catch((error) => {
        if (path.endsWith(".svg") && isGone(error)) return new Uint8Array();
        throw error;
      });
    const options = {
      client: { ...client, readImage },
      packId: captionPackId(state),
      signal: new AbortController().signal,
    };
    const vector = canBeVectors(state) ? recordOfStored(done.request, state) : undefined;
    return drawnSet(options, () => undefined, { index, title, nodeIds: [], ...(vector && { vector }) }, done);
  }

  /** The form as it was for an earlier generation. */
  startFrom({ request }: Generation): void {
    if (!this.#begin()) return;
    const { form, meta } = this.#store.state;
    const { condition, count, seed, temperature, guidance, retrieval, diversity } = request;
    const style = choiceOfRequest(meta, request);
    this.#store.editForm({
      ...{ captions: shownCaption(condition) ?? "", style, count, seed, isSeedFixed: true },
      // A flow between styles has none of these.
      ...(isRedrawn(style)
        ? {}
        : {
            ...{ temperature, guidance },
            retrieval: retrieval ?? form.retrieval,
            diversity: diversity ?? form.diversity,
          }),
    });
  }

  /** False while a run is going, which may be one that went on by itself: its results stay. */
  #begin(): boolean {
    if (this.#store.state.run !== undefined) return false;
    this.#failed = undefined;
    this.#show("caption-to-artboard");
    this.#store.dispatch({ type: "afresh" });
    return true;
  }
}
