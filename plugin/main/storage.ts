/** What the plugin keeps per user in `figma.clientStorage`: settings, and the styles the server last named. */
import { type KnownStyle, readSettings, type Settings, storageKeys } from "../../shared/messages.ts";

export async function loadSettings(): Promise<Settings> {
  return readSettings(await figma.clientStorage.getAsync(storageKeys.settings));
}

export async function saveSettings(settings: Settings): Promise<void> {
  await figma.clientStorage.setAsync(storageKeys.settings, readSettings(settings));
}

export async function saveStyles(styles: readonly KnownStyle[]): Promise<void> {
  await figma.clientStorage.setAsync(
    storageKeys.styles,
    styles.map(({ id, label }) => ({ id, label })),
  );
}

/** Styles as last seen, or none before the first connection. */
export async function loadStyles(): Promise<readonly KnownStyle[]> {
  const stored: unknown = await figma.clientStorage.getAsync(storageKeys.styles);
  if (!Array.isArray(stored)) return [];
  return stored.filter(
    (entry): entry is KnownStyle =>
      typeof entry === "object" && entry !== null && typeof entry.id === "string" && typeof entry.label === "string",
  );
}
