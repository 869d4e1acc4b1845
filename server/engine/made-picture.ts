/** Pictures that are made from others when they are first read: an expert that knows the key of one needs no pixels. */
import type { ConditionValue } from "./interfaces.ts";

export type Picture = Extract<ConditionValue, { kind: "image" }>;

/**
 * @param key of the new picture, which says all that its planes depend on
 * @param planesOf premultiplied RGBA [4, sizePx, sizePx]; called once at most
 * @param hole where that moves too
 */
export function madePicture<Shown extends Picture>(
  image: Shown,
  key: string,
  planesOf: (image: Shown) => Float32Array,
  hole = image.hole,
): Shown {
  let planes: Float32Array | undefined;
  // A spread would read the planes of the image, which may be yet to be made.
  return Object.defineProperties({} as Shown, {
    ...Object.getOwnPropertyDescriptors(image),
    key: { value: key, enumerable: true },
    ...(hole && { hole: { value: hole, enumerable: true } }),
    planes: {
      get: () => {
        planes ??= planesOf(image);
        return planes;
      },
      enumerable: true,
    },
  });
}
