/**
 * Makes the pack `styles` of what export_styles.py wrote: `node --import tsx server/pretrain/styles/publish/publish-styles.mts [--from DIR] [--out DIR]
 * --version X.Y.Z` from the repository's root. Copies the graphs, writes LICENCES.md and the manifest with figures and digests. A library
 * of drawings (library/) is taken from `--library DIR`, or the one stays that the pack has. Trains nothing.
 */
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { StyleGaps } from "../../../engine/lines/gaps/style-gaps.ts";
import { tintedShare } from "../../../engine/lines/tinted.ts";
import { sizesOf } from "../../../engine/live-area.ts";
import { alphasIn, linesIn } from "../../../engine/pixels/style-ink.ts";
import { usualInk } from "../../../engine/pixels/usual-ink.ts";
import { StyleDrawings, shuffled } from "../../../evaluation/styles/style-drawings.ts";
import type { DraftManifest } from "../../../manifest/manifest.ts";
import { writeManifest } from "../../../packs/publish.ts";
import { liveAreasOf } from "../library/live-areas.mts";
import { pixelArtSetsOf } from "../library/pixel-art-sets.mts";

/** What styles.json says (export_styles.py). */
interface ExportedFacts {
  readonly imagePx: number;
  readonly latent: [number, number, number];
  readonly layers: number;
  readonly codeLength: number;
  readonly posteriorStd: number;
  readonly styles: ReadonlyArray<{
    readonly name: string;
    readonly title: string;
    readonly variant: string;
    readonly examples: number;
  }>;
}

/** A line of licences.json (data/styles/render-styles.mts). */
interface SetLicence {
  readonly set: string;
  readonly title: string;
  readonly author: string;
  readonly licence: string;
  readonly licenceUrl?: string;
  readonly authorUrl?: string;
  readonly drawings: number;
}

const here = fileURLToPath(new URL(".", import.meta.url));
const { values } = parseArgs({
  options: {
    styles: { type: "string", default: join(here, "../../.cache/styles") },
    from: { type: "string" },
    out: { type: "string", default: join(here, "../../../packs/default/styles") },
    library: { type: "string" },
    version: { type: "string", default: "0.1.0" },
  },
});
const from = values.from ?? join(values.styles, "onnx");
const readJson = async <T,>(path: string): Promise<T> => JSON.parse(await readFile(path, "utf8")) as T;
const facts = await readJson<ExportedFacts>(join(from, "styles.json"));
const { sets } = await readJson<{ sets: SetLicence[] }>(join(values.styles, "licences.json"));
const figures = await Promise.all(
  ["restyle-evaluation.json", "target-evaluation.json"].map((file) =>
    readJson<Record<string, number>>(join(values.styles, file)),
  ),
);

const files: Readonly<Record<string, string>> = {
  "encoder.onnx": "target/encoder.onnx",
  "decoder.onnx": "target/decoder.onnx",
  "style.onnx": "style/style.onnx",
  "codes.f16": "style/codes.f16",
  "restyle.onnx": "flow/restyle.onnx",
};
for (const [source, target] of Object.entries(files)) {
  await mkdir(dirname(join(values.out, target)), { recursive: true });
  await copyFile(join(from, source), join(values.out, target));
}

const library = "drawings/drawings.safetensors";
const thumbnails = "drawings/thumbnails.u4";
const nameFits = "drawings/name-fits.i8";
const looks = "drawings/looks.safetensors";
const lent = "drawings/licences.json";
if (values.library !== undefined) {
  await mkdir(join(values.out, "drawings"), { recursive: true });
  await copyFile(join(values.library, "drawings.safetensors"), join(values.out, library));
  await copyFile(join(values.library, "thumbnails.u4"), join(values.out, thumbnails));
  await copyFile(join(values.library, "name-fits.i8"), join(values.out, nameFits));
  await copyFile(join(values.library, "looks.safetensors"), join(values.out, looks));
  await copyFile(join(values.library, "licences.json"), join(values.out, lent));
}
const lentSets = existsSync(join(values.out, library))
  ? (await readJson<{ sets: SetLicence[] }>(join(values.out, lent))).sets
  : [];

const row = ({ set, title, author, licence, licenceUrl, drawings }: SetLicence): string =>
  `| ${set} | ${title} | ${author} | ${licenceUrl === undefined ? licence : `[${licence}](${licenceUrl})`} | ${drawings} |`;
await writeFile(
  join(values.out, "LICENCES.md"),
  `# Licences of the pack \`styles\`

All weights are this project's, under the MIT licence of the repository. They were trained on
renderings of the icon sets below, as they are and in made-up styles. \`style/codes.f16\`
holds the codes of named styles, ${facts.codeLength} values from up to 16 icons each. We thank the authors.

| set | title | author | licence | drawings |
| --- | --- | --- | --- | --: |
${sets.map(row).join("\n")}
${lentSets.length === 0 ? "" : lentText(lentSets)}`,
);

/** Styles of the pack `icons` whose drawings are outlines on pale fills, which one ink leaves whole. */
const outlined = ["core", "plump", "flex", "sharp", "ultimate"].map((name) => `streamline-${name}`);

const drawings = await StyleDrawings.open(values.styles, facts.imagePx);
const widthParts = 1e4;
/** Icons of a named style by which its live area is measured. */
const measuredMost = 200;

/** A line of the vocabulary, with what its icons' lines are like. */
async function namedStyle({ name, title, variant, examples }: ExportedFacts["styles"][number]) {
  const isOneInk = !/duotone|two-tone/.test(name);
  const own = drawings.all.filter((one) => one.variant === variant && one.split === "train");
  const icons = shuffled(own, 0).slice(0, measuredMost);
  const shown = [];
  for (const icon of icons) shown.push({ planes: await drawings.read(icon), sizePx: facts.imagePx });
  const { isAll, outlinedShare, corners, width, tint, areTwoToned, edge, tube, areTubes, gaps } =
    linesIn(shown.slice(0, examples), isOneInk) ?? {};
  // Of a few icons it strays.
  const tinted =
    tint !== undefined && isAll && !areTwoToned && edge === undefined ? tintedShare(alphasIn(shown), tint) : undefined;
  const liveArea = sizesOf(shown)?.liveArea;
  const rounded = Object.entries({ width, outlinedShare, tint, tinted, edge, tube }).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, round(value)]],
  );
  return {
    id: name,
    label: title,
    ...(isOneInk && { isOneInk }),
    // All of them take the colour of the text around them, which was rendered so.
    ink: usualInk,
    ...(liveArea !== undefined && { liveArea: Math.round(1000 * liveArea) / 1000 }),
    ...(isAll !== undefined && {
      lines: { ...Object.fromEntries(rounded), isAll, areTwoToned, corners, areTubes, gaps: gaps && roundedGaps(gaps) },
    }),
  };
}

const round = (value: number): number => Math.round(widthParts * value) / widthParts;

const roundedGaps = ({ length, places }: StyleGaps): StyleGaps => ({
  length: round(length),
  places: places.map(([x, y]) => [round(x), round(y)]),
});

const encoder = { encoder: "target/encoder.onnx", latentShape: facts.latent, imageSizePx: facts.imagePx };
const source = "trained by server/pretrain/styles";
const draft: DraftManifest = {
  format: 1,
  id: "styles",
  version: values.version,
  label: "Any drawing in your style",
  licence: "MIT",
  parts: [
    { name: "target expert with layers", licence: "MIT", source },
    { name: "style expert", licence: "MIT", source },
    { name: "flow between styles", licence: "MIT", source },
    ...(lentSets.length > 0
      ? [
          {
            name: "library of drawings",
            licence: "MIT, Apache-2.0, CC-BY, CC0-1.0, ISC, BSD-3-Clause, Unlicense: each set its own, see LICENCES.md",
            source: "@iconify/json 2.2.535",
          },
        ]
      : []),
  ],
  experts: {
    target: {
      kind: "autoencoder",
      decoder: "target/decoder.onnx",
      ...encoder,
      layers: facts.layers,
      mannerDims: 65,
      posteriorStd: facts.posteriorStd,
    },
    drawing: { kind: "drawing", ...encoder },
    style: {
      kind: "drawing-style",
      ...encoder,
      model: "style/style.onnx",
      dims: facts.codeLength,
      codes: "style/codes.f16",
      vocabulary: await Promise.all(facts.styles.map(namedStyle)),
    },
    colours: { kind: "colours" },
  },
  translations: [
    {
      id: "restyle",
      label: "Drawing to any style",
      conditions: [
        { name: "style", expert: "style" },
        { name: "drawing", expert: "drawing" },
        { name: "drawing-style", expert: "style" },
        { name: "colours", expert: "colours" },
      ],
      target: "target",
      flow: "flow/restyle.onnx",
      captions: {
        translation: "caption",
        styles: outlined,
        ...(lentSets.length > 0 && {
          library,
          thumbnails,
          nameFits,
          looks,
          liveAreas: await liveAreasOf(join(values.out, library)),
          pixelArt: await pixelArtSetsOf(join(values.out, library)),
        }),
      },
      ...(lentSets.length > 0 && {
        drawings: lentSets.map(({ set, author, authorUrl, licence }) => ({
          ...{ set, licence, author, styles: [set] },
          ...(authorUrl === undefined ? {} : { home: authorUrl }),
        })),
      }),
      metrics: Object.assign({}, ...figures),
    },
  ],
};
/** The drawings that are part of the pack, as their sets drew them. */
function lentText(lending: readonly SetLicence[]): string {
  const total = lending.reduce((sum, { drawings }) => sum + drawings, 0);
  return `
## Drawings in the pack

\`${library}\` holds ${total} drawings as their sets drew them, in one ink each, for
captions to find, and \`${looks}\` the same things of these sets filled or in
outline. They stay their authors', under the licence of their set; what is drawn from one
names it. \`${nameFits}\` says how well each shows its name: numbers of this project, made
with torchvision's AlexNet (BSD-3-Clause), weighted as LPIPS does (BSD-2-Clause), as its eye.

| set | title | author | licence | drawings |
| --- | --- | --- | --- | --: |
${lending.map(row).join("\n")}
`;
}

await drawings.close();
const { digest } = await writeManifest(values.out, draft);
console.log(JSON.stringify({ pack: values.out, version: draft.version, digest, styles: facts.styles.length }));
