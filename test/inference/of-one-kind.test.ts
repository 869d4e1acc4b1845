/** Which icons of a mixed set show a drawing's own style: outlines beside outlines, solids beside solids. */
import assert from "node:assert/strict";
import test from "node:test";
import { conditionValues } from "../../server/inference/conditions/condition-values.ts";
import { disc, drawn, type Inside, ring, sizePx } from "../engine/lines/drawn-shapes.ts";

/** Black ink, [4, sizePx, sizePx]. */
function inked(inside: Inside) {
  const planes = new Float32Array(4 * sizePx ** 2);
  planes.set(drawn(inside), 3 * sizePx ** 2);
  return { planes, sizePx };
}

const outlines = ["outline-1", "outline-2", "outline-3"].map((key, at) => [key, inked(ring(14 + 3 * at, 4))] as const);
const solids = ["solid-1", "solid-2"].map((key, at) => [key, inked(disc(12 + 5 * at))] as const);
const images = new Map([...outlines, ...solids]);

function shownBy(image: string, icons: readonly string[]): readonly string[] {
  const value = conditionValues({ drawing: { image, style: { images: [...icons] } } }, images)["drawing-style"];
  return value?.kind === "images" ? value.images.map(({ key }) => key) : [];
}

test("of a set that mixes outlines and solids, icons of the drawing's kind show its style", () => {
  assert.deepEqual(shownBy("outline-1", [...images.keys()]), ["outline-1", "outline-2", "outline-3"]);
  assert.deepEqual(shownBy("solid-1", [...images.keys()]), ["solid-1", "solid-2"]);
});

test("a drawing that is the exception of its set is read with all of it", () => {
  const set = ["outline-1", "outline-2", "outline-3"];
  assert.deepEqual(shownBy("solid-1", set), set);
  const most = [...set, ...["outline-4", "outline-5", "outline-6"]];
  for (const key of most.slice(3)) images.set(key, inked(ring(10 + Number(key.at(-1)), 4)));
  assert.deepEqual(shownBy("solid-1", [...most, "solid-1"]), [...most, "solid-1"]);
});
