/**
 * Pictures of the styles, drawn by the pack itself: one caption in each style, one after another while nothing else is
 * asked for, kept for the next start as long as the pack is the same. They leave no trace in the server's history.
 */
import type { ApiClient } from "../client/api-client.ts";
import type { FoundTranslation } from "../client/failure.ts";

/** Style id to a picture as a data URL. */
export type StylePictures = Readonly<Record<string, string>>;
export interface StyleThumbs {
  /** Of the pack that drew them. */
  readonly packDigest: string;
  readonly pictures: StylePictures;
}

export const noThumbs: StyleThumbs = { packDigest: "", pictures: {} };

/** What every style is shown by: simple, and drawn by emoji and interface icons alike. */
const caption = "house";
/** Pictures that are kept; a data URL of one takes some 15 kB, and Figma keeps 5 MB for a plugin. */
const picturesMax = 64;

/** Thumbnails as stored by any version of the plugin. */
export function readThumbs(stored: unknown): StyleThumbs {
  if (typeof stored !== "object" || stored === null) return noThumbs;
  const { packDigest, pictures } = stored as { packDigest?: unknown; pictures?: unknown };
  if (typeof packDigest !== "string" || typeof pictures !== "object" || pictures === null) return noThumbs;
  const kept = Object.entries(pictures).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string" && entry[1].startsWith("data:image/png;base64,"),
  );
  return { packDigest, pictures: Object.fromEntries(kept.slice(0, picturesMax)) };
}

/**
 * Draws what is missing, in the order of `styles`.
 * @param onPicture called for each picture as it comes
 * @throws Failure of the first that can't be drawn; the signal's reason when aborted
 */
export async function drawThumbs(
  client: ApiClient,
  { translation }: FoundTranslation,
  styles: readonly string[],
  signal: AbortSignal,
  onPicture: (style: string, url: string) => void,
): Promise<void> {
  for (const style of styles.slice(0, picturesMax)) {
    signal.throwIfAborted();
    const input = { translation: translation.id, condition: { caption, style }, count: 1, seed: 1 };
    const accepted = await client.start(input, `style-${crypto.randomUUID()}`);
    try {
      const done = await client.follow(accepted, () => undefined, signal);
      const [image] = done.images;
      if (image !== undefined) onPicture(style, dataUrlOf(await client.readImage(image.path, signal)));
    } finally {
      await client.cancel(accepted.id);
    }
  }
}

const dataUrlOf = (bytes: Uint8Array): string =>
  `data:image/png;base64,${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`;
