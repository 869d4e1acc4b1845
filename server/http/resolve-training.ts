/** Checks a request for training against what the server has: its base, its name, its images. */

import { unknownUpload } from "../../shared/contract/generations/request-sources.ts";
import type { PackInfo } from "../../shared/contract/meta.ts";
import { nameTaken, type Training, type TrainingRequest } from "../../shared/contract/training.ts";
import { findTranslation } from "../../shared/contract/translation-rules.ts";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { describe } from "../../shared/validation.ts";
import type { Identity } from "./identity.ts";
import type { HoldingDeps } from "./route.ts";

/** Codes that a request can be refused with here, for the contract. */
export const trainingProblems = [
  "translation_unknown",
  "name_taken",
  "image_unknown",
  "dataset_invalid",
  "pack_unavailable",
] as const;

/** The base that the training starts from. @throws AppError of `trainingProblems`, invalid_request */
export async function resolveTraining(
  { name, base, examples }: TrainingRequest,
  { catalogue, uploads, trainings }: Pick<HoldingDeps, "catalogue" | "uploads" | "trainings">,
  asking: Identity,
): Promise<Training["base"]> {
  const packs = catalogue.packs();
  const first = packs.flatMap(({ translations }) => translations)[0]?.id;
  const { pack, translation } = findTranslation(packs, base ?? first ?? "", "base");
  const isOfStyles = translation.conditions.includes("drawing") && translation.styleImagesMax !== undefined;
  if (!isOfStyles && (!translation.conditions.includes("caption") || translation.captionsFrom !== undefined)) {
    const expected = "a translation that reads captions, or one between styles";
    throw new AppError("invalid_request", `base: expected ${expected}, got ${describe(translation.id)}`, {
      field: "base",
      expected,
      received: translation.id,
    });
  }
  const owner = ownerOf(name, packs, pack, (id) => catalogue.isShipped(id));
  if (owner !== undefined) throw nameTaken(name, owner);
  if (packs.some(({ id }) => id === name) && !(await mayReplace(asking, name, trainings)))
    throw nameTaken(name, "a pack that another token trained");
  await uploads.hold(examples.map(({ image }) => image));
  for (const [index, { image }] of examples.entries())
    if (!(await uploads.touch(image))) throw unknownUpload(`examples.${index}.image`, image);
  return { pack: pack.id, digest: pack.digest, translation: translation.id, ...(isOfStyles && { isOfStyles }) };
}

/** A pack is replaced by whoever trained it last, as far as that is on record, and by admins. */
async function mayReplace(asking: Identity, name: string, trainings: HoldingDeps["trainings"]): Promise<boolean> {
  if (asking.role === "admin") return true;
  let before: string | undefined;
  do {
    const { jobs, nextBefore } = await trainings.list({ limit: limits.listMax, ...(before && { before }) });
    const last = jobs.find(({ result }) => result?.pack?.id === name);
    if (last) return last.owner === asking.name;
    before = nextBefore;
  } while (before !== undefined);
  return true;
}

/** What has the name already; undefined when it is free, or names a pack of the user's, which then gets a new version. */
function ownerOf(
  name: string,
  packs: readonly PackInfo[],
  base: PackInfo,
  isShipped: (id: string) => boolean,
): string | undefined {
  for (const { id, translations } of packs) {
    if (id === name && isShipped(id)) return "a pack that ships";
    if (id === name && id === base.id) return "the base of this training";
    if (id !== name && translations.some((translation) => translation.id === name))
      return `a translation of pack ${id}`;
  }
  return undefined;
}
