/** Every fault once; `npm run test:faults` tries each twenty times and writes the table of docs/reliability.md. */
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { createRandom } from "./goal.ts";
import { faults } from "./goals.ts";
import { cleanUp } from "./tau-process.ts";

after(cleanUp);

// Most of them wait most of the time.
describe("a server", { concurrency: 3 }, () => {
  for (const [index, goal] of faults.entries())
    it(`a server with ${goal.fault}: ${goal.mark}`, async (context) => {
      const skip = goal.skip?.();
      if (skip !== undefined) return context.skip(skip);
      const seed = 27 + index;
      const { isPassed, figure } = await goal.run(1, createRandom(seed));
      assert.ok(isPassed, `${figure} (seed ${seed})`);
    });
});
