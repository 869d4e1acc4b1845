/**
 * Conditions without shadows (pixels/shadows/shadow.ts): the flow between styles reads drawings and styles without them, a drawing by what
 * its own style's icons show, or by the requested style's where it clearly has the same.
 */
import type { ConditionValues } from "./conditions.ts";
import type { ConditionValue } from "./interfaces.ts";
import { madePicture, type Picture } from "./made-picture.ts";
import type { Drawing } from "./pixels/ink-colour.ts";
import type { Shadow } from "./pixels/shadows/shadow.ts";
import { withoutShadows } from "./pixels/shadows/without-shadows.ts";
import type { StyleInk } from "./pixels/style-ink.ts";

/** A style whose drawings have shadows. */
interface ShadowedStyle {
  /** Of its images, or its name. */
  readonly key: string;
  readonly shadows: readonly Shadow[];
}

type Look = (style: ConditionValue | undefined) => { readonly key: string; readonly styleInk: StyleInk } | undefined;

/** Share of what shows a shadow, or should, that must be where it is expected: in a drawing of the style, and in one of any. */
const [ownLeast, anyLeast] = [0.2, 0.6];

/** Without its shadows. @param shadowed by its key, that of all images of the style, from which the shadows follow */
export const alone = <Shown extends Picture>(image: Shown, shadowed: ShadowedStyle): Shown =>
  madePicture(
    image,
    `${image.key} without its shadow in ${shadowed.key}`,
    (of) => withoutShadows(of, shadowed.shadows).planes,
  );

/**
 * The values without such shadows; the same where no style has any.
 * @param before conditions that they had, whose styles have shadows too
 */
export function conditionsWithoutShadows(
  values: ConditionValues,
  before: ConditionValues,
  look: Look,
): ConditionValues {
  const known = shadowedIn([values, before], look);
  if (known.length === 0) return values;
  const { style, drawing, "drawing-style": own } = values;
  const alike = (image: Picture): Picture => {
    const of = known.find(({ shadows, least }) => withoutShadows(image, shadows).explained >= least);
    return of ? alone(image, of) : image;
  };
  const bare = (value: ConditionValue): ConditionValue => {
    if (value.kind !== "images") return value;
    if (value.images.length === 1) return { ...value, images: value.images.map(alike) };
    const shadowed = shadowedStyle(look(value));
    return shadowed ? { ...value, images: value.images.map((image) => alone(image, shadowed)) } : value;
  };
  return {
    ...values,
    ...(style && { style: bare(style) }),
    ...(drawing && { drawing: drawing.kind === "image" ? alike(drawing) : drawing }),
    ...(own && { "drawing-style": bare(own) }),
  };
}

/** A picture without such shadows, and these, where a style of some conditions says that it has them. */
export function apartFromShadows(
  picture: Drawing,
  conditions: readonly ConditionValues[],
  look: Look,
): { readonly drawing: Drawing; readonly shadows?: readonly Shadow[] } {
  for (const { shadows, least } of shadowedIn(conditions, look)) {
    const { planes, explained } = withoutShadows(picture, shadows);
    if (explained >= least) return { drawing: { planes, sizePx: picture.sizePx }, shadows };
  }
  return { drawing: picture };
}

/** Styles with such shadows, those of drawings first, and how clearly a drawing must have them. */
function shadowedIn(conditions: readonly ConditionValues[], look: Look): Array<ShadowedStyle & { least: number }> {
  const of = (value: ConditionValue | undefined, least: number): Array<ShadowedStyle & { least: number }> => {
    const shadowed = value && shadowedStyle(look(value));
    return shadowed ? [{ ...shadowed, least }] : [];
  };
  return [
    ...conditions.flatMap((values) => of(values["drawing-style"], ownLeast)),
    ...conditions.flatMap(({ style }) => of(style, anyLeast)),
  ];
}

function shadowedStyle(read: ReturnType<Look>): ShadowedStyle | undefined {
  const shadows = read?.styleInk.shadows;
  return shadows && { key: read.key, shadows };
}
