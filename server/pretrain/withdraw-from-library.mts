/** Takes brands out of a library of drawings, its thumbnails, fits of names and looks. Names keep their lists, so that a search finds all others as before. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readLibraryFile, writeLibraryFile } from "../retrieval/library/drawing-library-file.ts";
import { blocksOf, linesOfBlocks } from "../retrieval/library/library-blocks.ts";
import { pickLooks, readLooksFile, writeLooksFile } from "../retrieval/library/library-looks.ts";
import { thumbnailBytes } from "../retrieval/library/thumbnails.ts";
import { pickCodes } from "../retrieval/quantized-codes.ts";
import { readBrandNames } from "./data/styles/collect-variants.mts";
import { isBrand } from "./data/styles/licences.mts";
import { keyDims } from "./styles/library/shipped-library.mts";

/**
 * @param folder of the library, its thumbnails, fits of names, looks and licences
 * @param sets folder of the package `@iconify/json`
 * @returns drawings of each set that are left
 */
export async function withdrawFromLibrary(folder: string, sets: string): Promise<ReadonlyMap<string, number>> {
  const brandNames = readBrandNames(sets);
  const libraryPath = join(folder, "drawings.safetensors");
  const thumbnailsPath = join(folder, "thumbnails.u4");
  const fitsPath = join(folder, "name-fits.i8");
  const looksPath = join(folder, "looks.safetensors");
  const licencesPath = join(folder, "licences.json");
  const library = await readLibraryFile(libraryPath, keyDims);
  const { entryNames, entrySets, keys, listLengths, names } = library;
  const isKept = names.map((name) => !isBrand(name.replaceAll(" ", "-"), brandNames));
  const entries = [...entryNames.keys()].filter((entry) => isKept[entryNames[entry]!]);
  const lines = linesOfBlocks(library);
  const keptNames = [...names.keys()].filter((name) => isKept[name]);
  const placeOf = new Map(keptNames.map((name, place) => [name, place]));
  let first = 0;
  await writeLibraryFile(libraryPath, {
    ...library,
    names: keptNames.map((name) => names[name]!),
    keys: pickCodes({ kind: "dense", dims: keyDims, ...keys }, keptNames) as typeof keys,
    listLengths: listLengths.map((length) => {
      first += length;
      return isKept.slice(first - length, first).filter(Boolean).length;
    }),
    entryNames: Float32Array.from(entries, (entry) => placeOf.get(entryNames[entry]!)!),
    entrySets: Uint8Array.from(entries, (entry) => entrySets[entry]!),
    ...blocksOf(entries.map((entry) => lines[entry]!)),
  });
  const thumbnails = await readFile(thumbnailsPath);
  const thumbnailOf = (entry: number) => thumbnails.subarray(entry * thumbnailBytes, (entry + 1) * thumbnailBytes);
  await writeFile(thumbnailsPath, Buffer.concat(entries.map(thumbnailOf)));
  const fits = await readFile(fitsPath);
  await writeFile(
    fitsPath,
    Uint8Array.from(entries, (entry) => fits[entry]!),
  );
  await writeLooksFile(looksPath, pickLooks(await readLooksFile(looksPath, entryNames.length), entries));
  const left = new Map(library.sets.map((set) => [set, 0]));
  for (const entry of entries) {
    const set = library.sets[entrySets[entry]!]!;
    left.set(set, left.get(set)! + 1);
  }
  const licences = JSON.parse(await readFile(licencesPath, "utf8")) as { sets: { set: string; drawings: number }[] };
  for (const entry of licences.sets) entry.drawings = left.get(entry.set)!;
  await writeFile(licencesPath, JSON.stringify(licences, undefined, 1));
  console.log(`${entryNames.length} drawings, ${entries.length} kept; ${names.length} names, ${keptNames.length} kept`);
  return left;
}
