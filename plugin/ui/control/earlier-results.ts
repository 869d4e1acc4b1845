/** Results of earlier generations: shown again, restored at the next start, or taken as a start for new ones. */
import type { CommandId } from "../../../shared/commands.ts";
import type { Generation } from "../../../shared/contract/generations/generation.ts";
import { shownCaption } from "../../../shared/contract/shown-caption.ts";
import type { VectorRecord } from "../../../shared/messages/vector-messages.ts";
import { isRedrawn } from "../client/style-choice.ts";
import { choiceOfRequest } from "../client/translations.ts";
import { paletteOf, recordOf } from "../palettes.ts";
import { canBeVectors } from "../plans/prepare.ts";
import { serverPalette } from "../run/jobs.ts";
import { drawnSet } from "../run/result-sets.ts";
import type { ResultImage, ResultSet } from "../state/results.ts";
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

export class EarlierResults {
  readonly #store: Store;
  readonly #connection: Connection;
  readonly #show: (command: CommandId) => void;

  constructor(store: Store, connection: Connection, show: (command: CommandId) => void) {
    this.#store = store;
    this.#connection = connection;
    this.#show = show;
  }

  /** Results of the last time, as far as the server still has them. */
  async restore(results: readonly { readonly id: string; readonly title: string }[]): Promise<void> {
    const client = this.#store.client();
    const { signal } = new AbortController();
    try {
      const sets = [];
      for (const [index, { id, title }] of results.entries()) {
        const done = await client.read(id, signal);
        if (done.state === "done") sets.push(await this.#setOf(done, title, index));
      }
      this.#store.dispatch({ type: "restored", results: sets });
    } catch {
      // The server no longer has them: a start without results is as good.
    }
  }

  /** Results of an earlier generation, to be added to the canvas again. */
  async showAgain(done: Generation, title: string): Promise<void> {
    if (!this.#begin()) return;
    try {
      this.#store.dispatch({ type: "restored", results: [await this.#setOf(done, title)] });
    } catch (error) {
      this.#connection.fail(error);
    }
  }

  /** One of its images. @throws Failure */
  async imageOf(done: Generation, index: number, title: string): Promise<ResultImage> {
    const images = done.images.filter((image) => image.index === index);
    return (await this.#setOf({ ...done, images }, title)).images[0]!;
  }

  /** Its images, with their drawings as the server keeps them where vectors are wanted; one that is gone leaves its image. @throws Failure */
  #setOf(done: Generation, title: string, index = 0): Promise<ResultSet> {
    const { state } = this.#store;
    const client = this.#store.client();
    const readImage = (path: string, signal: AbortSignal): Promise<Uint8Array> =>
      client.readImage(path, signal).catch((error) => {
        if (!path.endsWith(".svg")) throw error;
        return new Uint8Array();
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
    this.#show("caption-to-artboard");
    this.#store.dispatch({ type: "afresh" });
    return true;
  }
}
