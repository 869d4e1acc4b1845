/**
 * Evaluates an upscaler and its baselines in one run and collects the results in a report. publish.ts writes it when it is
 * complete. The upscaler comes opened, so that tests can measure one of their own.
 */
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { AppError } from "../../../shared/problem.ts";
import type { CatalogueEntry } from "../../packs/catalogue.ts";
import { createProgressReporter } from "../progress-reporter.ts";
import type { Column, LeftOut, Row, Section, TimedSection, UpscalingReport } from "../report.ts";
import { openBaselines } from "./baselines.ts";
import { type BaselineFindings, baselinesSection } from "./baselines-section.ts";
import { measureAll, readFew, type UpscalingContext } from "./context.ts";
import { diversitySection } from "./diversity-section.ts";
import { diversityGoals, inputsGoals } from "./goals/section-goals.ts";
import { targetsSection } from "./goals/targets-section.ts";
import { inputsSection } from "./inputs-section.ts";
import { lpipsFetchCommand, openLpips } from "./lpips.ts";
import { type Nets, netMeasures } from "./measure.ts";
import type { EvaluatedUpscaler } from "./methods.ts";
import { openNcnnBaselines } from "./ncnn-baselines.ts";
import type { PictureSet } from "./pictures.ts";
import { qualitySection } from "./quality-section.ts";
import { openTextureNet } from "./texture-distance.ts";

export interface UpscalingOptions {
  readonly pack: UpscalingReport["pack"];
  /** The pack's name of the upscaler. */
  readonly label: string;
  readonly upscaler: EvaluatedUpscaler;
  /** Metrics of the upscaler in the pack's manifest. */
  readonly metrics?: Readonly<Record<string, number>>;
  readonly set: PictureSet;
  /** A pack with an image expert, whose net judges textures; absent = no distances. */
  readonly judge?: CatalogueEntry | undefined;
  /** Path of the LPIPS graph; absent or missing = no LPIPS. */
  readonly lpips?: string | undefined;
  /** Folder of the baselines' runner; absent = scripts/baselines. */
  readonly baselines?: string | undefined;
  /** The folder server/pretrain, with Python and the networks of PyPI; absent = none of these. */
  readonly pretrain?: string | undefined;
  readonly settings: { readonly seed: number; readonly limit: number };
  readonly threads: number;
  /** Ids of `upscalingSectionIds` to run; absent = all. */
  readonly only?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  onProgress(text: string): void;
}

/** Sections that can be requested alone. Targets and the comparison with ESRGANs go with quality. */
export const upscalingSectionIds = ["quality", "diversity", "inputs"] as const;

function selectSections(only: readonly string[] | undefined): (id: (typeof upscalingSectionIds)[number]) => boolean {
  const unknown = only?.find((id) => !upscalingSectionIds.some((known) => known === id));
  const expected = upscalingSectionIds.join(", ");
  if (unknown !== undefined)
    throw new AppError("config_invalid", `--only: expected some of ${expected}, got "${unknown}"`, {
      field: "--only",
      expected,
      received: unknown,
    });
  return (id) => only === undefined || only.includes(id);
}

/** @throws AppError `cancelled`, `dataset_invalid` when no picture can be read, or an error of the upscaler or a baseline */
export async function evaluateUpscaling(options: UpscalingOptions): Promise<UpscalingReport> {
  const { pack, label, upscaler, set, judge, settings, threads, signal, onProgress } = options;
  const started = performance.now();
  const isSelected = selectSections(options.only);
  const progress = createProgressReporter(onProgress, signal);
  const opened = openBaselines(options.baselines, threads);
  const baselines = typeof opened === "string" ? undefined : opened;
  const ncnn = options.pretrain === undefined ? undefined : openNcnnBaselines(options.pretrain, threads);
  const nets: Nets = {
    lpips: options.lpips === undefined ? undefined : await openLpips(options.lpips, threads),
    distance: judge && (await openTextureNet(judge, threads)),
  };
  const names = netMeasures.flatMap((key) => nets[key]?.name ?? []);
  const leftOut: LeftOut[] = [];
  const sections: TimedSection[] = [];
  let begun = started;
  const add = (section: Section): void => {
    const now = performance.now();
    sections.push({ ...section, seconds: (now - begun) / 1000 });
    begun = now;
  };
  try {
    const context: UpscalingContext = { upscaler, set, nets, baselines, seed: settings.seed, progress };
    const pass = isSelected("quality") ? await measureAll(context) : await readFew(context);
    if (isSelected("quality")) add(qualitySection(context, pass));
    if (!nets.lpips)
      leftOut.push({ id: "lpips", title: "LPIPS", reason: `needs its network: \`${lpipsFetchCommand}\`` });
    if (!nets.distance)
      leftOut.push({
        id: "distance",
        title: "Perceptual distance",
        reason: "needs a pack with an image expert to judge by",
      });
    let findings: BaselineFindings | undefined;
    const missing = typeof opened === "string" ? opened : opened.missing;
    const others = typeof ncnn === "string" ? undefined : ncnn;
    if (baselines && (baselines.networks.length > 0 || others) && isSelected("quality")) {
      findings = await baselinesSection(context, baselines, others, pass.few);
      add(findings.section);
    }
    const quality = isSelected("quality") ? undefined : "goes with the section quality";
    for (const [id, title, reason] of [
      ["baselines", "Comparison with ESRGANs of npm", missing ?? quality],
      ["ncnn", "Comparison with Real-ESRGAN and waifu2x", typeof ncnn === "string" ? ncnn : quality],
    ] as const)
      if (reason !== undefined) leftOut.push({ id, title, reason });
    const goals: Row[] = [];
    if (isSelected("diversity")) {
      const section = await diversitySection(context, pass.few);
      add(section);
      goals.push(...diversityGoals(section));
    }
    if (isSelected("inputs")) {
      const section = await inputsSection(context, pass.few);
      add(section);
      goals.push(...inputsGoals(section));
    }
    add(memorySection(findings?.peakBytes));
    // The summary comes first in the report.
    if (isSelected("quality"))
      sections.unshift({ ...targetsSection(context, pass, findings, options.metrics ?? {}, goals), seconds: 0 });
    return {
      pack,
      upscaler: label,
      set: { label: set.label, pictures: set.pictures.length - pass.skipped.length },
      ...(names.length > 0 && { featureNet: names.join(", ") }),
      skipped: pass.skipped,
      settings,
      machine: {
        processor: cpus()[0]?.model ?? "unknown",
        cores: cpus().length,
        threads,
        node: process.version,
        ...commit(),
      },
      sections,
      leftOut,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    baselines?.close();
    if (typeof ncnn !== "string") ncnn?.close();
  }
}

const memoryColumns: readonly Column[] = [{ key: "megabytes", label: "MB", digits: 0, better: "lower" }];
const maxRssUnitBytes = 1024;

function memorySection(baselineBytes: number | undefined): Section {
  const own = { megabytes: (process.resourceUsage().maxRSS * maxRssUnitBytes) / 1e6 };
  return {
    id: "memory",
    title: "Memory",
    about:
      "Peak resident memory of whole processes, as the system counts it. Beside the upscaler, this run holds pictures, results and feature nets, so a server needs less; " +
      "`npm run bench -- upscaling` measures the server's child process.",
    tables: [
      {
        title: "Peak resident memory",
        columns: memoryColumns,
        rows: [
          { what: "this run in total", role: "measured", n: 1, values: own },
          ...(baselineBytes === undefined
            ? []
            : [
                {
                  what: "the baselines' process, for the largest baseline",
                  role: "control" as const,
                  n: 1,
                  values: { megabytes: baselineBytes / 1e6 },
                },
              ]),
        ],
      },
    ],
    figures: [],
  };
}

/** The commit; empty outside a clone. */
function commit(): { commit?: string } {
  try {
    const git = (args: string[]): string =>
      execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    return {
      commit: `${git(["rev-parse", "--short", "HEAD"])}${git(["status", "--porcelain"]) === "" ? "" : " with changes"}`,
    };
  } catch {
    return {};
  }
}
