/** Images that cross the channel to a child once, and lists on both sides that stay the same. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { ReceivedImages, SentImages } from "../../server/inference/held-images.ts";
import type { ConditionImage } from "../../server/inference/protocol.ts";

const sizePx = 4;
const imageOf = (value: number, side = sizePx): ConditionImage => ({
  planes: new Float32Array(4 * side ** 2).fill(value),
  sizePx: side,
});
const bytesOfImage = imageOf(0).planes.byteLength;

it("an image is sent once, and again at another size or when it was forgotten", () => {
  const [parent, child] = [new SentImages(3 * bytesOfImage), new ReceivedImages(3 * bytesOfImage)];
  const send = (...images: ReadonlyArray<readonly [key: string, image: ConditionImage]>): string => {
    const requested = new Map(images);
    const sent = parent.toSend(requested);
    assert.deepEqual(child.received(structuredClone(sent)), requested);
    return sent.map(({ key, planes }) => (planes ? key.toUpperCase() : key)).join("");
  };
  const [a, b, c, d] = ["a", "b", "c", "d"].map((key, at) => [key, imageOf(at)] as const);
  assert.equal(send(a!, b!), "AB");
  assert.equal(send(b!, c!), "bC");
  assert.equal(send(a!), "a", "used last");
  assert.equal(send(d!), "D");
  assert.equal(send(a!, c!, d!), "acd", "b went, which was used longest ago");
  assert.equal(send(b!), "B");
  assert.equal(send(["b", imageOf(9, 2)]), "B", "smaller");
  // More than the list holds: all of a request stay until the next one.
  assert.equal(send(a!, b!, c!, d!), "Abcd".replace("bcd", "bCd"));
  assert.equal(send(d!, c!, b!, a!), "dcba");
});

it("many requests at random find what they name on both sides", () => {
  const [parent, child] = [new SentImages(5 * bytesOfImage), new ReceivedImages(5 * bytesOfImage)];
  let state = 7;
  const random = (most: number): number => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * most);
  };
  let bare = 0;
  for (let request = 0; request < 500; request += 1) {
    const keys = Array.from({ length: 1 + random(7) }, () => random(9));
    const images = new Map(keys.map((key) => [`${key}`, imageOf(key, 2 + (key % 3))]));
    const sent = parent.toSend(images);
    bare += sent.filter(({ planes }) => !planes).length;
    assert.deepEqual(child.received(structuredClone(sent)), images);
  }
  assert.ok(bare > 500, `${bare} were not sent again`);
});

it("an image that is held keeps no memory but its own, as messages bring one with all others", () => {
  const message = new Float32Array(1000);
  const planes = message.subarray(10, 10 + 4 * sizePx ** 2);
  const held = new ReceivedImages().received([{ key: "a", sizePx, planes }]).get("a")!;
  assert.equal(held.planes.buffer.byteLength, planes.byteLength);
});

it("what is said to be held and is not is an error", () => {
  assert.throws(() => new ReceivedImages().received([{ key: "a", sizePx }]), /expected a… of 4 px to be held/);
});
