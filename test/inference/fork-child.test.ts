/** The process that is forked before it is known what it loads: taken once, replaced when it is gone, ended when nobody takes it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, it } from "node:test";
import { endEarly, forkEarly, takeProcess } from "../../server/inference/fork-child.ts";
import "../fixtures/processes/programs.ts";

const taken: Array<ReturnType<typeof takeProcess>> = [];
const take = () => {
  const process = takeProcess();
  taken.push(process);
  return process;
};
after(() => {
  for (const process of taken) process.kill("SIGKILL");
});

it("a process that is forked early is taken by the first who needs one, and the next gets another", () => {
  forkEarly();
  forkEarly();
  const [first, second] = [take(), take()];
  assert.ok(first.pid !== undefined && second.pid !== undefined);
  assert.notEqual(first.pid, second.pid);
});

it("a process that was forked early and has ended is not taken, and one that nobody takes can be ended", async () => {
  const killed = forkEarly();
  killed.kill("SIGKILL");
  await once(killed, "exit");
  const living = take();
  assert.notEqual(living.pid, killed.pid);
  assert.ok(living.connected);
  const left = forkEarly();
  endEarly();
  assert.deepEqual(await once(left, "exit"), [null, "SIGKILL"]);
  assert.notEqual(take().pid, left.pid);
});
