/** A drawing of one ink and its tint in two colours: each where it belongs, with edges of ink that are not taken for tint. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inTints } from "../../server/engine/pixels/in-tints.ts";
import { drawLayers } from "../../server/engine/pixels/layered-image.ts";

const sizePx = 64;
const pixels = sizePx ** 2;
const colours = ["#000000", "#ff8000"];

/** A ring of ink around a disc of tint, with soft edges, and a disc of tint without a ring. */
function drawing(tintAt: (distance: number) => number): Float32Array {
  const planes = new Float32Array(4 * pixels);
  for (let at = 0; at < pixels; at += 1) {
    const [x, y] = [(at % sizePx) + 0.5, Math.floor(at / sizePx) + 0.5];
    const cover = (from: number) => Math.min(1, Math.max(0, from + 0.5));
    const ringed = Math.hypot(x - 20, y - 20);
    const ring = Math.min(cover(16 - ringed), cover(ringed - 12));
    const tinted = Math.max(cover(14 - ringed) * tintAt(ringed), cover(10 - Math.hypot(x - 46, y - 46)) * 0.25);
    planes[3 * pixels + at] = ring + (1 - ring) * tinted;
  }
  return planes;
}

/** Red and alpha of a pixel. */
const reader =
  (planes: Float32Array, side = sizePx) =>
  (x: number, y: number): [number, number] => [planes[y * side + x]!, planes[3 * side ** 2 + y * side + x]!];

test("ink gets the first colour and its tint the second, both opaque, and the outer edge of ink has none of the second", () => {
  const at = reader(
    drawLayers(
      inTints(
        drawing(() => 0.25),
        sizePx,
        colours,
      ),
      1,
    ),
  );
  for (const [x, y, red] of [
    [20, 20, 1],
    [20, 6, 0],
    [46, 46, 1],
  ] as const) {
    const [got, alpha] = at(x, y);
    assert.ok(alpha > 0.98 && Math.abs(got - red) < 0.02, `${x}, ${y}: ${got} of ${alpha}`);
  }
  for (let x = 0; x < 6; x += 1) assert.ok(at(x, 20)[0] < 0.02, `${x}: ${at(x, 20)}`);
  assert.ok(at(60, 10)[1] < 0.02);
});

test("tint that fades inside of a ring fills it evenly, and little of it leaves the ring empty", () => {
  const fading = reader(
    drawLayers(
      inTints(
        drawing((distance) => (distance > 9 ? 0.06 : 0.25)),
        sizePx,
        colours,
      ),
      1,
    ),
  );
  const [, faint] = fading(20, 9);
  assert.ok(faint > 0.001 && faint < 0.1, `tint in less than seven tenths of the area stays as it is: ${faint}`);
  const [[middle, ofMiddle], [ring, ofRing]] = [fading(20, 20), fading(20, 6)];
  assert.ok(middle > 0.98 && ofMiddle > 0.98 && ring < 0.02 && ofRing > 0.98, `${middle} ${ring}`);
  const most = reader(
    drawLayers(
      inTints(
        drawing((distance) => (distance > 11 ? 0.06 : 0.25)),
        sizePx,
        colours,
      ),
      1,
    ),
  );
  assert.ok(most(20, 9)[0] > 0.98, `${most(20, 9)}`);
  const little = reader(
    drawLayers(
      inTints(
        drawing((distance) => (distance < 3 ? 0.25 : 0)),
        sizePx,
        colours,
      ),
      1,
    ),
  );
  assert.ok(little(20, 20)[1] < 0.1, `${little(20, 20)}`);
});

test("a drawing without tint has the first colour alone, and enlarged layers have the colours of the small ones", () => {
  const plain = drawing(() => 0).map((alpha) => (alpha > 0.3 ? alpha : 0));
  assert.ok(Math.max(...drawLayers(inTints(plain, sizePx, colours), 1).subarray(0, pixels)) < 0.02);
  const large = drawLayers(
    inTints(
      drawing(() => 0.25),
      sizePx,
      colours,
    ),
    2,
  );
  const at = reader(large, 2 * sizePx);
  assert.ok(at(40, 40)[0] > 0.98 && at(40, 12)[0] < 0.02 && at(40, 12)[1] > 0.98);
});

test("a drawing that is translucent throughout gets the first colour alone, opaque", () => {
  for (const level of [0.25, 0.5, 0.7]) {
    const even = drawing(() => 0).map((alpha) => (alpha > 0.3 ? alpha * level : 0));
    const drawn = drawLayers(inTints(even, sizePx, ["#ff0000", "#0000ff"]), 1);
    const [red, alpha] = reader(drawn)(20, 6);
    assert.ok(red > 0.98 && alpha > 0.98, `${level}: ${red} of ${alpha}`);
    assert.ok(Math.max(...drawn.subarray(2 * pixels, 3 * pixels)) < 0.02, `${level}: the second colour is drawn`);
  }
});

test("weak ink gets the first colour and its tint the second, whichever of them is larger", () => {
  for (const [ink, level] of [
    [0.8, 0.2],
    [0.6, 0.2],
    [0.8, 0.5],
  ] as const)
    for (const rightPx of [10, 50]) {
      const planes = new Float32Array(4 * pixels);
      for (let at = 0; at < pixels; at += 1) {
        const [x, y] = [at % sizePx, Math.floor(at / sizePx)];
        if (Math.min(x, y) >= 4 && Math.max(x, y) < 60) planes[3 * pixels + at] = x < rightPx ? ink : level;
      }
      const at = reader(drawLayers(inTints(planes, sizePx, ["#ff0000", "#0000ff"]), 1));
      for (const [x, wanted] of [
        [7, 1],
        [55, 0],
      ] as const) {
        const [red, alpha] = at(x, 32);
        assert.ok(alpha > 0.98 && Math.abs(red - wanted) < 0.02, `${ink}, ${level}, ${rightPx}: ${red} of ${alpha}`);
      }
    }
});

test("of three levels the lowest is the tint, however small its area is", () => {
  const planes = new Float32Array(4 * pixels);
  for (let at = 0; at < pixels; at += 1) {
    const x = at % sizePx;
    planes[3 * pixels + at] = x < 8 ? 1 : x < 54 ? 0.7 : 0.2;
  }
  const at = reader(drawLayers(inTints(planes, sizePx, ["#ff0000", "#0000ff"]), 1));
  assert.deepEqual(
    [3, 30, 59].map((x) => Math.round(at(x, 32)[0])),
    [1, 1, 0],
  );
});

test("of three or four colours areas of tint get theirs by size, areas of one size the same, at every size of the answer", () => {
  const planes = new Float32Array(4 * pixels);
  const fill = (left: number, top: number, side: number, alpha: number): void => {
    for (let y = top; y < top + side; y += 1)
      for (let x = left; x < left + side; x += 1) planes[3 * pixels + y * sizePx + x] = alpha;
  };
  // Frames of ink around areas of tint: a large one, two of one size, a small one.
  for (const [left, top, side] of [
    [2, 2, 34],
    [40, 2, 20],
    [40, 26, 20],
    [4, 44, 14],
  ] as const) {
    fill(left, top, side, 1);
    fill(left + 3, top + 3, side - 6, 0.25);
  }
  const inks = { black: [0, 0, 0], red: [1, 0, 0], green: [0, 1, 0], blue: [0, 0, 1] } as const;
  const hexes = ["#000000", "#ff0000", "#00ff00", "#0000ff"];
  const middles = { large: [18, 18], first: [50, 12], second: [50, 36], small: [11, 51], frame: [3, 18] } as const;
  for (const [count, wanted] of [
    [4, { large: "red", first: "green", second: "green", small: "blue", frame: "black" }],
    [3, { large: "red", first: "green", second: "green", small: "green", frame: "black" }],
    [2, { large: "red", first: "red", second: "red", small: "red", frame: "black" }],
  ] as const)
    for (const factor of [1, 2]) {
      const side = factor * sizePx;
      const drawn = drawLayers(inTints(planes, sizePx, hexes.slice(0, count)), factor);
      for (const [place, ink] of Object.entries(wanted)) {
        const [x, y] = middles[place as keyof typeof middles];
        const got = [0, 1, 2, 3].map((channel) => drawn[channel * side ** 2 + factor * (y * side + x)]!);
        const expected = [...inks[ink], 1];
        assert.ok(
          got.every((value, channel) => Math.abs(value - expected[channel]!) < 0.03),
          `${count} colours, ${place} × ${factor}: expected ${expected}, got ${got}`,
        );
      }
    }
});
