/**
 * The rivals of upscaling, in a child process of the evaluation: one picture at a time, pixels and seconds back. sharp needs nothing more;
 * the ESRGANs need `npm ci` in this folder.
 *
 *   fork("run.mjs", [threads], { serialization: "advanced" })
 *   in   { rival, runtime, scale, rgb [height, width, 3], widthPx, heightPx }
 *   out  { rgb, seconds, peakBytes } or { error }
 */
import sharp from "sharp";
import { rivals } from "./read-model.mjs";

const threads = Number(process.argv[2] ?? 0);
const opened = new Map();

/** Opening is not counted: a server does it once. */
async function open(rival, runtime, scale) {
  const key = `${rival} ${runtime} ${scale}`;
  if (!opened.has(key)) {
    // Networks stay in memory, and the thick one on WebAssembly is large: one at a time.
    opened.clear();
    if (runtime === "sharp") opened.set(key, enlargeBySharp(rival, scale));
    else if (runtime === "tfjs")
      opened.set(key, enlargeBy(rival, await (await import("./tfjs-model.mjs")).openTfjs(rival, scale)));
    else opened.set(key, enlargeBy(rival, await (await import("./onnx-model.mjs")).openOnnx(rival, scale, threads)));
  }
  return opened.get(key);
}

/** As the package `upscaler` does: pixels into the network's range, its answer clipped, then rounded to 8 bits. */
const enlargeBy = (rival, run) => async (rgb, widthPx, heightPx) => {
  const { range } = rivals[rival];
  const pixels = widthPx * heightPx;
  const planes = new Float32Array(3 * pixels);
  for (let at = 0; at < planes.length; at += 1)
    planes[(at % 3) * pixels + Math.floor(at / 3)] = (rgb[at] * range) / 255;
  const enlarged = await run(planes, widthPx, heightPx);
  const count = enlarged.length / 3;
  const answer = new Uint8ClampedArray(enlarged.length);
  for (let at = 0; at < answer.length; at += 1)
    answer[at] = (enlarged[(at % 3) * count + Math.floor(at / 3)] * 255) / range;
  return new Uint8Array(answer.buffer);
};

/** @param kernel as sharp's `resize` takes it */
const enlargeBySharp = (kernel, scale) => (rgb, widthPx, heightPx) =>
  sharp(rgb, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .resize(scale * widthPx, scale * heightPx, { kernel })
    .raw()
    .toBuffer();

process.on("message", async ({ rival, runtime, scale, rgb, widthPx, heightPx }) => {
  try {
    const enlarge = await open(rival, runtime, scale);
    const started = performance.now();
    const answer = await enlarge(rgb, widthPx, heightPx);
    const seconds = (performance.now() - started) / 1000;
    process.send({ rgb: new Uint8Array(answer), seconds, peakBytes: 1024 * process.resourceUsage().maxRSS });
  } catch (error) {
    process.send({ error: error instanceof Error ? error.message : String(error) });
  }
});
