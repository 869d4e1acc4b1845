/** Styles that icons show: from the selection to pictures that the file keeps, and from there to the server. */
import { limits } from "../../../shared/limits.ts";
import { type ShownStyle, shownPictureMaxChars } from "../../../shared/messages/shown-styles.ts";
import type { ApiClient } from "../client/api-client.ts";
import { Failure } from "../client/failure.ts";
import type { Rasterise } from "../pad/rasterise.ts";
import type { SeenIcon } from "../state/state.ts";

/** Sides in px of a picture that is kept, the first that fits an entry; the style expert reads 128. */
const sidesPx = [256, 128] as const;

/**
 * The style of the first icons, under a name that is free.
 * @throws Failure style_icons_missing
 */
export async function styleOfIcons(
  icons: readonly SeenIcon[],
  known: readonly ShownStyle[],
  nameOf: (number: number) => string,
  rasterise: Rasterise,
): Promise<ShownStyle> {
  const pictures: string[] = [];
  for (const icon of icons.slice(0, limits.styleImagesMax)) pictures.push(await pictureText(icon, rasterise));
  if (pictures.length === 0) throw new Failure("style_icons_missing", "");
  let number = known.length + 1;
  while (known.some(({ name }) => name === nameOf(number))) number += 1;
  return { id: crypto.getRandomValues(new Uint32Array(1))[0]!.toString(36), name: nameOf(number), pictures };
}

async function pictureText({ bytes, svg = "" }: SeenIcon, rasterise: Rasterise): Promise<string> {
  for (const sidePx of sidesPx) {
    const text = base64Of(await rasterise(bytes ?? svg, sidePx, "none"));
    if (text.length <= shownPictureMaxChars) return text;
  }
  throw new Failure("image_rejected", `a picture of the style has more than ${shownPictureMaxChars} characters`);
}

/** Uploads the pictures; their digests name the style in requests. */
export async function uploadShown({ pictures }: ShownStyle, client: ApiClient, signal: AbortSignal): Promise<string[]> {
  const uploads = pictures.map((picture) => client.uploadImage(bytesOf(picture), signal));
  return (await Promise.all(uploads)).map(({ digest }) => digest);
}

export const urlOfPicture = (picture: string): string => `data:image/png;base64,${picture}`;

export const base64Of = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

export const bytesOf = (text: string): Uint8Array => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
