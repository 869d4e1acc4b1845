/** Names of earlier images for which no words were said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { commandThatMade } from "../../../plugin/ui/plans/made-by.ts";
import { ResolvedRequestSchema } from "../../../shared/contract/generations/generation-request.ts";

test("a request says which command made it", () => {
  const image = "a".repeat(64);
  const made = (input: object) =>
    commandThatMade(ResolvedRequestSchema.parse({ translation: "t", seed: 1, count: 1, ...input }));
  const of = (condition: object, more = {}) => made({ condition, ...more });
  assert.equal(of({ caption: "a cat" }), "caption-to-artboard");
  assert.equal(of({ drawing: { image }, style: "tabler" }), "restyle");
  assert.equal(of({ drawing: { image, mask: image } }), "redraw-part");
  assert.equal(of({ style: "flat" }, { keepResidualOf: { image, condition: {} } }), "restyle");
  const both = { keepResidualOf: { image, condition: {} }, blendWith: { image, condition: {} } };
  assert.equal(of({}, { ...both, count: 5 }), "blend");
  assert.equal(of({ image: { image, depth: "last" } }), "variations");
  assert.equal(of({ sketch: { image } }), "sketch");
  assert.equal(of({ layout: { image } }), "layout");
});
