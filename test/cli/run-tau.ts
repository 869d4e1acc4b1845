/**
 * Runs `tau` in a folder where nothing is found by accident: as a user does, in a process of its own, or many commands in this process,
 * which saves half a second of loading for each. Children that a command starts are real either way; what they print on standard
 * error is seen only of a process.
 */
import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { format } from "node:util";
import { runTau } from "../../server/cli/run-tau.ts";
import { cliProgram } from "../fixtures/processes/programs.ts";

export interface TauResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** What the command that runs has printed: one at a time, because each has the working folder to itself. */
let prints: { out: string; err: string } | undefined;
let isListening = false;
function listen(): void {
  if (isListening) return;
  isListening = true;
  // Every command listens for Ctrl-C once.
  process.setMaxListeners(0);
  // Not `process.stdout`: the test runner reports there how tests end.
  const { log } = console;
  console.log = (...values: unknown[]) => {
    if (prints) prints.out += `${format(...values)}\n`;
    else log(...values);
  };
  const write = process.stderr.write.bind(process.stderr);
  process.stderr.write = ((...given: Parameters<typeof write>) => {
    if (!prints) return write(...given);
    prints.err += String(given[0]);
    return true;
  }) as typeof process.stderr.write;
}

/** `tau` in this process, with its data in the folder in which it runs. */
export const tauIn =
  (folder: string) =>
  async (...args: string[]): Promise<TauResult> => {
    listen();
    process.env["TAU_DATA"] = folder;
    process.chdir(folder);
    assert.equal(prints, undefined, "expected the command before to have ended");
    const own = { out: "", err: "" };
    prints = own;
    try {
      return { code: await runTau(args), ...own };
    } finally {
      prints = undefined;
    }
  };

/** The same in a process of its own. */
export const tauProcessIn =
  (folder: string) =>
  (...args: string[]): Promise<TauResult> =>
    resultOf(spawnTau(folder, args));

/** The same, interrupted by Ctrl-C once it has printed a line of its result. */
export function interruptTau(folder: string, ...args: string[]): Promise<TauResult> {
  const child = spawnTau(folder, args);
  child.stdout.once("data", () => child.kill("SIGINT"));
  return resultOf(child);
}

function spawnTau(folder: string, args: string[]): ChildProcessWithoutNullStreams {
  const env = { ...process.env, TAU_DATA: folder };
  return spawn(process.execPath, [cliProgram, ...args], { cwd: folder, env });
}

function resultOf(child: ChildProcessWithoutNullStreams): Promise<TauResult> {
  let [out, err] = ["", ""];
  child.stdout.on("data", (text) => (out += text));
  child.stderr.on("data", (text) => (err += text));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err })));
}

/** The JSON lines of standard output. */
export const linesOf = <T>({ out }: TauResult): T[] =>
  out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
