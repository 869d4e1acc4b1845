/** `tau`: the program of the command line. What each command does stands in cli/. */
import { runTau, willDraw } from "./cli/run-tau.ts";
import { endEarly, forkEarly } from "./inference/fork-child.ts";

// A reader that has seen enough (`tau packs list | head -1`) is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
const args = process.argv.slice(2);
if (willDraw(args)) forkEarly();
try {
  process.exitCode = await runTau(args);
} finally {
  endEarly();
}
