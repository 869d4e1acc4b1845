/**
 * What a manifest says of the looks of a style: its inks, gradients, areas, lines, shadows, and what its icons lie on.
 */
import { z } from "zod";

const channel = z.number().min(0).max(1);
const channels = z.tuple([channel, channel, channel]);
export const HexSchema = z.string().regex(/^#[0-9a-f]{6}$/);

/** A plane [sizePx, sizePx] in bytes, deflated, in base64. */
const PlaneSchema = z.string().max(100_000);
/** Where a whole drawing lies on a ground, in pixels. */
const PlaceSchema = z.object({ left: z.number(), top: z.number(), sidePx: z.number().positive() });
/** Change of red, green and blue over a picture. */
const slope = z.tuple([z.number(), z.number(), z.number()]);

/** What icons of one ink lie on, as a disc or a tile (server/engine/pixels/ground/ground.ts). */
const GroundSchema = z.object({
  sizePx: z.number().int().min(1).max(1024),
  /** Its alpha. */
  mask: PlaneSchema,
  /** The share of its face, where a rim lies around it, and the alpha of a shadow beside it. */
  face: PlaneSchema.optional(),
  shadow: PlaneSchema.optional(),
  place: PlaceSchema,
  looks: z
    .array(
      z.object({
        ground: HexSchema,
        /** Of a gradient, along x and along y; `ground` is then the colour in the middle of the picture. */
        slopes: z.tuple([slope, slope]).optional(),
        ink: HexSchema,
        /** The same of the ink. */
        inkSlopes: z.tuple([slope, slope]).optional(),
        rim: HexSchema.optional(),
        shadow: HexSchema.optional(),
      }),
    )
    .min(1)
    .max(8),
});
export type GroundEntry = z.infer<typeof GroundSchema>;

/** The colours that icons of several flat ones have together, lines around their areas, and what they lie on (server/engine/areas/style-areas.ts). */
const AreasSchema = z.object({
  palettes: z
    .array(
      z.object({
        colours: z
          .array(
            z.object({
              ink: HexSchema,
              share: channel,
              /** Of a gradient, over the box around what has it; `ink` is then the colour in the middle. */
              slopes: z.tuple([slope, slope]).optional(),
              /** True: one box is around all areas that have it. */
              isShared: z.boolean().optional(),
            }),
          )
          .min(1)
          .max(8),
        around: HexSchema.optional(),
        aroundSlopes: z.tuple([slope, slope]).optional(),
      }),
    )
    .min(1)
    .max(12),
  outline: z
    .object({
      ink: HexSchema,
      width: channel,
      /** What lines become (server/engine/lines/tubes.ts). */
      tubes: z.object({ width: channel, isAll: z.boolean() }).optional(),
    })
    .optional(),
  ground: z.object({ sizePx: z.number().int().min(1).max(1024), mask: PlaneSchema, place: PlaceSchema }).optional(),
  hasGrounds: z.boolean(),
  hasGradients: z.boolean().optional(),
  isOfFills: z.boolean(),
});
export type AreasEntry = z.infer<typeof AreasSchema>;

/** A shadow of icons, the innermost first (server/engine/pixels/shadows/shadow.ts); lengths are shares of their side. */
const ShadowSchema = z.object({
  ink: HexSchema,
  alpha: z.number().positive().max(1),
  isFilled: z.boolean(),
  right: z.number().min(-0.5).max(0.5),
  down: z.number().min(-0.5).max(0.5),
  /** Width of the light margin of a sticker, of the side; it is not moved. */
  around: z.number().min(0).max(0.2).optional(),
  /** Deviation of the blur of a soft one. */
  blur: z.number().positive().max(0.2).optional(),
});
export type ShadowEntry = z.infer<typeof ShadowSchema>;

/** The ring that goes around each icon (server/engine/rings/ring.ts). */
const RingSchema = z.object({
  sizePx: z.number().int().min(1).max(1024),
  /** Its alpha. */
  mask: PlaneSchema,
  isFilled: z.boolean(),
  isOfInk: z.boolean().optional(),
  place: PlaceSchema,
  /** Its colours, and those of the icons that have it so. */
  looks: z
    .array(z.object({ ink: HexSchema, on: z.array(HexSchema).max(16) }))
    .min(1)
    .max(24),
});
export type RingEntry = z.infer<typeof RingSchema>;

/** Corners and ends of lines, radii of the side of its icons (server/engine/corners/style-corners.ts). */
const CornersSchema = z.object({
  ends: z.enum(["round", "flat"]).optional(),
  joins: z.enum(["round", "sharp"]).optional(),
  isAllSharp: z.boolean().optional(),
  radius: channel.optional(),
  boxRadius: channel.optional(),
});

/** Fields of a style of a vocabulary, beside its name. */
export const styleLooks = {
  /** True: its icons are of one opaque ink, so that what is drawn in it is ink or nothing. */
  isOneInk: z.boolean().optional(),
  /** Colour that its icons have; they were read in the usual ink, and what is drawn in it is painted so. Absent = as it is drawn. */
  ink: HexSchema.optional(),
  /** How the ink changes over the picture, or over the box around what is drawn, where it does; `ink` is then the colour in the middle (server/engine/pixels/gradients/ink-gradient.ts). */
  gradient: z.object({ slopes: z.tuple([slope, slope]), isOverBox: z.boolean() }).optional(),
  /** Mean and deviation of red, green and blue of icons of several colours, in [0, 1]; what is drawn in it gets them. */
  spread: z.object({ mean: channels, deviation: channels }).optional(),
  /** Flat colours besides the ink, and the share of an icon that each takes (server/engine/pixels/accents/accents.ts). */
  accents: z
    .array(z.object({ ink: HexSchema, share: channel }))
    .min(1)
    .max(3)
    .optional(),
  ground: GroundSchema.optional(),
  ring: RingSchema.optional(),
  shadows: z.array(ShadowSchema).min(1).max(3).optional(),
  areas: AreasSchema.optional(),
  /** How much of the picture its icons take, of the side (server/engine/live-area.ts). */
  liveArea: channel.optional(),
  /** How much of it the largest takes. */
  largest: channel.optional(),
  /** How it strays, where it is drawn by hand, of the side, and how much the width of its lines does (server/engine/hand-drawn). */
  hand: z.object({ stray: channel, wave: z.number().positive().max(2), uneven: channel }).optional(),
  /**
   * Widths of its lines, of edges along them and of lines that are tubes, of the side of its icons; whether all icons are lines, and the share of
   * outlines among those that are outlines or fills where most are; alpha of its tint, how much of what lines enclose has it
   * (server/engine/lines/line-width.ts), corners, and gaps in its lines (server/engine/lines/gaps).
   */
  lines: z
    .object({
      width: channel.optional(),
      widths: z.array(channel).max(16).optional(),
      isAll: z.boolean(),
      outlinedShare: channel.optional(),
      tint: channel.optional(),
      areTwoToned: z.boolean().optional(),
      tinted: channel.optional(),
      edge: channel.optional(),
      tube: channel.optional(),
      areTubes: z.boolean().optional(),
      corners: CornersSchema.optional(),
      gaps: z.object({ length: channel, places: z.array(z.tuple([channel, channel])).max(16) }).optional(),
    })
    .optional(),
};
