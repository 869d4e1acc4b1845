/** How unlike two sets look: round beside sharp, and much ink beside little. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { makeLibrary } from "../../server/retrieval/library/make-library.ts";
import { roundnessOf, SetLooks } from "../../server/retrieval/library/set-looks.ts";
import { Thumbnails, thumbnailBytes } from "../../server/retrieval/library/thumbnails.ts";

const lines = (join: string) => `<path d="M4 4h16v16" fill="none" stroke="currentColor" stroke-linejoin="${join}"/>`;
const sharp = '<path d="M1 1h6v6H1z" fill="currentColor"/>';
const round = '<path d="M2 1C3 1 5 1 6 1S7 2 7 3a1 1 0 0 1-2 2 1 1 0 0 1-2-2z" fill="currentColor"/>';

it("lines are round by their joins and ends, outlines by how many of their pieces are curves", () => {
  assert.deepEqual([lines("round"), lines("miter"), sharp].map(roundnessOf), [1, 0, 0]);
  assert.equal(roundnessOf(round), 1, "four curves and one point");
  const half = roundnessOf('<path d="M1 1h6v6C7 7 6 7 1 7 1e-2 0 0 0 0 1z"/>');
  assert.ok(half > 0.3 && half < 0.8, `${half}`);
  assert.equal(roundnessOf('<circle r="2" fill="currentColor"/>'), 1);
});

it("sets differ by roundness and by ink", async () => {
  const bodies = { round: lines("round"), alike: lines("round"), sharp: lines("miter"), full: lines("round") };
  const drawings = Object.entries(bodies).flatMap(([set, body]) =>
    ["a", "b"].map((name) => ({ set, name, viewBox: "0 0 24 24", body })),
  );
  const content = await makeLibrary(drawings, 2, 1, async (names) => Float32Array.from(names.flatMap(() => [1, 0])));
  const ink = Uint8Array.from({ length: drawings.length * thumbnailBytes }, (_, at) => {
    const set = content.sets[content.entrySets[Math.floor(at / thumbnailBytes)]!]!;
    return set === "full" ? 0xff : 0x33;
  });
  const looks = new SetLooks(content, new Thumbnails(ink));
  assert.equal(looks.differ("round", "round"), 0);
  assert.equal(looks.differ("round", "alike"), 0);
  assert.equal(looks.differ("round", "sharp"), 1);
  assert.ok(looks.differ("round", "full") > 0.5);
});
