/** From the experts of a recipe to the folder of a pack: the files they read, and a manifest without digests, which joins them. The flow is still to come. */
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { filesOfDeclared } from "../manifest/declared-manifest.ts";
import type { ExpertEntry } from "../manifest/expert-entries.ts";
import { DraftManifestSchema } from "../manifest/manifest.ts";
import { manifestFile } from "../manifest/read-manifest.ts";
import { writeFileAtomically } from "../platform/files/atomic-file.ts";
import { linkOrCopy } from "../platform/files/link-or-copy.ts";
import type { FoundExpert } from "./found-experts.ts";
import type { Recipe, RecipeName } from "./recipe.ts";

export interface RecipeExperts {
  readonly target: FoundExpert;
  /** Φ, or the labels that stand in its place. */
  readonly condition: FoundExpert | readonly string[];
}

/**
 * @param experts their files lie in `from`
 * @returns folder of the pack
 */
export async function assemblePack(
  name: RecipeName,
  { condition, summary }: Recipe,
  experts: RecipeExperts,
  from: string,
  to: string,
): Promise<string> {
  const pack = join(to, name);
  await mkdir(pack, { recursive: true });
  const networks = [experts.target, ...("declaration" in experts.condition ? [experts.condition] : [])];
  const files = networks.flatMap(({ declaration }) => filesOfDeclared(declaration));
  await linkFiles(files, from, pack);
  const reader: ExpertEntry =
    "declaration" in experts.condition
      ? experts.condition.declaration
      : { kind: "label", vocabulary: experts.condition.map((label) => ({ id: label, label })) };
  const draft = DraftManifestSchema.parse({
    format: 1,
    id: name,
    version: "0.0.1",
    label: summary,
    licence: "that of the weights",
    parts: networks.map((expert) => ({ name: expert.name, licence: "that of the weights", source: expert.source })),
    experts: { target: experts.target.declaration, condition: reader },
    translations: [
      {
        id: name,
        label: summary,
        conditions: [{ name: condition.name, expert: "condition" }],
        target: "target",
        flow: "flow.onnx",
        metrics: {},
        ...(condition.name === "style" && !("declaration" in experts.condition)
          ? { defaultStyle: experts.condition[0] }
          : {}),
      },
    ],
  });
  await writeFileAtomically(join(pack, manifestFile), `${JSON.stringify(draft, null, 2)}\n`, 0o644);
  return pack;
}

/** Brings files of one folder to the same places in another, in the place of what is there. */
export async function linkFiles(files: Iterable<string>, from: string, to: string): Promise<void> {
  for (const path of new Set(files)) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await rm(join(to, path), { force: true });
    await linkOrCopy(join(from, path), join(to, path));
  }
}
