/**
 * Drawings that the retrieval index leaves out: `node --import tsx server/pretrain/data/further-drawings.mts [--pack DIR] [--icons DIR]
 * [--version X.Y.Z]` from the repository's root encodes those of the emoji and Streamline styles (kept beside the icons), writes
 * retrieval/further.safetensors and names it in the manifest. Only images that shall differ start from them. The index stays as it is.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isPictureQuery } from "../../../shared/contract/conditions.ts";
import { draftOf } from "../../manifest/pack-draft.ts";
import { digestExperts } from "../../packs/publish.ts";
import { meanRow } from "../../platform/mean-row.ts";
import { writeFurtherDrawings } from "../../retrieval/further-drawings.ts";
import { indexWidths, readIndexFile } from "../../retrieval/index-file.ts";
import { quantizeInt4 } from "../../retrieval/int4.ts";
import { rowsOfEntries } from "../../training/dataset/gather-images.ts";
import { openImageSet } from "../../training/dataset/image-set.ts";
import { EncodePool } from "../../training/encode/encode-pool.ts";
import { encodeSet } from "../../training/encode/encode-set.ts";
import { updateManifest } from "../update-manifest.mts";

const here = fileURLToPath(new URL(".", import.meta.url));
const { values } = parseArgs({
  options: {
    pack: { type: "string", default: join(here, "../../packs/default/icons") },
    icons: { type: "string", default: join(here, "../.cache/icons") },
    threads: { type: "string", default: "0" },
    version: { type: "string" },
  },
});
const file = "retrieval/further.safetensors";
/** Families of styles: between others a drawing of one says little about the other. */
const families = /^(noto|noto-v1|twemoji|fluent-flat|fxemoji|emojione|streamline-(core|plump|flex|sharp)(-flat)?)$/;

const draft = await draftOf(values.pack);
const files = await digestExperts(values.pack, draft);
const images = await openImageSet(values.icons, draft.target.imageSizePx);
const conditions = draft.translation.conditions.filter(({ name }) => name === "caption" || isPictureQuery(name));
const pool = await EncodePool.open(
  { pack: values.pack, draft: { ...draft, translation: { ...draft.translation, conditions } }, files },
  { threads: Number(values.threads), rows: images.count },
);
const { experts } = pool;
const read = experts.conditions.map(({ name, expert }) => ({ name, dims: expert.dims }));
const { latents, dims } = await encodeSet({
  folder: values.icons,
  images,
  pool,
  experts: { ...experts, conditions: [] },
  drawnRepeats: 1,
});
await pool.close();
await images.close();

const { labels, styles, styleMeans, entries } = await readIndexFile(
  join(values.pack, draft.translation.retrieval!),
  indexWidths({ dims, conditions: read }),
);
const known = new Set(entries.map(({ label, style }) => JSON.stringify([labels[label], styles[style]])));
const further = new Map<string, { readonly label: number; readonly style: number }>();
for (const { concept, style, split, augmentedFrom } of images.items) {
  const [key, label] = [JSON.stringify([concept, style]), labels.indexOf(concept)];
  const isLeftOut = split === "train" && augmentedFrom === undefined && label >= 0 && !known.has(key);
  // Flags look alike in all sets.
  if (isLeftOut && families.test(style ?? "") && !concept.startsWith("flag-"))
    further.set(key, { label, style: styles.indexOf(style!) });
}
const found = [...further.values()].sort((one, other) => one.label - other.label || one.style - other.style);
const latentsOf = rowsOfEntries({ items: images.items, labels, styles }, found).map((rows, at) => {
  const mean = styleMeans.subarray(found[at]!.style * dims);
  return meanRow(latents, dims, rows).map((value, axis) => value - mean[axis]!);
});
await writeFurtherDrawings(join(values.pack, file), { entries: found, values: quantizeInt4(latentsOf, dims) });
const translations = draft.manifest.translations.map((translation) =>
  translation.id === draft.translation.id ? { ...translation, furtherDrawings: file } : translation,
);
await updateManifest(values.pack, { ...draft.manifest, translations }, values.version);
console.log(`${found.length} further drawings of ${new Set(found.map(({ label }) => label)).size} labels`);
