/** `tau serve` as a process of its own, with the miniature inference client: for tests of signals and exit codes. */
import { setTimeout as sleep } from "node:timers/promises";
import { serve } from "../../server/cli/serve.ts";
import { AppError } from "../../shared/problem.ts";
import { pack } from "./harness.ts";
import { SmallInference } from "./small-inference.ts";

const inference = new SmallInference();
// Long enough for a signal to arrive while a job runs.
inference.gate = sleep(Number(process.env["TAU_TEST_IMAGE_MS"] ?? 0));
try {
  process.exitCode = await serve(process.argv.slice(2), { inference, catalogue: { packs: () => [pack] } });
} catch (error) {
  console.error(error instanceof AppError ? `${error.code}: ${error.message}` : error);
  process.exitCode = 1;
}
