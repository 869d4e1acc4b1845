/** Patience with a queue server that is away: how long, and what ends an absence. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createPatience } from "../../server/http/patience.ts";
import { AppError, type ProblemCode } from "../../shared/problem.ts";

it("patience counts an absence anew after any answer of the queue server, also a refusal", async () => {
  const batchAwaitMs = 50;
  const patience = createPatience({ batchAwaitMs, batchPauseMs: 1 }, () => false);
  /** Each call has the next of these outcomes. */
  const outcomes = (...codes: Array<ProblemCode | undefined>) => {
    const left = [...codes];
    return async (): Promise<string> => {
      const code = left.shift();
      if (code) throw new AppError(code, "as the test wants it");
      return "answered";
    };
  };
  const refused = patience(outcomes("queue_unavailable", "storage_full"));
  await assert.rejects(refused, { code: "storage_full" });
  await sleep(2 * batchAwaitMs);
  assert.equal(await patience(outcomes("queue_unavailable", undefined)), "answered");
});
