/** When pictures of styles are drawn: what is missing, once it has been quiet for a while; any run ends it. How, says style-thumbs.ts. */
import { wait } from "../client/wait.ts";
import { askedFor } from "./asked-pack.ts";
import type { Store } from "./store.ts";
import { drawThumbs } from "./style-thumbs.ts";

/** Quiet before pictures of styles are drawn: a person's own work comes first. */
const quietMs = 2500;

export class ThumbDrawing {
  readonly #store: Store;
  #drawing: AbortController | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Draws the pictures of styles that are missing, once it has been quiet for a while. */
  drawSoon(): void {
    this.#drawing?.abort();
    const found = this.#store.state.meta && askedFor(this.#store.state.meta);
    // Servers before version 0.21 would keep these pictures among what a person made.
    if (!found?.translation.hasDiversity) return;
    const { packDigest, styles } = { packDigest: found.packDigest, styles: found.translation.styles };
    if (this.#store.state.thumbs.packDigest !== packDigest)
      this.#store.dispatch({ type: "thumbs", thumbs: { packDigest, pictures: {} } });
    const order = [...this.#store.state.form.recentStyles, ...styles.map(({ id }) => id)];
    const missing = [...new Set(order)].filter(
      (id) => styles.some((style) => style.id === id) && this.#store.state.thumbs.pictures[id] === undefined,
    );
    if (missing.length === 0) return;
    const drawing = new AbortController();
    this.#drawing = drawing;
    const { signal } = drawing;
    void (async () => {
      try {
        await wait(quietMs, signal);
        await drawThumbs(this.#store.client(), found, missing, signal, (id, url) => {
          const pictures = { ...this.#store.state.thumbs.pictures, [id]: url };
          this.#store.dispatch({ type: "thumbs", thumbs: { packDigest, pictures } });
        });
      } catch {
        // Work of a person came first, or the server went away: they are drawn another time.
      }
      this.#store.around.post({ type: "save-thumbs", thumbs: this.#store.state.thumbs });
    })();
  }

  stop(): void {
    this.#drawing?.abort();
  }
}
