/** Styles that icons show, in the plugin data of the document: a list, and an entry for each picture, which may fill one. */
import { isRecord } from "../../../shared/messages/is-record.ts";
import {
  isPictureCount,
  isShownStyle,
  type ShownStyle,
  shownPictureKey,
  shownStylesKey,
  shownStylesMax,
} from "../../../shared/messages/shown-styles.ts";

interface Listed {
  readonly id: string;
  readonly name: string;
  readonly count: number;
}

function loadShownStyles(): ShownStyle[] {
  return readList().flatMap(({ id, name, count }) => {
    const pictures = Array.from({ length: count }, (_, at) => figma.root.getPluginData(shownPictureKey(id, at)));
    const style = { id, name, pictures: pictures.filter((picture) => picture !== "") };
    // Another person's plugin may have written half of it.
    return isShownStyle(style) ? [style] : [];
  });
}

/** The list as the UI knows it; undefined before it asked. */
let sent: string | undefined;

/** The styles when the list is not what the UI knows: at the start, after undo and redo, and after another person's changes. */
export function takeChangedStyles(isRequested: boolean): ShownStyle[] | undefined {
  const list = figma.root.getPluginData(shownStylesKey);
  if (list === sent || (sent === undefined && !isRequested)) return undefined;
  sent = list;
  return loadShownStyles();
}

/** @throws Error beyond `shownStylesMax` styles, or when the editor refuses a picture */
export function saveShownStyle({ id, name, pictures }: ShownStyle): void {
  // The UI has it already; when saving fails, it must hear that the file has not.
  sent = undefined;
  const others = readList().filter((style) => style.id !== id);
  if (others.length >= shownStylesMax) throw new Error(`expected at most ${shownStylesMax} styles in a file`);
  const known = readList().find((style) => style.id === id);
  for (const [at, picture] of pictures.entries()) figma.root.setPluginData(shownPictureKey(id, at), picture);
  for (let at = pictures.length; at < (known?.count ?? 0); at += 1)
    figma.root.setPluginData(shownPictureKey(id, at), "");
  const listed = { id, name, count: pictures.length };
  const list =
    known === undefined ? [...others, listed] : readList().map((style) => (style.id === id ? listed : style));
  writeList(list);
}

export function removeShownStyle(id: string): void {
  const list = readList();
  for (let at = 0; at < (list.find((style) => style.id === id)?.count ?? 0); at += 1)
    figma.root.setPluginData(shownPictureKey(id, at), "");
  writeList(list.filter((style) => style.id !== id));
}

function writeList(list: readonly Listed[]): void {
  sent = JSON.stringify(list);
  figma.root.setPluginData(shownStylesKey, sent);
}

function readList(): Listed[] {
  try {
    const stored: unknown = JSON.parse(figma.root.getPluginData(shownStylesKey) || "[]");
    const isListed = (entry: unknown): entry is Listed =>
      isRecord(entry) &&
      typeof entry["id"] === "string" &&
      typeof entry["name"] === "string" &&
      isPictureCount(entry["count"]);
    return Array.isArray(stored) ? stored.filter(isListed).slice(0, shownStylesMax) : [];
  } catch {
    // Another version wrote something else there.
    return [];
  }
}
