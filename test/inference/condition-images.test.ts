/** Images as experts read them: any file fitted into a square of planes, drawings rendered, and what is refused. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import sharp from "sharp";
import { normaliseDrawing } from "../../server/experts/sketch/line-drawing.ts";
import { decodeFitted, probeImage, renderSvg } from "../../server/images/codec.ts";
import { createConditionImageLoader } from "../../server/inference/conditions/condition-images.ts";
import { keyOfSketch } from "../../server/inference/conditions/condition-values.ts";
import { sha256Of } from "../../server/platform/sha256.ts";
import { limits } from "../../shared/limits.ts";

const sizePx = 32;
type Colour = { readonly r: number; readonly g: number; readonly b: number; readonly alpha?: number };
const red: Colour = { r: 255, g: 0, b: 0 };

const flat = (width: number, height: number, background: Colour, channels: 3 | 4 = 3) =>
  sharp({ create: { width, height, channels, background } });

/** [red, green, blue, alpha] of a pixel, premultiplied. */
const pixelAt = (planes: Float32Array, x: number, y: number): number[] =>
  [0, 1, 2, 3].map((plane) => planes[plane * sizePx * sizePx + y * sizePx + x]!);

const assertNear = (got: readonly number[], expected: readonly number[], tolerance = 0.02): void => {
  for (const [at, value] of expected.entries())
    assert.ok(Math.abs(got[at]! - value) <= tolerance, `expected ${expected.join(", ")}, got ${got.join(", ")}`);
};

/** Columns and rows in which anything is visible. */
function boxOf(planes: Float32Array): { left: number; right: number; top: number; bottom: number } {
  const seen = [...planes.subarray(3 * sizePx * sizePx).entries()].filter(([, alpha]) => alpha > 0.5).map(([at]) => at);
  const [xs, ys] = [seen.map((at) => at % sizePx), seen.map((at) => Math.floor(at / sizePx))];
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

describe("a sketch", () => {
  it("a sketch keeps its lines, small on a large sheet, and is decoded apart from the same image as another condition", async () => {
    const strokes = `<path d="M20 100 L60 20 L100 100 Z M40 70 H80" fill="none" stroke="#000" stroke-width="4"/>`;
    const page = (side: number, x: number): Promise<Buffer> =>
      sharp(
        Buffer.from(
          `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><rect width="100%" height="100%" fill="#fff"/><g transform="translate(${x} ${x})">${strokes}</g></svg>`,
        ),
      )
        .png()
        .toBuffer();
    const files = new Map<string, Buffer>();
    const load = createConditionImageLoader(async (digest) => files.get(digest), 4);
    const inkOf = async (file: Buffer): Promise<Float32Array> => {
      const image = sha256Of(file);
      files.set(image, file);
      const images = await load({ condition: { sketch: { image }, lowResolution: { image } } }, sizePx);
      assert.deepEqual([...images.keys()].sort(), [image, keyOfSketch(image)].sort());
      assert.equal(images.get(image)!.sizePx, sizePx);
      const { planes, sizePx: side } = images.get(keyOfSketch(image))!;
      return normaliseDrawing(planes, side);
    };
    const [near, far] = [await inkOf(await page(120, 0)), await inkOf(await page(1200, 900))];
    const both = near.filter((ink, at) => ink > 0.5 && far[at]! > 0.5).length;
    const either = near.filter((ink, at) => ink > 0.5 || far[at]! > 0.5).length;
    assert.ok(both / either > 0.5, `expected the same drawing, got an overlap of ${both} in ${either}`);
  });
});

describe("an uploaded image", () => {
  it("an uploaded image is fitted whole and centred, with nothing around it, whether it is shrunk or enlarged", async () => {
    for (const [width, height] of [
      [400, 200],
      [4, 2],
      [32, 16],
    ] as const) {
      const planes = await decodeFitted(await flat(width, height, red).png().toBuffer(), sizePx);
      assert.equal(planes.length, 4 * sizePx * sizePx);
      assert.deepEqual(boxOf(planes), { left: 0, right: 31, top: 8, bottom: 23 });
      assertNear(pixelAt(planes, 16, 16), [1, 0, 0, 1]);
      assert.deepEqual(pixelAt(planes, 16, 2), [0, 0, 0, 0]);
    }
  });

  it("an uploaded image fits at the ends of what is allowed: one pixel, and a line of 1 × 4000", async () => {
    const dot = await decodeFitted(await flat(1, 1, red).png().toBuffer(), sizePx);
    assert.deepEqual(boxOf(dot), { left: 0, right: 31, top: 0, bottom: 31 });
    const line = await decodeFitted(await flat(1, 4000, red).png().toBuffer(), sizePx);
    const { left, right, top, bottom } = boxOf(line);
    assert.deepEqual([right - left, top, bottom], [0, 0, 31]);
  });

  it("an uploaded image is premultiplied, so that what is invisible has no colour", async () => {
    const half = await decodeFitted(
      await flat(8, 8, { ...red, alpha: 0.5 }, 4)
        .png()
        .toBuffer(),
      sizePx,
    );
    assertNear(pixelAt(half, 16, 16), [0.5, 0, 0, 0.5]);
    const none = await decodeFitted(
      await flat(8, 8, { ...red, alpha: 0 }, 4)
        .png()
        .toBuffer(),
      sizePx,
    );
    assert.ok(none.every((value) => value === 0));
  });

  it("an uploaded image is read from 16 bits, from grey, from CMYK and from a palette", async () => {
    const grey = { r: 128, g: 128, b: 128 };
    const deep = await flat(8, 8, grey).toColourspace("rgb16").png().toBuffer();
    assert.equal((await sharp(deep).metadata()).depth, "ushort");
    const single = await flat(8, 8, grey).toColourspace("b-w").png().toBuffer();
    assert.equal((await sharp(single).metadata()).channels, 1);
    const indexed = await flat(8, 8, grey).png({ palette: true }).toBuffer();
    for (const bytes of [deep, single, indexed])
      assertNear(pixelAt(await decodeFitted(bytes, sizePx), 16, 16), [0.5, 0.5, 0.5, 1]);
    const print = await flat(64, 64, grey).toColourspace("cmyk").jpeg().toBuffer();
    assert.equal((await sharp(print).metadata()).space, "cmyk");
    assertNear(pixelAt(await decodeFitted(print, sizePx), 16, 16), [0.5, 0.5, 0.5, 1], 0.15);
  });

  it("an uploaded image stands upright by its EXIF orientation", async () => {
    const half = await flat(32, 16, { r: 0, g: 0, b: 255 }).png().toBuffer();
    const lying = await flat(32, 32, red)
      .composite([{ input: half, left: 0, top: 0 }])
      .jpeg({ quality: 100 })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const planes = await decodeFitted(lying, sizePx);
    assertNear(pixelAt(planes, 28, 16), [0, 0, 1, 1], 0.1);
    assertNear(pixelAt(planes, 4, 16), [1, 0, 0, 1], 0.1);
  });

  it("an uploaded image is the first frame of an animation", async () => {
    const frames = Buffer.concat(
      [red, { r: 0, g: 0, b: 255 }].map(({ r, g, b }) =>
        Buffer.from(Array.from({ length: 64 }, () => [r, g, b, 255]).flat()),
      ),
    );
    const raw = { width: 8, height: 16, channels: 4, pageHeight: 8 } as const;
    const bytes = await sharp(frames, { raw })
      .gif({ delay: [100, 100] })
      .toBuffer();
    assert.equal((await sharp(bytes).metadata()).pages, 2);
    assertNear(pixelAt(await decodeFitted(bytes, sizePx), 16, 16), [1, 0, 0, 1]);
  });

  // Goals B2 and B3.
  it("an uploaded image of any size and format that is let in gives finite planes in [0, 1], colour never above alpha", async () => {
    const format = fc.constantFrom("png", "jpeg", "webp", "gif");
    const side = fc.integer({ min: 1, max: 300 });
    await fc.assert(
      fc.asyncProperty(side, side, format, fc.boolean(), async (width, height, kind, hasAlpha) => {
        const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
        const background = { ...red, alpha: 0.7 };
        const image = hasAlpha
          ? flat(width, height, background, 4)
          : sharp({ create: { width, height, channels: 3, background: red, noise } });
        const bytes = await image.toFormat(kind).toBuffer();
        await probeImage(bytes);
        const planes = await decodeFitted(bytes, sizePx);
        const alpha = planes.subarray(3 * sizePx * sizePx);
        for (const [at, value] of planes.entries())
          assert.ok(value >= 0 && value <= alpha[at % alpha.length]! + 1e-6 && alpha[at % alpha.length]! <= 1);
      }),
      { seed: 20261125, numRuns: 40 },
    );
  });
});

const drawing = (body: string, attributes = 'viewBox="0 0 10 10"'): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${body}</svg>`;
const bar = '<rect x="0" y="4" width="10" height="2"/>';

describe("an SVG drawing", () => {
  it("an SVG drawing is rendered sharp at the size that is requested, on nothing, whatever its own size", async () => {
    for (const attributes of [
      'viewBox="0 0 10 10"',
      'width="10" height="10"',
      'width="2000" height="2000" viewBox="0 0 10 10"',
      'width="0.5in" height="0.5in" viewBox="0 0 10 10"',
    ]) {
      const planes = await renderSvg(drawing(bar, attributes), sizePx);
      assert.deepEqual(boxOf(planes), { left: 0, right: 31, top: 13, bottom: 18 }, attributes);
      assert.deepEqual(pixelAt(planes, 16, 2), [0, 0, 0, 0]);
    }
  });

  it("an SVG drawing may be wide, with clips, gradients, comments and a title as drawing programs write them", async () => {
    const body = `<!-- made by hand --><title>a bar &amp; more</title><defs><clipPath id="c"><rect width="20" height="10"/></clipPath>
      <linearGradient id="g"><stop stop-color="black"/><stop offset="1" stop-color="black"/></linearGradient></defs>
      <g clip-path="url( #c )"><path d="M0 0H20V10H0Z" fill="url(#g)"/></g>`;
    const planes = await renderSvg(
      `<?xml version="1.0" encoding="UTF-8"?>\n${drawing(body, 'viewBox="0 0 20 10"')}`,
      sizePx,
    );
    assert.deepEqual(boxOf(planes), { left: 0, right: 31, top: 8, bottom: 23 });
  });

  const refused: ReadonlyArray<readonly [string, string]> = [
    ["a script", drawing("<script>alert(1)</script>")],
    ["an event handler", drawing('<rect width="5" height="5" onload="alert(1)"/>')],
    ["a file outside", drawing('<image href="file:///etc/passwd" width="9" height="9"/>')],
    ["a picture from the network", drawing('<image xlink:href="https://example.org/a.png"/>')],
    ["a fill from the network", drawing('<rect width="9" height="9" fill="url(https://example.org/a.svg#b)"/>')],
    ["a style sheet", drawing("<style>@import 'https://example.org/a.css';</style>")],
    ["a style sheet before it", `<?xml-stylesheet href="https://example.org/a.css"?>${drawing(bar)}`],
    ["a comment without end", drawing(`${bar}<!-- `)],
    ["thousands of comments without end", "<!--".repeat(11_000)],
    ["a page inside", drawing("<foreignObject><body/></foreignObject>")],
    ["entities", `<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>${drawing("<title>&b;</title>")}`],
    ["an undeclared entity", drawing("<title>&b;</title>")],
    ["a document type from outside", `<!DOCTYPE svg SYSTEM "http://example.org/x.dtd">${drawing(bar)}`],
    [
      "copies of copies",
      drawing(
        [1, 2, 3, 4, 5, 6, 7, 8, 9]
          .map((at) => `<g id="g${at}">${`<use href="#g${at - 1}"/>`.repeat(10)}</g>`)
          .join('<g id="g0"><path d="M0 0"/></g>'),
      ),
    ],
    ["filters", drawing('<filter id="f"><feGaussianBlur stdDeviation="1000"/></filter>')],
    [
      "clips of clips",
      drawing(
        [1, 2, 3, 4, 5, 6, 7, 8, 9]
          .map(
            (at) =>
              `<clipPath id="c${at}">${`<path d="M0 0H9V9Z" clip-path="url(#c${at + 1})"/>`.repeat(10)}</clipPath>`,
          )
          .join(""),
      ),
    ],
    [
      "clips of clips by an escaped style",
      drawing('<clipPath id="a"><path d="M0 0H9V9Z" style="clip\\2d path:url(#b)"/></clipPath>'),
    ],
    [
      "a long clip of many shapes",
      drawing(
        `<clipPath id="c"><path d="M0 0${"c9 9 99 9 0 0".repeat(2000)}"/></clipPath>${'<path clip-path="url(#c)" d="M0 0"/>'.repeat(16)}`,
      ),
    ],
    ["patterns", drawing('<pattern id="p" width="0.001" height="0.001"/>')],
    ["text in a font of the machine", drawing("<text>hello</text>")],
    ["another document", "<html><svg/></html>"],
    ["no document", "hello"],
    ["nothing", ""],
    ["half a document", drawing(bar).slice(0, -8)],
    ["a size of millions", drawing(bar, 'width="9000000" height="9000000"')],
    ["too many characters", drawing(" ".repeat(limits.svgMaxChars))],
  ];
  for (const [name, text] of refused)
    it(`an SVG drawing is refused with image_rejected for ${name}`, async () => {
      const started = performance.now();
      await assert.rejects(
        () => renderSvg(text, sizePx, "condition.sketch.svg"),
        (error: { code?: string; message?: string }) =>
          error.code === "image_rejected" && /expected .+, got/.test(error.message ?? ""),
      );
      assert.ok(performance.now() - started < 10_000);
    });

  it("an SVG drawing never crashes the process and costs no more than seconds, whatever its strokes are", async () => {
    const number = fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.constantFrom(1e300, -1e300, 0));
    const stroke = fc.record({
      d: fc.array(fc.tuple(fc.constantFrom("M", "L", "C", "A", "Z", "q"), number, number), { maxLength: 40 }),
      width: number,
    });
    await fc.assert(
      fc.asyncProperty(stroke, async ({ d, width }) => {
        const path = d.map(([command, x, y]) => `${command}${x} ${y}`).join(" ");
        const text = drawing(`<path d="${path}" stroke="black" stroke-width="${width}" stroke-dasharray="0.01"/>`);
        const planes = await renderSvg(text, sizePx).catch((error: { code?: string }) =>
          assert.equal(error.code, "image_rejected"),
        );
        if (planes) assert.equal(planes.length, 4 * sizePx * sizePx);
      }),
      { seed: 20261125, numRuns: 60 },
    );
  });
});

describe("the loader of a request's images", () => {
  it("the loader of a request's images decodes each image once, keeps so many, and forgets what it could not decode", async () => {
    const files = new Map<string, Uint8Array>();
    const keep = (bytes: Uint8Array): string => {
      const digest = sha256Of(bytes);
      files.set(digest, bytes);
      return digest;
    };
    const read: string[] = [];
    const load = createConditionImageLoader(async (digest) => {
      read.push(digest);
      return files.get(digest);
    }, 2);
    const [a, b, c] = await Promise.all(
      [1, 2, 3].map(async (grey) => keep(await flat(4, 4, { r: grey, g: 0, b: 0 }).png().toBuffer())),
    );
    const of = (image: string) =>
      load({ translation: "caption", image, condition: { lowResolution: { image } } }, sizePx);
    const first = await of(a!);
    assert.deepEqual([...first.keys()], [a]);
    assert.equal((await of(a!)).get(a!)!.planes, first.get(a!)!.planes);
    await of(b!);
    await of(c!);
    await of(a!);
    assert.deepEqual(read, [a, b, c, a]);
    const missing = "0".repeat(64);
    await assert.rejects(of(missing), { code: "image_unknown", message: /^image: expected the digest of an image/ });
    files.set(missing, await flat(4, 4, red).png().toBuffer());
    assert.equal((await of(missing)).size, 1);
    const broken = keep(Buffer.from("no image"));
    await assert.rejects(of(broken), { code: "image_rejected", message: /^image: / });
  });

  it("an image that shall be drawn again must show something: transparent or of one colour all over it is refused by its field", async () => {
    const files = new Map<string, Uint8Array>();
    const keep = async (image: ReturnType<typeof flat>): Promise<string> => {
      const bytes = await image.png().toBuffer();
      files.set(sha256Of(bytes), bytes);
      return sha256Of(bytes);
    };
    const load = createConditionImageLoader(async (digest) => files.get(digest), 8);
    const empty = await keep(flat(8, 8, { ...red, alpha: 0 }, 4));
    const plain = await keep(flat(8, 8, red));
    const dot = await sharp({ create: { width: 1, height: 1, channels: 3, background: { r: 250, g: 0, b: 0 } } })
      .png()
      .toBuffer();
    const faint = await keep(flat(8, 8, red).composite([{ input: dot, left: 4, top: 4 }]));
    const mask = await keep(flat(8, 8, { r: 255, g: 255, b: 255 }));
    for (const image of [empty, plain]) {
      await assert.rejects(load({ condition: { drawing: { image } } }, sizePx), {
        code: "image_rejected",
        message: /^condition\.drawing\.image: expected an image that shows something, got /,
      });
      await assert.rejects(load({ condition: {}, keepResidualOf: { image, condition: {} } }, sizePx), {
        code: "image_rejected",
        message: /^keepResidualOf\.image: /,
      });
      // A condition may well be of one colour, and a mask says what comes anew.
      assert.equal((await load({ condition: { lowResolution: { image } } }, sizePx)).size, 1);
      assert.equal((await load({ condition: { drawing: { image, mask } } }, sizePx)).size, 2);
    }
    await assert.rejects(load({ condition: { drawing: { svg: drawing("<g/>") } } }, sizePx), {
      code: "image_rejected",
      message: /^condition\.drawing\.svg: /,
    });
    assert.equal((await load({ condition: { drawing: { image: faint } } }, sizePx)).size, 1);
    assert.equal((await load({ condition: { drawing: { svg: drawing(bar) } } }, sizePx)).size, 1);
  });
});
