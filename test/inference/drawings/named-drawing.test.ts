/** Drawings that requests name: under the requested licences, and named as sources. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { DrawingFinder } from "../../../server/engine/interfaces.ts";
import type { Translation } from "../../../server/engine/translation.ts";
import { namedDrawing } from "../../../server/inference/drawings/named-drawing.ts";
import { GenerationRequestSchema } from "../../../shared/contract/generations/generation-request.ts";
import { parse } from "../../../shared/validation.ts";

const svg =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M1 1h6v6H1z" fill="currentColor"/></svg>';
const library = {
  named: (set: string, icon: string) => (icon === "piggy-bank" ? { svg, name: "piggy bank", set } : undefined),
} as unknown as DrawingFinder;
const drawings = new Map([["shapes", { set: "Shapes", licence: "MIT", author: "A. N. Other" }]]);
const translation = { id: "restyle", drawings, target: { imageSizePx: 32 } } as unknown as Translation;
const wanted = { look: undefined, liveArea: undefined, fills: "none" } as const;

test("a named drawing is every seed's, and is named as the source", async () => {
  const finder = namedDrawing(library, translation, "shapes:piggy-bank", { ...wanted, licences: ["MIT"] });
  const [one, other] = [await finder.find(1), await finder.find(2)];
  assert.deepEqual(one.planes, other.planes);
  assert.ok(one.planes.some((value) => value > 0));
  assert.deepEqual(one.sources, [
    { set: "Shapes", licence: "MIT", author: "A. N. Other", icon: "piggy-bank", share: 1 },
  ]);
});

test("one under another licence is refused, and one that is not there", () => {
  const named = (id: string) => () => namedDrawing(library, translation, id, { ...wanted, licences: ["ISC"] });
  assert.throws(named("shapes:piggy-bank"), {
    code: "invalid_request",
    message: "startFrom: expected a drawing under ISC, got shapes:piggy-bank under MIT",
  });
  assert.throws(named("shapes:none"), { code: "invalid_request" });
});

test("startFrom goes with a caption, and with no drawing", () => {
  const fault = (request: object) => GenerationRequestSchema.safeParse(request).error?.issues[0]?.path.join(".");
  const startFrom = "shapes:piggy-bank";
  assert.equal(fault({ condition: { caption: "piggy bank" }, startFrom }), undefined);
  assert.equal(fault({ condition: { style: "noto" }, startFrom }), "startFrom");
  assert.equal(fault({ condition: { caption: "a", drawing: { svg } }, startFrom }), "startFrom");
  assert.equal(fault({ condition: { caption: "a" }, startFrom: "piggy-bank" }), "startFrom");
  assert.throws(() => parse(GenerationRequestSchema, { condition: { caption: "a" }, startFrom: "piggy-bank" }), {
    message: 'startFrom: expected the id of a drawing such as lucide:piggy-bank, got "piggy-bank"',
  });
});

test("family goes with a caption, and a refusal says what is beside it", () => {
  const refusal = (condition: object) => () => parse(GenerationRequestSchema, { condition, family: ["home", "cart"] });
  assert.doesNotThrow(refusal({ caption: "home" }));
  assert.throws(refusal({ caption: "home", drawing: { svg } }), /^AppError: family: .*, got a drawing$/);
  assert.throws(refusal({ style: "noto" }), /^AppError: family: .*, got no caption$/);
});
