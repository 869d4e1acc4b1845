/** `tau`: the program of the command line. What each command does stands in cli/. */
import { runTau } from "./cli/run-tau.ts";

// A reader that has seen enough (`tau packs list | head -1`) is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
process.exitCode = await runTau(process.argv.slice(2));
