/** Results of earlier generations: shown again, restored at the next start, or taken as a start for new ones. */
import type { CommandId } from "../../../shared/commands.ts";
import type { Generation } from "../../../shared/contract/generations/generation.ts";
import { shownCaption } from "../../../shared/contract/shown-caption.ts";
import { isRedrawn } from "../client/style-choice.ts";
import { choiceOfRequest } from "../client/translations.ts";
import { drawnSet } from "../run/result-sets.ts";
import { captionPackId } from "./caption-pack.ts";
import type { Connection } from "./connection.ts";
import type { Store } from "./store.ts";

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
        if (done.state !== "done") continue;
        const job = { index, title, nodeIds: [] };
        sets.push(
          await drawnSet({ client, packId: captionPackId(this.#store.state), signal }, () => undefined, job, done),
        );
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
      const { signal } = new AbortController();
      const client = this.#store.client();
      const job = { index: 0, title, nodeIds: [] };
      const set = await drawnSet(
        { client, packId: captionPackId(this.#store.state), signal },
        () => undefined,
        job,
        done,
      );
      this.#store.dispatch({ type: "restored", results: [set] });
    } catch (error) {
      this.#connection.fail(error);
    }
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
