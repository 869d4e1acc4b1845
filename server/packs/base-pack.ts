/**
 * The pack that a user's translation starts from: its frozen experts are used as they are, its flow is the start. A new style is
 * no word of the base's vocabularies, so the new translation reads every condition of the base but label and style: with the labels that
 * captions name, two styles ended 0.01 and 0.06 nats worse, because the base's labels bring its own drawings along.
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
  /** SHA-256 of the manifest: names every file. */
  readonly digest: string;
  /** The translation that is trained on from, as the base has it. */
  readonly draft: PackDraft;
  readonly files: FileDigests;
  readonly flow: FlowWeights;
}

/**
 * Reads and verifies a pack.
 * @param translationId absent = the first translation
 * @throws AppError `pack_unavailable` when there is no pack, `pack_corrupt` when a file is not what the
 * manifest says, `translation_unknown`
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

/** The base's translation as the new one declares it. @throws AppError `pack_corrupt` when nothing would be left to condition on */
export function withoutLabelConditions(draft: PackDraft): PackDraft {
  const conditions = draft.translation.conditions.filter(({ name }) => name !== "style" && name !== "label");
  if (!conditions.some(({ name }) => name === "caption"))
    throw new AppError(
      "pack_corrupt",
      `base: expected a translation that reads captions, got ${draft.translation.conditions.map(({ name }) => name).join(", ")}`,
    );
  return { ...draft, translation: { ...draft.translation, conditions } };
}
