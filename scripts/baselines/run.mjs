/**
 * The baselines of upscaling, in a child process of the evaluation: receives one picture at a time and returns pixels and
 * seconds. sharp needs nothing more; the ESRGANs need `npm ci` in this folder.
 *
 *   fork("run.mjs", [threads], { serialization: "advanced" })
 *   in   { baseline, runtime, scale, rgb [height, width, 3], widthPx, heightPx }
 *   out  { rgb, seconds, peakBytes } or { error }
 */
import sharp from "sharp";
import { baselines } from "./read-model.mjs";

const threads = Number(process.argv[2] ?? 0);
const opened = new Map();

/** Opens a baseline. Opening is not timed, because a server does it once. */
async function open(baseline, runtime, scale) {
  const key = `${baseline} ${runtime} ${scale}`;
  if (!opened.has(key)) {
    // Only one network is kept in memory, because the thick one on WebAssembly is large.
    opened.clear();
    if (runtime === "sharp") opened.set(key, enlargeBySharp(baseline, scale));
    else if (runtime === "tfjs")
      opened.set(key, enlargeBy(baseline, await (await import("./tfjs-model.mjs")).openTfjs(baseline, scale)));
    else
      opened.set(key, enlargeBy(baseline, await (await import("./onnx-model.mjs")).openOnnx(baseline, scale, threads)));
  }
  return opened.get(key);
}

/** Like the package `upscaler`: scales pixels to the network's range, clips its output and rounds it to 8 bits. */
const enlargeBy = (baseline, run) => async (rgb, widthPx, heightPx) => {
  const { range } = baselines[baseline];
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

/** @param kernel kernel of sharp's `resize` */
const enlargeBySharp = (kernel, scale) => (rgb, widthPx, heightPx) =>
  sharp(rgb, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .resize(scale * widthPx, scale * heightPx, { kernel })
    .raw()
    .toBuffer();

process.on("message", async ({ baseline, runtime, scale, rgb, widthPx, heightPx }) => {
  try {
    const enlarge = await open(baseline, runtime, scale);
    const started = performance.now();
    const answer = await enlarge(rgb, widthPx, heightPx);
    const seconds = (performance.now() - started) / 1000;
    process.send({ rgb: new Uint8Array(answer), seconds, peakBytes: 1024 * process.resourceUsage().maxRSS });
  } catch (error) {
    process.send({ error: error instanceof Error ? error.message : String(error) });
  }
});
