/** All measures of one enlargement of one picture, and tables of their means. */
import { lrPsnrDb } from "../../engine/consistency.ts";
import type { Pixels } from "../../engine/interfaces.ts";
import { lumaPsnrDb, rgbPsnrDb } from "../metrics/picture-psnr.ts";
import { ssim } from "../metrics/ssim.ts";
import { mean, median } from "../metrics/statistics.ts";
import type { Column, Row } from "../report.ts";
import type { Method, Scale } from "./methods.ts";
import { type Texture, type TextureNet, textureDistance } from "./texture-distance.ts";

export interface Measures {
  readonly psnr: number;
  readonly psnrY: number;
  readonly ssim: number;
  readonly lrPsnr: number;
  /** Absent without a net. */
  readonly distance?: number;
  readonly secondsPerMegapixel: number;
}

/** A truth with what is asked of it once. */
export interface Target {
  readonly truth: Pixels;
  readonly net?: TextureNet | undefined;
  readonly texture?: Texture | undefined;
}

export async function prepareTarget(truth: Pixels, net: TextureNet | undefined): Promise<Target> {
  return { truth, net, texture: await net?.textureOf(truth) };
}

/** Nobody else waits in this process. */
const noPause = async (): Promise<void> => {};

export async function measure(
  method: Method,
  input: Pixels,
  { truth, net, texture }: Target,
  scale: Scale,
): Promise<Measures> {
  const { picture, seconds } = await method.draw(input, scale);
  return {
    psnr: rgbPsnrDb(picture, truth, scale),
    psnrY: lumaPsnrDb(picture, truth, scale),
    ssim: ssim(picture, truth, scale),
    lrPsnr: await lrPsnrDb(input, picture, scale, noPause),
    ...(net && texture ? { distance: textureDistance(await net.textureOf(picture), texture) } : {}),
    secondsPerMegapixel: (seconds * 1e6) / (truth.widthPx * truth.heightPx),
  };
}

export const columns: readonly Column[] = [
  { key: "psnr", label: "PSNR, dB", digits: 2, better: "higher" },
  { key: "psnrY", label: "PSNR-Y, dB", digits: 2, better: "higher" },
  { key: "ssim", label: "SSIM", digits: 4, better: "higher" },
  { key: "lrPsnr", label: "LR-PSNR, dB", digits: 1, better: "higher" },
  { key: "distance", label: "distance", digits: 4, better: "lower" },
  { key: "secondsPerMegapixel", label: "s per megapixel", digits: 2, better: "lower" },
];

/** Means over pictures; of seconds the median, because one interruption spoils a mean. */
export function summarise({ label, role }: Pick<Method, "label" | "role">, measured: readonly Measures[]): Row {
  const meanOf = (key: Exclude<keyof Measures, "distance" | "secondsPerMegapixel">): number =>
    mean(measured.map((measures) => measures[key]));
  const distances = measured.flatMap(({ distance }) => distance ?? []);
  return {
    what: label,
    role,
    n: measured.length,
    values: {
      psnr: meanOf("psnr"),
      psnrY: meanOf("psnrY"),
      ssim: meanOf("ssim"),
      lrPsnr: meanOf("lrPsnr"),
      distance: distances.length > 0 ? mean(distances) : undefined,
      secondsPerMegapixel: median(measured.map(({ secondsPerMegapixel }) => secondsPerMegapixel)),
    },
  };
}

/** Measures by group, scale and method. */
export class Results {
  readonly #measures = new Map<string, Measures[]>();

  add(group: string, scale: Scale, method: string, measures: Measures): void {
    const key = JSON.stringify([group, scale, method]);
    this.#measures.set(key, [...(this.#measures.get(key) ?? []), measures]);
  }

  /** In the order of the pictures; none where nothing was measured. */
  of(group: string, scale: Scale, method: string): readonly Measures[] {
    return this.#measures.get(JSON.stringify([group, scale, method])) ?? [];
  }

  /** Mean of a measure; undefined where nothing was measured. */
  mean(group: string, scale: Scale, method: string, key: keyof Measures): number | undefined {
    const values = this.of(group, scale, method).flatMap((measures) => measures[key] ?? []);
    return values.length > 0 ? mean(values) : undefined;
  }
}
