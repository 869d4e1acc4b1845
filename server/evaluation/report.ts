/**
 * The data of a report: sections of tables and figures. JSON and Markdown (server/evaluation/markdown.ts) are written from the
 * same values, so they can't disagree.
 */

/** A column of numbers. `better` is the direction of improvement. */
export interface Column {
  readonly key: string;
  readonly label: string;
  readonly digits: number;
  /** Values are shares from 0 to 1, shown as per cent. */
  readonly isShare?: boolean;
  /** Values are 1 for yes and 0 for no. */
  readonly isYesNo?: boolean;
  readonly better?: "higher" | "lower";
}

/**
 * `measured`: the translation. `floor`: reached without skill (chance, shuffling, copying) or, for a distance, between two
 * halves of the real images. `ceiling`: the best that any flow could reach here. `control`: for comparison.
 */
export type Role = "measured" | "floor" | "ceiling" | "control";

export interface Row {
  readonly what: string;
  readonly role: Role;
  /** Number of images, or pairs of images, behind the row's means. */
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

/** The common part of all reports. */
export interface ReportBody {
  readonly pack: { readonly id: string; readonly version: string; readonly digest: string };
  readonly settings: { readonly seed: number; readonly limit: number };
  /** The machine of the run; times and round trips depend on it. */
  readonly machine: { readonly processor: string; readonly cores: number; readonly threads: number };
  readonly sections: readonly TimedSection[];
  readonly leftOut: readonly LeftOut[];
  readonly seconds: number;
}

export interface Report extends ReportBody {
  readonly translation: string;
  /** Folder and number of images; absent without a set. */
  readonly set?: { readonly folder: string; readonly digest: string; readonly images: number };
  /** The feature net that judges images; absent when the pack has none. */
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

/** The report of an upscaler beside its baselines. */
export interface UpscalingReport extends ReportBody {
  /** The pack's name of its upscaler. */
  readonly upscaler: string;
  readonly set: { readonly label: string; readonly pictures: number };
  /** The nets that judge textures; absent without one. */
  readonly featureNet?: string;
  readonly skipped: readonly Skipped[];
  readonly machine: ReportBody["machine"] & { readonly node: string; readonly commit?: string };
}

/** The report as JSON with unrounded numbers; figures by file name. */
export const toJson = (report: ReportBody): string =>
  `${JSON.stringify(report, (key, value: unknown) => (key === "data" ? undefined : value), 2)}\n`;
