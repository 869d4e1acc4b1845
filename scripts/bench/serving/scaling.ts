/**
 * `npm run bench -- scaling [simulated] [upscales] [captions] [--side 256] [--rounds 5]`: jobs a second of one `tau serve`, one queue
 * server and so many workers, each worker's share of what one alone does, and the processor time that a job takes in each process. As
 * many workers as there are cores work for real, each with one thread: on captions, and on pictures to enlarge, whose work is nearly all
 * the network's. Beside them stand one worker with all that serves it on one core, and as many inference children without queue, HTTP,
 * PNG and store, which share no more than caches and memory. All take turns, so that other programs disturb all alike; medians count.
 * With 4 and 8 workers inference is a stated time in which no processor works, as on machines of their own.
 */
import { execFileSync } from "node:child_process";
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { withoutQueueServer } from "../../../test/jobs/queue-server.ts";
import { machine, median } from "../measure.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import { startAlone } from "./scaling-alone.ts";
import { generations, type Measured, measure, upscales, type Work } from "./scaling-run.ts";

/**
 * Simulated time of one image, in milliseconds: that of a processor of some 30 GFLOP/s. Eight workers then end 16 generations a second,
 * whose coordination two cores have time for; with 100 ms they would end 80, and the two cores would be measured instead.
 */
const serviceMs = 500;
const simulated = generations(1, 20);
/** Asked before anything is bound to one core. */
const coreCount = availableParallelism();
/** As many images as the plugin asks for at once. */
const captions = generations(4, 20);

/** What takes its turn in a round. */
interface Runner {
  readonly name: string;
  readonly workers: number;
  /** Runners of one kind are compared with the first of it. */
  readonly kind: "cluster" | "one core" | "bare";
  measure(firstSeed: number): Promise<Measured>;
}

interface Row extends Runner {
  /** One for each round. */
  readonly rounds: readonly Measured[];
}

/** @param args parts of the measurement, none = all, and the rounds of real work */
export async function benchScaling(args: readonly string[]): Promise<void> {
  const { values, positionals: wanted } = parseArgs({
    args: [...args],
    options: { rounds: { type: "string", default: "5" }, side: { type: "string", default: "256" } },
    allowPositionals: true,
  });
  const rounds = Number(values.rounds);
  if (withoutQueueServer) throw new Error(withoutQueueServer);
  const has = (part: string): boolean => wanted.length === 0 || wanted.includes(part);
  const counts = (most: number): number[] => [1, 2, 4, 8].filter((count) => count <= most);
  const real = counts(coreCount);
  console.log(`\n${machine()}, load ${loadavg()[0]!.toFixed(1)} at the start`);
  if (has("simulated")) {
    const rows: Row[] = [];
    for (const count of counts(8)) rows.push(...(await measureInTurns([count], simulated, 1, serviceMs)));
    print(`${simulated.what}, inference simulated as ${serviceMs} ms an image`, rows);
  }
  for (const [part, work] of Object.entries({ upscales: upscales(Number(values.side)), captions })) {
    if (!has(part)) continue;
    const rows = await measureInTurns(real, work, rounds);
    print(`${work.what}, one thread a worker, ${rounds} rounds in turns`, rows);
    console.log(ceilingOf(rows));
  }
}

/** Rows in the order of `counts`, real work with those beside it behind; all are there at once, and one works at a time. */
async function measureInTurns(
  counts: readonly number[],
  work: Work,
  rounds: number,
  serviceMs?: number,
): Promise<Row[]> {
  const ends: Array<() => Promise<void>> = [];
  try {
    const clusters: Cluster[] = [];
    for (const count of counts) {
      const cluster = await startCluster(count, work.kind, serviceMs);
      ends.push(() => cluster.stop());
      clusters.push(cluster);
    }
    const runners = clusters.map(
      (cluster): Runner => ({
        ...{ name: `${cluster.workers}`, workers: cluster.workers, kind: "cluster" },
        measure: (firstSeed) => measure(cluster, work, firstSeed),
      }),
    );
    if (serviceMs === undefined) {
      const [one] = clusters;
      runners.push({
        ...{ name: "1, all on one core", workers: 1, kind: "one core" },
        measure: (firstSeed) => onOneCore(one!, () => measure(one!, work, firstSeed)),
      });
      for (const count of counts) {
        const alone = await startAlone(count, work);
        ends.push(alone.stop);
        runners.push({ name: `${count}, bare children`, workers: count, kind: "bare", measure: alone.measure });
      }
    }
    const measured = runners.map((): Measured[] => []);
    // The first round warms up.
    for (let round = 0; round <= rounds; round++)
      for (const [index, runner] of runners.entries()) {
        const one = await runner.measure(round * 1000 + index * 100);
        if (round > 0) measured[index]!.push(one);
        console.error(`${runner.name}: ${one.perSecond.toFixed(2)} a second${round > 0 ? "" : " (warm-up)"}`);
      }
    return runners.map((runner, index) => ({ ...runner, rounds: measured[index]! }));
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

/** Has a cluster and this process, its client, run on the first core alone for as long. */
async function onOneCore<T>(cluster: Cluster, work: () => Promise<T>): Promise<T> {
  const pin = (cores: string): void => {
    for (const pid of [process.pid, ...cluster.pids()])
      execFileSync("/usr/bin/taskset", ["--all-tasks", "--cpu-list", "--pid", cores, `${pid}`], { stdio: "ignore" });
  };
  pin("0");
  try {
    return await work();
  } finally {
    pin(`0-${coreCount - 1}`);
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const of = ({ rounds }: Row, value: (measured: Measured) => number): number => median(rounds.map(value));

/** Of what another row did in the same round, a worker. */
const shareOf = (row: Row, base: Row): number =>
  median(
    row.rounds.map(({ perSecond }, round) => perSecond / row.workers / (base.rounds[round]!.perSecond / base.workers)),
  );

/** What this machine allows the most workers by its cores, and by its caches and memory. */
function ceilingOf(rows: readonly Row[]): string {
  const most = rows.filter(({ kind }) => kind === "cluster").at(-1)!;
  const one = rows.find(({ kind }) => kind === "cluster")!;
  const [bareOne, bareMost] = rows.filter(({ kind }) => kind === "bare");
  const onCore = rows.find(({ kind }) => kind === "one core")!;
  const wholeMs = of(most, ({ processorMs }) => sum(Object.values(processorMs)));
  const aroundMs = wholeMs - of(most, ({ processorMs }) => processorMs["inference"]!);
  const held = (1000 * coreCount) / wholeMs;
  const reached = of(most, ({ perSecond }) => perSecond);
  const asOne = most.workers * of(one, ({ perSecond }) => perSecond);
  return [
    `\nA job of one bare child takes ${(1000 / of(bareOne!, ({ perSecond }) => perSecond)).toFixed(0)} ms.`,
    `${most.workers} bare children reach ${percent(shareOf(bareMost ?? bareOne!, bareOne!))} of one each: caches and memory.`,
    `Worker, server, queue server and client take ${aroundMs.toFixed(1)} ms of processor a job beside ${(wholeMs - aroundMs).toFixed(1)} ms of inference:`,
    `${coreCount} cores hold ${held.toFixed(2)} jobs a second, ${percent(held / asOne)} of one worker each; ${reached.toFixed(2)} were reached, ${percent(reached / held)} of that.`,
    `Of one worker that has one core for everything, ${most.workers} on ${coreCount} cores reach ${percent(shareOf(most, onCore))} each.`,
  ].join("\n");
}

function print(title: string, rows: readonly Row[]): void {
  const parts = Object.keys(rows[0]!.rounds[0]!.processorMs);
  const baseOf = (row: Row): Row => rows.find(({ kind }) => kind === row.kind)!;
  const processor = (row: Row, part: string): string => {
    const ms = of(row, ({ processorMs }) => processorMs[part] ?? Number.NaN);
    return Number.isNaN(ms) ? "–" : ms.toFixed(1);
  };
  console.log(
    [
      `\n${title}:\n`,
      `| workers | a second | a worker, of one alone | others took | ${parts.map((part) => `${part}, ms`).join(" | ")} |`,
      `| --- | --- | --- | --- |${" --- |".repeat(parts.length)}`,
      ...rows.map((row) =>
        [
          `| ${row.name} | ${of(row, ({ perSecond }) => perSecond).toFixed(2)}`,
          percent(shareOf(row, baseOf(row))),
          percent(of(row, ({ others = Number.NaN }) => others)),
          ...parts.map((part) => processor(row, part)),
        ]
          .join(" | ")
          .concat(" |"),
      ),
    ].join("\n"),
  );
}

const percent = (share: number): string => (Number.isNaN(share) ? "–" : `${(100 * share).toFixed(0)} %`);
