/**
 * The way to the server: who it is, what can be worked with, and after a silence the tries to reach it again. Also the one place
 * where failures are shown, because those of the connection start the tries.
 */
import type { Vocabulary } from "../../../shared/messages/settings.ts";
import { canReconnect, Failure } from "../client/failure.ts";
import { redrawnStyles, shownIdOf } from "../client/style-choice.ts";
import { firstStyle, ownStyles, stylesFor, translationOfCommand } from "../client/translations.ts";
import { wait } from "../client/wait.ts";
import type { Job } from "../run/jobs.ts";
import type { State } from "../state/state.ts";
import type { Store } from "./store.ts";
import type { ThumbDrawing } from "./thumb-drawing.ts";

/** Pauses between two questions whether the server is back; the last is repeated. */
const reconnectMs = [1000, 2000, 3000, 5000];

export class Connection {
  readonly #store: Store;
  readonly #thumbs: ThumbDrawing;
  /** Goes on with what a silence of the server left undone, if it did. */
  readonly #resume: () => Promise<void>;
  #reconnecting: AbortController | undefined;

  constructor(store: Store, thumbs: ThumbDrawing, resume: () => Promise<void>) {
    this.#store = store;
    this.#thumbs = thumbs;
    this.#resume = resume;
  }

  /** Asks the server who it is; true when it can be worked with. */
  async connect(): Promise<boolean> {
    this.stopReconnecting();
    this.#store.dispatch({ type: "connecting" });
    const { serverUrl, token } = this.#store.state.settings;
    const isSame = (): boolean => {
      const { settings } = this.#store.state;
      return settings.serverUrl === serverUrl && settings.token === token;
    };
    try {
      const meta = await this.#store.client().readMeta();
      if (!isSame()) return false;
      this.take(meta);
      this.#thumbs.drawSoon();
      return true;
    } catch (error) {
      if (isSame()) this.fail(error);
      return false;
    }
  }

  /** Shows what went wrong; a silence of the server also starts the tries. `missing`: jobs that have no images yet. */
  fail(error: unknown, runId?: number, missing?: readonly Job[]): void {
    const failure = error instanceof Failure ? error : new Failure("internal", String(error));
    this.#store.dispatch({
      type: "failed",
      failure,
      ...(runId === undefined ? {} : { runId }),
      ...(missing === undefined ? {} : { missing }),
    });
    if (canReconnect(failure.code)) void this.#reconnect();
  }

  /** Asks until the server is back, and then goes on with what is missing; any new work ends it. */
  async #reconnect(): Promise<void> {
    this.#reconnecting?.abort();
    const reconnecting = new AbortController();
    this.#reconnecting = reconnecting;
    const { signal } = reconnecting;
    this.#store.dispatch({ type: "reconnecting", isReconnecting: true });
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await wait(reconnectMs[Math.min(attempt, reconnectMs.length - 1)]!, signal);
        const meta = await this.#store.client().readMeta(signal);
        if (signal.aborted) return;
        this.take(meta);
        await this.#resume();
        return;
      } catch (error) {
        if (signal.aborted) return;
        // Another failure than silence is for a person to cure.
        if (error instanceof Failure && !canReconnect(error.code)) {
          this.#store.dispatch({ type: "reconnecting", isReconnecting: false });
          this.fail(error);
          return;
        }
      }
    }
  }

  stopReconnecting(): void {
    this.#reconnecting?.abort();
    if (this.#store.state.isReconnecting) this.#store.dispatch({ type: "reconnecting", isReconnecting: false });
  }

  /** What the server says of itself: the state has it, and the form a style that is known. */
  take(meta: NonNullable<State["meta"]>): void {
    this.#store.dispatch({ type: "connected", meta });
    const { styles } = translationOfCommand(meta, "caption-to-artboard")!;
    this.#store.around.post({ type: "save-vocabulary", vocabulary: vocabularyOf(meta) });
    const own = ownStyles(meta, "caption-to-artboard").map(({ id }) => `@${id}`);
    const isKnown = (style: string): boolean =>
      styles.some(({ id }) => id === style) ||
      own.includes(style) ||
      this.#isRedrawnStyle(meta, style) ||
      (style === "" && this.#store.isStyleChosen);
    this.#store.replaceStyles(
      (style) => !isKnown(style),
      this.#store.isStyleChosen ? "" : firstStyle(meta, "caption-to-artboard"),
    );
  }

  /** Of a flow between styles, or of the file. */
  #isRedrawnStyle(meta: NonNullable<State["meta"]>, choice: string): boolean {
    const { state, areShownRead } = this.#store;
    const shownId = shownIdOf(choice);
    const isOfFile = shownId !== undefined && (!areShownRead || state.shown.some(({ id }) => id === shownId));
    return isOfFile || redrawnStyles(meta, "restyle").some(({ id }) => id === choice);
  }

  /** A server that was restarted with another pack has other styles: show those, whatever else went wrong. */
  async refreshStyles(): Promise<void> {
    try {
      this.take(await this.#store.client().readMeta());
    } catch {
      // The failure at hand says more than this one.
    }
  }
}

/** What the quick actions suggest before any request was made. */
function vocabularyOf(meta: NonNullable<State["meta"]>): Vocabulary {
  const styles = {
    caption: stylesFor(meta, "caption-to-artboard"),
    label: stylesFor(meta, "fill-label"),
    names: stylesFor(meta, "fill-names"),
  };
  return { styles, labels: translationOfCommand(meta, "fill-label")?.labels ?? [] };
}
