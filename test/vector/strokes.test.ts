import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import sharp from "sharp";
import type { Pixels } from "../../server/engine/interfaces.ts";
import { vectorise } from "../../server/vector/vectorise.ts";
import { pathsOf } from "../../shared/vectors/vector-path.ts";

const draw = async (svg: string): Promise<Pixels> => {
  const { data, info } = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { rgba: data, widthPx: info.width, heightPx: info.height };
};
const shown = (body: string, sidePx = 128): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${sidePx}" height="${sidePx}" viewBox="0 0 24 24" fill="none">${body}</svg>`;
/** A drawing in lines on a grid of 24 units, as icons are. */
const lined = (body: string, { cap = "round", join = "round", width = 2 } = {}): string =>
  shown(
    `<g stroke="#1f2328" stroke-width="${width}" stroke-linecap="${cap}" stroke-linejoin="${join}">${body}</g>`,
    256,
  );

interface StrokePath {
  readonly d: string;
  readonly width: number;
  readonly cap: string;
  readonly join: string;
}

const strokesIn = (svg: string): StrokePath[] =>
  [
    ...svg.matchAll(
      /fill="none" stroke="#[0-9a-f]{6}" stroke-width="([\d.]+)" stroke-linecap="(\w+)" stroke-linejoin="(\w+)" d="([^"]+)"/g,
    ),
  ].map(([, width, cap, join, d]) => ({ d: d!, width: Number(width), cap: cap!, join: join! }));

/** Pixels that only one of two pictures has, of those that either has. */
function apart(one: Pixels, two: Pixels): number {
  let [either, differ] = [0, 0];
  for (let at = 3; at < one.rgba.length; at += 4) {
    const [a, b] = [one.rgba[at]! >= 128, two.rgba[at]! >= 128];
    either += Number(a || b);
    differ += Number(a !== b);
  }
  return differ / either;
}

const icons: ReadonlyArray<readonly [name: string, body: string, lines: number, segments: number]> = [
  ["a circle", '<circle cx="12" cy="12" r="8"/>', 1, 4],
  ["a rounded frame", '<rect x="4" y="5" width="16" height="14" rx="3"/>', 1, 8],
  ["a check mark", '<path d="M5 12l5 5L20 7"/>', 1, 2],
  ["an arrow", '<path d="M5 12h14M13 6l6 6-6 6"/>', 2, 3],
  ["a cross", '<path d="M6 6l12 12M18 6L6 18"/>', 2, 2],
  ["arcs", '<path d="M3 10a13 13 0 0 1 18 0M6.5 14a8 8 0 0 1 11 0M10 17.5a3 3 0 0 1 4 0"/>', 3, 6],
  ["a person", '<circle cx="12" cy="7" r="4"/><path d="M5 21v-2a4 4 0 0 1 4-4h6a4 4 0 0 1 4 4v2"/>', 2, 9],
  ["a house", '<path d="M3 11l9-8 9 8M5 9v12h14V9M10 21v-6h4v6"/>', 3, 8],
];

for (const [name, body, lines, segments] of icons)
  test(`${name} in lines becomes strokes of that width with few nodes`, async () => {
    const source = await draw(lined(body));
    const { svg, layers, segmentCount } = vectorise(source);
    const [stroke, ...others] = strokesIn(svg);
    assert.ok(stroke, svg);
    assert.equal(others.length, 0);
    assert.equal(svg.match(/<path/g)!.length, 1);
    assert.ok(Math.abs(stroke.width - (2 * 256) / 24) < 0.5, `width ${stroke.width}`);
    assert.deepEqual([stroke.cap, stroke.join], ["round", "round"]);
    assert.equal(pathsOf(stroke.d)!.length, lines);
    assert.ok(segmentCount <= segments + 2, `at most ${segments + 2} segments, got ${segmentCount}: ${stroke.d}`);
    assert.equal(layers[0]!.strokePx!.toFixed(1), stroke.width.toFixed(1));
    assert.ok(apart(source, await draw(svg)) < 0.03, `${apart(source, await draw(svg))}`);
  });

test("ends and corners are as they were: flat and sharp", async () => {
  const source = await draw(lined('<path d="M5 20V6h14v14M12 6v9"/>', { cap: "butt", join: "miter" }));
  const { svg } = vectorise(source);
  const [stroke] = strokesIn(svg);
  assert.deepEqual([stroke?.cap, stroke?.join], ["butt", "miter"]);
  assert.ok(apart(source, await draw(svg)) < 0.02);
});

test("a line that ends at another ends in its middle, and one that crosses it goes on", async () => {
  const { svg } = vectorise(await draw(lined('<path d="M4 12h16M12 12v8"/>')));
  const [through, ending] = [...pathsOf(strokesIn(svg)[0]!.d)!].sort((one, two) => one.start[1] - two.start[1]);
  assert.equal(through!.segments.length, 1);
  const ends = [ending!.start, ending!.segments.at(-1)!.to].map(([, y]) => y);
  assert.ok(Math.abs(Math.min(...ends) - 128) < 2, `${ends}`);
  const crossed = pathsOf(strokesIn(vectorise(await draw(lined('<path d="M4 12h16M12 4v16"/>'))).svg)[0]!.d)!;
  assert.deepEqual(
    crossed.map(({ segments }) => segments.length),
    [1, 1],
  );
});

test("what is no line stays a fill beside the lines, of the same colour", async () => {
  const source = await draw(
    lined('<path d="M3 4h18M3 20h18"/><circle cx="12" cy="12" r="4.5" fill="#1f2328" stroke="none"/>'),
  );
  const { svg, layers } = vectorise(source);
  assert.equal(strokesIn(svg).length, 1);
  assert.equal(svg.match(/fill-rule/g)!.length, 1);
  assert.deepEqual(
    layers.map(({ name, strokePx }) => [name.endsWith(" fill"), strokePx !== undefined]),
    [
      [true, false],
      [false, true],
    ],
  );
  assert.ok(Math.abs(layers.reduce((sum, { share }) => sum + share, 0) - 0.23) < 0.05);
  assert.ok(apart(source, await draw(svg)) < 0.02);
});

test("lines lie on the areas that they go around", async () => {
  const { svg } = vectorise(
    await draw(lined('<rect x="4" y="4" width="16" height="16" rx="2" fill="#ffd43b"/><path d="M4 10h16"/>')),
  );
  const paths = [...svg.matchAll(/<path [^>]*>/g)].map(([tag]) => tag.includes("stroke-width"));
  assert.deepEqual(paths, [false, true]);
});

test("short lines at which long ones end keep their place: eaves, and a clasp at an edge", async () => {
  const drawings = [
    '<path d="M5 12H3l9-9 9 9h-2M5 12v7a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2v-7M9 21v-6a2 2 0 0 1 2-2h2a2 2 0 0 1 2 2v6"/>',
    '<path d="M17 8V5a1 1 0 0 0-1-1H6a2 2 0 0 0 0 4h12a1 1 0 0 1 1 1v3m0 4v3a1 1 0 0 1-1 1H6a2 2 0 0 1-2-2V6M20 12v4h-4a2 2 0 0 1 0-4h4"/>',
  ];
  for (const drawing of drawings) {
    const source = await draw(lined(drawing));
    const { svg } = vectorise(source);
    assert.ok(strokesIn(svg).length > 0);
    const off = apart(source, await draw(svg));
    assert.ok(off < 0.018, `${off}`);
  }
});

for (const [name, body, segments] of [
  ["a pill", '<rect x="3" y="8" width="18" height="8" rx="4"/>', 6],
  ["a shackle", '<path d="M8 17V9a4 4 0 0 1 8 0v8"/>', 4],
  ["a short shackle", '<path d="M8 15v-3a4 4 0 0 1 8 0v3"/>', 4],
  ["a door", '<path d="M9 21v-6a2 2 0 0 1 2-2h2a2 2 0 0 1 2 2v6"/>', 5],
] as const)
  test(`${name} is lines and quarters of circles`, async () => {
    const [path] = pathsOf(strokesIn(vectorise(await draw(lined(body))).svg)[0]!.d)!;
    assert.equal(path!.segments.length, segments);
    let from = path!.start;
    for (const { to, handles } of path!.segments) {
      const [wide, high] = [Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])];
      if (!handles) assert.ok(Math.min(wide, high) < 0.2, `level or upright: ${from} to ${to}`);
      else {
        assert.ok(Math.abs(wide - high) < 0.5, `a quarter: ${from} to ${to}`);
        const reach = Math.hypot(handles[0][0] - from[0], handles[0][1] - from[1]);
        assert.ok(Math.abs(reach / wide - 0.552) < 0.02, `a circle: ${reach / wide}`);
      }
      from = to;
    }
  });

test("outlines are closed paths, as asked", async () => {
  const source = await draw(lined('<path d="M5 12h14M13 6l6 6-6 6"/>'));
  const { svg } = vectorise(source, { lines: "outlines" });
  assert.equal(strokesIn(svg).length, 0);
  assert.ok(pathsOf(/ d="([^"]+)"/.exec(svg)![1]!)!.every(({ isOpen }) => !isOpen));
  assert.ok(apart(source, await draw(svg)) < 0.02);
});

test("solids, blots and lines of uneven width stay outlines", async () => {
  for (const body of [
    '<path fill="#1f2328" d="M12 2l9 20H3z"/>',
    '<rect x="3" y="10" width="18" height="3" fill="#1f2328"/>',
    '<path fill="#1f2328" d="M2 12q10-1 20-5v10q-10-4-20-5z"/>',
  ])
    assert.equal(strokesIn(vectorise(await draw(shown(body, 256))).svg).length, 0, body);
});

test("half-discs, pills, Ts and letters of uneven width in a clean logo stay outlines", async () => {
  for (const body of [
    '<path d="M240 216a24 24 0 0 1 0 48z"/>',
    '<path d="M240 228a12 12 0 0 1 0 24z"/><rect x="60" y="400" width="360" height="12"/>',
    '<rect x="220" y="228" width="40" height="24" rx="12"/>',
    '<path d="M200 200h80v20h-28v60h-24v-60h-28z"/>',
    '<path fill-rule="evenodd" d="M240 160a60 66 0 1 0 .1 0zm0 10a48 56 0 1 1 -.1 0z"/>',
  ]) {
    const { svg } = vectorise(
      await draw(`<svg xmlns="http://www.w3.org/2000/svg" width="480" height="480" fill="#222">${body}</svg>`),
    );
    assert.equal(strokesIn(svg).length, 0, body);
  }
});

test("short lines of one width are strokes where they are many", async () => {
  const dashes = '<path d="M4 6h3M10 6h3M16 6h3M4 18h3M10 18h3M16 18h3"/>';
  assert.equal(strokesIn(vectorise(await draw(lined(dashes))).svg).length, 1);
});

test("a width that lines are meant to have is theirs if they nearly have it", async () => {
  const pixels = await draw(lined('<path d="M4 12h16M12 4v16"/>', { width: 2.03 }));
  const meant = (2 * 256) / 24;
  assert.ok(Math.abs(strokesIn(vectorise({ ...pixels, linePx: meant }).svg)[0]!.width - meant) < 0.01);
  assert.ok(Math.abs(strokesIn(vectorise({ ...pixels, linePx: 1.5 * meant }).svg)[0]!.width - meant) < 0.6);
});

const place = fc.tuple(fc.integer({ min: 3, max: 21 }), fc.integer({ min: 3, max: 21 }));
const polyline = fc.array(place, { minLength: 2, maxLength: 5 });

test("any lines at all are drawn as they were, as strokes or as outlines, the same bytes every time", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(polyline, { minLength: 1, maxLength: 3 }),
      fc.constantFrom("round", "butt"),
      fc.constantFrom(1, 1.5, 2, 3),
      async (all, cap, width) => {
        const body = all.map((points) => `<path d="M${points.map((point) => point.join(" ")).join("L")}"/>`).join("");
        const source = await draw(lined(body, { cap, width }));
        let traced: ReturnType<typeof vectorise>;
        try {
          traced = vectorise(source);
        } catch (error) {
          // Lines of no length with flat ends draw nothing.
          assert.match(String(error), /transparent/);
          return;
        }
        assert.equal(vectorise({ ...source, rgba: source.rgba.slice() }).svg, traced.svg);
        for (const [, data] of traced.svg.matchAll(/ d="([^"]+)"/g)) assert.ok(pathsOf(data!), data);
        assert.ok(apart(source, await draw(traced.svg)) < 0.06, traced.svg);
      },
    ),
    { numRuns: 40, seed: 11 },
  );
});
