/** Real icons, rendered, traced, and compared with what their authors drew: flat sets, for which tracing is made, and shaded ones, where it ends. */
import type { Pixels } from "../../server/engine/interfaces.ts";
import { vectorise } from "../../server/vector/vectorise.ts";
import { writeSheet } from "../figures/sheet.ts";
import { cells, columns, countParts, decode, type Measured, measure, medianOf, medians } from "./measure.ts";
import type { PartOptions } from "./parts.ts";
import { type RealIcon, realIcons, shadedSets } from "./real-icons.ts";

const sidePx = 128;
/** Renderings in figures are enlarged from the SVG itself. */
const shownPx = 208;
const perRow = 10;

export const byTau = (pixels: Pixels): string => vectorise(pixels).svg;
/** The SVG at the size of the figure. */
export const shown = (svg: string): Uint8Array =>
  Buffer.from(svg.replace(/ width="[^"]*" height="[^"]*"/, ` width="${shownPx}" height="${shownPx}"`));

interface Row extends Measured {
  readonly original: ReturnType<typeof countParts>;
}

export const real = ({ figures, limit }: PartOptions): Promise<string> =>
  traced(realIcons(Math.min(200, limit * 4), sidePx), `${figures}/real.png`, 4);

export const shaded = ({ figures, limit }: PartOptions): Promise<string> =>
  traced(realIcons(Math.min(60, limit), sidePx, shadedSets), `${figures}/shaded.png`, 3);

/** @param every how many icons one is shown, so that nobody picks */
async function traced(icons: readonly RealIcon[], figure: string, every: number): Promise<string> {
  const rows = new Map<string, Row[]>();
  const tiles: Uint8Array[] = [];
  for (const [index, { set, svg }] of icons.entries()) {
    const pixels = await decode(svg);
    const { svg: own, ...measured } = await measure(pixels, byTau);
    rows.set(set, [...(rows.get(set) ?? []), { ...measured, original: countParts(svg) }]);
    if (index % every === 0) tiles.push(shown(svg), shown(own));
  }
  const sheet = Array.from({ length: Math.ceil(tiles.length / perRow) }, (_, row) => ({
    label: "",
    tiles: tiles.slice(row * perRow, (row + 1) * perRow),
  }));
  const titles = Array.from({ length: perRow }, (_, at) => (at % 2 === 0 ? "original" : "traced"));
  await writeSheet(figure, [{ columns: titles, rows: sheet }], { marginPx: 12 });
  return [
    `${icons.length} icons at ${sidePx} px, medians.`,
    "*Original*: paths / outlines / segments of the file that was rendered.",
    "*× paths*: traced paths by the original's.",
    "",
    `| set | ${columns} | original | × paths |`,
    "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |",
    ...[...rows].map(([set, own]) => line(set, own)),
    line("**all**", [...rows.values()].flat()),
  ].join("\n");
}

function line(label: string, rows: readonly Row[]): string {
  const originals = (["paths", "outlines", "segments"] as const)
    .map((key) => medianOf(rows.map(({ original }) => original[key])))
    .join(" / ");
  const ratio = medianOf(rows.map(({ paths, original }) => paths / original.paths));
  return `| ${label} | ${cells(medians(rows))} | ${originals} | ${ratio.toFixed(2)} |`;
}
