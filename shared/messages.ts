/**
 * The messages between the plugin's two worlds, main (Figma's sandbox) and UI (the iframe), and what the plugin keeps
 * in client storage. Guards instead of zod, because main's bundle must stay small and runs in an interpreter.
 * Images cross one per message as bytes, never as JSON or base64: encoding them inflates memory ten times.
 */
import type { Provenance } from "./contract.ts";
import type { SkippedLayer } from "./layer-messages.ts";
import { limits } from "./limits.ts";
import type { UpscaleMainMessage, UpscaleUiMessage } from "./upscale-messages.ts";

export const defaultPort = 7826;
/** `localhost`, not an address: Figma's manifest refuses IP literals and the UI must call what the manifest lists. */
export const defaultServerUrl = `http://localhost:${defaultPort}`;

/** Commands of the manifest's menu and relaunch buttons. */
export const commands = {
  captions: "caption-to-artboard",
  settings: "settings",
  redraw: "redraw",
  makeAgain: "make-again",
  restyle: "restyle",
  upscale: "upscale",
  /** The button of nodes made before version 0.18; does what `redraw` does. */
  regenerate: "regenerate",
} as const;

/** Plugin data key of a node made by Tau; holds `Provenance` as JSON. */
export const provenanceKey = "tau.provenance";
/** Keys of `figma.clientStorage`. */
export const storageKeys = { settings: "tau.settings", styles: "tau.styles" } as const;

export interface Settings {
  readonly serverUrl: string;
  readonly token: string;
  /** A style id, or the empty text for any style. */
  readonly style: string;
  readonly count: number;
  readonly temperature: number;
  readonly guidance: number;
  /** Put results on the canvas as soon as they are there, without a preview first. */
  readonly applyAutomatically: boolean;
  /** Side of an image on a new artboard, in px of the canvas. */
  readonly tilePx: number;
}

/** Sizes on the canvas that the form offers: icons from 24 px, and up to four times what the default pack draws. */
export const tileSizesPx = [24, 32, 48, 64, 96, 128, 256, 512] as const;

export const defaultSettings: Settings = {
  serverUrl: defaultServerUrl,
  token: "",
  style: "",
  count: limits.countDefault,
  temperature: limits.temperatureDefault,
  guidance: limits.guidanceDefault,
  applyAutomatically: false,
  tilePx: 128,
};

/** Styles of the server as last seen, for the quick action, which suggests them before any request was made. */
export interface KnownStyle {
  readonly id: string;
  readonly label: string;
}

/** A layer in the selection that the UI can use. */
export interface SelectedText {
  readonly id: string;
  readonly text: string;
}
export interface SelectedImage {
  readonly id: string;
  readonly isArtboard: boolean;
  /** Plugin data as stored; the UI parses it with `ProvenanceSchema`. */
  readonly provenance: string;
}
export interface Selection {
  readonly texts: readonly SelectedText[];
  readonly images: readonly SelectedImage[];
  /** All selected layers, also those beyond the ones that were read. */
  readonly layerCount: number;
}

/** Why the UI opened. */
export type Launch =
  | { readonly kind: "open" }
  | { readonly kind: "settings" }
  /** New seeds for the selected layers. */
  | { readonly kind: "redraw" }
  /** The same bytes again for the selected layers. */
  | { readonly kind: "make-again" }
  | { readonly kind: "quick"; readonly caption: string; readonly style: string; readonly count: number };

export interface ArtboardImage {
  /** Key of the `image` message that carried the bytes. */
  readonly key: string;
  readonly provenance: Provenance;
}
export interface Artboard {
  readonly caption: string;
  readonly images: readonly ArtboardImage[];
}
/**
 * New artboards with images of `tilePx` a side, or new images of layers that exist: image i goes to node i, in turn;
 * `scaleMode` is for layers that show no image yet.
 */
export type ApplyTarget =
  | { readonly kind: "artboards"; readonly tilePx: number }
  | { readonly kind: "replace"; readonly nodeIds: readonly string[]; readonly scaleMode: "FILL" | "FIT" };

export type UiMessage =
  | UpscaleUiMessage
  | { readonly type: "ready" }
  | { readonly type: "save-settings"; readonly settings: Settings }
  | { readonly type: "save-styles"; readonly styles: readonly KnownStyle[] }
  | { readonly type: "image"; readonly applyId: number; readonly key: string; readonly bytes: Uint8Array }
  | {
      readonly type: "apply";
      readonly applyId: number;
      readonly artboards: readonly Artboard[];
      readonly target: ApplyTarget;
    }
  | { readonly type: "notify"; readonly text: string; readonly isError: boolean }
  | { readonly type: "close" };

export type MainMessage =
  | UpscaleMainMessage
  | {
      readonly type: "start";
      readonly launch: Launch;
      readonly settings: Settings;
      readonly selection: Selection;
    }
  | { readonly type: "selection"; readonly selection: Selection }
  | {
      readonly type: "applied";
      readonly applyId: number;
      readonly imageCount: number;
      /** Layers whose new image has the bytes of the old one. */
      readonly sameCount: number;
      readonly skipped: readonly SkippedLayer[];
    }
  /** An image was refused, and nothing has changed. */
  | { readonly type: "apply-failed"; readonly applyId: number; readonly detail: string };

const uiTypes: ReadonlySet<string> = new Set<UiMessage["type"]>([
  "ready",
  "save-settings",
  "save-styles",
  "image",
  "apply",
  "read-upscale-sources",
  "apply-upscales",
  "notify",
  "close",
]);
const mainTypes: ReadonlySet<string> = new Set<MainMessage["type"]>([
  "start",
  "selection",
  "applied",
  "apply-failed",
  "upscale-image",
  "upscale-sources",
  "upscales-applied",
]);

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const isMessage = (value: unknown, types: ReadonlySet<string>): boolean =>
  isRecord(value) && typeof value["type"] === "string" && types.has(value["type"]);

/** True for a message that the UI sends; browser extensions post others into the same window. */
export function isUiMessage(value: unknown): value is UiMessage {
  if (!isMessage(value, uiTypes)) return false;
  const message = value as Record<string, unknown>;
  switch (message["type"]) {
    case "image":
      return typeof message["key"] === "string" && message["bytes"] instanceof Uint8Array;
    case "apply":
      return Array.isArray(message["artboards"]) && isRecord(message["target"]);
    case "apply-upscales":
      return Array.isArray(message["upscales"]) && message["upscales"].every(isRecord);
    case "save-settings":
      return isRecord(message["settings"]);
    case "save-styles":
      return Array.isArray(message["styles"]);
    default:
      return true;
  }
}

/** True for a message that main sends. */
export function isMainMessage(value: unknown): value is MainMessage {
  return isMessage(value, mainTypes);
}

/** Settings as stored by any version of the plugin: what is missing or out of range becomes the default. */
export function readSettings(stored: unknown): Settings {
  const given = isRecord(stored) ? stored : {};
  const text = (key: "serverUrl" | "token" | "style"): string =>
    typeof given[key] === "string" ? (given[key] as string) : defaultSettings[key];
  const number = (key: "count" | "temperature" | "guidance", min: number, max: number): number => {
    const value = given[key];
    return typeof value === "number" && value >= min && value <= max ? value : defaultSettings[key];
  };
  return {
    serverUrl: text("serverUrl"),
    token: text("token"),
    style: text("style"),
    count: Math.round(number("count", 1, limits.countMax)),
    temperature: number("temperature", 0, limits.temperatureMax),
    guidance: number("guidance", 0, limits.guidanceMax),
    applyAutomatically: given["applyAutomatically"] === true,
    tilePx: tileSizesPx.find((size) => size === given["tilePx"]) ?? defaultSettings.tilePx,
  };
}
