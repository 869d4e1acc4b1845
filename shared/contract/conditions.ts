/**
 * The conditions of a request: what an image shall follow, in any subset. Each is read by one conditioning expert of the
 * translation; a condition that the translation does not read is refused by name. Images are named by the digest of their upload.
 */
import { z } from "zod";
import { limits } from "../limits.ts";
import { isReadable } from "../readable-caption.ts";

/** Trimmed, white space folded, 1 to `captionMaxChars` characters that can be read. */
export const CaptionSchema = z
  .string()
  .transform((text) => text.trim().replace(/\s+/gu, " "))
  .superRefine((text, context) => {
    const fail = (code: string, message: string): void => {
      context.addIssue({ code: "custom", message, params: { problem: code } });
    };
    if (text.length === 0) fail("caption_empty", "expected a caption of at least one word, got an empty text");
    else if (text.length > limits.captionMaxChars)
      fail("caption_too_long", `expected at most ${limits.captionMaxChars} characters, got ${text.length}`);
    else if (!isReadable(text))
      fail(
        "caption_unreadable",
        /[\p{L}\p{N}]/u.test(text)
          ? "expected no control character and no half of a character, got one"
          : "expected at least one letter or digit, got only emoji or punctuation",
      );
  });

/** SHA-256 of an uploaded image's bytes, hex, as POST /v1/images answers it. */
export const DigestSchema = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 hex digits, the digest of an upload");

export const HexSchema = z
  .string()
  .regex(/^#[0-9a-fA-F]{6}$/, "expected a colour such as #1e90ff, got something else")
  .transform((hex) => hex.toLowerCase());

const UploadedSchema = z.strictObject({ image: DigestSchema });

/** How deep into the image expert the condition is read: `early` = the same picture, `last` = the same idea. */
export const depths = ["early", "middle", "last"] as const;
export type Depth = (typeof depths)[number];

/** A label map sent as such: for each cell, row by row from the top left, 0 = transparent, i = colour i of the palette in `Meta`. */
const CellsSchema = z.array(z.number().int().min(0).max(limits.paletteMax)).min(1).max(limits.layoutCellsMax);

/** A style by its id in `Meta`, or by 1 to `styleImagesMax` uploads that are drawn in it, where the translation reads such. */
export const StyleSchema = z.union(
  [z.string().min(1).max(128), z.strictObject({ images: z.array(DigestSchema).min(1).max(limits.styleImagesMax) })],
  `expected the id of a style, or {"images": 1 to ${limits.styleImagesMax} digests of uploads}`,
);
export type Style = z.infer<typeof StyleSchema>;

const InlineSvgSchema = z.strictObject({ svg: z.string().min(1).max(limits.svgMaxChars) });

const drawingFields = {
  /** The style that it is drawn in now, where it is known: by its sister icons, for instance. */
  style: StyleSchema.optional(),
  /** Upload of the drawing's proportions: what is opaque and light in it is drawn anew, the rest stays. */
  mask: DigestSchema.optional(),
};

const nodesField = {
  /**
   * What the upload shows, as SVG: where an answer looks like it, its vector has these nodes. Only vectors are made of it, and what can't
   * be read is ignored: it never refuses a request.
   */
  nodes: z.string().min(1).max(limits.svgMaxChars).optional(),
};

/** Fields of a condition in the order in which forms and tables name them. */
export const conditionFields = [
  "caption",
  "label",
  "style",
  "sketch",
  "layout",
  "image",
  "lowResolution",
  "drawing",
  "colours",
] as const;
export type ConditionField = (typeof conditionFields)[number];

/** Any part may be absent; generation-rules.ts says when all may be. */
export const PartialConditionSchema = z.strictObject({
  /** What the result shows; beside a drawing, what is said of it, as a badge. */
  caption: CaptionSchema.optional(),
  /**
   * A label id from `Meta`. Absent: the one that the caption names, where the translation reads labels from captions and styles like the
   * one that is requested draw it; null: none, whatever the caption names.
   */
  label: z.string().min(1).max(128).nullable().optional(),
  /** Absent = any style. */
  style: StyleSchema.optional(),
  /** Strokes on paper or on nothing: an uploaded raster image, or SVG sent inline. */
  sketch: z
    .union(
      [UploadedSchema, InlineSvgSchema],
      `expected {"image": digest of an upload} or {"svg": 1 to ${limits.svgMaxChars} characters}`,
    )
    .optional(),
  /** Where which colour is: any uploaded image, reduced to the palette, or a label map. */
  layout: z
    .union(
      [UploadedSchema, z.strictObject({ cells: CellsSchema })],
      `expected {"image": digest of an upload} or {"cells": 1 to ${limits.layoutCellsMax} whole numbers from 0 to ${limits.paletteMax}}`,
    )
    .optional(),
  /** An image that the result shall be like, down to a depth. */
  image: UploadedSchema.extend({ depth: z.enum(depths).default("middle") }).optional(),
  /** An image that the result shall shrink to, read at the low resolution of the expert. */
  lowResolution: UploadedSchema.optional(),
  /** A drawing that the result shall show, in the requested style: place by place, unlike `image`. */
  drawing: z
    .union(
      [UploadedSchema.extend({ ...drawingFields, ...nodesField }), InlineSvgSchema.extend(drawingFields)],
      `expected {"image": digest of an upload} or {"svg": 1 to ${limits.svgMaxChars} characters}, perhaps with its style and a mask`,
    )
    .optional(),
  /** What the result is coloured with: the first is the ink of a style of one ink, else each part gets the nearest. Absent: the colours that the caption names. */
  colours: z.array(HexSchema).min(1).max(limits.coloursMax).optional(),
});
export type PartialCondition = z.infer<typeof PartialConditionSchema>;

/** Whether a condition names a field; null says "not even by itself", which counts as absent. */
export const namesCondition = (condition: PartialCondition, field: ConditionField): boolean =>
  condition[field] !== undefined && condition[field] !== null;

/** Names by which a flow knows its conditions: the request's fields, with one name for each depth of the image expert, and one for the style of a drawing. */
export const flowConditionNames = [
  "caption",
  "label",
  "style",
  "sketch",
  "layout",
  "image-early",
  "image-middle",
  "image-last",
  "lowResolution",
  "drawing",
  "drawing-style",
  "colours",
] as const;
export type FlowConditionName = (typeof flowConditionNames)[number];

/** Conditions that are said in words, which go together in requests. */
export const isWord = (name: FlowConditionName | ConditionField): name is "caption" | "label" | "style" =>
  name === "caption" || name === "label" || name === "style";

/** Pictures that known drawings are found by, so that a new one can start from those that look alike. */
export const isPictureQuery = (name: FlowConditionName | ConditionField): name is "sketch" | "layout" =>
  name === "sketch" || name === "layout";

/** Conditions that a new drawing starts from known ones for; the others say by themselves what to start from. */
export const isRetrievalQuery = (name: FlowConditionName | ConditionField): boolean =>
  isWord(name) || isPictureQuery(name);

/** The request's field that a flow's condition belongs to. */
export const fieldOf = (name: FlowConditionName): ConditionField =>
  name === "image-early" || name === "image-middle" || name === "image-last"
    ? "image"
    : name === "drawing-style"
      ? "drawing"
      : name;
