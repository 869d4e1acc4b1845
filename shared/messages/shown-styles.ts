/**
 * Styles that icons show, kept in the file: name, pictures, and the messages about them between main and UI. Part of
 * shared/messages/messages.ts, without zod like it. Pictures are base64, because plugin data is text.
 */
import { limits } from "../limits.ts";
import { isRecord } from "./is-record.ts";

/** Styles of one file: each weighs up to `styleImagesMax` pictures. */
export const shownStylesMax = 24;

/** Characters of one picture: an entry of plugin data holds 100 kB. */
export const shownPictureMaxChars = 90_000;

/** Plugin data keys of the document: the list of styles without their pictures, and each picture by itself. */
export const shownStylesKey = "tau.styles";
export const shownPictureKey = (id: string, index: number): string => `tau.style.${id}.${index}`;

export interface ShownStyle {
  /** Of letters and digits. */
  readonly id: string;
  readonly name: string;
  /** PNG files in base64, 1 to `styleImagesMax`. */
  readonly pictures: readonly string[];
}

export type ShownStyleUiMessage =
  /** Answered when the styles are not as they were last sent or received. */
  | { readonly type: "read-shown-styles" }
  /** Adds the style, or takes the place of the one of its id. */
  | { readonly type: "save-shown-style"; readonly style: ShownStyle }
  | { readonly type: "remove-shown-style"; readonly id: string };

export type ShownStyleMainMessage = { readonly type: "shown-styles"; readonly styles: readonly ShownStyle[] };

export function isShownStyle(value: unknown): value is ShownStyle {
  if (!isRecord(value)) return false;
  const { id, name, pictures } = value;
  return (
    typeof id === "string" &&
    /^[a-z0-9]+$/i.test(id) &&
    typeof name === "string" &&
    Array.isArray(pictures) &&
    isPictureCount(pictures.length) &&
    pictures.every(isPicture)
  );
}

export const isPictureCount = (count: unknown): count is number =>
  Number.isInteger(count) && (count as number) >= 1 && (count as number) <= limits.styleImagesMax;

const isPicture = (picture: unknown): boolean =>
  typeof picture === "string" &&
  picture.length <= shownPictureMaxChars &&
  picture.length % 4 === 0 &&
  /^[a-z0-9+/]+={0,2}$/i.test(picture);
