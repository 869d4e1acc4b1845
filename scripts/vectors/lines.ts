/**
 * Line icons as strokes: those of real sets, with what their authors needed, and captions as they are drawn in styles of lines, with their nodes, beside the outlines that
 * they would be else.
 */
import { vectorise } from "../../server/vector/vectorise.ts";
import { pathsOf } from "../../shared/vectors/vector-path.ts";
import { writeSheet } from "../figures/sheet.ts";
import { withStudio } from "../figures/studio.ts";
import { compare, countParts, decode, medianOf } from "./measure.ts";
import type { PartOptions } from "./parts.ts";
import { lineSets, realIcons } from "./real-icons.ts";

const sidePx = 128;
const captions = ["house", "bell", "shopping cart", "key", "umbrella", "rocket", "camera", "leaf"];
const styles = ["tabler", "phosphor-duotone", "solar-linear"];
/** In pixels of the picture. */
const [nodePx, shownTimes] = [2.2, 3] as const;

interface Row {
  readonly isStrokes: boolean;
  readonly strokes: number;
  readonly outlines: number;
  readonly original: number;
  readonly iou: number;
  readonly milliseconds: number;
}

export async function lines({ packsDir, figures, limit }: PartOptions): Promise<string> {
  await drawFigure(`${figures}/lines.png`, packsDir);
  const rows = new Map<string, Row[]>();
  for (const { set, svg } of realIcons(Math.min(200, 4 * limit), sidePx, lineSets)) {
    const pixels = await decode(svg);
    const before = process.cpuUsage();
    const traced = vectorise(pixels);
    const milliseconds = process.cpuUsage(before).user / 1000;
    const row: Row = {
      isStrokes: traced.layers.some(({ strokePx }) => strokePx !== undefined),
      strokes: traced.segmentCount,
      outlines: vectorise(pixels, { lines: "outlines" }).segmentCount,
      original: countParts(svg).segments,
      iou: compare(pixels, await decode(traced.svg)).iou,
      milliseconds,
    };
    rows.set(set, [...(rows.get(set) ?? []), row]);
  }
  const all = [...rows.values()].flat();
  return [
    `${all.length} icons of lines at ${sidePx} px, medians. *In strokes*: those that have any; the others`,
    "stay outlines, since strokes would not be the same.",
    "",
    "| set | in strokes | segments | as outlines | their authors' | IoU | ms |",
    "| --- | --: | --: | --: | --: | --: | --: |",
    ...[...rows].map(([set, own]) => lineOf(set, own)),
    lineOf("**all**", all),
  ].join("\n");
}

function lineOf(label: string, rows: readonly Row[]): string {
  const median = (key: "strokes" | "outlines" | "original" | "iou" | "milliseconds"): number =>
    medianOf(rows.map((row) => row[key]));
  const share = rows.filter(({ isStrokes }) => isStrokes).length / rows.length;
  return `| ${label} | ${Math.round(100 * share)} % | ${median("strokes")} | ${median("outlines")} | ${median("original")} | ${median("iou").toFixed(3)} | ${Math.round(median("milliseconds"))} |`;
}

/** Each style twice: closed outlines above, strokes below. */
const drawFigure = (file: string, packsDir: string | undefined): Promise<number> =>
  withStudio(packsDir, async ({ pixels }) => {
    const rows: Array<{ label: string; tiles: Uint8Array[] }> = [];
    for (const style of styles) {
      const ways = { outlines: [] as Uint8Array[], strokes: [] as Uint8Array[] };
      for (const caption of captions) {
        const condition = { caption, style };
        const [found] = await pixels({ translation: "restyle", condition, count: 1, seed: 1, temperature: 0 });
        for (const way of ["outlines", "strokes"] as const)
          ways[way].push(withNodes(vectorise(found!, { lines: way, shown: found!.shown }).svg));
      }
      rows.push({ label: `${style}, outlines`, tiles: ways.outlines }, { label: "strokes", tiles: ways.strokes });
    }
    return writeSheet(file, [{ columns: captions, rows }], { cellPx: 132 });
  });

/** The drawing, faint, with a square at each node, and how many lines and curves it has. */
function withNodes(svg: string): Uint8Array {
  const paths = [...svg.matchAll(/ d="([^"]*)"/g)].flatMap(([, data]) => pathsOf(data!) ?? []);
  const marks = paths
    .flatMap(({ start, segments }) => [start, ...segments.map(({ to }) => to)])
    .map(
      ([x, y]) =>
        `<rect x="${x - nodePx / 2}" y="${y - nodePx / 2}" width="${nodePx}" height="${nodePx}" fill="#e03131"/>`,
    );
  const count = paths.reduce((sum, { segments }) => sum + segments.length, 0);
  const text = `<text x="${sidePx - 1}" y="${sidePx - 1}" text-anchor="end" font-family="Inter, DejaVu Sans, sans-serif" font-size="11" fill="#1971c2">${count}</text>`;
  const drawn = svg.replace(/<path/, '<g opacity=".42"><path').replace("</svg>", `</g>${marks.join("")}${text}</svg>`);
  const shownPx = sidePx * shownTimes;
  return Buffer.from(drawn.replace(/ width="[^"]*" height="[^"]*"/, ` width="${shownPx}" height="${shownPx}"`));
}
