/** What the plugin keeps per user in `figma.clientStorage`: settings, session, window size, and the server's words. */
import {
  type KnownWord,
  readSettings,
  readWindowSize,
  type Settings,
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

export async function saveVocabulary({ styles, labels }: Vocabulary): Promise<void> {
  const plain = (words: readonly KnownWord[]): KnownWord[] => words.map(({ id, label }) => ({ id, label }));
  await clientStorage.setAsync(storageKeys.vocabulary, { styles: plain(styles), labels: plain(labels) });
}

/** Words as last seen, or none before the first connection. */
export async function loadVocabulary(): Promise<Vocabulary> {
  const stored = (await clientStorage.getAsync(storageKeys.vocabulary)) as Partial<Vocabulary> | undefined;
  return { styles: wordsOf(stored?.styles), labels: wordsOf(stored?.labels) };
}

const wordsOf = (stored: unknown): readonly KnownWord[] =>
  Array.isArray(stored)
    ? stored.filter(
        (entry): entry is KnownWord =>
          typeof entry === "object" &&
          entry !== null &&
          typeof entry.id === "string" &&
          typeof entry.label === "string",
      )
    : [];
