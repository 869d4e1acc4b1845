/**
 * Main world of the plugin: runs in Figma's sandbox with the scene and without DOM or network.
 * It opens the UI for a command, tells it what is selected, and puts on the canvas what the UI hands over.
 */
import { commands, isUiMessage, type Launch, type MainMessage, type UiMessage } from "../../shared/messages.ts";
import { applySet } from "./apply.ts";
import { applyUpscales, readUpscaleSources } from "./image-fills.ts";
import { handleParameterInput, readParameters } from "./parameters.ts";
import { layersMax, readSelection } from "./selection.ts";
import { loadSettings, saveSettings, saveStyles } from "./storage.ts";

const windowSize = { width: 344, height: 640 };

/** Bytes that arrived for an applied set that is not complete yet, by apply id and key. */
const pending = new Map<number, Map<string, Uint8Array>>();

const send = (message: MainMessage): void => figma.ui.postMessage(message);

function launchOf(event: RunEvent): Launch {
  if (event.command === commands.settings) return { kind: "settings" };
  if (event.command === commands.redraw || event.command === commands.regenerate) return { kind: "redraw" };
  if (event.command === commands.makeAgain) return { kind: "make-again" };
  const quick = "parameters" in event ? readParameters(event.parameters) : undefined;
  return quick ?? { kind: "open" };
}

/** The bytes of a set that is complete now; they are not kept. */
function takeImages(applyId: number): ReadonlyMap<string, Uint8Array> {
  const images = pending.get(applyId);
  pending.delete(applyId);
  return images ?? new Map();
}

async function handle(message: UiMessage, launch: Launch): Promise<void> {
  switch (message.type) {
    case "ready":
      send({ type: "start", launch, settings: await loadSettings(), selection: readSelection() });
      return;
    case "save-settings":
      await saveSettings(message.settings);
      return;
    case "save-styles":
      await saveStyles(message.styles);
      return;
    case "image": {
      const images = pending.get(message.applyId) ?? new Map<string, Uint8Array>();
      images.set(message.key, message.bytes);
      pending.set(message.applyId, images);
      return;
    }
    case "apply": {
      const { applyId, artboards, target } = message;
      const result = await applySet(artboards, target, takeImages(applyId));
      if (result.ok) {
        const { imageCount, sameCount, skipped } = result;
        send({ type: "applied", applyId, imageCount, sameCount, skipped });
      } else send({ type: "apply-failed", applyId, detail: result.detail });
      return;
    }
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
      send({ type: "upscales-applied", applyId, ...(await applyUpscales(upscales, takeImages(applyId))) });
      return;
    }
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

figma.parameters.on("input", (event) => {
  void handleParameterInput(event);
});

figma.on("run", (event) => {
  const launch = launchOf(event);
  figma.showUI(__html__, { ...windowSize, title: "Tau", themeColors: true });
  figma.ui.on("message", (message: unknown) => {
    if (isUiMessage(message)) void handle(message, launch);
  });
  figma.on("selectionchange", () => send({ type: "selection", selection: readSelection() }));
});
