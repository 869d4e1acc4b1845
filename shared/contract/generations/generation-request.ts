/**
 * A client's request for images: conditions, how they are followed, and edits. Parsed at the border (server/http)
 * and trusted inside; which fields go together stands in generation-rules.ts. Imports zod only.
 */
import { z } from "zod";
import { limits } from "../../limits.ts";
import { CaptionSchema, conditionFields, DigestSchema, PartialConditionSchema } from "../conditions.ts";
import { SeedSchema } from "../job-fields.ts";
import { shownCaption } from "../shown-caption.ts";
import { UpscaleScaleSchema } from "../upscaling.ts";
import { imageFormats, vectorFields } from "../vectors.ts";
import { DrawingIdSchema } from "./drawings.ts";
import { checkGeneration, guidanceOfAll, retrievalOfAll, temperatureOfAll } from "./generation-rules.ts";
import { LicencesSchema } from "./sources.ts";

/** An image whose residual is used: v = τ⁻¹(Θ(image) given `condition`). What `condition` says is taken out of v, so name what the image shows. */
export const ResidualSourceSchema = z.strictObject({
  image: DigestSchema,
  condition: PartialConditionSchema.default({}),
});
export type ResidualSource = z.infer<typeof ResidualSourceSchema>;

/** A direction among conditions: Φ(towards) − Φ(from), times `strength`, is added to the condition. Only words have directions. */
export const AttributeSchema = z.strictObject({
  from: CaptionSchema.optional(),
  towards: CaptionSchema,
  strength: z.number().min(-limits.attributeStrengthMax).max(limits.attributeStrengthMax).default(1),
});
export type Attribute = z.infer<typeof AttributeSchema>;

/** What turns a generation into an edit, follows single conditions or enlarges; a node remembers these as they were asked. */
export const editFields = {
  /** Further guidance of single conditions by what each adds to the others, by field: `{"sketch": 2}`. */
  guidanceOf: z.partialRecord(z.enum(conditionFields), z.number().min(0).max(limits.guidanceMax)).optional(),
  /**
   * Take v from an image instead of drawing it: with another style or caption this restyles the image. The request's `condition`
   * takes the place of the same fields of the source's; the source's other fields stay.
   */
  keepResidualOf: ResidualSourceSchema.optional(),
  /** With `keepResidualOf`: `count` frames from that image to this one, v on the great circle, condition interpolated. */
  blendWith: ResidualSourceSchema.optional(),
  attribute: AttributeSchema.optional(),
  /**
   * Captions of icons that shall look drawn by one hand, among them usually the request's own: its icon starts from the sets that suit all
   * of them. Whatever is asked of one of them later, with the same list it suits the others.
   */
  family: z.array(CaptionSchema).min(1).max(limits.familyMax).optional(),
  /** Each image is enlarged by this factor, with detail 0, before it is stored. */
  upscale: UpscaleScaleSchema.optional(),
};
/** Moves the kept v by this angle on its sphere, each image in a direction drawn from its seed. */
export const AngleSchema = z.number().min(0).max(limits.angleMaxDegrees);
/**
 * Candidates drawn for each image, of which the best by log p(z|c) − log p(z|nothing) is kept. Candidate k of image i has seed
 * (seed + i · bestOf + k) mod 2^32; the image reports the seed that won, which alone makes it again. Of a drawing that is restyled only
 * the first image keeps the drawing's edges: any other one is made again by its seed and a `diversity` above 0.
 */
export const BestOfSchema = z.number().int().min(1).max(limits.bestOfMax);

/**
 * How strongly the condition is followed; 0 = exactly as learned. Absent: 1 for what is drawn; 0 with `keepResidualOf`, because
 * the kept v is the image's own only then, so that an edit that changes nothing gives the image back.
 */
const GuidanceSchema = z.number().min(0).max(limits.guidanceMax);

/**
 * The share of an image that comes from retrieved drawings: of the same thing in other styles, or like a sketch or layout. 0 = nothing, 1
 * = the drawings as they are, in the style's colours. Of `guidance`, which pushes what the flow says by itself, the rest is left. Absent:
 * 0.9 for words, sketches and layouts; 0 beside an image or small image and with `keepResidualOf`, which say what to start from. Always 0
 * where the translation has none (`hasRetrieval`).
 */
const RetrievalSchema = z.number().min(0).max(1);

/**
 * How much the images of a request differ, 0 to 1. Each starts from one drawing, also of things with similar names. Of twice as many
 * candidates the best that differ are kept: by what the condition explains, against mutual distance. An image's own seed, with this value
 * and `count` 1, makes it again. Absent: 0, consecutive seeds as they come.
 */
export const DiversitySchema = z.number().min(0).max(limits.diversityMax);

/**
 * Factor on the residual's standard deviation; 0 = the most likely image. Absent: 0.2, and 0 for one answer to a drawing, of which the
 * most likely is the cleanest.
 */
const TemperatureSchema = z.number().min(0).max(limits.temperatureMax);

const generationFields = z.strictObject({
  translation: z.string().min(1).max(64).default("caption"),
  /** At least one field, or none with `keepResidualOf`. */
  condition: PartialConditionSchema,
  count: z.number().int().min(1).max(limits.countMax).default(limits.countDefault),
  /** Image i is drawn from seed (seed + i) mod 2^32. Absent: the server draws one and reports it. */
  seed: SeedSchema.optional(),
  temperature: TemperatureSchema.optional(),
  guidance: GuidanceSchema.optional(),
  retrieval: RetrievalSchema.optional(),
  /** Only drawings under these licences are retrieved; absent = all. */
  licences: LicencesSchema.optional(),
  /** The drawing that the caption starts from, as `POST /v1/drawings` names it, for all images. Absent: each seed finds one. */
  startFrom: DrawingIdSchema.optional(),
  bestOf: BestOfSchema.default(1),
  diversity: DiversitySchema.optional(),
  angleDegrees: AngleSchema.default(0),
  /** `svg`: each image is traced too, and its SVG stored beside the PNG. Absent: PNG alone. */
  format: z.enum(imageFormats).optional(),
  /** With `format: "svg"`. */
  ...vectorFields,
  ...editFields,
});

/** Weights whose default depends on other fields. */
const settleWeights = <Asked extends Parameters<typeof retrievalOfAll>[0] & Parameters<typeof temperatureOfAll>[0]>(
  requested: Asked,
) => ({
  ...requested,
  temperature: temperatureOfAll(requested),
  guidance: guidanceOfAll(requested),
  retrieval: retrievalOfAll(requested),
});
const settledWeights = { temperature: TemperatureSchema, guidance: GuidanceSchema, retrieval: RetrievalSchema };

/** The same schema, seen as one whose input has passed through it before: its defaults leave no field open any more. */
const settled = <Schema extends z.ZodType>(schema: Schema) =>
  schema as unknown as z.ZodType<z.output<Schema>, z.output<Schema>>;

export const GenerationRequestSchema = generationFields
  .superRefine(checkGeneration)
  .transform(settleWeights)
  .pipe(settled(generationFields.extend(settledWeights)));
export type GenerationRequest = z.infer<typeof GenerationRequestSchema>;
/** What a client may send: fields with defaults are optional. */
export type GenerationInput = z.input<typeof GenerationRequestSchema>;

/** A request whose seed is settled: enough, with the pack digest, to make the same bytes again. */
export const ResolvedRequestSchema = generationFields
  .extend({ seed: SeedSchema })
  .superRefine(checkGeneration)
  .transform(settleWeights)
  .pipe(settled(generationFields.extend({ seed: SeedSchema, ...settledWeights })));
export type ResolvedRequest = z.infer<typeof ResolvedRequestSchema>;

/** Colours of which the vectors of a request consist; undefined = those that were drawn, as beside pixels that are kept. */
export const vectorColoursOf = ({
  palette,
  condition: { colours = [], drawing },
}: Pick<ResolvedRequest, "palette" | "condition">): readonly string[] | undefined =>
  palette ?? (colours.length > 1 && drawing?.mask === undefined ? colours : undefined);

/** What is new beside a drawing, by the name that its layers get: a badge that is put on it, or a part that is drawn anew. */
const changedOf = (condition: ResolvedRequest["condition"]): { readonly changed?: string } => {
  const changed = condition.drawing?.mask === undefined ? condition.caption && "badge" : "part";
  return changed ? { changed } : {};
};

/** What the vectors of a request shall be like, for server and command line alike. */
export function vectorOptionsOf(request: ResolvedRequest) {
  const [title, palette] = [shownCaption(request.condition), vectorColoursOf(request)];
  const { drawing } = request.condition;
  const given = drawing && ("svg" in drawing ? drawing.svg : drawing.nodes);
  return {
    ...(given !== undefined && { given, ...changedOf(request.condition) }),
    ...(palette && { palette, keepsGradients: request.palette === undefined }),
    ...(title && { title }),
    lines: request.lines,
    viewBox: request.viewBox,
    ink: request.ink,
  };
}
