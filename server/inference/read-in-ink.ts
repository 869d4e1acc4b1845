/**
 * Icons of one ink are read in the ink of the drawings that the flow learned from, whatever their own colour is, and the answer is
 * painted in that colour: geometry needs no colour, and the flow saw few others. Only where the style that is asked for has one ink.
 */
import type { ConditionValues } from "../engine/conditions.ts";
import type { ConditionValue } from "../engine/interfaces.ts";
import { areOfOneInk } from "../engine/pixels/decide-ink.ts";
import { type Ink, inInk, inkOf, inkOfHex } from "../engine/pixels/ink-colour.ts";
import { usualInk } from "../engine/pixels/usual-ink.ts";

type Picture = Extract<ConditionValue, { kind: "image" }>;

/** The values with icons of one ink in the usual one, and the ink of the style's images; absent for a named style. */
export function readInInk(asked: ConditionValues): { readonly asked: ConditionValues; readonly ink: Ink | undefined } {
  const { style, drawing, "drawing-style": own } = asked;
  return {
    asked: {
      ...asked,
      ...(style && { style: inUsualInk(style) }),
      ...(drawing && { drawing: inUsualInk(drawing) }),
      ...(own && { "drawing-style": inUsualInk(own) }),
    },
    ink: style?.kind === "images" ? inkOf(style.images) : undefined,
  };
}

function inUsualInk(value: ConditionValue): ConditionValue {
  if (value.kind === "images" && areOfOneInk(value.images)) return { ...value, images: value.images.map(repainted) };
  return value.kind === "image" && areOfOneInk([value]) ? repainted(value) : value;
}

const repainted = (image: Picture): Picture => ({
  ...image,
  planes: inInk(image.planes, inkOfHex(usualInk)),
  key: `${image.key} in ink`,
});
