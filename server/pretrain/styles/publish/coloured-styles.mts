/**
 * Names styles of several colours in the pack `styles`: `node --import tsx server/pretrain/styles/publish/coloured-styles.mts [--pack DIR] [--version
 * X.Y.Z]` from the repository's root, after publish-styles.mts. Each is read from icons of its set as `tau train` reads a style of one's own: its
 * code, and its lines, areas and colours. Trains nothing; run again, it reads them anew.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { StyleDrawings, shuffled } from "../../../evaluation/styles/style-drawings.ts";
import { entryOfLooks } from "../../../experts/style-entries/looks-entry.ts";
import { readManifest } from "../../../manifest/read-manifest.ts";
import { toFloat16 } from "../../../onnx/float16.ts";
import { Catalogue } from "../../../packs/catalogue.ts";
import { loadPacks } from "../../../packs/load.ts";
import { writeFileAtomically } from "../../../platform/files/atomic-file.ts";
import { inInkOfMost } from "../../../training/style/style-icons.ts";
import { updateManifest } from "../../update-manifest.mts";

/** Name of a style, its variant in the data and its title. All are trained on. */
const coloured: ReadonlyArray<readonly [name: string, variant: string, title: string]> = [
  ["flat-color-icons", "flat-color-icons", "Flat Color Icons"],
  ["fluent-gradient", "fluent-color", "Fluent, gradients"],
  ["iconpark", "icon-park", "IconPark, filled outlines"],
  ["marketeq-lines", "marketeq", "Marketeq, two colours"],
  ["streamline-color", "streamline-color", "Streamline, colour"],
  ["streamline-flat", "streamline-color/flat", "Streamline, flat colour"],
  ["streamline-plump-color", "streamline-plump-color", "Streamline Plump, colour"],
  ["streamline-ultimate-color", "streamline-ultimate-color", "Streamline Ultimate, colour"],
];
/** Styles of one colour before them: lists show the first few. */
const placedAfter = 3;
/** Icons that show a style. */
const shownMost = 16;

const here = fileURLToPath(new URL(".", import.meta.url));
const { values } = parseArgs({
  options: {
    styles: { type: "string", default: join(here, "../../.cache/styles") },
    pack: { type: "string", default: join(here, "../../../packs/default/styles") },
    version: { type: "string" },
  },
});

const { files: _, ...manifest } = (await readManifest(values.pack)).manifest;
const expert = manifest.experts["style"];
if (expert?.kind !== "drawing-style")
  throw new Error(`${values.pack}: expected the pack styles, got none of its experts`);
const names = new Set(coloured.map(([name]) => name));
const codesPath = join(values.pack, expert.codes);
const before = await readFile(codesPath);
const bytesOf = (at: number): Uint8Array => before.subarray(2 * expert.dims * at, 2 * expert.dims * (at + 1));
const kept = expert.vocabulary.flatMap((entry, at) => (names.has(entry.id) ? [] : [{ entry, code: bytesOf(at) }]));

const packs = await loadPacks(await Catalogue.open(join(values.pack, "..")), {}, [manifest.id]);
const translation = packs.translations.find(({ id }) => id === manifest.translations[0]!.id);
const reader = translation?.conditions.find(({ name }) => name === "style")?.expert;
if (!translation || !reader)
  throw packs.faults[0]?.error ?? new Error(`${values.pack}: expected a translation, got none`);
const { imageSizePx: sizePx } = translation.target;

const drawings = await StyleDrawings.open(values.styles, sizePx);
const [codes, entries]: [Uint8Array[], object[]] = [[], []];
for (const [name, variant, label] of coloured) {
  const own = drawings.all.filter((one) => one.variant === variant && one.split === "train");
  const shown = [];
  for (const icon of shuffled(own, 0).slice(0, shownMost))
    shown.push({ kind: "image" as const, key: `${variant} ${icon.base}`, planes: await drawings.read(icon), sizePx });
  const { icons, styleInk } = inInkOfMost(shown.map((icon) => ({ ...icon, caption: undefined })));
  codes.push(new Uint8Array(toFloat16(await reader.encode([{ kind: "images", images: icons }])).buffer));
  entries.push({ id: name, label, ...entryOfLooks(styleInk) });
  console.log(`${name}: ${icons.length} of ${shown.length} icons, ${Object.keys(styleInk).join(", ")}`);
}
await drawings.close();

const together = [
  ...kept.slice(0, placedAfter),
  ...entries.map((entry, at) => ({ entry, code: codes[at]! })),
  ...kept.slice(placedAfter),
];
await writeFileAtomically(codesPath, Buffer.concat(together.map(({ code }) => code)), 0o644);
const vocabulary = together.map(({ entry }) => entry) as typeof expert.vocabulary;
const draft = { ...manifest, experts: { ...manifest.experts, style: { ...expert, vocabulary } } };
const digest = await updateManifest(values.pack, draft, values.version);
console.log(
  JSON.stringify({
    pack: values.pack,
    version: values.version ?? manifest.version,
    digest,
    styles: vocabulary.length,
  }),
);
process.exit(0);
