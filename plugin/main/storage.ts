/** What the plugin keeps per user in `figma.clientStorage`: settings, session, window size, and the server's words. */
import { isRecord } from "../../shared/messages/is-record.ts";
import {
  type KnownWord,
  readSettings,
  readWindowSize,
  type Settings,
  type StyledStart,
  storageKeys,
  type Vocabulary,
  type WindowSize,
} from "../../shared/messages/settings.ts";

const { clientStorage } = figma;

export async function loadSettings(): Promise<Settings> {
  return readSettings(await clientStorage.getAsync(storageKeys.settings));
}

export async function saveSettings(settings: Settings): Promise<void> {
  await clientStorage.setAsync(storageKeys.settings, readSettings(settings));
}

/** As the UI saved it; it reads what it can of it. */
export const loadSession = (): Promise<unknown> => clientStorage.getAsync(storageKeys.session);

export const saveSession = (session: unknown): Promise<void> => clientStorage.setAsync(storageKeys.session, session);

export const loadThumbs = (): Promise<unknown> => clientStorage.getAsync(storageKeys.thumbs);

export const saveThumbs = (thumbs: unknown): Promise<void> => clientStorage.setAsync(storageKeys.thumbs, thumbs);

export async function loadWindowSize(): Promise<WindowSize> {
  return readWindowSize(await clientStorage.getAsync(storageKeys.windowSize));
}

export const saveWindowSize = (size: WindowSize): Promise<void> => clientStorage.setAsync(storageKeys.windowSize, size);

/** Read once: every keystroke in a quick action's field asks for it. */
let vocabulary: Promise<Vocabulary> | undefined;

export async function saveVocabulary(said: Vocabulary): Promise<void> {
  const words = vocabularyOf(said);
  vocabulary = Promise.resolve(words);
  await clientStorage.setAsync(storageKeys.vocabulary, words);
}

/** Words as last seen, or none before the first connection. */
export function loadVocabulary(): Promise<Vocabulary> {
  vocabulary ??= clientStorage.getAsync(storageKeys.vocabulary).then(vocabularyOf);
  return vocabulary;
}

/** From anything: earlier versions stored one list of styles, the same for all. */
function vocabularyOf(stored: unknown): Vocabulary {
  const { styles, labels } = isRecord(stored) ? stored : {};
  const of = (start: StyledStart): readonly KnownWord[] =>
    wordsOf(isRecord(styles) && !Array.isArray(styles) ? styles[start] : styles);
  return { styles: { caption: of("caption"), label: of("label"), names: of("names") }, labels: wordsOf(labels) };
}

const wordsOf = (stored: unknown): readonly KnownWord[] =>
  Array.isArray(stored)
    ? stored.flatMap((entry) =>
        isRecord(entry) && typeof entry["id"] === "string" && typeof entry["label"] === "string"
          ? [{ id: entry["id"], label: entry["label"] }]
          : [],
      )
    : [];
