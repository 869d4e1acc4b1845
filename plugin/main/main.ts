/**
 * Main world of the plugin: runs in Figma's sandbox with the scene and without DOM or network.
 * It opens the UI for a command, sends it what is selected, and puts on the canvas what the UI hands over.
 */

import { isUiMessage } from "../../shared/messages/message-guards.ts";
import { type Launch, layersMax, type MainMessage, type UiMessage } from "../../shared/messages/messages.ts";
import { readWindowSize } from "../../shared/messages/settings.ts";
import { isCommandId, isRedraw, makeAgainCommand } from "../../shared/relaunch.ts";
import { takeUnapplied, watchApplied } from "./applied.ts";
import { applySet } from "./apply.ts";
import { readColours, recolour } from "./layers/colours.ts";
import { applyUpscales, readUpscaleSources } from "./layers/image-fills.ts";
import { detailOf } from "./layers/layers.ts";
import { handleParameterInput, readParameters } from "./parameters.ts";
import { makeComponents } from "./place/components.ts";
import { dropImage, readDropped } from "./place/drop-image.ts";
import { readCollections, readLibraries } from "./read/colour-collections.ts";
import { readIcons } from "./read/read-icons.ts";
import { readDrawing, readLayers } from "./read/read-scene.ts";
import { readSelection } from "./read/selection.ts";
import { removeShownStyle, saveShownStyle, takeChangedStyles } from "./read/shown-styles.ts";
import {
  loadSession,
  loadSettings,
  loadThumbs,
  loadWindowSize,
  saveSession,
  saveSettings,
  saveThumbs,
  saveVocabulary,
  saveWindowSize,
} from "./storage.ts";

/** Bytes that arrived for an applied set that is not complete yet, by apply id and key. */
const pending = new Map<number, Map<string, Uint8Array>>();

const send = (message: MainMessage): void => figma.ui.postMessage(message);

function launchOf(event: RunEvent): Launch {
  const { command } = event;
  if (isRedraw(command)) return { kind: "redraw" };
  if (command === makeAgainCommand) return { kind: "make-again" };
  const quick = "parameters" in event ? readParameters(command, event.parameters) : undefined;
  return quick ?? { kind: "command", command: isCommandId(command) ? command : "caption-to-artboard" };
}

/** The bytes of a set that is complete now; they are not kept. */
function takeImages(applyId: number): ReadonlyMap<string, Uint8Array> {
  const images = pending.get(applyId);
  pending.delete(applyId);
  return images ?? new Map();
}

async function handle(message: UiMessage, launch: Launch): Promise<void> {
  switch (message.type) {
    case "ready": {
      const [settings, session, thumbs] = await Promise.all([loadSettings(), loadSession(), loadThumbs()]);
      const editor = figma.editorType === "figjam" || figma.editorType === "slides" ? figma.editorType : "figma";
      send({ type: "start", launch, settings, session, thumbs, selection: readSelection(), editor });
      return;
    }
    case "save-settings":
      await saveSettings(message.settings);
      return;
    case "save-vocabulary":
      await saveVocabulary(message.vocabulary);
      return;
    case "save-session":
      await saveSession(message.session);
      return;
    case "save-thumbs":
      await saveThumbs(message.thumbs);
      return;
    case "resize": {
      const size = readWindowSize(message.size);
      figma.ui.resize(size.width, size.height);
      await saveWindowSize(size);
      return;
    }
    case "image": {
      const images = pending.get(message.applyId) ?? new Map<string, Uint8Array>();
      images.set(message.key, message.bytes);
      pending.set(message.applyId, images);
      return;
    }
    case "apply": {
      const { applyId, artboards, target, bindings } = message;
      const result = await applySet(artboards, target, takeImages(applyId), bindings);
      if (!result.ok) {
        send({ type: "apply-failed", applyId, detail: result.detail });
        return;
      }
      const { imageCount, sameCount, skipped, nodes, placed } = result;
      watchApplied(applyId, nodes);
      send({ type: "applied", applyId, imageCount, sameCount, skipped, placed });
      return;
    }
    case "read-layers":
      send({ type: "layers", readId: message.readId, ...(await readLayers(figma.currentPage.selection)) });
      return;
    case "read-drawing":
      send({ type: "drawing", readId: message.readId, ...(await readDrawing(figma.currentPage.selection)) });
      return;
    case "read-upscale-sources": {
      const { readId } = message;
      const { selection } = figma.currentPage;
      const found = await readUpscaleSources(selection.slice(0, layersMax), (hash, bytes) =>
        send({ type: "upscale-image", readId, hash, bytes }),
      );
      const unreadLayerCount = Math.max(0, selection.length - layersMax);
      send({ type: "upscale-sources", readId, ...found, unreadLayerCount });
      return;
    }
    case "apply-upscales": {
      const { applyId, upscales } = message;
      const { nodes, appliedCount, refused } = await applyUpscales(upscales, takeImages(applyId));
      watchApplied(applyId, nodes);
      send({ type: "upscales-applied", applyId, appliedCount, refused });
      return;
    }
    case "read-icons": {
      const { readId } = message;
      const found = await readIcons(figma.currentPage.selection, (hash, bytes) =>
        send({ type: "icon-image", readId, hash, bytes }),
      );
      send({ type: "icons", readId, ...found });
      return;
    }
    case "read-colours":
      send({ type: "colours", readId: message.readId, ...(await readColours(figma.currentPage.selection)) });
      return;
    case "read-palettes":
      send({ type: "palettes", collections: await readCollections() });
      return;
    case "read-libraries":
      try {
        send({ type: "libraries", collections: await readLibraries(message.wanted) });
      } catch (error) {
        send({ type: "libraries", collections: [], fault: detailOf(error) });
      }
      return;
    case "recolour": {
      const { applyId, changes, record } = message;
      const { count, layers, skipped } = await recolour(figma.currentPage.selection, changes, record);
      if (count > 0) figma.commitUndo();
      watchApplied(applyId, layers);
      send({ type: "applied", applyId, imageCount: count, sameCount: 0, skipped });
      return;
    }
    case "make-components": {
      const { applyId, sets } = message;
      const made: SceneNode[] = [];
      try {
        watchApplied(applyId, await makeComponents(sets, made));
      } catch (error) {
        for (const node of made) if (!node.removed) node.remove();
        throw error;
      } finally {
        figma.commitUndo();
      }
      send({ type: "applied", applyId, imageCount: sets.length, sameCount: 0, skipped: [] });
      return;
    }
    case "read-shown-styles":
      sendStyles(true);
      return;
    case "save-shown-style":
      saveShownStyle(message.style);
      figma.commitUndo();
      return;
    case "remove-shown-style":
      removeShownStyle(message.id);
      figma.commitUndo();
      return;
    case "undo":
      figma.triggerUndo();
      return;
    case "open-external":
      figma.openExternal(message.url);
      return;
    case "notify":
      figma.notify(message.text, { error: message.isError });
      return;
    case "close":
      figma.closePlugin();
      return;
    default:
      message satisfies never;
  }
}

/** Says what failed to the window, which would wait for an answer for ever. */
function report(message: UiMessage, error: unknown): void {
  const detail = detailOf(error);
  if ("applyId" in message) {
    pending.delete(message.applyId);
    send({ type: "apply-failed", applyId: message.applyId, detail });
  } else send({ type: "fault", detail: `${message.type}: ${detail}` });
}

/** Sends the UI the file's styles, when they are not as it knows them. No event says that undo changed the document's plugin data. */
function sendStyles(isRequested: boolean): void {
  const styles = takeChangedStyles(isRequested);
  if (styles !== undefined) send({ type: "shown-styles", styles });
}

/** Listens for changes on every page that was shown: what was applied may be taken back from another one. */
function watchPages(): void {
  const watched = new Set<string>();
  const watch = (): void => {
    const page = figma.currentPage;
    if (watched.has(page.id)) return;
    watched.add(page.id);
    page.on("nodechange", () => {
      sendStyles(false);
      void takeUnapplied().then((applyId) => {
        if (applyId !== undefined) send({ type: "unapplied", applyId });
      });
    });
  };
  watch();
  figma.on("currentpagechange", watch);
}

figma.parameters.on("input", (event) => {
  void handleParameterInput(event);
});

async function open(launch: Launch): Promise<void> {
  figma.showUI(__html__, { ...(await loadWindowSize()), title: "Tau", themeColors: true });
  figma.ui.on("message", (message: unknown) => {
    if (isUiMessage(message)) handle(message, launch).catch((error: unknown) => report(message, error));
  });
  figma.on("drop", (event) => {
    const dropped = readDropped(event);
    // What else is dropped is the editor's.
    if (dropped === undefined) return true;
    dropImage(dropped, takeImages(dropped.applyId).get(dropped.key), event).catch((error: unknown) =>
      send({ type: "fault", detail: `drop: ${detailOf(error)}` }),
    );
    return false;
  });
  figma.on("selectionchange", () => {
    send({ type: "selection", selection: readSelection() });
    sendStyles(false);
  });
  watchPages();
}

figma.on("run", (event) => void open(launchOf(event)));
