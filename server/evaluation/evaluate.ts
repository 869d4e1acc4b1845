/**
 * Evaluates a translation: runs all applicable sections one after the other and collects their results in a report. publish.ts
 * writes it when it is complete.
 */
import { cpus } from "node:os";
import { AppError } from "../../shared/problem.ts";
import type { CatalogueEntry } from "../packs/catalogue.ts";
import type { Settings } from "./evaluation-context.ts";
import { createEvaluationData } from "./groups.ts";
import { openContext } from "./open-context.ts";
import { createProgressReporter } from "./progress-reporter.ts";
import type { LeftOut, Report, TimedSection } from "./report.ts";
import { alignmentSection } from "./sections/alignment.ts";
import { coloursSection } from "./sections/colours.ts";
import { consistencySections } from "./sections/consistency.ts";
import { costSection } from "./sections/cost.ts";
import { curvesSection } from "./sections/curves.ts";
import { soundnessSection } from "./sections/degenerate-samples.ts";
import { depthsSection } from "./sections/depths.ts";
import { distributionSection } from "./sections/distribution.ts";
import { heldOutSection } from "./sections/held-out.ts";
import { memorisationSection } from "./sections/memorisation.ts";
import { restyleSection } from "./sections/restyle.ts";
import type { SectionPlan } from "./sections/section.ts";

/** Sections in the order of the report. */
const plans: readonly SectionPlan[] = [
  heldOutSection,
  alignmentSection,
  coloursSection,
  distributionSection,
  memorisationSection,
  restyleSection,
  ...consistencySections,
  depthsSection,
  curvesSection,
  soundnessSection,
  costSection,
];

export const sectionIds: readonly string[] = plans.map(({ id }) => id);

export interface EvaluateOptions {
  readonly entry: CatalogueEntry;
  readonly translation?: string | undefined;
  readonly set?: string | undefined;
  readonly work: string;
  readonly settings: Settings;
  /** Ids of the sections to run; absent = all. */
  readonly only?: readonly string[] | undefined;
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  onProgress(text: string): void;
}

/** @throws AppError `config_invalid` for an unknown section, `cancelled`, and whatever opening the pack or the set throws */
export async function evaluate(options: EvaluateOptions): Promise<Report> {
  const { entry, only, signal, onProgress } = options;
  const wanted = selectPlans(only);
  const progress = createProgressReporter(onProgress, signal);
  const started = performance.now();
  const { context, close } = await openContext({ ...options, progress });
  try {
    const { images, features, translation } = context;
    const data = images && createEvaluationData(context, images);
    const sections: TimedSection[] = [];
    const leftOut: LeftOut[] = [];
    for (const { id, title, missing, run } of wanted) {
      const reason = missing(context);
      if (reason !== undefined) {
        leftOut.push({ id, title, reason });
        continue;
      }
      const begun = performance.now();
      const section = await run(context, data);
      sections.push({ id, title, ...section, seconds: (performance.now() - begun) / 1000 });
    }
    return {
      pack: { id: entry.manifest.id, version: entry.manifest.version, digest: entry.digest },
      translation: translation.id,
      ...(images && { set: { folder: options.set!, digest: images.set.digest, images: images.set.items.length } }),
      ...(features && { featureNet: features.name }),
      settings: context.settings,
      machine: {
        processor: cpus()[0]?.model ?? "unknown",
        cores: cpus().length,
        threads: options.threads ?? 0,
      },
      sections,
      leftOut,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    await close();
  }
}

function selectPlans(only: readonly string[] | undefined): readonly SectionPlan[] {
  const unknown = only?.find((id) => !sectionIds.includes(id));
  if (unknown !== undefined)
    throw new AppError("config_invalid", `--only: expected some of ${sectionIds.join(", ")}, got "${unknown}"`, {
      field: "--only",
      expected: sectionIds.join(", "),
      received: unknown,
    });
  return only ? plans.filter(({ id }) => only.includes(id)) : plans;
}
