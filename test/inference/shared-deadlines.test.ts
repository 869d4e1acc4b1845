/** Deadlines of orders that share a child, on a clock that the test moves. */
import assert from "node:assert/strict";
import { it, mock } from "node:test";
import fc from "fast-check";
import { SharedDeadlines } from "../../server/inference/shared-deadlines.ts";
import { limits } from "../../shared/limits.ts";

const deadlineMs = 1000;

/** Deadlines, what passed, and a clock that stands still unless it is moved. */
function begin() {
  let nowMs = 0;
  mock.timers.enable({ apis: ["setTimeout"] });
  const clock = mock.method(performance, "now", () => nowMs);
  const deadlines = new SharedDeadlines();
  const passed: number[] = [];
  /** By the clock, of those that the child never began. */
  const waitedMs = new Map<number, number | undefined>();
  return {
    deadlines,
    passed,
    waitedMs,
    add(id: number): void {
      deadlines.add(id, deadlineMs, (ms) => {
        passed.push(id);
        waitedMs.set(id, ms);
      });
    },
    move(ms: number): void {
      for (let step = 0; step < ms; step++) {
        nowMs++;
        mock.timers.tick(1);
      }
    },
    end(): void {
      clock.mock.restore();
      mock.timers.reset();
    },
  };
}

it("an order that waits behind another one has its whole deadline when the child begins with it", () => {
  const { deadlines, passed, add, move, end } = begin();
  add(1);
  deadlines.begin(1);
  add(2);
  move(deadlineMs - 1);
  deadlines.delete(1);
  deadlines.begin(2);
  move(deadlineMs - 1);
  assert.deepEqual(passed, []);
  move(1);
  assert.deepEqual(passed, [2]);
  end();
});

it("orders that a child never begins with pass their deadlines, in the order in which they came", () => {
  const { passed, add, move, end } = begin();
  add(1);
  move(100);
  add(2);
  move(2 * deadlineMs);
  assert.deepEqual(passed, [1, 2]);
  end();
});

it("an order that a child never begins passes after ten deadlines of the clock, while others come and go, and says how long it waited", () => {
  const { deadlines, passed, waitedMs, add, move, end } = begin();
  const sharedMs = deadlineMs / 2;
  add(0);
  deadlines.begin(0);
  add(1);
  const orders = (limits.orderWaitDeadlinesMax * deadlineMs) / sharedMs;
  for (let id = 2; id < 2 + orders; id++) {
    assert.deepEqual(passed, []);
    add(id);
    deadlines.begin(id);
    deadlines.delete(id === 2 ? 0 : id - 1);
    move(sharedMs);
  }
  assert.deepEqual(passed, [1]);
  assert.equal(waitedMs.get(1), limits.orderWaitDeadlinesMax * deadlineMs);
  move(sharedMs);
  assert.deepEqual(passed, [1, 1 + orders]);
  assert.equal(waitedMs.get(1 + orders), undefined);
  end();
});

it("orders that a child draws side by side have together as many deadlines of time as they are, whenever each begins", () => {
  const delays = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 6 });
  const isHeld = (beginsMs: readonly number[]): void => {
    const { deadlines, passed, add, move, end } = begin();
    try {
      for (const [id, ms] of beginsMs.entries()) {
        if (id > 0) move(ms);
        add(id);
        deadlines.begin(id);
      }
      const sinceMs = beginsMs.slice(1).reduce((sum, ms) => sum + ms, 0);
      // All time since the first began was some order's; a timer rounds up by less than a step for each.
      move(beginsMs.length * (deadlineMs - 1) - sinceMs);
      assert.ok(passed.length < beginsMs.length, "the last one has time left");
      move(2 * beginsMs.length ** 2);
      assert.equal(passed.length, beginsMs.length);
    } finally {
      end();
    }
  };
  fc.assert(fc.property(delays, isHeld), { numRuns: 30, seed: 27 });
});
