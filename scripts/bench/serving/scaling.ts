/**
 * `npm run bench -- scaling [simulated] [real] [alone]`: generations a second of one `tau serve`, one queue server and 1, 2, 4 and 8
 * workers, each worker's share of what one alone does, and the processor time that a generation costs in each process. As many
 * workers as there are cores draw for real, each with one thread; beyond that, inference is a stated time in which no processor
 * works, as on machines of their own. `alone` draws by as many inference children without a queue: what the machine itself gives.
 */
import { availableParallelism, loadavg } from "node:os";
import { limits } from "../../../shared/limits.ts";
import { withoutQueueServer } from "../../../test/jobs/queue-server.ts";
import { machine } from "../measure.ts";
import { drawAlone } from "./scaling-alone.ts";
import { type Measured, measureWorkers, realAWorker } from "./scaling-run.ts";

/**
 * Simulated time of one image, in milliseconds: that of a processor of some 30 GFLOP/s. Eight workers then end 16 generations a second,
 * whose coordination two cores have time for; with 100 ms they would end 80, and the two cores would be measured instead.
 */
const serviceMs = 500;

interface Row extends Measured {
  readonly workers: number;
  /** Of what one worker alone does, for each. */
  readonly efficiency: number;
}

/** @param wanted parts of the measurement; none = all */
export async function benchScaling(wanted: readonly string[]): Promise<void> {
  if (withoutQueueServer) throw new Error(withoutQueueServer);
  const has = (part: string): boolean => wanted.length === 0 || wanted.includes(part);
  const cores = availableParallelism();
  const counts = (most: number): number[] => [1, 2, 4, 8].filter((count) => count <= most);
  console.log(`\n${machine()}, load ${loadavg()[0]!.toFixed(1)} at the start`);
  if (has("simulated")) {
    const rows = await measureAll(counts(8), (count) => measureWorkers(count, serviceMs));
    console.log(tableOf(`Inference simulated as ${serviceMs} ms an image:`, rows));
  }
  if (has("real")) {
    const rows = await measureAll(counts(cores), (count) => measureWorkers(count));
    console.log(
      tableOf(
        `Real inference, ${realAWorker.images} images a generation, one thread a worker, ${cores} cores for all processes:`,
        rows,
      ),
    );
  }
  if (has("alone")) {
    const rows = await measureAll(counts(cores), (count) => drawAlone(count, limits.jobsParallelMax));
    console.log(tableOf(`Inference children alone, one thread each, without queue, HTTP, PNG and store:`, rows));
  }
}

async function measureAll(counts: readonly number[], measure: (count: number) => Promise<Measured>): Promise<Row[]> {
  const rows: Row[] = [];
  for (const workers of counts) {
    const measured = await measure(workers);
    const alone = rows[0]?.perSecond ?? measured.perSecond;
    rows.push({ ...measured, workers, efficiency: measured.perSecond / workers / alone });
    console.error(`${workers}: ${measured.perSecond.toFixed(2)} generations a second`);
  }
  return rows;
}

function tableOf(title: string, rows: readonly Row[]): string {
  const parts = Object.keys(rows[0]!.processorMs);
  return [
    `\n${title}\n`,
    `| workers | generations a second | a worker, of one alone | goal | ${parts.map((part) => `${part}, ms`).join(" | ")} |`,
    `| --- | --- | --- | --- |${" --- |".repeat(parts.length)}`,
    ...rows.map(
      ({ workers, perSecond, efficiency, processorMs }) =>
        `| ${workers} | ${perSecond.toFixed(2)} | ${(100 * efficiency).toFixed(0)} % | ≥ 90 % | ${parts.map((part) => processorMs[part]!.toFixed(1)).join(" | ")} |`,
    ),
  ].join("\n");
}
