/** The pack that captions are drawn by. */
import { translationFor } from "../client/translations.ts";
import type { State } from "../state/state.ts";

export const captionPackId = ({ meta }: State): string =>
  meta?.packs.find(({ translations }) => translations.length > 0)?.id ?? "";

/** The translation of captions, and the pack that it is in. */
export function captionTranslation(meta: NonNullable<State["meta"]>) {
  const found = translationFor(meta, "caption-to-artboard");
  const packDigest = meta.packs.find(({ id }) => id === found.packId)?.digest ?? "";
  return { ...found, packDigest };
}
