/**
 * Forks the process of an inference child. A command forks it before it reads its flags and files, because the program takes as long to
 * load as they do; what it is to load it is told later.
 */
import type { ChildProcess } from "node:child_process";
import { forkChild } from "../platform/processes/spawn.ts";

// Of glibc (mallopt(3)). With a heap for each thread, freed memory leaves holes of some 100 MB in total, and tensors within the heap
// leave as many again: by default their limit rises to 32 MB.
const mib = 2 ** 20;
const least = { MALLOC_ARENA_MAX: "1", MALLOC_MMAP_THRESHOLD_: String(4 * mib) };
/** Of a command, which loads one pack: pages anew for each tensor of a tile would take an eighth of an upscale's time. */
const fastest = { ...least, MALLOC_MMAP_THRESHOLD_: String(16 * mib), MALLOC_TRIM_THRESHOLD_: String(64 * mib) };

const fork = (memory: Readonly<Record<string, string>>): ChildProcess =>
  forkChild("child.js", "inference/child.ts", memory);

let early: ChildProcess | undefined;

/** Forks the process of the next child now, if that was not done. */
export function forkEarly(): ChildProcess {
  if (!early) {
    early = fork(fastest);
    // Who takes it sees that it has ended.
    early.on("error", () => undefined);
  }
  return early;
}

/** The process that was forked early, if it still runs, or a new one. */
export function takeProcess(): ChildProcess {
  const taken = early;
  early = undefined;
  return taken?.connected && taken.exitCode === null && taken.signalCode === null ? taken : fork(least);
}

/** Ends the process that was forked early, if nobody took it. */
export function endEarly(): void {
  early?.kill("SIGKILL");
  early = undefined;
}
