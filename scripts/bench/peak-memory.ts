/** How much memory a process took at most. */
import { readFile } from "node:fs/promises";

/** Peak resident memory of a process, MB (Linux). */
export async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}
