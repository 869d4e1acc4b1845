/** Drawings of others that an image started from, and whose they are. */
import { z } from "zod";
import { limits } from "../../limits.ts";

/** A set of drawings: what attribution needs. */
export const DrawingSetSchema = z.object({
  /** Its id, as in `ph:bell`. */
  set: z.string().min(1),
  /** What people call it, as `Phosphor`; absent where nobody says so: its id then. */
  title: z.string().min(1).optional(),
  /** SPDX identifier. */
  licence: z.string().min(1),
  author: z.string().min(1).optional(),
  home: z.string().min(1).optional(),
});
export type DrawingSet = z.infer<typeof DrawingSetSchema>;

/** A drawing by what it shows, and how much of the image's start it is, 0 to 1. */
export const SourceSchema = DrawingSetSchema.extend({ icon: z.string(), share: z.number() });
export type Source = z.infer<typeof SourceSchema>;

/** Licences to which drawings are limited, as SPDX identifiers. */
export const LicencesSchema = z.array(z.string().min(1).max(64)).min(1).max(limits.licencesMax);
