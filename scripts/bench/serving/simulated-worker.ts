/** `tau worker` whose inference is a clock: one image at a time, each after TAU_BENCH_SERVICE_MS. All else is real: queue, PNG, store. */
import { setTimeout as sleep } from "node:timers/promises";
import { work } from "../../../server/cli/commands/serving/worker.ts";
import type { InferenceClient, ReadyInfo } from "../../../server/inference/protocol.ts";
import { AppError } from "../../../shared/problem.ts";

const serviceMs = Number(process.env["TAU_BENCH_SERVICE_MS"]);
const sidePx = 128;
/** Noise, which PNG compresses no better than a real image. */
const rgba = Uint8Array.from(
  { length: sidePx * sidePx * 4 },
  (_, index) => (Math.imul(index >> 4, 2_654_435_761) >>> 24) | 1,
);
const ready: ReadyInfo = { provider: "simulated", packs: [], startMs: 0, pid: process.pid };
const only = (what: string) => () =>
  Promise.reject(new AppError("inference_unavailable", `expected a generation, got ${what}`));
let lane: Promise<unknown> = Promise.resolve();

const inference: InferenceClient = {
  ready,
  start: async () => ready,
  reload: async () => ready,
  invert: only("an inversion"),
  drawings: only("a search"),
  upscale: only("an upscale"),
  close: async () => undefined,
  async generate({ count, seed }, { onImage }) {
    for (let index = 0; index < count; index++) {
      const turn = lane.then(() => sleep(serviceMs));
      lane = turn;
      await turn;
      const numbers = { logLikelihood: 0, natsPerDimension: 0, conditionGain: 0 };
      // The seed makes each image, and so its file, another one.
      const own = Uint8Array.from(rgba);
      new DataView(own.buffer).setUint32(0, (seed + index) >>> 0);
      await onImage({ index, seed: (seed + index) >>> 0, ...numbers, widthPx: sidePx, heightPx: sidePx, rgba: own });
    }
  },
};
process.exitCode = await work(process.argv.slice(2), { inference });
