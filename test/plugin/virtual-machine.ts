/**
 * A QuickJS virtual machine, which is what Figma's sandbox is: it evaluates the built main code with the in-memory host
 * inside, and nothing of Node or of a browser. Timers and console are absent, so code that needs them fails.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import { getQuickJS } from "quickjs-emscripten";

const root = path.resolve(import.meta.dirname, "../..");

/** Code inside the machine: the host as globals for the test, `open` starts a run as Figma does. */
const bridge = `
import { SimDocument } from "./plugin/simulator/host/document.ts";
import { createRun } from "./plugin/simulator/host/run.ts";
import { memoryStore } from "./plugin/simulator/host/storage.ts";
globalThis.sim = new SimDocument(memoryStore());
globalThis.sent = []; globalThis.shown = []; globalThis.notes = []; globalThis.closed = 0;
globalThis.prepare = (command, editorType) => {
  globalThis.run = createRun(sim, {
    showUi: (html, options) => shown.push({ html, options }),
    toUi: (message) => sent.push(message),
    notify: (text, isError) => notes.push({ text, isError }),
    closed: () => { closed++; },
  }, command, editorType);
  globalThis.figma = run.figma;
  globalThis.__html__ = "<p>ui</p>";
};
`;

export interface Machine {
  /** Evaluates an expression, runs pending jobs, and copies the (awaited) value out as JSON. */
  evaluate<T = unknown>(expression: string): T;
  /** Loads the plugin afresh for a command and fires `run`, as Figma does. */
  open(command: string, parameters?: unknown, editorType?: string): void;
  /** Loads the plugin without firing `run`, as while parameters are asked. */
  load(command: string, editorType?: string): void;
  fromUi(message: string): void;
  dispose(): void;
}

export async function startMachine(mainFile: string): Promise<Machine> {
  const [main, bundled, quickjs] = await Promise.all([
    readFile(mainFile, "utf8"),
    build({
      stdin: { contents: bridge, resolveDir: root, loader: "ts" },
      bundle: true,
      write: false,
      format: "iife",
      target: "es2022",
    }),
    getQuickJS(),
  ]);
  const context = quickjs.newContext();
  const runCode = (code: string): void => {
    context.unwrapResult(context.evalCode(code)).dispose();
    context.unwrapResult(context.runtime.executePendingJobs());
  };
  runCode(bundled.outputFiles[0]!.text);
  const load = (command: string, editorType = "figma"): void => {
    runCode(`prepare(${JSON.stringify(command)}, ${JSON.stringify(editorType)})`);
    runCode(main);
  };
  return {
    evaluate: <T>(expression: string): T => {
      runCode(
        `globalThis.answer = undefined; (async () => (${expression}))().then((v) => { answer = JSON.stringify({ v }); }, (e) => { answer = JSON.stringify({ error: String(e) }); })`,
      );
      const handle = context.getProp(context.global, "answer");
      const text = context.getString(handle);
      handle.dispose();
      const result = JSON.parse(text) as { v: T; error?: string };
      if (result.error !== undefined) throw new Error(result.error);
      return result.v;
    },
    open: (command, parameters, editorType) => {
      load(command, editorType);
      runCode(
        `run.start(${JSON.stringify(command)}${parameters === undefined ? "" : `, ${JSON.stringify(parameters)}`})`,
      );
    },
    load,
    fromUi: (message) => runCode(`run.fromUi(${message})`),
    dispose: () => context.dispose(),
  };
}
