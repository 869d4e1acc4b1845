/** `tau serve` as a process of its own, with the miniature inference client: for tests of signals and exit codes. */
import { setTimeout as sleep } from "node:timers/promises";
import { serve } from "../../server/cli/commands/serving/serve.ts";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { smallCatalogue } from "./harness.ts";
import { SmallInference } from "./small-inference.ts";
import { testTimings } from "./trainings/training-server.ts";

const inference = new SmallInference();
// Long enough for a signal to arrive while a job runs; a server that has stopped does not wait for it.
inference.gate = sleep(Number(process.env["TAU_TEST_IMAGE_MS"] ?? 0), undefined, { ref: false });
const shutdownGraceMs = Number(process.env["TAU_TEST_GRACE_MS"] ?? limits.shutdownGraceMs);
try {
  // Trainings need real packs.
  const catalogue = process.argv.includes("--packs") ? {} : { catalogue: smallCatalogue };
  process.exitCode = await serve(process.argv.slice(2), {
    inference,
    ...catalogue,
    shutdownGraceMs,
    trainingTimings: testTimings,
  });
} catch (error) {
  console.error(error instanceof AppError ? `${error.code}: ${error.message}` : error);
  process.exitCode = 1;
}
