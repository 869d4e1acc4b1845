/**
 * Evaluates a flow between styles: runs its sections one after the other and collects them in a report, targets first. Everything is requested as
 * users ask, through the service of the inference child; publish.ts writes the report.
 */

import { cpus } from "node:os";
import { limits } from "../../../shared/limits.ts";
import { AppError } from "../../../shared/problem.ts";
import type { InferenceClient } from "../../inference/protocol.ts";
import type { CatalogueEntry } from "../../packs/catalogue.ts";
import { goalsSection } from "../goals.ts";
import { createProgressReporter } from "../progress-reporter.ts";
import type { LeftOut, Report, Row, TimedSection } from "../report.ts";
import { lpipsFetchCommand } from "../upscaling/lpips.ts";
import { captionsSection, seedsSection } from "./captions-section.ts";
import { coloursSection } from "./colours-section.ts";
import { openStyles, type StylesOptions } from "./context.ts";
import { costFindings } from "./cost-section.ts";
import { createStylesData } from "./data.ts";
import { holesSection } from "./holes-section.ts";
import { judgeSection } from "./judge-section.ts";
import { likelihoodSection } from "./likelihood-section.ts";
import { linesSection } from "./lines-section.ts";
import { nearnessSection } from "./nearness-section.ts";
import type { StylesSection } from "./section.ts";

const cost = { id: "cost", title: "Cost" };
const plans: readonly StylesSection[] = [
  nearnessSection,
  judgeSection,
  captionsSection,
  seedsSection,
  coloursSection,
  linesSection,
  holesSection,
  likelihoodSection,
];

export const stylesSectionIds: readonly string[] = [...plans.map(({ id }) => id), cost.id];

export interface EvaluateStylesOptions extends Omit<StylesOptions, "progress" | "entryOfTranslation"> {
  /** Ids of the sections to run; absent = all. */
  readonly only?: readonly string[] | undefined;
  /** A child with these packs, whose memory and times count; absent = they are left out. */
  readonly openClient?: ((packIds: readonly string[]) => InferenceClient) | undefined;
  readonly signal?: AbortSignal | undefined;
  onProgress(text: string): void;
}

/** The translation whose condition is a drawing, if a pack has one. */
export const styleTranslationOf = ({ manifest }: CatalogueEntry) =>
  manifest.translations.find(({ conditions }) => conditions.some(({ name }) => name === "drawing"));

/** @throws AppError `config_invalid` for an unknown section, `cancelled`, and whatever opening the packs or the drawings throws */
export async function evaluateStyles(options: EvaluateStylesOptions): Promise<Report> {
  const { entry, only, openClient, signal, onProgress, settings, threads } = options;
  const unknown = only?.find((id) => !stylesSectionIds.includes(id));
  const expected = stylesSectionIds.join(", ");
  if (unknown !== undefined)
    throw new AppError("config_invalid", `--only: expected some of ${expected}, got "${unknown}"`, {
      field: "--only",
      expected,
      received: unknown,
    });
  const isWanted = ({ id }: { readonly id: string }): boolean => only?.includes(id) ?? true;
  const progress = createProgressReporter(onProgress, signal);
  const started = performance.now();
  const entryOfTranslation = styleTranslationOf(entry)!;
  const context = await openStyles({ ...options, entryOfTranslation, progress });
  try {
    const data = await createStylesData(context);
    const done: Array<{ readonly section: TimedSection; readonly goals: readonly Row[] }> = [];
    const leftOut: LeftOut[] = [];
    const add = async (
      { id, title }: Pick<StylesSection, "id" | "title">,
      run: () => ReturnType<StylesSection["run"]>,
    ) => {
      const begun = performance.now();
      const { goals = [], figures = [], ...found } = await run();
      done.push({ section: { id, title, ...found, figures, seconds: (performance.now() - begun) / 1000 }, goals });
    };
    const packBytes = entry.manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
    // First, since it asks how busy the machine is, and last in the report.
    if (isWanted(cost) && openClient)
      await add(cost, () => costFindings(context, data, packBytes, openClient(context.packIds)));
    const costs = done.splice(0);
    for (const plan of plans.filter(isWanted)) {
      const reason = plan.missing(context);
      if (reason === undefined) await add(plan, () => plan.run(context, data));
      else leftOut.push({ id: plan.id, title: plan.title, reason });
    }
    done.push(...costs);
    if (!context.lpips && isWanted(nearnessSection))
      leftOut.push({ id: "lpips", title: "LPIPS", reason: `needs its network: \`${lpipsFetchCommand}\`` });
    const summary = goalsSection(
      "One verdict a row, from the tables below. Shares are in per cent.",
      done.flatMap(({ goals }) => goals),
    );
    return {
      pack: { id: entry.manifest.id, version: entry.manifest.version, digest: entry.digest },
      translation: entryOfTranslation.id,
      set: { folder: options.set, digest: context.drawings.digest, images: context.drawings.all.length },
      ...(context.features && { featureNet: context.features.name }),
      settings: { ...settings, temperature: 0, guidance: limits.guidanceDefault, retrieval: 0 },
      machine: { processor: cpus()[0]?.model ?? "unknown", cores: cpus().length, threads },
      sections: [{ ...summary, seconds: 0 }, ...done.map(({ section }) => section)],
      leftOut,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    await context.drawings.close();
  }
}
