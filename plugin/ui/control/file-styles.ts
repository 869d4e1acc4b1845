/** Styles of the file, which icons show: taken from the selection, saved and removed. */
import { type ShownStyle, shownStylesMax } from "../../../shared/messages/shown-styles.ts";
import { Failure } from "../client/failure.ts";
import { choiceOfShown, readsShownStyles, shownIdOf } from "../client/style-choice.ts";
import type { SeenIcon } from "../state/state.ts";
import type { Connection } from "./connection.ts";
import type { SceneReader } from "./scene-reader.ts";
import { styleOfIcons } from "./shown-styles.ts";
import type { Store } from "./store.ts";

export class FileStyles {
  readonly #store: Store;
  readonly #connection: Connection;
  readonly #scenes: SceneReader;

  constructor(store: Store, connection: Connection, scenes: SceneReader) {
    this.#store = store;
    this.#connection = connection;
    this.#scenes = scenes;
  }

  /** What main read in the file, at the start and after changes that were not made here. */
  receive(shown: readonly ShownStyle[]): void {
    this.#store.dispatch({ type: "shown", shown });
    const isGone = (chosen: string | undefined): boolean =>
      chosen !== undefined && !shown.some(({ id }) => id === chosen);
    // Kept from another file. Later a style may be back after a redo, so its choice stays.
    if (!this.#store.areShownRead) this.#store.replaceStyles((style) => isGone(shownIdOf(style)));
    this.#store.areShownRead = true;
  }

  /** The selected icons become a style of the file, which is chosen. */
  async take(nameOf: (number: number) => string): Promise<void> {
    try {
      if (this.#store.state.shown.length >= shownStylesMax)
        throw new Failure("styles_full", `expected fewer than ${shownStylesMax} styles in the file`);
      const scene = await this.#scenes.readIcons(this.#store.state.scene);
      // Another command reads something else by now.
      if (scene.icons === undefined) return;
      this.#store.dispatch({ type: "scene", scene });
      const { shown } = this.#store.state;
      const style = await styleOfIcons(scene.icons, shown, nameOf, this.#store.around.rasterise);
      this.save(style);
      const choice = choiceOfShown(style.id);
      this.#store.editForm(this.#store.state.work === "redraw-part" ? { redrawStyle: choice } : { style: choice });
      this.#store.dispatch({ type: "taken", styleId: style.id, nodeIds: scene.icons.map(({ nodeId }) => nodeId) });
    } catch (error) {
      this.#connection.fail(error);
    }
  }

  /** The style of icons that are about to be learned: it can be used at once, where the server redraws. */
  async keep(icons: readonly SeenIcon[], name: string): Promise<void> {
    const { meta, shown } = this.#store.state;
    if (!readsShownStyles(meta, "restyle") || shown.length >= shownStylesMax) return;
    const free = (number: number): string => (shown.some((style) => style.name === name) ? `${name} ${number}` : name);
    this.save(await styleOfIcons(icons, shown, free, this.#store.around.rasterise));
  }

  save(style: ShownStyle): void {
    const { shown } = this.#store.state;
    const isKnown = shown.some(({ id }) => id === style.id);
    const saved = isKnown ? shown.map((other) => (other.id === style.id ? style : other)) : [...shown, style];
    this.#store.dispatch({ type: "shown", shown: saved });
    this.#store.around.post({ type: "save-shown-style", style });
  }

  remove(id: string): void {
    const { shown } = this.#store.state;
    this.#store.dispatch({ type: "shown", shown: shown.filter((style) => style.id !== id) });
    this.#store.around.post({ type: "remove-shown-style", id });
    this.#store.replaceStyles((style) => style === choiceOfShown(id));
    this.#store.saveSoon();
  }
}
