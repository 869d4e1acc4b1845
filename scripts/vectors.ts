/**
 * Measures vectors and draws the sheets of docs/vectors.md: `npm run vectors [-- PART…] [--packs DIR] [--limit N]`. Parts: `generated` (60 captions × all styles), `real` (200 icons
 * of permissive sets; `npm ci` in server/pretrain/data first), `shaded` (60 of sets with soft shading), `lines` (icons of lines as strokes, and captions with their nodes), `small` (line icons at 16 and 24 px), `tracers` (side by side; see baselines/trace.mjs) and `family`. Each writes docs/vectors/PART.md and docs/figures/vectors/PART.png.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { families } from "./vectors/families.ts";
import { lines } from "./vectors/lines.ts";
import { generated, type PartOptions, tracers } from "./vectors/parts.ts";
import { real, shaded } from "./vectors/real.ts";
import { smallSizes } from "./vectors/small-sizes.ts";

const parts: Readonly<Record<string, (options: PartOptions) => Promise<string>>> = {
  generated,
  real,
  shaded,
  lines,
  small: smallSizes,
  tracers,
  family: families,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { packs: { type: "string" }, limit: { type: "string", default: "60" } },
});
const unknown = positionals.find((name) => !Object.hasOwn(parts, name));
if (unknown !== undefined) {
  console.error(`vectors: expected ${Object.keys(parts).join(", ")}, got "${unknown}"`);
  process.exit(2);
}
await mkdir("docs/vectors", { recursive: true });
for (const name of positionals.length > 0 ? positionals : Object.keys(parts)) {
  const table = await parts[name]!({
    packsDir: values.packs,
    figures: "docs/figures/vectors",
    limit: Number(values.limit),
  });
  await writeFile(
    `docs/vectors/${name}.md`,
    `# Vectors measured: ${name}\n\n\`npm run vectors -- ${name}\`\n\n${table}\n`,
  );
  console.log(table);
}
