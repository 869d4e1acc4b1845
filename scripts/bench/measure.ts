/** Medians, percentiles and the description of the machine that every number of the benchmarks is reported with. */
import { execSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";

export const median = (values: readonly number[]): number => percentile(values, 50);

export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((percent / 100) * sorted.length))] ?? Number.NaN;
}

/** Processor, instruction sets, cores, Node and commit, without which a number is meaningless. */
export function machine(): string {
  const commit = execSync("git rev-parse --short HEAD", { encoding: "utf8" }).trim();
  const isDirty = execSync("git status --porcelain", { encoding: "utf8" }).trim() !== "";
  return `${cpus()[0]?.model.trim()} (${instructionSets()}), ${cpus().length} cores, Node ${process.version}, commit ${commit}${isDirty ? " with changes" : ""}`;
}

/**
 * Instruction sets that decide the speed of 8-bit networks, if the system names them: processors of one name differ in them, and by
 * a factor of two in speed.
 */
function instructionSets(): string {
  const path = "/proc/cpuinfo";
  const flags = existsSync(path) ? (/^flags\s*:(.*)$/m.exec(readFileSync(path, "utf8"))?.[1] ?? "") : "";
  const found = ["avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8"].filter((flag) =>
    flags.split(" ").includes(flag),
  );
  return found.join(", ") || "instruction sets unknown";
}
