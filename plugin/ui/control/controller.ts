/**
 * What the UI does: connects, runs the command in view, cancels, applies, copies, saves. Owns the store; views only read
 * the state and call these. Talks to main through messages and to the server through the API client.
 */
import type { CommandId } from "../../../shared/commands.ts";
import { commandTable } from "../../../shared/commands.ts";
import type { Generation } from "../../../shared/contract/generations/generation.ts";
import { styleIdOf } from "../../../shared/contract/style-id.ts";
import type { Training } from "../../../shared/contract/training.ts";
import type { DroppedImage, Launch, MainMessage, QuickAnswers, UiMessage } from "../../../shared/messages/messages.ts";
import type { Settings, WindowSize } from "../../../shared/messages/settings.ts";
import type { ShownStyle } from "../../../shared/messages/shown-styles.ts";
import { type ApiClient, type Blocked, createApiClient } from "../client/api-client.ts";
import {
  askedTranslation,
  Failure,
  isAvailable,
  isWorthReconnecting,
  ownStyles,
  translationFor,
} from "../client/failure.ts";
import { choiceOfShown, redrawnStyles } from "../client/style-choice.ts";
import { wait } from "../client/wait.ts";
import type { Rasterise } from "../pad/rasterise.ts";
import { changesFor } from "../palettes.ts";
import { planMakeAgain, planRedraw } from "../plans/captions.ts";
import { askedPalette, canBeVectors, type Prepared, prepareJobs } from "../plans/prepare.ts";
import { appliedSet } from "../run/applied-set.ts";
import type { Job } from "../run/jobs.ts";
import { drawnSet, provenanceOf, runJobs } from "../run/run.ts";
import { traceImages } from "../run/vector-sets.ts";
import type { Form } from "../state/form.ts";
import { readSession, sessionOf } from "../state/session.ts";
import { type Action, initialState, keptImages, type ResultImage, reduce, type State } from "../state/state.ts";
import { SceneReader } from "./scene-reader.ts";
import { styleOfIcons } from "./shown-styles.ts";
import { drawThumbs, readThumbs } from "./style-thumbs.ts";

export interface Surroundings {
  /** Tells the editor that something of the window was dropped outside it, at this place of the window. */
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

/** Pauses between two questions whether the server is back; the last is repeated. */
const reconnectMs = [1000, 2000, 3000, 5000];
/** Quiet before pictures of styles are drawn: a person's own work comes first. */
const quietMs = 2500;
/** Quiet before the session is saved: typing is not worth a write a letter. */
const saveMs = 400;

export class Controller {
  state: State = initialState;
  readonly #around: Surroundings;
  readonly #scenes: SceneReader;
  #listeners = new Set<() => void>();
  #running: AbortController | undefined;
  #reconnecting: AbortController | undefined;
  #saving: ReturnType<typeof setTimeout> | undefined;
  #nextId = 1;
  /** What the run in progress, or the last one, was asked for. */
  #prepared: Prepared | undefined;
  #finished = new Set<number>();
  /** False until someone said which style: then the pack's own suggestion stands in the form. */
  #isStyleChosen = false;
  #closesAfterApply = false;
  /** The drawing of pictures of styles, which any run ends. */
  #drawing: AbortController | undefined;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#scenes = new SceneReader(around.post);
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
    const scene = this.#scenes.receive(message);
    if (scene !== undefined) this.#dispatch({ type: "scene", scene });
    switch (message.type) {
      case "start":
        void this.#start(message);
        return;
      case "selection":
        this.#dispatch({ type: "selection", selection: message.selection });
        // A run works on what was selected when it began, and its results are for that.
        if (this.state.run === undefined) this.#scenes.read(this.state.command);
        return;
      case "applied":
        this.#dispatch(message);
        this.#afterApply();
        return;
      case "upscales-applied": {
        const { applyId, appliedCount, refused } = message;
        this.#dispatch({ type: "applied", applyId, imageCount: appliedCount, refusedFills: refused });
        this.#afterApply();
        return;
      }
      case "unapplied":
        this.#dispatch(message);
        // The selection looks as it did before.
        if (this.state.run === undefined) this.#scenes.read(this.state.command);
        return;
      case "palettes":
        this.#dispatch({ type: "collections", collections: message.collections });
        return;
      case "shown-styles":
        this.#dispatch({ type: "shown", shown: message.styles });
        return;
      case "apply-failed":
        if (message.applyId === this.state.applyId) this.#fail(new Failure("apply_failed", message.detail));
        return;
      case "fault":
        this.#fail(new Failure("internal", message.detail));
        return;
    }
  }

  #afterApply(): void {
    // Layers show other images now, which the next run must start from.
    if (
      this.state.command === "recolour" ||
      keptImages(this.state).some(({ destination }) => destination.kind !== "artboard")
    )
      this.#scenes.read(this.state.command);
    const { skipped, refusedFills } = this.state;
    // What was left untouched must be seen before the window goes.
    if (this.#closesAfterApply && skipped.length + refusedFills.length === 0) this.#around.post({ type: "close" });
  }

  async #start({
    launch,
    settings,
    selection,
    session,
    editor,
    thumbs,
  }: Extract<MainMessage, { type: "start" }>): Promise<void> {
    const kept = readSession(session);
    const command = commandOf(launch);
    const form = { ...kept.form, ...(kept.form.isSeedFixed ? {} : { seed: this.#around.randomSeed() }) };
    this.#isStyleChosen = kept.isKept;
    this.#dispatch({ type: "started", settings, selection, form, command, editor });
    this.#dispatch({ type: "thumbs", thumbs: readThumbs(thumbs) });
    this.#around.post({ type: "read-palettes" });
    this.#around.post({ type: "read-shown-styles" });
    this.#scenes.read(command);
    if (launch.kind === "quick") {
      this.#answer(launch.answers);
      this.#closesAfterApply = true;
      this.#dispatch({ type: "scene", scene: await this.#scenes.whenRead(this.state.scene) });
      await this.generate();
    } else if (launch.kind === "redraw") await this.#redraw();
    else if (launch.kind === "make-again") await this.makeAgain();
    else if (command !== "settings" && (await this.connect()) && command === "caption-to-artboard")
      await this.#restore(kept.results);
  }

  #answer({ caption, label, style, count, scale }: QuickAnswers): void {
    if (style !== undefined) this.#isStyleChosen = true;
    this.#dispatch({
      type: "form",
      change: {
        ...(caption === undefined ? {} : { captions: caption }),
        ...(label === undefined ? {} : { label }),
        ...(style === undefined ? {} : { style }),
        ...(count === undefined ? {} : { count }),
        ...(scale === undefined ? {} : { scale }),
      },
    });
  }

  async #redraw(): Promise<void> {
    const plan = planRedraw(this.state.selection.images, this.state.form);
    if (plan === undefined) return this.#fail(new Failure("selection_missing", ""));
    this.#isStyleChosen = true;
    this.#dispatch({ type: "form", change: plan.form });
    this.#dispatch({ type: "replace", replacements: plan.replacements });
    await this.generate();
  }

  /** The images of the selected layers again, with the same bytes while the pack is the same. */
  async makeAgain(): Promise<void> {
    const jobs = planMakeAgain(this.state.selection.images);
    if (jobs.length === 0) return this.#fail(new Failure("selection_missing", ""));
    await this.#run(async () => ({ packId: askedPack(this.state), jobs }));
  }

  /** Results of the last time, as far as the server still has them. */
  async #restore(results: readonly { readonly id: string; readonly title: string }[]): Promise<void> {
    const client = this.#client();
    const { signal } = new AbortController();
    try {
      const sets = [];
      for (const [index, { id, title }] of results.entries()) {
        const done = await client.read(id, signal);
        if (done.state !== "done") continue;
        const job = { index, title, nodeIds: [] };
        sets.push(await drawnSet({ client, packId: askedPack(this.state), signal }, () => undefined, job, done));
      }
      this.#dispatch({ type: "restored", results: sets });
    } catch {
      // The server no longer has them: a start without results is as good.
    }
  }

  editForm(change: Partial<Form>): void {
    if (change.style !== undefined) this.#isStyleChosen = true;
    this.#dispatch({ type: "form", change });
    this.#saveSoon();
  }
  show(command: CommandId): void {
    if (this.state.run !== undefined) return;
    this.#dispatch({ type: "command", command });
    this.#scenes.read(command);
    this.#around.post({ type: "read-palettes" });
  }
  /** A drawing made in the plugin takes the place of the selection's. */
  setDrawing(name: string, svg: string): void {
    this.#dispatch({ type: "scene", scene: { ...this.state.scene, drawing: { name, svg } } });
  }
  /** The selected icons become a style of the file, which is chosen. */
  async takeStyle(nameOf: (number: number) => string): Promise<void> {
    try {
      const scene = await this.#scenes.readIcons(this.state.scene);
      this.#dispatch({ type: "scene", scene });
      const { shown } = this.state;
      const style = await styleOfIcons(scene.icons ?? [], shown, nameOf, this.#around.rasterise);
      this.saveStyle(style);
      this.editForm({ style: choiceOfShown(style.id) });
    } catch (error) {
      this.#fail(error);
    }
  }
  saveStyle(style: ShownStyle): void {
    const { shown } = this.state;
    const isKnown = shown.some(({ id }) => id === style.id);
    const saved = isKnown ? shown.map((other) => (other.id === style.id ? style : other)) : [...shown, style];
    this.#dispatch({ type: "shown", shown: saved });
    this.#around.post({ type: "save-shown-style", style });
  }
  removeStyle(id: string): void {
    this.#dispatch({ type: "shown", shown: this.state.shown.filter((style) => style.id !== id) });
    this.#around.post({ type: "remove-shown-style", id });
    if (this.state.form.style === choiceOfShown(id)) this.editForm({ style: "" });
  }
  useTexts(): void {
    this.#dispatch({ type: "use-texts" });
    this.#saveSoon();
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
    this.editForm({ seed: this.#around.randomSeed() });
  }
  copy(text: string): boolean {
    return this.#around.copyText(text);
  }
  resize(size: WindowSize): void {
    this.#around.post({ type: "resize", size });
  }

  #saveSoon(): void {
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => this.saveNow(), saveMs);
  }
  saveNow(): void {
    clearTimeout(this.#saving);
    if (this.state.isStarted) this.#around.post({ type: "save-session", session: sessionOf(this.state) });
  }

  #client(): ApiClient {
    const { serverUrl, token } = this.state.settings;
    return createApiClient({ serverUrl, token, whyBlocked: (origin) => this.#around.whyBlocked(origin) });
  }
  get rasterise(): Rasterise {
    return this.#around.rasterise;
  }
  /** Samples of a training as an artboard, to look at beside what they were learned from. */
  placePreviews(
    name: string,
    { id }: Training,
    shots: readonly { readonly caption: string; readonly bytes: Uint8Array }[],
  ): void {
    if (this.state.applyId !== undefined || this.state.run !== undefined) return;
    const applyId = this.#nextId++;
    this.#dispatch({ type: "applying", applyId });
    const images = shots.map(({ caption, bytes }, index) => ({ key: `${id} ${index}`, name: caption, bytes }));
    for (const { key, bytes } of images) this.#around.post({ type: "image", applyId, key, bytes });
    const artboards = [{ caption: name, images: images.map(({ key, name: own }) => ({ key, name: own })) }];
    const target = { kind: "artboards" as const, tilePx: this.state.form.tilePx, keepsSelection: true };
    this.#around.post({ type: "apply", applyId, artboards, target });
  }
  /** For views that read the server themselves: the history. */
  get client(): ApiClient {
    return this.#client();
  }

  #fail(error: unknown, runId?: number, missing?: readonly Job[]): void {
    const failure = error instanceof Failure ? error : new Failure("internal", String(error));
    this.#dispatch({
      type: "failed",
      failure,
      ...(runId === undefined ? {} : { runId }),
      ...(missing === undefined ? {} : { missing }),
    });
    if (isWorthReconnecting(failure.code)) void this.#reconnect();
  }

  /** Asks until the server is back, and then goes on with what is missing; any new work ends it. */
  async #reconnect(): Promise<void> {
    this.#reconnecting?.abort();
    const reconnecting = new AbortController();
    this.#reconnecting = reconnecting;
    const { signal } = reconnecting;
    this.#dispatch({ type: "reconnecting", isReconnecting: true });
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await wait(reconnectMs[Math.min(attempt, reconnectMs.length - 1)]!, signal);
        const meta = await this.#client().readMeta(signal);
        if (signal.aborted) return;
        this.#take(meta);
        if (this.state.missing.length > 0) await this.resume();
        return;
      } catch (error) {
        if (signal.aborted) return;
        // Another failure than silence is for a person to cure.
        if (error instanceof Failure && !isWorthReconnecting(error.code)) {
          this.#dispatch({ type: "reconnecting", isReconnecting: false });
          this.#fail(error);
          return;
        }
      }
    }
  }

  #stopReconnecting(): void {
    this.#reconnecting?.abort();
    if (this.state.isReconnecting) this.#dispatch({ type: "reconnecting", isReconnecting: false });
  }

  #take(meta: NonNullable<State["meta"]>): void {
    this.#dispatch({ type: "connected", meta });
    const { styles, labels, defaultStyle = "" } = askedTranslation(meta, "caption-to-artboard")!;
    this.#around.post({ type: "save-vocabulary", vocabulary: { styles, labels } });
    const { style } = this.state.form;
    const own = ownStyles(meta, "caption-to-artboard").map(({ id }) => `@${id}`);
    const isKnown =
      styles.some(({ id }) => id === style) ||
      own.includes(style) ||
      this.#isRedrawnStyle(meta, style) ||
      (style === "" && this.#isStyleChosen);
    if (!isKnown) this.#dispatch({ type: "form", change: { style: this.#isStyleChosen ? "" : defaultStyle } });
  }

  /** Of a flow between styles, or of the file. */
  #isRedrawnStyle(meta: NonNullable<State["meta"]>, choice: string): boolean {
    const isOfFile = this.state.shown.some(({ id }) => choiceOfShown(id) === choice);
    return isOfFile || redrawnStyles(meta, "restyle").some(({ id }) => id === choice);
  }

  /** Draws the pictures of styles that are missing, once it has been quiet for a while. */
  #drawThumbsSoon(): void {
    this.#drawing?.abort();
    const found = this.state.meta && askedFor(this.state.meta);
    // Servers before version 0.21 would keep these pictures among what a person made.
    if (!found?.translation.hasDiversity) return;
    const { packDigest, styles } = { packDigest: found.packDigest, styles: found.translation.styles };
    if (this.state.thumbs.packDigest !== packDigest)
      this.#dispatch({ type: "thumbs", thumbs: { packDigest, pictures: {} } });
    const order = [...this.state.form.recentStyles, ...styles.map(({ id }) => id)];
    const missing = [...new Set(order)].filter(
      (id) => styles.some((style) => style.id === id) && this.state.thumbs.pictures[id] === undefined,
    );
    if (missing.length === 0) return;
    const drawing = new AbortController();
    this.#drawing = drawing;
    const { signal } = drawing;
    void (async () => {
      try {
        await wait(quietMs, signal);
        await drawThumbs(this.#client(), found, missing, signal, (id, url) => {
          const pictures = { ...this.state.thumbs.pictures, [id]: url };
          this.#dispatch({ type: "thumbs", thumbs: { packDigest, pictures } });
        });
      } catch {
        // Work of a person came first, or the server went away: they are drawn another time.
      }
      this.#around.post({ type: "save-thumbs", thumbs: this.state.thumbs });
    })();
  }

  /** Asks the server who it is; true when it can be worked with. */
  async connect(): Promise<boolean> {
    this.#stopReconnecting();
    this.#dispatch({ type: "connecting" });
    const { settings } = this.state;
    try {
      const meta = await this.#client().readMeta();
      if (this.state.settings !== settings) return false;
      this.#take(meta);
      this.#drawThumbsSoon();
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
    if (await this.connect()) this.show("caption-to-artboard");
  }

  /** Runs the command in view on the form and the selection. */
  async generate(): Promise<void> {
    if (this.state.command === "recolour") return this.#recolour();
    if (!this.state.form.isSeedFixed) this.#dispatch({ type: "form", change: { seed: this.#around.randomSeed() } });
    await this.#run((client, signal) => prepareJobs(this.state, client, this.#around.rasterise, signal));
  }

  /** Live drawing: newer strokes end the run of older ones, and its late replies go nowhere. */
  async generateAfresh(): Promise<void> {
    if (this.state.run !== undefined) {
      this.#running?.abort();
      this.#dispatch({ type: "run-done", runId: this.state.run.id });
    }
    await this.generate();
  }

  /** Results of an earlier generation, to be added to the canvas again. */
  async showAgain(done: Generation, title: string): Promise<void> {
    this.show("caption-to-artboard");
    try {
      const { signal } = new AbortController();
      const client = this.#client();
      const job = { index: 0, title, nodeIds: [] };
      const set = await drawnSet({ client, packId: askedPack(this.state), signal }, () => undefined, job, done);
      this.#dispatch({ type: "restored", results: [set] });
    } catch (error) {
      this.#fail(error);
    }
  }

  /** An image of an earlier generation, dragged out of the window: it lands where it is dropped. */
  dropImage(done: Generation, index: number, title: string, bytes: Uint8Array, place: DropPlace): void {
    const info = done.images.find((image) => image.index === index);
    if (info === undefined) return;
    const applyId = this.#nextId++;
    const key = `drop/${applyId}`;
    this.#around.post({ type: "image", applyId, key, bytes });
    const provenance = provenanceOf(done, info, askedPack(this.state));
    this.#around.drop(place, { applyId, key, title, provenance, tilePx: this.state.form.tilePx });
  }

  /** The form as it was for an earlier generation. */
  startFrom({ request }: Generation): void {
    const { condition, count, seed, temperature, guidance } = request;
    this.show("caption-to-artboard");
    this.editForm({
      captions: condition.caption ?? "",
      style: styleIdOf(condition.style) ?? "",
      ...{ count, seed, temperature, guidance },
      isSeedFixed: true,
    });
  }

  /** Goes on with the jobs that have no images yet; the images that are there stay. */
  async resume(): Promise<void> {
    const { missing } = this.state;
    const packId = this.#prepared?.packId ?? askedPack(this.state);
    if (missing.length > 0) await this.#run(async () => ({ packId, jobs: missing }), true);
  }

  async #run(prepare: (client: ApiClient, signal: AbortSignal) => Promise<Prepared>, isResumed = false): Promise<void> {
    if (this.state.run !== undefined) return;
    this.#stopReconnecting();
    this.#drawing?.abort();
    const runId = this.#nextId++;
    const running = new AbortController();
    this.#running = running;
    this.#finished.clear();
    if (!isResumed) this.#prepared = undefined;
    let jobs: readonly Job[] = isResumed ? this.state.missing : [];
    const missing = (): Job[] => jobs.filter(({ index }) => !this.#finished.has(index));
    try {
      const client = this.#client();
      this.#dispatch({ type: "run-started", runId, jobs, isResumed: true });
      if (this.state.meta === undefined) this.#take(await client.readMeta(running.signal));
      const { command, editor } = this.state;
      const hasEditor = commandTable.find(({ id }) => id === command)?.editors.includes(editor) ?? true;
      if (command !== "upscale" && !(hasEditor && isAvailable(this.state.meta!, command)))
        throw new Failure("command_unavailable", this.state.command);
      this.#dispatch({ type: "run-step", runId, title: "", step: { stage: "uploading" } });
      const prepared = await prepare(client, running.signal);
      running.signal.throwIfAborted();
      this.#prepared = prepared;
      jobs = prepared.jobs;
      this.#dispatch({ type: "run-started", runId, jobs, isResumed });
      await runJobs({
        client,
        jobs,
        packId: prepared.packId,
        batchMax: this.state.meta?.limits.batchMax,
        signal: running.signal,
        idempotencyKey: `${this.#around.randomSeed().toString(36)}-${Date.now().toString(36)}`,
        onStep: (title, step) => this.#dispatch({ type: "run-step", runId, title, step }),
        onResult: (job, set) => {
          this.#finished.add(job.index);
          if (this.state.areResultsOld) revokeUrls(this.state.results);
          this.#dispatch({ type: "run-result", runId, set });
        },
        onRefused: (job, refused) => {
          this.#finished.add(job.index);
          this.#dispatch({ type: "run-refused", runId, refused });
        },
      });
      if (running.signal.aborted) return;
      this.#dispatch({ type: "run-done", runId });
      this.saveNow();
      this.#drawThumbsSoon();
      if (this.#closesAfterApply || this.state.settings.applyAutomatically) this.apply();
    } catch (error) {
      if (running.signal.aborted) return;
      if (error instanceof Failure && error.code === "style_unknown") await this.#refreshStyles();
      this.#fail(error, runId, missing());
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

  /** The way on after a failure: connect when that is what failed, go on with what is missing, or do the work again. */
  async retry(): Promise<void> {
    if (this.state.meta === undefined) await this.connect();
    else if (this.state.missing.length > 0) await this.resume();
    else await this.generate();
  }

  /** Takes what is unfinished back from the server; finished images stay, to keep or to discard. */
  cancel(): void {
    const jobs = this.#prepared?.jobs ?? [];
    this.#running?.abort();
    this.#stopReconnecting();
    this.#closesAfterApply = false;
    this.#dispatch({ type: "cancelled", missing: jobs.filter(({ index }) => !this.#finished.has(index)) });
  }

  /** The window closes: what is under way is taken back. */
  stop(): void {
    this.#drawing?.abort();
    if (this.state.run !== undefined) this.cancel();
    this.saveNow();
  }

  discard(): void {
    revokeUrls(this.state.results);
    this.#dispatch({ type: "discarded" });
    this.saveNow();
  }

  /** Hands the kept images to main: one message an image, then one for the set. */
  apply(): void {
    const kept = keptImages(this.state);
    if (kept.length === 0 || this.state.applyId !== undefined || this.state.run !== undefined) return;
    const applyId = this.#nextId++;
    this.#dispatch({ type: "applying", applyId });
    const untraced = canBeVectors(this.state)
      ? kept.filter(({ vector, destination }) => !vector && destination.kind === "artboard")
      : [];
    if (untraced.length === 0) this.#hand(applyId);
    else void this.#traceFirst(applyId, untraced);
  }

  /** Images that were drawn as such and shall become vectors. */
  async #traceFirst(applyId: number, untraced: readonly ResultImage[]): Promise<void> {
    try {
      const palette = askedPalette(this.state);
      const traced = await traceImages(this.#client(), untraced, palette, this.state.form.recolourHow);
      if (this.state.applyId !== applyId) return;
      this.#dispatch({ type: "traced", traced });
      this.#hand(applyId);
    } catch (error) {
      if (this.state.applyId === applyId) this.#fail(error);
    }
  }

  #hand(applyId: number): void {
    const { images, message, unbound } = appliedSet(this.state, applyId);
    for (const { key, bytes } of images) this.#around.post({ type: "image", applyId, key, bytes });
    this.#dispatch({ type: "unbound", unbound });
    this.#around.post(message);
  }

  /** Other colours for what is selected; no server is asked. */
  #recolour(): void {
    const { scene, form, applyId } = this.state;
    if (applyId !== undefined) return;
    try {
      const palette = askedPalette(this.state);
      if (palette === undefined) throw new Failure("palette_empty", "");
      const { used = [] } = scene;
      if (used.length === 0) throw new Failure("selection_missing", "");
      const changes = changesFor(used, palette, form.recolourHow);
      if (changes.length === 0) throw new Failure("nothing_to_do", "");
      const changed = new Set(changes.map(({ from }) => from));
      const id = this.#nextId++;
      const { bindings } = palette;
      this.#dispatch({ type: "applying", applyId: id });
      this.#dispatch({ type: "unbound", unbound: used.flatMap(({ hex }) => (changed.has(hex) ? [] : [hex])) });
      this.#around.post({ type: "recolour", applyId: id, changes, ...(bindings === undefined ? {} : { bindings }) });
    } catch (error) {
      this.#fail(error);
    }
  }
}

const commandOf = (launch: Launch): CommandId => ("command" in launch ? launch.command : "caption-to-artboard");

const askedPack = ({ meta }: State): string =>
  meta?.packs.find(({ translations }) => translations.length > 0)?.id ?? "";

/** The translation of captions, and the pack that it is in. */
function askedFor(meta: NonNullable<State["meta"]>) {
  const found = translationFor(meta, "caption-to-artboard");
  const packDigest = meta.packs.find(({ id }) => id === found.packId)?.digest ?? "";
  return { ...found, packDigest };
}

const revokeUrls = (results: State["results"]): void => {
  for (const { url } of results.flatMap((set) => set.images)) URL.revokeObjectURL(url);
};
