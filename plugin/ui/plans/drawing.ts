/** Sketch and layout to image: strokes or colours drawn in the plugin, or the selection as a drawing. Pure. */
import { limits } from "../../../shared/limits.ts";
import { type DrawJob, diversityOf, numbered, sharedInput, styleOf } from "../run/jobs.ts";
import type { Form } from "../state/form.ts";
import { captionLineOf } from "./captions.ts";
import type { Reader } from "./edits.ts";

/** Sketch as inline SVG, or an upload where it is too long for that; a layout is always an upload. */
export type DrawnCondition =
  | { readonly sketch: { readonly svg: string } | { readonly image: string } }
  | { readonly layout: { readonly image: string } };

/** Counted as bytes of JSON, because letters of other alphabets take up to three and a request has at most `jsonMaxBytes`. */
export const bytesInline = (svg: string): number => new TextEncoder().encode(JSON.stringify(svg)).length;
export const fitsInline = (svg: string): boolean => bytesInline(svg) <= limits.svgMaxChars;

const whiteGround =
  /^(<svg[^>]* width="([\d.]+)" height="([\d.]+)"[^>]*>\s*(?:<g[^>]*>\s*)*)<rect width="\2" height="\3"[^>]* fill="(?:white|#fff(?:fff)?)"[^>]*\/>/;
/** Whether there is anything in it that shows: an image that can't be exported leaves an empty drawing. */
export const isDrawn = (svg: string): boolean =>
  /<(?:path|rect|circle|ellipse|line|polygon|polyline|image|text|use)\b/.test(
    svg.replace(/<defs[\s\S]*?<\/defs>/g, ""),
  );

/** Figma names the file of an image inside a drawing, which is to stay here. */
export const withoutFileNames = (svg: string): string => svg.replace(/ data-name="[^"]*"/g, "");

/** Without the white ground of a selected frame, which is the paper that a layout lies on. White alone is no paper: it is what is drawn. */
export function withoutPaper(svg: string): string {
  const left = svg.replace(whiteGround, "$1");
  return isDrawn(left) ? left : svg;
}

export function planDrawing(form: Form, translation: Reader, title: string, drawn: DrawnCondition): DrawJob[] {
  const caption = captionLineOf(form, translation);
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
