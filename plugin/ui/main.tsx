/** Entry of the iframe: joins the controller to the window, to the browser's language and to the views. */
import { render } from "preact";
import { isMainMessage } from "../../shared/messages.ts";
import { App } from "./app.tsx";
import { Controller } from "./controller.ts";
import { chooseLanguage, describeFailure, languages } from "./i18n/texts.ts";

const language = chooseLanguage(navigator.languages);
const texts = languages[language];
document.documentElement.lang = language;

/** What the browser said about the last refused request: fetch itself only says "failed". */
let blocked: "url_not_allowed" | "network_blocked" | undefined;
document.addEventListener("securitypolicyviolation", (event) => {
  if (event.effectiveDirective === "connect-src") blocked = "url_not_allowed";
});
async function watchLocalNetworkPermission(): Promise<void> {
  // Chrome's names for the same permission, newest first; other browsers know neither.
  for (const name of ["loopback-network", "local-network-access"]) {
    try {
      const status = await navigator.permissions.query({ name: name as PermissionName });
      const update = (): void => {
        if (status.state === "denied") blocked = "network_blocked";
        else if (blocked === "network_blocked") blocked = undefined;
      };
      status.addEventListener("change", update);
      update();
      return;
    } catch {
      // Unknown name: try the older one.
    }
  }
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
  wasBlocked: () => {
    const reason = blocked;
    if (blocked === "url_not_allowed") blocked = undefined;
    return reason;
  },
  randomSeed: () => crypto.getRandomValues(new Uint32Array(1))[0]!,
  copyText,
  describe: ({ code }) => describeFailure(texts, code)[0],
});

window.addEventListener("message", (event: MessageEvent<{ pluginMessage?: unknown } | undefined>) => {
  const message = event.data?.pluginMessage;
  if (isMainMessage(message)) controller.receive(message);
});

// Closing the window in the middle of a run takes the job back from the server.
window.addEventListener("pagehide", () => {
  if (controller.state.run !== undefined) controller.cancel();
});

void watchLocalNetworkPermission();
render(<App controller={controller} texts={texts} />, document.getElementById("app")!);
parent.postMessage({ pluginMessage: { type: "ready" } }, "*");
