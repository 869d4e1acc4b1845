/** POST /v1/drawings: what it answers and refuses, and that a generation passes on what it names. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { DrawingFinder } from "../../../server/engine/interfaces.ts";
import type { Translation } from "../../../server/engine/translation.ts";
import { namedDrawing } from "../../../server/inference/drawings/named-drawing.ts";
import { deserialize, serialize } from "../../../server/platform/processes/serialized-error.ts";
import { DrawingsSchema } from "../../../shared/contract/generations/drawings.ts";
import type { Generation, GenerationList } from "../../../shared/contract/generations/generation.ts";
import { AppError } from "../../../shared/problem.ts";
import { createHarness, type Harness, pack, problemOf } from "../harness.ts";

const asks = (harness: Harness, body: unknown): Promise<Response> =>
  harness.request("/v1/drawings", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

const translation = "caption";
const condition = { caption: " piggy  bank " };
let harness: Harness;
before(async () => {
  harness = await createHarness({});
});
after(() => harness.close());

describe("POST /v1/drawings", () => {
  it("POST /v1/drawings answers the drawings in their order, with the request and the pack", async () => {
    const response = await asks(harness, { translation, condition, count: 2 });
    assert.equal(response.status, 200);
    const found = DrawingsSchema.parse(await response.json());
    assert.deepEqual(found.request, { translation, condition: { caption: "piggy bank" }, count: 2 });
    assert.equal(found.packDigest, pack.digest);
    assert.deepEqual(
      found.drawings.map(({ id }) => id),
      ["set-0:piggy bank", "set-1:piggy bank"],
    );
  });

  const refused = [
    ["no caption", { translation, condition: {} }, "invalid_request", "condition.caption"],
    ["too many", { translation, condition, count: 49 }, "invalid_request", "count"],
    ["an unknown translation", { translation: "x", condition }, "translation_unknown", "translation"],
    ["an unknown style", { translation, condition: { ...condition, style: "x" } }, "style_unknown", "condition.style"],
    ["a licence of no drawing", { translation, condition, licences: ["x"] }, "invalid_request", "licences"],
  ] as const;
  for (const [name, body, code, field] of refused)
    it(`POST /v1/drawings refuses ${name} with ${code}`, async () => {
      const problem = await problemOf(await asks(harness, body));
      assert.deepEqual([problem.code, problem.field], [code, field], problem.detail);
    });

  it("POST /v1/drawings passes on that nothing is called so", async () => {
    harness.inference.faults.push(new AppError("caption_unknown", "condition.caption: expected words, got others"));
    assert.equal((await problemOf(await asks(harness, { translation, condition }))).code, "caption_unknown");
  });

  for (const [field, value] of [
    ["startFrom", "lucide:piggy-bank"],
    ["family", ["home", "piggy bank"]],
  ] as const)
    it(`a generation that names ${field} where captions find no drawings is refused at once`, async () => {
      const problem = await problemOf(await harness.post({ translation, condition, [field]: value }));
      assert.deepEqual([problem.status, problem.code, problem.field], [422, "invalid_request", field], problem.detail);
    });

  it("a generation that starts from an unknown drawing says what its client sent, what was expected, and in which field", async () => {
    const library = { named: () => undefined } as unknown as DrawingFinder;
    const startFrom = "lucide:no-such-drawing";
    assert.throws(
      () =>
        namedDrawing(library, {} as Translation, startFrom, { look: undefined, liveArea: undefined, fills: "none" }),
      (error) => {
        // As it comes out of the inference child.
        harness.inference.faults.push(deserialize(structuredClone(serialize(error))));
        return true;
      },
    );
    const { id } = await harness.start({ condition: { caption: "piggy bank" }, count: 1 });
    const { state, problem } = await harness.end(id);
    const { code, field, expected, received } = problem!;
    assert.deepEqual(
      [state, code, field, expected, received],
      [
        ...["failed", "invalid_request", "startFrom"],
        ...["the id of a drawing of the library, such as lucide:piggy-bank", startFrom],
      ],
    );
    const { generations } = (await (await harness.request("/v1/generations")).json()) as GenerationList;
    const events = await (await harness.request(`/v1/generations/${id}/events`)).text();
    assert.deepEqual(generations.find((each) => each.id === id)?.problem, problem);
    assert.deepEqual((JSON.parse(/^data: (.*)$/m.exec(events)![1]!) as Generation).problem, problem);
  });
});
