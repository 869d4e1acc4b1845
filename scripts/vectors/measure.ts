/** What a tracing is like beside the picture that it was made from: its rendering compared pixel by pixel, and what it is made of. */
import sharp from "sharp";
import type { Pixels } from "../../server/engine/interfaces.ts";

export interface Measured {
  readonly paths: number;
  readonly outlines: number;
  readonly segments: number;
  readonly bytes: number;
  /** Of the silhouettes at half coverage. */
  readonly iou: number;
  /** Mean over pixels and channels of premultiplied RGBA, in levels of 255. */
  readonly difference: number;
  /** Processor time, which other programs on the machine do not lengthen much. */
  readonly milliseconds: number;
}

export async function decode(file: Uint8Array | string): Promise<Pixels> {
  const { data, info } = await sharp(typeof file === "string" ? Buffer.from(file) : file)
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { rgba: data, widthPx: info.width, heightPx: info.height };
}

/** @param trace RGBA → SVG of the same size */
export async function measure(
  pixels: Pixels,
  trace: (pixels: Pixels) => string | Promise<string>,
): Promise<Measured & { readonly svg: string }> {
  const before = process.cpuUsage();
  const svg = await trace(pixels);
  const { user } = process.cpuUsage(before);
  const drawn = await decode(svg);
  return {
    svg,
    ...countParts(svg),
    bytes: Buffer.byteLength(svg),
    ...compare(pixels, drawn),
    milliseconds: user / 1000,
  };
}

export function compare(one: Pixels, two: Pixels): Pick<Measured, "iou" | "difference"> {
  let [both, either, difference] = [0, 0, 0];
  const count = one.widthPx * one.heightPx;
  for (let at = 0; at < 4 * count; at += 4) {
    const [a, b] = [one.rgba[at + 3]!, two.rgba[at + 3]!];
    both += Number(a >= 128 && b >= 128);
    either += Number(a >= 128 || b >= 128);
    difference += Math.abs(a - b);
    for (let channel = 0; channel < 3; channel += 1)
      difference += Math.abs(one.rgba[at + channel]! * a - two.rgba[at + channel]! * b) / 255;
  }
  return { iou: either === 0 ? 1 : both / either, difference: difference / (4 * count) };
}

/** Elements that draw, their closed outlines, and lines and curves; of any SVG, whoever wrote it. Clips and masks are not drawn. */
export function countParts(svg: string): Pick<Measured, "paths" | "outlines" | "segments"> {
  const body = svg.replace(/<(clipPath|mask|defs)\b[\s\S]*?<\/\1>/g, "");
  const others = body.match(/<(circle|ellipse|rect|polygon|polyline|line)\b/g)?.length ?? 0;
  let [paths, outlines, segments] = [others, others, 4 * others];
  for (const [, data] of body.matchAll(/<path\b[^>]*?\sd="([^"]*)"/g)) {
    paths += 1;
    outlines += data!.match(/[Mm]/g)?.length ?? 0;
    segments += segmentsOf(data!);
  }
  return { paths, outlines, segments };
}

/** Numbers that one line or curve of a command takes; commands may be repeated without their letter. */
const takes: Readonly<Record<string, number>> = { l: 2, h: 1, v: 1, c: 6, s: 4, q: 4, t: 2, a: 7 };

function segmentsOf(data: string): number {
  let count = 0;
  for (const [, letter, rest] of data.matchAll(/([A-Za-z])([^A-Za-z]*)/g)) {
    const each = takes[letter!.toLowerCase()];
    // Flags of arcs may stand without a space between: arcs are counted by their letter where numbers do not add up.
    const numbers = rest!.match(/-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?/g)?.length ?? 0;
    if (each !== undefined) count += Math.max(1, Math.round(numbers / each));
  }
  return count;
}

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, two) => one - two);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export const medians = (rows: readonly Measured[]): Measured => {
  const keys = ["paths", "outlines", "segments", "bytes", "iou", "difference", "milliseconds"] as const;
  return Object.fromEntries(keys.map((key) => [key, medianOf(rows.map((row) => row[key]))])) as unknown as Measured;
};

export const cells = ({ paths, outlines, segments, bytes, iou, difference, milliseconds }: Measured): string =>
  `${paths} | ${outlines} | ${segments} | ${(bytes / 1000).toFixed(1)} | ${iou.toFixed(3)} | ${difference.toFixed(1)} | ${Math.round(milliseconds)}`;
export const columns = "paths | outlines | segments | kB | IoU | difference | ms";
