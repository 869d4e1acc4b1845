/**
 * Upscaling in the inference child, as the server runs it: seconds and the child's peak memory, beside sharp's `resize` and, if
 * scripts/baselines is installed, the ESRGANs of npm. Unless a picture is named it has colour waves, so that no step can take a shortcut.
 */
import { join } from "node:path";
import sharp from "sharp";
import type { Pixels } from "../../server/engine/interfaces.ts";
import { openBaselines } from "../../server/evaluation/upscaling/baselines.ts";
import { createInferenceClient } from "../../server/inference/client.ts";
import type { InferenceClient } from "../../server/inference/protocol.ts";
import { packsHome, readEntry } from "../../server/packs/catalogue.ts";
import { loadUpscaler } from "../../server/upscaling/load-upscaler.ts";
import { ResolvedUpscaleSchema } from "../../shared/contract/upscaling.ts";
import { limits } from "../../shared/limits.ts";
import { median } from "./measure.ts";
import { peakOf } from "./peak-memory.ts";
import { timed } from "./serving/running-server.ts";
import { interfaceOf, newspaperOf, pageOfText, waves } from "./upscaling-pages.ts";

type Scale = 2 | 4;
const scales = [2, 4] as const;

export interface UpscalingBench {
  /** 512 × 512 to 2048 × 2048, by detail. */
  readonly seconds: ReadonlyArray<{ readonly detail: number; readonly seconds: number }>;
  /** 1024 × 1024 to 4096 × 4096 at detail 0: of runs in turn, since a machine's speed varies between minutes. */
  readonly largeSeconds: ReadonlyArray<{ readonly what: string; readonly median: number; readonly least: number }>;
  readonly rates: readonly Rate[];
  readonly ratios: readonly Ratio[];
  /** Peak memory of the child after 1024 × 1024 to 4096 × 4096, with all shipped packs open. */
  readonly peakMb: number;
}

interface Rate {
  readonly what: string;
  readonly scale: Scale;
  readonly secondsPerMegapixel: number;
}

/**
 * Ratio of a baseline's time to ours, measured in pairs of consecutive runs: a machine's speed varies more between minutes than
 * within a pair.
 */
interface Ratio {
  readonly what: string;
  readonly scale: Scale;
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

const [sidePx, largeSidePx] = [512, 1024];
/** Side of the input of baseline networks, which are slow, TensorFlow.js above all. */
const baselineSidePx = 64;
const rounds = 3;
const pairs = 15;
const runtimeNames = { onnx: "onnxruntime", tfjs: "TensorFlow.js (WebAssembly)" } as const;

export async function benchUpscaling(packsDir = packsHome()): Promise<UpscalingBench> {
  const picture = waves(sidePx);
  const seconds: Array<UpscalingBench["seconds"][number]> = [];
  const largeSeconds: Array<UpscalingBench["largeSeconds"][number]> = [];
  const rates: Rate[] = [];
  const peakMb = await withClient(packsDir, async (client) => {
    for (const detail of [0, 1])
      seconds.push({ detail, seconds: await medianSeconds(() => enlarge(client, picture, 4, detail)) });
    for (const scale of scales) {
      const spent = scale === 4 ? seconds[1]!.seconds : await medianSeconds(() => enlarge(client, picture, scale, 1));
      rates.push({ what: "tau, detail 1", scale, secondsPerMegapixel: spent / megapixels(sidePx, scale) });
    }
    largeSeconds.push(...(await secondsOfLarge(client)));
    await enlarge(client, waves(largeSidePx), 4, 1);
    return peakOf(client.ready!.pid);
  });
  for (const scale of scales) rates.push(...(await ratesOfSharp(picture, scale)));
  rates.push(...(await ratesOfNetworks()));
  const ratios = await ratiosOf(packsDir);
  return { seconds, largeSeconds, rates, ratios, peakMb };
}

async function secondsOfLarge(client: InferenceClient): Promise<UpscalingBench["largeSeconds"]> {
  const pictures = [
    { what: "colour waves", large: waves(largeSidePx), spent: [] as number[] },
    { what: "an interface", large: await interfaceOf(largeSidePx), spent: [] },
    { what: "a newspaper's page", large: await newspaperOf(largeSidePx), spent: [] },
    { what: "a page full of text of 5 to 10 px", large: await pageOfText(largeSidePx), spent: [] },
    { what: "the same with lines twice as far apart", large: await pageOfText(largeSidePx, 2), spent: [] },
  ];
  for (let round = 0; round < rounds; round += 1)
    for (const { large, spent } of pictures) spent.push((await timed(() => enlarge(client, large, 4, 0))) / 1000);
  return pictures.map(({ what, spent }) => ({ what, median: median(spent), least: Math.min(...spent) }));
}

async function withClient<T>(packsDir: string, work: (client: InferenceClient) => Promise<T>): Promise<T> {
  const client = createInferenceClient({ packsDir });
  try {
    await client.start();
    return await work(client);
  } finally {
    await client.close();
  }
}

async function enlarge(client: InferenceClient, picture: Pixels, scale: Scale, detail: number): Promise<void> {
  const request = ResolvedUpscaleSchema.parse({ image: "0".repeat(64), scale, detail, seed: 1 });
  await client.upscale(request, picture, { onImage: () => {} });
}

async function ratesOfSharp({ rgba, widthPx, heightPx }: Pixels, scale: Scale): Promise<Rate[]> {
  const rates: Rate[] = [];
  for (const kernel of ["cubic", "lanczos3"] as const) {
    const spent = await medianSeconds(() =>
      sharp(rgba, { raw: { width: widthPx, height: heightPx, channels: 4 } })
        .resize(scale * widthPx, scale * heightPx, { kernel })
        .raw()
        .toBuffer(),
    );
    rates.push({ what: `sharp, ${kernel}`, scale, secondsPerMegapixel: spent / megapixels(widthPx, scale) });
  }
  return rates;
}

async function ratesOfNetworks(): Promise<Rate[]> {
  const baselines = openBaselines();
  if (typeof baselines === "string") return [];
  const input = waves(baselineSidePx);
  const rates: Rate[] = [];
  try {
    for (const scale of scales)
      for (const name of baselines.networks)
        for (const runtime of ["onnx", "tfjs"] as const) {
          const spent = await medianSeconds(() => baselines.draw(name, runtime, input, scale));
          const what = `${name} on ${runtimeNames[runtime]}`;
          rates.push({ what, scale, secondsPerMegapixel: spent / megapixels(baselineSidePx, scale) });
        }
  } finally {
    baselines.close();
  }
  return rates;
}

/**
 * ESRGAN-medium as in its npm package beside our upscale at the highest detail, each in its own process; ours is repeated for
 * the time of one baseline run.
 */
async function ratiosOf(packsDir: string): Promise<Ratio[]> {
  const baselines = openBaselines();
  if (typeof baselines === "string" || baselines.networks.length === 0) return [];
  const input = waves(baselineSidePx);
  const found: Ratio[] = [];
  try {
    const upscaler = await loadUpscaler(await readEntry(join(packsDir, "super-resolution"), true));
    for (const scale of scales) {
      const ratios: number[] = [];
      // Two warm-up pairs.
      for (let pair = -2; pair < pairs; pair += 1) {
        const { seconds } = await baselines.draw("esrgan-medium", "tfjs", input, scale);
        const own = await medianWithin(seconds, () =>
          upscaler.upscale(input, { scale, temperature: limits.upscaleTemperatureMax, seed: pair + 2 }),
        );
        if (pair >= 0) ratios.push(seconds / own);
      }
      const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
      found.push({ what: `esrgan-medium on ${runtimeNames.tfjs}`, scale, median: median(ratios), least, most });
    }
  } finally {
    baselines.close();
  }
  return found;
}

/** The median time of work repeated for `seconds`. */
async function medianWithin(seconds: number, work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let spent = 0; spent < seconds; spent += times.at(-1)!) times.push((await timed(work)) / 1000);
  return median(times);
}

const megapixels = (inputSidePx: number, scale: Scale): number => (scale * inputSidePx) ** 2 / 1e6;

/** The median after a warm-up. */
async function medianSeconds(work: () => Promise<unknown>): Promise<number> {
  await work();
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) times.push((await timed(work)) / 1000);
  return median(times);
}
