/** Sketch and layout to image: strokes or colours drawn in the plugin, or the selection as a drawing. Pure. */
import { limits } from "../../../shared/limits.ts";
import { type DrawJob, diversityOf, numbered, sharedInput, styleOf, type TranslationAbilities } from "../run/jobs.ts";
import type { Form } from "../state/form.ts";

/** Sketch as inline SVG, or an upload where it is too long for that; a layout is always an upload. */
export type DrawnCondition =
  | { readonly sketch: { readonly svg: string } | { readonly image: string } }
  | { readonly layout: { readonly image: string } };

export const fitsInline = (svg: string): boolean => svg.length <= limits.svgMaxChars;

/** Without the white ground of a selected frame, which is the paper that a layout lies on. */
export const withoutPaper = (svg: string): string =>
  svg.replace(
    /^(<svg[^>]* width="([\d.]+)" height="([\d.]+)"[^>]*>\s*(?:<g[^>]*>\s*)*)<rect width="\2" height="\3"[^>]* fill="(?:white|#fff(?:fff)?)"[^>]*\/>/,
    "$1",
  );

export function planDrawing(
  form: Form,
  translation: TranslationAbilities,
  title: string,
  drawn: DrawnCondition,
): DrawJob[] {
  const caption = form.caption.trim();
  return numbered([
    {
      kind: "draw" as const,
      title: caption === "" ? title : caption,
      imageCount: form.count,
      input: {
        ...sharedInput(form, translation),
        ...diversityOf(form, translation, form.count),
        condition: { ...drawn, ...(caption === "" ? {} : { caption }), ...styleOf(form) },
        count: form.count,
      },
      nodeIds: [],
    },
  ]);
}
