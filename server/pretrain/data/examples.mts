/**
 * Examples of the pack's labels, for its label expert: `node --import tsx server/pretrain/data/examples.mts [--pack DIR] [--icons DIR]` from
 * the repository's root encodes the training icons by the pack's target (kept beside the icons), writes label/examples.safetensors and
 * names it in pack.json.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeExamples } from "../../experts/label-examples.ts";
import { encodeSet } from "../../training/encode-set.ts";
import { gatherExamples } from "../../training/gather-examples.ts";
import { openImageSet } from "../../training/image-set.ts";
import { draftOf } from "../../training/pack-draft.ts";
import { openSetExperts } from "../../training/pack-experts.ts";
import { digestExperts } from "../../training/publish.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const { values } = parseArgs({
  options: {
    pack: { type: "string", default: join(here, "../../packs/default/icons") },
    icons: { type: "string", default: join(here, "../.cache/icons") },
    threads: { type: "string", default: "0" },
  },
});
const threads = Number(values.threads);
const file = "label/examples.safetensors";
const packFile = join(values.pack, "pack.json");

/** Ids of a vocabulary of the pack. */
const idsOf = (entry: { readonly vocabulary: ReadonlyArray<{ readonly id: string }> }): string[] =>
  entry.vocabulary.map(({ id }) => id);

const pack = JSON.parse(await readFile(packFile, "utf8"));
const { examples: _, ...label } = pack.experts.label;
const translation = await draftOf(values.pack);
// The target alone: nothing else is needed, and the label expert may not have its file yet.
const draft = { ...translation, translation: { ...translation.translation, conditions: [] } };
const files = await digestExperts(values.pack, draft);
const images = await openImageSet(values.icons, draft.target.imageSizePx);
const experts = await openSetExperts({ pack: values.pack, draft, files }, { threads });
const { latents, dims } = await encodeSet({ folder: values.icons, images, experts, drawnRepeats: 1, threads });
await images.close();
const content = gatherExamples({
  items: images.items,
  latents,
  dims,
  labels: idsOf(label),
  styles: idsOf(pack.experts.style),
});
const path = join(values.pack, file);
await mkdir(dirname(path), { recursive: true });
await writeExamples(path, content);
pack.experts.label = { kind: label.kind, examples: { file, dims }, ...label };
await writeFile(packFile, `${JSON.stringify(pack, null, 2)}\n`);
console.log(`${content.examples.length} examples of ${label.vocabulary.length} labels`);
