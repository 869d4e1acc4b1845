/**
 * Takes brands out of packs that were made before sets.mjs and licences.mts knew them: `node --import tsx server/pretrain/withdraw-brands.mts
 * [--icons X.Y.Z] [--styles X.Y.Z] [--sets DIR]` from the repository's root, each with the version that its pack gets. Of `icons` it drops the
 * drawings and keeps the labels, which the flow counts, but no caption names them any more; of `styles` it drops the drawings of the library.
 * All else stays as it is: networks in 8 bits differ from processor to processor, and would encode the others anew.
 */
import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { draftOf, vocabularyOf } from "../manifest/pack-draft.ts";
import { readManifest } from "../manifest/read-manifest.ts";
import { readTensorFile } from "../platform/files/tensor-file.ts";
import { readFurtherDrawings, writeFurtherDrawings } from "../retrieval/further-drawings.ts";
import { type IndexEntry, readIndexFile, writeIndexFile } from "../retrieval/index-file.ts";
import { pickCodes } from "../retrieval/quantized-codes.ts";
import { conceptOf, loadEmoji } from "./data/concepts.mjs";
import { ICON_SETS, isDropped, styleOf } from "./data/sets.mjs";
import { updateManifest } from "./update-manifest.mts";
import { withdrawFromLibrary } from "./withdraw-from-library.mts";

const here = fileURLToPath(new URL(".", import.meta.url));
const { values } = parseArgs({
  options: {
    icons: { type: "string" },
    styles: { type: "string" },
    sets: { type: "string", default: join(here, "data/node_modules/@iconify/json") },
  },
});
const packs = join(here, "../packs/default");
const require = createRequire(join(here, "data/sets.mjs"));
const json = (path: string) => JSON.parse(readFileSync(require.resolve(path), "utf8"));

/** Concept and style of each drawing that has a brand in it. */
function brandDrawings(): ReadonlySet<string> {
  const [brands, byName] = [new Set<string>(), loadEmoji()];
  for (const set of ICON_SETS.filter(({ isEmoji }) => !isEmoji)) {
    const names = Object.keys(json(`@iconify-json/${set.name}/icons.json`).icons);
    for (const name of names) {
      const { style, plainName } = styleOf(set, name);
      // Without the other names, no size of a thing is dropped.
      if (isDropped(set, name, new Set())) brands.add(`${conceptOf(byName, plainName).concept}|${style}`);
    }
  }
  return brands;
}

async function withdrawFromIcons(pack: string, version: string): Promise<void> {
  const draft = await draftOf(pack);
  const { retrieval, furtherDrawings } = draft.translation;
  const [indexPath, furtherPath] = [join(pack, retrieval!), join(pack, furtherDrawings!)];
  const described = JSON.parse((await readTensorFile(indexPath)).metadata["pictures"]!) as Record<
    string,
    { dims: number }
  >;
  const pictures = new Map(Object.entries(described).map(([name, { dims }]) => [name, dims]));
  const index = await readIndexFile(indexPath, { dims: 512, keyDims: 384, pictures });
  const further = await readFurtherDrawings(furtherPath, index);
  const brands = brandDrawings();
  const placesOf = (entries: readonly IndexEntry[]): number[] =>
    [...entries.keys()].filter((at) => {
      const { label, style } = entries[at]!;
      return !brands.has(`${index.labels[label]}|${index.styles[style]}`);
    });
  const [kept, keptFurther] = [placesOf(index.entries), placesOf(further.entries)];
  const rowsOf = (rows: typeof index.values, places: readonly number[]) =>
    pickCodes({ kind: "dense", dims: index.dims, ...rows }, places) as typeof rows;
  await writeIndexFile(indexPath, {
    ...index,
    entries: kept.map((at) => index.entries[at]!),
    values: rowsOf(index.values, kept),
    pictures: new Map([...index.pictures!].map(([name, codes]) => [name, pickCodes(codes, kept)])),
  });
  await writeFurtherDrawings(furtherPath, {
    ...further,
    entries: keptFurther.map((at) => further.entries[at]!),
    values: rowsOf(further.values, keptFurther),
  });
  const isBrand = (label: string): boolean =>
    index.styles.some((style) => brands.has(`${label}|${style}`)) &&
    !kept.some((at) => index.labels[index.entries[at]!.label] === label);
  for (const entry of vocabularyOf(draft, "label")!) if (isBrand(entry.id)) entry.groups = [];
  const licences = join(pack, "LICENCES.md");
  const count = (entries: number): string => entries.toLocaleString("en");
  const text = await readFile(licences, "utf8");
  await writeFile(licences, text.replaceAll(count(index.entries.length), count(kept.length)));
  for (const part of draft.manifest.parts)
    part.name = part.name
      .replace(count(index.entries.length + further.entries.length), count(kept.length + keptFurther.length))
      .replace(count(index.entries.length), count(kept.length));
  await updateManifest(pack, draft.manifest, version);
  console.log(
    `${index.entries.length} entries, ${kept.length} kept; ${further.entries.length} further, ${keptFurther.length} kept`,
  );
}

if (values.icons) await withdrawFromIcons(join(packs, "icons"), values.icons);
if (values.styles) {
  const pack = join(packs, "styles");
  const left = await withdrawFromLibrary(join(pack, "drawings"), values.sets);
  const licences = join(pack, "LICENCES.md");
  const [trained, lent] = (await readFile(licences, "utf8")).split("## Drawings in the pack");
  const total = [...left.values()].reduce((sum, count) => sum + count, 0);
  const counted = lent!
    .replace(/holds \d+ drawings/, `holds ${total} drawings`)
    .replace(/^\| (\S+) (.*\| )\d+ \|$/gm, (_, set: string, row: string) => `| ${set} ${row}${left.get(set)} |`);
  await writeFile(licences, `${trained}## Drawings in the pack${counted}`);
  await updateManifest(pack, (await readManifest(pack)).manifest, values.styles);
}
