/**
 * A QuickJS virtual machine, which is what Figma's sandbox is: it evaluates the built main code with the in-memory host
 * inside, timers as Figma's sandbox has them, and nothing of Node or of a browser.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import { getQuickJS, newQuickJSWASMModule } from "quickjs-emscripten";

const root = path.resolve(import.meta.dirname, "../../..");

/** Code inside the machine: the host as globals for the test, `open` starts a run as Figma does. */
const bridge = `
import { SimDocument } from "./plugin/simulator/host/document.ts";
import { createRun } from "./plugin/simulator/host/run.ts";
import { memoryStore } from "./plugin/simulator/host/storage.ts";
globalThis.sim = new SimDocument(memoryStore());
globalThis.timers = [];
globalThis.setTimeout = (callback) => timers.push(callback);
globalThis.sent = []; globalThis.shown = []; globalThis.notes = []; globalThis.opened = []; globalThis.closed = 0;
globalThis.prepare = (command, editorType) => {
  globalThis.run = createRun(sim, {
    showUi: (html, options) => shown.push({ html, options }),
    toUi: (message) => sent.push(message),
    notify: (text, isError) => notes.push({ text, isError }),
    openExternal: (url) => opened.push(url),
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
  /**
   * Slices of the work since the machine started: what ran between two turns of the editor, in ms of processor time, so that
   * other programs don't count.
   */
  readonly slicesMs: number[];
  /** The same slices by the clock, which other programs make longer. */
  readonly slicesWallMs: number[];
  dispose(): void;
}

let bridged: ReturnType<typeof buildBridge> | undefined;
/** The same for all machines of a process. */
const bundleBridge = () => (bridged ??= buildBridge());
const buildBridge = () =>
  build({
    stdin: { contents: bridge, resolveDir: root, loader: "ts" },
    bundle: true,
    write: false,
    format: "iife",
    target: "es2022",
  });

/** @param isLarge its memory goes with its own module: freeing ten thousand nodes trips an assertion of QuickJS */
export async function startMachine(mainFile: string, isLarge = false): Promise<Machine> {
  const [main, bundled, quickjs] = await Promise.all([
    readFile(mainFile, "utf8"),
    bundleBridge(),
    isLarge ? newQuickJSWASMModule() : getQuickJS(),
  ]);
  const context = quickjs.newContext();
  const [slicesMs, slicesWallMs]: [number[], number[]] = [[], []];
  const runSlice = (code: string): void => {
    const [started, startedMs] = [process.cpuUsage(), performance.now()];
    context.unwrapResult(context.evalCode(code)).dispose();
    context.unwrapResult(context.runtime.executePendingJobs());
    const { user, system } = process.cpuUsage(started);
    slicesMs.push((user + system) / 1000);
    slicesWallMs.push(performance.now() - startedMs);
  };
  const timersLeft = (): number => {
    const handle = context.unwrapResult(context.evalCode("timers.length"));
    const count = context.getNumber(handle);
    handle.dispose();
    return count;
  };
  /** Runs code and then, each as its own slice, the timers that it set. */
  const runCode = (code: string): void => {
    runSlice(code);
    while (timersLeft() > 0) runSlice("timers.shift()()");
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
    slicesMs,
    slicesWallMs,
    dispose: () => {
      if (!isLarge) context.dispose();
    },
  };
}
