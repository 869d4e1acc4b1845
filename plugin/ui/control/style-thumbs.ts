/**
 * Pictures of the styles, drawn by the packs themselves: one caption in each style, one after another while nothing else is
 * requested, kept for the next start as long as the pack is the same. They leave no trace in the server's history: what a
 * window that was closed left there is taken away by the next one.
 */
import type { ApiClient } from "../client/api-client.ts";
import { isRedrawn } from "../client/style-choice.ts";

/** A choice of the list of styles to a picture as a data URL. */
export type StylePictures = Readonly<Record<string, string>>;
export interface StyleThumbs {
  /** Translation to the digest of the pack that drew the pictures of its styles. */
  readonly packDigests: Readonly<Record<string, string>>;
  readonly pictures: StylePictures;
  /** The generation of the picture that is being drawn, on the server until it is taken away. */
  readonly unfinished?: string;
}

export const noThumbs: StyleThumbs = { packDigests: {}, pictures: {} };

/** A style that captions can be drawn in, and what draws it. */
export interface DrawableStyle {
  readonly choice: string;
  readonly translation: string;
  /** Absent: the translation itself is the style. */
  readonly style?: string;
  readonly packDigest: string;
}

/** The pictures that today's packs would draw again. */
export function stillTrue(thumbs: StyleThumbs, styles: readonly DrawableStyle[]): StyleThumbs {
  const kept = styles.filter(({ translation, packDigest }) => thumbs.packDigests[translation] === packDigest);
  const pictures = kept.flatMap(({ choice }) => {
    const url = thumbs.pictures[choice];
    return url === undefined ? [] : [[choice, url] as const];
  });
  return {
    ...thumbs,
    packDigests: Object.fromEntries(styles.map(({ translation, packDigest }) => [translation, packDigest])),
    pictures: Object.fromEntries(pictures),
  };
}

/** What every style is shown by: simple, and drawn by emoji and interface icons alike. */
const caption = "house";
/** Pictures that are kept; a data URL of one takes some 15 kB, and Figma keeps 5 MB for a plugin. */
const picturesMax = 64;

/** Thumbnails as stored by any version of the plugin. */
export function readThumbs(stored: unknown): StyleThumbs {
  if (typeof stored !== "object" || stored === null) return noThumbs;
  const { packDigests, pictures, unfinished } = stored as Readonly<Record<string, unknown>>;
  return {
    packDigests: textsIn(packDigests, () => true),
    pictures: textsIn(pictures, (text) => text.startsWith("data:image/png;base64,")),
    ...(typeof unfinished === "string" && { unfinished }),
  };
}

function textsIn(stored: unknown, isGood: (text: string) => boolean): Readonly<Record<string, string>> {
  if (typeof stored !== "object" || stored === null) return {};
  const good = Object.entries(stored).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string" && isGood(entry[1]),
  );
  return Object.fromEntries(good.slice(0, picturesMax));
}

export interface ThumbListener {
  /** A picture's generation is on the server now. */
  onStarted(generationId: string): void;
  onPicture(choice: string, url: string): void;
  /** It was taken away again. */
  onEnded(): void;
}

/**
 * Draws what is missing, in the order of `styles`.
 * @throws Failure of the first that can't be drawn; the signal's reason when aborted
 */
export async function drawThumbs(
  client: ApiClient,
  styles: readonly DrawableStyle[],
  signal: AbortSignal,
  listener: ThumbListener,
): Promise<void> {
  for (const { choice, translation, style } of styles.slice(0, picturesMax)) {
    signal.throwIfAborted();
    // As captions are drawn in it: the likeliest answer of a flow between styles.
    const likeliest = isRedrawn(choice) ? { temperature: 0 } : {};
    const condition = { caption, ...(style === undefined ? {} : { style }) };
    const input = { translation, condition, count: 1, seed: 1, ...likeliest };
    const accepted = await client.start(input, `style-${crypto.randomUUID()}`);
    listener.onStarted(accepted.id);
    try {
      const done = await client.follow(accepted, () => undefined, signal);
      const [image] = done.images;
      if (image !== undefined) listener.onPicture(choice, dataUrlOf(await client.readImage(image.path, signal)));
    } finally {
      await client.remove(accepted.id);
      listener.onEnded();
    }
  }
}

const dataUrlOf = (bytes: Uint8Array): string =>
  `data:image/png;base64,${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`;
