/** Changes what a pack's manifest says, where its flow stays the same: a published pack gets new digests, a draft stays a draft. */
import { existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import type { DraftManifest } from "../manifest/manifest.ts";
import { manifestFile, readManifest } from "../manifest/read-manifest.ts";
import { recordsFolder } from "../packs/made-files.ts";
import { writeManifest } from "../packs/publish.ts";
import { writeFileAtomically } from "../platform/files/atomic-file.ts";

/** @param version of the pack from now on; absent = as it was. Gives the pack's digest, undefined for a draft. */
export async function updateManifest(
  pack: string,
  draft: DraftManifest,
  version = draft.version,
): Promise<string | undefined> {
  const published = await readManifest(pack).catch(() => undefined);
  if (!published) {
    await writeFileAtomically(join(pack, manifestFile), `${JSON.stringify({ ...draft, version }, null, 2)}\n`, 0o644);
    return undefined;
  }
  // The flow is the same, and so are the figures of its training.
  const [from, to] = [published.manifest.version, version].map((of) => join(pack, recordsFolder(of)));
  if (from !== to && existsSync(from!)) await cp(from!, to!, { recursive: true });
  return (await writeManifest(pack, { ...draft, version })).digest;
}
