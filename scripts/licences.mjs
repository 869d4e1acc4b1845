/** The licences of the packages in a bundle, which have to be distributed with their code. */
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
  const parts = await Promise.all([...folders].sort().map(licenceOf));
  return `${parts.join(`\n\n${"-".repeat(72)}\n\n`)}\n`;
}

/** @param {string} folder of a package */
async function licenceOf(folder) {
  const { name, version, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((other) => /^licen[cs]e(\.(md|txt))?$/i.test(other));
  const text = file ? `\n\n${(await readFile(path.join(folder, file), "utf8")).trim()}` : "";
  return `${name} ${version}: ${license}${text}`;
}
