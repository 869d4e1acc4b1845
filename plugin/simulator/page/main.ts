/**
 * The playground: one self-contained page that hosts the built plugin, unchanged, on the in-memory host. Opens with the
 * plugin running; the token comes in the URL's fragment, which no server sees, and is taken out of the address.
 */
import { defaultSettings, readSettings, storageKeys } from "../../../shared/messages/settings.ts";
import { SimDocument } from "../host/document.ts";
import { createRun, type EditorType, type Run } from "../host/run.ts";
import { createCanvas } from "./canvas.ts";
import { find, icon, make } from "./dom.ts";
import { createGestures } from "./gestures.ts";
import { askParameters, createMenu, type MenuCommand, type MenuEntry } from "./menu.ts";
import { drawInspector, drawLayers } from "./panels.ts";
import { createPluginWindow } from "./plugin-window.ts";
import { evaluateMain } from "./sandbox.ts";
import { keepCanvas } from "./saved-canvas.ts";
import { applyTheme, readTheme, type Theme, themeCss } from "./theme.ts";
import { type Tool, takeDrops, toolTable } from "./tools.ts";

interface BuiltPlugin {
  readonly main: string;
  readonly ui: string;
  readonly manifest: {
    readonly menu: readonly MenuEntry[];
    readonly networkAccess: { readonly allowedDomains: readonly string[] };
    readonly relaunchButtons: readonly { readonly command: string; readonly name: string }[];
  };
}
const built = JSON.parse(find("built-plugin").textContent ?? "") as BuiltPlugin;
const storageKey = "tau.playground.clientStorage";

const sim = new SimDocument({
  read: () => localStorage.getItem(storageKey),
  write: (text) => localStorage.setItem(storageKey, text),
});
let run: Run | undefined;
let theme: Theme = readTheme();

/** Which of Figma's editors is simulated: `?editor=figma`, `figjam` or `slides`. */
const wantedEditor = new URLSearchParams(location.search).get("editor");
const editor: EditorType = wantedEditor === "figjam" || wantedEditor === "slides" ? wantedEditor : "figma";

const pluginWindow = createPluginWindow(
  // The playground's own server may have another port than the plugin was built for.
  [...new Set([location.origin, ...built.manifest.networkAccess.allowedDomains])],
  (message) => run?.fromUi(message),
  (clientX, clientY, dropMetadata) => run?.drop(canvas.toPage(clientX, clientY), dropMetadata),
  () => run?.close(),
);
const canvas = createCanvas(sim, () => pluginWindow.box);

/** Settings for this server, kept from the last visit but for the token in the fragment. */
async function prepareSettings(): Promise<void> {
  const stored: unknown = await sim.clientStorage.getAsync(storageKeys.settings);
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get("token");
  const settings = stored === undefined ? { ...defaultSettings, applyAutomatically: true } : readSettings(stored);
  await sim.clientStorage.setAsync(storageKeys.settings, {
    ...settings,
    serverUrl: location.origin,
    token: token ?? settings.token,
  });
  if (token !== null) history.replaceState(null, "", location.pathname + location.search);
}

let toastTimer = 0;
function toast(text: string, isError: boolean): void {
  const element = find("toast");
  element.textContent = text;
  element.classList.toggle("error", isError);
  element.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = window.setTimeout(() => {
    element.hidden = true;
  }, 3000);
}

/** Figma runs one plugin at a time: a new run ends the old one. */
function load(command: string): Run {
  run?.close();
  const fresh = createRun(
    sim,
    {
      showUi: (html, options) => {
        pluginWindow.open(html, options, theme);
        canvas.draw();
      },
      resizeUi: (width, height) => pluginWindow.resize(width, height),
      toUi: (message) => pluginWindow.post(message),
      notify: toast,
      openExternal: (url) => void window.open(url, "_blank", "noopener"),
      closed: () => {
        pluginWindow.close();
        run = undefined;
        sim.changed();
      },
    },
    command,
    editor,
  );
  run = fresh;
  evaluateMain(built.main, fresh.figma, built.ui);
  return fresh;
}
const start = (command: string): void => load(command).start(command);

async function startQuick(command: MenuCommand): Promise<void> {
  const fresh = load(command.command);
  const parameters = await askParameters(command, fresh.suggest);
  if (parameters === undefined) fresh.close();
  else fresh.start(command.command, parameters);
}

function addTool(parent: HTMLElement, label: string, path: string, act: () => void): HTMLButtonElement {
  const button = make("button", { type: "button", "aria-label": label, title: label, click: act }, icon(path));
  parent.append(button);
  return button;
}

const editorTools = toolTable.filter(({ editors }) => editors.includes(editor));
const toolButtons = new Map<Tool, HTMLElement>();
const gestures = createGestures(sim, canvas, editorTools, (tool) => {
  for (const [name, button] of toolButtons) button.setAttribute("aria-pressed", String(name === tool));
});
for (const { id, label, key, icon: path } of editorTools)
  toolButtons.set(
    id,
    addTool(find("tools"), `${label} (${key.toUpperCase()})`, path, () => gestures.setTool(id)),
  );
gestures.setTool("move");
takeDrops(sim, canvas, (text) => toast(text, true));

const viewTools = find("view-tools");
const undo = addTool(viewTools, "Undo (Ctrl+Z)", "M6 3.5 3 6.5l3 3M3.5 6.5H10a3 3 0 0 1 0 6H7", () => void sim.undo());
const redo = addTool(
  viewTools,
  "Redo (Ctrl+Shift+Z)",
  "m10 3.5 3 3-3 3M12.5 6.5H6a3 3 0 0 0 0 6h3",
  () => void sim.redo(),
);
const zoomBy = (factor: number) => (): void => {
  sim.viewport = { ...sim.viewport, zoom: Math.min(8, Math.max(0.05, sim.viewport.zoom * factor)) };
  sim.changed();
};
addTool(viewTools, "Zoom out", "M4 8h8", zoomBy(1 / 1.25));
const zoomLabel = make("button", {
  type: "button",
  class: "zoom",
  title: "Zoom to fit",
  click: () => sim.zoomTo(sim.tree.get(sim.tree.pageId).children),
});
viewTools.append(zoomLabel);
addTool(viewTools, "Zoom in", "M4 8h8M8 4v8", zoomBy(1.25));
addTool(viewTools, "Light or dark theme", "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11", () => {
  theme = theme === "light" ? "dark" : "light";
  applyTheme(theme);
  pluginWindow.setTheme(theme);
});

function draw(): void {
  canvas.draw();
  drawLayers(sim);
  drawInspector(sim, built.manifest.relaunchButtons, start);
  undo.disabled = !sim.tree.canUndo;
  redo.disabled = !sim.tree.canRedo;
  zoomLabel.textContent = `${Math.round(sim.viewport.zoom * 100)}%`;
  zoomLabel.setAttribute("aria-label", `Zoom to fit, now ${zoomLabel.textContent}`);
}

document.head.append(make("style", {}, themeCss));
applyTheme(theme);
createMenu(built.manifest.menu, start, (command) => void startQuick(command));
sim.onChange(draw);
window.addEventListener("resize", draw);
async function begin(): Promise<void> {
  await prepareSettings();
  const isKept = await keepCanvas(sim, editor).catch(() => {
    toast("This browser keeps no canvas: what you draw ends with the page", true);
    return false;
  });
  if (editor === "slides") {
    const slides = sim.tree.childrenOf(sim.tree.pageId).filter(({ type }) => type === "SLIDE");
    sim.focusedSlide = slides[0]?.id ?? sim.addSlide();
    if (!isKept) sim.zoomTo([sim.focusedSlide]);
  }
  start("caption-to-artboard");
  draw();
}
void begin();
