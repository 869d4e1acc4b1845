/**
 * Which sources a build was made from, so that `npm run tau` (tau.mjs) knows whether dist/ is of the sources as they are. Files count as
 * the same by size and time of change; packages by package-lock.json.
 */
import { readFileSync, statSync } from "node:fs";
import { stat, writeFile } from "node:fs/promises";
import path from "node:path";

const recordName = "built-from.json";

/** What shapes the bundle beside its sources. */
const settings = [
  "package-lock.json",
  "tsconfig.json",
  ...["server-bundle", "english-zod", "late-json"].map((name) => `scripts/${name}.mjs`),
];

const sameness = ({ size, mtimeMs }) => `${size} ${mtimeMs}`;

/**
 * Writes the record beside the programs.
 * @param {import("esbuild").Metafile} metafile its paths relative to this folder
 * @param {string} folder of the built programs
 * @param {number} beganMs when the build began, in the time of Date.now: what changed since may be missing in it
 */
export async function writeRecord({ inputs }, folder, beganMs) {
  const sources = Object.keys(inputs).filter((file) => !/(^|\/)node_modules\//.test(file));
  const entries = await Promise.all(
    [...sources, ...settings].map(async (file) => {
      const about = await stat(file);
      return [file, about.mtimeMs < beganMs ? sameness(about) : "changed during the build"];
    }),
  );
  await writeFile(path.join(folder, recordName), JSON.stringify(Object.fromEntries(entries)));
}

/**
 * Whether the programs in a folder were built from the sources as they are.
 * @param {string} folder of the built programs
 * @param {string} root folder of the repository
 */
export function isCurrent(folder, root) {
  try {
    const record = Object.entries(JSON.parse(readFileSync(path.join(folder, recordName), "utf8")));
    return record.every(([file, kept]) => sameness(statSync(path.resolve(root, file))) === kept);
  } catch {
    // No build, or a source that is gone.
    return false;
  }
}
