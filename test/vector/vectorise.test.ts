import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import sharp, { type Sharp } from "sharp";
import type { Pixels } from "../../server/engine/interfaces.ts";
import { readPicture } from "../../server/vector/picture.ts";
import { vectorise } from "../../server/vector/vectorise.ts";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { pathsOf } from "../../shared/vectors/vector-path.ts";

const draw = async (svg: string): Promise<Pixels> => {
  const { data, info } = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { rgba: data, widthPx: info.width, heightPx: info.height };
};
const drawing = (body: string, sidePx = 128): Promise<Pixels> =>
  draw(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${sidePx}" height="${sidePx}" viewBox="0 0 128 128">${body}</svg>`,
  );

function compare(one: Pixels, two: Pixels): { iou: number; difference: number } {
  let [both, either, difference] = [0, 0, 0];
  for (let at = 0; at < one.rgba.length; at += 4) {
    const [a, b] = [one.rgba[at + 3]!, two.rgba[at + 3]!];
    both += Number(a >= 128 && b >= 128);
    either += Number(a >= 128 || b >= 128);
    difference += Math.abs(a - b);
    for (let channel = 0; channel < 3; channel += 1)
      difference += Math.abs(one.rgba[at + channel]! * a - two.rgba[at + channel]! * b) / 255;
  }
  return { iou: either === 0 ? 1 : both / either, difference: difference / one.rgba.length };
}

const pathElements = (svg: string): Array<{ id: string; fill: string; d: string }> =>
  [...svg.matchAll(/<path id="([^"]+)" fill="([^"]+)" fill-rule="evenodd" d="([^"]+)"\/>/g)].map(([, id, fill, d]) => ({
    id: id!,
    fill: fill!,
    d: d!,
  }));
const segmentsIn = (svg: string): number =>
  pathElements(svg).reduce(
    (sum, { d }) => sum + pathsOf(d)!.reduce((own, { segments }) => own + segments.length, 0),
    0,
  );

const inks = ["#e03131", "#1971c2", "#2f9e44", "#f08c00", "#212529", "#f8f9fa"];
const shapes = fc.array(
  fc.record({
    ink: fc.constantFrom(...inks),
    isRound: fc.boolean(),
    x: fc.integer({ min: 24, max: 104 }),
    y: fc.integer({ min: 24, max: 104 }),
    half: fc.integer({ min: 9, max: 22 }),
  }),
  { minLength: 1, maxLength: 5 },
);
const bodyOf = (list: ReadonlyArray<{ ink: string; isRound: boolean; x: number; y: number; half: number }>): string =>
  list
    .map(({ ink, isRound, x, y, half }) =>
      isRound
        ? `<circle cx="${x}" cy="${y}" r="${half}" fill="${ink}"/>`
        : `<rect x="${x - half}" y="${y - half}" width="${2 * half}" height="${2 * half}" fill="${ink}"/>`,
    )
    .join("");

test("any flat drawing becomes closed, named paths that render back to it, the same bytes every time", async () => {
  await fc.assert(
    fc.asyncProperty(shapes, async (list) => {
      const pixels = await drawing(bodyOf(list));
      const { svg, layers } = vectorise(pixels);
      assert.equal(vectorise({ ...pixels, rgba: pixels.rgba.slice() }).svg, svg);
      const paths = pathElements(svg);
      assert.equal(paths.length, layers.length);
      assert.equal(paths.length, svg.match(/<path/g)!.length);
      assert.ok(paths.length <= Math.min(limits.vectorColoursMax, list.length));
      assert.equal(new Set(paths.map(({ id }) => id)).size, paths.length);
      for (const { d } of paths) {
        assert.ok(pathsOf(d), `path data that can be read, got ${d}`);
        assert.equal(d.match(/M/g)!.length, d.match(/z/g)!.length);
      }
      const { iou, difference } = compare(pixels, await draw(svg));
      assert.ok(iou >= 0.97, `IoU of at least 0.97, got ${iou}`);
      assert.ok(difference <= 2.5, `a difference of at most 2.5, got ${difference}`);
    }),
    { numRuns: 25, seed: 11 },
  );
});

test("with a palette every fill is one of its colours, and lighter stays lighter", async () => {
  await fc.assert(
    fc.asyncProperty(
      shapes,
      fc.uniqueArray(fc.constantFrom("#0b3954", "#bfd7ea", "#ff6663", "#e0ff4f", "#fefffe", "#222222"), {
        minLength: 2,
        maxLength: 5,
      }),
      async (list, palette) => {
        const { svg, layers } = vectorise(await drawing(bodyOf(list)), { palette });
        for (const { fill } of pathElements(svg))
          assert.ok(
            palette.some((hex) => hex === fill),
            `${fill} of ${palette}`,
          );
        assert.equal(new Set(layers.map(({ hex }) => hex)).size, layers.length);
      },
    ),
    { numRuns: 15, seed: 5 },
  );
  const body = '<rect width="128" height="128" fill="#222"/><circle cx="64" cy="64" r="30" fill="#eee"/>';
  const { layers } = vectorise(await drawing(body), { palette: ["#ffd43b", "#5f3dc4"] });
  assert.deepEqual(
    layers.map(({ hex }) => hex),
    ["#5f3dc4", "#ffd43b"],
  );
});

test("a square has four lines and sharp corners, a disc four curves, and a rounded frame upright and level lines", async () => {
  const square = vectorise(await drawing('<rect x="20" y="30" width="80" height="60" fill="#1971c2"/>'));
  assert.equal(square.segmentCount, 4);
  const corners = pathsOf(pathElements(square.svg)[0]!.d)![0]!.segments.map(({ to }) => to.map(Math.round));
  for (const corner of [
    [20, 30],
    [100, 30],
    [100, 90],
    [20, 90],
  ])
    assert.ok(
      corners.some(([x, y]) => x === corner[0] && y === corner[1]),
      `${corner} among ${corners.join(" ")}`,
    );
  const disc = vectorise(await drawing('<circle cx="64" cy="60" r="41" fill="#2f9e44"/>'));
  assert.equal(disc.segmentCount, 4);
  assert.match(pathElements(disc.svg)[0]!.d, /^M[\d. ]+c[^clhv]+c[^clhv]+c[^clhv]+c[^clhv]+z$/);
  const frame = vectorise(
    await drawing(
      '<rect x="16" y="16" width="96" height="96" rx="20" fill="none" stroke="#212529" stroke-width="10"/>',
    ),
    { lines: "outlines" },
  );
  assert.match(pathElements(frame.svg)[0]!.d, /h[-\d.]+.*v[-\d.]+/);
  assert.ok(frame.segmentCount <= 24, `few segments, got ${frame.segmentCount}`);
  assert.ok(Math.abs(frame.strokePx - 10) < 1, `strokes of 10 px, got ${frame.strokePx}`);
});

test("layers meet without seam or rim: no background between neighbours, no lower colour around a silhouette", async () => {
  const halves =
    '<rect x="14" y="14" width="50.5" height="100" fill="#e03131"/><rect x="64.5" y="14" width="49.5" height="100" fill="#1971c2"/>';
  const { svg } = vectorise(await drawing(halves));
  const large = await draw(svg.replace('width="128" height="128"', 'width="1024" height="1024"'));
  for (let y = 160; y < 860; y += 1)
    for (let x = 480; x < 560; x += 1) assert.equal(large.rgba[4 * (y * 1024 + x) + 3], 255, `opaque at ${x}, ${y}`);
  // Below the blue half lies no red that would show around it.
  for (let y = 200; y < 820; y += 1) {
    const at = 4 * (y * 1024 + 911);
    if (large.rgba[at + 3]! > 40) assert.ok(large.rgba[at]! < 90, `blue alone at the rim in row ${y}`);
  }
});

test("a colour that runs smoothly becomes one linear gradient, not bands", async () => {
  const body = `<defs><linearGradient id="g" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#ffd43b"/><stop offset="1" stop-color="#e8590c"/></linearGradient></defs><circle cx="64" cy="64" r="50" fill="url(#g)"/>`;
  const pixels = await drawing(body);
  const { svg, layers } = vectorise(pixels);
  assert.deepEqual(
    layers.map(({ isGradient }) => isGradient),
    [true],
  );
  assert.match(svg, /<linearGradient id="gradient-1-[0-9a-f]{8}" gradientUnits="userSpaceOnUse"/);
  assert.ok(compare(pixels, await draw(svg)).difference < 2);
});

test("specks and the mixed pixels of a rim are dropped, a thin line and a thin side are kept", async () => {
  const body = `<rect x="20" y="20" width="88" height="88" fill="#f08c00"/><rect x="20" y="20" width="4" height="88" fill="#862e9c"/><path d="M40 64h50" stroke="#212529" stroke-width="3"/><rect x="60" y="90" width="1.5" height="1.5" fill="#fff"/><rect x="3" y="3" width="1.5" height="1.5" fill="#212529"/>`;
  const { layers } = vectorise(await drawing(body));
  assert.deepEqual(layers.map(({ name }) => name).sort(), ["black", "orange", "purple"]);
});

test("the title is in the drawing, with its signs written as SVG writes them", async () => {
  const { svg } = vectorise(await drawing('<circle cx="64" cy="64" r="40" fill="#e03131"/>'), {
    title: 'salt & "pepper" <3',
  });
  assert.match(svg, /<title>salt &#38; &#34;pepper&#34; &#60;3<\/title>/);
  assert.equal((await draw(svg)).widthPx, 128);
});

const even = (widthPx: number, heightPx: number, rgba: readonly number[]): Pixels => ({
  widthPx,
  heightPx,
  rgba: new Uint8Array(
    new Uint32Array(widthPx * heightPx).fill(new Uint32Array(Uint8Array.from(rgba).buffer)[0]!).buffer,
  ),
});

test("a picture of one colour is one rectangle, whatever its size, one pixel too", () => {
  for (const [widthPx, heightPx] of [
    [1, 1],
    [64, 64],
    [7, 300],
  ] as const) {
    const { svg, segmentCount, layers } = vectorise(even(widthPx, heightPx, [32, 64, 224, 255]));
    assert.equal(segmentCount, 4, `${widthPx} × ${heightPx}`);
    assert.equal(layers[0]!.hex, "#2040e0");
    const numbers = pathsOf(pathElements(svg)[0]!.d)!.flatMap(({ segments }) => segments.flatMap(({ to }) => to));
    assert.equal(Math.max(...numbers), Math.max(widthPx, heightPx));
  }
});

test("a picture of 4096 × 4096 px is traced at its own size", () => {
  const side = 4096;
  const pixels = even(side, side, [250, 250, 250, 255]);
  const words = new Uint32Array(pixels.rgba.buffer);
  for (let y = 1024; y < 3072; y += 1) words.fill(0xff_20_20_20, y * side + 1024, y * side + 3072);
  const { svg, layers, widthPx } = vectorise(pixels);
  assert.equal(widthPx, side);
  assert.equal(layers.length, 2);
  assert.match(svg, /viewBox="0 0 4096 4096"/);
});

test("a transparent picture is refused, and says so", () => {
  for (const alpha of [0, 90])
    assert.throws(
      () => vectorise(even(30, 20, [255, 0, 0, alpha])),
      (error) => {
        assert.ok(error instanceof AppError);
        assert.equal(error.code, "image_rejected");
        assert.match(
          error.message,
          /expected a picture with something opaque in it, larger than a speck, got 30 × 20 px without/,
        );
        return true;
      },
    );
});

test("noise and photographs have no more colours and outlines than stated, and what was left out is counted", () => {
  let state = 7;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const noise: Pixels = {
    widthPx: 200,
    heightPx: 160,
    rgba: Uint8Array.from({ length: 4 * 32_000 }, (_, at) => (at % 4 === 3 ? 255 : 256 * random())),
  };
  // Dots of many sizes in rows: more outlines than a vector has.
  const dots = even(256, 256, [255, 255, 255, 255]);
  for (let y = 0; y < 256; y += 1)
    for (let x = 0; x < 256; x += 1)
      if (x % 16 < 10 && y % 16 < 10) dots.rgba.set([(x * 5) & 255, 40, (y * 3) & 255], 4 * (y * 256 + x));
  // No smoothing changes it, and its areas would be merged for minutes.
  const chessboard = even(256, 256, [255, 255, 255, 255]);
  for (let at = 0; at < 256 * 256; at += 1) if ((at + (at >> 8)) % 2) chessboard.rgba.set([0, 0, 0], 4 * at);
  // A square, and more specks in the void than merging starts from: no larger square joins them.
  const islands = even(256, 256, [0, 0, 0, 0]);
  for (let at = 0; at < 256 * 256; at += 1)
    if (at % 4 < 3 && (at >> 8) % 4 < 3) islands.rgba.set([at >> 8, 0, at & 255, 255], 4 * at);
  for (let at = 0; at < 256 * 64; at += 1) if ((at & 255) < 64) islands.rgba.set([200, 30, 40, 255], 4 * at);
  for (const pixels of [noise, dots, chessboard, islands]) {
    // Between dots in rows lies a grid of lines.
    const { layers, leftOutCount, svg } = vectorise(pixels, { lines: "outlines" });
    assert.ok(layers.length <= limits.vectorColoursMax);
    const outlines = layers.reduce((sum, { outlineCount }) => sum + outlineCount, 0);
    assert.ok(outlines <= limits.vectorOutlinesMax);
    if (pixels === dots) assert.ok(leftOutCount > 0, "outlines are left out");
    assert.ok(segmentsIn(svg) > 0);
  }
});

test("any pixels at all, of any small size, give valid paths inside the picture, or a refusal with a reason", () => {
  const sides = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }));
  const pictures = sides.chain(([widthPx, heightPx]) =>
    fc
      .tuple(fc.integer({ min: 1, max: 6 }), fc.uint8Array({ minLength: 24, maxLength: 24 }), fc.integer())
      .map(([colours, levels, seed]): Pixels => {
        let state = seed >>> 0;
        const rgba = new Uint8Array(4 * widthPx * heightPx);
        for (let at = 0; at < rgba.length; at += 4) {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          const from = 4 * Math.floor((state / 2 ** 32) * colours);
          rgba.set(levels.subarray(from, from + 4), at);
        }
        return { rgba, widthPx, heightPx };
      }),
  );
  fc.assert(
    fc.property(pictures, (pixels) => {
      try {
        const { svg } = vectorise(pixels);
        for (const { d } of pathElements(svg)) {
          const numbers = pathsOf(d)!.flatMap(({ start, segments }) => [start, ...segments.map(({ to }) => to)].flat());
          const most = Math.max(pixels.widthPx, pixels.heightPx);
          assert.ok(
            numbers.every((value) => value > -0.2 * most - 1 && value < 1.2 * most + 1),
            `points inside the picture, got ${d}`,
          );
        }
      } catch (error) {
        assert.ok(error instanceof AppError && error.code === "image_rejected", String(error));
      }
    }),
    { numRuns: 150, seed: 21 },
  );
});

test("layers that are known become a whole path each: a disc of four curves below, its gradient of two stops, what lies on it above", () => {
  const side = 128;
  const covered = (isIn: (x: number, y: number) => number) =>
    Uint8Array.from({ length: side ** 2 }, (_, at) => Math.round(255 * isIn(at % side, Math.floor(at / side))));
  const disc = (radius: number) =>
    covered((x, y) => Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(x + 0.5 - 64, y + 0.5 - 64))));
  const gradient = { from: [64, 10], to: [64, 118], hexes: ["#5ac8fa", "#0a4dff"] } as const;
  const pixels = {
    ...{ rgba: new Uint8Array(4 * side ** 2), widthPx: side, heightPx: side },
    stack: [
      { cover: disc(60), hex: "#111111" },
      { cover: disc(54), hex: "#328bfd", gradient },
      { cover: covered((x, y) => Number(x >= 50 && x < 78 && y >= 44 && y < 84)), hex: "#ffffff" },
    ],
  };
  const made = vectorise(pixels);
  assert.deepEqual(
    pathElements(made.svg).map(({ fill }) => fill.replace(/-[0-9a-f]{8}\)/, ")")),
    ["#111111", "url(#gradient-2)", "#ffffff"],
  );
  assert.match(made.svg, /<stop offset="0" stop-color="#5ac8fa"\/><stop offset="1" stop-color="#0a4dff"\/>/);
  assert.equal(made.segmentCount, 12);
  assert.deepEqual(
    made.layers.map(({ outlineCount, isGradient }) => [outlineCount, isGradient]),
    [
      [1, false],
      [1, true],
      [1, false],
    ],
  );
  const share = (Math.PI * (60 ** 2 - 54 ** 2)) / side ** 2;
  assert.ok(Math.abs(made.layers[0]!.share - share) < 0.01, `${made.layers[0]!.share} for ${share}`);
  const inPalette = vectorise(pixels, { palette: ["#000000", "#3366ff", "#eeeeee"] });
  assert.deepEqual(
    pathElements(inPalette.svg).map(({ fill }) => fill),
    ["#000000", "#3366ff", "#eeeeee"],
  );
});

/** A word mark: stems that arches leave, a rounded tile, a dot and a narrow wedge. */
const wordMark = (sidePx: number): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${sidePx}" height="${sidePx}" viewBox="0 0 480 480"><rect x="40" y="40" width="400" height="400" rx="80" fill="#1f3a5f"/><g fill="#fff"><path d="M100 330V190h26l2 18c10-14 26-21 44-21c32 0 50 20 50 54v89h-30v-83c0-20-9-31-27-31c-20 0-35 15-35 37v77z"/><path d="M262 190l36 96l34-96h32l-54 146c-9 24-22 34-46 34c-8 0-14-1-20-3v-25c5 1 9 2 14 2c12 0 18-5 22-16l3-8l-54-130z"/><circle cx="390" cy="130" r="5.2"/></g><path d="M100 400L300 392V408z" fill="#ff7a45"/></svg>`;

test("clean artwork is traced at its size: letters of 480 px keep their corners, and dots stay", async () => {
  const traced = vectorise(await draw(wordMark(480)));
  const times = 4;
  const larger = traced.svg.replace(/ width="480" height="480"/, ` width="${times * 480}" height="${times * 480}"`);
  const { difference } = compare(await draw(wordMark(times * 480)), await draw(larger));
  assert.ok(difference < 0.08, `a difference below 0.08, got ${difference}`);
  assert.ok(traced.segmentCount < 70, `few nodes, got ${traced.segmentCount}`);
  assert.equal(traced.layers.find(({ hex }) => hex === "#ffffff")!.outlineCount, 3);
});

test("a picture is read larger than usual only where that shows more", async () => {
  const sideOf = async (picture: Sharp): Promise<number> => {
    const { data, info } = await picture.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    return readPicture({ rgba: data, widthPx: info.width, heightPx: info.height }).widthPx;
  };
  const small = await sharp(Buffer.from(wordMark(120)))
    .png()
    .toBuffer();
  assert.equal(await sideOf(sharp(Buffer.from(wordMark(480)))), 480);
  assert.equal(await sideOf(sharp(Buffer.from(wordMark(1200)))), limits.vectorSharpWorkPx);
  assert.equal(await sideOf(sharp(small).resize(480)), limits.vectorWorkPx);
  const noisy = {
    create: {
      width: 600,
      height: 600,
      channels: 3,
      background: "#888",
      noise: { type: "gaussian", mean: 128, sigma: 30 },
    },
  } as const;
  assert.equal(await sideOf(sharp(noisy)), limits.vectorWorkPx);
});
