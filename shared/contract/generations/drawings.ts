/** The contract of drawings: which ones of a pack's library a caption may start from, so that a request can name one. */
import { z } from "zod";
import { limits } from "../../limits.ts";
import { CaptionSchema, StyleSchema } from "../conditions.ts";
import { DrawingSetSchema, LicencesSchema } from "./sources.ts";

/** A drawing of a library: the id of its set and what the set calls it, as in `lucide:piggy-bank`. */
export const DrawingIdSchema = z
  .string()
  .max(limits.drawingIdMaxChars)
  .regex(/^[^:]+:.+$/u, "expected the id of a drawing such as lucide:piggy-bank");

export const DrawingsRequestSchema = z.strictObject({
  translation: z.string().min(1).max(64).default("restyle"),
  /** The style that is drawn in, whose own sets come first; absent = the translation's own. */
  condition: z.strictObject({ caption: CaptionSchema, style: StyleSchema.optional() }),
  /** Only drawings under these licences; absent = all. */
  licences: LicencesSchema.optional(),
  count: z.number().int().min(1).max(limits.drawingsMax).default(limits.drawingsDefault),
});
export type DrawingsRequest = z.infer<typeof DrawingsRequestSchema>;

/** A drawing, and whose it is where the pack says so. */
export const FittingDrawingSchema = DrawingSetSchema.partial().extend({
  id: DrawingIdSchema,
  icon: z.string(),
  /** In the colour of lines and fills, as the library has it. */
  svg: z.string(),
});
export type FittingDrawing = z.infer<typeof FittingDrawingSchema>;

export const DrawingsSchema = z.object({
  request: DrawingsRequestSchema,
  packDigest: z.string(),
  /** The one that fits best first; none looks like one before it. */
  drawings: z.array(FittingDrawingSchema),
});
export type Drawings = z.infer<typeof DrawingsSchema>;
