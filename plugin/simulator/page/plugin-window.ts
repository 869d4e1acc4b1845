/**
 * The floating window of a running plugin: its UI in a sandboxed iframe of opaque origin, as in Figma, with Figma's CSS
 * variables, draggable by its bar. Messages cross by postMessage and therefore by structured clone.
 */
import { find, make } from "./dom.ts";
import { type Theme, themeCss } from "./theme.ts";

export interface PluginWindow {
  open(html: string, options: ShowUIOptions, theme: Theme): void;
  post(message: unknown): void;
  setTheme(theme: Theme): void;
  resize(width: number, height: number): void;
  close(): void;
  /** Left edge in page pixels while docked over the canvas, to keep results clear of it; undefined when closed. */
  readonly box: DOMRect | undefined;
}

/** The policy that Figma is seen to send: what the manifest lists, and what is inlined. */
const policy = (domains: readonly string[]): string =>
  `<meta http-equiv="Content-Security-Policy" content="default-src data: blob: 'unsafe-inline' ${domains.join(" ")}">`;

/** Runs before the UI's own code and takes theme changes, which Figma pushes in the same way. */
const prelude = (theme: Theme): string =>
  `<style>${themeCss}</style><script>document.documentElement.className="figma-${theme}";` +
  `addEventListener("message",function(e){if(e.data&&e.data.simulatedTheme)document.documentElement.className="figma-"+e.data.simulatedTheme});</script>`;

interface FromPlugin {
  readonly pluginMessage?: unknown;
  readonly pluginDrop?: { readonly clientX: number; readonly clientY: number; readonly dropMetadata?: unknown };
}

/** @param domains addresses that the plugin may call */
export function createPluginWindow(
  domains: readonly string[],
  onMessage: (message: unknown) => void,
  /** At a point of the screen. */
  onDrop: (clientX: number, clientY: number, dropMetadata: unknown) => void,
  onClose: () => void,
): PluginWindow {
  const frame = find("plugin");
  const bar = find("plugin-bar");
  let iframe: HTMLIFrameElement | undefined;
  find("plugin-close").addEventListener("click", onClose);
  window.addEventListener("message", (event: MessageEvent<FromPlugin | undefined>) => {
    if (iframe === undefined || event.source !== iframe.contentWindow) return;
    const drop = event.data?.pluginDrop;
    if (drop !== undefined) {
      const { left, top } = iframe.getBoundingClientRect();
      onDrop(left + drop.clientX, top + drop.clientY, drop.dropMetadata);
    }
    if (event.data?.pluginMessage !== undefined) onMessage(event.data.pluginMessage);
  });
  makeDraggable(frame, bar);
  /** As large as requested, within the page. */
  const size = (width: number, height: number): void => {
    if (iframe === undefined) return;
    iframe.style.width = `${Math.min(width, innerWidth - 16)}px`;
    iframe.style.height = `${Math.min(height, innerHeight - 140)}px`;
  };
  return {
    open: (html, { width = 300, height = 200, title = "Plugin" }, theme) => {
      iframe?.remove();
      find("plugin-title").textContent = title;
      iframe = make("iframe", {
        title,
        sandbox: "allow-scripts",
        allow: "loopback-network; local-network-access; clipboard-write",
        srcdoc: html.replace("<head>", () => `<head>${policy(domains)}${prelude(theme)}`),
      });
      size(width, height);
      frame.append(iframe);
      frame.hidden = false;
      iframe.addEventListener("load", () => iframe?.focus());
    },
    post: (message) => iframe?.contentWindow?.postMessage({ pluginMessage: message, pluginId: "tau" }, "*"),
    resize: size,
    setTheme: (theme) => iframe?.contentWindow?.postMessage({ simulatedTheme: theme }, "*"),
    close: () => {
      iframe?.remove();
      iframe = undefined;
      frame.hidden = true;
    },
    get box() {
      return frame.hidden ? undefined : frame.getBoundingClientRect();
    },
  };
}

function makeDraggable(frame: HTMLElement, bar: HTMLElement): void {
  bar.addEventListener("pointerdown", (down) => {
    if ((down.target as HTMLElement).closest("button") !== null) return;
    const start = frame.getBoundingClientRect();
    bar.setPointerCapture(down.pointerId);
    const move = (event: PointerEvent): void => {
      const left = Math.min(Math.max(0, start.left + event.clientX - down.clientX), innerWidth - 80);
      const top = Math.min(Math.max(48, start.top + event.clientY - down.clientY), innerHeight - 40);
      frame.style.inset = `${top}px auto auto ${left}px`;
    };
    bar.addEventListener("pointermove", move);
    bar.addEventListener("pointerup", () => bar.removeEventListener("pointermove", move), { once: true });
  });
}
