/** What an input is found to be, and how compression marks are removed: on JPEGs of sharp's encoder, as files and as pixels. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import sharp, { type JpegOptions } from "sharp";
import type { Picture, Pixels } from "../../server/engine/interfaces.ts";
import { rgbPsnrDb } from "../../server/evaluation/metrics/picture-psnr.ts";
import { shrinkTruth } from "../../server/evaluation/upscaling/resample.ts";
import { decodeRgba, encodePng } from "../../server/images/codec.ts";
import { decodePicture } from "../../server/images/picture.ts";
import { drawHypotheses, type EnlargedPicture } from "../../server/upscaling/hypotheses.ts";
import { cleanJpeg } from "../../server/upscaling/input/clean-jpeg.ts";
import { estimateInput } from "../../server/upscaling/input/input-kind.ts";
import { shrinkArea } from "../../server/upscaling/shrink-area.ts";
import { smallUpscaler } from "../fixtures/networks/small-upscaler.ts";

const pause = async (): Promise<void> => {};
const photo = shrinkTruth(
  await decodeRgba(await readFile(new URL("../../docs/examples/wren.png", import.meta.url))),
  2,
);
const asJpeg = async ({ rgba, widthPx, heightPx }: Pixels, options: JpegOptions): Promise<Buffer> =>
  sharp(rgba, { raw: { width: widthPx, height: heightPx, channels: 4 } })
    .removeAlpha()
    .jpeg(options)
    .toBuffer();
const psnr = (a: Pixels, b: Pixels): number => rgbPsnrDb(a, b, 0);

/** A part without the first rows and columns, so that blocks begin elsewhere. */
function cutCorner({ rgba, widthPx, heightPx }: Pixels, left: number, top: number): Pixels {
  const rows = Array.from({ length: heightPx - top }, (_, row) =>
    rgba.subarray(4 * ((row + top) * widthPx + left), 4 * (row + top + 1) * widthPx),
  );
  return { rgba: Uint8Array.from(rows.flatMap((row) => [...row])), widthPx: widthPx - left, heightPx: heightPx - top };
}

describe("the input of an upscale", () => {
  for (const options of [
    { quality: 30 },
    { quality: 70, progressive: true },
    { quality: 95, chromaSubsampling: "4:4:4" },
  ])
    it(`a JPEG file of quality ${options.quality} is known by its tables`, async () => {
      const { pixels } = await decodePicture(await asJpeg(photo, options));
      const { kind, jpegQuality, compression, foreignness } = estimateInput(pixels);
      assert.deepEqual([kind, jpegQuality, foreignness], ["jpeg", options.quality, 1]);
      assert.deepEqual([compression!.isChromaHalved, compression!.grid], [options.quality < 95, { left: 0, top: 0 }]);
    });

  it("a picture that was a JPEG before is known by its pixels, wherever its blocks begin", async () => {
    const { pixels } = await decodePicture(await asJpeg(photo, { quality: 50 }));
    const { rgba, widthPx, heightPx } = cutCorner(pixels, 3, 6);
    const pasted = (await decodePicture(await encodePng(rgba, widthPx, heightPx))).pixels;
    const { kind, jpegQuality, compression } = estimateInput(pasted);
    assert.deepEqual([kind, jpegQuality, compression?.grid], ["jpeg", 50, { left: 5, top: 2 }]);
  });

  it("a JPEG that was turned upright has no tables any more", async () => {
    const bytes = await sharp(await asJpeg(photo, { quality: 70 }))
      .keepMetadata()
      .withExif({ IFD0: { Orientation: "6" } })
      .jpeg()
      .toBuffer();
    const { pixels, notes } = await decodePicture(await sharp(bytes).withMetadata({ orientation: 6 }).toBuffer());
    assert.deepEqual([pixels.jpeg, notes.includes("turned_upright")], [undefined, true]);
  });

  it("photographs, interfaces and repeated pixels are distinguished", async () => {
    const words = Array.from(
      { length: 8 },
      (_, row) => `<path d="M9 ${12 * row + 12}h70M9 ${12 * row + 8}l6 -4" stroke="#222"/>`,
    );
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="110"><rect width="120" height="110" fill="#eee"/><circle cx="96" cy="50" r="18" fill="#16a"/>${words.join("")}</svg>`;
    const drawn = await decodeRgba(await sharp(Buffer.from(svg)).png().toBuffer());
    const large = await decodeRgba(
      await sharp(await encodePng(photo.rgba, photo.widthPx, photo.heightPx))
        .resize(3 * photo.widthPx, 3 * photo.heightPx, { kernel: "nearest" })
        .png()
        .toBuffer(),
    );
    assert.deepEqual(
      [photo, drawn, large].map((image: Picture) => estimateInput(image).kind),
      ["photograph", "drawn", "repeated"],
    );
    assert.ok(estimateInput(photo).foreignness < 1);
  });

  it("a drawing that was shrunk bicubically rings, one that was drawn at its size or shrunk by areas does not", async () => {
    const bars = Array.from(
      { length: 40 },
      (_, at) =>
        `<rect x="${17 + 37 * (at % 8)}" y="${15 + 61 * Math.floor(at / 8)}" width="${9 + (at % 11)}" height="33" fill="#264"/>`,
    );
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="320"><rect width="320" height="320" fill="#ccc"/>${bars.join("")}</svg>`;
    const drawn = await decodeRgba(await sharp(Buffer.from(svg)).png().toBuffer());
    const byAreas = await shrinkArea(drawn, { widthPx: 80, heightPx: 80 }, pause);
    const found = [drawn, shrinkTruth(drawn, 4), byAreas].map((image: Picture) => {
      const { kind, isShrunkDrawing, foreignness } = estimateInput(image);
      return [kind, isShrunkDrawing, foreignness];
    });
    assert.deepEqual(found, [
      ["drawn", false, 1],
      ["drawn", true, 0],
      ["drawn", false, 1],
    ]);
  });

  it("cleaning comes nearer to the picture before it was compressed, the more the stronger, and does nothing at 0", async () => {
    for (const quality of [30, 70]) {
      const { pixels } = await decodePicture(await asJpeg(photo, { quality }));
      const { compression } = estimateInput(pixels);
      const [none, half, whole] = await Promise.all(
        [0, 0.5, 1].map((clean) => cleanJpeg(pixels, compression!, clean, pause)),
      );
      assert.equal(none, pixels);
      const [before, between, after] = [none!, half!, whole!].map((picture) => psnr(picture, photo));
      assert.ok(
        after! > between! && between! > before! + 0.1,
        `quality ${quality}: ${before}, ${between}, ${after} dB`,
      );
    }
  });

  it("at its own size a picture is cleaned, without a network", async () => {
    const { pixels } = await decodePicture(await asJpeg(photo, { quality: 40 }));
    const upscaler = smallUpscaler();
    const made: EnlargedPicture[] = [];
    const request = {
      scale: 1,
      detail: 0,
      clean: 1,
      letters: true,
      seed: 1,
      count: 1,
      variance: false,
      outlines: false,
    } as const;
    await drawHypotheses(upscaler, pixels, request, { pause, onImage: (picture) => void made.push(picture) });
    const [{ rgba, ...about } = { rgba: new Uint8Array() }] = made;
    assert.equal(upscaler.runs.length, 0);
    assert.deepEqual(
      { ...about, lrPsnrDb: 0 },
      {
        index: 0,
        kind: "hypothesis",
        seed: 1,
        widthPx: photo.widthPx,
        heightPx: photo.heightPx,
        inputKind: "jpeg",
        jpegQuality: 40,
        lrPsnrDb: 0,
      },
    );
    assert.ok(psnr({ ...photo, rgba }, photo) > psnr(pixels, photo) + 0.2);
  });
});
