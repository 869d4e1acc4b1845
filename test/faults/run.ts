/**
 * `npm run test:faults`: tries every fault so many times on this machine and says what was seen; exit code 1 where a mark is missed.
 * Usage: npm run test:faults -- [--times 20] [--seed N] [--only WORD] [--write]; WORD is part of a fault's text, and `--write` puts
 * the rows into docs/reliability.md: those of faults into one table, those of load into another.
 */
import { parseArgs } from "node:util";
import { createRandom } from "./goal.ts";
import { faults, loads } from "./goals.ts";
import { machine, writeRows } from "./report.ts";
import { cleanUp } from "./tau-process.ts";

const { values } = parseArgs({
  options: {
    times: { type: "string", default: "20" },
    seed: { type: "string", default: "27" },
    only: { type: "string", default: "" },
    write: { type: "boolean", default: false },
  },
});
const [times, seed] = [Number(values.times), Number(values.seed)];
console.log(`${machine()}; ${times} times each, seed ${seed}`);
try {
  for (const [index, goal] of [...faults, ...loads].entries()) {
    if (!goal.fault.includes(values.only)) continue;
    const skip = goal.skip?.();
    const { isPassed, figure } = skip
      ? { isPassed: true, figure: `not tried: ${skip}` }
      : await goal
          .run(times, createRandom(seed + index))
          .catch((error: unknown) => ({ isPassed: false, figure: String(error) }));
    console.log(
      `${skip ? "–" : isPassed ? "✔" : "✘"} ${goal.id}: ${goal.fault}\n  mark: ${goal.mark}\n  seen: ${figure}`,
    );
    if (!isPassed) process.exitCode = 1;
    const row = [goal.id, goal.fault, goal.mark, `${isPassed ? "" : "**missed**: "}${figure}`];
    // At once, so that a run that is broken off leaves what it measured.
    const table = loads.includes(goal) ? "loads" : "faults";
    if (values.write) await writeRows(table, [row], `npm run test:faults -- --times ${times} --write`);
  }
} finally {
  await cleanUp();
}
