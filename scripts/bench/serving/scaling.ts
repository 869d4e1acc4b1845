/**
 * `npm run bench -- scaling [simulated] [upscales] [captions] [alone] [--rounds 5]`: jobs a second of one `tau serve`, one queue server and so many workers, each
 * worker's share of what one alone does, and the processor time that a job takes in each process. As many workers as there are cores
 * work for real, each with one thread: on captions, and on pictures to enlarge, whose work is nearly all the network's. Clusters take
 * turns, so that other programs disturb all alike; medians count. With 4 and 8 workers inference is a stated time in which no
 * processor works, as on machines of their own. `alone` draws by as many inference children without a queue.
 */
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { limits } from "../../../shared/limits.ts";
import { withoutQueueServer } from "../../../test/jobs/queue-server.ts";
import { machine, median } from "../measure.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import { drawAlone } from "./scaling-alone.ts";
import { generations, type Measured, measure, upscales, type Work } from "./scaling-run.ts";

/**
 * Simulated time of one image, in milliseconds: that of a processor of some 30 GFLOP/s. Eight workers then end 16 generations a second,
 * whose coordination two cores have time for; with 100 ms they would end 80, and the two cores would be measured instead.
 */
const serviceMs = 500;
const simulated = generations(1, 20);
/** As many images as the plugin asks for at once. */
const captions = generations(4, 20);

interface Row {
  readonly workers: number;
  /** One for each round. */
  readonly rounds: readonly Measured[];
}

/** @param args parts of the measurement, none = all, and the rounds of real work */
export async function benchScaling(args: readonly string[]): Promise<void> {
  const options = { rounds: { type: "string", default: "5" } } as const;
  const { values, positionals: wanted } = parseArgs({ args: [...args], options, allowPositionals: true });
  const rounds = Number(values.rounds);
  if (withoutQueueServer) throw new Error(withoutQueueServer);
  const has = (part: string): boolean => wanted.length === 0 || wanted.includes(part);
  const counts = (most: number): number[] => [1, 2, 4, 8].filter((count) => count <= most);
  const real = counts(availableParallelism());
  console.log(`\n${machine()}, load ${loadavg()[0]!.toFixed(1)} at the start`);
  if (has("simulated")) {
    const rows: Row[] = [];
    for (const count of counts(8)) rows.push(...(await measureInTurns([count], simulated, 1, serviceMs)));
    print(`${simulated.what}, inference simulated as ${serviceMs} ms an image`, rows);
  }
  for (const [part, work] of Object.entries({ upscales, captions }))
    if (has(part))
      print(`${work.what}, one thread a worker, ${rounds} rounds in turns`, await measureInTurns(real, work, rounds));
  if (has("alone")) {
    const rows: Row[] = [];
    for (const workers of real) rows.push({ workers, rounds: [await drawAlone(workers, limits.jobsParallelMax)] });
    print(`${real.length} inference children alone, one thread each, without queue, HTTP, PNG and store`, rows);
  }
}

/** Rows in the order of `counts`; all clusters are there at once, and one works at a time. */
async function measureInTurns(
  counts: readonly number[],
  work: Work,
  rounds: number,
  serviceMs?: number,
): Promise<Row[]> {
  const clusters: Cluster[] = [];
  try {
    for (const count of counts) clusters.push(await startCluster(count, work.kind, serviceMs));
    const measured = clusters.map((): Measured[] => []);
    // The first round warms up.
    for (let round = 0; round <= rounds; round++)
      for (const [index, cluster] of clusters.entries()) {
        const one = await measure(cluster, work, round * 1000);
        if (round > 0) measured[index]!.push(one);
        console.error(
          `${cluster.workers} workers: ${one.perSecond.toFixed(2)} a second${round > 0 ? "" : " (warm-up)"}`,
        );
      }
    return counts.map((workers, index) => ({ workers, rounds: measured[index]! }));
  } finally {
    for (const cluster of clusters) await cluster.stop();
  }
}

/** Jobs in a second of the processor time of workers and their inference. */
const perProcessorSecond = ({ processorMs: { workers = 0, inference = 0 } }: Measured): number =>
  1000 / (workers + inference);

function print(title: string, rows: readonly Row[]): void {
  const parts = Object.keys(rows[0]!.rounds[0]!.processorMs);
  const of = (row: Row, value: (measured: Measured) => number): number => median(row.rounds.map(value));
  /** Of what one worker alone did in the same round. */
  const share = (row: Row, value: (measured: Measured, workers: number) => number): string =>
    percent(
      median(
        row.rounds.map((one, round) => value(one, row.workers) / value(rows[0]!.rounds[round]!, rows[0]!.workers)),
      ),
    );
  console.log(
    [
      `\n${title}:\n`,
      `| workers | a second | a worker, of one alone | by processor time | others took | ${parts.map((part) => `${part}, ms`).join(" | ")} |`,
      `| --- | --- | --- | --- | --- |${" --- |".repeat(parts.length)}`,
      ...rows.map((row) =>
        [
          `| ${row.workers} | ${of(row, ({ perSecond }) => perSecond).toFixed(2)}`,
          share(row, ({ perSecond }, workers) => perSecond / workers),
          share(row, perProcessorSecond),
          percent(of(row, ({ others = Number.NaN }) => others)),
          ...parts.map((part) => of(row, ({ processorMs }) => processorMs[part]!).toFixed(1)),
        ]
          .join(" | ")
          .concat(" |"),
      ),
    ].join("\n"),
  );
}

const percent = (share: number): string => (Number.isNaN(share) ? "–" : `${(100 * share).toFixed(0)} %`);
