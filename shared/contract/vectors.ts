/** The contract of vectors: what is requested beside a picture, and what a tracing says of itself. */
import { z } from "zod";
import { limits } from "../limits.ts";
import { ProblemSchema } from "../problem-document.ts";
import { CaptionSchema, DigestSchema, HexSchema, StyleSchema } from "./conditions.ts";
import { SourceSchema } from "./generations/sources.ts";
import { SeedSchema } from "./job-fields.ts";

/** A vector is made of exactly these colours: each of its own gets one of them, so that what was lighter stays lighter. */
export const PaletteSchema = z.array(HexSchema).min(1).max(limits.paletteMax);

/** What lines of one width become: paths along their middles with a width, or closed outlines. */
export const vectorLines = ["strokes", "outlines"] as const;
export type VectorLines = (typeof vectorLines)[number];
export const VectorLinesSchema = z.enum(vectorLines);

/** Side of the square that an SVG is drawn in, in its own units: 24 for the grid of most icons. Absent: the picture's pixels. */
export const ViewBoxSchema = z.number().int().min(limits.viewBoxLeast).max(limits.viewBoxMost);

/** `current`: an SVG that is all of one colour says `currentColor` instead, so that the page gives it its colour. */
export const VectorInkSchema = z.enum(["current"]);
export type VectorInk = z.infer<typeof VectorInkSchema>;

/** How an SVG is written, in every request that has one. */
export const vectorFields = {
  palette: PaletteSchema.optional(),
  /** Absent: strokes. */
  lines: VectorLinesSchema.optional(),
  viewBox: ViewBoxSchema.optional(),
  /** Absent: the colours themselves. */
  ink: VectorInkSchema.optional(),
};
export const VectorFieldsSchema = z.strictObject(vectorFields);
export type VectorFields = z.infer<typeof VectorFieldsSchema>;

/** What each sets of an SVG. */
const setsOfSvg = { palette: "colours", lines: "lines", viewBox: "units", ink: "colours" } as const;

/** Complaints about fields of an SVG in a request for none, each with its field. */
export const complaintsOfSvgFields = (
  request: VectorFields & { readonly format?: string | undefined },
): Array<readonly [field: string, expected: string, got: string]> =>
  Object.entries(setsOfSvg).flatMap(([field, sets]) =>
    request.format === "svg" || request[field as keyof VectorFields] === undefined
      ? []
      : [[field, `format "svg" beside it, of which it sets the ${sets}`, request.format ?? "none"] as const],
  );

export const VectorRequestSchema = z.strictObject({
  image: DigestSchema,
  ...vectorFields,
  /** Becomes the drawing's `<title>`. */
  title: CaptionSchema.optional(),
});
export type VectorRequest = z.infer<typeof VectorRequestSchema>;

export const VectorLayerSchema = z.object({
  /** Of its colour, and the id of its path. */
  name: z.string(),
  /** `#rrggbb`; of a gradient, the middle. */
  hex: z.string(),
  isGradient: z.boolean(),
  /** Of the picture's area that shows it. */
  share: z.number(),
  /** Outlines of its path, holes too; of a layer of strokes its lines. */
  outlineCount: z.number().int(),
  /** Only of strokes: their width in pixels of the picture, or in units of the `viewBox` that was requested. */
  strokePx: z.number().optional(),
});
export type VectorLayer = z.infer<typeof VectorLayerSchema>;

/** Of a vector, without its text. */
export const VectorFactsSchema = z.object({
  /** One path each, lowest first; of a colour that has lines and more, two. */
  layers: z.array(VectorLayerSchema),
  /** Lines and curves. */
  segmentCount: z.number().int(),
  /** Width of its lines, in the same: of the thinnest colour that makes up a good part of it. */
  strokePx: z.number(),
  /** Outlines beyond the most that a vector has, smallest first: of noise and photographs. */
  leftOutCount: z.number().int(),
  /** Its paths are those of the SVG that was given as the drawing, which looks the same; absent where it was traced. */
  hasOwnNodes: z.boolean().optional(),
});
export type VectorFacts = z.infer<typeof VectorFactsSchema>;

export const VectorSchema = VectorFactsSchema.extend({
  svg: z.string(),
  widthPx: z.number().int(),
  heightPx: z.number().int(),
});
export type Vector = z.infer<typeof VectorSchema>;

/** A vector of a generation's image: its facts, and where its SVG lies. */
export const StoredVectorSchema = VectorFactsSchema.extend({
  /** SHA-256 of the SVG, hex. */
  sha256: z.string(),
  bytes: z.number().int(),
  /** Path of the SVG below the server's origin. */
  path: z.string(),
});

export const imageFormats = ["png", "svg"] as const;

const familyFields = z.strictObject({
  translation: z.string().min(1).max(64).default("caption"),
  names: z.array(CaptionSchema).min(1).max(limits.familyMax),
  style: StyleSchema.optional(),
  /** Of the one residual that all share. Absent: the server draws one and reports it. */
  seed: SeedSchema.optional(),
  temperature: z.number().min(0).max(limits.temperatureMax).default(limits.temperatureDefault),
  format: z.enum(imageFormats).default("svg"),
  /** Only of vectors. Without a `palette`: the colours that the members have most of. */
  ...vectorFields,
});

/** Names → icons that belong together: one style, one residual, one palette. */
export const FamilyRequestSchema = familyFields.superRefine((request, context) => {
  for (const [field, expected, got] of complaintsOfSvgFields(request))
    context.addIssue({ code: "custom", path: [field], message: `expected ${expected}, got ${got}` });
});
export type FamilyRequest = z.infer<typeof FamilyRequestSchema>;
export type FamilyInput = z.input<typeof FamilyRequestSchema>;

/** How alike icons are. Each is a spread: 0 = all the same. */
export const ConsistencySchema = z.object({
  /** Colours of all members together. */
  colourCount: z.number().int(),
  /** Mean width of strokes in pixels of a 128 px icon, and its standard deviation over members as a share of it. */
  strokePx: z.number(),
  strokeSpread: z.number(),
  /** Root of the area that is drawn on, as a share of the side, and its standard deviation over members. */
  opticalSize: z.number(),
  opticalSpread: z.number(),
});
export type Consistency = z.infer<typeof ConsistencySchema>;

/** A name that has no icon, and why: `problem.field` is its place, as in `names.3`. */
export const RefusedNameSchema = z.object({ name: z.string(), problem: ProblemSchema });

export const FamilySchema = z.object({
  request: familyFields.extend({ seed: SeedSchema }),
  packDigest: z.string(),
  palette: z.array(z.string()),
  consistency: ConsistencySchema,
  members: z.array(
    z.object({
      name: z.string(),
      seed: SeedSchema,
      /** log p(z given the name and the style) in nats. */
      logLikelihood: z.number(),
      widthPx: z.number().int(),
      heightPx: z.number().int(),
      /** Retrieved drawings that it started from. */
      sources: z.array(SourceSchema).optional(),
      /** With `format: "svg"`. */
      vector: VectorSchema.optional(),
      /** With `format: "png"`: the file, base64. */
      png: z.string().optional(),
    }),
  ),
  /** Names that could not be drawn, in their order; the others are the members. */
  refused: z.array(RefusedNameSchema).default([]),
});
export type Family = z.infer<typeof FamilySchema>;
