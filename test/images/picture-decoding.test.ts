/** What an upscale is made of: every kind of file that people have, as straight 8-bit sRGB, and a note of what was done to it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import sharp from "sharp";
import { decodePicture } from "../../server/images/picture.ts";
import { AppError } from "../../shared/problem.ts";
import { greyProfile, withChunk, withProfile } from "../fixtures/png-chunks.ts";

const flat = (hex: string, widthPx = 8, heightPx = 8) =>
  sharp({ create: { width: widthPx, height: heightPx, channels: 3, background: hex } });

/** Every 8-bit level of grey and then some colours, straight RGBA. */
const levels = Uint8Array.from({ length: 32 * 32 * 4 }, (_, at) =>
  at % 4 === 3 ? 255 : ((at >> 2) * (1 + (at % 4))) & 0xff,
);
const sharpOf = (rgba: Uint8Array, width: number, height: number) =>
  sharp(rgba, { raw: { width, height, channels: 4 } });

const rgbOf = (rgba: Uint8Array, pixel = 0): number[] => [...rgba.subarray(4 * pixel, 4 * pixel + 3)];

function assertNear(actual: readonly number[], expected: readonly number[], within: number): void {
  for (const [at, value] of expected.entries())
    assert.ok(Math.abs(actual[at]! - value) <= within, `expected ${expected} ± ${within}, got ${actual}`);
}

describe("a picture to enlarge", () => {
  for (const format of ["png", "webp"] as const)
    it(`a picture to enlarge has the very pixels of a ${format.toUpperCase()} without loss, and nothing to note`, async () => {
      const rgba = levels.map((value, at) => (at % 4 === 3 ? (at >> 4) & 0xff : value));
      const image = sharpOf(rgba, 32, 32);
      const bytes = await (format === "png" ? image.png() : image.webp({ lossless: true, exact: true })).toBuffer();
      const { pixels, notes } = await decodePicture(bytes);
      assert.deepEqual([pixels.widthPx, pixels.heightPx, notes], [32, 32, []]);
      assert.deepEqual(Buffer.from(pixels.rgba), Buffer.from(rgba));
    });

  it("a picture to enlarge comes from JPEG and GIF too, opaque where the file is", async () => {
    for (const bytes of [
      await flat("#3366cc").jpeg({ quality: 100 }).toBuffer(),
      await flat("#3366cc").gif().toBuffer(),
    ]) {
      const { pixels, notes } = await decodePicture(bytes);
      assertNear([...pixels.rgba.subarray(0, 4)], [0x33, 0x66, 0xcc, 255], 2);
      assert.deepEqual(notes, []);
    }
  });

  it("a picture to enlarge may be a single pixel, or a line", async () => {
    for (const [widthPx, heightPx] of [
      [1, 1],
      [1, 2000],
      [2000, 1],
    ] as const) {
      const { pixels } = await decodePicture(await flat("#102030", widthPx, heightPx).png().toBuffer());
      assert.deepEqual([pixels.widthPx, pixels.heightPx], [widthPx, heightPx]);
      assert.equal(pixels.rgba.length, 4 * widthPx * heightPx);
      assert.deepEqual(rgbOf(pixels.rgba, widthPx * heightPx - 1), [0x10, 0x20, 0x30]);
    }
  });

  it("a picture to enlarge may be transparent all over", async () => {
    const { pixels, notes } = await decodePicture(await sharpOf(new Uint8Array(64), 4, 4).png().toBuffer());
    assert.ok(pixels.rgba.every((value) => value === 0));
    assert.deepEqual(notes, []);
  });

  it("a picture to enlarge is expanded from a palette and from grey with alpha", async () => {
    const palette = await sharpOf(levels, 32, 32).png({ palette: true, colours: 16, dither: 0 }).toBuffer();
    assert.equal((await sharp(palette).metadata()).isPalette, true);
    const expected = await sharp(palette).ensureAlpha().raw().toBuffer();
    assert.deepEqual(Buffer.from((await decodePicture(palette)).pixels.rgba), expected);
    const grey = await sharp(Uint8Array.of(10, 255, 200, 40), { raw: { width: 2, height: 1, channels: 2 } })
      .toColourspace("b-w")
      .png()
      .toBuffer();
    assert.equal((await sharp(grey).metadata()).channels, 2);
    const { pixels, notes } = await decodePicture(grey);
    assert.deepEqual([...pixels.rgba], [10, 10, 10, 255, 200, 200, 200, 40]);
    assert.deepEqual(notes, []);
  });

  it("a picture to enlarge is turned upright by its EXIF orientation", async () => {
    // Red above blue as the camera was held; orientation 6: turn by 90° clockwise, so that red comes to the right.
    const lying = sharpOf(Uint8Array.of(255, 0, 0, 255, 0, 0, 255, 255), 1, 2);
    const { pixels, notes } = await decodePicture(await lying.withMetadata({ orientation: 6 }).png().toBuffer());
    assert.deepEqual([pixels.widthPx, pixels.heightPx], [2, 1]);
    assert.deepEqual(
      [rgbOf(pixels.rgba, 0), rgbOf(pixels.rgba, 1)],
      [
        [0, 0, 255],
        [255, 0, 0],
      ],
    );
    assert.deepEqual(notes, ["turned_upright"]);
  });

  it("a picture to enlarge is the first frame of an animation, GIF, WebP or APNG", async () => {
    const frames = await Promise.all(["#ff0000", "#0000ff"].map((hex) => flat(hex).png().toBuffer()));
    const both = () => sharp(frames, { join: { animated: true } });
    const still = await flat("#ff0000").png().toBuffer();
    for (const bytes of [
      await both().gif().toBuffer(),
      await both().webp({ lossless: true }).toBuffer(),
      withChunk(still, "acTL", Uint8Array.of(0, 0, 0, 2, 0, 0, 0, 0)),
    ]) {
      const { pixels, notes } = await decodePicture(bytes);
      assert.deepEqual([pixels.widthPx, pixels.heightPx], [8, 8]);
      assert.deepEqual(rgbOf(pixels.rgba), [255, 0, 0]);
      assert.deepEqual(notes, ["first_frame"]);
    }
  });
});

describe("colours of a picture to enlarge", () => {
  it("colours of a picture to enlarge are converted through an embedded wide-gamut profile, alpha left alone", async () => {
    // sharp writes the numbers that mean these sRGB colours in Display P3.
    const rgba = Uint8Array.of(200, 60, 30, 128, 20, 180, 90, 255);
    const bytes = await sharpOf(rgba, 2, 1).withIccProfile("p3").png().toBuffer();
    const numbers = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    assert.ok(Math.abs(numbers[0]! - 200) > 10, "the file's own numbers are others");
    const { pixels, notes } = await decodePicture(bytes);
    assertNear([...pixels.rgba], [...rgba], 1);
    assert.deepEqual(notes, ["to_srgb"]);
  });

  it("colours of a picture to enlarge keep their numbers under a profile that is sRGB", async () => {
    const { pixels, notes } = await decodePicture(
      await sharpOf(levels, 32, 32).withIccProfile("srgb").png().toBuffer(),
    );
    assert.deepEqual(Buffer.from(pixels.rgba), Buffer.from(levels));
    assert.deepEqual(notes, []);
  });

  it("colours of a picture to enlarge are converted from CMYK, with a profile and without", async () => {
    for (const withOwn of [true, false]) {
      const cmyk = flat("#d03020").toColourspace("cmyk");
      const bytes = await (withOwn ? cmyk.withIccProfile("cmyk") : cmyk).jpeg({ quality: 100 }).toBuffer();
      assert.equal((await sharp(bytes).metadata()).space, "cmyk");
      const { pixels, notes } = await decodePicture(bytes);
      // What inks can't print comes back a little duller, and a guessed profile a little further off.
      assertNear(rgbOf(pixels.rgba), [0xd0, 0x30, 0x20], 40);
      assert.equal(pixels.rgba[3], 255);
      assert.deepEqual(notes, ["to_srgb"]);
    }
  });

  it("colours of a picture to enlarge are rounded from 16 bits to the nearest of 8, alpha too", async () => {
    // 300 is nearer to 1 · 257, 400 to 2 · 257; cut off both would be 1.
    const values = Uint16Array.of(300, 400, 65_535, 32_767, 0, 128, 129, 65_407);
    const raw = { width: 2, height: 1, channels: 4 } as const;
    const { pixels, notes } = await decodePicture(await sharp(values, { raw }).toColourspace("rgb16").png().toBuffer());
    assert.deepEqual([...pixels.rgba], [1, 2, 255, 127, 0, 0, 1, 255]);
    assert.deepEqual(notes, ["to_8_bits"]);
    const grey = sharp(values, { raw: { width: 4, height: 1, channels: 2 } })
      .toColourspace("grey16")
      .png();
    const { pixels: greys } = await decodePicture(await grey.toBuffer());
    assert.deepEqual([...greys.rgba.subarray(0, 8)], [1, 1, 1, 2, 255, 255, 255, 127]);
  });

  it("colours of a picture to enlarge of 16 bits in a wide gamut end in sRGB, not in libvips' working space", async () => {
    const values = Uint16Array.of(200 * 257, 60 * 257, 30 * 257, 30_000);
    const bytes = await sharp(values, { raw: { width: 1, height: 1, channels: 4 } })
      .toColourspace("rgb16")
      .withIccProfile("p3")
      .png()
      .toBuffer();
    const { pixels, notes } = await decodePicture(bytes);
    // Display P3 (200, 60, 30) by the matrices of CSS Color 4.
    assertNear([...pixels.rgba], [217, 41, 4, 117], 2);
    assert.deepEqual(notes, ["to_srgb", "to_8_bits"]);
  });

  it("colours of a picture to enlarge of grey are converted through a profile of grey, in 8 bits and in 16", async () => {
    // Light 0.25 in a file of gamma 1 is sRGB level 137.
    const narrow = await sharp(Uint8Array.of(64, 64, 255, 64), { raw: { width: 2, height: 1, channels: 2 } })
      .toColourspace("b-w")
      .png()
      .toBuffer();
    const wide = await sharp(Uint16Array.of(64 * 257, 64 * 257, 65_535, 64 * 257), {
      raw: { width: 2, height: 1, channels: 2 },
    })
      .toColourspace("grey16")
      .png()
      .toBuffer();
    for (const [bytes, notes] of [
      [narrow, ["to_srgb"]],
      [wide, ["to_srgb", "to_8_bits"]],
    ] as const) {
      const picture = await decodePicture(withProfile(bytes, greyProfile(1)));
      assertNear([...picture.pixels.rgba], [137, 137, 137, 64, 255, 255, 255, 64], 1);
      assert.deepEqual(picture.notes, notes);
    }
  });
});

describe("a picture that can't be enlarged", () => {
  // Goals B2 and B3.
  it("a picture that can't be enlarged is refused as the field image when it is cut short, damaged, too large or of another kind", async () => {
    const noisy = sharp({
      create: {
        width: 64,
        height: 64,
        channels: 3,
        background: "#888",
        noise: { type: "gaussian", mean: 128, sigma: 40 },
      },
    });
    for (const format of ["png", "jpeg", "webp", "gif"] as const) {
      const whole = await noisy.toFormat(format).toBuffer();
      const cut = whole.subarray(0, Math.floor(whole.length / 2));
      await assert.rejects(decodePicture(cut), isAbout("image_rejected"), format);
    }
    const large = await flat("#888", 5000, 10).png().toBuffer();
    await assert.rejects(decodePicture(large), isAbout("image_rejected"));
    await assert.rejects(decodePicture(await flat("#888").tiff().toBuffer()), isAbout("unsupported_media"));
  });
});

const isAbout =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof AppError && error.code === code && error.detail.field === "image";
