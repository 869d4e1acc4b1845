/** `tau worker` as a process of its own, on real packs, with a checkpoint at each evaluation: for tests that kill it while it trains. */
import { work } from "../../server/cli/commands/serving/worker.ts";
import { testTimings } from "../http/trainings/training-server.ts";

const timings = { holdMs: 3000, lostCheckMs: 500, lookMs: 200 };
process.exitCode = await work(process.argv.slice(2), { timings, trainingTimings: testTimings });
