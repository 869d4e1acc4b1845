/** When pictures of styles are drawn: what is missing, once it has been quiet for a while; any run ends it. How, says style-thumbs.ts. */
import type { Meta } from "../../../shared/contract/meta.ts";
import { choiceOfRedrawn, redraws } from "../client/style-choice.ts";
import { ownStyles } from "../client/translations.ts";
import { wait } from "../client/wait.ts";
import { captionTranslation } from "./caption-pack.ts";
import type { Store } from "./store.ts";
import { type DrawableStyle, drawThumbs, type StyleThumbs, stillTrue } from "./style-thumbs.ts";

/** Quiet before pictures of styles are drawn: a person's own work comes first. */
const quietMs = 2500;

/** Styles of one's own, which are few; then icon sets, with which a first start begins; then those of captions. */
export function drawableStyles(meta: Meta): DrawableStyle[] {
  const { translation: captions, packDigest: captionsDigest } = captionTranslation(meta);
  return [
    ...ownStyles(meta, "caption-to-artboard").map(({ id: translation }) => ({
      choice: `@${translation}`,
      translation,
      packDigest: meta.packs.find(({ translations }) => translations.some(({ id }) => id === translation))!.digest,
    })),
    ...meta.packs.flatMap(({ digest: packDigest, translations }) =>
      translations
        .filter((translation) => redraws(translation) && translation.conditions.includes("caption"))
        .flatMap(({ id: translation, styles }) =>
          styles.map(({ id: style }) => ({
            choice: choiceOfRedrawn(translation, style),
            translation,
            style,
            packDigest,
          })),
        ),
    ),
    ...captions.styles.map(({ id: style }) => ({
      choice: style,
      translation: captions.id,
      style,
      packDigest: captionsDigest,
    })),
  ];
}

/** Servers before version 0.21 would keep these pictures among what a person made. */
export const drawsStyles = (meta: Meta): boolean => captionTranslation(meta).translation.hasDiversity === true;

export class ThumbDrawing {
  readonly #store: Store;
  #drawing: AbortController | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Draws the pictures of styles that are missing, once it has been quiet for a while. */
  drawSoon(): void {
    this.#drawing?.abort();
    // The end of a run asks again.
    if (this.#store.state.run !== undefined) return;
    const { meta, form } = this.#store.state;
    if (meta === undefined || !drawsStyles(meta)) return;
    const styles = drawableStyles(meta);
    this.#store.dispatch({ type: "thumbs", thumbs: stillTrue(this.#store.state.thumbs, styles) });
    const { pictures, unfinished } = this.#store.state.thumbs;
    const isRecent = ({ choice }: DrawableStyle): boolean => form.recentStyles.includes(choice);
    const missing = [...styles.filter(isRecent), ...styles.filter((style) => !isRecent(style))].filter(
      ({ choice }) => pictures[choice] === undefined,
    );
    if (missing.length === 0 && unfinished === undefined) return;
    const drawing = new AbortController();
    this.#drawing = drawing;
    const { signal } = drawing;
    void (async () => {
      try {
        await wait(quietMs, signal);
        const client = this.#store.client();
        if (unfinished !== undefined) await client.remove(unfinished);
        this.#keepFinished();
        await drawThumbs(client, missing, signal, {
          onStarted: (id) => this.#keep({ ...this.#store.state.thumbs, unfinished: id }),
          onPicture: (choice, url) => {
            const { thumbs } = this.#store.state;
            this.#keep({ ...thumbs, pictures: { ...thumbs.pictures, [choice]: url } });
          },
          onEnded: () => this.#keepFinished(),
        });
      } catch {
        // Work of a person came first, or the server went away: they are drawn another time.
      }
    })();
  }

  #keepFinished(): void {
    const { unfinished: _, ...finished } = this.#store.state.thumbs;
    this.#keep(finished);
  }

  /** Also for the next window: this one may be closed at any time. */
  #keep(thumbs: StyleThumbs): void {
    this.#store.dispatch({ type: "thumbs", thumbs });
    this.#store.around.post({ type: "save-thumbs", thumbs });
  }

  stop(): void {
    this.#drawing?.abort();
  }
}
