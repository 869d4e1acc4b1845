/** Icons on a ground that they share: it is told from them, drawings come off it and go back on, in its colours or given ones. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { styleAreasOf } from "../../server/engine/areas/style-areas.ts";
import { finish } from "../../server/engine/pixels/finish.ts";
import { groundOf } from "../../server/engine/pixels/ground/ground.ts";
import { offGround } from "../../server/engine/pixels/ground/off-ground.ts";
import { inColours, onGround } from "../../server/engine/pixels/ground/on-ground.ts";
import { channelsOfHex } from "../../server/engine/pixels/hex-colour.ts";
import { styleInkOf } from "../../server/engine/pixels/style-ink.ts";
import { usualInk } from "../../server/engine/pixels/usual-ink.ts";
import { readInInk } from "../../server/engine/read-in-ink.ts";
import { entryOfGround, groundOfEntry } from "../../server/experts/style-entries/ground-entry.ts";
import { twiceAsLarge } from "./twice-as-large.ts";

const sizePx = 64;
const pixels = sizePx ** 2;
type Colour = readonly [number, number, number];
const [red, blue, white, black]: Colour[] = [
  [0.8, 0.2, 0.1],
  [0.1, 0.3, 0.8],
  [1, 1, 1],
  [0, 0, 0],
];

const disc = (x: number, y: number, radius: number) => (column: number, row: number) =>
  Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(column + 0.5 - x, row + 0.5 - y)));

type Paint = (x: number, y: number) => readonly [...Colour, number];

/** Two dots of an ink on a ground that is painted by place. */
function iconOn(at: number, paint: Paint, ink = white!) {
  const [left, right] = [disc(22 + (at % 4), 32, 6), disc(42 - (at % 3), 34, 5)];
  const planes = new Float32Array(4 * pixels);
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const [x, y] = [pixel % sizePx, Math.floor(pixel / sizePx)];
    const [r, g, b, alpha] = paint(x, y);
    const share = Math.max(left(x, y), right(x, y));
    for (const [channel, ground] of [r, g, b].entries())
      planes[channel * pixels + pixel] = alpha * ((1 - share) * ground + share * ink[channel]!);
    planes[3 * pixels + pixel] = alpha;
  }
  return { planes, sizePx };
}
/** Icons off their ground and on it again differ little from what they were. */
function assertBack(drawings: ReturnType<typeof iconOn>[], most = 0.015): void {
  const ground = groundOf(drawings)!;
  for (const drawing of drawings) {
    const off = offGround(drawing, ground)!;
    const again = onGround(off.planes, { ...ground, looks: [off.look] }).planes(off.planes);
    const apart = again.reduce((sum, value, at) => sum + Math.abs(value - drawing.planes[at]!), 0) / again.length;
    assert.equal(apart < most, true, `${apart}`);
  }
}
const kept = (drawings: ReturnType<typeof iconOn>[]) => groundOfEntry(entryOfGround(groundOf(drawings)!));

/** A disc of one colour with two dots of another. */
function iconAt(at: number, ground = at % 3 === 0 ? blue! : red!, ink = white!) {
  const [whole, left, right] = [disc(32, 32, 29), disc(22 + (at % 4), 32, 6), disc(42 - (at % 3), 34, 5)];
  const planes = new Float32Array(4 * pixels);
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const [x, y] = [pixel % sizePx, Math.floor(pixel / sizePx)];
    const [alpha, share] = [whole(x, y), Math.max(left(x, y), right(x, y))];
    for (let channel = 0; channel < 3; channel += 1)
      planes[channel * pixels + pixel] = alpha * ((1 - share) * ground[channel]! + share * ink[channel]!);
    planes[3 * pixels + pixel] = alpha;
  }
  return { planes, sizePx };
}
const icons = Array.from({ length: 9 }, (_, at) => iconAt(at));
const near = (one: readonly number[], other: readonly number[], within = 0.02): boolean =>
  one.every((value, at) => Math.abs(value - other[at]!) <= within);
const pixelOf = (planes: Float32Array, x: number, y: number, side = sizePx): number[] =>
  [0, 1, 2, 3].map((channel) => planes[channel * side ** 2 + y * side + x]!);

test("a disc that icons share is found with its colours, the most frequent first, and the drawings' place on it", () => {
  const ground = groundOf(icons)!;
  assert.equal(ground.looks.length, 2);
  assert.ok(near(ground.looks[0]!.ground, red!) && near(ground.looks[1]!.ground, blue!));
  assert.ok(ground.looks.every(({ ink }) => near(ink, white!)));
  assert.ok(
    near(
      pixelOf(new Float32Array([...ground.mask, ...ground.mask, ...ground.mask, ...ground.mask]), 32, 5),
      [1, 1, 1, 1],
    ),
  );
  const { left, top, sidePx } = ground.place;
  assert.ok(Math.abs(left + sidePx / 2 - 32) < 2 && Math.abs(top + sidePx / 2 - 33) < 3 && sidePx > 30 && sidePx < 44);
  assert.deepEqual(styleInkOf(icons), { isOneInk: true, ground, lines: { isAll: false } });
});

test("a drawing comes off its ground in the usual ink and larger, and laid on it again is where it was", () => {
  const ground = groundOf(icons)!;
  const alone = offGround(icons[1]!, ground)!.planes;
  const inked = channelsOfHex(usualInk);
  assert.ok(near(pixelOf(alone, 32, 32), [0, 0, 0, 0]));
  const x = Math.round(((23.5 - ground.place.left) / ground.place.sidePx) * sizePx);
  assert.ok(near(pixelOf(alone, x, 32), [...inked, 1]));
  const again = onGround(alone, { ...ground, looks: [ground.looks[0]!] }).planes(alone);
  let [sum, most] = [0, 0];
  for (const [at, value] of again.entries()) {
    const apart = Math.abs(value - icons[1]!.planes[at]!);
    sum += apart;
    most = Math.max(most, apart);
  }
  assert.ok(sum / again.length < 0.01 && most < 0.5, `${sum / again.length} ${most}`);
});

test("an answer laid on a ground has the same colours at every size, and nothing beyond the ground", () => {
  const ground = groundOf(icons)!;
  const drawn = offGround(icons[1]!, ground)!.planes;
  const { planes, again } = finish(drawn, { isOneInk: true, ground });
  const double = twiceAsLarge(drawn, sizePx);
  const large = again(double);
  for (const [x, y] of [
    [32, 8],
    [23, 32],
    [1, 1],
  ] as const)
    assert.ok(near(pixelOf(large, 2 * x + 1, 2 * y + 1, 2 * sizePx), pixelOf(planes, x, y), 0.03), `${x}, ${y}`);
  assert.ok(near(pixelOf(planes, 1, 1), [0, 0, 0, 0], 0.001));
});

test("of requested colours the one nearest to the ink is the ink and each other one a ground; one alone is the ground", () => {
  const ground = groundOf(icons)!;
  assert.deepEqual(inColours(ground, [white!, red!, blue!]).looks, [
    { ground: red, ink: white },
    { ground: blue, ink: white },
  ]);
  const mixed = groundOf([...icons, ...[1, 2].map((at) => iconAt(at, [1, 0.8, 0.1], black!))])!;
  const [look] = inColours(mixed, [[0.95, 0.95, 0.9]]).looks;
  assert.ok(near(look!.ink, black!, 0.05), `${look!.ink}`);
});

test("few icons, icons of other shapes, of several inks, or without anything on the ground share none", () => {
  assert.equal(groundOf(icons.slice(0, 5)), undefined);
  assert.equal(
    groundOf(
      icons.map(({ planes }, at) => ({
        sizePx,
        planes: at % 2 ? planes : planes.map((value, place) => (place % sizePx < 32 ? value : 0)),
      })),
    ),
    undefined,
  );
  const motley = icons.map(({ planes }, at) => {
    const other = iconAt(at, undefined, black!).planes;
    return { sizePx, planes: planes.map((value, place) => (place % sizePx < 32 ? value : other[place]!)) };
  });
  assert.equal(groundOf(motley), undefined);
  assert.equal(groundOf(icons.map((_, at) => iconAt(at, red!, red!))), undefined);
});

test("things of several colours on a disc that icons share are no style of one ink, but one of areas on it", () => {
  const grounds = icons.map(({ planes }, at) => {
    const [one, other] = [iconAt(at, red!, white!).planes, iconAt(at, red!, at % 2 ? black! : blue!).planes];
    return { sizePx, planes: planes.map((_, place) => (place % sizePx < 32 ? one[place]! : other[place]!)) };
  });
  const { isOneInk, ground, areas, plate } = styleInkOf(grounds);
  assert.deepEqual([isOneInk, ground, areas!.ground], [false, undefined, undefined]);
  assert.equal(plate!.mask.length, sizePx ** 2);
  assert.equal(styleAreasOf(grounds)!.ground!.mask.length, sizePx ** 2);
});

test("requested colours of a style on a ground are painted, and no condition of the drawing besides", () => {
  const images = icons.map((icon, at) => ({ kind: "image" as const, ...icon, key: `on ${at}` }));
  const values = {
    style: { kind: "images" as const, images },
    colours: { kind: "colours" as const, colours: ["#ff0000"] },
  };
  assert.deepEqual(Object.keys(readInInk({ conditions: [] }, values, styleInkOf(icons))), ["style"]);
});

test("a ground with a linear gradient is read with it, at any angle, and keeps it in a manifest and in requested colours", () => {
  const whole = disc(32, 32, 29);
  const drawings = [0, 1, 2, 3, 4, 5, 6, 7].map((at) =>
    iconOn(at, (x, y) => [0.2 + 0.008 * y, 0.3 + 0.004 * x, 0.9 - 0.006 * y, whole(x, y)]),
  );
  const { looks, face, shadow } = kept(drawings);
  assert.deepEqual([looks.length, face, shadow], [1, undefined, undefined]);
  const [x, y] = looks[0]!.slopes!;
  assert.ok(near(x, [0, 0.256, 0], 0.03) && near(y, [0.512, 0, -0.384], 0.03), `${x}; ${y}`);
  assertBack(drawings);
  const [look] = inColours(kept(drawings), [[0.5, 0.5, 0.5]]).looks;
  assert.deepEqual([look!.ground, look!.slopes], [[0.5, 0.5, 0.5], looks[0]!.slopes]);
});

test("a ground with a rim of another colour is read with it, and of requested colours the ink's is the rim's where both were one", () => {
  const [whole, inner] = [disc(32, 32, 29), disc(32, 32, 25)];
  const rimmed = (rim: Colour, ink: Colour) =>
    [0, 1, 2, 3, 4, 5, 6, 7].map((at) =>
      iconOn(
        at,
        (x, y) => {
          const share = inner(x, y);
          const value = (channel: number) => (1 - share) * rim[channel]! + share * blue![channel]!;
          return [value(0), value(1), value(2), whole(x, y)];
        },
        ink,
      ),
    );
  const ofInk = rimmed(white!, white!);
  const { looks, face } = kept(ofInk);
  assert.ok(near(looks[0]!.rim!, white!) && near(looks[0]!.ground, blue!), `${looks[0]!.rim}`);
  const area = face!.reduce((sum, share) => sum + share, 0) / (Math.PI * 25 ** 2);
  assert.ok(Math.abs(area - 1) < 0.03, `${area}`);
  assertBack(ofInk);
  const [look] = inColours(kept(ofInk), [[1, 0.9, 0.7], red!]).looks;
  assert.deepEqual([look!.rim, look!.ink, look!.ground], [[1, 0.9, 0.7], [1, 0.9, 0.7], red]);
  const other = rimmed(black!, white!);
  assertBack(other);
  assert.ok(near(kept(other).looks[0]!.rim!, black!));
});

test("a soft shadow around a ground is no part of it: answers have it, and no ink lies on it", () => {
  const [whole, soft] = [
    disc(32, 30, 22),
    (x: number, y: number) => Math.min(0.5, Math.max(0, (31 - Math.hypot(x - 32, y - 33)) / 16)),
  ];
  const drawings = [0, 1, 2, 3, 4, 5, 6, 7].map((at) =>
    iconOn(at, (x, y) => {
      const share = whole(x, y);
      const alpha = share + (1 - share) * soft(x, y);
      const value = (channel: number) => (alpha === 0 ? 0 : (share * red![channel]!) / alpha);
      return [value(0), value(1), value(2), alpha];
    }),
  );
  const ground = kept(drawings);
  assert.ok(near(ground.looks[0]!.shadow!, black!, 0.05) && near(ground.looks[0]!.ground, red!));
  const area = ground.mask.reduce((sum, alpha) => sum + alpha, 0) / (Math.PI * 22 ** 2);
  assert.ok(Math.abs(area - 1) < 0.03, `${area}`);
  assertBack(drawings);
  const full = new Float32Array(4 * pixels).fill(1);
  const painted = onGround(full, ground).planes(full);
  assert.ok(near(pixelOf(painted, 32, 57).slice(0, 3), [0, 0, 0], 0.05), `${pixelOf(painted, 32, 57)}`);
  assert.ok(pixelOf(painted, 32, 57)[3]! > 0.1 && near(pixelOf(painted, 32, 40), [1, 1, 1, 1], 0.05));
});

test("where each icon has a colour of its own, eight of evenly spread hues are kept; grounds that fade towards the middle are none", () => {
  const whole = disc(32, 32, 29);
  const colourAt = (at: number): Colour => [
    0.5 + 0.4 * Math.cos(at / 4),
    0.5 + 0.4 * Math.cos(at / 4 - 2.1),
    0.5 + 0.4 * Math.cos(at / 4 + 2.1),
  ];
  const many = Array.from({ length: 24 }, (_, at) => iconOn(at, (x, y) => [...colourAt(at), whole(x, y)], black!));
  const { looks } = kept(many);
  assert.equal(looks.length, 8);
  for (const [at, look] of looks.entries())
    for (const other of looks.slice(at + 1)) assert.equal(near(look.ground, other.ground, 0.1), false);
  const fading = many.map((_, at) =>
    iconOn(
      at,
      (x, y) => {
        const share = Math.min(1, Math.hypot(x - 32, y - 32) / 29);
        return [share, share, 1, whole(x, y)];
      },
      black!,
    ),
  );
  assert.equal(groundOf(fading), undefined);
});
