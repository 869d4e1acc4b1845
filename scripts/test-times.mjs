/**
 * Loaded into each test's process by `npm test`: at its end, notes the processor time that the file took, with all processes that it
 * started and waited for. Seconds of a clock say little on a machine that is shared. Linux alone keeps these numbers.
 */
import { appendFileSync, readFileSync } from "node:fs";
import path from "node:path";

/** Clock ticks a second of /proc, the same on every Linux that Node runs on. */
const ticksPerSecond = 100;

const file = process.env.TAU_TEST_TIMES;
const test = process.argv[1];
if (file && test?.endsWith(".test.js")) {
  // A test may work elsewhere later, in a folder that it removes.
  const name = path.relative(process.cwd(), test);
  process.on("exit", () => {
    try {
      // After the name in brackets: utime, stime, and those of the children that ended are the 12th to 15th fields.
      const stat = readFileSync("/proc/self/stat", "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      const seconds = stat.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond;
      appendFileSync(file, `${JSON.stringify({ name, seconds })}\n`);
    } catch {
      // Not Linux: no times.
    }
  });
}
