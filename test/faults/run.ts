/**
 * `npm run test:faults`: tries every fault so many times on this machine and says what was seen; exit code 1 where a mark is missed.
 * Usage: npm run test:faults -- [--times 20] [--seed N] [--table faults|loads] [--at-once 3] [--only WORD] [--write]; WORD is part of a
 * fault's text, and `--write` puts the rows into docs/reliability.md: those of faults into one table, those of load into another. Most
 * faults wait most of the time, so some may be tried at once; loads, whose marks are times, are tried one by one behind them.
 */
import { parseArgs } from "node:util";
import { createSemaphore } from "../../server/platform/semaphore.ts";
import { createRandom, type Goal, seconds } from "./goal.ts";
import { faults, loads } from "./goals.ts";
import { machine, writeRows } from "./report.ts";
import { cleanUp } from "./tau-process.ts";

const { values } = parseArgs({
  options: {
    times: { type: "string", default: "20" },
    seed: { type: "string", default: "27" },
    only: { type: "string", default: "" },
    table: { type: "string" },
    "at-once": { type: "string", default: "1" },
    write: { type: "boolean", default: false },
  },
});
const [times, seed] = [Number(values.times), Number(values.seed)];
const writing = createSemaphore(1);

async function tryGoal(goal: Goal, index: number, table: string): Promise<void> {
  if (!goal.fault.includes(values.only)) return;
  const began = performance.now();
  const skip = goal.skip?.();
  const { isPassed, figure } = skip
    ? { isPassed: true, figure: `not tried: ${skip}` }
    : await goal
        .run(times, createRandom(seed + index))
        .catch((error: unknown) => ({ isPassed: false, figure: String(error) }));
  const mark = skip ? "–" : isPassed ? "✔" : "✘";
  const took = seconds(performance.now() - began);
  console.log(`${mark} ${goal.id}: ${goal.fault}\n  mark: ${goal.mark}\n  seen: ${figure} (took ${took})`);
  if (!isPassed) process.exitCode = 1;
  const row = [goal.id, goal.fault, goal.mark, `${isPassed ? "" : "**missed**: "}${figure}`];
  // At once, so that a run that is broken off leaves what it measured.
  if (values.write)
    await writing(() => writeRows(table, [row], `npm run test:faults -- --times ${times} --table ${table} --write`));
}

console.log(`${machine()}; ${times} times each, seed ${seed}`);
try {
  for (const [table, goals, first, atOnce] of [
    ["faults", faults, 0, Number(values["at-once"])],
    ["loads", loads, faults.length, 1],
  ] as const) {
    if (values.table !== undefined && values.table !== table) continue;
    const turn = createSemaphore(atOnce);
    await Promise.all(goals.map((goal, index) => turn(() => tryGoal(goal, first + index, table))));
  }
} finally {
  await cleanUp();
}
