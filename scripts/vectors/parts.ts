/** The parts of `npm run vectors` (../vectors.ts): each measures, draws its sheet and gives a table in Markdown. */
import type { Pixels } from "../../server/engine/interfaces.ts";
import { everyday } from "../figures/captions.ts";
import { writeSheet } from "../figures/sheet.ts";
import { withStudio } from "../figures/studio.ts";
import { cells, columns, decode, type Measured, measure, medians } from "./measure.ts";
import { byTau, shown } from "./real.ts";
import { realIcons } from "./real-icons.ts";

export interface PartOptions {
  readonly packsDir?: string | undefined;
  readonly figures: string;
  /** Captions or icons; fewer to try things. */
  readonly limit: number;
}

const seed = 1;
const sidePx = 128;
/** Levels of 255 that a tracing of a flat style may differ by. */
const target = 8;

/** Every everyday caption in every style: medians a style, and raster beside vector, unpicked. */
export async function generated({ packsDir, figures, limit }: PartOptions): Promise<string> {
  const captions = everyday.flat().slice(0, limit);
  const rows = new Map<string, Measured[]>();
  const tiles = new Map<string, Uint8Array[]>();
  const gradients = new Map<string, number>();
  await withStudio(packsDir, async ({ draw, styles }) => {
    for (const style of styles) {
      const files = await Promise.all(
        captions.map(async (caption) => (await draw({ condition: { caption, style }, count: 1, seed }))[0]!),
      );
      const own: Measured[] = [];
      for (const [index, file] of files.entries()) {
        const pixels = await decode(file);
        const { svg, ...measured } = await measure(pixels, byTau);
        own.push(measured);
        gradients.set(style, (gradients.get(style) ?? 0) + Number(svg.includes("<linearGradient")) / files.length);
        // Every sixth caption, so that all kinds of things are there.
        if (index % 6 === 0) tiles.set(style, [...(tiles.get(style) ?? []), file, shown(svg)]);
      }
      rows.set(style, own);
      process.stderr.write(`${style}\n`);
    }
  });
  const titles = captions.filter((_, index) => index % 6 === 0).flatMap((caption) => [caption, "vector"]);
  const groups = [...tiles.entries()].map(([label, own]) => ({ label, tiles: own }));
  await writeSheet(`${figures}/generated.png`, [{ columns: titles, rows: groups }], { cellPx: 84 });
  const lines = [...rows].map(([style, own]) => {
    const worse = own.filter(({ difference }) => difference > target).length / own.length;
    return `| ${style} | ${cells(medians(own))} | ${Math.round(100 * worse)} % | ${Math.round(100 * gradients.get(style)!)} % |`;
  });
  const all = [...rows.values()].flat();
  return [
    `${captions.length} captions × ${rows.size} styles, seed ${seed}. Medians of each style.`,
    `*Over ${target}*: share of pictures that differ by more.`,
    "",
    `| style | ${columns} | over ${target} | gradients |`,
    "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |",
    ...lines,
    `| **all** | ${cells(medians(all))} | | |`,
  ].join("\n");
}

/** Tracers side by side, on the same pictures: generated ones and real ones. */
export async function tracers({ packsDir, figures }: PartOptions): Promise<string> {
  const baselines = await import(new URL("../baselines/trace.mjs", import.meta.url).href);
  const pictures: Pixels[] = [];
  const requested = [
    ["rocket", "fluent-flat"],
    ["cup of coffee", "streamline-flex"],
    ["lock", "twemoji"],
    ["butterfly", "noto"],
  ] as const;
  await withStudio(packsDir, async ({ draw }) => {
    for (const [caption, style] of requested)
      pictures.push(await decode((await draw({ condition: { caption, style }, count: 1, seed }))[0]!));
  });
  const icons = realIcons(40, sidePx);
  for (const at of [1, 6, 13, 22]) pictures.push(await decode(icons[at]!.svg));
  const candidates: ReadonlyArray<readonly [string, (pixels: Pixels) => string | Promise<string>]> = [
    ["areas first + fit-curve (ours)", byTau],
    [
      "vtracer-wasm 0.1.0",
      ({ rgba, widthPx, heightPx }) => baselines.byVtracer(new Uint8Array(rgba), widthPx, heightPx),
    ],
    ["@neplex/vectorizer 0.1.0", ({ rgba, widthPx, heightPx }) => baselines.byNeplex(rgba, widthPx, heightPx)],
    [
      "areas first + vtracer-wasm",
      async (pixels) => baselines.byVtracer(await repainted(pixels), pixels.widthPx, pixels.heightPx),
    ],
  ];
  const { encodePng } = await import("../../server/images/codec.ts");
  const originals = await Promise.all(
    pictures.map(({ rgba, widthPx, heightPx }) => encodePng(rgba, widthPx, heightPx)),
  );
  const rows = [{ label: "picture", tiles: originals }];
  const lines: string[] = [];
  for (const [label, trace] of candidates) {
    const own = [];
    // Once for the compiler, once for the clock.
    for (const pixels of pictures) await trace(pixels);
    for (const pixels of pictures) own.push(await measure(pixels, trace));
    rows.push({ label, tiles: own.map(({ svg }) => Buffer.from(shown(withViewBox(svg)))) });
    lines.push(`| ${label} | ${cells(medians(own))} |`);
  }
  await writeSheet(`${figures}/tracers.png`, [{ columns: pictures.map(() => ""), rows }], {
    cellPx: 150,
    marginPx: 200,
  });
  return [
    `${pictures.length} pictures at ${sidePx} px, medians.`,
    "",
    `| tracer | ${columns} |`,
    "| --- | --: | --: | --: | --: | --: | --: | --: |",
    ...lines,
  ].join("\n");
}

/** The picture as our own vector shows it, hard-edged alpha: the same preparation for another tracer. */
async function repainted(pixels: Pixels): Promise<Uint8Array> {
  const { rgba } = await decode(byTau(pixels));
  return rgba.map((value, at) => (at % 4 === 3 ? (value >= 128 ? 255 : 0) : value));
}

const withViewBox = (svg: string): string =>
  svg.includes("viewBox") ? svg : svg.replace("<svg ", `<svg viewBox="0 0 ${sidePx} ${sidePx}" `);
