/**
 * Declares the conditioning experts of the default pack in its manifest: `npm run declare` (from this folder, after `render`). The
 * vocabulary of the label expert is what two styles or more draw; captions that name one bring it along in styles that go with those.
 * What it changes is a draft until a flow is trained for it. Run again, it changes nothing.
 * `--icons DIR` and `--pack DIR` name other icons and another pack; `--styles-min N` is for sets of fewer styles.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { otherNames } from "./concepts.mjs";
import { groupOf } from "./sets.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const { values } = parseArgs({
  options: {
    icons: { type: "string", default: join(here, "../.cache/icons") },
    pack: { type: "string", default: join(here, "../../packs/default/icons") },
    "styles-min": { type: "string", default: "2" },
  },
});
const index = join(values.icons, "index.jsonl");
const packFile = join(values.pack, "manifest.json");

/** A concept becomes a label when at least this many styles draw it. */
const stylesMin = Number(values["styles-min"]);

/** Colours of the layout: those that captions name (colours.mjs) and a light blue, as icon sets commonly mix them. */
const palette = [
  ["black", "Black", "#1f2328"],
  ["grey", "Grey", "#8b949e"],
  ["white", "White", "#f5f5f5"],
  ["red", "Red", "#dd2e44"],
  ["orange", "Orange", "#f79329"],
  ["yellow", "Yellow", "#fcc21b"],
  ["green", "Green", "#4caf50"],
  ["teal", "Teal", "#3bb5a8"],
  ["light-blue", "Light blue", "#8fd3fe"],
  ["blue", "Blue", "#2f6fdb"],
  ["purple", "Purple", "#9256d9"],
  ["pink", "Pink", "#f48fb1"],
  ["brown", "Brown", "#7d4b32"],
];

/** Code of the small autoencoders: 8 channels on 8 × 8 places. */
const codeDims = 512;
const imageDims = 256;

const stylesOf = new Map();
for (const line of (await readFile(index, "utf8")).trimEnd().split("\n")) {
  const { concept, style, split } = JSON.parse(line);
  if (split !== "train") continue;
  stylesOf.set(concept, (stylesOf.get(concept) ?? new Set()).add(style));
}
const labels = [...stylesOf].filter(([, styles]) => styles.size >= stylesMin).map(([concept]) => concept);

const names = otherNames(labels);

/** Groups whose styles draw a concept, where not all do: what only emoji draw is little help to a style of interface icons. */
const groupsOf = (concept) => {
  const groups = [...new Set([...stylesOf.get(concept)].map(groupOf))].sort();
  return groups.length < groupCount ? { groups } : {};
};
const groupCount = new Set([...stylesOf.values()].flatMap((styles) => [...styles].map(groupOf))).size;

const image = (output) => ({ kind: "image", model: "image/encoder.onnx", output, sizePx: 128, dims: imageDims });
const added = {
  label: {
    kind: "label",
    vocabulary: labels.sort().map((id) => ({
      id,
      label: id.replaceAll("-", " ").replace(/^./, (c) => c.toUpperCase()),
      ...(names.has(id) && { names: names.get(id) }),
      ...groupsOf(id),
    })),
  },
  sketch: { kind: "sketch", model: "sketch/encoder.onnx", sizePx: 64, dims: codeDims },
  layout: { kind: "layout", columns: 8, rows: 8, palette: palette.map(([id, label, hex]) => ({ id, label, hex })) },
  "image-early": image("early"),
  "image-middle": image("middle"),
  "image-last": image("last"),
  "low-resolution": { kind: "low-resolution", model: "low-resolution/encoder.onnx", sizePx: 32, dims: codeDims },
};

const text = await readFile(packFile, "utf8");
const pack = JSON.parse(text);
const style = {
  ...pack.experts.style,
  vocabulary: pack.experts.style.vocabulary.map((entry) => ({ ...entry, group: groupOf(entry.id) })),
};
pack.experts = { ...pack.experts, style, ...added };
pack.translations[0].conditions = [
  { name: "caption", expert: "text" },
  { name: "style", expert: "style" },
  { name: "label", expert: "label", readFrom: "caption" },
  { name: "sketch", expert: "sketch" },
  { name: "layout", expert: "layout" },
  { name: "image-early", expert: "image-early" },
  { name: "image-middle", expert: "image-middle" },
  { name: "image-last", expert: "image-last" },
  { name: "lowResolution", expert: "low-resolution" },
];
if (`${JSON.stringify(pack, null, 2)}\n` !== text) {
  // Digests are of another pack now: whoever trains the flow takes them.
  delete pack.files;
  await writeFile(packFile, `${JSON.stringify(pack, null, 2)}\n`);
}
console.log(`${labels.length} labels, ${palette.length} colours`);
