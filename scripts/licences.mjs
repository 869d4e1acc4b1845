/** The licences of the packages and tables in a bundle, which have to be distributed with them. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

/**
 * @param {import("esbuild").Metafile} metafile of the bundle, its paths relative to this folder
 * @returns {Promise<string>} name, version, licence and, where the package has a file of it, its text
 */
export async function licencesOf({ inputs }) {
  const folders = new Set(
    Object.keys(inputs).flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
  );
  const packages = await Promise.all([...folders].sort().map(licenceOf));
  const parts = [...packages, ...(await Promise.all(Object.keys(inputs).filter(isTable).map(licencesOfTable))).flat()];
  return `${parts.join(`\n\n${"-".repeat(72)}\n\n`)}\n`;
}

/** @param {string} file of the bundle */
const isTable = (file) => file.endsWith(".json") && !file.includes("node_modules/");

/**
 * A table from elsewhere has its licence beside it: `words.json` in `words.licence.txt`.
 * @param {string} file of the table
 */
async function licencesOfTable(file) {
  const licence = file.replace(/json$/, "licence.txt");
  return existsSync(licence) ? [(await readFile(licence, "utf8")).trim()] : [];
}

/** @param {string} folder of a package */
async function licenceOf(folder) {
  const { name, version, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((other) => /^licen[cs]e(\.(md|txt))?$/i.test(other));
  const text = file ? `\n\n${(await readFile(path.join(folder, file), "utf8")).trim()}` : "";
  return `${name} ${version}: ${license}${text}`;
}
