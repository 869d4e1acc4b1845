/**
 * The retrieval index: drawings that new ones start from: `node --import tsx server/pretrain/data/retrieval-index.mts [--pack DIR] [--icons DIR] [--pictures] [--version X.Y.Z]` from the repository's
 * root encodes the training icons by the pack's target and by its experts of pictures that entries are found by (kept beside the icons), and the names of
 * its labels, writes retrieval/index.safetensors, and names it in the manifest. Without --version the pack's version stays.
 * `--pictures` adds what the entries look like to the file that is there, and leaves all else as it is: networks in 8 bits differ from processor to
 * processor, so that latents that are encoded anew are others by more than half of what four bits are off.
 */
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isPictureQuery } from "../../../shared/contract/conditions.ts";
import { asText } from "../../experts/values.ts";
import { draftOf, vocabularyOf } from "../../manifest/pack-draft.ts";
import { digestExperts } from "../../packs/publish.ts";
import { type IndexContent, indexWidths, readIndexFile, writeIndexFile } from "../../retrieval/index-file.ts";
import { quantizeInt4 } from "../../retrieval/int4.ts";
import { gatherEntries, rowsOfEntries } from "../../training/dataset/gather-images.ts";
import { openImageSet } from "../../training/dataset/image-set.ts";
import { EncodePool } from "../../training/encode/encode-pool.ts";
import { encodeSet } from "../../training/encode/encode-set.ts";
import { codePictures } from "../../training/transfer/code-pictures.ts";
import { updateManifest } from "../update-manifest.mts";

const here = fileURLToPath(new URL(".", import.meta.url));
const { values } = parseArgs({
  options: {
    pack: { type: "string", default: join(here, "../../packs/default/icons") },
    icons: { type: "string", default: join(here, "../.cache/icons") },
    threads: { type: "string", default: "0" },
    pictures: { type: "boolean", default: false },
    version: { type: "string" },
  },
});
const threads = Number(values.threads);
const file = "retrieval/index.safetensors";

const draft = await draftOf(values.pack);
const requireVocabulary = (name: "label" | "style") => {
  const vocabulary = vocabularyOf(draft, name);
  if (!vocabulary) throw new Error(`${values.pack}: expected a ${name} expert with a vocabulary, got none`);
  return vocabulary;
};
const [labels, styles] = [requireVocabulary("label"), requireVocabulary("style")];
const files = await digestExperts(values.pack, draft);
const images = await openImageSet(values.icons, draft.target.imageSizePx);
// Captions for the names of labels, and pictures that entries are found by.
const conditions = draft.translation.conditions.filter(({ name }) => name === "caption" || isPictureQuery(name));
const named = { ...draft, translation: { ...draft.translation, conditions } };
const pool = await EncodePool.open({ pack: values.pack, draft: named, files }, { threads, rows: images.count });
const { experts } = pool;
const {
  latents,
  dims,
  conditions: encoded,
} = await encodeSet({
  folder: values.icons,
  images,
  pool,
  experts: { ...experts, conditions: experts.conditions.filter(({ name }) => isPictureQuery(name)) },
  drawnRepeats: 1,
});
await pool.close();
await images.close();
const source = {
  items: images.items,
  latents,
  dims,
  labels: labels.map(({ id }) => id),
  styles: styles.map(({ id }) => id),
};
const path = join(values.pack, file);
const read = experts.conditions.map(({ name, expert }) => ({ name, dims: expert.dims }));
const content = values.pictures
  ? await readIndexFile(path, indexWidths({ dims, conditions: read }))
  : await gatherAll();
const rows = rowsOfEntries({ ...source, labels: content.labels, styles: content.styles }, content.entries);
await mkdir(dirname(path), { recursive: true });
await writeIndexFile(path, { ...content, pictures: codePictures(encoded, rows) });

async function gatherAll(): Promise<IndexContent> {
  const gathered = gatherEntries(source);
  const text = experts.conditions.find(({ name }) => name === "caption")!.expert;
  const keys: Float32Array[] = [];
  for (const { label } of labels) keys.push(await text.encodeForTraining([asText(label)]));
  return {
    ...gathered,
    dims,
    keyDims: text.dims,
    keys: quantizeInt4(keys, text.dims),
    values: quantizeInt4(gathered.values, dims),
  };
}

const translations = draft.manifest.translations.map((translation) =>
  translation.id === draft.translation.id ? { ...translation, retrieval: file } : translation,
);
await updateManifest(values.pack, { ...draft.manifest, translations }, values.version);
console.log(`${content.entries.length} entries of ${labels.length} labels`);
