/**
 * What all of the UI's actions share: the state and its listeners, the window around, the client of the server, and what is kept
 * for the next start. Says nothing of what a command does.
 */
import type { DroppedImage, UiMessage } from "../../../shared/messages/messages.ts";
import { type ApiClient, type Blocked, createApiClient } from "../client/api-client.ts";
import type { Failure } from "../client/failure.ts";
import type { Rasterise } from "../pad/rasterise.ts";
import type { Action } from "../state/actions.ts";
import type { Form } from "../state/form.ts";
import { reduce } from "../state/reduce.ts";
import { sessionOf } from "../state/session.ts";
import { initialState, type State } from "../state/state.ts";

export interface Surroundings {
  /** Informs the editor that something of the window was dropped outside it, at this place of the window. */
  drop(place: DropPlace, dropped: DroppedImage): void;
  /** Sends a message to main. */
  post(message: UiMessage): void;
  /** What the browser said about a request that failed just now; it may say so a moment later. */
  whyBlocked(origin: string): Promise<Blocked | undefined>;
  randomSeed(): number;
  copyText(text: string): boolean;
  rasterise: Rasterise;
  /** Text of a notification in the user's language. */
  describe(failure: Failure): string;
}

/** In px of the plugin's window. */
export interface DropPlace {
  readonly clientX: number;
  readonly clientY: number;
}

/** Quiet before the session is saved: not every letter is a write. */
const saveMs = 400;

export class Store {
  state: State = initialState;
  readonly around: Surroundings;
  /** False until someone said which style: then the pack's own suggestion stands in the form. */
  isStyleChosen = false;
  /** False until main has sent the styles of the file: a choice among them is not known to be gone before. */
  areShownRead = false;
  /** A quick action: the window goes when its images are on the canvas. */
  closesAfterApply = false;
  /** Layers that the quick action was asked to change: with fewer the window stays. */
  quickLayerCount = 0;
  /** Called when main has sent the file's colour variables, or can't. */
  palettesRead: () => void = () => undefined;
  readonly whenPalettesRead = new Promise<void>((resolve) => {
    this.palettesRead = resolve;
  });
  #listeners = new Set<() => void>();
  #saving: ReturnType<typeof setTimeout> | undefined;
  #lastId = 0;
  #areLibrariesAsked = false;

  constructor(around: Surroundings) {
    this.around = around;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dispatch(action: Action): void {
    this.state = reduce(this.state, action);
    for (const listener of this.#listeners) listener();
  }

  /** Asks main once for the collections of libraries. @param wanted one whose colours are read too */
  listLibraries(wanted?: string): void {
    if (this.#areLibrariesAsked) return;
    this.#areLibrariesAsked = true;
    this.around.post({ type: "read-libraries", ...(wanted !== undefined && { wanted }) });
  }

  /** Of a run or an applied set: one that was never given before. */
  nextId(): number {
    return ++this.#lastId;
  }

  client(): ApiClient {
    const { serverUrl, token } = this.state.settings;
    return createApiClient({ serverUrl, token, whyBlocked: (origin) => this.around.whyBlocked(origin) });
  }

  editForm(change: Partial<Form>): void {
    if (change.style !== undefined) this.isStyleChosen = true;
    this.dispatch({ type: "form", change, isByPerson: true });
    this.saveSoon();
  }

  /** Takes styles that are gone out of the form, and out of the person's own while a Redraw has another. */
  replaceStyles(isGone: (style: string) => boolean, instead = ""): void {
    const { form, ownForm = form } = this.state;
    const gone = [form.style, ownForm.style, ...(form.redrawStyle === "" ? [] : [form.redrawStyle])].filter(isGone);
    if (gone.length > 0) this.dispatch({ type: "styles-gone", gone, instead });
  }

  saveSoon(): void {
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => this.saveNow(), saveMs);
  }

  /** Also what waits to be saved: the window may be gone before its time. */
  saveWaiting(): void {
    if (this.#saving !== undefined) this.saveNow();
  }

  saveNow(): void {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    if (this.state.isStarted) this.around.post({ type: "save-session", session: sessionOf(this.state) });
  }
}
