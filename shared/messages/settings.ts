/** What the plugin keeps for a user from one start to the next: server, token, window size, and the words of the server as last seen. Read from anything. */
import { isRecord } from "./is-record.ts";

export const defaultPort = 7826;
/** `localhost`, not an address: Figma's manifest refuses IP literals and the UI must call what the manifest lists. */
export const defaultServerUrl = "http://localhost:7826";

/** Keys of `figma.clientStorage`. */
export const storageKeys = {
  settings: "tau.settings",
  vocabulary: "tau.vocabulary",
  session: "tau.session",
  thumbs: "tau.thumbs",
  windowSize: "tau.window",
} as const;

export interface Settings {
  readonly serverUrl: string;
  readonly token: string;
  /** Put results on the canvas as soon as they are there, without a preview first. */
  readonly applyAutomatically: boolean;
}

export const defaultSettings: Settings = { serverUrl: defaultServerUrl, token: "", applyAutomatically: false };

/** Sides of an image on a new artboard that the form offers, in px of the canvas: icons from 20 px. */
export const tileSizesPx = [20, 24, 32, 48, 64, 96, 128, 256, 512] as const;

/** Size of the plugin's window in px: what opens first, and the bounds of what a person may drag it to. */
export const windowSizes = {
  width: { min: 320, usual: 344, max: 960 },
  height: { min: 400, usual: 640, max: 1200 },
} as const;
export interface WindowSize {
  readonly width: number;
  readonly height: number;
}

/** Words of the server as last seen, for the quick actions, which suggest them before any request was made. */
export interface KnownWord {
  readonly id: string;
  readonly label: string;
}
/** What a quick action with styles begins with, of which each has its own. */
export type StyledStart = "caption" | "label" | "names";
export interface Vocabulary {
  /** Choices of all translations that do it, the first one's before. */
  readonly styles: Readonly<Record<StyledStart, readonly KnownWord[]>>;
  readonly labels: readonly KnownWord[];
}

/** Settings as stored by any version of the plugin: what is missing or wrong becomes the default. */
export function readSettings(stored: unknown): Settings {
  const given = isRecord(stored) ? stored : {};
  const text = (key: "serverUrl" | "token"): string =>
    typeof given[key] === "string" ? (given[key] as string) : defaultSettings[key];
  return {
    serverUrl: text("serverUrl"),
    token: text("token"),
    applyAutomatically: given["applyAutomatically"] === true,
  };
}

/** A window size within its bounds, from anything. */
export function readWindowSize(stored: unknown): WindowSize {
  const given = isRecord(stored) ? stored : {};
  const side = (key: "width" | "height"): number => {
    const { min, usual, max } = windowSizes[key];
    const value = given[key];
    return typeof value === "number" && Number.isFinite(value)
      ? Math.round(Math.min(max, Math.max(min, value)))
      : usual;
  };
  return { width: side("width"), height: side("height") };
}
