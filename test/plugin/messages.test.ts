/** The border between the two worlds: what is let in, and settings from any past. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isMainMessage, isUiMessage } from "../../shared/messages/message-guards.ts";
import { defaultSettings, readSettings, readWindowSize, windowSizes } from "../../shared/messages/settings.ts";

test("messages of both directions are recognised by their type", () => {
  assert.ok(isUiMessage({ type: "ready" }));
  assert.ok(isUiMessage({ type: "image", applyId: 1, key: "a", bytes: new Uint8Array(1) }));
  assert.ok(isMainMessage({ type: "applied", applyId: 1, imageCount: 2 }));
  assert.ok(isUiMessage({ type: "read-upscale-sources", readId: 1 }));
  assert.ok(isUiMessage({ type: "apply-upscales", applyId: 1, upscales: [{}] }));
  for (const type of ["upscale-image", "upscale-sources", "upscales-applied"]) assert.ok(isMainMessage({ type }));
  assert.ok(!isMainMessage({ type: "ready" }));
});

test("what browser extensions post, and images that are not bytes, are refused", () => {
  for (const foreign of [null, undefined, 7, "ready", [], {}, { type: 1 }, { type: "hello" }])
    assert.ok(!isUiMessage(foreign) && !isMainMessage(foreign));
  assert.ok(!isUiMessage({ type: "image", applyId: 1, key: "a", bytes: [1, 2] }));
  assert.ok(!isUiMessage({ type: "apply", applyId: 1, artboards: {}, target: {} }));
  assert.ok(!isUiMessage({ type: "apply-upscales", applyId: 1, upscales: [null] }));
});

test("settings and window sizes as stored by any version become valid (property)", () => {
  fc.assert(
    fc.property(fc.anything(), (stored) => {
      assert.deepEqual(readSettings(readSettings(stored)), readSettings(stored));
      const { width, height } = readWindowSize(stored);
      assert.ok(width >= windowSizes.width.min && height <= windowSizes.height.max);
    }),
    { seed: 7826, numRuns: 300 },
  );
  assert.deepEqual(readSettings(undefined), defaultSettings);
  assert.deepEqual(readSettings({ token: 4, serverUrl: "x" }), { ...defaultSettings, serverUrl: "x" });
  assert.deepEqual(readWindowSize({ width: 1e9, height: Number.NaN }), { width: 960, height: 640 });
});
