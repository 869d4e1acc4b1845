/**
 * How the window begins: with the form as it was, the command that was chosen, and the answers of a quick action, which it runs at once.
 */
import type { CommandId } from "../../../shared/commands.ts";
import type { Launch, MainMessage, QuickAnswers } from "../../../shared/messages/messages.ts";
import { libraryOf } from "../palettes.ts";
import { readSession } from "../state/session.ts";
import type { Connection } from "./connection.ts";
import type { EarlierResults } from "./earlier-results.ts";
import type { Runs } from "./runs.ts";
import type { SceneReader } from "./scene-reader.ts";
import type { Store } from "./store.ts";
import { readThumbs } from "./style-thumbs.ts";

export class Launching {
  readonly #store: Store;
  readonly #connection: Connection;
  readonly #scenes: SceneReader;
  readonly #runs: Runs;
  readonly #earlier: EarlierResults;

  constructor(store: Store, connection: Connection, scenes: SceneReader, runs: Runs, earlier: EarlierResults) {
    this.#store = store;
    this.#connection = connection;
    this.#scenes = scenes;
    this.#runs = runs;
    this.#earlier = earlier;
  }

  async begin({
    launch,
    settings,
    selection,
    session,
    editor,
    thumbs,
  }: Extract<MainMessage, { type: "start" }>): Promise<void> {
    const kept = readSession(session);
    const command = commandOf(launch);
    const form = { ...kept.form, ...(kept.form.isSeedFixed ? {} : { seed: this.#store.around.randomSeed() }) };
    this.#store.isStyleChosen = kept.isKept;
    this.#store.dispatch({ type: "started", settings, selection, form, command, editor });
    this.#store.dispatch({ type: "thumbs", thumbs: readThumbs(thumbs) });
    this.#store.around.post({ type: "read-palettes" });
    const wanted = libraryOf(form.palette);
    // Others are listed when colours are first on offer.
    if (wanted !== undefined) this.#store.listLibraries(wanted);
    this.#store.around.post({ type: "read-shown-styles" });
    this.#scenes.read(command);
    if (launch.kind === "quick") {
      this.#answer(launch.answers);
      this.#store.closesAfterApply = true;
      if (command !== "caption-to-artboard") this.#store.quickLayerCount = selection.layerCount;
      if (wanted !== undefined) await this.#store.whenPalettesRead;
      await this.#runs.generate();
    } else if (launch.kind === "redraw") await this.#runs.redraw();
    else if (launch.kind === "make-again") await this.#runs.makeAgain();
    else if (command !== "settings" && (await this.#connection.connect()) && command === "caption-to-artboard")
      await this.#earlier.restore(kept);
  }

  #answer({ caption, label, style, count, scale }: QuickAnswers): void {
    if (style !== undefined) this.#store.isStyleChosen = true;
    this.#store.dispatch({
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
}

const commandOf = (launch: Launch): CommandId => ("command" in launch ? launch.command : "caption-to-artboard");
