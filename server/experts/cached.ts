/**
 * Caches the vectors of conditions by their content (text, pixels, cells), so that a repeated condition costs nothing.
 * registry.ts adds it to every expert. Missing values are encoded one by one, so a vector does not depend on the values beside
 * it.
 */
import type { ConditionValue } from "../engine/interfaces.ts";
import { PromiseCache } from "../platform/lru-cache.ts";
import type { Expert, ExpertCore } from "./expert.ts";

/** Size of one expert's cache in bytes: some 5,000 captions, or some 600 layouts. */
const keptBytes = 8 * 1024 * 1024;

/** A key that is equal for equal content. */
function contentKey(value: ConditionValue): string {
  if (value.kind === "text") return `text ${value.text}`;
  if (value.kind === "image") return `image ${value.sizePx} ${value.key}`;
  // What a set shows does not depend on its order.
  if (value.kind === "images")
    return `images ${value.images
      .map(({ sizePx, key }) => `${sizePx} ${key}`)
      .sort()
      .join(", ")}`;
  if (value.kind === "colours") return `colours ${value.colours.join()}`;
  return value.kind === "cells" ? `cells ${value.cells.join()}` : value.kind;
}

export function cached(expert: ExpertCore): Expert {
  const { dims } = expert;
  const vectors = new PromiseCache<Float32Array>(Math.max(1, Math.floor(keptBytes / (4 * dims))));
  const vectorOf = (value: ConditionValue): Promise<Float32Array> =>
    vectors.once(contentKey(value), () => expert.encode([value]));
  return {
    dims,
    async encode(values) {
      const rows = new Float32Array(values.length * dims);
      for (const [row, value] of values.entries()) rows.set(await vectorOf(value), row * dims);
      return rows;
    },
    labelIn: (words, group) => expert.labelIn?.(words, group),
    inEnglish: (words) => expert.inEnglish?.(words),
    plainOf: (words) => expert.plainOf?.(words),
    isWord: (word) => expert.isWord?.(word) ?? true,
    colourIn: (words) => expert.colourIn?.(words),
    styleInk: (style) => expert.styleInk?.(style),
    groupOf: (style) => expert.groupOf?.(style),
    encodeForTraining: (values) => expert.encodeForTraining?.(values) ?? expert.encode(values),
  };
}
