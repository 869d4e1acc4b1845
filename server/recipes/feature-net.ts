/**
 * The net that judges a recipe's images. With `feature-net.json` in the experts' folder it is the given one, Inception for the paper's IS and FID;
 * else the small image net of the default pack, whose figures go by other names and compare with nothing published.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError } from "../../shared/problem.ts";
import type { ConditioningExpert } from "../engine/interfaces.ts";
import { openConditioning } from "../experts/registry.ts";
import { OnnxExpertSchema } from "../manifest/declared-manifest.ts";
import type { ConditioningEntry } from "../manifest/expert-entries.ts";
import { Catalogue, packsHome } from "../packs/catalogue.ts";

const FeatureNetSchema = z.strictObject({
  name: z.string().min(1),
  features: OnnxExpertSchema,
  logits: OnnxExpertSchema,
});

export interface RecipeJudge {
  /** Names of the two figures. */
  readonly scoreName: string;
  readonly distanceName: string;
  readonly features: ConditioningExpert;
  readonly logits: ConditioningExpert;
}

/** Features of the small net are of unit length; times this they separate as logits do. */
const smallNetInverseTemperature = 16;

/** @throws AppError `pack_corrupt` when `feature-net.json` is not as expected */
export async function openJudge(folder: string): Promise<RecipeJudge & { readonly inverseTemperature: number }> {
  const path = join(folder, "feature-net.json");
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text !== undefined) {
    const parsed = FeatureNetSchema.safeParse(JSON.parse(text));
    if (!parsed.success) throw new AppError("pack_corrupt", `${path}: ${parsed.error.issues[0]!.message}`);
    const { name, features, logits } = parsed.data;
    const isInception = /inception/i.test(name);
    return {
      scoreName: isInception ? "IS" : `IS formula on ${name}`,
      distanceName: isInception ? "FID" : `FD-${name}`,
      features: await openConditioning(folder, features, "image"),
      logits: await openConditioning(folder, logits, "image"),
      inverseTemperature: 1,
    };
  }
  const { folder: pack, manifest } = (await Catalogue.open(packsHome())).entries[0]!;
  const expert = await openConditioning(pack, manifest.experts["image-last"] as ConditioningEntry, "image");
  return {
    scoreName: "IS formula on the small net's features",
    distanceName: "FD-small-net",
    features: expert,
    logits: expert,
    inverseTemperature: smallNetInverseTemperature,
  };
}
