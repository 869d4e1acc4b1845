/**
 * Random requests (seed printed; TAU_TEST_SEED repeats a run): the server never answers 500, and accepts exactly what the
 * schema that the plugin checks with accepts.
 */
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { after, before, it } from "node:test";
import fc from "fast-check";
import { resolveProblems } from "../../server/http/resolve-request.ts";
import { GenerationRequestSchema } from "../../shared/contract/generations/generation-request.ts";
import { createHarness, type Harness, problemOf } from "./harness.ts";

const seed = Number(process.env["TAU_TEST_SEED"] ?? randomInt(0, 2 ** 31));
const settings = { seed, numRuns: 400 };

let harness: Harness;
before(async () => {
  console.log(`fast-check seed ${seed}`);
  harness = await createHarness({ limits: { queueMax: 100_000 } });
});
after(() => harness.close());

const nearly = <T>(good: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 12, arbitrary: good }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) });
/** Mostly inside the range, at times just outside or no whole number. */
const number = (min: number, max: number) =>
  nearly(
    fc.oneof(
      { weight: 10, arbitrary: fc.integer({ min, max }) },
      { weight: 1, arbitrary: fc.constantFrom(min - 1, max + 1, min - 0.5, max + 0.5) },
      { weight: 1, arbitrary: fc.double({ min, max, noNaN: true }) },
    ),
  );
/** Absent most of the time, because few of these go together. */
const rarely = <T>(good: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: nearly(good) });
const text = fc.oneof(
  fc.lorem({ maxCount: 3 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 700 }),
);
const digest = fc.constantFrom("0".repeat(64), "1".repeat(63));
const request = fc.record(
  {
    translation: nearly(fc.constantFrom("caption")),
    condition: nearly(
      fc.record(
        {
          caption: nearly(text),
          style: nearly(fc.constantFrom("flat", "outline")),
          label: rarely(fc.constantFrom("bird")),
          layout: rarely(
            fc.record({ cells: fc.array(fc.integer({ min: -1, max: 2 }), { minLength: 3, maxLength: 4 }) }),
          ),
          image: rarely(fc.record({ image: digest, depth: fc.constantFrom("early", "middle") })),
          sketch: rarely(fc.oneof(fc.record({ svg: text }), fc.record({ image: digest }))),
        },
        { requiredKeys: [] },
      ),
    ),
    count: number(1, 16),
    seed: number(0, 2 ** 32 - 1),
    temperature: number(0, 1),
    guidance: number(0, 4),
    guidanceOf: rarely(fc.record({ caption: number(0, 4), style: number(0, 4) }, { requiredKeys: [] })),
    retrieval: rarely(number(0, 1)),
    bestOf: rarely(number(1, 16)),
    keepResidualOf: rarely(fc.record({ image: digest })),
    angleDegrees: rarely(number(0, 180)),
    attribute: rarely(fc.record({ towards: text, strength: number(-3, 3) })),
    other: fc.constant(1),
  },
  { requiredKeys: ["condition"] },
);
const packCodes: readonly string[] = resolveProblems;
const mostlyWithoutOther = fc
  .tuple(request, fc.integer({ min: 0, max: 9 }))
  .map(([{ other, ...rest }, dice]) => (dice === 0 ? { ...rest, other } : rest));

// Goal B6.
it(`the server accepts exactly what the shared schema accepts, and never answers 500 (seed ${seed})`, async () => {
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(mostlyWithoutOther, async (body) => {
      const sent = JSON.stringify(body);
      const parsed = GenerationRequestSchema.safeParse(JSON.parse(sent));
      const response = await harness.post(sent);
      if (response.status === 202) {
        accepted++;
        assert.equal(parsed.success, true);
        const { id } = (await response.json()) as { id: string };
        await harness.request(`/v1/generations/${id}`, { method: "DELETE" });
        return;
      }
      const problem = await problemOf(response);
      assert.ok(response.status < 500, `${response.status}: ${JSON.stringify(problem)}`);
      assert.ok(problem.expected && problem.received, JSON.stringify(problem));
      // The pack knows more than the schema: vocabularies, grids, depths and uploads.
      if (parsed.success)
        assert.ok(packCodes.includes(problem.code) || problem.field?.endsWith(".depth"), problem.code);
    }),
    settings,
  );
  assert.ok(accepted > 10, `expected some good requests among ${settings.numRuns}, got ${accepted}`);
});

// Goal B7.
it(`the server answers any bytes, paths, queries and headers with less than 500 (seed ${seed})`, async () => {
  const path = fc.oneof(
    fc.webPath(),
    fc.string({ maxLength: 40 }).map((part) => `/v1/generations/${encodeURIComponent(part)}`),
    fc
      .tuple(fc.string(), fc.string())
      .map(([q, limit]) => `/v1/generations?q=${encodeURIComponent(q)}&limit=${encodeURIComponent(limit)}`),
    fc.constantFrom("/v1/generations/%", "/v1/generations/%ff/events", "/%00", "/v1/images?x=%"),
  );
  const method = fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS");
  const type = fc.constantFrom("application/json", "image/png", "text/plain", "application/json;charset", "");
  await fc.assert(
    fc.asyncProperty(
      path,
      method,
      type,
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ unit: "binary-ascii" }),
      async (at, verb, mediaType, body, odd) => {
        const headers = {
          "Content-Type": mediaType,
          "Last-Event-ID": odd.replace(/[^\x20-\x7e]/g, ""),
          "Idempotency-Key": odd.replace(/[^\x20-\x7e]/g, ""),
        };
        const init = { method: verb, headers, ...(verb === "POST" ? { body: body as BodyInit } : {}) };
        const response = await harness.request(at, init);
        assert.ok(response.status < 500, `${verb} ${at}: ${response.status}`);
        await response.arrayBuffer();
      },
    ),
    settings,
  );
});
