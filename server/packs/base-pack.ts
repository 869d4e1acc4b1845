/**
 * The base pack of a user's translation: its frozen experts are used unchanged, and its flow is the start. The base's
 * vocabularies have no word for a new style, so the new translation reads every condition of the base except label and style.
 * With the labels that captions name, two styles ended 0.01 and 0.06 nats worse, because the base's labels bring its own
 * drawings along.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../shared/problem.ts";
import { type FlowWeights, readFlowFile } from "../flow/weights.ts";
import { digestsIn, type FileDigests, type PackManifest } from "../manifest/manifest.ts";
import { type PackDraft, selectTranslation } from "../manifest/pack-draft.ts";
import { readManifest } from "../manifest/read-manifest.ts";
import { verifyPack } from "./verify.ts";

export interface BasePack {
  readonly folder: string;
  readonly manifest: PackManifest;
  /** SHA-256 of the manifest, which covers every file. */
  readonly digest: string;
  /** The base's translation from which training starts. */
  readonly draft: PackDraft;
  readonly files: FileDigests;
  readonly flow: FlowWeights;
}

/**
 * Reads and verifies a pack.
 * @param translationId absent = the first translation
 * @throws AppError `pack_unavailable` when there is no pack, `pack_corrupt` when a file does not match the manifest,
 *   `translation_unknown`
 */
export async function openBasePack(folder: string, translationId?: string): Promise<BasePack> {
  const { manifest, digest } = await readManifest(folder);
  await verifyPack(folder, manifest);
  const draft = selectTranslation(manifest, translationId);
  const flow = join(folder, draft.translation.flow);
  return {
    folder,
    manifest,
    digest,
    draft,
    files: digestsIn(manifest),
    flow: readFlowFile(await readFile(flow), flow),
  };
}

/** The base's translation as the new one declares it. @throws AppError `pack_corrupt` when no condition would be left */
export function withoutLabelConditions(draft: PackDraft): PackDraft {
  const conditions = draft.translation.conditions.filter(({ name }) => name !== "style" && name !== "label");
  if (!conditions.some(({ name }) => name === "caption"))
    throw new AppError(
      "pack_corrupt",
      `base: expected a translation that reads captions, got ${draft.translation.conditions.map(({ name }) => name).join(", ")}`,
    );
  return { ...draft, translation: { ...draft.translation, conditions } };
}
