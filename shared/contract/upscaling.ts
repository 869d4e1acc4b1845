/**
 * The contract of upscaling: any image ×2, ×3, ×4 or to a width, as one or several hypotheses, each of which shrinks back to the input,
 * and a map of where hypotheses differ. An upscale is a job like a generation; its pixels are made by server/upscaling/upscale.ts.
 */
import { z } from "zod";
import { limits } from "../limits.ts";
import { AppError } from "../problem.ts";
import { ProblemSchema } from "../problem-document.ts";
import { DigestSchema } from "./conditions.ts";
import { JobStateSchema, OwnerSchema, SeedSchema, StarSchema } from "./job-fields.ts";
import {
  cleanScale,
  enlargedSize,
  largestScale,
  networkScaleFor,
  networkScales,
  type UpscaleScale,
  type UpscaleTarget,
  upscaleScales,
} from "./upscale-scales.ts";

export const UpscaleScaleSchema = z.union(
  upscaleScales.map((scale) => z.literal(scale)) as [z.ZodLiteral<2>, z.ZodLiteral<3>, z.ZodLiteral<4>],
  "expected 2, 3 or 4",
);

/** The factors of an upscale, and 1: the picture at its size, only cleaned. */
export const UpscaleFactorSchema = z.union([z.literal(cleanScale), UpscaleScaleSchema], "expected 1, 2, 3 or 4");

/** Factors that networks draw; ×3 and widths are made of the next one. */
export const NetworkScaleSchema = z.union(
  networkScales.map((scale) => z.literal(scale)) as [z.ZodLiteral<2>, z.ZodLiteral<4>],
);

/** 0 = the accurate answer, 1 = the liveliest; `temperatureOf` gives the factor on the residual. */
export const DetailSchema = z.number().min(0).max(1);

const upscaleFields = z.strictObject({
  /** Digest of an upload. */
  image: DigestSchema,
  /** Factor on width and height; this or `widthPx`. 1 = the picture at its size, without compression marks. */
  scale: UpscaleFactorSchema.optional(),
  /** Width of the result, in the image's proportions: wider than the image, four times at most. Drawn by the next factor, then area-averaged. */
  widthPx: z.number().int().min(1).max(limits.imageMaxSidePx).optional(),
  detail: DetailSchema.default(0),
  /** How far marks of JPEG compression are removed first: 0 = not, 1 = wholly. Other pictures stay as they are. */
  clean: z.number().min(0).max(1).default(1),
  /** Letters of small text are read and drawn; without it small text is enlarged as all else. */
  letters: z.boolean().default(true),
  /** Hypothesis i is drawn from seed (seed + i) mod 2^32. Absent: the server draws one and reports it. */
  seed: SeedSchema.optional(),
  count: z.number().int().min(1).max(limits.upscaleCountMax).default(1),
  /** Adds a map of the doubt about the accurate answer; `varianceHypotheses` are drawn for it. */
  variance: z.boolean().default(false),
  /** Outlines in the map what can't be known. */
  outlines: z.boolean().default(false),
});

/** Hypotheses, drawn with detail 1, that a map of doubt is made of. */
export const varianceHypotheses = 4;

function checkUpscale(
  { scale, widthPx, detail, clean, variance, outlines, count }: z.output<typeof upscaleFields>,
  context: z.RefinementCtx,
): void {
  if ((scale === undefined) === (widthPx === undefined))
    context.addIssue({
      code: "custom",
      path: ["scale"],
      message: `expected scale or widthPx, got ${scale === undefined ? "neither" : "both"}`,
    });
  if (scale === cleanScale) checkCleaning({ detail, clean, variance }, context);
  if (outlines && !variance)
    context.addIssue({ code: "custom", path: ["outlines"], message: "expected variance, whose map they are drawn in" });
  if (detail > 0) return;
  if (count > 1)
    context.addIssue({
      code: "custom",
      path: ["count"],
      message: `expected 1 with detail 0, where all hypotheses are equal, got ${count}`,
    });
}

/** At its own size a picture is only cleaned: nothing is drawn, so there is one answer. */
function checkCleaning(
  { detail, clean, variance }: Pick<z.output<typeof upscaleFields>, "detail" | "clean" | "variance">,
  context: z.RefinementCtx,
): void {
  const refuse = (path: string, message: string): void => context.addIssue({ code: "custom", path: [path], message });
  if (detail > 0) refuse("detail", `expected 0 with scale 1, which draws no details, got ${detail}`);
  if (clean === 0) refuse("clean", "expected above 0 with scale 1, which does nothing else, got 0");
  if (variance) refuse("variance", "expected none with scale 1, which draws nothing");
}

export const UpscaleRequestSchema = upscaleFields.superRefine(checkUpscale);
export type UpscaleRequest = z.infer<typeof UpscaleRequestSchema>;
export type UpscaleInput = z.input<typeof UpscaleRequestSchema>;

/** A request whose seed is settled: enough, with the pack digest, to make the same bytes again. */
export const ResolvedUpscaleSchema = upscaleFields.extend({ seed: SeedSchema }).superRefine(checkUpscale);
export type ResolvedUpscale = z.infer<typeof ResolvedUpscaleSchema>;

/**
 * Factor on the residual, which is N(0, 1) cut at ±1.5: its standard deviation is 0.74 times this. Above 0.9 textures get noisy
 * (SRFlow, Lugmayr et al. 2020, found the same of a residual that is not cut).
 */
export const temperatureOf = (detail: number): number => detail * limits.upscaleTemperatureMax;

/** What was done to an input before it was enlarged. */
export const upscaleNotes = ["first_frame", "to_srgb", "to_8_bits", "turned_upright"] as const;
export type UpscaleNote = (typeof upscaleNotes)[number];

/** What an input was found to be: a JPEG, now or before; pixels that were repeated; drawn at its size; or none of these. */
export const inputKinds = ["jpeg", "repeated", "drawn", "photograph"] as const;
export type InputKind = (typeof inputKinds)[number];

/** Ways in which a photograph was brought to its size; aliased = without antialiasing, soft = blurred or enlarged. */
export const shrinkKernels = ["area", "bicubic", "lanczos", "sharpened", "aliased", "soft"] as const;
export type ShrinkKernel = (typeof shrinkKernels)[number];

export const UpscaleStageSchema = z.enum(["waiting", "decoding", "upscaling", "storing", "finished"]);
export type UpscaleStage = z.infer<typeof UpscaleStageSchema>;

export const UpscaleImageSchema = z.object({
  /** Hypotheses from 0; the variance map has the index after the last. */
  index: z.number().int(),
  kind: z.enum(["hypothesis", "variance"]),
  /** Of a hypothesis: this seed alone makes it again. */
  seed: SeedSchema.optional(),
  /** Of a hypothesis: PSNR in dB of it, shrunk by antialiased bicubic, against the input. 99 = equal. */
  lrPsnrDb: z.number().optional(),
  /** Of a hypothesis: what the input was found to be, and the quality of a JPEG, as libjpeg counts it. */
  inputKind: z.enum(inputKinds).optional(),
  jpegQuality: z.number().int().optional(),
  /** Of a photograph: how it was brought to its size, where the estimate is sure; bicubic stands for Lanczos, too. */
  shrunkBy: z.enum(shrinkKernels).optional(),
  /** Of a variance map, in 8-bit levels: mean standard deviation of the accurate answer's error, and the one that is drawn brightest. */
  meanDeviation: z.number().optional(),
  brightestDeviation: z.number().optional(),
  widthPx: z.number().int(),
  heightPx: z.number().int(),
  /** SHA-256 of the PNG, hex. */
  sha256: z.string(),
  bytes: z.number().int(),
  /** Path of the PNG below the server's origin. */
  path: z.string(),
});
export type UpscaleImage = z.infer<typeof UpscaleImageSchema>;

export const UpscaleSchema = z.object({
  id: z.string(),
  state: JobStateSchema,
  request: ResolvedUpscaleSchema,
  /** SHA-256 of the manifest of the pack that enlarges. */
  packDigest: z.string(),
  createdAt: z.string(),
  finishedAt: z.string().optional(),
  progress: z.object({
    stage: UpscaleStageSchema,
    /** Tiles finished of `total`, over all hypotheses; 0 of 0 until the image is decoded. */
    completed: z.number().int(),
    total: z.number().int(),
    /** Jobs ahead while waiting; 0 = next. */
    position: z.number().int().optional(),
  }),
  notes: z.array(z.enum(upscaleNotes)).default([]),
  images: z.array(UpscaleImageSchema),
  /** Milliseconds from the start of the last attempt to its end. */
  durationMs: z.number().optional(),
  problem: ProblemSchema.optional(),
  isStarred: StarSchema,
  owner: OwnerSchema,
});
export type Upscale = z.infer<typeof UpscaleSchema>;

export const UpscaleListSchema = z.object({
  upscales: z.array(UpscaleSchema),
  /** Pass as `before` to get the next page; absent on the last. */
  nextBefore: z.string().optional(),
});
export type UpscaleList = z.infer<typeof UpscaleListSchema>;

/** What a pack can enlarge by. */
export const UpscalerInfoSchema = z.object({ id: z.string(), label: z.string(), scales: z.array(NetworkScaleSchema) });
export type UpscalerInfo = z.infer<typeof UpscalerInfoSchema>;

/** Images that an upscale makes: its hypotheses, and the variance map after them. */
export const pictureCount = ({ count, variance }: Pick<ResolvedUpscale, "count" | "variance">): number =>
  count + (variance ? 1 : 0);

/** The pack that enlarges; a catalogue has one at most, for every scale. @throws AppError pack_unavailable when there is none */
export function findUpscaler<Pack extends { readonly upscaler?: UpscalerInfo | undefined }>(
  packs: readonly Pack[],
): Pack {
  const pack = packs.find(({ upscaler }) => upscaler !== undefined);
  if (pack) return pack;
  const [expected, received] = ["a pack with an upscaler on the server", "none"];
  throw new AppError("pack_unavailable", `expected ${expected}, got ${received}`, { expected, received });
}

/**
 * @param field the one that names the factor
 * @throws AppError `upscale_too_large`, which offers the largest factor that fits; `invalid_request` for a width that is no enlargement
 */
export function requireFits(image: Sides, target: UpscaleTarget, field = "image"): void {
  if (target.scale === undefined) {
    requireWidth(image, target.widthPx!);
    return;
  }
  const { widthPx, heightPx } = image;
  const most = Math.floor(limits.imageMaxSidePx / target.scale);
  if (Math.max(widthPx, heightPx) <= most) return;
  const offered = largestScale(widthPx, heightPx);
  const expected = `an image of at most ${most} × ${most} px for ×${target.scale} (${limits.imageMaxSidePx} px is the largest result)`;
  const received = `${widthPx} × ${heightPx} px${offered === undefined ? ", which is too large for any factor" : `, which fits ×${offered}`}`;
  throw tooLarge(field, expected, received, offered);
}

interface Sides {
  readonly widthPx: number;
  readonly heightPx: number;
}

function requireWidth(image: Sides, requested: number): void {
  const field = "widthPx";
  const [least, most] = [image.widthPx + 1, 4 * image.widthPx];
  const received = `${requested} px for an image of ${image.widthPx} × ${image.heightPx} px`;
  if (requested < least || requested > most) {
    const expected = `a width of ${least} to ${most} px, wider than the image and at most four times as wide`;
    throw new AppError("invalid_request", `${field}: expected ${expected}, got ${received}`, {
      field,
      expected,
      received,
    });
  }
  const fits = (widthPx: number): boolean => {
    const size = enlargedSize(image, { widthPx });
    const longest = Math.max(image.widthPx, image.heightPx);
    return (
      Math.max(size.widthPx, size.heightPx) <= limits.imageMaxSidePx &&
      networkScaleFor(image, { widthPx }) * longest <= limits.upscaleDrawnMaxSidePx
    );
  };
  if (fits(requested)) return;
  let widest = requested;
  while (widest >= least && !fits(widest)) widest -= 1;
  const expected =
    widest < least ? `an image of at most ${limits.imageMaxSidePx / 2} px a side` : `a width of at most ${widest} px`;
  throw tooLarge(field, expected, received, largestScale(image.widthPx, image.heightPx));
}

const tooLarge = (field: string, expected: string, received: string, offered: UpscaleScale | undefined): AppError =>
  new AppError("upscale_too_large", `${field}: expected ${expected}, got ${received}`, {
    field,
    expected,
    received,
    ...(offered === undefined ? {} : { largestScale: offered }),
  });
