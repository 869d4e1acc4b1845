/** Whether something is a message of the other world. Guards instead of zod, because main's bundle must stay small and runs in an interpreter. */
import { isRecord } from "./is-record.ts";
import type { DroppedImage, MainMessage, UiMessage } from "./messages.ts";
import { isShownStyle } from "./shown-styles.ts";

const uiTypes: ReadonlySet<string> = new Set<UiMessage["type"]>([
  "ready",
  "save-settings",
  "save-vocabulary",
  "save-session",
  "save-thumbs",
  "resize",
  "read-layers",
  "read-drawing",
  "image",
  "apply",
  "read-upscale-sources",
  "apply-upscales",
  "read-icons",
  "read-colours",
  "read-palettes",
  "read-libraries",
  "recolour",
  "make-components",
  "read-shown-styles",
  "save-shown-style",
  "remove-shown-style",
  "undo",
  "open-external",
  "notify",
  "close",
]);
const mainTypes: ReadonlySet<string> = new Set<MainMessage["type"]>([
  "start",
  "selection",
  "layers",
  "drawing",
  "unapplied",
  "applied",
  "apply-failed",
  "fault",
  "upscale-image",
  "upscale-sources",
  "upscales-applied",
  "icon-image",
  "icons",
  "colours",
  "palettes",
  "libraries",
  "shown-styles",
]);

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
    case "recolour":
      return Array.isArray(message["changes"]) && isRecord(message["record"]);
    case "make-components":
      return Array.isArray(message["sets"]);
    case "read-libraries":
      return message["wanted"] === undefined || typeof message["wanted"] === "string";
    case "save-shown-style":
      return isShownStyle(message["style"]);
    case "remove-shown-style":
      return typeof message["id"] === "string";
    case "open-external":
      return typeof message["url"] === "string" && /^https?:\/\/[^\s]+$/.test(message["url"]);
    case "save-settings":
      return isRecord(message["settings"]);
    case "save-vocabulary":
      return isRecord(message["vocabulary"]);
    case "resize":
      return isRecord(message["size"]);
    default:
      return true;
  }
}

/** True for what `DroppedImage` describes; anything may be dropped on a canvas. */
export function isDroppedImage(value: unknown): value is DroppedImage {
  return (
    isRecord(value) &&
    ["applyId", "tilePx"].every((key) => typeof value[key] === "number") &&
    ["key", "name"].every((key) => typeof value[key] === "string") &&
    ["provenance", "vector"].every((key) => value[key] === undefined || isRecord(value[key]))
  );
}

/** True for a message that main sends. */
export function isMainMessage(value: unknown): value is MainMessage {
  return isMessage(value, mainTypes);
}
