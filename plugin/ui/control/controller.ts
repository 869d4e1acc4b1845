/**
 * What the UI does, as the views and main call it: messages of main come in here, and every command goes to the file that does it.
 * launching.ts begins, runs.ts draws, canvas.ts applies, connection.ts reaches the server, earlier-results.ts brings back, store.ts has the state.
 */

import type { CommandId } from "../../../shared/commands.ts";
import type { Generation } from "../../../shared/contract/generations/generation.ts";
import type { MainMessage } from "../../../shared/messages/messages.ts";
import type { Settings, WindowSize } from "../../../shared/messages/settings.ts";
import type { ShownStyle } from "../../../shared/messages/shown-styles.ts";
import type { ApiClient } from "../client/api-client.ts";
import { Failure } from "../client/failure.ts";
import type { Rasterise } from "../pad/rasterise.ts";
import type { Stroke } from "../pad/strokes.ts";
import { libraryOf, unreadLibraryOf } from "../palettes.ts";
import type { Form } from "../state/form.ts";
import { isInterruption, type SeenIcon, type State } from "../state/state.ts";
import { Canvas } from "./canvas.ts";
import { Connection } from "./connection.ts";
import { EarlierResults } from "./earlier-results.ts";
import { FileStyles } from "./file-styles.ts";
import { Launching } from "./launching.ts";
import { OtherDrawings } from "./other-drawings.ts";
import { Runs } from "./runs.ts";
import { SceneReader } from "./scene-reader.ts";
import { type DropPlace, Store, type Surroundings } from "./store.ts";
import { ThumbDrawing } from "./thumb-drawing.ts";

/** Until a selection is read: one that is still changing is not worth its exports. */
const selectedMs = 80;

export class Controller {
  readonly #store: Store;
  readonly #scenes: SceneReader;
  readonly #thumbs: ThumbDrawing;
  readonly #connection: Connection;
  readonly #canvas: Canvas;
  readonly #runs: Runs;
  readonly #earlier: EarlierResults;
  readonly #fileStyles: FileStyles;
  readonly #launch: Launching;
  /** Of one image of words. */
  readonly drawings: OtherDrawings;
  /** The selection changed during a run. */
  #isSceneOld = false;
  /** In the settings and not saved. */
  #typed: Pick<Settings, "serverUrl" | "token"> | undefined;

  constructor(around: Surroundings) {
    this.#store = new Store(around);
    this.#scenes = new SceneReader(around.post);
    this.#thumbs = new ThumbDrawing(this.#store);
    this.#connection = new Connection(this.#store, this.#thumbs, () => this.#earlier.retry() ?? this.#runs.goOn());
    this.#canvas = new Canvas(this.#store, this.#connection, this.#scenes);
    this.#runs = new Runs(this.#store, this.#connection, this.#thumbs, this.#canvas, this.#scenes);
    this.#earlier = new EarlierResults(this.#store, this.#connection, (command) => this.show(command));
    this.#fileStyles = new FileStyles(this.#store, this.#connection, this.#scenes);
    this.drawings = new OtherDrawings(this.#store, this.#thumbs, this.#scenes);
    this.#launch = new Launching(this.#store, this.#connection, this.#scenes, this.#runs, this.#earlier);
    this.subscribe(() => this.#isSceneOld && this.#readScene());
  }

  get state(): State {
    return this.#store.state;
  }
  get rasterise(): Rasterise {
    return this.#store.around.rasterise;
  }
  /** For views that read the server themselves: the history. */
  get client(): ApiClient {
    return this.#store.client();
  }
  subscribe(listener: () => void): () => void {
    return this.#store.subscribe(listener);
  }

  receive(message: MainMessage): void {
    const scene = this.#scenes.receive(message);
    if (scene !== undefined) this.#store.dispatch({ type: "scene", scene });
    if (this.drawings.receive(message)) return;
    switch (message.type) {
      case "start":
        void this.#launch.begin(message);
        return;
      case "selection":
        this.#store.dispatch({ type: "selection", selection: message.selection });
        this.#readScene(selectedMs);
        return;
      case "applied":
        this.#store.dispatch(message);
        this.#canvas.afterApply();
        return;
      case "upscales-applied": {
        const { applyId, appliedCount, refused } = message;
        this.#store.dispatch({ type: "applied", applyId, imageCount: appliedCount, refusedFills: refused });
        this.#canvas.afterApply();
        return;
      }
      case "unapplied":
        this.#store.dispatch(message);
        // The selection looks as it did before.
        this.#readScene();
        return;
      case "palettes":
        this.#store.dispatch({ type: "collections", collections: message.collections });
        if (libraryOf(this.state.form.palette) === undefined) this.#store.palettesRead();
        return;
      case "libraries":
        this.#store.dispatch({
          type: "libraries",
          collections: message.fault === undefined ? message.collections : undefined,
        });
        this.#store.palettesRead();
        return;
      case "shown-styles":
        this.#fileStyles.receive(message.styles);
        return;
      case "apply-failed":
        if (message.applyId === this.state.applyId) this.#connection.fail(new Failure("apply_failed", message.detail));
        return;
      case "fault":
        // What can't be read must not be waited for.
        if (message.detail.startsWith("read-palettes")) this.#store.palettesRead();
        this.#connection.fail(new Failure("internal", message.detail));
        return;
    }
  }

  /** A run works on what was selected when it began: what changed meanwhile is read at its end. */
  #readScene(afterMs?: number): void {
    this.#isSceneOld = this.state.run !== undefined;
    if (!this.#isSceneOld) this.#scenes.read(this.state.work, afterMs);
  }

  /** What stands in the settings, saved or not: a look elsewhere loses nothing that was typed. */
  get draft(): Settings {
    return { ...this.state.settings, ...this.#typed };
  }
  typeSettings(typed: Pick<Settings, "serverUrl" | "token">): void {
    this.#typed = typed;
  }
  /** Works at once; the way to the server stays as it is. */
  setAutomatic(applyAutomatically: boolean): void {
    this.#keepSettings({ ...this.state.settings, applyAutomatically });
  }
  #keepSettings(settings: Settings): void {
    this.#store.dispatch({ type: "settings", settings });
    this.#store.around.post({ type: "save-settings", settings });
  }

  async saveSettings(draft: Settings): Promise<void> {
    this.#typed = undefined;
    // The server prints the playground's address, which ends in the token: pasting all of it is fine.
    this.#keepSettings({ ...draft, token: draft.token.trim().replace(/^.*#token=/, "") });
    if (!(await this.connect())) return;
    this.show(this.state.work);
    if (this.state.isMissingBySilence || this.state.missing.length === 0) await this.#runs.goOn();
  }

  // The form and the view.
  editForm(change: Partial<Form>): void {
    this.#store.editForm(change);
  }
  /** Colours are on offer: those of libraries are listed, once. */
  listLibraries(): void {
    this.#store.listLibraries();
  }
  /** The colours of a library's collection are read when they are chosen first. */
  choosePalette(palette: string): void {
    this.editForm({ palette });
    const wanted = unreadLibraryOf(palette, this.state.collections);
    if (wanted !== undefined) this.#store.around.post({ type: "read-libraries", wanted });
  }
  show(command: CommandId): void {
    // What an interrupted command works on stays as it was read.
    if (this.state.run !== undefined) {
      if (isInterruption(command) || command === this.state.work) this.#store.dispatch({ type: "command", command });
      return;
    }
    this.#store.dispatch({ type: "command", command });
    if (!isInterruption(command)) this.#scenes.read(command);
    this.#store.around.post({ type: "read-palettes" });
  }
  /** What is drawn on the pad goes before the selection's drawing; an empty pad leaves that one. */
  setDrawing(name: string, svg: string, strokes: readonly Stroke[] = []): void {
    this.#store.dispatch({ type: "drawn", drawn: svg === "" ? undefined : { name, svg, strokes } });
  }
  useTexts(): void {
    this.#store.dispatch({ type: "use-texts" });
    this.#store.saveSoon();
  }
  stopReplacing(): void {
    this.#store.dispatch({ type: "stop-replacing" });
  }
  toggleKeep(key: string): void {
    this.#store.dispatch({ type: "keep", key });
  }
  keepAll(isKept: boolean): void {
    this.#store.dispatch({ type: "keep-all", isKept });
  }
  newSeed(): void {
    this.editForm({ seed: this.#store.around.randomSeed() });
  }
  copy(text: string): boolean {
    return this.#store.around.copyText(text);
  }
  /** In the browser: the window can't leave its own page. */
  openExternal(url: string): void {
    this.#store.around.post({ type: "open-external", url });
  }
  resize(size: WindowSize): void {
    this.#store.around.post({ type: "resize", size });
  }

  // Styles of the file.
  rereadStyles(): void {
    if (this.state.isStarted) this.#store.around.post({ type: "read-shown-styles" });
  }
  takeStyle(nameOf: (number: number) => string): Promise<void> {
    return this.#fileStyles.take(nameOf);
  }
  keepStyle(icons: readonly SeenIcon[], name: string): Promise<void> {
    return this.#fileStyles.keep(icons, name);
  }
  saveStyle(style: ShownStyle): void {
    this.#fileStyles.save(style);
  }
  removeStyle(id: string): void {
    this.#fileStyles.remove(id);
  }

  // The server.
  connect(): Promise<boolean> {
    return this.#connection.connect();
  }

  // Runs.
  /** Runs the command at work on the form and the selection. */
  generate(): Promise<void> {
    return this.#runs.generate();
  }
  /** Live drawing: newer strokes end the run of older ones. */
  generateAfresh(): Promise<void> {
    return this.#runs.generateAfresh();
  }
  resume(): Promise<void> {
    return this.#runs.resume();
  }
  drawLost(): Promise<void> {
    return this.#runs.drawLost();
  }
  retry(): Promise<void> {
    return this.#earlier.retry() ?? this.#runs.retry();
  }
  cancel(): void {
    this.#runs.cancel();
  }
  discard(): void {
    this.#runs.discard();
  }
  /** The editor gets the focus, and may close the window at once, by a command of its menu: what waits is kept before. */
  leave(): void {
    this.#store.saveWaiting();
  }
  /** The window closes: what is under way is taken back. */
  stop(): void {
    this.#thumbs.stop();
    if (this.state.run !== undefined) this.cancel();
    this.#store.saveNow();
  }

  // The canvas.
  /** The editor's own undo. */
  undo(): void {
    this.#store.around.post({ type: "undo" });
  }
  apply(): void {
    this.#canvas.apply();
  }
  placePreviews(...args: Parameters<Canvas["placePreviews"]>): void {
    this.#canvas.placePreviews(...args);
  }
  dropImage(...args: Parameters<Canvas["dropImage"]>): void {
    this.#canvas.dropImage(...args).catch((error) => this.#connection.fail(error));
  }

  // The history.
  showAgain(done: Generation, title: string): Promise<void> {
    return this.#earlier.showAgain(done, title);
  }
  /** An image of the history, dragged out of the window. @throws Failure */
  async dropEarlier(done: Generation, index: number, title: string, place: DropPlace): Promise<void> {
    const image = await this.#earlier.imageOf(done, index, title);
    await this.#canvas.dropImage(image, title, place);
  }
  startFrom(done: Generation): void {
    this.#earlier.startFrom(done);
  }
}
