/** Processor time of a process and of all that it started, from Linux's /proc. */
import { readFileSync } from "node:fs";

/** Of a tick, in milliseconds: Linux reports a hundred a second to programs, whatever the kernel's own clock is. */
const tickMs = 10;

/** User and system time so far, in milliseconds; 0 for a process that has ended or where there is no /proc. */
export function processorMs(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) * tickMs;
  } catch {
    return 0;
  }
}

/** Process ids of the children that a process has now. */
export function childrenOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    return children === "" ? [] : children.split(" ").map(Number);
  } catch {
    return [];
  }
}

/** Time of all processors since the machine started, in milliseconds: what was busy, and all; zeros where there is no /proc. */
export function allProcessorsMs(): { readonly busy: number; readonly all: number } {
  try {
    const [, user, nice, system, idle, waiting, ...rest] = readFileSync("/proc/stat", "utf8")
      .split("\n")[0]!
      .split(/\s+/);
    const busy = [user, nice, system, ...rest.slice(0, 2)].reduce((sum, ticks) => sum + Number(ticks), 0);
    return { busy: busy * tickMs, all: (busy + Number(idle) + Number(waiting)) * tickMs };
  } catch {
    return { busy: 0, all: 0 };
  }
}
