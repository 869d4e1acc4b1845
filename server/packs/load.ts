/** Brings a verified pack to life: opens its experts and flows and joins them into translations. Runs in the inference child. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../shared/problem.ts";
import type { ConditioningExpert, TargetExpert } from "../engine/interfaces.ts";
import type { Translation } from "../engine/translation.ts";
import { Autoencoder } from "../experts/autoencoder.ts";
import { LabelExpert } from "../experts/label.ts";
import { type ExpertOptions, TextExpert } from "../experts/text.ts";
import { createFlow } from "../flow/flow-sessions.ts";
import { readFlowFile } from "../flow/weights.ts";
import type { CatalogueEntry } from "./catalogue.ts";

/** @throws AppError `pack_corrupt` when experts and flow do not fit each other */
export async function loadTranslations(
  { folder, manifest }: CatalogueEntry,
  options: ExpertOptions,
): Promise<Translation[]> {
  const name = `${manifest.id}@${manifest.version}`;
  const conditioning = new Map<string, ConditioningExpert>();
  const targets = new Map<string, TargetExpert>();
  for (const [key, entry] of Object.entries(manifest.experts)) {
    if (entry.kind === "text") conditioning.set(key, await TextExpert.open(folder, entry, options));
    else if (entry.kind === "label") conditioning.set(key, new LabelExpert(entry));
    else targets.set(key, await Autoencoder.open(folder, entry, options));
  }
  return Promise.all(
    manifest.translations.map(async (translation): Promise<Translation> => {
      const label = `${name}, ${translation.flow}`;
      const weights = readFlowFile(await readFile(join(folder, translation.flow)), label);
      const conditions = translation.conditions.map(({ name: field, expert }) => ({
        name: field,
        expert: conditioning.get(expert)!,
      }));
      const target = targets.get(translation.target)!;
      const expected = [
        `z ${target.latentDims}`,
        ...conditions.map(({ name: field, expert }) => `${field} ${expert?.dims}`),
      ].join(", ");
      const got = [
        `z ${weights.architecture.dims}`,
        ...weights.architecture.conditions.map(({ name: field, dims }) => `${field} ${dims}`),
      ].join(", ");
      if (expected !== got)
        throw new AppError("pack_corrupt", `${label}: expected a flow for ${expected}, as the experts are, got ${got}`);
      return { id: translation.id, flow: await createFlow(weights, { ...options, label }), target, conditions };
    }),
  );
}
