/**
 * A layer's fills as a plugin sees them: copies that can't be changed in place, and refused when an image paint breaks
 * Figma's rules. https://developers.figma.com/docs/plugins/api/Paint
 */

/** What `fills` reads as where the letters of a text differ. */
export const mixed: PluginAPI["mixed"] = Symbol("figma.mixed") as PluginAPI["mixed"];

/** A frozen copy, for reading. */
export const copyPaints = (paints: readonly Paint[]): readonly Paint[] => frozenCopy(paints);

/** A frozen copy of what a plugin sets. @throws Error as Figma does */
export function takePaints(value: unknown): readonly Paint[] {
  if (!Array.isArray(value)) throw new Error('in set_fills: Expected "fills" to be an array');
  for (const paint of value as Paint[])
    if (paint.type === "IMAGE") checkImagePaint(paint);
    else if ("gradientStops" in paint) paint.gradientStops.forEach(checkStop);
  return copyPaints(value as Paint[]);
}

/** Blurs that a plugin sets; of shadows nothing is checked. @throws Error as Figma does */
export function takeEffects(effects: readonly Effect[]): readonly Effect[] {
  for (const effect of effects)
    if (effect.type === "LAYER_BLUR" && !(effect.radius >= 0 && typeof effect.visible === "boolean"))
      throw new Error(`in set_effects: Expected a radius of at least 0 and visible, got ${JSON.stringify(effect)}`);
  return frozenCopy(effects);
}

const isWithin = (value: number | undefined, min: number, max: number): boolean =>
  value === undefined || (typeof value === "number" && value >= min && value <= max);

function checkImagePaint(paint: ImagePaint): void {
  const require = (isRight: boolean, expected: string): void => {
    if (!isRight) throw new Error(`in set_fills: Expected ${expected}, got ${JSON.stringify(paint)}`);
  };
  // Null is what an image that was lost reads as.
  require(paint.imageHash === null || typeof paint.imageHash === "string", "an image paint to have an imageHash");
  require(["FILL", "FIT", "CROP", "TILE"].includes(paint.scaleMode), "a scaleMode of FILL, FIT, CROP or TILE");
  require(isWithin(paint.scalingFactor, 1e-3, 1e3), "a positive scalingFactor");
  require(isWithin(paint.opacity, 0, 1), "an opacity from 0 to 1");
  require((paint.rotation ?? 0) % 90 === 0, "a rotation in steps of 90");
  for (const value of Object.values(paint.filters ?? {})) require(isWithin(value, -1, 1), "filters from -1 to 1");
  const { imageTransform = [] } = paint;
  require([...imageTransform].every((row) => row.length === 3), "an imageTransform of two rows of three");
}

function checkStop({ position, color, boundVariables }: ColorStop): void {
  const require = (isRight: boolean, expected: string): void => {
    if (!isRight) throw new Error(`in set_fills: Expected a gradient stop to have ${expected}`);
  };
  require(isWithin(position, 0, 1), "a position from 0 to 1");
  require(typeof color.a === "number", "a color with alpha");
  const alias = boundVariables?.color;
  const isAlias = alias === undefined || (alias.type === "VARIABLE_ALIAS" && typeof alias.id === "string");
  require(isAlias, "a VARIABLE_ALIAS with an id");
}

const frozenCopy = <T>(value: T): T => freeze(JSON.parse(JSON.stringify(value)) as T);

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) freeze(part);
    Object.freeze(value);
  }
  return value;
}
