/** All metrics of one enlarged picture, and tables of their means. */
import type { Pixels } from "../../engine/interfaces.ts";
import { lrPsnrDb } from "../../upscaling/consistency.ts";
import { lumaPsnrDb, rgbPsnrDb } from "../metrics/picture-psnr.ts";
import { ssim } from "../metrics/ssim.ts";
import { mean, median } from "../metrics/statistics.ts";
import type { Column, Row } from "../report.ts";
import { type FeatureMaps, featureDistance, type PictureNet } from "./feature-maps.ts";
import type { Method, Scale } from "./methods.ts";

export interface Measures {
  readonly psnr: number;
  readonly psnrY: number;
  readonly ssim: number;
  readonly lrPsnr: number;
  /** Absent without its feature net. */
  readonly lpips?: number;
  readonly distance?: number;
  readonly secondsPerMegapixel: number;
}

/** Metrics of feature nets, the usual one of papers first. */
export const netMeasures = ["lpips", "distance"] as const;
export type NetMeasure = (typeof netMeasures)[number];
export type Nets = Readonly<Record<NetMeasure, PictureNet | undefined>>;

/** A ground truth with its feature maps, computed once. */
export interface Target {
  readonly truth: Pixels;
  readonly seen: ReadonlyArray<{
    readonly key: NetMeasure;
    readonly net: PictureNet;
    readonly maps: FeatureMaps;
  }>;
}

export async function prepareTarget(truth: Pixels, nets: Nets): Promise<Target> {
  const seen = [];
  for (const key of netMeasures) {
    const net = nets[key];
    if (net) seen.push({ key, net, maps: await net.mapsOf(truth) });
  }
  return { truth, seen };
}

/** This process has no other work to yield to. */
const noPause = async (): Promise<void> => {};

export async function measure(method: Method, input: Pixels, { truth, seen }: Target, scale: Scale): Promise<Measures> {
  const { picture, seconds } = await method.draw(input, scale);
  const distances: Partial<Record<NetMeasure, number>> = {};
  for (const { key, net, maps } of seen) distances[key] = featureDistance(await net.mapsOf(picture), maps);
  return {
    psnr: rgbPsnrDb(picture, truth, scale),
    psnrY: lumaPsnrDb(picture, truth, scale),
    ssim: ssim(picture, truth, scale),
    lrPsnr: await lrPsnrDb(input, picture, noPause),
    ...distances,
    secondsPerMegapixel: (seconds * 1e6) / (truth.widthPx * truth.heightPx),
  };
}

export const columns: readonly Column[] = [
  { key: "psnr", label: "PSNR, dB", digits: 2, better: "higher" },
  { key: "psnrY", label: "PSNR-Y, dB", digits: 2, better: "higher" },
  { key: "ssim", label: "SSIM", digits: 4, better: "higher" },
  { key: "lrPsnr", label: "LR-PSNR, dB", digits: 1, better: "higher" },
  { key: "lpips", label: "LPIPS", digits: 4, better: "lower" },
  { key: "distance", label: "distance", digits: 4, better: "lower" },
  { key: "secondsPerMegapixel", label: "s per megapixel", digits: 2, better: "lower" },
];

/** Means over pictures; the median of seconds, because one interruption spoils a mean. */
export function summarise({ label, role }: Pick<Method, "label" | "role">, measured: readonly Measures[]): Row {
  const meanOf = (key: keyof Measures): number | undefined => meanOfMeasure(measured, key);
  return {
    what: label,
    role,
    n: measured.length,
    values: {
      psnr: meanOf("psnr"),
      psnrY: meanOf("psnrY"),
      ssim: meanOf("ssim"),
      lrPsnr: meanOf("lrPsnr"),
      lpips: meanOf("lpips"),
      distance: meanOf("distance"),
      secondsPerMegapixel: median(measured.map(({ secondsPerMegapixel }) => secondsPerMegapixel)),
    },
  };
}

function meanOfMeasure(measured: readonly Measures[], key: keyof Measures): number | undefined {
  const values = measured.flatMap((measures) => measures[key] ?? []);
  return values.length > 0 ? mean(values) : undefined;
}

/** Metrics by group, scale and method. */
export class Results {
  readonly #measures = new Map<string, Measures[]>();

  add(group: string, scale: Scale, method: string, measures: Measures): void {
    const key = JSON.stringify([group, scale, method]);
    this.#measures.set(key, [...(this.#measures.get(key) ?? []), measures]);
  }

  /** In the order of the pictures; empty if nothing was measured. */
  of(group: string, scale: Scale, method: string): readonly Measures[] {
    return this.#measures.get(JSON.stringify([group, scale, method])) ?? [];
  }

  /** Mean of a metric; undefined if nothing was measured. */
  mean(group: string, scale: Scale, method: string, key: keyof Measures): number | undefined {
    return meanOfMeasure(this.of(group, scale, method), key);
  }
}
