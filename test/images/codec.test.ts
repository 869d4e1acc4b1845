/** Image files at the border: what is let in, what is refused and how that is said, and PNGs that never change. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import sharp from "sharp";
import { toPremultipliedPlanes, toStraightRgba } from "../../server/engine/pixels/pixels.ts";
import { decodeFitted, decodeRgba, encodePng, probeImage, renderSvg } from "../../server/images/codec.ts";
import { shrinkIntoSquare } from "../../server/images/fit-square.ts";

const picture = (widthPx: number, heightPx: number) =>
  sharp({
    create: {
      width: widthPx,
      height: heightPx,
      channels: 3,
      background: "#3366cc",
      noise: { type: "gaussian", mean: 128, sigma: 40 },
    },
  });

/** A well-formed PNG whose header promises a size that its few pixels do not have. */
function pngBomb(sidePx: number): Uint8Array {
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(body.length + 8);
    frame.writeUInt32BE(data.length, 0);
    body.copy(frame, 4);
    frame.writeUInt32BE(crc32(body), body.length + 4);
    return frame;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(sidePx, 0);
  header.writeUInt32BE(sidePx, 4);
  header.set([8, 6], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.alloc(64))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}

describe("an uploaded image", () => {
  for (const format of ["png", "jpeg", "webp", "gif"] as const)
    it(`an uploaded image is taken as ${format}, with its size`, async () => {
      const bytes = await picture(31, 17).toFormat(format).toBuffer();
      assert.deepEqual(await probeImage(bytes), { widthPx: 31, heightPx: 17, mediaType: `image/${format}` });
    });

  it("an uploaded image has the size that it has upright, as its EXIF orientation says", async () => {
    const bytes = await picture(31, 17).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    assert.deepEqual(await probeImage(bytes), { widthPx: 17, heightPx: 31, mediaType: "image/jpeg" });
  });

  // Goal B3.
  it("an uploaded image is refused by its first bytes when it is something else, whatever sharp could read", async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>');
    const tiff = await picture(8, 8).tiff().toBuffer();
    const avif = await picture(8, 8).avif().toBuffer();
    for (const bytes of [svg, tiff, avif, Buffer.from("%PDF-1.7"), Buffer.alloc(0)])
      await assert.rejects(probeImage(bytes), {
        code: "unsupported_media",
        message: /expected PNG, JPEG, WebP or GIF/,
      });
  });

  for (const format of ["png", "jpeg", "webp", "gif"] as const)
    it(`an uploaded image is refused when the ${format} is cut off`, async () => {
      const bytes = await picture(64, 64).toFormat(format).toBuffer();
      for (const share of [0.5, 0.8])
        await assert.rejects(probeImage(bytes.subarray(0, Math.floor(bytes.length * share))), {
          code: "image_rejected",
        });
      await assert.rejects(probeImage(bytes.subarray(0, 12)), { code: "image_rejected" });
    });

  it("an uploaded image is refused by its header when it is too large, before anything is decoded", async () => {
    const started = performance.now();
    await assert.rejects(probeImage(pngBomb(60_000)), {
      code: "image_rejected",
      detail: { field: "image", expected: "at most 4096 × 4096 px", received: "60000 × 60000 px" },
    });
    assert.ok(performance.now() - started < 1000);
    await assert.rejects(probeImage(pngBomb(4096)), { code: "image_rejected", message: /complete, undamaged file/ });
  });

  // Goal B2.
  it("an uploaded image never crashes the process, whatever the bytes are", async () => {
    const base = await picture(16, 16).png().toBuffer();
    await fc.assert(
      fc.asyncProperty(fc.nat(base.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const bytes = Uint8Array.from(base);
        bytes[at]! ^= mask;
        await probeImage(bytes).catch((error: { code?: string }) =>
          assert.match(String(error.code), /^(unsupported_media|image_rejected)$/),
        );
      }),
      { seed: 20261125, numRuns: 60 },
    );
  });
});

describe("a picture as experts read it", () => {
  it("a picture as experts read it has the same planes from a lossless WebP as from a PNG, however much it is shrunk", async () => {
    const source = await picture(129, 97).png().toBuffer();
    const webp = await sharp(source).webp({ lossless: true }).toBuffer();
    for (const sizePx of [200, 96, 32, 8])
      assert.deepEqual(await decodeFitted(webp, sizePx), await decodeFitted(source, sizePx), `${sizePx} px`);
  });

  it("a picture as experts read it has the planes of a JPEG's own pixels, shrunk to more than a quarter as a PNG of them would be", async () => {
    const jpeg = await picture(128, 128).jpeg({ quality: 90 }).toBuffer();
    const png = await sharp(jpeg).png().toBuffer();
    for (const sizePx of [128, 64, 40])
      assert.deepEqual(await decodeFitted(jpeg, sizePx), await decodeFitted(png, sizePx), `${sizePx} px`);
  });

  it("a picture as experts read it is nearer to what a renderer draws at that size than libvips' kernel, where sizes divide", async () => {
    const svg = (sidePx: number): string =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="${sidePx}" height="${sidePx}" viewBox="0 0 64 64">
        <circle cx="29.3" cy="33.1" r="21.7" fill="#c33"/><path d="M8 9L57 21L33 58Z" fill="#36c"/><path d="M5 50L60 12" stroke="#123" stroke-width="3"/></svg>`;
    const drawn = await renderSvg(svg(64), 64);
    const distance = (planes: Float32Array): number =>
      Math.sqrt(planes.reduce((sum, value, at) => sum + (value - drawn[at]!) ** 2, 0) / planes.length);
    for (const factor of [2, 3, 4]) {
      const png = await sharp(Buffer.from(svg(64 * factor)))
        .png()
        .toBuffer();
      const byLibrary = await sharp(png).resize(64, 64).ensureAlpha().raw().toBuffer();
      const ours = distance(await decodeFitted(png, 64));
      const theirs = distance(toPremultipliedPlanes(byLibrary, 64));
      assert.ok(ours < 0.6 * theirs, `${factor} times as large: ${ours} and ${theirs}`);
    }
  });

  it("an SVG in millimetres is drawn at the square's size as one in pixels is, and a small view box still is", async () => {
    const drawing = (size: string, viewBox = 64): string =>
      `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="0 0 ${viewBox} ${viewBox}">
        <g transform="scale(${viewBox / 64})"><circle cx="29.3" cy="33.1" r="21.7" fill="#c33"/><path d="M5 50L60 12" stroke="#123" stroke-width="3"/></g></svg>`;
    const drawn = await renderSvg(drawing('width="64" height="64"'), 64);
    for (const other of [
      ...["297mm", "9in", "3pt", "24mm", "4cm"].map((side) => drawing(`width="${side}" height="${side}"`)),
      drawing("", 1.4),
    ])
      assert.ok(Buffer.from((await renderSvg(other, 64)).buffer).equals(Buffer.from(drawn.buffer)), other);
  });

  it("a picture as experts read it comes near the mean of each area where libvips shrinks it first, and holds few pixels then", async () => {
    for (const [sizePx, sidePx] of [
      [32, 300],
      [512, 1500],
    ] as const) {
      const png = await picture(sidePx, sidePx).blur(3).png().toBuffer();
      const [coarse, exact] = [await decodeFitted(png, sizePx), shrinkIntoSquare(await decodeRgba(png), sizePx)];
      assert.ok(coarse.some((value, at) => value !== exact[at]));
      assert.ok(
        coarse.every((value, at) => Math.abs(value - exact[at]!) < 0.03),
        `${sidePx} to ${sizePx} px`,
      );
    }
  });
});

describe("PNG output", () => {
  const rgba = Uint8Array.from({ length: 16 * 16 * 4 }, (_, index) => (index * 37) & 0xff);

  it("PNG output gives back the same pixels", async () => {
    const { rgba: back, widthPx, heightPx } = await decodeRgba(await encodePng(rgba, 16, 16));
    assert.deepEqual([widthPx, heightPx], [16, 16]);
    assert.deepEqual(Buffer.from(back), Buffer.from(rgba));
  });

  it("PNG output is the same every time, and holds pixels and a fixed resolution alone", async () => {
    const png = await encodePng(rgba, 16, 16);
    assert.deepEqual(Buffer.from(await encodePng(rgba, 16, 16)), Buffer.from(png));
    const chunks: string[] = [];
    for (let at = 8; at < png.length; at += 12 + Buffer.from(png).readUInt32BE(at))
      chunks.push(Buffer.from(png.subarray(at + 4, at + 8)).toString());
    assert.deepEqual([...new Set(chunks)], ["IHDR", "pHYs", "IDAT", "IEND"]);
  });
});

describe("premultiplied planes", () => {
  it("premultiplied planes come back as the same straight pixels where anything is visible", () => {
    const pixel = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
    fc.assert(
      fc.property(fc.array(pixel, { minLength: 4, maxLength: 4 }), (pixels) => {
        const rgba = Uint8Array.from(pixels.flat());
        const back = toStraightRgba(toPremultipliedPlanes(rgba, 2), 2).rgba;
        for (const [index, [red, green, blue, alpha]] of pixels.entries())
          assert.deepEqual(
            [...back.subarray(4 * index, 4 * index + 4)],
            alpha === 0 ? [0, 0, 0, 0] : [red, green, blue, alpha],
          );
      }),
      { seed: 20261125, numRuns: 500 },
    );
  });

  it("premultiplied planes are clamped where the decoder overshoots, and black where nothing is visible", () => {
    const planes = Float32Array.of(1.4, 0.2, 0.5, 0, -0.3, 0.2, 0.5, 0, 0.5, 0.2, 0.5, 0, 1.2, 0.001, 0.25, -1);
    assert.deepEqual(
      [...toStraightRgba(planes, 2).rgba],
      [255, 0, 128, 255, 0, 0, 0, 0, 255, 255, 255, 64, 0, 0, 0, 0],
    );
  });
});
