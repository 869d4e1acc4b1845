/**
 * Pictures of the styles, drawn by the pack itself: one caption in each style, one after another while nothing else is
 * requested, kept for the next start as long as the pack is the same. They leave no trace in the server's history: what a
 * window that was closed left there is taken away by the next one.
 */
import type { ApiClient } from "../client/api-client.ts";
import type { FoundTranslation } from "../client/translations.ts";

/** Style id to a picture as a data URL. */
export type StylePictures = Readonly<Record<string, string>>;
export interface StyleThumbs {
  /** Of the pack that drew them. */
  readonly packDigest: string;
  readonly pictures: StylePictures;
  /** The generation of the picture that is being drawn, on the server until it is taken away. */
  readonly unfinished?: string;
}

export const noThumbs: StyleThumbs = { packDigest: "", pictures: {} };

/** What every style is shown by: simple, and drawn by emoji and interface icons alike. */
const caption = "house";
/** Pictures that are kept; a data URL of one takes some 15 kB, and Figma keeps 5 MB for a plugin. */
const picturesMax = 64;

/** Thumbnails as stored by any version of the plugin. */
export function readThumbs(stored: unknown): StyleThumbs {
  if (typeof stored !== "object" || stored === null) return noThumbs;
  const { packDigest, pictures, unfinished } = stored as Readonly<Record<string, unknown>>;
  if (typeof packDigest !== "string" || typeof pictures !== "object" || pictures === null) return noThumbs;
  const kept = Object.entries(pictures).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string" && entry[1].startsWith("data:image/png;base64,"),
  );
  return {
    packDigest,
    pictures: Object.fromEntries(kept.slice(0, picturesMax)),
    ...(typeof unfinished === "string" && { unfinished }),
  };
}

export interface ThumbListener {
  /** A picture's generation is on the server now. */
  onStarted(generationId: string): void;
  onPicture(style: string, url: string): void;
  /** It was taken away again. */
  onEnded(): void;
}

/**
 * Draws what is missing, in the order of `styles`.
 * @throws Failure of the first that can't be drawn; the signal's reason when aborted
 */
export async function drawThumbs(
  client: ApiClient,
  { translation }: FoundTranslation,
  styles: readonly string[],
  signal: AbortSignal,
  listener: ThumbListener,
): Promise<void> {
  for (const style of styles.slice(0, picturesMax)) {
    signal.throwIfAborted();
    const input = { translation: translation.id, condition: { caption, style }, count: 1, seed: 1 };
    const accepted = await client.start(input, `style-${crypto.randomUUID()}`);
    listener.onStarted(accepted.id);
    try {
      const done = await client.follow(accepted, () => undefined, signal);
      const [image] = done.images;
      if (image !== undefined) listener.onPicture(style, dataUrlOf(await client.readImage(image.path, signal)));
    } finally {
      await client.cancel(accepted.id);
      listener.onEnded();
    }
  }
}

const dataUrlOf = (bytes: Uint8Array): string =>
  `data:image/png;base64,${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`;
