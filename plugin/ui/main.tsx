/** Entry of the iframe: joins the controller to the window, to the browser's language and to the views. */
import { render } from "preact";
import { isMainMessage } from "../../shared/messages/message-guards.ts";
import { App } from "./app.tsx";
import type { Blocked } from "./client/api-client.ts";
import { Controller } from "./control/controller.ts";
import { chooseLanguage, describeFailure, languages } from "./i18n/texts.ts";
import { rasterise } from "./pad/rasterise.ts";

const language = chooseLanguage(navigator.languages);
const texts = languages[language];
document.documentElement.lang = language;

/** Addresses that the manifest's content policy refused; the browser says so some moments after `fetch` failed. */
const refusedOrigins = new Set<string>();
document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
  // The policy that Figma sends has default-src alone; browsers name either.
  if (effectiveDirective === "connect-src" || effectiveDirective === "default-src")
    refusedOrigins.add(originOf(blockedURI));
});
const originOf = (uri: string): string => (URL.canParse(uri) ? new URL(uri).origin : uri);
/** Longer than browsers take to report a violation. */
const reportMs = 100;

async function whyBlocked(origin: string): Promise<Blocked | undefined> {
  await new Promise((resolve) => setTimeout(resolve, reportMs));
  // Taken out, so that the next failure at this address is judged anew.
  if (refusedOrigins.delete(origin)) return "url_not_allowed";
  // Chrome's names for the same permission, newest first; other browsers know neither.
  for (const name of ["loopback-network", "local-network-access"]) {
    try {
      const { state } = await navigator.permissions.query({ name: name as PermissionName });
      return state === "denied" ? "network_blocked" : undefined;
    } catch {
      // Unknown name: try the older one.
    }
  }
  return undefined;
}

/** Figma's iframe has no clipboard permission; a selected field and the old command work on a user's click. */
function copyText(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "offscreen";
  document.body.append(field);
  const focused = document.activeElement;
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return isCopied;
}

const controller = new Controller({
  post: (message) => parent.postMessage({ pluginMessage: message }, "*"),
  drop: (place, dropMetadata) =>
    parent.postMessage({ pluginDrop: { ...place, items: [], files: [], dropMetadata } }, "*"),
  whyBlocked,
  randomSeed: () => crypto.getRandomValues(new Uint32Array(1))[0]!,
  copyText,
  rasterise,
  describe: ({ code }) => describeFailure(texts, code)[0],
});

window.addEventListener("message", (event: MessageEvent<{ pluginMessage?: unknown } | undefined>) => {
  const message = event.data?.pluginMessage;
  if (isMainMessage(message)) controller.receive(message);
});

// The canvas had the focus meanwhile, where undo takes styles of the file back and away.
window.addEventListener("focus", () => {
  controller.rereadStyles();
});

// A field that is left has handed over by then what was typed.
window.addEventListener("blur", () => {
  controller.leave();
});

// Closing the window in the middle of a run takes the job back from the server.
window.addEventListener("pagehide", () => {
  controller.stop();
});

render(<App controller={controller} texts={texts} />, document.getElementById("app")!);
parent.postMessage({ pluginMessage: { type: "ready" } }, "*");
