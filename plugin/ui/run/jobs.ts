/** Jobs: one request each to the server, with where its images go. Made from the form by the plans of the commands. */
import type { GenerationInput } from "../../../shared/contract/generations/generation-request.ts";
import type { Provenance } from "../../../shared/contract/generations/provenance.ts";
import type { TranslationInfo } from "../../../shared/contract/meta.ts";
import type { UpscaleInput } from "../../../shared/contract/upscaling.ts";
import type { FamilyInput } from "../../../shared/contract/vectors.ts";
import type { UpscaleSource } from "../../../shared/messages/upscale-messages.ts";
import type { IconSource, VectorRecord } from "../../../shared/messages/vector-messages.ts";
import { isRedrawn } from "../client/style-choice.ts";
import { ownStyleOf } from "../client/translations.ts";
import type { Form } from "../state/form.ts";

interface AnyJob {
  /** Place among the jobs of its run. */
  readonly index: number;
  /** Caption, label or layer name: what a person knows the job by. */
  readonly title: string;
  readonly imageCount: number;
  /** Its run failed because the server no longer has a picture that it names. */
  readonly isLost?: boolean;
}

/** A generation; with `nodeIds`, image i goes into layer i, otherwise all into a new artboard. */
export interface DrawJob extends AnyJob {
  readonly kind: "draw";
  readonly input: GenerationInput;
  readonly nodeIds: readonly string[];
  /** Its request is one that layers remember: it may name uploads that the server no longer has. */
  readonly isRemembered?: boolean;
  /** The mask or the layout of its condition as SVG, which its layers remember. */
  readonly drawn?: string;
  /** Small pictures that its request names, in base64 by digest. */
  readonly pictures?: Readonly<Record<string, string>>;
  /** Each image has its title as name: alone it needs no heading. */
  readonly isNamed?: boolean;
  /** Only this image of the generation is wanted: a frame of a blend that is made again. */
  readonly onlyIndex?: number;
  /** Its images become vectors in these colours; with sides in px, they are fitted to those too. */
  readonly vector?: VectorRecord;
  readonly sizesPx?: readonly number[];
}

/** One image enlarged for all fills that show it. */
export interface EnlargeJob extends AnyJob {
  readonly kind: "enlarge";
  readonly input: UpscaleInput;
  readonly fills: readonly UpscaleSource[];
}

/** One icon for each name, all alike. */
export interface FamilyJob extends AnyJob {
  readonly kind: "family";
  readonly input: FamilyInput;
  /** A flow between styles draws it: its icons have the style's own colours, not a palette of the family. */
  readonly isRedrawn?: boolean;
  readonly vector?: VectorRecord;
}

/** A layer of the selection as a vector: traced, or as it is where it is one already. */
export interface TraceJob extends AnyJob {
  readonly kind: "trace";
  readonly icon: IconSource;
  /** A picture to be traced; absent: the drawing itself will do. */
  readonly bytes?: Uint8Array;
  readonly svg?: string;
  readonly vector: VectorRecord;
}

export type Job = DrawJob | EnlargeJob | FamilyJob | TraceJob;

/** Layers whose images the next results replace, with what each remembers. */
export interface Replacement {
  readonly nodeId: string;
  readonly provenance: Provenance;
  /** Of a vector, which stays one. */
  readonly vector?: VectorRecord;
  readonly sizesPx?: readonly number[];
}

export type TranslationAbilities = Pick<TranslationInfo, "id" | "hasRetrieval" | "hasDiversity" | "hasGuidance">;

/** What every drawing asks of its translation, whatever its condition. */
export const sharedInput = (
  { seed, temperature, guidance, retrieval }: Form,
  { id, hasRetrieval, hasGuidance }: TranslationAbilities,
) => ({
  translation: id,
  seed,
  temperature,
  ...(hasGuidance === false ? {} : { guidance }),
  // A server before 0.8 refuses the field.
  ...(hasRetrieval ? { retrieval } : {}),
});

/** A style of one's own is the translation itself; a style that a drawing is redrawn in is no word of this one. */
export const styleOf = ({ style }: Form): { readonly style?: string } =>
  style === "" || ownStyleOf(style) !== undefined || isRedrawn(style) ? {} : { style };

/** Images of one request shall differ; a single one stays the likeliest. */
export const diversityOf = ({ diversity }: Form, { hasDiversity }: TranslationAbilities, count: number) =>
  // A server that does not know the field refuses it.
  hasDiversity && diversity > 0 && count > 1 ? { diversity } : {};

type Remembered = Pick<Provenance, "drawn" | "pictures">;

/** What a layer remembers of the mask or the layout and of other pictures, where there are some. */
export const drawnOf = ({ drawn, pictures }: Remembered): Pick<DrawJob, "drawn" | "pictures"> => ({
  ...(drawn === undefined ? {} : { drawn }),
  ...(pictures === undefined ? {} : { pictures }),
});

/** SHA-256 digests of uploads, which requests and provenance name them by. */
export const digestsIn = (naming: object): string[] => [
  ...new Set(JSON.stringify(naming).match(/(?<=")[0-9a-f]{64}(?=")/g)),
];

export const chunk = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));

/** The colours that the server draws a vector in; undefined: its own. */
export const serverPalette = ({ palette, isNear = false }: VectorRecord): { readonly palette?: string[] } =>
  palette === undefined || isNear ? {} : { palette: [...palette] };

/** The same drawing, traced on the server in the colours that it shall have. */
export const tracedJob = <T extends DrawJob>(job: T, vector: VectorRecord, sizesPx: readonly number[] = []): T => ({
  ...job,
  input: { ...job.input, format: "svg", ...serverPalette(vector) },
  vector,
  sizesPx,
});

/** Jobs without their places get them. */
export const numbered = <T extends Omit<AnyJob, "index">>(jobs: readonly T[]): (T & { readonly index: number })[] =>
  jobs.map((job, index) => ({ ...job, index }));
