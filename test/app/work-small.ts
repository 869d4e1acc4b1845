/** `tau worker` as a process of its own, with the miniature inference client: for tests that kill it. A lost one is found in seconds. */
import { setTimeout as sleep } from "node:timers/promises";
import { work } from "../../server/cli/commands/serving/worker.ts";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { smallCatalogue } from "../http/harness.ts";
import { SmallInference } from "../http/small-inference.ts";

const inference = new SmallInference();
// A worker that has stopped does not wait for it.
inference.gate = sleep(Number(process.env["TAU_TEST_IMAGE_MS"] ?? 0), undefined, { ref: false });
const timings = { holdMs: 3000, lostCheckMs: 500, lookMs: 200 };
const shutdownGraceMs = Number(process.env["TAU_TEST_GRACE_MS"] ?? limits.shutdownGraceMs);
try {
  process.exitCode = await work(process.argv.slice(2), {
    ...{ inference, catalogue: smallCatalogue, timings, shutdownGraceMs },
  });
} catch (error) {
  console.error(error instanceof AppError ? `${error.code}: ${error.message}` : error);
  process.exitCode = 1;
}
