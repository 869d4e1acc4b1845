/** Rough sketches become the clean lines that were meant. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { curveOf } from "../../server/tidy/curves.ts";
import { drawnClean } from "../../server/tidy/draw.ts";
import { tidied } from "../../server/tidy/tidy.ts";
import type { Point } from "../../shared/vectors/vector-path.ts";
import { arc, boundsOf, cleaned, cornersOf, handDrawn, planesOf, sketchPx } from "./sketches.ts";

const near = (one: number, other: number, most = 0.01): boolean => Math.abs(one - other) <= most;
const isUpright = ([x]: Point, [u]: Point): boolean => near(x, u);
const isLevel = ([, y]: Point, [, v]: Point): boolean => near(y, v);

test("a wobbly box whose ends do not meet is four lines that are upright and level, with corners", async () => {
  const box = handDrawn(
    [
      [41, 38],
      [163, 44],
      [160, 161],
      [43, 158],
      [39, 47],
    ],
    1,
  );
  const { paths } = await cleaned([box]);
  assert.equal(paths.length, 1);
  assert.ok(!paths[0]!.isOpen);
  const [left, right, top, bottom] = boundsOf(paths);
  const lines = paths[0]!.segments.filter(({ handles }) => !handles);
  assert.equal(lines.length, 4);
  const corners = cornersOf(paths[0]!);
  for (const [at, { handles }] of paths[0]!.segments.entries()) {
    if (handles) continue;
    const [from, to] = [at === 0 ? paths[0]!.start : corners[at - 1]!, corners[at]!];
    assert.ok(isUpright(from, to) || isLevel(from, to), `${from} to ${to}`);
  }
  assert.ok(right - left > 190 && bottom - top > 180, `${[left, right, top, bottom]}`);
});

for (const [what, turns] of [
  ["that overlaps", 1.06],
  ["that does not close", 0.95],
] as const)
  test(`a circle ${what} is a circle`, async () => {
    const { paths } = await cleaned([handDrawn(arc([100, 100], 70, turns), 1.5)]);
    assert.equal(paths.length, 1);
    assert.equal(paths[0]!.segments.length, 4);
    const [left, right, top, bottom] = boundsOf(paths);
    assert.ok(near(right - left, bottom - top), `${right - left} by ${bottom - top}`);
  });

test("an ellipse stays one, along the axes", async () => {
  const points = arc([100, 100], 70).map(([x, y]): Point => [x, 100 + 0.55 * (y - 100)]);
  const { paths } = await cleaned([handDrawn(points, 1)]);
  const [left, right, top, bottom] = boundsOf(paths);
  assert.equal(paths[0]!.segments.length, 4);
  assert.ok(near((bottom - top) / (right - left), 0.55, 0.05));
});

test("what runs on beyond a corner is cut, and what lacks is added: both meet at one point", async () => {
  const { paths } = await cleaned([
    handDrawn(
      [
        [40, 40],
        [40, 165],
      ],
      0.6,
    ),
    handDrawn(
      [
        [33, 160],
        [160, 160],
      ],
      0.6,
    ),
  ]);
  assert.equal(paths.length, 1);
  assert.equal(paths[0]!.segments.length, 2);
  const [from, corner, to] = cornersOf(paths[0]!) as [Point, Point, Point];
  assert.ok([from, to].some((end) => isUpright(end, corner)) && [from, to].some((end) => isLevel(end, corner)));
  const apart = await cleaned([
    handDrawn(
      [
        [40, 40],
        [40, 154],
      ],
      0.6,
    ),
    handDrawn(
      [
        [47, 160],
        [160, 160],
      ],
      0.6,
    ),
  ]);
  assert.equal(apart.paths.length, 1);
});

test("a house is symmetrical, its door stands on the floor, and its roof has its top in the middle", async () => {
  const { paths } = await cleaned([
    handDrawn(
      [
        [30, 90],
        [98, 28],
        [172, 86],
        [168, 168],
        [33, 172],
        [29, 95],
      ],
      1,
    ),
    handDrawn(
      [
        [82, 166],
        [80, 118],
        [121, 120],
        [118, 165],
      ],
      1,
    ),
  ]);
  const [left, right, top, bottom] = boundsOf(paths);
  const points = paths.flatMap(cornersOf);
  const tip = points.find(([, y]) => near(y, top))!;
  assert.ok(near(tip[0], (left + right) / 2, 0.5), `${tip} between ${left} and ${right}`);
  const door = paths.find((path) => path.isOpen)!;
  for (const [, y] of [cornersOf(door)[0]!, cornersOf(door).at(-1)!])
    assert.ok(near(y, bottom, 0.05), `${y}, ${bottom}`);
});

test("strokes beside each other stay two, rays stay apart from a sun, and dots stay dots", async () => {
  const pause = await cleaned([
    handDrawn([
      [70, 40],
      [72, 160],
    ]),
    handDrawn([
      [128, 42],
      [126, 161],
    ]),
  ]);
  assert.equal(pause.paths.length, 2);
  for (const path of pause.paths) assert.ok(isUpright(path.start, path.segments[0]!.to));
  const rays = [0, 0.25, 0.5, 0.75].map((turn): Point[] => {
    const at = (far: number): Point => [
      100 + far * Math.cos(2 * Math.PI * turn),
      100 + far * Math.sin(2 * Math.PI * turn),
    ];
    return [at(62), at(84)];
  });
  const sun = await cleaned([handDrawn(arc([100, 100], 36), 1), ...rays]);
  assert.equal(sun.paths.length, 5);
  const face = await cleaned([
    handDrawn(arc([100, 100], 80), 1),
    [
      [75, 85],
      [75.5, 85],
    ],
    [
      [125, 86],
      [125.5, 86],
    ],
  ]);
  assert.equal(face.dots.length, 2);
  assert.ok(near(face.dots[0]![1], face.dots[1]![1]));
});

test("the head of an arrow is sharp, though its shaft ends there", async () => {
  const { paths } = await cleaned([
    handDrawn(
      [
        [30, 100],
        [165, 102],
      ],
      0.8,
    ),
    handDrawn(
      [
        [118, 55],
        [167, 101],
        [120, 148],
      ],
      0.8,
    ),
  ]);
  const head = paths.find(({ segments }) => segments.length === 2)!;
  assert.ok(
    head?.segments.every(({ handles }) => !handles),
    JSON.stringify(paths),
  );
  const shaft = paths.find((path) => path !== head)!;
  assert.ok(isLevel(shaft.start, shaft.segments.at(-1)!.to));
  const tip = head.segments[0]!.to;
  assert.ok([shaft.start, shaft.segments.at(-1)!.to].some((end) => Math.hypot(end[0] - tip[0], end[1] - tip[1]) < 1));
});

test("size, place, and the thickness of the pen do not matter", async () => {
  const strokes = [
    handDrawn(arc([100, 100], 70), 1),
    handDrawn([
      [60, 100],
      [140, 101],
    ]),
  ];
  const small = strokes.map((points) => points.map(([x, y]): Point => [20 + x / 4, 130 + y / 4]));
  const [whole, little] = [await cleaned(strokes, 6), await cleaned(small, 1.5)];
  assert.deepEqual(
    little.paths.map(({ segments }) => segments.length),
    whole.paths.map(({ segments }) => segments.length),
  );
  for (const [at, value] of boundsOf(little.paths).entries()) assert.ok(near(value, boundsOf(whole.paths)[at]!, 4));
});

test("what is no drawing of strokes is said to be none, and paper without any is empty", async () => {
  const disc = '<circle cx="100" cy="100" r="80"/>';
  assert.equal(
    tidied(
      await planesOf(
        [
          [
            [100, 100],
            [101, 100],
          ],
        ],
        6,
        disc,
      ),
      sketchPx,
    ),
    "filled",
  );
  const hatch = Array.from({ length: 30 }, (_, at): Point[][] => [
    [
      [10, 10 + 6 * at],
      [190, 10 + 6 * at],
    ],
    [
      [10 + 6 * at, 10],
      [10 + 6 * at, 190],
    ],
  ]).flat();
  assert.equal(tidied(await planesOf(hatch, 1), sketchPx), "filled");
  assert.equal(tidied(new Float32Array(4 * sketchPx ** 2), sketchPx), undefined);
});

test("the same sketch gives the same lines", async () => {
  const planes = await planesOf([
    handDrawn(arc([90, 100], 50)),
    handDrawn([
      [90, 150],
      [90, 190],
    ]),
  ]);
  assert.deepEqual(tidied(planes, sketchPx), tidied(planes.slice(), sketchPx));
});

test("clean lines are drawn as large as asked, in the middle, as broad as the pen was but within what icons have", async () => {
  const sizePx = 128;
  const widths: number[] = [];
  for (const penPx of [1, 14, 30]) {
    const clean = await cleaned([handDrawn(arc([100, 100], 75), 0.5)], penPx);
    const alpha = drawnClean(clean, sizePx, [0, 0, 0], 0.75).subarray(3 * sizePx ** 2);
    const inked = [...alpha.keys()].filter((at) => alpha[at]! >= 0.5);
    const columns = inked.map((at) => at % sizePx);
    assert.ok(near(Math.max(...columns) - Math.min(...columns) + 1, 0.75 * sizePx, 1.5));
    assert.equal(Math.max(...columns) + Math.min(...columns), sizePx - 1);
    const across = alpha.subarray((sizePx / 2) * sizePx, (sizePx / 2) * sizePx + sizePx / 2);
    widths.push(across.reduce((sum, value) => sum + value, 0));
  }
  // 1.25 and 2 of 24.
  assert.ok(near(widths[0]!, 6.67, 0.1) && near(widths[2]!, 10.67, 0.1), `${widths}`);
  assert.ok(widths[1]! > widths[0]! + 0.5 && widths[1]! < widths[2]!);
});

for (const seed of [13, 43])
  test(`strokes without order, of seed ${seed}, stay where they are`, async () => {
    let state = seed;
    const random = (from: number, to: number): number => {
      state = (1103515245 * state + 12345) % 2 ** 31;
      return from + ((to - from) * state) / 2 ** 31;
    };
    const strokes = Array.from({ length: 20 }, (_, at) =>
      at % 2 === 1
        ? arc([random(20, 180), random(20, 180)], random(2, 40), random(0.2, 1.1), random(0, 1))
        : ([
            [random(10, 190), random(10, 190)],
            [random(10, 190), random(10, 190)],
          ] as const),
    );
    const clean = await cleaned(strokes, 2);
    for (const value of boundsOf(clean.paths)) assert.ok(value > -30 && value < 290, `${value}`);
    assert.ok(!drawnClean(clean, 64, [0, 0, 0]).some(Number.isNaN));
  });

test("a small star keeps its rays: of short lines beside each other not all are bends", () => {
  const corner = (at: number): Point => {
    const [radius, angle] = [at % 2 === 0 ? 16 : 6.4, (Math.PI * at) / 8];
    return [100 + radius * Math.cos(angle), 100 + radius * Math.sin(angle)];
  };
  const points = Array.from({ length: 160 }, (_, at): Point => {
    const [from, to, share] = [corner(Math.floor(at / 10)), corner(Math.floor(at / 10) + 1), (at % 10) / 10];
    return [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
  });
  const { curve } = curveOf(points, true, 1);
  assert.ok(curve.pieces.length > 3, `${curve.pieces.length}`);
});

for (const [what, height] of [
  ["square", 200],
  ["wide", 150],
] as const)
  test(`a ${what} photograph that is half in the shade shows its strokes alone`, async () => {
    const sheet = `<rect y="${(200 - height) / 2}" width="200" height="${height}" fill="#fff"/>`;
    const planes = await planesOf([arc([100, 100], 60)], 6, sheet);
    const pixels = sketchPx ** 2;
    const shaded = planes.map((value, at) => {
      const share = ((at % sketchPx) + Math.floor((at % pixels) / sketchPx)) / (2 * sketchPx);
      return at < 3 * pixels ? value * (1 - 0.5 * share) : value;
    });
    const clean = tidied(shaded, sketchPx);
    assert.ok(clean && clean !== "filled");
    assert.deepEqual([clean.paths.length, clean.dots.length], [1, 0]);
  });
