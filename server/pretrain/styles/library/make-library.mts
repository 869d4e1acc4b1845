/**
 * Makes the library of drawings that captions find (server/retrieval/library/drawing-library.ts): `node --import tsx
 * server/pretrain/styles/library/make-library.mts [--sets DIR] [--out FILE] [--most N] [--from FILE]` from the repository's root; names that the
 * library FILE has keep their vectors, which saves a quarter of an hour. One drawing of each thing
 * of each family, in one ink: lines where the family has them, else fills. No drawing of the families that are held out, of
 * brands, or of sets that reviewers keep. What the server's own drawing of SVG refuses is traced, where no other variant of
 * the family can stand for it. Icons that draw themselves are taken as they end. Writes licences beside the file.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { TextExpert } from "../../../experts/text.ts";
import { asText } from "../../../experts/values.ts";
import { readManifest } from "../../../manifest/read-manifest.ts";
import { accumulateInt4 } from "../../../retrieval/int4.ts";
import { readLibraryFile, writeLibraryFile } from "../../../retrieval/library/drawing-library-file.ts";
import type { NamedDrawing } from "../../../retrieval/library/library-blocks.ts";
import { makeLibrary } from "../../../retrieval/library/make-library.ts";
import { hashUnit } from "../../data/styles/random.mts";
import { collectThings, drawingOf } from "./things.mts";

const here = fileURLToPath(new URL(".", import.meta.url));
const { values } = parseArgs({
  options: {
    sets: { type: "string", default: join(here, "../../data/node_modules/@iconify/json") },
    icons: { type: "string", default: join(here, "../../../packs/default/icons") },
    out: { type: "string", default: join(here, "../../.cache/styles/library/drawings.safetensors") },
    most: { type: "string", default: "Infinity" },
    lists: { type: "string", default: "256" },
    from: { type: "string" },
  },
});
const { things, sets } = collectThings(values.sets);
const drawings: NamedDrawing[] = [];
let refused = 0;
for (const drawn of things) {
  const found = await drawingOf(drawn);
  if (found) drawings.push(found);
  else refused += 1;
}
drawings.sort((one, other) => hashUnit(`${one.set}|${one.name}`) - hashUnit(`${other.set}|${other.name}`));
const kept = drawings.slice(0, Number(values.most));

const { experts } = await readManifest(values.icons).then(({ manifest }) => manifest);
const text = Object.values(experts).find(({ kind }) => kind === "text");
if (text?.kind !== "text") throw new Error(`${values.icons}: expected an expert of texts, got none`);
const expert = await TextExpert.open(values.icons, text, { threads: 1 });
const earlier = values.from === undefined ? undefined : await readLibraryFile(values.from, expert.dims);
const places = new Map(earlier?.names.map((name, at) => [name, at]));
const content = await makeLibrary(kept, expert.dims, Number(values.lists), async (names) => {
  const rows = new Float32Array(names.length * expert.dims);
  const rowOf = (at: number): Float32Array => rows.subarray(at * expert.dims, (at + 1) * expert.dims);
  const missing: number[] = [];
  for (const [at, name] of names.entries()) {
    const place = places.get(name);
    // Four bits of four bits are the same ones.
    if (place === undefined) missing.push(at);
    else accumulateInt4(earlier!.keys, place, expert.dims, 1, rowOf(at));
  }
  const atOnce = 256;
  for (let from = 0; from < missing.length; from += atOnce) {
    const chunk = missing.slice(from, from + atOnce);
    const vectors = await expert.encodeForTraining(chunk.map((at) => asText(names[at]!)));
    for (const [row, at] of chunk.entries())
      rowOf(at).set(vectors.subarray(row * expert.dims, (row + 1) * expert.dims));
    console.log(`${Math.min(missing.length, from + atOnce)} of ${missing.length} names`);
  }
  return rows;
});
await mkdir(dirname(values.out), { recursive: true });
await writeLibraryFile(values.out, content);
const used = new Map<string, number>();
for (const { set } of kept) used.set(set, (used.get(set) ?? 0) + 1);
const licences = sets
  .filter(({ set }) => used.has(set))
  .map((set) => ({ ...set, drawings: used.get(set.set)! }))
  .sort((one, other) => (one.set < other.set ? -1 : 1));
await writeFile(join(dirname(values.out), "licences.json"), JSON.stringify({ sets: licences }, undefined, 1));
console.log(JSON.stringify({ drawings: kept.length, names: content.names.length, sets: licences.length, refused }));
