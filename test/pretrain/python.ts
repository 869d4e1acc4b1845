/** What tests of the pre-training scripts share: where the scripts are, a Python that can run them, and how both kinds are run. */
import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

/** The folder of the pre-training scripts. */
export const pretrain = join(root, "server/pretrain");

/** The first Python that has what the scripts import; else why there is none. */
function findPython(): { python: string } | { reason: string } {
  const candidates = [join(pretrain, ".cache/venv/bin/python"), "python3"];
  for (const python of candidates) {
    if (python.includes("/") && !existsSync(python)) continue;
    const probe = spawnSync(python, ["-c", "import numpy, onnx, onnxruntime, PIL, torch"], { timeout: 60_000 });
    if (probe.status === 0) return { python };
  }
  return {
    reason: `no Python with PyTorch: looked for ${candidates.join(" and ")} (server/pretrain/requirements.txt)`,
  };
}

const found = findPython();

/** A test that needs Python with PyTorch, and is skipped, saying so, where there is none. */
export const itWithPython = (what: string, timeoutMs: number, test: (python: string) => Promise<void>): unknown =>
  "reason" in found ? it(what, { skip: found.reason }) : it(what, { timeout: timeoutMs }, () => test(found.python));

/** Runs a program from the repository's root, as the README says. @throws with what it printed when it fails */
export const runFromRoot = (program: string, args: readonly string[]): Promise<{ stdout: string }> =>
  run(program, args, { cwd: root, maxBuffer: 2 ** 26 });

/** Runs a script in server/pretrain by Python. */
export const runPython = (python: string, script: string, flags: readonly string[]): Promise<{ stdout: string }> =>
  runFromRoot(python, [join(pretrain, script), ...flags]);

/** Runs a TypeScript or JavaScript file, named from the repository's root, by Node. */
export const runNode = (file: string, flags: readonly string[]): Promise<{ stdout: string }> =>
  runFromRoot(process.execPath, ["--import", "tsx", join(root, file), ...flags]);
