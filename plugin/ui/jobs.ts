/** Jobs: one request each to the server, with where its images go. Made from the form by the plans of the commands. */
import type { GenerationInput, Provenance, TranslationInfo } from "../../shared/contract.ts";
import type { UpscaleSource } from "../../shared/upscale-messages.ts";
import type { UpscaleInput } from "../../shared/upscaling.ts";
import type { Form } from "./form.ts";

interface AnyJob {
  /** Place among the jobs of its run. */
  readonly index: number;
  /** Caption, label or layer name: what a person knows the job by. */
  readonly title: string;
  readonly imageCount: number;
}

/** A generation; with `nodeIds`, image i goes into layer i, otherwise all into a new artboard. */
export interface DrawJob extends AnyJob {
  readonly kind: "draw";
  readonly input: GenerationInput;
  readonly nodeIds: readonly string[];
  /** Only this image of the generation is wanted: a frame of a blend that is made again. */
  readonly onlyIndex?: number;
}

/** One image enlarged for all fills that show it. */
export interface EnlargeJob extends AnyJob {
  readonly kind: "enlarge";
  readonly input: UpscaleInput;
  readonly fills: readonly UpscaleSource[];
}

export type Job = DrawJob | EnlargeJob;

/** Layers whose images the next results replace, with what each remembers. */
export interface Replacement {
  readonly nodeId: string;
  readonly provenance: Provenance;
}

export type Asked = Pick<TranslationInfo, "id" | "hasRetrieval">;

/** What every drawing asks of its translation, whatever its condition. */
export const sharedInput = ({ seed, temperature, guidance, retrieval }: Form, { id, hasRetrieval }: Asked) => ({
  translation: id,
  seed,
  temperature,
  guidance,
  // A server before 0.8 refuses the field.
  ...(hasRetrieval ? { retrieval } : {}),
});

export const styleOf = ({ style }: Form): { readonly style?: string } => (style === "" ? {} : { style });

export const chunk = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));

/** Jobs without their places get them. */
export const numbered = <T extends Omit<AnyJob, "index">>(jobs: readonly T[]): (T & { readonly index: number })[] =>
  jobs.map((job, index) => ({ ...job, index }));
