/** The pad from the keyboard: a stroke by arrow keys and Space, within the pad. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type KeyPen, pressKey, restingPen } from "../../../plugin/ui/pad/pad-keys.ts";
import { padPx } from "../../../plugin/ui/pad/strokes.ts";

function press(keys: readonly string[], start: KeyPen = restingPen) {
  let pen = start;
  const strokes: (readonly (readonly [number, number])[])[] = [];
  for (const key of keys) {
    const done = pressKey(pen, key.replace("Shift+", ""), key.startsWith("Shift+"));
    if (done === undefined) continue;
    pen = done.pen;
    if (done.stroke !== undefined) strokes.push(done.stroke);
  }
  return { pen, strokes };
}

test("Space puts the pen down and lifts it, and arrows draw between", () => {
  const { pen, strokes } = press(["ArrowLeft", " ", "ArrowDown", "Shift+ArrowRight", " ", "ArrowUp"]);
  assert.deepEqual(strokes, [
    [
      [116, 128],
      [116, 140],
      [118, 140],
    ],
  ]);
  assert.deepEqual(pen, { cursor: [118, 128] }, "lifted, it only moves");
});

test("Escape drops the stroke that was begun, and is not the pad's while the pen is up", () => {
  assert.deepEqual(press([" ", "ArrowUp", "Escape", " ", " "]).strokes, [[[128, 116]]]);
  assert.equal(pressKey(restingPen, "Escape", false), undefined);
  assert.equal(pressKey(restingPen, "a", false), undefined);
});

test("the cross stays on the pad", () => {
  assert.deepEqual(press(new Array(40).fill("ArrowRight")).pen.cursor, [padPx, 128]);
  assert.deepEqual(press(new Array(40).fill("ArrowUp")).pen.cursor, [128, 0]);
});
