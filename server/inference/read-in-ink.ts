/**
 * Icons of one ink are read in the ink of the drawings that the flow learned from, whatever their own colour is, and the answer is
 * painted in that colour: geometry needs no colour, and the flow saw few others. Only where the requested style has one ink.
 */
import type { ConditionValues } from "../engine/conditions.ts";
import type { ConditionValue } from "../engine/interfaces.ts";
import { channelsOfHex } from "../engine/pixels/hex-colour.ts";
import { type Ink, inInk, inkOf } from "../engine/pixels/ink-colour.ts";
import { usualInk } from "../engine/pixels/usual-ink.ts";
import type { Translation } from "../engine/translation.ts";

type Picture = Extract<ConditionValue, { kind: "image" }>;

export interface StyleInk {
  readonly isOneInk: boolean;
  /** Of the images that show the style; absent for a named one. */
  readonly ink?: Ink | undefined;
}

/** Whether the requested style has one ink. */
export function inkOfStyle(
  { conditions }: Pick<Translation, "conditions">,
  { style }: Pick<ConditionValues, "style">,
): StyleInk {
  if (style?.kind === "images") {
    const ink = inkOf(style.images);
    return { isOneInk: ink !== undefined, ink };
  }
  const expert = conditions.find(({ name }) => name === "style")?.expert;
  return { isOneInk: style?.kind === "text" && expert?.isOneInk?.(style.text) === true };
}

/** The values with all that is of one ink in the usual one, where the requested style is. */
export function readInInk(asked: ConditionValues, { isOneInk, ink }: StyleInk): ConditionValues {
  if (!isOneInk) return asked;
  const { style, drawing, "drawing-style": own } = asked;
  return {
    ...asked,
    ...(style?.kind === "images" && ink && { style: { ...style, images: style.images.map(inUsualInk) } }),
    ...(drawing && { drawing: ifOneInk(drawing) }),
    ...(own && { "drawing-style": ifOneInk(own) }),
  };
}

function ifOneInk(value: ConditionValue): ConditionValue {
  if (value.kind === "images" && inkOf(value.images)) return { ...value, images: value.images.map(inUsualInk) };
  return value.kind === "image" && inkOf([value]) ? inUsualInk(value) : value;
}

const inUsualInk = (image: Picture): Picture => ({
  ...image,
  planes: inInk(image.planes, channelsOfHex(usualInk)),
  key: `${image.key} in ink`,
});
