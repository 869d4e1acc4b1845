/** Runs `tau` as a user does: a process of its own, in a folder where nothing is found by accident. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { cliProgram } from "../fixtures/processes/programs.ts";

export interface TauResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** `tau` with its data in the folder in which it runs. */
export const tauIn =
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
