/** The upscaler of a manifest: networks of the factors 2 and 4 and the projections onto the input, with shapes and margins. */
import { z } from "zod";
import { PackPathSchema } from "./pack-path.ts";

/** picture [1, 3, scale · height, scale · width] and low [1, 3, height, width] → consistent, shaped as the picture. */
const ProjectionSchema = z.object({
  graph: PackPathSchema,
  /** Radius in low-resolution pixels that a result depends on. */
  marginPx: z.number().int().nonnegative(),
});

const FactorSchema = z.object({
  /** Φ: image [1, 3, height, width] → features [pixels, featureDims] and answers [pixels, 3 · factor²]. */
  network: PackPathSchema,
  /** Φ for pictures that nobody shrank: JPEGs, interfaces, icons. Shaped as `network`, which serves for all without it. */
  foreignNetwork: PackPathSchema.optional(),
  /** Φ for drawings and text that were shrunk. Shaped as `network`, which serves for them without it. */
  drawnNetwork: PackPathSchema.optional(),
  /** Φ for pages of small text: image → answers, without features. Its radius is that of `network`; the others serve for them without it. */
  textNetwork: PackPathSchema.optional(),
  /** τ: z [3 · factor²] given features (server/upscaling/details/pixel-flow.ts). */
  flow: PackPathSchema,
  featureDims: z.number().int().positive(),
  /** Radius of Φ's receptive field in pixels. */
  marginPx: z.number().int().nonnegative(),
  /** Ψ: features [height, width, featureDims] and z [height, width, 3 · factor²] → details, shaped as z. Without it z is the details. */
  details: z
    .object({
      graph: PackPathSchema,
      /** Radius in pixels that details depend on. */
      marginPx: z.number().int().nonnegative(),
      /** Whether it reads the answer too, [height, width, 3 · factor²], along whose edges details lie. */
      readsAnswer: z.boolean().optional(),
    })
    .optional(),
});
export type UpscalerFactor = z.infer<typeof FactorSchema>;

const LettersSchema = z.object({
  /** luma [1, 1, height, width] → text [1, 1, ⌈height / 4⌉, ⌈width / 4⌉], probabilities. */
  finder: PackPathSchema,
  finderMarginPx: z.number().int().nonnegative(),
  /** luma [1, 1, height, width] → letters [1, classes, height, width] and ways [1, 2, height, width]. */
  reader: PackPathSchema,
  readerMarginPx: z.number().int().nonnegative(),
  /** None, and each letter. */
  classes: z.number().int().min(2).max(256),
  /** luma [1, 1, height, width] and letters [1, 3, height, width] → drawn [1, 1, 4 · height, 4 · width]. */
  drawer: PackPathSchema,
  drawerMarginPx: z.number().int().nonnegative(),
});

/**
 * Super-resolution: Φ, τ and Ψ of each factor, and the projections onto pictures that shrink to the input
 * (server/upscaling/upscale.ts).
 */
export const UpscalerSchema = z.object({
  label: z.string().min(1),
  factors: z.object({ 2: FactorSchema, 4: FactorSchema }),
  /** What small text may say, and how it looks (server/upscaling/letters). Without it text is enlarged as all else. */
  letters: LettersSchema.optional(),
  consistency: z.object({ 2: ProjectionSchema, 4: ProjectionSchema }),
  metrics: z.record(z.string(), z.number()),
});
export type UpscalerEntry = z.infer<typeof UpscalerSchema>;

export const filesOfUpscaler = ({ factors, letters, consistency }: UpscalerEntry): string[] => [
  ...[factors[2], factors[4]].flatMap(({ network, flow, details, ...others }) => [
    network,
    ...[others.foreignNetwork, others.drawnNetwork, others.textNetwork].filter((path) => path !== undefined),
    flow,
    ...(details ? [details.graph] : []),
  ]),
  ...(letters ? [letters.finder, letters.reader, letters.drawer] : []),
  consistency[2].graph,
  consistency[4].graph,
];
