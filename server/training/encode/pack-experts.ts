/** Opens the experts of a translation for encoding a training set, each with a digest of everything its vectors depend on. */
import { join } from "node:path";
import { type FlowConditionName, fieldOf } from "../../../shared/contract/conditions.ts";
import type { TargetExpert } from "../../engine/interfaces.ts";
import type { Expert, ExpertOptions } from "../../experts/expert.ts";
import { openConditioning, openTarget } from "../../experts/registry.ts";
import { SharedFiles } from "../../experts/shared-files.ts";
import { type ConditioningEntry, filesOfExpert } from "../../manifest/expert-entries.ts";
import type { FileDigests } from "../../manifest/manifest.ts";
import { entryOf, type PackDraft } from "../../manifest/pack-draft.ts";
import { sha256Of } from "../../platform/sha256.ts";

/** A condition of the set and the expert that encodes it. */
export interface SetCondition {
  readonly name: FlowConditionName;
  readonly entry: ConditioningEntry;
  readonly expert: Expert;
  /**
   * Identifies everything that the vectors depend on, for the cache. Conditions of one source are read from one network run.
   */
  readonly source: string;
}

/** What experts are opened from; enough to open them in another thread. */
export interface ExpertsSource {
  /** The pack's folder. */
  readonly pack: string;
  readonly draft: PackDraft;
  readonly files: FileDigests;
}

export interface SetExperts {
  readonly source: ExpertsSource;
  readonly target: TargetExpert;
  /** SHA-256 of the files that encode images to latents. */
  readonly targetDigest: string;
  readonly posteriorStd: number;
  readonly conditions: readonly SetCondition[];
}

/** @throws AppError `pack_corrupt` when a file does not match its entry */
export async function openSetExperts(source: ExpertsSource, options: ExpertOptions): Promise<SetExperts> {
  const { pack, draft, files } = source;
  const digests = new Map([...files].map(([path, digest]) => [join(pack, path), digest]));
  const withShared = { shared: new SharedFiles(digests), ...options };
  const { translation, target } = draft;
  const conditions: SetCondition[] = [];
  for (const { name, expert } of translation.conditions)
    conditions.push(await openSetCondition(source, name, entryOf(draft, expert), withShared));
  return {
    source,
    target: await openTarget(pack, target, withShared),
    targetDigest: files.get(filesOfExpert(target)[0]!)!,
    posteriorStd: target.posteriorStd,
    conditions,
  };
}

/** @throws AppError `pack_corrupt` when a file does not match the entry */
export const openSetCondition = async (
  { pack, files }: Pick<ExpertsSource, "pack" | "files">,
  name: FlowConditionName,
  entry: ConditioningEntry,
  options: ExpertOptions,
): Promise<SetCondition> => ({
  name,
  entry,
  expert: await openConditioning(pack, entry, fieldOf(name), options),
  source: sourceOf(entry, files),
});

/** The digests of the files and the entry's settings, without the output that is read, so that depths share a source. */
function sourceOf(entry: ConditioningEntry, digests: FileDigests): string {
  const files = filesOfExpert(entry);
  const settings = { ...entry, output: undefined, dims: undefined };
  const content = JSON.stringify([settings, files.map((path) => digests.get(path))]);
  return sha256Of(content);
}
