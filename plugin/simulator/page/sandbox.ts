/**
 * Evaluates the plugin's built main code with `figma` and `__html__`, and with every name of the page's DOM and network
 * shadowed, so that code which would fail in Figma's sandbox fails here too. An inline script, not eval: it works under
 * a content security policy without unsafe-eval.
 */

const hidden = [
  "window", "self", "globalThis", "document", "fetch", "XMLHttpRequest", "WebSocket", "EventSource", "navigator",
  "location", "history", "localStorage", "sessionStorage", "indexedDB", "caches", "parent", "top", "frames", "crypto",
  "URL", "Blob", "TextEncoder", "TextDecoder", "AbortController", "btoa", "atob", "postMessage", "Worker", "alert",
]; // biome-ignore format: a table of names

type MainCode = (figma: PluginAPI, html: string, files: Record<string, string>) => void;
declare global {
  interface Window {
    tauEvaluate?: (main: MainCode) => void;
  }
}

/** Runs the code once, synchronously. @throws what the code throws while it loads */
export function evaluateMain(code: string, figma: PluginAPI, html: string): void {
  let main: MainCode | undefined;
  window.tauEvaluate = (given) => {
    main = given;
  };
  const script = document.createElement("script");
  script.textContent = `tauEvaluate(function(figma,__html__,__uiFiles__,${hidden.join(",")}){${code}\n})`;
  document.head.append(script);
  script.remove();
  delete window.tauEvaluate;
  if (main === undefined) throw new Error("expected the main code to be a script, got a syntax error");
  main(figma, html, {});
}
