/** Traced icons at 16 and 24 px, as they shrink and fitted to pixels: how soft their edges are, pixel for pixel in the sheet. */
import sharp from "sharp";
import { vectorise } from "../../server/vector/vectorise.ts";
import { fittedSvg, resizedSvg } from "../../shared/vectors/vector-svg.ts";
import { writeSheet } from "../figures/sheet.ts";
import { decode, medianOf } from "./measure.ts";
import type { PartOptions } from "./parts.ts";
import { realIcons } from "./real-icons.ts";

const sidePx = 128;
const sizes = [16, 24] as const;
const lineSets = ["icon-park", "streamline-color", "streamline-plump-color"];
/** A pixel of the small picture in the sheet. */
const cellOfPixel = 6;

const rendered = (svg: string): Promise<Buffer> => sharp(Buffer.from(svg)).ensureAlpha().png().toBuffer();

/** Share of the pixels with anything in them that are not full. */
async function softness(png: Buffer): Promise<number> {
  const { rgba } = await decode(png);
  let [soft, any] = [0, 0];
  for (let at = 3; at < rgba.length; at += 4) {
    any += Number(rgba[at]! > 12);
    soft += Number(rgba[at]! > 12 && rgba[at]! < 243);
  }
  return soft / Math.max(1, any);
}

export async function smallSizes({ figures, limit }: PartOptions): Promise<string> {
  const icons = realIcons(Math.min(60, limit), sidePx, lineSets);
  const drawings: string[] = [];
  for (const { svg } of icons) {
    const { svg: traced } = vectorise(await decode(svg));
    // What has a gradient has no line work to speak of.
    if (!traced.includes("<linearGradient")) drawings.push(traced);
  }
  const lines: string[] = [];
  const rows: Array<{ label: string; tiles: Uint8Array[] }> = [];
  for (const toPx of sizes) {
    const ways = [
      ["as it shrinks", (svg: string) => resizedSvg(svg, { width: toPx, height: toPx })],
      ["fitted", (svg: string) => fittedSvg(svg, toPx)],
    ] as const;
    for (const [way, make] of ways) {
      const drawn = await Promise.all(drawings.map((svg) => rendered(make(svg))));
      const soft = await Promise.all(drawn.map(softness));
      lines.push(`| ${toPx} px, ${way} | ${Math.round(100 * medianOf(soft))} % |`);
      const shown = drawn.filter((_, at) => at % 5 === 0).slice(0, 12);
      const enlarged = shown.map((png) =>
        sharp(png)
          .resize(toPx * cellOfPixel, toPx * cellOfPixel, { kernel: "nearest" })
          .png()
          .toBuffer(),
      );
      rows.push({ label: `${toPx} px, ${way}`, tiles: await Promise.all(enlarged) });
    }
  }
  await writeSheet(`${figures}/small.png`, [{ columns: rows[0]!.tiles.map(() => ""), rows }], { cellPx: 104 });
  return [
    `${drawings.length} traced icons of ${lineSets.length} sets of line icons, medians.`,
    "",
    "| size | pixels that are not full, of those with anything in them |",
    "| --- | --: |",
    ...lines,
  ].join("\n");
}
