/**
 * What the UI does: connects, generates, cancels, applies, copies, saves. Owns the store; views only read the state and
 * call these. Talks to main through messages and to the server through the API client.
 */
import type { Launch, MainMessage, Settings, UiMessage } from "../../shared/messages.ts";
import { createApiClient } from "./api-client.ts";
import { captionTranslations, Failure } from "./failure.ts";
import { captionProblem, captionsOf, type Form, planJobs, planRegeneration } from "./plan.ts";
import { runJobs } from "./run.ts";
import { type Action, initialState, keptImages, reduce, type State } from "./state.ts";

export interface Surroundings {
  /** Sends a message to main. */
  post(message: UiMessage): void;
  wasBlocked(): "url_not_allowed" | "network_blocked" | undefined;
  randomSeed(): number;
  copyText(text: string): boolean;
  /** Text of a notification in the user's language. */
  describe(failure: Failure): string;
}

export class Controller {
  state: State = initialState;
  #around: Surroundings;
  #listeners = new Set<() => void>();
  #running: AbortController | undefined;
  #nextId = 1;
  /** False until someone said which style: then the pack's own suggestion stands in the form. */
  #isStyleChosen = false;
  #closesAfterApply = false;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #dispatch(action: Action): void {
    this.state = reduce(this.state, action);
    for (const listener of this.#listeners) listener();
  }

  receive(message: MainMessage): void {
    switch (message.type) {
      case "start":
        void this.#start(message.launch, message);
        return;
      case "selection":
        this.#dispatch({ type: "selection", selection: message.selection });
        return;
      case "applied":
        this.#dispatch({ type: "applied", applyId: message.applyId, imageCount: message.imageCount });
        if (this.#closesAfterApply) this.#around.post({ type: "close" });
        return;
      case "apply-failed": {
        const code = message.reason === "gone" ? "layers_gone" : "apply_failed";
        if (message.applyId === this.state.applyId) this.#fail(new Failure(code, message.detail));
        return;
      }
    }
  }

  async #start(
    launch: Launch,
    { settings, selection }: Pick<MainMessage & { type: "start" }, "settings" | "selection">,
  ) {
    this.#dispatch({ type: "started", settings, selection, seed: this.#around.randomSeed() });
    // A quick action and a regeneration say which style, "any" among them.
    this.#isStyleChosen = launch.kind === "quick" || launch.kind === "regenerate";
    if (launch.kind === "settings") {
      this.#dispatch({ type: "view", view: "settings" });
      return;
    }
    if (launch.kind === "quick") {
      const change: Partial<Form> = { captions: launch.caption, style: launch.style };
      this.#dispatch({ type: "form", change: launch.count > 0 ? { ...change, count: launch.count } : change });
      this.#closesAfterApply = true;
      await this.generate();
    } else if (launch.kind === "regenerate") {
      const plan = planRegeneration(selection.images, this.state.form);
      if (plan !== undefined) {
        this.#dispatch({ type: "form", change: plan.form });
        this.#dispatch({ type: "replace", replacements: plan.replacements });
        await this.generate();
      }
    } else await this.connect();
  }

  editForm(change: Partial<Form>): void {
    if (change.style !== undefined) this.#isStyleChosen = true;
    this.#dispatch({ type: "form", change });
  }
  show(view: State["view"]): void {
    this.#dispatch({ type: "view", view });
  }
  useTexts(): void {
    this.#dispatch({ type: "use-texts" });
  }
  stopReplacing(): void {
    this.#dispatch({ type: "replace", replacements: [] });
  }
  toggleKeep(key: string): void {
    this.#dispatch({ type: "keep", key });
  }
  keepAll(isKept: boolean): void {
    this.#dispatch({ type: "keep-all", isKept });
  }
  newSeed(): void {
    this.#dispatch({ type: "form", change: { seed: this.#around.randomSeed() } });
  }
  copySeed(seed: number): boolean {
    return this.#around.copyText(String(seed));
  }

  #client() {
    const { serverUrl, token } = this.state.settings;
    return createApiClient({ serverUrl, token, wasBlocked: () => this.#around.wasBlocked() });
  }

  #fail(error: unknown, runId?: number): void {
    const failure = error instanceof Failure ? error : new Failure("internal", String(error));
    this.#dispatch({ type: "failed", failure, ...(runId === undefined ? {} : { runId }) });
  }

  /** Asks the server who it is; true when it can be worked with. */
  async connect(): Promise<boolean> {
    this.#dispatch({ type: "connecting" });
    const { settings } = this.state;
    try {
      const meta = await this.#client().readMeta();
      if (this.state.settings !== settings) return false;
      this.#dispatch({ type: "connected", meta });
      const { styles, defaultStyle = "" } = captionTranslations(meta)[0]!.translation;
      this.#around.post({ type: "save-styles", styles });
      const isKnown = styles.some(({ id }) => id === this.state.form.style);
      if (!isKnown) this.#dispatch({ type: "form", change: { style: this.#isStyleChosen ? "" : defaultStyle } });
      return true;
    } catch (error) {
      if (this.state.settings === settings) this.#fail(error);
      return false;
    }
  }

  async saveSettings(draft: Settings): Promise<void> {
    // The server prints the playground's address, which ends in the token: pasting all of it is fine.
    const settings = { ...draft, token: draft.token.trim().replace(/^.*#token=/, "") };
    this.#dispatch({ type: "settings", settings });
    this.#around.post({ type: "save-settings", settings });
    if (await this.connect()) this.show("generate");
  }

  async generate(): Promise<void> {
    if (this.state.run !== undefined) return;
    const captions = captionsOf(this.state.form.captions);
    const problem = captionProblem(captions);
    if (problem !== undefined) return this.#fail(new Failure(problem, ""));
    this.#revokeUrls();
    const runId = this.#nextId++;
    const running = new AbortController();
    this.#running = running;
    const seed = this.state.form.isSeedFixed ? this.state.form.seed : this.#around.randomSeed();
    const total = this.state.replacements.length > 0 ? 1 : captions.length;
    this.#dispatch({ type: "run-started", runId, seed, caption: captions[0]!, total });
    try {
      const client = this.#client();
      const meta = this.state.meta ?? (await client.readMeta(running.signal));
      running.signal.throwIfAborted();
      if (this.state.meta === undefined) this.#dispatch({ type: "connected", meta });
      const { packId, translation } = captionTranslations(meta)[0]!;
      await runJobs({
        client,
        jobs: planJobs(this.state.form, translation, this.state.replacements),
        packId,
        signal: running.signal,
        idempotencyKey: `${this.#around.randomSeed().toString(36)}-${Date.now().toString(36)}`,
        onStep: (index, caption, step) => this.#dispatch({ type: "run-step", runId, index, caption, step }),
        onResult: (set) => this.#dispatch({ type: "run-result", runId, set }),
      });
      if (running.signal.aborted) return;
      this.#dispatch({ type: "run-done", runId });
      if (this.#closesAfterApply || this.state.settings.applyAutomatically) this.apply();
    } catch (error) {
      if (running.signal.aborted) return;
      if (error instanceof Failure && error.code === "style_unknown") await this.#refreshStyles();
      this.#fail(error, runId);
      if (this.#closesAfterApply && error instanceof Failure)
        this.#around.post({ type: "notify", text: this.#around.describe(error), isError: true });
    }
  }

  /** A server that was restarted with another pack has other styles: show those, whatever else went wrong. */
  async #refreshStyles(): Promise<void> {
    try {
      this.#dispatch({ type: "connected", meta: await this.#client().readMeta() });
      this.editForm({ style: "" });
    } catch {
      // The failure at hand says more than this one.
    }
  }

  /** The way on after a failure: connect when that is what failed, else do the work again. */
  async retry(): Promise<void> {
    if (this.state.meta === undefined) await this.connect();
    else await this.generate();
  }

  /** Leaves nothing: not on the canvas, not in the preview, not in the server's queue. */
  cancel(): void {
    this.#running?.abort();
    this.#closesAfterApply = false;
    this.#revokeUrls();
    this.#dispatch({ type: "cancelled" });
  }

  /** Hands the kept images to main: one message an image, then one for the set. */
  apply(): void {
    const kept = keptImages(this.state);
    if (kept.length === 0 || this.state.applyId !== undefined) return;
    const applyId = this.#nextId++;
    this.#dispatch({ type: "applying", applyId });
    for (const { key, bytes } of kept) this.#around.post({ type: "image", applyId, key, bytes });
    const artboards = this.state.results
      .map(({ caption, images }) => ({
        caption,
        images: images.filter(({ isKept }) => isKept).map(({ key, provenance }) => ({ key, provenance })),
      }))
      .filter(({ images }) => images.length > 0);
    const nodeIds = kept.flatMap(({ nodeId }) => (nodeId === undefined ? [] : [nodeId]));
    const target =
      nodeIds.length === kept.length ? { kind: "replace" as const, nodeIds } : { kind: "artboards" as const };
    this.#around.post({ type: "apply", applyId, artboards, target });
  }

  #revokeUrls(): void {
    for (const { url } of this.state.results.flatMap((set) => set.images)) URL.revokeObjectURL(url);
  }
}
