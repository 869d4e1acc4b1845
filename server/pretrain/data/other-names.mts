/**
 * Adds other names of labels to the further drawings of a pack: `node --import tsx server/pretrain/data/other-names.mts [--pack DIR]
 * [--version X.Y.Z]` from the repository's root, after further-drawings.mts. Captions that name no label are then compared with these too:
 * "cup of coffee" is near to "coffee", which the label "hot beverage" is also called.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { TextExpert } from "../../experts/text.ts";
import { asText } from "../../experts/values.ts";
import { latentDimsOf } from "../../manifest/expert-entries.ts";
import { draftOf, entryOf, vocabularyOf } from "../../manifest/pack-draft.ts";
import { readFurtherDrawings, writeFurtherDrawings } from "../../retrieval/further-drawings.ts";
import { quantizeInt4 } from "../../retrieval/int4.ts";
import { updateManifest } from "../update-manifest.mts";

const { values } = parseArgs({
  options: {
    pack: { type: "string", default: fileURLToPath(new URL("../../packs/default/icons", import.meta.url)) },
    version: { type: "string" },
  },
});
const draft = await draftOf(values.pack);
const [labels, styles] = [vocabularyOf(draft, "label")!, vocabularyOf(draft, "style")!];
const caption = draft.translation.conditions.find(({ name }) => name === "caption")!;
const entry = entryOf(draft, caption.expert);
if (entry.kind !== "text")
  throw new Error(`${values.pack}: expected an expert of texts, got one of kind ${entry.kind}`);
const text = await TextExpert.open(values.pack, entry, { threads: 1 });
const names = labels.flatMap(({ names = [], groups }, label) =>
  groups?.length === 0 ? [] : names.map((name) => ({ label, name })),
);
const rows: Float32Array[] = [];
for (const { name } of names) rows.push(await text.encodeForTraining([asText(name)]));
const path = join(values.pack, draft.translation.furtherDrawings!);
const ids = (vocabulary: typeof labels): string[] => vocabulary.map(({ id }) => id);
const further = await readFurtherDrawings(path, {
  ...{ dims: latentDimsOf(draft.target), keyDims: text.dims },
  ...{ labels: ids(labels), styles: ids(styles) },
});
await writeFurtherDrawings(path, {
  ...further,
  names: { labels: names.map(({ label }) => label), keys: quantizeInt4(rows, text.dims) },
});
await updateManifest(values.pack, draft.manifest, values.version);
console.log(`${names.length} other names of ${new Set(names.map(({ label }) => label)).size} labels`);
