/**
 * Evaluates an upscaler beside its rivals in one run and puts the answers into a report. Nothing is written before all of it is there; see
 * publish.ts. The upscaler is given opened, so that tests can measure one of their own.
 */
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import type { CatalogueEntry } from "../../packs/catalogue.ts";
import { createWatch } from "../progress-reporter.ts";
import type { Column, LeftOut, Section, TimedSection, UpscalingReport } from "../report.ts";
import { openRivals } from "./baselines.ts";
import { type RivalFindings, rivalsSection } from "./baselines-section.ts";
import { measureAll, type UpscalingContext } from "./context.ts";
import { diversitySection } from "./diversity-section.ts";
import { lpipsFetchCommand, openLpips } from "./lpips.ts";
import { type Nets, netMeasures } from "./measure.ts";
import type { EvaluatedUpscaler } from "./methods.ts";
import type { PictureSet } from "./pictures.ts";
import { qualitySection } from "./quality-section.ts";
import { targetsSection } from "./targets-section.ts";
import { openTextureNet } from "./texture-distance.ts";

export interface UpscalingOptions {
  readonly pack: UpscalingReport["pack"];
  /** Name of the upscaler, as the pack calls it. */
  readonly label: string;
  readonly upscaler: EvaluatedUpscaler;
  /** What the pack's manifest says of its upscaler. */
  readonly metrics?: Readonly<Record<string, number>>;
  readonly set: PictureSet;
  /** A pack with an image expert, whose net judges textures; absent = no distances. */
  readonly judge?: CatalogueEntry | undefined;
  /** Graph of LPIPS; absent, or no file there = no LPIPS. */
  readonly lpips?: string | undefined;
  /** Folder of the rivals' runner; absent = scripts/rivals. */
  readonly rivals?: string | undefined;
  readonly settings: { readonly seed: number; readonly limit: number };
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
  onProgress(text: string): void;
}

/** @throws AppError `cancelled`, `dataset_invalid` when no picture can be read, or a fault of the upscaler or a rival */
export async function evaluateUpscaling(options: UpscalingOptions): Promise<UpscalingReport> {
  const { pack, label, upscaler, set, judge, settings, threads, signal, onProgress } = options;
  const started = performance.now();
  const watch = createWatch(onProgress, signal);
  const opened = openRivals(options.rivals, threads);
  const rivals = typeof opened === "string" ? undefined : opened;
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
    const context: UpscalingContext = { upscaler, set, nets, rivals, seed: settings.seed, watch };
    const pass = await measureAll(context);
    add(qualitySection(context, pass));
    if (!nets.lpips) leftOut.push({ id: "lpips", title: "LPIPS", reason: `needs its net: \`${lpipsFetchCommand}\`` });
    if (!nets.distance)
      leftOut.push({
        id: "distance",
        title: "Perceptual distance",
        reason: "needs a pack with an image expert to judge by",
      });
    let findings: RivalFindings | undefined;
    const missing = typeof opened === "string" ? opened : opened.missing;
    if (rivals && missing === undefined) {
      findings = await rivalsSection(context, rivals, pass.few);
      add(findings.section);
    } else leftOut.push({ id: "rivals", title: "Beside the ESRGANs of npm", reason: missing! });
    add(await diversitySection(context, pass.few));
    add(memorySection(findings?.peakBytes));
    // First of all, because it is read first.
    sections.unshift({ ...targetsSection(context, pass, findings, options.metrics ?? {}), seconds: 0 });
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
    rivals?.close();
  }
}

const memoryColumns: readonly Column[] = [{ key: "megabytes", label: "MB", digits: 0, better: "lower" }];
const maxRssUnitBytes = 1024;

function memorySection(rivalBytes: number | undefined): Section {
  const own = { megabytes: (process.resourceUsage().maxRSS * maxRssUnitBytes) / 1e6 };
  return {
    id: "memory",
    title: "Memory",
    about:
      "Peak resident memory of whole processes, by the system's own count. This run holds truths, results and the net that judges beside the upscaler, so a server needs less; " +
      "`npm run bench -- upscaling` measures the server's child.",
    tables: [
      {
        title: "Peak resident memory",
        columns: memoryColumns,
        rows: [
          { what: "this run, everything in it", role: "measured", n: 1, values: own },
          ...(rivalBytes === undefined
            ? []
            : [
                {
                  what: "the rivals' process, whichever needed most",
                  role: "control" as const,
                  n: 1,
                  values: { megabytes: rivalBytes / 1e6 },
                },
              ]),
        ],
      },
    ],
    figures: [],
  };
}

/** None outside a clone. */
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
