/**
 * What a flow between styles draws: captions, names of layers, icons, and parts of an icon, in a named style or one that icons show. Pure.
 * The likeliest answer (temperature 0) is the cleanest; only a part that is drawn anew may vary.
 */
import type { Style } from "../../../shared/contract/conditions.ts";
import type { TranslationInfo } from "../../../shared/contract/meta.ts";
import { limits } from "../../../shared/limits.ts";
import { iconSizesPx, type VectorRecord } from "../../../shared/messages/vector-messages.ts";
import { type DrawJob, numbered, type TranslationAbilities, tracedJob } from "../run/jobs.ts";
import type { Form } from "../state/form.ts";
import type { SeenIcon } from "../state/state.ts";
import { artboardsOf, captionLineOf } from "./captions.ts";
import { bytesInline, type DrawnCondition } from "./drawing.ts";
import type { UploadedIcon } from "./edits.ts";
import { inItsLayer } from "./icons.ts";
import { fillsOf, type NameMatch } from "./labels.ts";

const inputOf = ({ seed }: Form, { id }: TranslationAbilities) => ({ translation: id, seed, temperature: 0 });

/** Each image of an artboard finds a drawing of its own. */
export const planRedrawnCaptions = (form: Form, translation: TranslationAbilities, style: Style): DrawJob[] =>
  artboardsOf(form, (caption) => ({ ...inputOf(form, translation), condition: { caption, style } }));

/**
 * Each layer by the caption that its name is; those of one caption share a job, and each finds a drawing of its own.
 * @param vector the layers become vectors in these colours; absent: they are filled with images
 */
export function planRedrawnNames(
  form: Form,
  translation: TranslationAbilities,
  matches: readonly NameMatch[],
  style: Style,
  vector?: VectorRecord,
): DrawJob[] {
  const captions = [...new Set(matches.flatMap(({ caption = [] }) => caption))];
  const jobs = captions.flatMap((caption): Omit<DrawJob, "index">[] => {
    const layers = matches.filter((match) => match.caption === caption).map(({ layer }) => layer);
    return fillsOf(caption, layers, { ...inputOf(form, translation), condition: { caption, style } });
  });
  return numbered(jobs).map((job) => {
    const named = { ...job, isNamed: true };
    return vector === undefined ? named : tracedJob(named, vector, iconSizesPx);
  });
}

/**
 * Each icon in its own layer, one badge on all.
 * @param requested `isOwn`: the icons have the style already
 * @param vector as in `inItsLayer`
 */
export const planRedrawnIcons = (
  form: Form,
  translation: TranslationAbilities & Pick<TranslationInfo, "conditions" | "hasNodes">,
  icons: readonly UploadedIcon[],
  { style, isOwn = false }: { readonly style: Style; readonly isOwn?: boolean },
  vector?: VectorRecord,
): DrawJob[] => {
  const badge = captionLineOf(form, translation);
  return numbered(
    icons.map(({ icon, digest }) => {
      const drawing = { image: digest, ...(isOwn && { style }), ...nodesOf(icon, translation) };
      const condition = { drawing, style, ...(badge === "" ? {} : { caption: badge }) };
      return inItsLayer(icon, { ...inputOf(form, translation), condition, count: 1 }, vector);
    }),
  );
};

/** The paths of a vector, which its answer keeps where it looks the same. Pictures stay here, and long texts: those are traced. */
function nodesOf({ svg = "" }: SeenIcon, { hasNodes }: Pick<TranslationInfo, "hasNodes">): { readonly nodes?: string } {
  const isSent = hasNodes && svg !== "" && !/<image\b/.test(svg) && bytesInline(svg) <= limits.nodesMaxBytes;
  // An older server refuses the field.
  return isSent ? { nodes: svg } : {};
}

/** The clean lines of a sketch, and the areas of a layout, have one likeliest answer. */
export const planRedrawnDrawing = (
  form: Form,
  translation: TranslationAbilities,
  title: string,
  drawn: DrawnCondition,
  style: Style,
): DrawJob[] =>
  numbered([
    {
      kind: "draw" as const,
      title,
      imageCount: 1,
      input: { ...inputOf(form, translation), condition: { ...drawn, style }, count: 1 },
      nodeIds: [],
    },
  ]);

/** The painted part of one icon; a vector keeps its paths elsewhere. @param style absent: the icon's own */
export const planRedrawnPart = (
  form: Form,
  translation: TranslationAbilities & Pick<TranslationInfo, "hasNodes">,
  { icon, digest }: UploadedIcon,
  mask: string,
  style: Style | undefined,
): DrawJob[] =>
  numbered([
    inItsLayer(icon, {
      ...inputOf(form, translation),
      temperature: form.redrawVariety,
      condition: {
        drawing: { image: digest, mask, ...nodesOf(icon, translation) },
        ...(style === undefined ? {} : { style }),
      },
      count: 1,
    }),
  ]);
