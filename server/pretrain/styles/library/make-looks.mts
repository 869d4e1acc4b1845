/**
 * Makes the file of what a library's drawings look like, lines or fills, and of the same things in the other look, where their set has
 * them (server/retrieval/library/library-looks.ts): `node --import tsx server/pretrain/styles/library/make-looks.mts [--sets DIR] [--library FILE] [--from DIR] [--out FILE]`
 * from the repository's root, some 30 minutes; drawings that the library in DIR has keep their looks, which saves all but two of them. Looks are
 * measured as the server measures the lines of a style.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isLines, lineWidthOf } from "../../../engine/lines/line-width.ts";
import { shapeOf } from "../../../engine/lines/shape.ts";
import { renderSvg } from "../../../images/codec.ts";
import { inUsualInk } from "../../../images/svg.ts";
import { type LibraryContent, readLibraryFile } from "../../../retrieval/library/drawing-library-file.ts";
import { blocksOf, lineOf, linesOfBlocks, svgOfLine } from "../../../retrieval/library/library-blocks.ts";
import { looks, readLooksFile, writeLooksFile } from "../../../retrieval/library/library-looks.ts";
import { keyDims } from "./shipped-library.mts";
import { collectThings, type Drawn, drawingOf, isDrawable, namedDrawing } from "./things.mts";

const here = fileURLToPath(new URL(".", import.meta.url));
const { values } = parseArgs({
  options: {
    sets: { type: "string", default: join(here, "../../data/node_modules/@iconify/json") },
    library: { type: "string", default: join(here, "../../../packs/default/styles/drawings/drawings.safetensors") },
    from: { type: "string" },
    out: { type: "string" },
  },
});
const sizePx = 96;
/** Drawings of a variant that say whether it is of lines or of fills, and share of them that must. */
const [sampled, mostLeast] = [40, 0.5] as const;
/** Share of ink that is too broad for lines from which on a drawing is of fills; what has a few is neither. */
const deepLeast = 0.2;
/** Width of lines up to which a style of lines can make them its own, of the side: 2.5 px of 24. */
const widthMost = 0.105;
/** How much more ink than its outline a filled drawing has; else they are the same. */
const moreInk = 1.15;

interface Seen {
  readonly look: number;
  readonly ink: number;
}

async function see(line: string): Promise<Seen> {
  const planes = await renderSvg(inUsualInk(svgOfLine(line)), sizePx).catch(() => undefined);
  if (!planes) return { look: looks.neither, ink: 0 };
  const alphas = planes.subarray(3 * sizePx ** 2);
  const shape = shapeOf(alphas, sizePx);
  const lines = lineWidthOf(shape, sizePx);
  const isOfLines = isLines(lines) && lines.width <= widthMost;
  const look = isOfLines ? looks.lines : shape.deep > deepLeast ? looks.fills : looks.neither;
  return { look, ink: alphas.reduce((sum, alpha) => sum + alpha, 0) };
}

/** What names a drawing of a library, by its entry. */
const keysOf = (of: LibraryContent): string[] =>
  linesOfBlocks(of).map((line, entry) => `${of.sets[of.entrySets[entry]!]}|${line}`);

/** Looks of a library that was made before, and its drawings in the other look. */
async function looksIn(folder: string) {
  const keys = keysOf(await readLibraryFile(join(folder, "drawings.safetensors"), keyDims));
  const known = await readLooksFile(join(folder, "looks.safetensors"), keys.length);
  const inOther = linesOfBlocks(known);
  const placeOf = new Map([...known.others].map((entry, place) => [entry, place]));
  return new Map(
    keys.map((key, entry) => [key, { look: known.looks[entry]!, other: inOther[placeOf.get(entry) ?? -1] }]),
  );
}

const content = await readLibraryFile(values.library, keyDims);
const keys = keysOf(content);
const placeOf = new Map(keys.map((key, entry) => [key, entry]));
const earlier = values.from === undefined ? undefined : await looksIn(values.from);
const { things } = collectThings(values.sets);

/** What most drawings of a variant look like. */
const variantLooks = new Map<string, number>();
const samples = new Map<string, Drawn[]>();
for (const drawn of things.filter(({ length }) => length > 1).flat()) {
  const known = samples.get(drawn.variant.id) ?? [];
  if (known.length < sampled) samples.set(drawn.variant.id, [...known, drawn]);
}
for (const [id, drawn] of samples) {
  const counts = new Map<number, number>();
  for (const one of drawn) {
    const { look } = await see(lineOf(namedDrawing(one)));
    counts.set(look, (counts.get(look) ?? 0) + 1);
  }
  const most = [looks.lines, looks.fills].find((look) => (counts.get(look) ?? 0) >= mostLeast * drawn.length);
  if (most !== undefined) variantLooks.set(id, most);
}
console.log([...variantLooks].map(([id, look]) => `${id} ${look === looks.lines ? "lines" : "fills"}`).join(", "));

const lookOf = new Uint8Array(keys.length);
const others: { entry: number; line: string }[] = [];
let seen = 0;
for (const drawn of things) {
  const first = await drawingOf(drawn);
  const entry = first && placeOf.get(`${first.set}|${lineOf(first)}`);
  if (first === undefined || entry === undefined) continue;
  const known = earlier?.get(keys[entry]!);
  if (known) {
    lookOf[entry] = known.look;
    if (known.other !== undefined) others.push({ entry, line: known.other });
    continue;
  }
  const own = await see(lineOf(first));
  lookOf[entry] = own.look;
  const wanted = own.look === looks.lines ? looks.fills : looks.lines;
  for (const one of drawn.filter(
    ({ variant }) => variant.set === first.set && variantLooks.get(variant.id) === wanted,
  )) {
    const named = namedDrawing(one);
    if (one.variant.build === "duotone" || lineOf(named) === lineOf(first) || !isDrawable(named)) continue;
    const other = await see(lineOf(named));
    // What has nothing to fill looks the same in both.
    if (wanted === looks.fills && other.ink < moreInk * own.ink) {
      if (other.ink > own.ink / moreInk) lookOf[entry] = looks.both;
    } else if (wanted === looks.fills || other.look === wanted) others.push({ entry, line: lineOf(named) });
    else continue;
    break;
  }
  seen += 1;
  if (seen % 2000 === 0) console.log(`${seen} of ${keys.length}, ${others.length} in the other look`);
}
others.sort((one, other) => one.entry - other.entry);
const out = values.out ?? join(dirname(values.library), "looks.safetensors");
await writeLooksFile(out, {
  looks: lookOf,
  others: Float32Array.from(others, ({ entry }) => entry),
  ...blocksOf(others.map(({ line }) => line)),
});
const count = (look: number): number => lookOf.filter((one) => one === look).length;
console.log(
  JSON.stringify({
    drawings: keys.length,
    lines: count(looks.lines),
    fills: count(looks.fills),
    both: count(looks.both),
    others: others.length,
  }),
);
