/**
 * Renders SVG text to rows of pixels, in a process of its own: if one file brings the renderer down, only this process ends.
 * Messages in: tasks of one batch. Messages out: for each task the picture's digest, or why there is none.
 */
import { createHash } from "node:crypto";
import { openSync, writeSync } from "node:fs";
import sharp from "sharp";
import { halvePixels, inspectPixels, premultiply } from "./pixels.mts";

/** One picture to render. */
export interface RenderTask {
  readonly row: number;
  /** Row among the pictures of twice the size, or undefined. */
  readonly largeRow: number | undefined;
  readonly svg: string;
}

/** What became of it. */
export interface RenderResult {
  readonly row: number;
  readonly digest?: string;
  readonly reason?: string;
}

const [imagesPath, largePath, sideText] = process.argv.slice(2);
const sidePx = Number(sideText);
const images = openSync(imagesPath!, "r+");
const large = openSync(largePath!, "r+");
sharp.concurrency(1);
sharp.cache(false);

async function render({ row, largeRow, svg }: RenderTask): Promise<RenderResult> {
  try {
    const side = largeRow === undefined ? sidePx : 2 * sidePx;
    const { data, info } = await sharp(Buffer.from(svg), { limitInputPixels: 1e7 })
      .resize(side, side, { fit: "contain", background: { r: 0, g: 0, b: 0, alpha: 0 } })
      .toColourspace("srgb")
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 4 || data.length !== 4 * side * side)
      throw new Error(`expected ${side} px RGBA, got ${info.width}x${info.height}x${info.channels}`);
    premultiply(data);
    const small = largeRow === undefined ? data : halvePixels(data, side);
    const fault = inspectPixels(small);
    if (fault !== undefined) return { row, reason: fault };
    if (largeRow !== undefined) writeSync(large, data, 0, data.length, largeRow * data.length);
    writeSync(images, small, 0, small.length, row * small.length);
    return { row, digest: createHash("sha1").update(small).digest("base64") };
  } catch (error) {
    return { row, reason: error instanceof Error ? error.message : String(error) };
  }
}

process.on("message", async (tasks: RenderTask[]) => {
  process.send!(await Promise.all(tasks.map(render)));
});
