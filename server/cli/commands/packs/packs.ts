/** `tau packs`: lists what is installed, with styles and licences, and verifies every file against its digest. */
import { parseArgs } from "node:util";
import { readConfig } from "../../../app/config.ts";
import { Catalogue } from "../../../packs/catalogue.ts";

const usage = `Usage: npm run -s tau -- packs list|verify [--packs DIR] [--data DIR] [--json]

  list     packs with version, digest, size, translations and styles
  verify   compares length and SHA-256 of every file with the manifest; exit code 1 at the first difference

  --packs DIR   folder of packs (default: the packs that ship)
  --data DIR    the data folder, with the packs that were trained here (default: as tau serve)
  --json        the list as JSON, as GET /v1/meta gives it`;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { packs: { type: "string" }, data: { type: "string" }, json: { type: "boolean", default: false } },
  });
  const [action] = positionals;
  if (action !== "list" && action !== "verify") {
    console.error(
      `tau packs: expected list or verify, got ${action === undefined ? "nothing" : `"${action}"`}\n\n${usage}`,
    );
    return 2;
  }
  const { packsDir, userPacksDir } = readConfig({ packs: values.packs, data: values.data });
  const catalogue = await Catalogue.open(packsDir, userPacksDir);
  for (const { folder, error } of catalogue.faults) console.error(`left out ${folder}: ${error.message}`);
  if (action === "verify") {
    await catalogue.verify();
    for (const { manifest, digest } of catalogue.entries)
      console.log(`${manifest.id}@${manifest.version} ok, ${manifest.files.length} files, digest ${digest}`);
    return 0;
  }
  const packs = catalogue.packs();
  if (values.json) {
    console.log(JSON.stringify(packs, null, 2));
    return 0;
  }
  for (const { id, version, digest, licence, sizeBytes, translations, upscaler } of packs) {
    console.log(`${id}@${version}  ${(sizeBytes / 1e6).toFixed(1)} MB  ${digest.slice(0, 16)}…\n  licence: ${licence}`);
    for (const { id: translation, conditions, styles, widthPx, heightPx } of translations)
      console.log(
        [
          `  ${translation}: ${conditions.join(" + ")} → ${widthPx} × ${heightPx} px`,
          ...(styles.length > 0 ? [`    styles: ${styles.map((style) => style.id).join(", ")}`] : []),
        ].join("\n"),
      );
    if (upscaler) console.log(`  upscaler: ${upscaler.label}, ×${upscaler.scales.join(" and ×")}`);
  }
  return 0;
}

export const command = { name: "packs", summary: "list and verify packs", usage, run };
