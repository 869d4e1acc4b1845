/**
 * What an evaluation says, as data: sections of tables and figures. Written twice from the same values, as JSON for programs and
 * as Markdown for people (server/evaluation/markdown.ts), so that the two cannot disagree.
 */

/** A column of numbers. `better` marks the direction of improvement. */
export interface Column {
  readonly key: string;
  readonly label: string;
  readonly digits: number;
  /** Values are shares from 0 to 1, shown in per cent. */
  readonly isShare?: boolean;
  /** Values are 1 for yes and 0 for no. */
  readonly isYesNo?: boolean;
  readonly better?: "higher" | "lower";
}

/**
 * `measured`: the translation itself. `floor`: what comes without skill (chance, shuffling, copying), or for a distance what
 * two halves of reality have. `ceiling`: the best that any flow could reach here. `control`: neither, for comparison.
 */
export type Role = "measured" | "floor" | "ceiling" | "control";

export interface Row {
  readonly what: string;
  readonly role: Role;
  /** Images, or pairs of them, that the row is a mean of. */
  readonly n: number;
  readonly values: Readonly<Record<string, number | undefined>>;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly note?: string;
}

/** A file beside the report. */
export interface Figure {
  readonly file: string;
  readonly caption: string;
  readonly data: Uint8Array | string;
}

export interface Section {
  readonly id: string;
  readonly title: string;
  /** How it is measured and how to read it, in one paragraph. */
  readonly about: string;
  readonly tables: readonly Table[];
  readonly figures: readonly Figure[];
}

export interface TimedSection extends Section {
  readonly seconds: number;
}

export interface LeftOut {
  readonly id: string;
  readonly title: string;
  readonly reason: string;
}

/** What every report has, whatever was measured. */
export interface ReportBody {
  readonly pack: { readonly id: string; readonly version: string; readonly digest: string };
  readonly settings: { readonly seed: number; readonly limit: number };
  /** What it ran on: times and round trips depend on it. */
  readonly machine: { readonly processor: string; readonly cores: number; readonly threads: number };
  readonly sections: readonly TimedSection[];
  readonly leftOut: readonly LeftOut[];
  readonly seconds: number;
}

export interface Report extends ReportBody {
  readonly translation: string;
  /** Folder and number of images of the set; absent without one. */
  readonly set?: { readonly folder: string; readonly digest: string; readonly images: number };
  /** The net whose features judge images; absent when the pack has none. */
  readonly featureNet?: string;
  readonly settings: ReportBody["settings"] & {
    readonly temperature: number;
    readonly guidance: number;
    readonly retrieval: number;
  };
}

/** A picture that was not measured, and why. */
export interface Skipped {
  readonly name: string;
  readonly reason: string;
}

/** What enlarging pictures gives, beside its rivals. */
export interface UpscalingReport extends ReportBody {
  /** What the pack calls its upscaler. */
  readonly upscaler: string;
  readonly set: { readonly label: string; readonly pictures: number };
  /** The net that judges textures; absent without one. */
  readonly featureNet?: string;
  readonly skipped: readonly Skipped[];
  readonly machine: ReportBody["machine"] & { readonly node: string; readonly commit?: string };
}

/** The report as JSON: figures by file name, numbers in full. */
export const toJson = (report: ReportBody): string =>
  `${JSON.stringify(report, (key, value: unknown) => (key === "data" ? undefined : value), 2)}\n`;
