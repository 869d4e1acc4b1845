/**
 * Loads packs: verifies their files and opens what they have, translations (load-translations.ts) and an upscaler. Experts with equal
 * files are opened once, over all packs. Runs in the inference child, in training and in evaluation.
 */
import type { Upscaler } from "../engine/interfaces.ts";
import type { Translation } from "../engine/translation.ts";
import type { ExpertOptions } from "../experts/expert.ts";
import { SharedFiles } from "../experts/shared-files.ts";
import { type Catalogue, type CatalogueEntry, type PackFault, packFaultOf } from "./catalogue.ts";
import { verifyPack } from "./verify.ts";

// Loaded where a pack has some: with all experts they take longer to load than an upscaler takes to open.
const ofTranslations = () => import("./load-translations.ts");
const ofUpscaler = () => import("../upscaling/load-upscaler.ts");

export interface LoadedPacks {
  /** The verified and loaded packs. */
  readonly entries: readonly CatalogueEntry[];
  readonly translations: readonly Translation[];
  /** The upscaler of the one pack that has one. */
  readonly upscaler?: Upscaler;
  /** User packs that were left out, including those that did not open, and why. */
  readonly faults: readonly PackFault[];
}

/**
 * Verifies and loads all packs of a catalogue, or those that are named.
 * @param packIds the packs to load; absent = all
 * @throws AppError the error of a shipped pack; a user's broken pack is left out instead
 */
export async function loadPacks(
  catalogue: Catalogue,
  options: ExpertOptions,
  packIds?: readonly string[],
): Promise<LoadedPacks> {
  const { shared = new SharedFiles() } = options;
  const entries: CatalogueEntry[] = [];
  const translations: Translation[][] = [];
  const faults = [...catalogue.faults];
  let upscaler: Upscaler | undefined;
  // Sequential, because creating a session blocks its thread anyway and memory peaks would add up.
  for (const entry of catalogue.entries) {
    if (packIds && !packIds.includes(entry.manifest.id)) continue;
    try {
      await verifyPack(entry.folder, entry.manifest);
      const { translations: listed, upscaler: enlarging } = entry.manifest;
      const loaded =
        listed.length === 0 ? [] : await (await ofTranslations()).loadTranslations(entry, { ...options, shared });
      if (enlarging) upscaler = await (await ofUpscaler()).loadUpscaler(entry, { ...options, shared });
      translations.push(loaded);
      entries.push(entry);
    } catch (error) {
      if (entry.isShipped) throw error;
      faults.push(packFaultOf(entry.folder, error));
    }
  }
  const all = translations.flat();
  // After all packs, because the drawings that captions find may be another pack's.
  const joined: Translation[] = [];
  const opened: CatalogueEntry[] = [];
  for (const [at, entry] of entries.entries())
    try {
      const own = translations[at]!;
      if (own.length > 0) joined.push(...(await (await ofTranslations()).withCaptions(own, entry, all, shared)));
      opened.push(entry);
    } catch (error) {
      if (entry.isShipped) throw error;
      faults.push(packFaultOf(entry.folder, error));
    }
  return { entries: opened, translations: joined, faults, ...(upscaler ? { upscaler } : {}) };
}
