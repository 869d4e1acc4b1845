/** The upscaler of a manifest: two stages of ×2 and the projections onto the input, with shapes and margins. */
import { z } from "zod";
import { PackPathSchema } from "./pack-path.ts";

/** picture [1, 3, scale · height, scale · width] and low [1, 3, height, width] → consistent, shaped as the picture. */
const ProjectionSchema = z.object({
  graph: PackPathSchema,
  /** Radius in low-resolution pixels that a result depends on. */
  marginPx: z.number().int().nonnegative(),
});

/**
 * Super-resolution by two stages of ×2: Φ, τ and Ψ of each, and the projections onto pictures that shrink to the input
 * (server/upscaling/upscale.ts).
 */
export const UpscalerSchema = z.object({
  label: z.string().min(1),
  stages: z
    .array(
      z.object({
        /** Φ: image [1, 3, height, width] → features [pixels, featureDims] and answers [pixels, 12]. */
        network: PackPathSchema,
        /** τ: z [12] given features (server/upscaling/pixel-flow.ts). */
        flow: PackPathSchema,
        featureDims: z.number().int().positive(),
        /** Radius of Φ's receptive field in pixels. */
        marginPx: z.number().int().nonnegative(),
        /** Ψ: features [height, width, featureDims] and z [height, width, 12] → details [height, width, 12]. Without it z is the details. */
        details: z
          .object({
            graph: PackPathSchema,
            /** Radius in pixels that details depend on. */
            marginPx: z.number().int().nonnegative(),
          })
          .optional(),
      }),
    )
    .length(2),
  consistency: z.object({ 2: ProjectionSchema, 4: ProjectionSchema }),
  metrics: z.record(z.string(), z.number()),
});
export type UpscalerEntry = z.infer<typeof UpscalerSchema>;

export const filesOfUpscaler = ({ stages, consistency }: UpscalerEntry): string[] => [
  ...stages.flatMap(({ network, flow, details }) => [network, flow, ...(details ? [details.graph] : [])]),
  consistency[2].graph,
  consistency[4].graph,
];
